// All processes in a table, sorted and searched by the node.
import { columns, received } from "./columns.js";
import { button, h, set } from "./dom.js";
import { count } from "./format.js";
import { Grid } from "./grid.js";
import { AsOf, findBox, Selection, Window } from "./list.js";
import { replace } from "./router.js";

const shown = ["name", "type", "status", "mailbox", "in", "out", "p99", "busy", "restarts", "uptime", "current", "parent", "exit"];

export function processes(page, { params }) {
  let where = params.where ?? "";
  let sort = params.sort ?? "mailbox";
  let desc = params.desc !== "0";
  const grid = new Grid({
    label: "Processes", empty: "No process matches.", columns: shown.map((id) => columns[id]),
    letters: () => page.letters, onMark: (rows) => selection.show(rows),
    onOpen: (row) => page.go("process/" + row.pid.replace(/[<>]/g, "")),
    onRange: (first, last) => data.need(first, last),
    onSort: (by) => order(by, by === sort ? !desc : by !== "name" && by !== "label" && by !== "status"),
    onFocus: (active) => {
      page.selected(active && grid.activeRow);
      still.hidden = !active;
      data.keepOrder(!!active);
    },
  });
  grid.setSort(sort, desc);
  const tally = h("p", { class: "tally" });
  const selection = new Selection(grid);
  const age = new AsOf();
  const still = h("p", { class: "chip", hidden: true, title: "Rows keep their places while one of them has the focus; leave the table to sort again" }, "order kept");
  const data = new Window(page, grid, {
    view: "processes", prepare: received,
    params: () => ({ sort, desc: desc ? 1 : 0, where }),
    took: (answer, pinned) => {
      age.show(pinned ? null : answer.as_of);
      if (!pinned) set(tally, { text: where ? `${count(answer.matched)} of ${count(answer.total)}` : count(answer.total) });
    },
  });

  function order(by, down) {
    sort = by;
    desc = down;
    grid.setSort(sort, desc);
    replace("processes", { where, sort, desc: desc ? 1 : 0 });
    data.ask(true);
  }

  const find = findBox(where, "Find processes", (value) => {
    where = value;
    replace("processes", { where, sort, desc: desc ? 1 : 0 });
    data.ask(true);
  }, () => grid.focus());
  const sortButton = button("Sort", () => menu(), { "aria-haspopup": "menu" });

  function menu() {
    page.menu(sortButton, "Sort by", shown.map((id) => columns[id]).filter((c) => c.sort).flatMap((c) => [
      { label: c.label, checked: sort === c.sort, run: () => { order(c.sort, !["name", "label", "status"].includes(c.sort)); grid.focus(); } },
    ]).concat({ label: desc ? "Smallest first" : "Greatest first", run: () => { order(sort, !desc); grid.focus(); } }));
  }

  const el = h("section", { class: "screen" },
    h("div", { class: "bar" }, h("h1", {}, "Processes"), tally, age.el, still, selection.el, find.el, sortButton), grid.frame);
  data.ask();
  const refresh = () => {
    age.tick();
    grid.draw();
  };
  return { el, title: "Processes", grid, find, sort: menu, refresh };
}
