// The page of one process.
import { childActions } from "./actions.js";
import { ask, who } from "./api.js";
import { budget, howLong, processLink, since } from "./columns.js";
import { button, card, copy, h, note, pair, table } from "./dom.js";
import { fold, homesOf, reasonOf, times } from "./events.js";
import { ago, clock, count, duration, percent, rate, shortType, title } from "./format.js";
import { icon, kinds, status } from "./icons.js";
import { line } from "./spark.js";
import { stackText, textDiff } from "./text.js";

const manyChildren = 1000; // more are not listed here
const rateHistory = 60; // ticks of rates that are drawn
const logEvery = 5; // seconds between two looks at the log

export function process(page, { rest }) {
  const name = rest.join("/");
  const screen = new ProcessScreen(page, name);
  return {
    el: screen.el, title: name, section: "processes",
    subject: () => screen.detail, refresh: () => screen.tick(), leave: () => {},
  };
}

class ProcessScreen {
  constructor(page, name) {
    this.page = page;
    this.name = name;
    this.history = [];
    this.signs = {};
    this.head = h("div", { class: "headline" }, h("h1", {}, name));
    this.crumbs = h("p", { class: "crumbs" });
    this.parts = Object.fromEntries(["overview", "rates", "spec", "mailbox", "accepts", "related", "restarts", "log", "children"].map((id) => [id, h("div", { class: "part" })]));
    const { parts } = this;
    this.childCard = card("Children", parts.children);
    this.childCard.hidden = true;
    this.state = this.onDemand("Ask for its state", "state", "It is asked itself, between two messages; it has two seconds to answer. What is secret is left out.");
    this.stack = this.onDemand("Read its stack", "stack", "The goroutine that works for it at the moment, if one does.");
    this.el = h("section", { class: "screen flow" }, this.crumbs, this.head,
      this.cards = h("div", { class: "cards", hidden: true },
        card("Overview", parts.overview), card("Last minute", parts.rates, this.ratesTable()), card("State", this.state), card("How it is supervised", parts.spec),
        card("Mailbox", parts.mailbox), card("Accepts", parts.accepts), this.childCard, card("Links and monitors", parts.related),
        card("Restarts", parts.restarts), card("Stack", this.stack), card("Log", parts.log)));
    page.live.show("process", { who: name }, (data, kind) => this.take(data, kind), "process/" + who(name));
    this.events();
    this.logs();
  }

  take(detail, kind) {
    if (kind === "error") return this.ended(detail);
    this.page.problem(null);
    detail.came = performance.now();
    const restarted = this.detail && detail.pid !== this.detail.pid;
    this.detail = detail;
    this.cards.hidden = false;
    this.history = [...this.history, { ...detail, at: Date.now() }].slice(-rateHistory);
    this.fillRates();
    if (restarted || (this.known ?? detail.restarts) !== detail.restarts) this.events();
    this.known = detail.restarts;
    this.draw();
    if (detail.kind === "supervisor") this.children();
  }

  // ended says that it has, and where it goes on: a child that was started again
  // has another pid.
  async ended(err) {
    const d = this.detail;
    this.page.problem(err);
    if (!d || err.code !== "not_found") return;
    const { rows } = await ask(`process/${who(d.parent ?? "")}/children`).catch(() => ({ rows: [] }));
    const next = rows?.find((row) => row.pid && row.pid !== d.pid && ((d.id && row.id === d.id) || (d.name && row.name === d.name)));
    this.head.replaceChildren(icon(d.kind), h("h1", {}, title(d)), h("span", { class: "mono dim" }, d.pid), status("dead"),
      next ? h("span", {}, "goes on as ", processLink(next.pid, next.pid)) : "");
    this.headSign = "";
  }

  // children lists those of a supervisor, also those that have no process.
  async children() {
    const d = this.detail;
    if (performance.now() - (this.childrenAsked ?? -Infinity) < 3000) return;
    this.childrenAsked = performance.now();
    this.childCard.hidden = false;
    if (d.children > manyChildren) return this.fill("children", this.allChildren());
    const { rows } = await ask(`process/${who(d.pid)}/children`).catch(() => ({ rows: [] }));
    this.fill("children", !rows?.length ? note("None.") : table("Children", ["Child", "State", "Restart", "Last exit"], rows.slice(0, 100).map((row) => [
      row.pid ? processLink(row.pid, row.id || row.name || row.pid) : row.id,
      h("span", {}, status(row.status), childActions(this.page, d, row)), row.restart + (row.restarts ? `, ${count(row.restarts)} times` : ""), row.last_exit])),
    rows?.length > 100 ? this.allChildren() : "");
  }

