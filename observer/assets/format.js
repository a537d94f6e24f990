// Numbers and times as people read them.

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

export function count(n) {
  return n === undefined || n === null ? "" : grouped.format(n).replaceAll(",", "\u202f");
}

// A rate a second; nothing for nothing, so that what moves stands out.
export function rate(n) {
  if (!n) return "";
  return n < 0.1 ? "<0.1" : n < 10 ? n.toFixed(1) : count(n);
}

export function percent(share) {
  if (!share || share < 0.0005) return "";
  return share < 0.1 ? (share * 100).toFixed(1) + " %" : Math.round(share * 100) + " %";
}

const units = [["d", 86400e9], ["h", 3600e9], ["m", 60e9], ["s", 1e9], ["ms", 1e6], ["µs", 1e3]];

// A duration in nanoseconds, by its two greatest units: 3h 12m, 45s, 1.2ms.
export function duration(ns) {
  if (!(ns >= 0)) return "";
  if (ns < 1e3) return ns ? ns + "ns" : "0s";
  const i = units.findIndex(([, size]) => ns >= size);
  const [name, size] = units[i];
  if (size <= 1e9) {
    const n = ns / size;
    return (n < 10 && size < 1e9 ? n.toFixed(1) : Math.floor(n)) + name;
  }
  const rest = Math.floor((ns % size) / units[i + 1][1]);
  return Math.floor(ns / size) + name + (rest ? " " + rest + units[i + 1][0] : "");
}

export function bytes(n) {
  for (const unit of ["B", "kB", "MB", "GB"]) {
    if (n < 1000 || unit === "GB") return (n < 10 && unit !== "B" ? n.toFixed(1) : Math.round(n)) + "\u202f" + unit;
    n /= 1000;
  }
}

export function ago(time, now = Date.now()) {
  const ns = (now - Date.parse(time)) * 1e6;
  return ns < 1e9 ? "now" : duration(ns) + " ago";
}

const clockFormat = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

export function clock(time) {
  const at = new Date(time);
  return isNaN(at) ? "" : clockFormat.format(at);
}

export function clockMillis(time) {
  const at = new Date(time);
  return isNaN(at) ? "" : clockFormat.format(at) + "." + String(at.getMilliseconds()).padStart(3, "0");
}

// The nanoseconds from one time to another, which dates do not have.
export function nanosBetween(from, to) {
  const split = (time) => {
    const [, seconds, fraction = ""] = /^([^.]*)(?:\.(\d+))?/.exec(time);
    return [Date.parse(seconds + "Z"), Number(fraction.padEnd(9, "0").slice(0, 9))];
  };
  const [a, b] = [split(from.replace("Z", "")), split(to.replace("Z", ""))];
  return (b[0] - a[0]) * 1e6 + b[1] - a[1];
}

export function plural(n, one, many = one + "s") {
  return count(n) + " " + (n === 1 ? one : many);
}

// What a process is called: its name, else its id under its supervisor, else
// what it runs.
export function title(p) {
  return p.name || p.id || p.label || p.pid || "";
}

// shortType leaves the last element of the path of a Go type or function.
export function shortType(name) {
  return (name ?? "").replace(/[\w.\-~]+\//g, "");
}
