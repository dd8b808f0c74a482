// CaseList in the page: shows the HTML that Python made, and tells Python which of its buttons was pressed.

function render({ model, el }) {
  const root = document.createElement("div");
  const heard = document.createElement("p");
  heard.className = "sk-heard";
  heard.setAttribute("role", "status");
  el.append(root, heard);

  const name = (element) => {
    const { dataset, localName } = element.closest("[data-do], [data-key]") ?? element;
    return `${localName} ${JSON.stringify({ ...dataset })}`;
  };
  const rows = () => [...root.querySelectorAll(".sk-one-case")];
  const within = (part) => [...part.querySelectorAll("a[href], button:enabled, input, summary")];

  // What is focused keeps the focus; where it is gone, the row that now stands at its place gets it.
  const show = () => {
    const focused = root.contains(document.activeElement) ? document.activeElement : null;
    const was = focused && { row: rows().indexOf(focused.closest(".sk-one-case")), name: name(focused), local: focused.localName };
    const open = new Set([...root.querySelectorAll("details[open]")].map((one) => one.dataset.key));
    root.innerHTML = model.get("content");
    for (const one of root.querySelectorAll("details")) one.open = open.has(one.dataset.key);
    if (!was) return;
    const same = within(root).find((one) => one.localName === was.local && name(one) === was.name);
    const row = was.row < 0 ? undefined : rows()[Math.min(was.row, rows().length - 1)];
    (same ?? within(row ?? root)[0])?.focus({ preventScroll: Boolean(same) });
  };

  const press = (button) => {
    const fields = button.closest("form") ? Object.fromEntries(new FormData(button.closest("form"))) : {};
    const { do: action, ...about } = button.dataset;
    model.send({ do: action, ...about, ...fields });
  };
  root.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-do]");
    if (!button) return;
    event.preventDefault();
    press(button);
  });
  root.addEventListener("submit", (event) => {
    event.preventDefault(); // Enter in a field presses the form's first button
    const first = event.target.querySelector("button[data-do]");
    if (first) press(first);
  });
  // Escape folds a menu away again.
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest("details[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  const tell = () => { heard.textContent = model.get("heard"); };
  model.on("change:content", show);
  model.on("change:heard", tell);
  show();
  return () => {
    model.off("change:content", show);
    model.off("change:heard", tell);
  };
}

export default { render };
