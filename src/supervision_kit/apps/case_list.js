// CaseList in the page: shows the HTML that Python made, and tells Python which of its buttons was pressed.

function render({ model, el }) {
  const root = document.createElement("div");
  el.append(root);

  const name = (element) => {
    const { dataset, localName } = element.closest("[data-do], [data-key]") ?? element;
    return `${localName} ${JSON.stringify({ ...dataset })}`;
  };
  const places = () => [...root.querySelectorAll("a[href], button, input, summary")];

  // What is focused keeps the focus; where it is gone, what now stands at its place gets it.
  const show = () => {
    const focused = root.contains(document.activeElement) ? document.activeElement : null;
    const was = focused && { at: places().indexOf(focused), name: name(focused), local: focused.localName };
    const open = new Set([...root.querySelectorAll("details[open]")].map((one) => one.dataset.key));
    root.innerHTML = model.get("content");
    for (const one of root.querySelectorAll("details")) one.open = open.has(one.dataset.key);
    if (!was) return;
    const now = places().filter((one) => one.offsetParent !== null || one.localName === "summary");
    const same = now.find((one) => one.localName === was.local && name(one) === was.name);
    (same ?? now[Math.min(was.at, now.length - 1)])?.focus({ preventScroll: Boolean(same) });
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
  // Python makes each picture within a list anew: a menu that is left closes.
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest("details[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  model.on("change:content", show);
  show();
  return () => model.off("change:content", show);
}

export default { render };
