// ChartView in the page: draws a chart as SVG, and changes only its tables while the picture itself stays the same.
// vl-convert bundles this file with its own copy of vega-embed, known here as vegaEmbed: nothing is fetched.

const EMBED_OPTIONS = { mode: "vega-lite", renderer: "svg", actions: false };
const SORRY = "This chart could not be drawn. Please reload the page; if that does not help, tell whoever looks after it.";

function render({ model, el }) {
  const place = document.createElement("div");
  place.style.width = "100%";
  el.append(place);
  let chart = null;

  const draw = async () => {
    const { spec, tables } = model.get("figure");
    if (chart?.takesTables && chart.text === JSON.stringify(spec)) {
      await changeTables(chart, tables);
    } else {
      chart = await embedAnew(place, chart, spec, tables);
      if (chart) reportPicks(chart.view, model);
    }
  };

  // one after another: a chart that is being drawn is never drawn over
  let work = Promise.resolve();
  const next = (step) => {
    work = work.then(step).catch((error) => {
      console.error(error);
      chart?.finalize();
      chart = null;
      sayInWords(place, SORRY);
    });
  };
  const redraw = () => next(draw);
  const resized = new ResizeObserver(() => next(() => chart && fitWidth(chart, place)));

  model.on("change:figure", redraw);
  redraw();
  resized.observe(place);
  return () => {
    resized.disconnect();
    model.off("change:figure", redraw);
    next(() => chart?.finalize());
  };
}

async function embedAnew(place, old, spec, tables) {
  old?.finalize();
  const stage = document.createElement("div");
  stage.style.width = "100%";
  place.replaceChildren(stage);
  if (!spec.$schema) return null;
  const text = JSON.stringify(spec);
  const { view, vgSpec, finalize } = await vegaEmbed(stage, { ...structuredClone(spec), datasets: tables }, EMBED_OPTIONS);
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

function reportPicks(view, model) {
  const report = (_, value) => {
    const fields = Object.entries(value ?? {}).filter(([name]) => name !== "vlPoint");
    model.set("picked", Object.fromEntries(fields));
    model.save_changes();
  };
  if ("picked" in view.getState({ data: () => false, signals: (name) => name === "picked" }).signals) {
    view.addSignalListener("picked", report);
    report("picked", view.signal("picked"));
  }
}

function sayInWords(place, sentence) {
  const box = document.createElement("p");
  box.className = "sk-banner-error";
  box.setAttribute("role", "alert");
  box.textContent = sentence;
  place.replaceChildren(box);
}

export default { render };
