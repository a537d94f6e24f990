// The page of the Saturday: it asks once a second how it goes, while it is seen.
const el = (id) => document.getElementById(id);
const remembered = 120; // seconds that a graph shows
let after = 0; // the number of the last event that is known
let since = 0; // the last second that is known
let paused = false;
let ended = false;
const lanes = new Map(); // rows by competition
const columns = [["Answered", answered], ["Errors", (f) => [f.Errors]], ["p99", (f) => [duration(f.P99)]],
  ["Mailbox", (f) => [f.Mailbox, f.Mailbox >= 10 && "warn"]], ["Restarts", (f) => [f.Restarts]], ["Zombies", (f) => [f.Zombies, f.Zombies > 0 && "alarm"]]];

function make(tag, props, ...children) {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
}

function put(node, text, className = "") {
  text = String(text);
  if (node.textContent !== text) node.textContent = text;
  if (node.className !== className) node.className = className || "";
}

function answered(f) {
  const share = f.Failing > 0 ? Math.min(99.99, 100 * (1 - f.Failing)) : 100;
  return [share.toFixed(2) + " %", f.Failing > 0 && "warn"];
}

function duration(ns) {
  for (const [unit, size] of [["s", 1e9], ["ms", 1e6], ["µs", 1e3]]) {
    if (ns >= size) return Number((ns / size).toPrecision(2)) + " " + unit;
  }
  return ns + " ns";
}

// A Lane is the row of a competition.
class Lane {
  constructor(name) {
    this.past = []; // [answered, failed] of each second
    this.limits = make("span", { className: "limits" });
    this.graph = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    this.graph.setAttribute("class", "graph");
    this.graph.setAttribute("viewBox", `0 0 ${remembered} 34`);
    this.graph.setAttribute("preserveAspectRatio", "none");
    this.graph.setAttribute("aria-hidden", "true"); // the figures beside it say the same
    this.paths = ["ok", "bad"].map((kind) => {
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.setAttribute("class", kind);
      this.graph.append(path);
      return path;
    });
    this.second = make("td");
    this.second.dataset.label = "A second";
    this.cells = columns.map(([label]) => {
      const td = make("td");
      td.dataset.label = label;
      return td;
    });
    const title = make("th", { scope: "row" }, name, this.limits);
    this.row = make("tr", {}, title, make("td", {}, this.graph), this.second, ...this.cells);
    el("lanes").append(this.row);
  }

  figures(f) {
    put(this.second, Math.round(f.PerSecond));
    columns.forEach(([, value], i) => put(this.cells[i], ...value(f)));
    this.limits.replaceChildren(...(f.Limits ?? []).flatMap((l, i) => [
      i ? ", " : "",
      make("span", { className: l.Used ? "used" : "", title: `${l.Supervisor} has made ${l.Used} of ${l.Max} restarts in ${duration(l.Period)}` }, `${l.Supervisor} ${l.Used}/${l.Max}`),
    ]));
  }

  add(requests, errors) {
    (requests ?? []).forEach((n, i) => this.past.push([n - errors[i], errors[i]]));
    this.past.splice(0, this.past.length - remembered);
  }

  draw() {
    const most = Math.max(10, ...this.past.map(([ok, bad]) => ok + bad)) * 1.1;
    const bars = ["", ""];
    this.past.forEach(([ok, bad], i) => {
      const x = remembered - this.past.length + i;
      const top = (34 * ok) / most;
      if (ok) bars[0] += `M${x} 34h.9v${(-top).toFixed(2)}h-.9z`;
      if (bad) bars[1] += `M${x} ${(34 - top).toFixed(2)}h.9v${((-34 * bad) / most).toFixed(2)}h-.9z`;
    });
    bars.forEach((d, i) => this.paths[i].setAttribute("d", d));
  }
}

function lane(name) {
  if (!lanes.has(name)) lanes.set(name, new Lane(name));
  return lanes.get(name);
}

function show(v) {
  for (const l of v.Lanes ?? []) {
    lane(l.Competition).add(l.Requests, l.Errors ?? []);
    since = Math.max(since, l.From + (l.Requests?.length ?? 0) - 1);
  }
  const all = (v.Lanes ?? []).reduce(([r, e], l) => [sum(r, l.Requests), sum(e, l.Errors)], [[], []]);
  lane("all").add(...all);
  for (const f of [...(v.Figures.Competitions ?? []), v.Figures.All]) if (f.Competition) lane(f.Competition).figures(f);
  lanes.forEach((l) => l.draw());
  after = v.Last;
  events(v.Events ?? []);
  if (v.Ended) end(v.Ended);
}

const sum = (a, b) => (b ?? []).map((n, i) => n + (a[i] ?? 0));

const words = { crash: "crash", child_terminated: "ended", start_error: "no start", shutdown: "gave up", zombie: "zombie" };

function events(news) {
  for (const e of news) {
    const kind = e.Text.includes("; restart") ? "restart" : words[e.Kind];
    el("events").prepend(make("li", { className: e.Kind === "shutdown" ? "gave" : e.Kind },
      make("time", { dateTime: e.At }, new Date(e.At).toLocaleTimeString("en-GB")),
      make("span", { className: "kind" }, kind), make("span", { className: "text" }, e.Text)));
  }
  while (el("events").children.length > 60) el("events").lastChild.remove();
  el("nothing").hidden = el("events").children.length > 0;
}

function end(text) {
  ended = true;
  put(el("state"), "ended", "pill");
  el("ended").querySelector("pre").textContent = text;
  el("ended").hidden = false;
  el("ended").focus();
  for (const button of document.querySelectorAll("[data-do]")) button.disabled = true;
  el("inside").hidden = el("pause").hidden = true;
}

async function ask() {
  try {
    const response = await fetch(`now?since=${since}&after=${after}`);
    const v = await response.json();
    if (!response.ok) throw new Error(v.Error);
    if (ended) return;
    show(v);
    if (!ended) put(el("state"), paused ? "paused" : "live", "pill");
  } catch {
    if (!ended) put(el("state"), "no answer: the demo has ended", "pill lost");
  }
}

async function act(button) {
  const what = button.dataset.do;
  const watch = button.closest("article").querySelector(".watch");
  button.disabled = true;
  try {
    const response = await fetch("do/" + what, { method: "POST" });
    const v = await response.json();
    if (!response.ok) throw new Error(v.Error);
    put(watch, v.Watch, "watch");
    if (v.Ended) return end(v.Ended);
  } catch (err) {
    put(watch, err.message, "watch failed");
  }
  button.disabled = ended;
}

for (const button of document.querySelectorAll("[data-do]")) {
  button.addEventListener("click", () => (button.dataset.do === "stop" ? el("sure").showModal() : act(button)));
}
el("no").addEventListener("click", () => el("sure").close());
el("yes").addEventListener("click", () => {
  el("sure").close();
  act(document.querySelector("[data-do=stop]"));
});
el("pause").addEventListener("click", () => {
  paused = !paused;
  el("pause").setAttribute("aria-pressed", String(paused));
  put(el("pause"), paused ? "Go on" : "Pause");
  put(el("state"), paused ? "paused" : "live", "pill");
});

for (;;) {
  if (!paused && !ended && !document.hidden) await ask();
  await new Promise((next) => setTimeout(next, 1000));
}
