// The page of one process.
import { who } from "./api.js";
import { processLink, since } from "./columns.js";
import { button, card, h, note, pair, table } from "./dom.js";
import { count, duration, percent, rate, shortType, title } from "./format.js";
import { icon, status } from "./icons.js";
import { line } from "./spark.js";

const rateHistory = 60; // ticks of rates that are drawn

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
    this.parts = Object.fromEntries(["overview", "rates", "spec", "mailbox", "accepts", "related"].map((id) => [id, h("div", { class: "part" })]));
    const { parts } = this;
    this.el = h("section", { class: "screen flow" }, this.crumbs, this.head,
      h("div", { class: "cards" },
        card("Overview", parts.overview), card("Last minute", parts.rates), card("How it is supervised", parts.spec),
        card("Mailbox", parts.mailbox), card("Accepts", parts.accepts), card("Links and monitors", parts.related)));
    page.live.show("process", { who: name }, (data, kind) => this.take(data, kind), "process/" + who(name));
  }

  take(detail, kind) {
    if (kind === "error") return this.page.problem(detail);
    this.page.problem(null);
    detail.came = performance.now();
    this.detail = detail;
    this.history = [...this.history, detail].slice(-rateHistory);
    this.draw();
  }

  tick() {
    if (this.detail) this.fill("overview", this.overview());
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
        button("Copy pid", () => this.page.copyPID()),
        ...(this.page.node?.actions ? [button("Actions", () => this.page.dialogs.actions(d), { "aria-haspopup": "menu" })] : []));
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
      pair("State", status(d.status), " ", since(d, d.age_ns) > 1e9 ? duration(since(d, d.age_ns)) : ""),
      d.current && pair("Handling", shortType(d.current)),
      pair("Up", duration(Math.floor(since(d, d.uptime_ns) / 1e9) * 1e9)),
      pair("Restarts", `${count(d.recent)} in 5 min, ${count(d.restarts)} in all`),
      d.budget && pair("Limit", h("span", { class: d.budget.used * 2 >= d.budget.max && d.budget.used ? "chip warn" : "" }, `${d.budget.used} of ${d.budget.max} in ${duration(d.budget.period_ns)}`)),
      d.last_exit && pair("Predecessor ended", d.last_exit), d.exit_reason && pair("Told to end", d.exit_reason),
      pair("Messages", `${count(d.received)} in, ${count(d.sent)} out`), pair("In its handlers", duration(d.busy_ns)),
      pair("Unanswered requests", count(d.pending)), pair("Children", count(d.children)), pair("Traps exits", d.trapping ? "yes" : "no"));
  }

  rates() {
    const chart = (label, key, show) => h("div", { class: "mini" },
      h("div", { class: "mini-head" }, h("span", { class: "dim" }, label), h("strong", {}, show(this.detail[key]) || "0")),
      line([...Array(rateHistory - this.history.length).fill(NaN), ...this.history.map((d) => d[key])], { height: 40 }));
    return h("div", { class: "minis" }, chart("In/s", "in", rate), chart("Out/s", "out", rate), chart("Busy", "busy", percent), chart("Mailbox", "mailbox", count));
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
    return h("div", { class: "part" }, parts.length ? parts : note("None."), d.children ? h("p", {}, h("a", { href: `#/processes?where=${encodeURIComponent("parent=" + d.pid)}` }, `Its ${count(d.children)} children`)) : "");
  }
}

function ref(r) {
  return processLink(r.pid, r.name || shortType(r.label) || r.pid);
}

function facts(pairs) {
  return pairs?.length ? h("dl", { class: "pairs" }, pairs.map((p) => pair(p.key, p.value))) : null;
}
