// One stream a tab: that of what is on the screen. It is closed while the tab is
// hidden or paused, asked anew when a number is missing, and where streams do
// not get through (a proxy that collects them) the page asks every two seconds,
// or less often if it is to.
import { ask, query, Refused } from "./api.js";

const pollEvery = 2000;
export const rates = [200, 500, 1000, 2000, 5000]; // ms from one look at the node to the next
const usual = 1000;
const firstWord = 4000; // how long a stream may take to say something until the page asks meanwhile,
const noWord = 15000; // and until it is taken for dead
const patience = 40000; // and then be silent
const askAgain = 3000; // after an answer that was no
const retryAfter = 30; // so many times asked, the stream is tried again

export class Live {
  // onNode gets the figures of the node, onState what has become of the
  // stream: live, paused, lost, polling, failed.
  constructor({ onNode, onState }) {
    this.onNode = onNode;
    this.onState = onState;
    this.paused = false;
    this.every = usual;
    if (rates.includes(Number(localStorage.getItem("coppice.every")))) this.every = Number(localStorage.getItem("coppice.every"));
    this.view = null;
    this.source = null;
    this.failures = 0; // streams that ended without a word, in a row
    document.addEventListener("visibilitychange", () => this.restart());
    window.addEventListener("pagehide", () => this.close());
    window.addEventListener("pageshow", () => this.restart());
  }

  // show streams a view from now on: path is where its answer is when asked
  // for, apply(data, kind) gets it, kind being full or delta.
  show(view, params, apply, path = view) {
    this.view = { view, params, apply, path };
    this.restart();
  }

  // hide streams nothing but the figures of the node.
  hide() {
    this.show("node", {}, () => {});
  }

  pause(on) {
    this.paused = on;
    this.restart();
  }

  // look sets how often the node is looked at; this browser remembers it.
  look(every) {
    this.every = every;
    localStorage.setItem("coppice.every", every);
    this.restart();
  }

  close() {
    this.source?.close();
    this.source = null;
    clearTimeout(this.timer);
    clearTimeout(this.watchdog);
  }

  restart() {
    this.close();
    if (this.paused) {
      this.onState("paused");
      if (this.view && !this.view.filled) this.once(this.view); // a screen that was never filled is
      return;
    }
    if (document.hidden || !this.view) return;
    if (this.failures >= 2) this.poll();
    else this.open();
  }

  open() {
    const view = this.view;
    const source = new EventSource("api/v1/watch" + query({ view: view.view, every: this.every === usual ? "" : this.every + "ms", ...view.params }));
    this.source = source;
    let seq = 0;
    let heard = false;
    const on = (kind, take) => source.addEventListener(kind, (event) => {
      if (source !== this.source) return;
      heard = true;
      this.failures = 0;
      this.expect(patience, 1);
      take(JSON.parse(event.data));
    });
    on("full", (data) => {
      seq = data.seq;
      this.onState("live");
      this.apply(view, data, "full");
    });
    on("delta", (data) => {
      if (data.seq !== seq + 1) return this.restart();
      seq = data.seq;
      this.apply(view, data, "delta");
    });
    on("node", (data) => this.onNode(data));
    on("beat", () => {});
    source.addEventListener("error", (event) => {
      if (source !== this.source) return;
      this.close();
      if (event.data) { // the node says why there is no more
        const { error } = JSON.parse(event.data);
        view.apply(new Refused(400, error), "error");
        this.timer = setTimeout(() => this.restart(), askAgain);
        return;
      }
      if (heard) this.onState("lost");
      else {
        this.failures++;
        this.once(this.view); // so that there is something to see meanwhile
      }
      this.timer = setTimeout(() => this.restart(), heard ? 500 : 1500);
    });
    this.expect(noWord, 2);
    this.timer = setTimeout(() => !heard && source === this.source && this.once(view), firstWord);
  }

  // expect takes the stream for dead, as so many failures, if nothing comes.
  expect(within, failures) {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => {
      this.failures += failures;
      this.restart();
    }, within);
  }

  get pollEvery() {
    return Math.max(pollEvery, this.every);
  }

  async poll() {
    const view = this.view;
    this.failures++;
    if (await this.once(view)) this.onState("polling");
    if (view !== this.view || this.paused || document.hidden) return;
    clearTimeout(this.timer);
    if (this.failures > retryAfter) this.failures = 1;
    this.timer = setTimeout(() => this.restart(), this.pollEvery);
  }

  async once(view) {
    try {
      const [node, data] = await Promise.all([ask("node"), ask(view.path, view.params)]);
      if (this.unreached) this.failures = 0; // it was the node, and not the stream
      this.unreached = false;
      if (view !== this.view) return true;
      this.onNode(node);
      this.apply(view, view.view === "node" ? node : data, "full");
      return true;
    } catch (err) {
      if (view === this.view) {
        if (err.status) view.apply(err, "error");
        else {
          this.unreached = true;
          this.onState("lost");
        }
      }
      return false;
    }
  }

  apply(view, data, kind) {
    view.filled = true;
    view.apply(data, kind);
  }
}
