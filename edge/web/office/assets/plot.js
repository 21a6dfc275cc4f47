// A picture of a report's table: read from the table's own rows, so that neither says another figure
// than the other. Without scripts the table stands alone. Colours are the page's own.

const figure = document.querySelector("[data-plot]");
const HEIGHT = 220;

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function read(table) {
  const rows = [...table.tBodies[0].rows].filter((row) => row.dataset.value !== undefined);
  const numbers = (name) => rows.map((row) => Number(row.dataset[name]) / 10 ** figure.dataset.decimals);
  const names = rows.map((row) => row.cells[0].firstChild.textContent.trim());
  const has = table.dataset.then !== undefined;
  return { names, now: numbers("value"), then: has ? numbers("before") : null };
}

function drawn(table, { names, now, then }) {
  const places = names.map((_, place) => place);
  const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 } };
  const line = names.length > 12 && table.tBodies[0].rows[0].querySelector("th a") !== null;
  const paths = line ? undefined : window.uPlot.paths.bars({ size: [0.6, 60] });
  const series = [
    { value: (_, place) => names[place] ?? "" },
    { label: table.dataset.now, stroke: colour("--main"), fill: line ? undefined : colour("--main"), width: 2, paths, points: { show: line } },
  ];
  if (then !== null) {
    series.push({ label: table.dataset.then, stroke: colour("--warn"), width: 2, dash: [6, 4], points: { show: true, size: 6 } });
  }
  const short = names.map((name) => name.split(" – ")[0]);
  const each = (self, splits) => splits.map((place) => (Number.isInteger(place) ? (short[place] ?? "") : ""));
  const size = { width: figure.clientWidth - 16, height: HEIGHT };
  const options = {
    ...size,
    scales: { x: { time: false, range: [-0.6, names.length - 0.4] }, y: { range: (_, low, high) => [Math.min(0, low), Math.max(high, 1) * 1.05] } },
    axes: [{ ...axis, values: each, space: 80 }, { ...axis, size: 70 }],
    series,
    cursor: { drag: { x: false, y: false } },
  };
  return new window.uPlot(options, then === null ? [places, now] : [places, now, then], figure);
}

function start() {
  const table = document.getElementById(figure.dataset.plot);
  const said = read(table);
  if (said.now.length < 2) return;
  let plot = drawn(table, said);
  const again = () => {
    plot.destroy();
    plot = drawn(table, said);
  };
  addEventListener("resize", () => plot.setSize({ width: figure.clientWidth - 16, height: HEIGHT }));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
}

if (figure !== null && window.uPlot !== undefined) start();
