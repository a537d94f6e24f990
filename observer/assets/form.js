// Forms made of the Go types that the node describes, and what was typed as the
// values that the API takes: see inspect.Value.
//
// A field has its elements, el; what was typed, value(): undefined is what was
// left empty, and stays as Go begins it; and at(path), the control for a part of
// the value, by the path with which the node says what is wrong: .Items[1].Qty.
import { button, h, set, text } from "./dom.js";
import { shortType } from "./format.js";

let ids = 0;

const word = (typed) => ({ word: typed });
const struct = (fields) => ({ struct: { fields } });
const plainKinds = ["string", "number", "bool", "pid", "duration", "time", "any"];
const hints = { number: "12", pid: "<0.12.0> or a name", duration: "1m30s", time: "2006-01-02T15:04:05Z", any: "word, \"text\" or 12" };

export function field(label, type) {
  if (type.go === "[]uint8") return line(label, { ...type, kind: "string" });
  if (type.kind === "struct") return fields(label, type);
  if (type.kind === "bool") return choice(label, type);
  if (type.kind === "list" && type.elem) return list(label, type);
  if (type.kind === "map" && type.elem) return map(label, type);
  if (plainKinds.includes(type.kind)) return line(label, type);
  return { el: h("p", { class: "note" }, `${label} ${shortType(type.go)}: stays empty here; the shell can write it.`), value: () => undefined, at: () => undefined };
}

// named is a struct as a message: fields of a struct, or the one value of
// another type.
export function named(message) {
  const whole = message.type.kind === "struct";
  const inner = whole ? fields("", message.type) : field(message.name, message.type);
  return {
    ...inner,
    value: () => {
      const value = inner.value();
      const all = whole ? value?.struct.fields ?? [] : value === undefined ? [] : [{ name: "", value }];
      return { struct: { type: message.name, fields: all } };
    },
  };
}

// blame says beside the control for a part of the value what is wrong with it,
// and brings the focus there. It is false where there is none.
export function blame(form, path, message) {
  const control = path && form.at(path.startsWith("[") ? path : "." + path);
  if (!control) return false;
  const said = h("p", { class: "bad-text", id: "wrong" + ++ids }, message);
  control.after(said);
  set(control, { "aria-invalid": "true", "aria-describedby": said.id });
  const clear = () => {
    said.remove();
    set(control, { "aria-invalid": null, "aria-describedby": null });
  };
  control.addEventListener("input", clear, { once: true });
  control.closest("form")?.addEventListener("submit", clear, { once: true });
  control.focus();
  return true;
}

// below is the type of a part: in what is secret all is.
const below = (type, part, secret) => (type.secret || secret ? { ...part, secret: true } : part);

