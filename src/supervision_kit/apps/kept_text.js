// KeptText in the page: hands over what is typed, and says "saved" only when Python has answered that it is.

const PAUSE = 400; // ms after the last key
const LONGEST = 900; // ms that words wait for those that follow them, however fast somebody types
const PATIENCE = 5000; // ms without an answer until the text counts as not saved
const MID_SENTENCE = 1000; // ms after a key in which whoever types goes on, though a dialog has taken the focus

function render({ model, el }) {
  const name = `sk-kept-${Math.random().toString(36).slice(2)}`;
  const make = (tag, properties) => el.appendChild(Object.assign(document.createElement(tag), properties));
  const label = make("label", { htmlFor: name });
  const field = make("textarea", { id: name });
  const status = make("span", { className: "sk-quiet", id: `${name}-status` });
  status.setAttribute("role", "status");
  field.setAttribute("aria-describedby", status.id);

  let about = null; // what the text is about; the field is written to only when that changes
  let typed = 0; // number of the newest text
  let kept = 0; // number of the newest one that is kept
  let sent = 0;
  let left = 0; // number of the newest one with which the field was left
  let pause, patience;
  let waits = null; // since when words wait to be handed over
  let lastKey = -Infinity;

  const tell = (key) => {
    status.textContent = key ? model.get("words")[key] : "";
    el.classList.toggle("sk-not-saved", key === "lost");
  };
  const isSafe = () => kept >= typed;
  const send = (isLeft) => {
    clearTimeout(pause);
    waits = null;
    sent = typed;
    try {
      model.send({ about, n: typed, text: field.value, is_left: isLeft });
    } catch {
      tell("lost");
    }
    if (isSafe()) return;
    clearTimeout(patience);
    patience = setTimeout(() => {
      if (isSafe()) return;
      tell("lost");
      send(isLeft); // perhaps the kernel is back
    }, PATIENCE);
  };
  const type = () => {
    typed += 1;
    lastKey = performance.now();
    if (!el.classList.contains("sk-not-saved")) tell("waiting");
    waits ??= performance.now();
    clearTimeout(pause);
    pause = setTimeout(() => send(false), Math.max(Math.min(PAUSE, waits + LONGEST - performance.now()), 0));
  };
  // JupyterLab says in a dialog that the kernel died: it would swallow what somebody goes on to type, and a space its OK
  const goOn = (event) => {
    const isLetter = event.key?.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
    const isTaken = document.activeElement?.closest("dialog, [role=dialog], .jp-Dialog");
    if (!isLetter || !isTaken || performance.now() - lastKey > MID_SENTENCE) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    field.setRangeText(event.key, field.selectionStart, field.selectionEnd, "end");
    type();
  };
  const leave = () => {
    if (typed === left) return;
    left = typed;
    send(true);
  };
  const answer = (message) => {
    if (message.about !== about) return;
    kept = Math.max(kept, message.kept);
    if (!isSafe()) return;
    clearTimeout(patience);
    tell("saved");
  };
  const show = () => {
    label.textContent = model.get("label");
    field.rows = model.get("rows");
    field.placeholder = model.get("hint");
    const now = model.get("field");
    if (now.about === about) return;
    if (about !== null) leave();
    clearTimeout(patience);
    about = now.about;
    field.readOnly = about === 0; // what would be typed now would belong to nothing
    typed = kept = sent = left = 0;
    lastKey = -Infinity;
    field.value = now.text;
    tell("");
  };
  const warn = (event) => {
    if (!isSafe()) event.preventDefault();
  };

  field.addEventListener("input", type);
  field.addEventListener("blur", leave);
  window.addEventListener("keydown", goOn, true);
  window.addEventListener("beforeunload", warn);
  model.on("change", show);
  model.on("msg:custom", answer);
  show();
  return () => {
    window.removeEventListener("keydown", goOn, true);
    window.removeEventListener("beforeunload", warn);
    clearTimeout(pause);
    clearTimeout(patience);
    model.off("change", show);
    model.off("msg:custom", answer);
  };
}

export default { render };
