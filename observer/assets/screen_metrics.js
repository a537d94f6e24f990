// Figures of the last five minutes. They are kept by the node, so that there is
// something to see as soon as one looks.
import { button, h, set, table, text } from "./dom.js";
import { bytes, clock, count, rate } from "./format.js";
import { line } from "./spark.js";
import { replace } from "./router.js";

const charts = [
  ["in", "Messages in, a second", rate], ["out", "Messages out, a second", rate], ["busy", "Processes at work, on average", rate],
  ["mailbox", "Messages that wait", count], ["processes", "Processes", count, true], ["running", "Running", count], ["queued", "Queued", count],
  ["restarts", "Restarts, each time", count], ["crashes", "Crashes, each time", count], ["goroutines", "Goroutines", count, true], ["heap_bytes", "Heap", bytes, true],
];

const decimal = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });

// ownCharts are those of the program's own figures, which points have by "own NAME".
function ownCharts(points) {
  const names = new Set(points.flatMap((p) => Object.keys(p.own ?? {})));
  return [...names].sort().map((name) => ["own " + name, name, (n) => decimal.format(n), true]);
}

function withOwn(p) {
  return { ...p, ...Object.fromEntries(Object.entries(p.own ?? {}).map(([name, value]) => ["own " + name, value])) };
}

export function metrics(page, { params }) {
  let points = [];
  let asTable = params.table === "1";
  const link = h("a", { class: "button", hidden: true }, "What the program exports");
  const span = h("p", { class: "tally" });
  const body = h("div", { class: "part" });
  const toggle = button("As a table", () => {
    asTable = !asTable;
    replace("metrics", { table: asTable });
    draw();
  });

  function draw() {
    set(toggle, { "aria-pressed": String(asTable) });
    const known = [...ownCharts(points), ...charts].filter(([key]) => points.some((p) => p[key] !== undefined));
    if (!points.length) return body.replaceChildren(h("p", { class: "note" }, "No figures yet: the first comes within seconds."));
    text(span, `${clock(points[0].at)} to ${clock(points.at(-1).at)}`);
    if (!asTable) return body.replaceChildren(h("div", { class: "charts" }, known.map((c) => chart(c, points))));
    const every = Math.max(1, Math.ceil(points.length / 60));
    const rows = points.filter((_, i) => (points.length - 1 - i) % every === 0).toReversed();
    const before = body.querySelector(".scroll")?.scrollTop ?? 0;
    body.replaceChildren(table("Figures over time, the newest first", ["Time", ...known.map(([, label]) => label)],
      rows.map((p) => [clock(p.at), ...known.map(([key, , show]) => show(p[key]) || "0")])));
    body.firstChild.classList.add("tall");
    body.firstChild.scrollTop = before;
  }

  // Restarts and crashes are counted from the start; here those since the
  // point before are shown.
  function steps(all) {
    return all.map((p, i) => {
      const before = all[i - 1] ?? p;
      return { ...p, restarts: Math.max(0, p.restarts - before.restarts), crashes: Math.max(0, p.crashes - before.crashes) };
    });
  }

  page.setup.then(({ metrics }) => set(link, { hidden: !metrics, href: metrics }));
  page.live.show("metrics", {}, (data, kind) => {
    if (kind === "error") return page.problem(data);
    page.problem(null);
    points = steps(data.points ?? []).map(withOwn);
    draw();
  });
  return { el: h("section", { class: "screen flow" }, h("div", { class: "bar" }, h("h1", {}, "Metrics"), span, h("span", { class: "row end" }, link, toggle)), body), title: "Metrics" };
}

function chart([key, label, show, floats], points) {
  const values = points.map((p) => p[key] ?? NaN);
  const known = values.filter(Number.isFinite);
  return h("section", { class: "card chart" },
    h("div", { class: "mini-head" }, h("h2", {}, label), h("strong", { class: "now" }, show(known.at(-1)) || "0")),
    line(values, { height: 70, zero: !floats, times: points.map((p) => Date.parse(p.at)) }),
    h("p", { class: "dim ends" }, h("span", {}, `least ${show(Math.min(...known)) || "0"}`), h("span", {}, `most ${show(Math.max(...known)) || "0"}`)));
}
