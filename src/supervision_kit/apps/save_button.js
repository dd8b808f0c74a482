// SaveButton in the page: asks Python for a file when pressed, and saves it where the browser saves files.

function render({ model, el }) {
  const button = document.createElement("button");
  button.type = "button";
  const said = document.createElement("span");
  said.className = "sk-quiet";
  said.setAttribute("role", "status");
  el.append(button, " ", said);

  const label = () => {
    button.textContent = model.get("description");
  };
  const save = ({ name }, buffers) => {
    const address = URL.createObjectURL(new Blob([buffers[0]]));
    const link = Object.assign(document.createElement("a"), { href: address, download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
    said.textContent = model.get("words").saved.replace("{name}", () => name);
  };
  const ask = () => {
    said.textContent = model.get("words").making;
    model.send({});
  };

  button.addEventListener("click", ask);
  model.on("change:description", label);
  model.on("msg:custom", save);
  label();
  return () => {
    model.off("change:description", label);
    model.off("msg:custom", save);
  };
}

export default { render };
