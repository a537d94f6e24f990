// What happened to the messages of a trace: each was sent, waited, was taken and
// handled. The events of the node are joined to a row for each message, and
// drawn; what is drawn the row says as text, too.
import { nanosBetween } from "./format.js";
import { shape } from "./icons.js";

const width = 1000; // of a drawing, in its own units
const least = 5; // what takes less is drawn so wide
const ends = ["out", "noreply", "consume", "postpone"]; // of the handling of a message

// A Waterfall is what is known of one trace. Times are nanoseconds since its
// first event; what was sent before that has one below zero.
export class Waterfall {
  constructor() {
    Object.assign(this, { rows: [], from: 0, to: 0, longest: 0 });
  }

  // add takes an event: it is a message that is taken, or the end of that, or
  // something that is told alone.
  add(e) {
    this.first ??= e.at;
    const at = nanosBetween(this.first, e.at);
    let row = this.rows.at(-1);
    if (ends.includes(e.kind) && row?.kind === "in") {
      row.done = at;
      row.outcome = row.outcome ? `${row.outcome}, ${e.kind}` : e.kind;
      if (e.kind === "out") row.reply = e;
    } else {
      row = { ...e, key: String(this.rows.length), sent: e.arrived ? nanosBetween(this.first, e.arrived) : at, taken: at };
      this.rows.push(row);
    }
    this.from = Math.min(this.from, row.sent);
    this.to = Math.max(this.to, at);
    this.longest = Math.max(this.longest, (row.done ?? row.taken) - row.sent);
  }

  // draw draws a row: a tick where the message was sent, a line while it waits,
  // a bar while it is handled. All begin at the same place where they are to be
  // compared, and else each at its time.
  draw(row, compared) {
    const whole = Math.max(1, compared ? this.longest : this.to - this.from);
    const begin = compared ? row.sent : this.from;
    const room = width - least;
    const x = (t) => ((t - begin) / whole) * room;
    const [sent, taken, done] = [x(row.sent), x(row.taken), x(row.done ?? row.taken)];
    return shape("svg", { viewBox: `0 0 ${width} 20`, preserveAspectRatio: "none", class: "fall", "aria-hidden": "true" },
      shape("path", { d: `M${sent + 1} 3V17`, class: "fall-sent", "vector-effect": "non-scaling-stroke" }),
      shape("path", { d: `M${sent} 10H${taken}`, class: "fall-waits", "vector-effect": "non-scaling-stroke" }),
      shape("rect", { x: taken, y: 5, width: Math.max(least, done - taken), height: 10, class: row.done === undefined ? "fall-open" : "fall-handled" }));
  }

  // scale says when a row is to be drawn anew.
  scale(row, compared) {
    return [compared, compared ? this.longest : [this.from, this.to], row.done].join();
  }
}
