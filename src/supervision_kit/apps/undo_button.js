// UndoButton in the page: a button, and Ctrl+Z wherever no text is being edited (there it is the browser's own).
// Ctrl+Z counts before the button is there, too: Python hears it after the change that it is meant for.

const EDITED = "input:not([type=checkbox]):not([type=radio]), textarea, [contenteditable], .cm-editor";

function render({ model, el }) {
  const button = document.createElement("button");
  button.type = "button";
  const told = document.createElement("span");
  told.className = "sk-quiet";
  told.setAttribute("role", "status");
  el.append(button, " ", told);

  const show = () => {
    button.textContent = model.get("description");
    button.hidden = !model.get("description");
    told.textContent = model.get("told");
  };
  const undo = () => model.send({});
  const press = (event) => {
    const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
    const isHere = el.closest(".sk-page")?.contains(event.target) || event.target === document.body;
    if (!isUndo || !isHere || event.target.matches(EDITED)) return;
    event.preventDefault();
    event.stopPropagation();
    undo();
  };
  button.addEventListener("click", undo);
  document.addEventListener("keydown", press, true);
  model.on("change", show);
  show();
  return () => {
    document.removeEventListener("keydown", press, true);
    model.off("change", show);
  };
}

export default { render };