// isBelow says whether a path begins with a name.
function isBelow(path, name) {
  return path.startsWith("." + name) && /^([.[]|$)/.test(path.slice(name.length + 1));
}

// filled is what was typed, and for what was left empty what that stands for: an
// entry of a list is there, whatever is in it.
function filled(type, value) {
  if (value !== undefined) return value;
  if (type.kind === "struct" || type.kind === "map") return struct([]);
  if (type.kind === "list") return { list: [] };
  if (type.kind === "string") return { string: "" };
  return word(type.kind === "bool" ? "false" : "");
}

function labelled(label, type, input) {
  input.id = "field" + ++ids;
  return h("div", { class: "form-row" }, h("label", { for: input.id }, label || "value", h("span", { class: "dim mono" }, " " + shortType(type.go))), input);
}

function one(kind, typed) {
  if (kind === "string") return { string: typed };
  const quoted = kind === "any" && /^"(.*)"$/.exec(typed);
  return quoted ? { string: quoted[1] } : word(typed);
}

function line(label, type) {
  const input = h("input", { type: type.secret ? "password" : "text", spellcheck: "false", autocomplete: type.secret ? "new-password" : "off", placeholder: hints[type.kind], inputmode: type.kind === "number" ? "decimal" : undefined });
  return { el: labelled(label, type, input), value: () => (input.value === "" ? undefined : one(type.kind, input.value)), at: () => input };
}

function choice(label, type) {
  const input = h("input", { type: "checkbox" });
  return { el: labelled(label, type, input), value: () => (input.checked ? word("true") : undefined), at: () => input };
}

function fields(label, type) {
  const all = (type.fields ?? []).map((f) => ({ name: f.name, ...field(f.name, below(type, f.type, f.secret)) }));
  const inside = all.length ? all.map((f) => f.el) : h("p", { class: "note" }, "It has no fields.");
  return {
    el: label ? h("fieldset", {}, h("legend", {}, label, h("span", { class: "dim mono" }, " " + shortType(type.go))), inside) : h("div", { class: "form" }, inside),
    value: () => {
      const said = all.map((f) => ({ name: f.name, value: f.value() })).filter((f) => f.value !== undefined);
      return said.length || !label ? struct(said) : undefined;
    },
    at: (path) => {
      const f = all.find(({ name }) => isBelow(path, name));
      return f?.at(path.slice(f.name.length + 1));
    },
  };
}

// entries are parts that can be added and taken away, each called by the label
// and a number of its own: make(name) makes one. Those of an array are fixed.
function entries(label, type, make) {
  const all = [];
  const fixed = /^\*?\[(\d+)\]/.exec(type.go)?.[1];
  const items = h("ol", { class: "entries" });
  const tally = h("span", { class: "dim" });
  const more = button("Add", () => focusIn(add()), { "aria-label": `Add to ${label}`, hidden: Boolean(fixed) });
  let made = 0;

  function add() {
    const name = `${label} ${++made}`;
    const entry = make(name);
    entry.item = h("li", {}, entry.el, fixed ? "" : button("Remove", () => remove(entry), { "aria-label": `Remove ${name}`, class: "remove" }));
    all.push(entry);
    items.append(entry.item);
    text(tally, ` ${all.length}`);
    return entry;
  }

  function remove(entry) {
    const at = all.indexOf(entry);
    all.splice(at, 1);
    entry.item.remove();
    text(tally, all.length ? ` ${all.length}` : "");
    if (all.length) focusIn(all[Math.min(at, all.length - 1)]);
    else more.focus();
  }

  const focusIn = (entry) => entry.item.querySelector("input, select, button").focus();
  for (let i = 0; i < Number(fixed ?? 0); i++) add();
  const el = h("fieldset", {}, h("legend", {}, label, h("span", { class: "dim mono" }, " " + shortType(type.go)), tally), items, h("div", {}, more));
  return { el, all, more, fixed };
}

function list(label, type) {
  const { el, all, more, fixed } = entries(label, type, (name) => field(name, below(type, type.elem)));
  return {
    el,
    value: () => {
      const values = all.map((e) => e.value());
      const untouched = !all.length || (fixed && values.every((v) => v === undefined));
      return untouched ? undefined : { list: values.map((v) => filled(type.elem, v)) };
    },
    at: (path) => {
      const [found, i] = /^\[(\d+)\]/.exec(path) ?? [""];
      return found ? all[i]?.at(path.slice(found.length)) : more;
    },
  };
}

function map(label, type) {
  const { el, all, more } = entries(label, type, (name) => {
    const key = h("input", { type: "text", spellcheck: "false", autocomplete: "off", id: "field" + ++ids });
    const value = field(name, below(type, type.elem));
    return { ...value, key, el: h("div", { class: "form" }, h("div", { class: "form-row" }, h("label", { for: key.id }, `Key of ${name}`), key), value.el) };
  });
  return {
    el,
    value: () => (all.length ? struct(all.map((e) => ({ name: e.key.value, value: filled(type.elem, e.value()) }))) : undefined),
    at: (path) => {
      const e = all.findLast(({ key }) => isBelow(path, key.value));
      return e ? e.at(path.slice(e.key.value.length + 1)) ?? e.key : more;
    },
  };
}
