// The columns that the tree and the table of processes share.
import { h } from "./dom.js";
import { count, duration, percent, plural, rate, shortType, title } from "./format.js";
import { icon, status } from "./icons.js";

// since is how old an age is now that was so old when it came.
export function since(row, ns) {
  return ns < 0 ? -1 : ns + (performance.now() - (row.came ?? performance.now())) * 1e6;
}

// received marks when rows came, so that their ages go on by themselves.
export function received(rows) {
  const now = performance.now();
  for (const row of rows) row.came = now;
  return rows;
}

// moment is a time as words, or on a clock; the whole of it is its tooltip.
export function moment(at, ...shown) {
  return h("time", { datetime: at, title: at }, ...shown);
}

export function processLink(pid, ...content) {
  return h("a", { href: "#/process/" + pid.replace(/[<>]/g, ""), tabindex: -1 }, ...content);
}

function drawName(cell, row, grid) {
  const parts = [];
  if (grid.tree) {
    cell.style.setProperty("--level", row.level);
    const opens = row.children > 0 || row.pool > 0;
    parts.push(h("span", { class: opens ? "twisty" : "twisty none", "aria-hidden": "true" }, opens ? icon(row.open ? "open" : "closed") : ""));
  }
  if (row.pool) {
    parts.push(icon("pool"), h("span", { class: "name fold" }, `${count(row.pool)} more`), h("span", { class: "dim" }, shortType(row.label)));
  } else {
    const known = Boolean(row.pid);
    const name = title(row);
    parts.push(icon(row.kind), known ? processLink(row.pid, h("span", { class: "name" }, shortType(name))) : h("span", { class: "name" }, name));
    if (known && name !== row.pid) parts.push(h("span", { class: "dim pid" }, row.pid));
  }
  cell.replaceChildren(...parts);
}

const boundless = 1e6; // restarts: a limit that is none

// budget is how many restarts a supervisor has made of those it may make.
export function budget(row) {
  const b = row.budget;
  if (!b) return "";
  return b.max > boundless ? `${count(b.used)} of any number` : `${b.used}/${b.max} in ${duration(b.period_ns)}`;
}

function drawRestarts(cell, row) {
  cell.replaceChildren(...restartParts(row));
}

function restartParts(row) {
  const parts = [];
  if (row.recent || row.restarts) {
    parts.push(h("span", { class: row.recent ? "strong" : "" }, count(row.recent)), h("span", { class: "dim" }, " / " + count(row.restarts)));
  }
  if (row.budget && row.budget.used > 0) {
    if (row.budget.max > boundless) return parts;
    const near = row.budget.used * 2 >= row.budget.max;
    parts.push(h("span", { class: near ? "chip warn" : "chip", title: "restarts of those allowed within the period" }, near ? icon("warn") : "", budget(row)));
  }
  return parts;
}

function drawStatus(cell, row) {
  if (row.pool) return cell.replaceChildren();
  cell.replaceChildren(status(row.status), h("span", { class: "dim" }, howLong(row)));
}

// howLong is for how long it has done what it does, or in what time it will be
// started again.
export function howLong(row) {
  if (row.due) return "in " + duration(Math.max(0, Math.ceil((Date.parse(row.due) - Date.now()) / 1000)) * 1e9);
  const age = since(row, row.age_ns);
  return age > 1e9 ? duration(age) : "";
}

function drawMailbox(cell, row) {
  if (row.pool) return cell.replaceChildren();
  cell.replaceChildren(
    row.mailbox >= 100 ? h("span", { class: "strong warn-text" }, icon("warn"), count(row.mailbox)) : row.mailbox ? count(row.mailbox) : h("span", { class: "dim" }, "0"),
    row.high_water > row.mailbox && row.high_water > 1 ? h("span", { class: "dim", title: "the most that it has held" }, " ↑" + count(row.high_water)) : "");
}

const numeric = (id, label, min, rank, value, more = {}) =>
  ({ id, label, min, rank, class: "num", sign: (row) => (row.pool ? "" : value(row)), ...more });

// What there is to show of a process, by the names that screens choose from.
export const columns = {
  name: {
    id: "name", label: "Name", min: 126, want: 282, grow: 460, rank: 0, class: "name-cell", sort: "name", draw: drawName,
    sign: (row) => [row.pid, row.name, row.id, row.label, row.kind, row.level, row.open, row.children > 0, row.pool].join(),
  },
  type: {
    id: "type", label: "Type", min: 120, want: 178, grow: 200, rank: 4, class: "clip", sort: "label", title: "What it runs",
    sign: (row) => (row.pool ? "" : shortType(row.label || row.kind)),
  },
  status: {
    id: "status", label: "State", min: 104, want: 158, grow: 160, rank: 1, sort: "status", draw: drawStatus, title: "What it does, and for how long",
    sign: (row) => [row.status, row.pool, howLong(row)].join(),
  },
  restarts: {
    id: "restarts", label: "Restarts", min: 158, grow: 160, rank: 3, sort: "recent", draw: drawRestarts, title: "In the last 5 minutes / in all; of a supervisor how many of those it may make within its period",
    sign: (row) => (row.pool ? "" : [row.recent, row.restarts, budget(row)].join()),
  },
  mailbox: {
    id: "mailbox", label: "Mailbox", min: 76, want: 100, grow: 100, rank: 2, class: "num", sort: "mailbox", draw: drawMailbox, title: "Messages that wait, and the most that ever did",
    sign: (row) => [row.pool, row.mailbox, row.high_water].join(),
  },
  in: numeric("in", "In/s", 64, 5, (row) => rate(row.in), { sort: "in", title: "Messages received a second" }),
  out: numeric("out", "Out/s", 64, 7, (row) => rate(row.out), { sort: "out", title: "Messages sent a second" }),
  p99: numeric("p99", "p99", 68, 6.5, (row) => duration(row.handler_p99_ns || -1), { sort: "handler_p99", title: "Handler p99: no message in a hundred took its handler longer" }),
  busy: numeric("busy", "Busy", 64, 6, (row) => percent(row.busy), { sort: "busy", title: "Share of the time that its handlers took" }),
  uptime: numeric("uptime", "Up", 76, 8, (row) => duration(Math.floor(since(row, row.uptime_ns) / 1e9) * 1e9), { sort: "uptime", title: "Since its start" }),
  current: { id: "current", label: "Handling", min: 120, rank: 9, class: "clip", title: "The message that it is handling", sign: (row) => shortType(row.current) },
  parent: {
    id: "parent", label: "Parent", min: 84, rank: 10, class: "clip", sign: (row) => row.parent ?? "",
    draw: (cell, row) => cell.replaceChildren(row.parent ? processLink(row.parent, row.parent) : ""),
  },
  exit: { id: "exit", label: "Last exit", min: 150, grow: 260, rank: 11, class: "clip", title: "Why its predecessor ended", sign: (row) => row.last_exit ?? "" },
};

// said is a row in words, for what is spoken.
export function said(row) {
  return `${title(row)}, ${row.status}, ${plural(row.mailbox, "message")}`;
}
