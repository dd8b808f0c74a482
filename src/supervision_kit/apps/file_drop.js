// FileDrop in the page: a drop zone, two buttons, and a line that says how far things are. Python asks for each piece.

const HIDDEN = /^(\.|~\$|thumbs\.db$|desktop\.ini$)/i; // what systems leave in folders

function make(tag, parent, properties = {}) {
  const element = document.createElement(tag);
  parent.append(Object.assign(element, properties));
  return element;
}

async function filesOf(entry, path = "") {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [{ file, name: path + file.name }];
  }
  const reader = entry.createReader();
  const found = [];
  for (let batch = [null]; batch.length; ) {
    batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    for (const each of batch) found.push(...(await filesOf(each, `${path}${entry.name}/`)));
  }
  return found;
}

function render({ model, el }) {
  let offered = [];
  const words = model.get("words");
  const fill = (sentence, places) => sentence.replace(/{(\w+)}/g, (_, name) => places[name]);
  const megabytes = (bytes) => Math.round(bytes / 1e6).toLocaleString(words.language);
  const title = make("p", el, { className: "sk-drop-title", textContent: words.title });
  const buttons = make("div", el, { className: "sk-drop-buttons" });
  const choose = make("button", buttons, { type: "button", textContent: words.files });
  const folder = make("button", buttons, { type: "button", textContent: words.folder });
  const input = make("input", el, { type: "file", multiple: true, hidden: true, tabIndex: -1 });
  const hint = make("p", el, { className: "sk-quiet" });
  hint.textContent = words.hint;
  hint.id = `sk-drop-hint-${model.get("_model_name")}-${Math.random().toString(36).slice(2)}`;
  for (const button of [choose, folder]) button.setAttribute("aria-describedby", hint.id);
  input.setAttribute("aria-label", words.input);
  const bar = make("progress", el, { max: 1, hidden: true });
  bar.setAttribute("aria-label", words.bar);
  const status = make("p", el, { className: "sk-drop-status" });
  status.setAttribute("role", "status");
  const alert = make("p", el, { hidden: true, className: "sk-banner-error" });
  alert.setAttribute("role", "alert");

  const complain = (sentence) => {
    alert.textContent = sentence;
    alert.hidden = !sentence;
  };

  const offer = (found) => {
    complain("");
    const seen = found.filter(({ file }) => !HIDDEN.test(file.name));
    const total = seen.reduce((sum, { file }) => sum + file.size, 0);
    if (model.get("is_busy")) return complain(words.busy);
    if (!seen.length) return complain(words.none);
    if (seen.length > model.get("most_files")) {
      return complain(fill(words.many, { n: seen.length }));
    }
    if (total > model.get("room")) {
      return complain(fill(words.large, { n: megabytes(total), room: megabytes(model.get("room")) }));
    }
    offered = seen;
    model.send({ kind: "offer", files: seen.map(({ file, name }) => ({ name, size: file.size })) });
  };

  const offerChosen = (list) =>
    offer([...list].map((file) => ({ file, name: file.webkitRelativePath || file.name })));

  const send = async ({ kind, file: at, start }) => {
    if (kind !== "send" || !offered[at]) return;
    try {
      const piece = await offered[at].file.slice(start, start + model.get("piece")).arrayBuffer();
      model.send({ kind: "piece" }, undefined, [piece]);
    } catch {
      model.send({ kind: "unreadable", name: offered[at].name });
    }
  };

  choose.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    offerChosen(input.files);
    input.value = ""; // so that the same file can be chosen again
  });
  folder.addEventListener("click", () => {
    const other = Object.assign(document.createElement("input"), { type: "file", webkitdirectory: true });
    other.addEventListener("change", () => offerChosen(other.files));
    other.click();
  });

  // anywhere on the page: a file that misses the zone would otherwise replace the page in the browser
  const isHere = (event) =>
    event.dataTransfer?.types.includes("Files") &&
    event.target.closest?.(".sk-page, body[data-voila]")?.contains(el);
  const over = (event) => {
    if (!isHere(event)) return;
    event.preventDefault();
    event.stopPropagation();
    el.classList.add("sk-drop-over");
  };
  const leave = (event) => event.relatedTarget === null && el.classList.remove("sk-drop-over");
  const drop = async (event) => {
    if (!isHere(event)) return;
    event.preventDefault();
    event.stopPropagation();
    el.classList.remove("sk-drop-over");
    const { items, files } = event.dataTransfer;
    const entries = [...items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    if (!entries.length) return offerChosen(files);
    try {
      offer((await Promise.all(entries.map((entry) => filesOf(entry)))).flat());
    } catch {
      complain(words.unread);
    }
  };
  const heard = { dragover: over, dragenter: over, dragleave: leave, drop };
  for (const [name, listener] of Object.entries(heard)) document.addEventListener(name, listener, true);

  const show = () => {
    status.textContent = model.get("status");
    // what has come of it stands on the page: then the line is for screen readers alone
    status.classList.toggle("sk-heard", !model.get("is_busy") && model.get("progress") < 0);
    bar.hidden = model.get("progress") < 0;
    bar.value = Math.max(model.get("progress"), 0);
    el.setAttribute("aria-busy", String(model.get("is_busy")));
    for (const button of [choose, folder]) button.setAttribute("aria-disabled", String(model.get("is_busy")));
  };
  model.on("change", show);
  model.on("msg:custom", send);
  show();
  return () => {
    model.off("change", show);
    model.off("msg:custom", send);
    for (const [name, listener] of Object.entries(heard)) document.removeEventListener(name, listener, true);
  };
}

export default { render };
