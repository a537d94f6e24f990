// Small drawings of figures over time. They say nothing to a screen reader: the
// same figures are beside them as text or in a table.
import { shape } from "./icons.js";

const widestGap = 12000; // ms between points that still are one line

// line draws values as an area with a line on top, from 0 or the least of them
// to the greatest. It has gaps where there is no number and, where times are
// given, where nobody looked.
export function line(values, { width = 320, height = 64, zero = true, times } = {}) {
  const known = values.filter(Number.isFinite);
  const low = zero ? Math.min(0, ...known) : Math.min(...known);
  const flat = Math.max(...known) === low && low !== 0; // a line in the middle
  const high = flat ? low * 2 : Math.max(...known, low + 1e-9);
  const last = values.length - 1;
  const across = times ? (i) => (times[i] - times[0]) / (times[last] - times[0]) : (i) => i / last;
  const x = (i) => (last < 1 ? 0 : across(i) * width);
  const joined = (i) => Number.isFinite(values[i - 1]) && !(times && times[i] - times[i - 1] > widestGap);
  const y = (v) => (flat ? height / 2 : height - 2 - ((v - low) / (high - low)) * (height - 4));
  const at = (i) => x(i).toFixed(1) + " " + y(values[i]).toFixed(1);
  let d = "";
  let area = "";
  let first = 0;
  values.forEach((v, i) => {
    if (!Number.isFinite(v)) return;
    const begins = i === 0 || !joined(i);
    if (begins) first = i;
    d += (begins ? "M" : "L") + at(i);
    area += (begins ? `M${x(i).toFixed(1)} ${height}L` : "L") + at(i);
    if (i === last || !Number.isFinite(values[i + 1]) || !joined(i + 1)) area += `L${x(i).toFixed(1)} ${height}L${x(first).toFixed(1)} ${height}Z`;
  });
  const el = shape("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", class: "spark", "aria-hidden": "true" });
  if (!known.length) return el;
  el.append(
    shape("path", { d: area, class: "spark-area" }),
    shape("path", { d, class: "spark-line", "vector-effect": "non-scaling-stroke" }));
  return el;
}
