// What went wrong, over time: a lane for each supervisor, and the same as a
// table.
import { button, h, set, text } from "./dom.js";
import { aboutOf, dueOf, fold, homeOf, homesOf, kindOf, reasonOf, times, untilDue } from "./events.js";
import { clock, clockMillis, count, plural } from "./format.js";
import { Grid } from "./grid.js";
import { icon, shape } from "./icons.js";
import { moment, processLink } from "./columns.js";
import { replace } from "./router.js";

const most = 5000; // events that are kept
const spans = [[1 / 6, "10 s"], [1, "1 min"], [5, "5 min"], [30, "30 min"], [0, "all"]];
const laneHeight = 30;
const markSize = 16;
const lanesShown = 12;
const dueWidth = 64; // px for when the next restart is due

export function restarts(page, { params }) {
  const screen = new Restarts(page, params);
  return { el: screen.el, title: "Restarts", grid: screen.grid, refresh: () => screen.draw() };
}

export function eventColumns() {
  return [
    {
      id: "at", label: "When", min: 88, want: 116, rank: 0, class: "clip", sign: (e) => clockMillis(e.at),
      draw: (cell, e) => cell.replaceChildren(moment(e.at, clock(e.at), h("span", { class: "millis" }, clockMillis(e.at).slice(clock(e.at).length)))),
    },
    {
      id: "kind", label: "What", min: 84, grow: 110, rank: 1, sign: (e) => e.kind,
      draw: (cell, e) => cell.replaceChildren(h("span", { class: "kind " + (kindOf(e)[2] ? "bad-text" : "") }, icon(kindOf(e)[0]), kindOf(e)[1])),
    },
    {
      id: "sup", label: "Supervisor", min: 110, grow: 130, rank: 4, class: "clip", sign: (e) => e.supervisor_name || e.supervisor || "",
      draw: (cell, e) => cell.replaceChildren(e.supervisor ? processLink(e.supervisor, e.supervisor_name || e.supervisor) : ""),
    },
    { id: "child", label: "Child", min: 110, grow: 130, rank: 3, class: "clip", sign: (e) => aboutOf(e) + (e.names?.size > 1 ? ` and ${count(e.names.size - 1)} more` : "") },
    {
      id: "why", label: "Why", min: 110, grow: 460, rank: 2, below: true, class: "why", sign: (e) => [e.seq, e.times, untilDue(e)].join(),
      draw: (cell, e) => cell.replaceChildren(times(e),
        e.crash ? h("a", { href: "#/crashes/" + e.crash, tabindex: -1, class: "said" }, reasonOf(e)) : h("span", { class: "said" }, reasonOf(e)),
        untilDue(e) ? h("span", { class: "strong" }, `(${untilDue(e)} left)`) : ""),
    },
  ];
}

class Restarts {
  constructor(page, params) {
    this.page = page;
    this.events = [];
    this.span = Number(params.span ?? 5);
    this.failed = params.failed === "1";
    this.each = params.each === "1";
    this.grid = new Grid({
      label: "Events", columns: eventColumns(), keyOf: (e) => e.key ?? String(e.seq), empty: "Asking the node…",
      letters: () => page.letters,
      onOpen: (e) => page.go(e.crash ? "crashes/" + e.crash : "process/" + (e.pid || e.supervisor || "").replace(/[<>]/g, "")),
    });
    this.tally = h("p", { class: "tally" });
    this.gap = h("p", { class: "chip warn", hidden: true, title: "The node remembers its last thousand events; more have come at once" }, icon("warn"), "not all");
    this.spanButtons = spans.map(([minutes, label]) => button(label, () => this.choose({ span: minutes }), { "data-span": minutes }));
    this.failedButton = button("Failures only", () => this.choose({ failed: !this.failed }));
    this.foldButton = button("Fold repeats", () => this.choose({ each: !this.each }), { title: "One row for what says the same about the same child" });
    this.lanes = h("div", { class: "lanes", "aria-hidden": "true", onclick: (e) => this.clicked(e) });
    this.el = h("section", { class: "screen" },
      h("div", { class: "bar" }, h("h1", {}, "Restarts"), this.tally, this.gap, h("div", { class: "row end", role: "group", "aria-label": "What is shown" }, this.spanButtons, this.failedButton, this.foldButton)),
      this.lanes, this.grid.frame);
    this.choose({});
    new ResizeObserver(() => this.lanes.clientWidth !== this.drawnWidth && this.draw()).observe(this.el);
    page.live.show("events", {}, (data, kind) => this.take(data, kind));
  }

  choose(change) {
    Object.assign(this, change);
    for (const b of this.spanButtons) set(b, { "aria-pressed": String(Number(b.dataset.span) === this.span) });
    set(this.failedButton, { "aria-pressed": String(this.failed) });
    set(this.foldButton, { "aria-pressed": String(!this.each) });
    replace("restarts", { span: this.span, failed: this.failed, each: this.each });
    this.fresh = true;
    this.draw();
  }

