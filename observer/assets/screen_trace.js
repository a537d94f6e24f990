// The messages of one process, for so long and so many at most.
import { query } from "./api.js";
import { button, h, text } from "./dom.js";
import { clockMillis, duration, nanosBetween, plural, shortType } from "./format.js";
import { Grid } from "./grid.js";
import { icon } from "./icons.js";
import { replace } from "./router.js";

const arrows = { in: "down", out: "up", noreply: "process", continue: "restart", consume: "down", postpone: "queued", "set timer": "waiting", terminate: "exiting" };

const spoken = /^<[\d.]+> (set timer|\w+)( call\b| cast\b| info\b| system\b)? ?/; // what the other columns say

export function trace(page, { params }) {
  let source = null;
  let rows = [];
  const grid = new Grid({
    label: "Messages", empty: "Say whose messages, and start.", keyOf: (e) => e.key, letters: () => page.letters,
    onOpen: (e) => e.pid && page.go("process/" + e.pid.replace(/[<>]/g, "")),
    columns: [
      { id: "at", label: "When", min: 108, rank: 2, class: "mono", sign: (e) => clockMillis(e.at) },
      { id: "after", label: "After", min: 70, rank: 4, class: "num", sign: (e) => e.after, title: "Time since the one before" },
      { id: "kind", label: "What", min: 104, rank: 0, sign: (e) => e.kind + " " + (e.how ?? ""), draw: (cell, e) => cell.replaceChildren(h("span", { class: "kind" }, icon(arrows[e.kind] ?? "process"), e.kind), h("span", { class: "dim" }, e.how ?? "")) },
      { id: "type", label: "Message", min: 90, grow: 160, rank: 3, class: "clip mono", sign: (e) => shortType(e.message) },
      { id: "text", label: "In full", min: 120, grow: 460, rank: 1, class: "clip mono dim", sign: (e) => (e.text ?? "").replace(spoken, "") },
    ],
  });
  const who = h("input", { type: "text", id: "trace-who", value: params.who ?? "", required: true, spellcheck: "false", placeholder: "name or pid" });
  const max = h("input", { type: "number", id: "trace-max", min: 1, max: 1000, value: params.max ?? 50 });
  const time = h("input", { type: "number", id: "trace-for", min: 1, max: 60, value: params.for ?? 10 });
  const go = button("Start", () => (source ? stop("stopped") : start()), { class: "primary" });
  const tally = h("p", { class: "tally", role: "status" });

  function start() {
    if (!who.value.trim()) return who.focus();
    replace("trace", { who: who.value, max: max.value, for: time.value });
    page.problem(null);
    rows = [];
    grid.empty = "Waiting for the first message.";
    show();
    source = new EventSource("api/v1/trace" + query({ who: who.value.trim(), max: max.value, for: time.value + "s" }));
    go.textContent = "Stop";
    text(tally, "tracing");
    const take = (event) => {
      const e = JSON.parse(event.data);
      const before = rows.at(-1);
      rows.push({ ...e, key: String(rows.length), after: before ? "+" + duration(Math.max(0, nanosBetween(before.at, e.at))) : "" });
      schedule();
    };
    source.addEventListener("trace", take);
    source.addEventListener("message", take);
    source.addEventListener("end", (event) => {
      const { reason } = JSON.parse(event.data || "{}");
      stop(reason ?? "done");
    });
    source.addEventListener("error", () => source && stop(rows.length ? "done" : "refused: there is no such process, or it cannot be traced"));
  }

  let pending = 0;
  function schedule() {
    pending ||= requestAnimationFrame(() => {
      pending = 0;
      show();
    });
  }

  function show() {
    grid.setRows({ total: rows.length, offset: 0, rows });
    if (source) text(tally, plural(rows.length, "message"));
  }

  function stop(why) {
    source?.close();
    source = null;
    grid.empty = "No message in that time.";
    show();
    go.textContent = "Start";
    text(tally, `${plural(rows.length, "message")}: ${why}`);
  }

  page.live.hide();
  const field = (label, input, after) => h("label", { class: "field" }, h("span", {}, label), input, after ?? "");
  const el = h("section", { class: "screen" },
    h("div", { class: "bar" }, h("h1", {}, "Trace"), tally),
    h("form", { class: "bar", onsubmit: (e) => { e.preventDefault(); start(); } }, field("Whose messages", who), field("at most", max), field("for", time, "seconds"), go),
    grid.frame);
  if (params.start) queueMicrotask(start);
  return { el, title: "Trace", grid, leave: () => source && stop("left"), find: { focus: () => who.focus() } };
}

