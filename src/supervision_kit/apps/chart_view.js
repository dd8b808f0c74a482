// ChartView in the page: draws a chart as SVG, and changes only its tables while the picture itself stays the same.
// Its colours become custom properties of page.css, so that a dark page needs no other picture; what it shows can be
// read as a table beneath it. vl-convert bundles this file with its own copy of vega-embed, known here as vegaEmbed: nothing is fetched.

const EMBED_OPTIONS = { mode: "vega-lite", renderer: "svg", actions: false };
const COLOUR = /#([0-9a-f]{6})\b/gi;

function render({ model, el }) {
  const place = document.createElement("div");
  place.style.width = "100%";
  el.append(place);
  const numbers = foldNumbers(el, model);
  let chart = null;

  const draw = async () => {
    const { spec, tables } = model.get("figure");
    numbers.follow();
    if (chart?.takesTables && chart.text === textOf(spec)) {
      await changeTables(chart, tables);
    } else {
      chart = await embedAnew(place, chart, spec, tables);
      if (chart) await followPicks(chart.view, model);
    }
    chart?.view.description(inWords(spec, tables));
  };

  // one after another: a chart that is being drawn is never drawn over
  let work = Promise.resolve();
  const next = (step) => {
    work = work.then(step).then(() => dropNameless(place)).catch((error) => {
      console.error(error);
      chart?.finalize();
      chart = null;
      sayInWords(place, model.get("words").sorry);
    });
  };
  const redraw = () => next(draw);
  const repick = () => next(() => chart && showPick(chart.view, model.get("picked")));
  const resized = new ResizeObserver(() => next(() => chart && fitWidth(chart, place)));

  model.on("change:figure", redraw);
  model.on("change:picked", repick);
  redraw();
  resized.observe(place);
  return () => {
    resized.disconnect();
    model.off("change:figure", redraw);
    model.off("change:picked", repick);
    next(() => chart?.finalize());
  };
}

// what is drawn, without what is said of it
const textOf = ({ description, usermeta, ...drawing }) => JSON.stringify(drawing);

async function embedAnew(place, old, spec, tables) {
  old?.finalize();
  const stage = document.createElement("div");
  stage.style.width = "100%";
  place.replaceChildren(stage);
  if (!spec.$schema) return null;
  const text = textOf(spec);
  const coloured = JSON.parse(text.replace(COLOUR, (colour, digits) => `var(--sk-chart-${digits.toLowerCase()}, ${colour})`));
  const { view, vgSpec, finalize } = await vegaEmbed(stage, { ...coloured, datasets: tables }, EMBED_OPTIONS);
  const chart = { text, view, finalize, width: null };
  chart.fills = "vconcat" in spec ? "panels" : spec.width === "container" && "view";
  // dates and the like are read from text only while a chart is embedded
  chart.takesTables = !vgSpec.data.some(({ format }) => format?.parse);
  chart.panelWidths = vgSpec.signals.map(({ name }) => name).filter((name) => /width$/i.test(name));
  await fitWidth(chart, place);
  return chart;
}

async function changeTables(chart, tables) {
  for (const [name, rows] of Object.entries(tables)) {
    chart.view.data(name, structuredClone(rows));
  }
  await chart.view.runAsync();
}

// Vega-Lite fits single charts into their container, and only when the window changes; panels under each other, never.
async function fitWidth(chart, place) {
  const width = place.clientWidth;
  if (!chart.fills || !width || width === chart.width) return;
  chart.width = width;
  if (chart.fills === "view") {
    await chart.view.signal("width", width).runAsync();
    return;
  }
  // twice: what stands beside the panels (axis labels, legend) can itself change with their width
  for (let pass = 0; pass < 2; pass += 1) {
    const excess = Math.ceil(place.querySelector("svg").getBoundingClientRect().width) - width;
    for (const name of chart.panelWidths) {
      chart.view.signal(name, Math.max(chart.view.signal(name) - excess, 80));
    }
    await chart.view.runAsync();
  }
}

const hasPicks = (view) => "picked" in view.getState({ data: () => false, signals: (name) => name === "picked" }).signals;

const picksOf = (view) =>
  Object.fromEntries(Object.entries(view.signal("picked") ?? {}).filter(([name]) => name !== "vlPoint"));

async function followPicks(view, model) {
  if (!hasPicks(view)) return;
  await showPick(view, model.get("picked"));
  view.addSignalListener("picked", () => {
    model.set("picked", picksOf(view));
    model.save_changes();
  });
}

// what Python picks, such as the session chosen from a list, is shown as if it had been clicked
async function showPick(view, picked) {
  if (!hasPicks(view) || JSON.stringify(picksOf(view)) === JSON.stringify(picked)) return;
  const fields = view.signal("picked_tuple_fields");
  const values = fields.map(({ field }) => picked[field]?.[0]);
  if (values.includes(undefined)) view.data("picked_store", []);
  else view.signal("picked_tuple", { unit: "", fields, values });
  await view.runAsync();
}

// Vega leaves a group of marks that was emptied its role, without a name
function dropNameless(place) {
  for (const group of place.querySelectorAll("svg g[role=graphics-symbol]:not([aria-label])")) group.removeAttribute("role");
}

// what the picture shows, for those who do not see it
const inWords = (spec, tables) => [spec.description, tables.frame?.[0]?.says].filter(Boolean).join(" ");

function foldNumbers(el, model) {
  const fold = document.createElement("details");
  fold.className = "sk-numbers";
  const summary = fold.appendChild(document.createElement("summary"));
  const box = fold.appendChild(document.createElement("div"));
  box.className = "sk-scroll";
  box.setAttribute("role", "group");
  box.tabIndex = 0;
  el.append(fold);

  const follow = () => {
    const { spec, tables } = model.get("figure");
    const told = spec.usermeta?.numbers;
    const rows = tables[told?.table] ?? [];
    fold.hidden = !rows.length;
    summary.textContent = model.get("words").numbers;
    box.setAttribute("aria-label", model.get("words").numbers);
    box.replaceChildren(...(fold.open && rows.length ? [tableOf(told.columns, rows)] : []));
  };
  fold.addEventListener("toggle", follow);
  return { follow };
}

function tableOf(columns, rows) {
  const table = document.createElement("table");
  table.className = "sk-table";
  const head = table.createTHead().insertRow();
  for (const title of Object.values(columns)) {
    const cell = head.appendChild(document.createElement("th"));
    cell.scope = "col";
    cell.textContent = title;
  }
  const body = table.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    for (const name of Object.keys(columns)) line.insertCell().textContent = row[name] ?? "–";
  }
  return table;
}

function sayInWords(place, sentence) {
  const box = document.createElement("p");
  box.className = "sk-banner-error";
  box.setAttribute("role", "alert");
  box.textContent = sentence;
  place.replaceChildren(box);
}

export default { render };
