// Names of the node, and the registries with their keys.
import { moment, processLink } from "./columns.js";
import { h, set, text } from "./dom.js";
import { ago, count, plural, shortType } from "./format.js";
import { Grid } from "./grid.js";
import { findBox } from "./list.js";

export function names(page, { params }) {
  let word = params.where ?? "";
  let rows = [];
  let total = 0;
  const grid = new Grid({
    label: "Names and keys", empty: "No name is registered.", keyOf: (r) => r.key, letters: () => page.letters,
    onOpen: (r) => page.go("process/" + r.pid.replace(/[<>]/g, "")),
    columns: [
      { id: "name", label: "Name or key", min: 140, grow: 360, rank: 0, class: "clip strong", sign: (r) => r.name },
      { id: "pid", label: "Process", min: 124, rank: 1, sign: (r) => r.pid, draw: (cell, r) => cell.replaceChildren(processLink(r.pid, r.pid)) },
      { id: "label", label: "Type", min: 120, grow: 220, rank: 3, class: "clip", sign: (r) => shortType(r.label) },
      { id: "in", label: "Registry", min: 96, grow: 180, rank: 2, class: "clip", sign: (r) => r.registry },
      { id: "since", label: "Since", min: 90, rank: 4, sign: (r) => (r.since ? ago(r.since) : ""), draw: (cell, r) => cell.replaceChildren(r.since ? moment(r.since, ago(r.since)) : "") },
    ],
  });
  const tally = h("p", { class: "tally" });
  const list = h("p", { class: "refs" });

  function draw() {
    const words = word.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = rows.filter((r) => words.every((w) => `${r.name} ${r.pid} ${r.label} ${r.registry}`.toLowerCase().includes(w)));
    text(tally, shown.length < total ? `${count(shown.length)} of ${count(total)}` : plural(shown.length, "name"));
    grid.empty = words.length ? "No name matches." : "No name is registered.";
    grid.setRows({ total: shown.length, offset: 0, rows: shown });
  }

  const ask = () => page.live.show("names", { where: word, limit: 1000 }, (data, kind) => {
    if (kind === "error") return page.problem(data);
    page.problem(null);
    total = data.total ?? data.names?.length ?? 0;
    const registries = data.registries ?? [];
    rows = (data.names ?? []).map((n) => ({ ...n, registry: "the node", key: "n " + n.name }));
    for (const r of registries) {
      const title = r.name || r.pid;
      (r.entries ?? []).forEach((e, i) => rows.push({ name: e.key, pid: e.pid, label: e.label ?? "", since: e.since, registry: title, key: `${r.pid} ${i} ${e.key}` }));
    }
    set(list, { hidden: !registries.length });
    list.replaceChildren("Registries: ", ...registries.map((r) => h("span", {}, processLink(r.pid, r.name || r.pid),
      h("span", { class: "dim" }, ` ${plural(r.total, "key")}, ${r.keys}${r.total > (r.entries?.length ?? 0) ? `, ${count(r.entries?.length ?? 0)} shown` : ""}`))));
    draw();
  });
  ask();
  const find = findBox(word, "Find a name", (value) => { word = value; ask(); }, () => grid.focus());
  find.input.placeholder = "Find a name or key";
  return {
    el: h("section", { class: "screen" }, h("div", { class: "bar" }, h("h1", {}, "Names"), tally, find.el), list, grid.frame),
    title: "Names", grid, find, refresh: () => grid.draw(),
  };
}

