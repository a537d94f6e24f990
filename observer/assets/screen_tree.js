// The supervision tree.
import { ask, who } from "./api.js";
import { columns, received } from "./columns.js";
import { button, h, set } from "./dom.js";
import { plural } from "./format.js";
import { Grid } from "./grid.js";
import { AsOf, findBox, Selection, Window } from "./list.js";
import { replace } from "./router.js";

const collapse = 50; // children of one parent before they are folded

const fold = (parent) => parent + "/pool"; // what the API calls a fold
const keyOf = (row) => (row.pool ? fold(row.parent) : row.pid || `${row.parent}/${row.id}`);

export function tree(page, { params }) {
  // What is closed is what was closed by hand, or is deeper than the first levels.
  const open = new Set((params.open ?? "").split(",").filter(Boolean));
  let where = params.where ?? "";
  // What was opened and closed by hand among what was found.
  const found = { open: new Set(), shut: new Set() };
  const grid = new Grid({
    label: "Supervision tree", tree: true, keyOf, empty: "No process matches.",
    columns: ["name", "type", "status", "restarts", "mailbox", "in", "out", "p99", "busy", "uptime", "exit"].map((id) => ({ ...columns[id], sort: undefined })),
    letters: () => page.letters, onMark: (rows) => selection.show(rows),
    onOpen: (row) => row.pid && page.go("process/" + row.pid.replace(/[<>]/g, "")),
    onToggle: (row, on) => toggle([row], on),
    onSiblings: (row) => row && toggle(grid.rows.filter((r) => r.parent === row.parent && r.level === row.level && r.children > 0), true),
    onRange: (first, last) => data.need(first, last),
    onParent: (row) => goTo(row.parent),
    onFocus: (active) => page.selected(active && grid.activeRow),
  });
  const total = h("p", { class: "tally" });
  const selection = new Selection(grid);
  const age = new AsOf();
  const data = new Window(page, grid, {
    view: "tree",
    params: () => ({ open: [...(where ? found.open : open)].join(","), shut: where && [...found.shut].join(","), collapse, where }),
    took: (answer) => {
      age.show(answer.as_of);
      set(total, { text: plural(answer.total, "row") + (where ? " found, with what they are under" : "") });
    },
    prepare: received,
  });

  function toggle(rows, on) {
    if (where) return toggleFound(rows, on);
    if (open.delete("*")) grid.rows.filter((row) => row.open).forEach((row) => open.add(row.pid));
    for (const row of rows) {
      if (on) open.add(keyOf(row));
      else [row.pid, fold(row.pid)].forEach((key) => open.delete(key));
      row.open = on;
    }
    note();
    grid.draw();
    data.ask();
  }

  // toggleFound opens and closes among what was found: below what is above a
  // match that is the matches, below a match all that is there.
  function toggleFound(rows, on) {
    for (const row of rows) {
      if (on && !found.shut.delete(row.pid)) found.open.add(row.pid);
      if (!on && !found.open.delete(row.pid)) found.shut.add(row.pid);
      row.open = on;
    }
    grid.draw();
    data.ask();
  }

  // note has the address say what is open, so that it can be kept and given on.
  function note() {
    replace("tree", { where, open: [...open].slice(0, 60).join(",") || "-" });
  }

  // goTo opens what is above a process, and goes to its row, wherever that is.
  async function goTo(pid) {
    try {
      const { ancestors } = await ask("process/" + who(pid));
      if (data.left) return;
      for (const a of ancestors ?? []) open.add(a.pid);
      if (ancestors?.length) open.add(fold(ancestors[0].pid));
      note();
      const { at } = await ask("tree", { open: [...open].join(","), collapse, focus: pid, limit: 1 });
      if (at === undefined) data.ask();
      else data.jump(at);
    } catch (err) {
      if (data.left) return;
      data.ask();
      page.problem(err);
    }
  }

  const find = findBox(where, "Find in the tree", (value) => {
    where = value;
    found.open.clear();
    found.shut.clear();
    note();
    data.ask(true);
  }, () => grid.focus());
  const el = h("section", { class: "screen" },
    h("div", { class: "bar" }, h("h1", {}, "Tree"), total, age.el, selection.el, find.el,
      button("Open all", () => all("*")), button("Close all", () => all())),
    grid.frame);

  function all(...keys) {
    open.clear();
    keys.forEach((key) => open.add(key));
    note();
    data.ask(true);
  }

  // At first the supervisors of the first levels are open.
  async function begin() {
    if (params.focus) return goTo(`<${params.focus}>`);
    if (!params.open && !where) await data.first((row) => row.level < 3 && row.kind === "supervisor", open);
    open.delete("-");
    data.ask();
  }
  begin();
  const refresh = () => {
    age.tick();
    grid.draw();
  };
  return { el, title: "Tree", grid, find, refresh };
}
