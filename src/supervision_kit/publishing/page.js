// The page that opens by double click: shows one case at a time, and draws its ratings as SVG from what Python worked out.
// Nothing is computed here but where things stand, and nothing is fetched.
"use strict";

const content = JSON.parse(document.getElementById("content").textContent);
const { words, cases } = content;
const byId = (id) => document.getElementById(id);
const articles = [...document.querySelectorAll("article.sk-shared-case")];
const overview = byId("overview");
const stage = byId("stage");
const picker = byId("picker");
const slider = byId("revealed");
const scale = byId("scale");

let shown = -1; // which case; -1 is the overview
let wanted = null; // which scale; null is the one that each case is read by
let revealed = null; // up to which session, while it is revealed session by session
const hidden = new Set(); // layers that are not drawn

// ---- one case at a time

function show(place, { focus = false } = {}) {
  shown = place;
  revealed = null;
  overview.hidden = place >= 0;
  articles.forEach((article, at) => { article.hidden = at !== place; });
  picker.value = String(place);
  byId("before").disabled = place < 0;
  byId("after").disabled = place >= cases.length - 1;
  byId("where").textContent = place < 0 ? words.overview : fill(words.where, { case: cases[place].name, n: place + 1, all: cases.length });
  document.title = place < 0 ? words.title : `${cases[place].name} · ${words.title}`;
  if (place >= 0) {
    articles[place].querySelector(".sk-stage-place").append(stage);
    stage.hidden = !cases[place].charts.length;
    offerScales(cases[place].charts);
    reveal(null);
  }
  if (focus) (place < 0 ? overview : articles[place]).querySelector("h2").focus();
}

const addressOf = (place) => (place < 0 ? "#overview" : `#${articles[place].id}`);
const placeOf = (address) => articles.findIndex(({ id }) => `#${id}` === address);

function go(place) {
  if (place >= -1 && place < cases.length && place !== shown) {
    history.replaceState(null, "", addressOf(place));
    show(place);
    window.scrollTo(0, 0);
  }
}

picker.addEventListener("change", () => go(Number(picker.value)));
byId("before").addEventListener("click", () => go(shown - 1));
byId("after").addEventListener("click", () => go(shown + 1));
window.addEventListener("hashchange", () => show(placeOf(location.hash), { focus: true }));
document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, select, textarea, .sk-scroll");
  if (isTyping || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step) go(shown + step);
});

// ---- one scale at a time

const chartShown = () => cases[shown].charts[scale.selectedIndex];

function offerScales(charts) {
  scale.replaceChildren(...charts.map((chart) => new Option(chart.name, chart.scale)));
  scale.selectedIndex = Math.max(charts.findIndex((chart) => chart.scale === wanted), 0);
  byId("scales").hidden = charts.length < 2;
  tellScale();
}

function tellScale() {
  const [headline] = cases[shown].charts;
  const isOther = scale.selectedIndex > 0;
  byId("ofScale").textContent = isOther ? fill(words.ofScale, { scale: headline.name }) : "";
}

scale.addEventListener("change", () => {
  wanted = scale.value;
  tellScale();
  reveal(revealed);
});

// ---- session by session

function reveal(session) {
  const chart = chartShown();
  revealed = chart && session !== null ? Math.min(Math.max(session, 1), chart.last) : null;
  const isRevealing = revealed !== null;
  byId("reveal").setAttribute("aria-pressed", String(isRevealing));
  byId("steps").hidden = !isRevealing;
  byId("veiled").hidden = !isRevealing;
  for (const part of articles[shown].querySelectorAll(".sk-afterwards")) part.hidden = isRevealing;
  slider.max = String(chart?.last ?? 1);
  byId("next").disabled = isRevealing && revealed >= chart.last;
  slider.value = String(revealed ?? chart?.last ?? 1);
  slider.setAttribute("aria-valuetext", fill(words.upTo, { session: slider.value }));
  byId("upTo").textContent = fill(words.upTo, { session: slider.value });
  draw();
}

byId("reveal").addEventListener("click", () => reveal(revealed === null ? 1 : null));
byId("next").addEventListener("click", () => reveal(revealed + 1));
byId("whole").addEventListener("click", () => { reveal(null); byId("reveal").focus(); });
slider.addEventListener("input", () => reveal(Number(slider.value)));

