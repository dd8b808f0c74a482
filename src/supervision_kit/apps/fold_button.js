// FoldButton in the page: a button that says, to screen readers as well, whether what it folds away is open.

function render({ model, el }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "sk-fold-button";
  el.append(button);

  const show = () => {
    const isOpen = model.get("is_open");
    button.setAttribute("aria-expanded", String(isOpen));
    button.textContent = `${model.get("description")} ${isOpen ? "▾" : "▸"}`;
  };
  button.addEventListener("click", () => {
    model.set("is_open", !model.get("is_open"));
    model.save_changes();
  });
  model.on("change", show);
  show();
  return () => model.off("change", show);
}

export default { render };
