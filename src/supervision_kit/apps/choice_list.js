// ChoiceList in the page: a fieldset of boxes to tick, or of buttons of which one is chosen.

function render({ model, el }) {
  const name = `sk-choices-${Math.random().toString(36).slice(2)}`;
  const make = (tag, parent, properties = {}) => parent.appendChild(Object.assign(document.createElement(tag), properties));
  const set = make("fieldset", el);
  make("legend", set, { textContent: model.get("legend") });
  if (model.get("hint")) {
    make("p", set, { className: "sk-quiet", textContent: model.get("hint"), id: `${name}-hint` });
    set.setAttribute("aria-describedby", `${name}-hint`);
  }

  const inputs = new Map();
  const rows = [];
  if (model.get("search")) {
    const label = make("label", set, { className: "sk-find", textContent: `${model.get("search")} ` });
    const find = make("input", label, { type: "search" });
    find.addEventListener("input", () => {
      const wanted = find.value.trim().toLocaleLowerCase();
      for (const row of rows) row.hidden = !row.textContent.toLocaleLowerCase().includes(wanted);
    });
  }
  const groups = make("div", set, { className: "sk-choice-groups" });
  for (const { title, choices } of model.get("groups")) {
    const group = make("div", groups);
    if (title) {
      const heading = make("div", group, { className: "sk-choice-title", textContent: title, id: `${name}-${rows.length}` });
      group.setAttribute("role", "group");
      group.setAttribute("aria-labelledby", heading.id);
    }
    for (const [key, words] of choices) {
      const row = make("label", group);
      const input = make("input", row, { type: model.get("is_single") ? "radio" : "checkbox", name });
      row.append(` ${words}`);
      rows.push(row);
      inputs.set(key, input);
      input.addEventListener("change", () => {
        model.set("value", [...inputs].filter(([, one]) => one.checked).map(([one]) => one));
        model.save_changes();
      });
    }
  }

  const show = () => {
    const value = model.get("value");
    for (const [key, input] of inputs) input.checked = value.includes(key);
  };
  model.on("change:value", show);
  show();
  return () => model.off("change:value", show);
}

export default { render };