for (const box of stage.querySelectorAll("input[data-layer]")) {
  box.addEventListener("change", () => {
    if (box.checked) hidden.delete(box.dataset.layer);
    else hidden.add(box.dataset.layer);
    draw();
  });
}

// ---- the drawing

const LEFT = 34, RIGHT = 14, LANE = 14, LANES = 3, HEIGHT = 190, OUTCOME = 84, ROW = 18, GAP = 22, WIDE = 560;
const SHAPES = { circle: (x, y, r) => node("circle", { cx: x, cy: y, r }), triangle: (x, y, r) => path(`M${x - r} ${y - r}h${2 * r}L${x} ${y + r}z`), diamond: (x, y, r) => path(`M${x} ${y - r}L${x + r} ${y}L${x} ${y + r}L${x - r} ${y}z`) };

const fill = (text, named) => text.replace(/\{(\w+)\}/g, (whole, name) => named[name] ?? whole);

function node(name, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
const path = (d) => node("path", { d });
const text = (said, attributes) => node("text", attributes, said);
const styled = (element, name) => { element.setAttribute("class", name); return element; };
const titled = (element, said) => { element.append(node("title", {}, said)); return element; };

function draw() {
  const place = byId("drawing");
  const chart = shown < 0 ? null : chartShown();
  if (!chart) return place.replaceChildren();
  const width = Math.max(place.clientWidth, 280);
  const isWhole = revealed === null;
  const until = isWhole ? Infinity : revealed + 0.5;
  const has = (layer) => !hidden.has(layer);
  const seen = (rows, name = "session") => rows.filter((row) => row[name] <= until);
  const tables = chart.tables;
  const x = (session) => LEFT + ((session - 0.5) / chart.reach) * (width - LEFT - RIGHT);
  const y = (top, height, [low, high]) => (value) => top + height - ((value - low) / (high - low)) * height;
  const measures = has("outcome") ? cases[shown].measures : [];
  const top = LANES * LANE + 26, bottom = top + HEIGHT, noForm = bottom + ROW - 4;
  const end = noForm + 12 + measures.length * (OUTCOME + GAP + 10);
  const svg = node("svg", { viewBox: `0 0 ${width} ${end + 34}`, width, height: end + 34, role: "img", "aria-label": isWhole ? chart.says : fill(words.revealed, { session: revealed, all: chart.last }) });

  frame(svg, { title: chart.title, range: chart.range, top, height: HEIGHT, width, at: y(top, HEIGHT, chart.range) });
  if (has("falls") && isWhole) episodes(svg, { rows: tables.episodes, x, top, bottom, isWide: width - LEFT - RIGHT >= WIDE });
  const scaled = y(top, HEIGHT, chart.range);
  if (has("marks")) for (const name of ["expected", "limit"]) svg.append(...steps(seen(tables[name], "at"), x, scaled, name));
  if (has("second")) svg.append(...line(seen(tables.second), x, scaled, "second", () => ["circle", "second", 2.6]));
  svg.append(...line(seen(tables.ratings), x, scaled, "rated", look));
  for (const row of seen(tables.ratings)) {
    if (has("marks") && row.state === "marked (R)") svg.append(text("R", { x: x(row.session), y: scaled(row.score) + 19, class: "sign" }));
  }
  for (const row of seen(tables.no_form)) svg.append(titled(text("×", { x: x(row.session), y: noForm, class: "none" }), row.says));
  measures.forEach((measure, n) => outcome(svg, { measure, rows: seen(measure.rows), x, y, width, top: noForm + 12 + n * (OUTCOME + GAP + 10) + GAP }));
  axis(svg, { x, last: chart.last, reach: chart.reach, width, at: end + 14 });
  if (!isWhole) svg.append(node("rect", { x: x(revealed + 0.5), y: top, width: Math.max(width - RIGHT - x(revealed + 0.5), 0), height: HEIGHT, class: "unseen" }));
  place.replaceChildren(svg);
  follow(seen(tables.ratings), isWhole);

  function look(row) {
    if (!has("marks")) return ["circle", "rated", 4];
    return { "marked (R)": ["triangle", "marked", 6], "not marked": ["circle", "rated", 4] }[row.state] ?? ["circle", "unjudged", 4];
  }
}

function frame(svg, { title, range, top, height, width, at }) {
  svg.append(text(title, { x: 2, y: top - 9, class: "title" }));
  for (const tick of ticks(...range)) {
    svg.append(node("line", { x1: LEFT, x2: width - RIGHT, y1: at(tick), y2: at(tick), class: "grid" }));
    svg.append(text(words.numbers.format(tick), { x: LEFT - 7, y: at(tick) + 4, class: "tick" }));
  }
}

function ticks(low, high) {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((size) => size >= rough * 0.99);
  const found = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high + step / 1e6; tick += step) found.push(Math.round(tick / step) * step);
  return found;
}

