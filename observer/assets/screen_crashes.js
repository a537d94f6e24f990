// Crash reports: the list, and the page of one.
import { ask } from "./api.js";
import { moment, processLink } from "./columns.js";
import { button, card, copy, h, pair, set } from "./dom.js";
import { ago, clockMillis, count, duration, plural, shortType } from "./format.js";
import { Grid } from "./grid.js";
import { icon } from "./icons.js";
import { stackText } from "./text.js";

const called = (c) => c.name || c.label || c.pid;

export function crashes(page, at) {
  return at.rest.length ? report(page, at.rest[0]) : list(page);
}

function list(page) {
  const grid = new Grid({
    label: "Crash reports, the newest first", empty: "No process has crashed. The last 200 reports are kept.", keyOf: (c) => String(c.id),
    letters: () => page.letters,
    onOpen: (c) => page.go("crashes/" + c.id),
    columns: [
      { id: "last", label: "When", min: 92, rank: 0, sign: (c) => ago(c.last), draw: (cell, c) => cell.replaceChildren(moment(c.last, ago(c.last))), title: "When it happened last" },
      {
        id: "who", label: "Process", min: 120, grow: 200, rank: 1, class: "name-cell", sign: (c) => c.pid + called(c),
        draw: (cell, c) => cell.replaceChildren(h("a", { href: "#/crashes/" + c.id, tabindex: -1 }, h("span", { class: "name" }, shortType(called(c)))), h("span", { class: "dim pid" }, c.pid)),
      },
      {
        id: "count", label: "Times", min: 64, want: 92, rank: 3, class: "num", sign: (c) => String(c.count),
        draw: (cell, c) => cell.replaceChildren(c.count > 1 ? h("span", { class: "chip bad" }, "×" + count(c.count)) : "1"),
      },
      { id: "reason", label: "Reason", min: 86, grow: 460, rank: 2, below: true, class: "clip", sign: (c) => c.reason },
      { id: "message", label: "While handling", min: 150, grow: 240, rank: 4, class: "clip", sign: (c) => c.message ?? "" },
      { id: "decision", label: "What then", min: 150, grow: 240, rank: 5, class: "clip", sign: (c) => c.decision ?? "" },
    ],
  });
  const tally = h("p", { class: "tally" });
  let rows = [];
  page.live.show("crashes", { limit: 200 }, (data, kind) => {
    if (kind === "error") return page.problem(data);
    const fresh = data.crashes ?? [];
    const known = new Set(fresh.map((c) => c.id));
    rows = (kind === "full" ? fresh : [...fresh, ...rows.filter((c) => !known.has(c.id))]).slice(0, 200);
    set(tally, { text: plural(rows.length, "report") });
    grid.setRows({ total: rows.length, offset: 0, rows });
  });
  return {
    el: h("section", { class: "screen" }, h("div", { class: "bar" }, h("h1", {}, "Crashes"), tally), grid.frame),
    title: "Crashes", grid, refresh: () => grid.draw(),
  };
}

function report(page, id) {
  const body = h("div", { class: "part" });
  const el = h("section", { class: "screen flow" }, h("p", { class: "crumbs" }, h("a", { href: "#/crashes" }, "Crashes"), h("span", { "aria-hidden": "true" }, "›"), "report " + id), body);
  let crash = null;
  ask("crashes/" + encodeURIComponent(id)).then((c) => {
    crash = c;
    body.replaceChildren(...draw(page, c));
  }, (err) => page.problem(err));
  return { el, title: "Crash report " + id, section: "crashes", subject: () => crash };
}

function draw(page, c) {
  const said = (what, value) => async () => {
    await copy(value);
    page.news.say(`Copied as ${what}.`);
    page.header.flash("Copied as " + what);
  };
  return [
    h("div", { class: "headline" }, icon("crash"), h("h1", {}, shortType(called(c))), h("span", { class: "mono dim" }, c.pid),
      c.count > 1 ? h("span", { class: "chip bad" }, "×" + count(c.count)) : "",
      h("span", { class: "dim" }, moment(c.last, `${clockMillis(c.last)}, ${ago(c.last)}`)),
      h("span", { class: "row end" }, button("Copy as text", said("text", c.text || c.reason)), button("Copy as JSON", said("JSON", JSON.stringify(c, null, 2))))),
    h("pre", { class: "reason", tabindex: 0 }, c.reason),
    h("div", { class: "cards report" },
      card("What happened", h("dl", { class: "pairs" },
        pair("Process", processLink(c.pid, c.pid)), c.label && pair("What it ran", shortType(c.label)),
        c.decision && pair("Its supervisor", c.decision),
        c.lifetime_ns !== undefined && pair("Had lived", duration(c.lifetime_ns)), c.mailbox !== undefined && pair("Messages waiting", count(c.mailbox)), c.build && pair("Build", c.build),
        c.flight && pair("What led to it", h("a", { href: "api/v1/flight?crash=" + c.id, download: true, title: "For go tool trace" }, "Flight record")),
        c.count > 1 && pair("First", clockMillis(c.first)), c.count > 1 && pair("Last", clockMillis(c.last)))),
      c.message ? card("While handling", h("pre", { tabindex: 0 }, c.message)) : "",
      c.state ? card("Its state", h("pre", { tabindex: 0 }, c.state)) : "",
      others("Fell with it", c.fell), others("Under", c.ancestors), others("Linked to", c.links)),
    c.stack ? card("Stack, your frames in bold", h("pre", { tabindex: 0 }, stackText(c.stack))) : "",
    c.text ? card("The whole report", h("pre", { tabindex: 0 }, c.text)) : "",
  ];
}

function others(label, all) {
  const refs = (all ?? []).filter((r) => r.pid !== "<0.0.0>"); // the program itself
  if (!refs.length) return "";
  return card(label, h("p", { class: "refs" }, refs.map((r) => processLink(r.pid, r.name || shortType(r.label) || r.pid))));
}

