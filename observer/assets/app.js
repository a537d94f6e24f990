// The page: its frame, the way between screens, and the keys that work on all.
import { setup } from "./api.js";
import { Live } from "./live.js";
import { copy, h, set, text } from "./dom.js";
import { Header } from "./header.js";
import { icon } from "./icons.js";
import { Dialogs } from "./dialogs.js";
import { News } from "./news.js";
import { parse } from "./router.js";
import { screens, sections } from "./screens.js";
import { Shortcuts } from "./shortcuts.js";
import { openMenu } from "./menu.js";

class Page {
  constructor() {
    this.node = null;
    this.setup = setup().catch(() => ({}));
    this.header = new Header(this);
    this.news = new News();
    this.dialogs = new Dialogs(this);
    this.shortcuts = new Shortcuts(this);
    this.nav = h("nav", { "aria-label": "Screens" }, h("ul", {}, sections.map(([id, label, key, shape]) =>
      h("li", {}, h("a", { href: "#/" + id, "data-screen": id }, icon(shape), h("span", {}, label), key ? h("kbd", { "aria-hidden": "true", title: `g then ${key}` }, key) : "")))));
    this.trouble = h("div", { class: "trouble", role: "alert" });
    this.main = h("main", { id: "main", tabindex: -1, "data-keys": true });
    document.body.append(
      h("a", { class: "skip", href: "#main", onclick: (e) => { e.preventDefault(); this.enter(); } }, "Skip to the content"),
      this.header.el, this.nav, this.trouble, this.main, this.news.el);
    this.live = new Live({ onNode: (node) => this.took(node), onState: (state) => this.stream(state) });
    window.addEventListener("hashchange", () => this.route(true));
    setInterval(() => this.tick(), 1000);
    this.route(false);
  }

  get letters() {
    return this.shortcuts.letters;
  }

  // route shows the screen that the address names.
  route(moved) {
    this.step(moved);
    this.dialogs.close();
    const at = parse(location.hash || "#/tree");
    const make = screens[at.screen] ?? screens.tree;
    this.screen?.leave?.();
    this.problem(null);
    this.picked = null;
    this.visit = (this.visit ?? 0) + 1; // of screens, so that one that was left can tell
    this.live.hide();
    this.screen = make(this, at);
    this.main.replaceChildren(this.screen.el);
    this.name();
    const section = this.screen.section ?? at.screen;
    for (const a of this.nav.querySelectorAll("a")) {
      const here = a.dataset.screen === (section || "tree");
      set(a, { "aria-current": here ? "page" : null });
      if (here) this.nav.scrollLeft = a.offsetLeft - (this.nav.clientWidth - a.offsetWidth) / 2; // where they do not all fit
    }
    if (moved) this.enter();
  }

  // tick lets what is shown grow older.
  tick() {
    if (document.hidden || this.live.paused) return;
    this.header.tick();
    this.screen?.refresh?.();
  }

  // enter brings the focus to what the screen is about.
  enter() {
    if (this.screen.grid?.total) this.screen.grid.focus();
    else this.main.focus({ preventScroll: true });
    if (this.screen.grid) this.screen.grid.wantsFocus = !this.screen.grid.total;
  }

  name() {
    document.title = [this.screen.title, this.node?.name, "Coppice"].filter(Boolean).join(" · ");
  }

  go(path) {
    if (location.hash === "#/" + path) this.enter(); // which changes nothing else
    location.hash = "#/" + path;
  }

  // back goes to the screen before, and never to where one came from.
  back() {
    if (this.depth > 0) history.back();
    else if (this.screen.title !== "Tree") this.go("tree");
  }

  // step notes with each entry of the history how many of the page's own are
  // before it.
  step(moved) {
    if (history.state?.depth === undefined) {
      this.depth = moved ? this.depth + 1 : 0;
      history.replaceState({ depth: this.depth }, "");
    } else this.depth = history.state.depth;
  }

  took(node) {
    const known = this.node?.name;
    this.node = node;
    this.header.show(node);
    this.news.took(node);
    if (known !== node.name) this.name();
    this.screen?.onNode?.(node);
  }

  // stream says in the header what has become of the stream.
  stream(state) {
    this.header.state(state);
    if (state === "lost") {
      this.lostTimer ??= setTimeout(() => text(this.trouble, "The node does not answer: it was stopped, or cannot be reached. Trying again."), 2500);
      return;
    }
    clearTimeout(this.lostTimer);
    this.lostTimer = undefined;
    if (this.trouble.textContent && state !== "paused") this.news.say("The node answers again.");
    text(this.trouble, "");
  }

  // problem shows why a screen has nothing to show; null takes it away.
  problem(err) {
    this.problemNote?.remove();
    this.problemNote = err && h("div", { class: "problem", role: "alert" }, h("strong", {}, err.message), err.try ? h("span", {}, err.try) : "");
    if (err) this.main.prepend(this.problemNote);
  }

  pause(on = !this.live.paused) {
    this.live.pause(on);
    this.news.say(on ? "Paused. What is shown stands still." : "Live again.");
  }

  // selected is told which row has the focus.
  selected(row) {
    if (row) this.picked = row;
  }

  // subject is the process that y and a are about.
  get subject() {
    return this.screen.subject?.() ?? this.screen.grid?.activeRow ?? null;
  }

  async copyPID() {
    const marked = [...(this.screen.grid?.marked.values() ?? [])];
    const pids = (marked.length ? marked : [this.subject]).map((row) => row?.pid).filter(Boolean);
    if (!pids.length) return;
    await copy(pids.join("\n"));
    const what = pids.length > 1 ? `${pids.length} pids` : pids[0];
    this.news.say(`Copied ${what}.`);
    this.header.flash(`Copied ${what}`);
  }

  menu(anchor, label, items) {
    openMenu(anchor, label, items);
  }
}

new Page();
