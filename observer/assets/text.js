// Texts of programs: states whose changes are marked, stacks whose frames of
// the user's come out.
import { h } from "./dom.js";
import { sourceLink } from "./sources.js";

// textDiff marks the lines that another text before did not have, and those
// that it had and this has not.
export function textDiff(before, after) {
  if (before === null || before === after) return [after];
  const a = before.split("\n");
  const b = after.split("\n");
  if (a.length * b.length > 250000) return [after]; // too long to compare
  return merge(a, b, common(a, b)).map(([sign, line]) =>
    sign === "+" ? h("ins", {}, line + "\n") : sign === "-" ? h("del", {}, line + "\n") : line + "\n");
}

// common is the table of the lengths of the longest common ends.
function common(a, b) {
  const t = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) t[i][j] = a[i] === b[j] ? t[i + 1][j + 1] + 1 : Math.max(t[i + 1][j], t[i][j + 1]);
  }
  return t;
}

function merge(a, b, t) {
  const out = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      out.push([" ", a[i++]]);
      j++;
    } else if (j >= b.length || (i < a.length && t[i + 1][j] >= t[i][j + 1])) out.push(["-", a[i++]]);
    else out.push(["+", b[j++]]);
  }
  return out;
}

// stackText makes the frames that are neither of the library nor of Go bold, and
// has each place in a file open there, or be copied.
export function stackText(text) {
  const lines = text.split("\n");
  return lines.map((line, i) => {
    const frame = line.startsWith("\t") ? lines[i - 1] + line : line + (lines[i + 1] ?? "");
    const foreign = /^(goroutine |runtime[./]|panic\(|internal\/|created by|testing\.)/.test(frame.trim()) || /\/coppice(@[^/]*)?\/(genserver|statem|supervisor|internal|task|sys|application|registry)\b|coppice\.\(\*/.test(frame);
    const parts = place(line);
    return line && !foreign ? h("span", { class: "ours" }, ...parts, "\n") : h("span", {}, ...parts, "\n");
  });
}

// place makes the place in a file that a line of a stack names a link.
function place(line) {
  const [whole, before, path, number, rest] = /^(\s+)(.+):(\d+)(.*)$/.exec(line) ?? [];
  return whole ? [before, sourceLink(path, number), rest] : [line];
}
