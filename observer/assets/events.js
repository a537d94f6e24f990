// What the node says of what went wrong: who it is about, and what repeats.
import { h } from "./dom.js";
import { clock, count, duration } from "./format.js";
import { kinds } from "./icons.js";

// kindOf is the icon and word of an event, and whether it is a failure.
export function kindOf(event) {
  return kinds[event.kind] ?? ["error", event.kind, true];
}

// reasonOf is what the other columns do not say.
export function reasonOf(e) {
  return e.reason || (e.text ?? "").replace(/^process <[^>]*> .*?crashed: |^supervisor <[^>]*>( \S+)?: (child_terminated(: child \S+)?( <[^>]*>)?( \(\d+ children\))?: )?/, "");
}

const nanos = { h: 3600e9, m: 60e9, s: 1e9, ms: 1e6, µs: 1e3 };

// dueOf is when the restart follows that an event announces, if not at once.
export function dueOf(e) {
  const wait = e.kind === "restart" && /, in ([\dhmsµ.]+)$/.exec(e.text)?.[1];
  if (!wait) return 0;
  return Date.parse(e.at) + [...wait.matchAll(/([\d.]+)(h|ms|m|s|µs)/g)].reduce((sum, [, n, unit]) => sum + n * nanos[unit], 0) / 1e6;
}

// untilDue is how long it is until then, or "".
export function untilDue(e) {
  const left = dueOf(e) - Date.now();
  return left > 0 ? duration(Math.ceil(left / 1000) * 1e9) : "";
}

// homesOf finds out under which supervisors processes crashed: a crash does not
// say so, the restart after it does.
export function homesOf(events) {
  const homes = { byPID: new Map(), byCrash: new Map(), names: new Map() };
  for (const e of events) {
    if (!e.supervisor) continue;
    if (e.pid) homes.byPID.set(e.pid, e.supervisor);
    if (e.crash) homes.byCrash.set(e.crash, e.supervisor);
    if (e.supervisor_name) homes.names.set(e.supervisor, e.supervisor_name);
  }
  return homes;
}

export function homeOf(e, homes) {
  return e.supervisor || homes.byPID.get(e.pid) || homes.byCrash.get(e.crash);
}

// fold makes one of the events that say the same about the same child: the newest
// of them, with the times that there are, since when, and who they are about.
export function fold(events, homes) {
  const by = new Map();
  for (const e of events) {
    const key = [e.kind, homeOf(e, homes) ?? "", e.child ?? "", reasonOf(e).replace(/; restart \d+ of .*/, "")].join("|");
    const { times = 0, since = e.at, names = new Set() } = by.get(key) ?? {};
    by.delete(key); // so that it comes to where the newest is
    by.set(key, { ...e, key, times: times + 1, since, names: names.add(aboutOf(e)) });
  }
  return [...by.values()];
}

// aboutOf is who an event is about.
export function aboutOf(e) {
  return e.child || e.name || e.pid || "";
}

// times is how often an event has repeated, if it has.
export function times(e) {
  return e.times > 1 ? h("span", { class: "chip times", title: `${count(e.times)} times since ${clock(e.since)}` }, "×" + count(e.times)) : "";
}