  allChildren() {
    return h("p", {}, h("a", { href: `#/processes?where=${encodeURIComponent("parent=" + this.detail.pid)}` }, `All ${count(this.detail.children)} children`));
  }

  tick() {
    if (!this.detail) return;
    this.fill("overview", this.overview());
    this.ticks = (this.ticks ?? 0) + 1;
    if (this.ticks % logEvery === 0) this.logs();
  }

  // fill replaces a part of the page only if it says something else: what is
  // selected in it, or has the focus, stays.
  fill(id, ...content) {
    const sample = h("div", {}, ...content);
    if (this.signs[id] === sample.innerHTML) return;
    this.signs[id] = sample.innerHTML;
    if (this.parts[id].contains(document.activeElement)) return;
    this.parts[id].replaceChildren(...sample.childNodes);
  }

  draw() {
    const d = this.detail;
    const headSign = [d.pid, d.name, d.status].join();
    if (headSign !== this.headSign) {
      this.headSign = headSign;
      this.head.replaceChildren(icon(d.kind), h("h1", {}, title(d)), h("span", { class: "mono dim" }, d.pid), status(d.status),
        h("a", { class: "button", href: "#/tree?focus=" + d.pid.replace(/[<>]/g, "") }, "In the tree"), button("Copy pid", () => this.page.copyPID()),
        button("Actions", (e) => this.page.dialogs.actions(this.detail, e.currentTarget), { "aria-haspopup": "menu" }));
      this.crumbs.replaceChildren(h("a", { href: "#/processes" }, "Processes"),
        ...[...(d.ancestors ?? [])].reverse().flatMap((a) => [h("span", { "aria-hidden": "true" }, "›"), ref(a)]));
    }
    this.fill("overview", this.overview());
    this.fill("rates", this.rates());
    this.fill("spec", facts(d.spec) ?? note("It was not started by a supervisor."));
    this.fill("mailbox", this.mailbox());
    this.fill("accepts", this.accepts());
    this.fill("related", this.related());
  }

  overview() {
    const d = this.detail;
    return h("dl", { class: "pairs" },
      pair("What it runs", shortType(d.label) || "?"), pair("Kind", d.kind), d.name && pair("Name", d.name), d.id && pair("Child id", d.id),
      pair("State", status(d.status), " ", howLong(d)),
      d.current && pair("Handling", shortType(d.current)),
      pair("Up", duration(Math.floor(since(d, d.uptime_ns) / 1e9) * 1e9)),
      pair("Restarts", `${count(d.recent)} in 5 min, ${count(d.restarts)} in all`),
      d.budget && pair("Limit", h("span", { class: d.budget.used * 2 >= d.budget.max && d.budget.used ? "chip warn" : "" }, budget(d))),
      d.last_exit && pair("Predecessor ended", d.last_exit), d.exit_reason && pair("Told to end", d.exit_reason),
      pair("Messages", `${count(d.received)} in, ${count(d.sent)} out`), pair("In its handlers", duration(d.busy_ns)), d.handler_p99_ns > 0 && pair("Handler p99", duration(d.handler_p99_ns)),
      pair("Unanswered requests", count(d.pending)), pair("Children", count(d.children)), pair("Traps exits", d.trapping ? "yes" : "no"));
  }

  rates() {
    const chart = (label, key, show) => h("div", { class: "mini" },
      h("div", { class: "mini-head" }, h("span", { class: "dim" }, label), h("strong", {}, show(this.detail[key]) || "0")),
      line([...Array(rateHistory - this.history.length).fill(NaN), ...this.history.map((d) => d[key])], { height: 40 }));
    return h("div", { class: "minis" }, chart("In/s", "in", rate), chart("Out/s", "out", rate), chart("Busy", "busy", percent), chart("Mailbox", "mailbox", count));
  }

  // ratesTable has the same figures as the drawings, as text.
  ratesTable() {
    this.ratesBody = h("div", {});
    return this.ratesDetails = h("details", { ontoggle: () => this.fillRates() }, h("summary", {}, "As a table"), this.ratesBody);
  }

  fillRates() {
    if (!this.ratesDetails.open) return;
    const top = this.ratesBody.firstChild?.scrollTop ?? 0;
    this.ratesBody.replaceChildren(table("The last minute, the newest first", ["Time", "In/s", "Out/s", "Busy", "Mailbox"],
      this.history.toReversed().map((d) => [clock(d.at), rate(d.in) || "0", rate(d.out) || "0", percent(d.busy) || "0", count(d.mailbox)])));
    this.ratesBody.firstChild.scrollTop = top;
  }

