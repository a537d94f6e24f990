// Small drawings of figures over time. They say nothing to a screen reader: the
// same figures are beside them as text or in a table.
import { h } from "./dom.js";
import { shape } from "./icons.js";

// line draws values as an area with a line on top, from 0 or the least of them
// to the greatest; gaps are where there is no number.
export function line(values, { width = 320, height = 64, zero = true, label } = {}) {
  const known = values.filter(Number.isFinite);
  const low = zero ? Math.min(0, ...known) : Math.min(...known);
  const flat = Math.max(...known) === low && low !== 0; // a line in the middle
  const high = flat ? low * 2 : Math.max(...known, low + 1e-9);
  const x = (i) => (values.length < 2 ? 0 : (i / (values.length - 1)) * width);
  const y = (v) => (flat ? height / 2 : height - 2 - ((v - low) / (high - low)) * (height - 4));
  let d = "";
  values.forEach((v, i) => {
    if (Number.isFinite(v)) d += (d && Number.isFinite(values[i - 1]) ? "L" : "M") + x(i).toFixed(1) + " " + y(v).toFixed(1);
  });
  const el = shape("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", class: "spark", "aria-hidden": "true" });
  if (!known.length) return el;
  const first = values.findIndex(Number.isFinite);
  el.append(
    shape("path", { d: `${d}L${x(values.length - 1)} ${height}L${x(first).toFixed(1)} ${height}Z`, class: "spark-area" }),
    shape("path", { d, class: "spark-line", "vector-effect": "non-scaling-stroke" }));
  return label ? h("figure", {}, el, h("figcaption", {}, label)) : el;
}
