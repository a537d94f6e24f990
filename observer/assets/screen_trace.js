// The messages of one process, for so long and so many at most: what became of
// each, as a drawing and as text.
import { query } from "./api.js";
import { button, h, set, text } from "./dom.js";
import { clockMillis, duration, plural, shortType } from "./format.js";
import { Grid } from "./grid.js";
import { icon } from "./icons.js";
import { replace } from "./router.js";
import { Waterfall } from "./waterfall.js";

const arrows = { in: "down", continue: "restart", postpone: "queued", "set timer": "waiting", terminate: "exiting" };
const outcomes = { out: "replied", noreply: "no reply", consume: "consumed", postpone: "postponed" };

const spoken = /^<[\d.]+> (set timer|\w+)( call\b| cast\b| info\b| system\b)? ?/; // what the other columns say

export function trace(page, { params }) {
  let source = null;
  let fall = new Waterfall();
  let compared = params.compared === "1";
  const grid = new Grid({
    label: "Messages", empty: "Say whose messages, and start.", keyOf: (e) => e.key, letters: () => page.letters,
    onOpen: (e) => e.pid && page.go("process/" + e.pid.replace(/[<>]/g, "")),
    columns: columns(() => fall, () => compared),
  });
  const who = h("input", { type: "text", id: "trace-who", value: params.who ?? "", required: true, spellcheck: "false", placeholder: "name or pid" });
  const max = h("input", { type: "number", id: "trace-max", min: 1, max: 1000, value: params.max ?? 50 });
  const time = h("input", { type: "number", id: "trace-for", min: 1, max: 60, value: params.for ?? 10 });
  const go = button("Start", () => (source ? stop("stopped") : start()), { class: "primary" });
  const tally = h("p", { class: "tally" });
  const compare = button("Compare", () => {
    compared = !compared;
    note();
    show();
  }, { title: "Have all drawings begin at the same place, so that it shows what took longer" });

  function note() {
    set(compare, { "aria-pressed": String(compared) });
    replace("trace", { who: who.value, max: max.value, for: time.value, compared });
  }

  function start() {
    if (!who.value.trim()) return who.focus();
    note();
    page.problem(null);
    fall = new Waterfall();
    grid.empty = "Waiting for the first message.";
    source = new EventSource("api/v1/trace" + query({ who: who.value.trim(), max: max.value, for: time.value + "s" }));
    show();
    go.textContent = "Stop";
    source.addEventListener("trace", (event) => {
      fall.add(JSON.parse(event.data));
      schedule();
    });
    source.addEventListener("end", (event) => stop(JSON.parse(event.data || "{}").reason ?? "done"));
    source.addEventListener("error", () => source && stop(fall.rows.length ? "done" : "refused: there is no such process, or it cannot be traced"));
  }

  let pending = 0;
  function schedule() {
    pending ||= requestAnimationFrame(() => {
      pending = 0;
      show();
    });
  }

  function show() {
    const { rows } = fall;
    grid.setRows({ total: rows.length, offset: 0, rows });
    if (source) text(tally, rows.length ? `tracing: ${plural(rows.length, "message")}` : "tracing");
  }

  function stop(why) {
    source?.close();
    source = null;
    grid.empty = "No message in that time.";
    show();
    go.textContent = "Start";
    text(tally, `${plural(fall.rows.length, "message")}: ${why}`);
    if (why !== "left") page.news.say(`The trace has ended: ${tally.textContent}.`);
  }

  page.live.hide();
  const field = (label, input, after) => h("label", { class: "field" }, h("span", {}, label), input, after ?? "");
  const el = h("section", { class: "screen" },
    h("div", { class: "bar" }, h("h1", {}, "Trace"), tally),
    h("form", { class: "bar", onsubmit: (e) => { e.preventDefault(); start(); } }, field("Whose messages", who), field("at most", max, "events"), field("for", time, "seconds"), go, compare),
    grid.frame);
  set(compare, { "aria-pressed": String(compared) });
  show();
  if (params.start) queueMicrotask(start);
  return { el, title: "Trace", grid, leave: () => source && stop("left"), find: { focus: () => who.focus() } };
}

// columns are what a row says: the drawing, and the same in words.
function columns(fall, compared) {
  const waited = (e) => (e.arrived ? duration(Math.max(0, e.taken - e.sent)) : "");
  const took = (e) => (e.done === undefined ? "" : duration(Math.max(0, e.done - e.taken)));
  return [
    { id: "sent", label: "Sent", min: 108, rank: 2, class: "mono", sign: (e) => clockMillis(e.arrived ?? e.at), title: "When it came into the mailbox; of what waited before the trace began when it was taken" },
    {
      id: "message", label: "Message", min: 130, want: 190, grow: 230, rank: 0, sign: (e) => [e.kind, e.how, e.message].join(),
      draw: (cell, e) => cell.replaceChildren(h("span", { class: "kind" }, icon(arrows[e.kind] ?? "process"), e.kind === "in" ? e.how : e.kind), h("span", { class: "mono" }, shortType(e.message))),
    },
    { id: "waited", label: "Waited", min: 72, rank: 3, class: "num", sign: waited, title: "From being sent to being taken" },
    { id: "took", label: "Took", min: 72, rank: 1, class: "num", sign: took, title: "From being taken to the return of its handler" },
    {
      id: "fall", label: "Sent, waits, handled", min: 150, grow: 520, rank: 4, title: "A tick where it was sent, a line while it waits, a bar while it is handled",
      sign: (e) => fall().scale(e, compared()), draw: (cell, e) => cell.replaceChildren(fall().draw(e, compared())),
    },
    { id: "outcome", label: "Then", min: 96, rank: 5, sign: (e) => (e.outcome ?? "").split(", ").map((o) => outcomes[o] ?? o).join(", ") },
    { id: "text", label: "In full", min: 120, grow: 360, rank: 6, class: "clip mono dim", sign: (e) => [e, e.reply].filter(Boolean).map((x) => (x.text ?? "").replace(spoken, "")).join(" → ") },
  ];
}