  mailbox() {
    const d = this.detail;
    const queue = d.queue ?? [];
    return h("div", { class: "part" },
      h("p", {}, h("strong", {}, count(d.mailbox)), " waiting", d.high_water ? h("span", { class: "dim" }, `, at most ${count(d.high_water)} so far`) : ""),
      queue.length ? h("ol", { class: "queue" }, queue.map((type) => h("li", { class: "mono" }, shortType(type)))) : note("Nothing waits."));
  }

  accepts() {
    const all = this.detail.accepts ?? [];
    if (!all.length) return note("It has no table of handlers.");
    return table("Messages that it accepts", ["Message", "By", "Fields", "Reply"], all.map((m) => [
      h("span", { class: "mono" }, m.name), m.kind,
      h("span", { class: "mono dim" }, (m.type?.fields ?? []).map((f) => `${f.name} ${shortType(f.type.go)}`).join(", ")),
      h("span", { class: "mono dim" }, shortType(m.reply))]));
  }

  related() {
    const d = this.detail;
    const list = (label, refs) => refs?.length
      ? h("div", {}, h("h3", {}, label, h("span", { class: "dim" }, " " + refs.length)), h("p", { class: "refs" }, refs.slice(0, 60).map(ref), refs.length > 60 ? h("span", { class: "dim" }, `and ${count(refs.length - 60)} more`) : "")) : "";
    const parts = [list("Linked to", d.links), list("Monitors", d.monitors), list("Monitored by", d.monitored_by), list("Works for", d.callers)].filter(Boolean);
    return h("div", { class: "part" }, parts.length ? parts : note("None."), d.children && d.kind !== "supervisor" ? this.allChildren() : "");
  }

  // onDemand is what costs the process something, and is asked for by hand; what
  // is other than the last time is marked.
  onDemand(label, what, why) {
    let before = null;
    const out = h("div", { class: "part", "aria-live": "polite" }, note(why));
    const ask1 = button(label, async () => {
      try {
        const { text } = await ask(`process/${who(this.detail?.pid ?? this.name)}/${what}`);
        const shown = what === "stack" ? stackText(text) : textDiff(before, text);
        if (!text) return out.replaceChildren(note("No goroutine works for it at the moment."));
        before = text;
        out.replaceChildren(h("p", { class: "dim" }, "at " + clock(new Date())), h("pre", { tabindex: 0 }, shown));
        ask1.textContent = "Again";
        copyButton.hidden = false;
      } catch (err) {
        out.replaceChildren(note(err.message));
      }
    });
    const copyButton = button("Copy", () => copy(before), { hidden: true });
    return h("div", { class: "part" }, h("div", { class: "row" }, ask1, copyButton), out);
  }

  async events() {
    try {
      const d = this.detail;
      const { events } = await ask("events", { who: d?.name || d?.id || this.name });
      // Another supervisor may have a child of the same id.
      const mine = fold((events ?? []).filter((e) => !d || !e.child || [d.parent, d.pid].includes(e.supervisor)), homesOf(events ?? [])).toReversed().slice(0, 20);
      this.fill("restarts", !mine.length ? note("Nothing has gone wrong.") : h("ul", { class: "events" }, mine.map((e) => h("li", {},
        h("span", { class: kinds[e.kind]?.[2] ? "bad-text" : "" }, icon(kinds[e.kind]?.[0] ?? "error"), kinds[e.kind]?.[1] ?? e.kind),
        h("span", { class: "dim", title: e.at }, ago(e.at)), times(e), e.crash ? h("a", { href: "#/crashes/" + e.crash }, reasonOf(e)) : h("span", {}, reasonOf(e))))));
      if (!d) setTimeout(() => this.events(), 1500);
    } catch (err) {
      this.fill("restarts", note(err.message));
    }
  }

  async logs() {
    try {
      const { records } = await ask("logs", { who: this.name });
      this.fill("log", records?.length ? h("ul", { class: "events" }, records.slice(-10).reverse().map((r) => h("li", {}, h("span", { class: "level l-" + r.level?.toLowerCase() }, r.level), h("span", { class: "dim" }, clock(r.at)), h("span", {}, r.msg ?? r.message)))) : note("It has logged nothing lately."));
    } catch (err) {
      this.fill("log", note(err.message));
    }
  }
}

function ref(r) {
  return processLink(r.pid, r.name || shortType(r.label) || r.pid);
}

function facts(pairs) {
  const shown = (value) => (/^\d{4}-\d\d-\d\dT/.test(value) ? h("time", { datetime: value, title: value }, ago(value)) : value);
  return pairs?.length ? h("dl", { class: "pairs" }, pairs.map((p) => pair(p.key, shown(p.value)))) : null;
}
