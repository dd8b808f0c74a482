// Arrival in the page: tells Python once that the page is seen, so that what takes long can begin.

function render({ model }) {
  model.send({});
}

export default { render };
