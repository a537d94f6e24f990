// The log of the node, live.
import { logLevel } from "./actions.js";
import { moment, processLink } from "./columns.js";
import { button, h, set, text } from "./dom.js";
import { clockMillis, count, plural } from "./format.js";
import { Grid } from "./grid.js";
import { icon } from "./icons.js";
import { replace } from "./router.js";
import { findBox } from "./list.js";

const most = 2000; // records that are kept here
const levels = ["debug", "info", "warn", "error"];

export function logs(page, { params }) {
  let level = params.level ?? "debug";
  let who = params.who ?? "";
  let rows = [];
  const grid = new Grid({
    label: "Log, the newest first", empty: "Nothing was logged.", keyOf: (r) => String(r.seq), letters: () => page.letters,
    onOpen: (r) => r.pid && page.go("process/" + r.pid.replace(/[<>]/g, "")),
    columns: [
      { id: "at", label: "When", min: 108, rank: 2, class: "mono", sign: (r) => clockMillis(r.at), draw: (cell, r) => cell.replaceChildren(moment(r.at, clockMillis(r.at))) },
      {
        id: "level", label: "Level", min: 66, rank: 0, sign: (r) => r.level ?? "",
        draw: (cell, r) => cell.replaceChildren(h("span", { class: "level l-" + (r.level ?? "").toLowerCase().replace(/[^a-z].*/, "") }, r.level)),
      },
      { id: "msg", label: "Message", min: 120, grow: 420, rank: 1, below: true, class: "clip", sign: (r) => r.msg ?? r.message ?? "" },
      { id: "who", label: "Process", min: 110, rank: 3, class: "clip", sign: (r) => r.name || r.pid || "", draw: (cell, r) => cell.replaceChildren(r.pid ? processLink(r.pid, r.name || r.pid) : r.name ?? "") },
      { id: "attrs", label: "With", min: 160, grow: 460, rank: 4, class: "clip mono dim", sign: attrs },
    ],
  });
  const tally = h("p", { class: "tally" });
  const dropped = h("p", { class: "chip warn", hidden: true });
  const levelsSet = h("p", { class: "tally", hidden: true, title: "Log levels that were set while the program runs" });
  const setLevel = button("Set level…", () => logLevel(page, who, who || "the node"), { hidden: !page.node?.actions });
  const select = h("select", { "aria-label": "From this level on", onchange: () => ask({ level: select.value }) }, levels.map((l) => h("option", { value: l, selected: l === level }, l)));

  function ask(change) {
    ({ level = level, who = who } = change);
    replace("logs", { level, who });
    page.live.show("logs", { level, who }, take);
  }

  function take(data, kind) {
    if (kind === "error") return page.problem(data);
    page.problem(null);
    const known = kind === "full" ? [] : rows;
    const last = known[0]?.seq ?? 0;
    rows = (data.records ?? []).filter((r) => r.seq > last).toReversed().concat(known).slice(0, most);
    text(tally, plural(rows.length, "record"));
    grid.empty = data.kept === false ? "The log of this node is not kept. It is if it logs to an inspect.LogHandler." : "Nothing was logged.";
    set(dropped, { hidden: !data.dropped });
    set(levelsSet, { hidden: !data.levels?.length, text: "levels set: " + (data.levels ?? []).map((l) => `${l.key || "node"} ${l.value.toLowerCase()}`).join(", ") });
    dropped.replaceChildren(icon("warn"), `${count(data.dropped ?? 0)} dropped`);
    grid.setRows({ total: rows.length, offset: 0, rows });
  }

  const find = findBox(who, "Only of this process", (value) => ask({ who: value }), () => grid.focus());
  find.input.placeholder = "Only of this name or pid";
  ask({});
  return {
    el: h("section", { class: "screen" }, h("div", { class: "bar" }, h("h1", {}, "Log"), tally, dropped, levelsSet, find.el, select, setLevel), grid.frame),
    title: "Log", grid, find, onNode: (node) => { setLevel.hidden = !node.actions; }, subject: () => (grid.activeRow?.pid ? grid.activeRow : null),
  };
}

function attrs(record) {
  const all = record.attrs ?? [];
  const pairs = Array.isArray(all) ? all.map((a) => [a.key, a.value]) : Object.entries(all);
  return pairs.map(([k, v]) => `${k}=${typeof v === "object" ? JSON.stringify(v) : v}`).join("  ");
}
