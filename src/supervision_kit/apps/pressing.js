// Pressing in the page: what somebody pressed is clicked, though the page moved or was drawn anew before they let go.
// A browser clicks only where both happen on the same element, and answers come in just then.

const CONTROLS = "button, a[href], summary, label, input[type=checkbox], input[type=radio]";
const STILL = 6; // px that a pointer may stray while it presses; who draws it further away takes the press back

function render({ el }) {
  let pressed = null;

  const page = () => el.closest(".sk-page");
  const nameOf = ({ localName, dataset, textContent, ariaLabel, value }) =>
    JSON.stringify(dataset.do ? [localName, { ...dataset }] : [localName, ariaLabel, value, textContent.trim()]);
  const asItIsNow = ({ control, name }) => {
    if (control.isConnected) return control;
    const same = [...page().querySelectorAll(control.localName)].filter((one) => nameOf(one) === name);
    return same.length === 1 ? same[0] : null;
  };

  const press = (event) => {
    const control = event.isPrimary && event.button === 0 && event.target.closest?.(CONTROLS);
    const isHere = control && page()?.contains(control);
    pressed = isHere ? { control, name: nameOf(control), x: event.clientX, y: event.clientY } : null;
  };
  const letGo = ({ clientX, clientY }) => {
    const waiting = pressed;
    if (!waiting || Math.hypot(clientX - waiting.x, clientY - waiting.y) > STILL) return;
    // the browser's own click comes first, if it comes
    setTimeout(() => {
      if (pressed !== waiting) return;
      pressed = null;
      asItIsNow(waiting)?.click();
    });
  };
  const hear = ({ target }) => {
    if (pressed?.control.contains(target)) pressed = null;
  };
  const forget = () => {
    pressed = null;
  };

  const followed = { pointerdown: press, pointerup: letGo, click: hear, pointercancel: forget, dragstart: forget };
  for (const [kind, follow] of Object.entries(followed)) document.addEventListener(kind, follow, true);
  return () => {
    for (const [kind, follow] of Object.entries(followed)) document.removeEventListener(kind, follow, true);
  };
}

export default { render };
