// LiveLine in the page: one element that stays, so that screen readers hear it change.

function render({ model, el }) {
  const line = el.appendChild(document.createElement("p"));
  line.setAttribute("role", "status");
  const show = () => {
    line.textContent = model.get("said");
  };
  model.on("change:said", show);
  show();
  return () => model.off("change:said", show);
}

export default { render };