function runs(rows) {
  const found = new Map();
  for (const row of rows) found.set(row.run, [...(found.get(row.run) ?? []), row]);
  return [...found.values()];
}

const through = (points) => `M${points.map(([a, b]) => `${a.toFixed(1)} ${b.toFixed(1)}`).join("L")}`;

function line(rows, x, y, name, look) {
  const lines = runs(rows).filter((run) => run.length > 1).map((run) => styled(path(through(run.map((row) => [x(row.session), y(row.score)]))), `line ${name}`));
  const points = rows.map((row) => {
    const [shape, kind, size] = look(row);
    return titled(styled(SHAPES[shape](x(row.session), y(row.score), size), `point ${kind}`), row.says);
  });
  return [...lines, ...points];
}

const steps = (rows, x, y, name) =>
  runs(rows).filter((run) => run.length > 1).map((run) => styled(path(through(run.map((row) => [x(row.at), y(row.value)]))), `line ${name}`));

function episodes(svg, { rows, x, top, bottom, isWide }) {
  for (const row of rows) {
    const look = `episode ${row.outcome.replaceAll(" ", "-")}`;
    const band = node("rect", { x: x(row.from), y: top - 4, width: x(row.to) - x(row.from), height: bottom - top + 4, class: look });
    const lane = isWide ? row.wide_lane : row.narrow_lane;
    const flag = 12 + (LANES - 1 - lane) * LANE;
    svg.append(titled(band, row.says), node("line", { x1: x(row.from), x2: x(row.from), y1: flag - 9, y2: top - 4, class: look }));
    svg.append(text(isWide ? row.wide_word : row.narrow_word, { x: x(row.from) + 4, y: flag, class: "flag" }));
  }
}

function outcome(svg, { measure, rows, x, y, width, top }) {
  const at = y(top, OUTCOME, measure.range);
  frame(svg, { title: measure.title, range: measure.range, top, height: OUTCOME, width, at });
  for (const { line: level, label } of measure.line) {
    svg.append(titled(node("line", { x1: LEFT, x2: width - RIGHT, y1: at(level), y2: at(level), class: "line limit" }), label));
    svg.append(text(label.replace("\n", " "), { x: width - RIGHT, y: at(level) - 4, class: "published" }));
  }
  svg.append(...line(rows, x, at, "outcome", () => ["diamond", "outcome", 3.6]));
}

function axis(svg, { x, last, reach, width, at }) {
  const every = [1, 2, 5, 10, 20, 50, 100].find((n) => ((width - LEFT - RIGHT) / reach) * n >= 26) ?? 200;
  for (let session = 1; session <= last; session += 1) {
    if (session === 1 || session % every === 0) svg.append(text(String(session), { x: x(session), y: at, class: "session" }));
  }
  svg.append(text(words.session, { x: LEFT + (width - LEFT - RIGHT) / 2, y: at + 16, class: "session" }));
}

// ---- the same in a table, which grows with what is revealed

function follow(rows, isWhole) {
  const latest = rows.at(-1);
  byId("told").textContent = isWhole || !latest ? "" : latest.says;
  for (const row of articles[shown].querySelectorAll(".sk-numbers tr[data-session]")) row.hidden = !isWhole && Number(row.dataset.session) > revealed;
  for (const table of articles[shown].querySelectorAll(".sk-numbers")) table.hidden = Number(table.dataset.chart) !== scale.selectedIndex;
}

words.numbers = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 });
new ResizeObserver(draw).observe(byId("drawing"));

// what is folded is printed as well, as far as it belongs to what is shown
let opened = [];
window.addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")].filter((fold) => fold.offsetParent);
  for (const fold of opened) fold.open = true;
});
window.addEventListener("afterprint", () => { for (const fold of opened) fold.open = false; });

byId("bar").hidden = false;
document.documentElement.classList.add("scripted");
show(placeOf(location.hash));
