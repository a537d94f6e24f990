// One polite line that tells in words what changed, at most every five seconds,
// for those who do not see it change.
import { ask } from "./api.js";
import { h } from "./dom.js";
import { plural } from "./format.js";

const every = 5000;

export class News {
  constructor() {
    this.el = h("p", { class: "offscreen", id: "news", "aria-live": "polite" });
    this.last = 0; // when something was said
    this.after = null; // the last event that was told
  }

  // say says something at once, as the answer to what somebody did.
  say(message) {
    this.el.textContent = message;
    this.last = performance.now();
  }

  // took looks whether there is news, and asks what it is.
  async took(node) {
    const before = this.restarts ?? node.restarts;
    if (this.restarts === undefined) this.restarts = node.restarts;
    if (node.restarts === before || performance.now() - this.last < every) return;
    this.restarts = node.restarts;
    this.last = performance.now();
    this.el.textContent = await this.summary(node.restarts - before);
  }

  // summary tells under whom, if that is known.
  async summary(n) {
    const plain = plural(n, "restart") + ".";
    try {
      const { events, last } = await ask("events", { after: this.after ?? 0 });
      const fresh = events.filter((e) => e.kind === "restart").slice(-n);
      this.after = last;
      const by = new Map();
      for (const e of fresh) by.set(e.supervisor_name || e.supervisor, (by.get(e.supervisor_name || e.supervisor) ?? 0) + 1);
      const told = [...by].sort((a, b) => b[1] - a[1]).slice(0, 3).map(([name, k]) => `${plural(k, "restart")} under ${name}`);
      return told.length ? told.join(", ") + "." : plain;
    } catch {
      return plain;
    }
  }
}
