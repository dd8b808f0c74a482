// Following in the page: gives Python a sign that the page is open, now and every now and then.

const PAUSE = 20_000; // ms; a browser lets a hidden tab have one a minute

function render({ model }) {
  const here = () => {
    try {
      model.send({});
    } catch {
      // the kernel is gone; the page says so itself
    }
  };
  const seen = () => document.hidden || here();
  const timer = setInterval(here, PAUSE);
  document.addEventListener("visibilitychange", seen);
  here();
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", seen);
  };
}

export default { render };
