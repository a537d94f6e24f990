// Drawn icons, so that a state is told by a shape and a word, and never by its
// colour alone.
import { h } from "./dom.js";

const paths = {
  // what a process does
  idle: "M8 3.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9z",
  queued: "M3 4.5h10M3 8h10M3 11.5h6",
  running: "M5 3.2v9.6l7.5-4.8z!",
  receiving: "M8 2.5v7M4.8 6.6 8 9.8l3.2-3.2M3 13h10",
  waiting: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 5v3.2l2.2 1.3",
  calling: "M2.5 5.5h10M9.8 2.8l2.7 2.7-2.7 2.7M13.5 10.8h-10M6.2 8.1 3.5 10.8l2.7 2.7",
  exiting: "M9 3h4v10H9M2.5 8H10M7 5l3 3-3 3",
  dead: "M4 4l8 8M12 4l-8 8",
  zombie: "M8 2 14.5 13.5h-13zM8 6.3v3.4M8 11.4v.6",
  restarting: "M13 8a5 5 0 1 1-1.5-3.6M13 2.2v3h-3",
  // what a process is
  supervisor: "M8 2.2v4M8 6.2H3.5V9M8 6.2h4.5V9M8 6.2V9M2 9.2h3v3H2zM6.5 9.2h3v3h-3zM11 9.2h3v3h-3z",
  server: "M3 3h10v4H3zM3 9h10v4H3zM5.2 5h.6M5.2 11h.6",
  statem: "M8 2.2 13.8 8 8 13.8 2.2 8z",
  process: "M3.2 4.5 6.7 8l-3.5 3.5M8 12h5",
  pool: "M3 11.5h10M4 8.5h8M5.2 5.5h5.6",
  // others
  open: "M4.5 6 8 9.8 11.5 6",
  closed: "M6 4.5 9.8 8 6 11.5",
  up: "M8 13V3.5M4.2 7 8 3.2 11.8 7",
  down: "M8 3v9.5M4.2 9 8 12.8 11.8 9",
  pause: "M5 3.5v9M11 3.5v9",
  play: "M5 3.2v9.6l7.5-4.8z!",
  warn: "M8 2 14.5 13.5h-13zM8 6.3v3.4M8 11.4v.6",
  crash: "M8 1.8l1.5 3.9 4-1.2-1.7 3.8 2.6 3.3-4.1-.1L8 14.4l-2.3-2.9-4.1.1 2.6-3.3L2.5 4.5l4 1.2z!",
  gaveup: "M3.5 3.5h9v9h-9zM6 6l4 4M10 6l-4 4",
  restart: "M13 8a5 5 0 1 1-1.5-3.6M13 2.2v3h-3",
  action: "M4 13V3M4 3.5h8l-2 2.8 2 2.7H4",
  error: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 5v3.6M8 10.4v.6",
  search: "M7 2.8a4.2 4.2 0 1 0 0 8.4 4.2 4.2 0 0 0 0-8.4zM10.2 10.2l3.3 3.3",
  sun: "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.5v1.7M8 12.8v1.7M1.5 8h1.7M12.8 8h1.7M3.4 3.4l1.2 1.2M11.4 11.4l1.2 1.2M3.4 12.6l1.2-1.2M11.4 4.6l1.2-1.2",
  moon: "M13 9.6A5.6 5.6 0 0 1 6.4 3 5.6 5.6 0 1 0 13 9.6z",
  auto: "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11",
  name: "M2.5 3v5l6 6 5.5-5.5-6-6h-5zM5.2 5.6h.1",
  chart: "M2.5 2.5v11h11M5 10.5l2.5-3 2 1.8L13 5",
  gear: "M8 5.6a2.4 2.4 0 1 0 0 4.8 2.4 2.4 0 0 0 0-4.8zM8 1.8v2M8 12.2v2M1.8 8h2M12.2 8h2M3.6 3.6 5 5M11 11l1.4 1.4M3.6 12.4 5 11M11 5l1.4-1.4",
  help: "M5.8 6.2a2.2 2.2 0 1 1 3.2 2c-.7.4-1 .8-1 1.5M8 11.8v.5",
};

const svg = "http://www.w3.org/2000/svg";

// icon draws one; it says nothing to a screen reader, as a word is beside it.
export function icon(name) {
  const el = document.createElementNS(svg, "svg");
  el.setAttribute("viewBox", "0 0 16 16");
  el.setAttribute("aria-hidden", "true");
  el.setAttribute("class", "icon");
  const path = document.createElementNS(svg, "path");
  const d = paths[name] ?? paths.process;
  path.setAttribute("d", d.replace("!", ""));
  if (d.endsWith("!")) path.setAttribute("class", "solid");
  el.append(path);
  return el;
}

// shape makes an element of a drawing.
export function shape(tag, attributes, ...children) {
  const el = document.createElementNS(svg, tag);
  for (const [key, value] of Object.entries(attributes)) el.setAttribute(key, value);
  el.append(...children);
  return el;
}

// status is a state as an icon and its word.
export function status(name) {
  return h("span", { class: "status s-" + name }, icon(name), name);
}

// kinds of events on the timeline: their icon, their word, whether it is a failure.
export const kinds = {
  crash: ["crash", "crash", true],
  restart: ["restart", "restart", false],
  gave_up: ["gaveup", "gave up", true],
  start_error: ["error", "start failed", true],
  shutdown_error: ["exiting", "stop failed", true],
  zombie: ["zombie", "zombie", true],
  end: ["exiting", "end", false],
  unexpected_msg: ["warn", "unexpected message", true],
  action: ["action", "action", false],
  full: ["queued", "mailbox full", true],
  circle: ["restart", "circle of calls", true],
  dropped: ["warn", "reports dropped", true],
};