  take(data, kind) {
    if (kind === "error") return this.page.problem(data);
    const known = kind === "full" ? [] : this.events;
    const last = known.at(-1)?.seq ?? 0;
    if (kind === "delta" && data.gap) this.gap.hidden = false;
    this.grid.empty = "Nothing has gone wrong so far.";
    this.events = known.concat((data.events ?? []).filter((e) => e.seq > last)).slice(-most);
    this.fresh = true;
    this.draw();
  }

  // shown are the events in the span, the oldest first.
  shown(from) {
    return this.events.filter((e) => Date.parse(e.at) >= from && (!this.failed || kindOf(e)[2]));
  }

  draw() {
    const now = this.page.live.paused ? (this.stood ??= Date.now()) : Date.now();
    if (!this.page.live.paused) this.stood = null;
    const first = this.events.length ? Date.parse(this.events[0].at) : now - 60000;
    const from = this.span ? now - this.span * 60000 : Math.min(first, now - 60000);
    const events = this.shown(from);
    const homes = homesOf(this.events);
    this.drawLanes(events, from, now, homes);
    if (!this.fresh && events.length === this.drawn) return this.grid.draw();
    this.fresh = false;
    this.drawn = events.length;
    const rows = this.each ? events : fold(events, homes);
    text(this.tally, plural(events.length, "event") + (rows.length < events.length ? ` in ${plural(rows.length, "row")}` : ""));
    this.grid.setRows({ total: rows.length, offset: 0, rows: rows.toReversed() });
  }

  drawLanes(events, from, now, homes) {
    const by = Map.groupBy(events, (e) => homeOf(e, homes) || e.pid || "");
    const lanes = [...by].sort((a, b) => b[1].length - a[1].length);
    const width = Math.max(120, this.lanes.clientWidth - this.labelWidth() - dueWidth);
    this.marks = [];
    const rows = lanes.slice(0, lanesShown).map(([pid, list]) => this.lane(pid, list, from, now, width, homes));
    const more = lanes.length - lanesShown;
    this.lanes.replaceChildren(...rows,
      more > 0 ? h("p", { class: "note" }, `and ${plural(more, "supervisor")} more in the table`) : "",
      h("div", { class: "axis" }, h("span", {}, clock(from)), h("span", {}, clock((from + now) / 2)), h("span", {}, clock(now))));
    this.lanes.hidden = !lanes.length;
    this.drawnWidth = this.lanes.clientWidth;
  }

  labelWidth() {
    return this.lanes.clientWidth < 520 ? 104 : 192;
  }

  // lane draws the marks of one supervisor. Those that would lie on each other
  // are one, with how many they are.
  lane(pid, events, from, now, width, homes) {
    const svg = shape("svg", { viewBox: `0 0 ${width} ${laneHeight}`, width, height: laneHeight, class: "lane" }, shape("line", { x1: 0, x2: width, y1: laneHeight / 2, y2: laneHeight / 2 }));
    const at = (e) => 8 + ((Date.parse(e.at) - from) / (now - from)) * (width - 60);
    let group = [];
    const flush = () => {
      if (group.length) svg.append(this.mark(group, at(group[0])));
      group = [];
    };
    for (const e of events) {
      if (group.length && at(e) - at(group[0]) > markSize + (group.length > 1 ? 38 : 2)) flush();
      group.push(e);
    }
    flush();
    const next = events.filter((e) => dueOf(e) > now).sort((a, b) => dueOf(a) - dueOf(b))[0];
    return h("div", { class: "lane-row" }, h("span", { class: "lane-name", title: pid }, homes.names.get(pid) || pid || "the node"), svg,
      h("span", { class: "due", title: next && "until the next restart: " + next.child }, next ? "in " + untilDue(next) : ""));
  }

  // mark draws the worst of some events, and how many there are.
  mark(group, x) {
    const worst = group.find((e) => e.kind === "gave_up") ?? group.find((e) => e.kind === "crash") ?? group.find((e) => kindOf(e)[2]) ?? group[0];
    const [shapeName, word, failure] = kindOf(worst);
    const image = icon(shapeName);
    image.setAttribute("x", x - markSize / 2);
    image.setAttribute("y", (laneHeight - markSize) / 2);
    image.setAttribute("width", markSize);
    image.setAttribute("height", markSize);
    const g = shape("g", { class: "mark " + (failure ? "failure " : "") + "k-" + worst.kind, "data-crash": worst.crash ?? "", "data-pid": worst.pid ?? worst.supervisor ?? "" },
      shape("rect", { x: x - 12, y: 3, width: group.length > 1 ? 46 : 24, height: 24, class: "hit", rx: 6 }), image);
    if (group.length > 1) {
      const label = shape("text", { x: x + 10, y: laneHeight / 2 + 4 });
      label.textContent = "×" + count(group.length);
      g.append(label);
    }
    const hint = shape("title", {});
    hint.textContent = `${clock(worst.at)} ${word}: ${aboutOf(worst)} ${reasonOf(worst)}`;
    g.append(hint);
    return g;
  }

  clicked(event) {
    const mark = event.target.closest(".mark");
    if (!mark) return;
    if (mark.dataset.crash) this.page.go("crashes/" + mark.dataset.crash);
    else if (mark.dataset.pid) this.page.go("process/" + mark.dataset.pid.replace(/[<>]/g, ""));
  }
}
