// The head of the page: the node in figures, and what is for the whole page.
import { h, set, text } from "./dom.js";
import { bytes, clock, count, duration, title } from "./format.js";
import { icon } from "./icons.js";

const words = { live: "live", paused: "paused", lost: "no answer", connecting: "connecting" };

export class Header {
  constructor(page) {
    this.page = page;
    this.name = h("span", { class: "node-name" }, "…");
    this.up = h("span", { class: "dim" });
    this.mode = h("span", { class: "chip warn", hidden: true, title: "This page may change what runs here" }, "actions on");
    this.figures = h("dl", { class: "figures" });
    this.values = new Map();
    this.pill = h("span", { class: "pill" });
    this.pauseButton = h("button", { type: "button", class: "icon-button", onclick: () => page.pause(), title: "Pause what moves (p)" });
    this.themeButton = h("button", { type: "button", class: "icon-button", onclick: () => this.nextTheme() });
    this.helpButton = h("button", { type: "button", class: "icon-button", "aria-label": "Keys and settings", title: "Keys and settings (?)", onclick: () => page.dialogs.help() }, icon("help"));
    this.el = h("header", {},
      h("a", { class: "brand", href: "#/tree", "aria-label": "Coppice observer: to the tree" }, h("img", { src: "icon.svg", alt: "", width: 26, height: 26 }), h("span", { class: "wordmark" }, "Coppice")),
      h("div", { class: "node" }, this.name, this.up),
      this.figures,
      h("div", { class: "controls" }, this.mode, this.pill, this.pauseButton, this.themeButton, this.helpButton));
    this.theme(localStorage.getItem("coppice.theme") ?? "auto");
    this.state("connecting");
  }

  state(state) {
    this.shown = state;
    const word = state === "polling" ? `every ${this.page.live.pollEvery / 1000} s` : words[state] ?? words.lost;
    set(this.pill, { class: "pill " + state });
    this.pill.replaceChildren(h("span", { class: "dot", "aria-hidden": "true" }), word);
    const paused = state === "paused";
    set(this.pauseButton, { "aria-label": paused ? "Go on" : "Pause", "aria-pressed": String(paused) });
    this.pauseButton.replaceChildren(icon(paused ? "play" : "pause"));
  }

  // flash says something in the place of the state for a moment.
  flash(message) {
    this.pill.replaceChildren(message);
    clearTimeout(this.flashTimer);
    this.flashTimer = setTimeout(() => this.state(this.shown), 1500);
  }

  show(node) {
    text(this.name, node.name);
    set(this.name, { title: [node.go, node.build, node.os_pid ? "process " + node.os_pid : ""].filter(Boolean).join(" · ") });
    this.came = performance.now();
    this.node = node;
    this.tick();
    this.mode.hidden = !node.actions;
    const by = node.by_status ?? {};
    const busy = ["running", "queued", "calling", "waiting", "receiving", "restarting", "exiting"].filter((s) => by[s]);
    this.figure("Processes", count(node.processes), busy.length ? busy.map((s) => `${count(by[s])} ${s}`).join(", ") : "all idle", "#/processes", "", node.as_of && "Their states as of " + clock(node.as_of));
    this.figure("Restarts, 5 min", count(node.recent ?? 0), `${count(node.restarts ?? 0)} in all`, "#/restarts", node.recent ? "warn-text" : "");
    const near = node.near ?? [];
    this.figure("Near their limit", count(near.length), near.length ? near.slice(0, 3).map(title).join(", ") : "supervisors", near.length ? "#/process/" + near[0].pid?.replace(/[<>]/g, "") : "#/restarts", near.length ? "bad-text" : "");
    this.zombies(node.zombies);
    this.figure("Dead letters", count(node.dead_letters ?? 0), "", "#/metrics", "", "Messages that were sent to processes that had ended, or cast to names that nobody had");
    this.figure("Goroutines", count(node.goroutines), "", "#/runtime");
    this.figure("Heap", bytes(node.heap_bytes), "", "#/runtime");
  }

  // tick lets the time go on between what the node sends.
  tick() {
    if (!this.node) return;
    const ns = this.node.uptime_ns + (performance.now() - this.came) * 1e6;
    text(this.up, "up " + duration(Math.floor(ns / 1e9) * 1e9));
  }

  // zombies are shown only where there are any.
  zombies(n) {
    if (n) return this.figure("Zombies", count(n), "", "#/processes?where=state%3Azombie", "bad-text");
    this.values.get("Zombies")?.el.remove();
    this.values.delete("Zombies");
  }

  figure(label, value, detail, href, tone = "", title = "") {
    let f = this.values.get(label);
    if (!f) {
      f = { value: h("a", {}), detail: h("span", { class: "dim detail" }) };
      f.el = h("div", { class: "figure" }, h("dt", {}, label), h("dd", {}, f.value, f.detail));
      this.values.set(label, f);
      this.figures.append(f.el);
    }
    text(f.value, value);
    text(f.detail, detail);
    set(f.detail, { title: detail });
    set(f.value, { href, class: "value " + tone, title });
  }

  nextTheme() {
    const order = ["auto", "light", "dark"];
    this.theme(order[(order.indexOf(this.now) + 1) % order.length]);
  }

  theme(name) {
    this.now = name;
    localStorage.setItem("coppice.theme", name);
    set(document.documentElement, { "data-theme": name });
    this.themeButton.replaceChildren(icon({ auto: "auto", light: "sun", dark: "moon" }[name]));
    set(this.themeButton, { "aria-label": `Colours: ${name}`, title: `Colours: ${name}` });
  }
}
