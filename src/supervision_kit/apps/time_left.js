// TimeLeft in the page: counts the seconds of a part down from what Python said last.

const TOLD_AT = [300, 60]; // seconds left at which it is read out

function render({ model, el }) {
  const make = (properties) => el.appendChild(Object.assign(document.createElement("span"), properties));
  const part = make({ className: "sk-time-part" });
  const shown = make({ className: "sk-time-left" });
  const heard = make({ className: "sk-heard" });
  shown.setAttribute("role", "timer");
  heard.setAttribute("role", "status");
  let since = 0; // when Python said so, by the browser's own clock that nobody sets
  let before = null;

  const left = () => {
    const { left, is_running } = model.get("clock");
    return left - (is_running ? (performance.now() - since) / 1000 : 0);
  };
  const tell = (seconds, is_running, words) => {
    if (is_running && before !== null) {
      if (before > 0 && seconds <= 0) heard.textContent = words.over;
      for (const at of TOLD_AT) {
        if (before > at && seconds <= at) heard.textContent = at > 60 ? words.minutes.replace("{n}", at / 60) : words.minute;
      }
    }
    before = seconds;
  };
  const count = () => {
    const { is_running, told } = model.get("clock");
    if (!told) return;
    const words = model.get("words");
    const seconds = left();
    const whole = Math.max(Math.ceil(seconds), 0);
    const time = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
    const text = seconds <= 0 ? words.over : (is_running ? words.left : words.stopped).replace("{time}", time);
    if (shown.textContent !== text) shown.textContent = text;
    tell(seconds, is_running, words);
  };
  const show = () => {
    since = performance.now();
    before = null;
    part.textContent = model.get("clock").part ?? "";
    count();
  };
  const timer = setInterval(count, 500);
  model.on("change:clock", show);
  show();
  return () => {
    clearInterval(timer);
    model.off("change:clock", show);
  };
}

export default { render };
