// Forms made of the Go types that the node describes, and what was typed as the
// values that the API takes: see inspect.Value.
import { h } from "./dom.js";
import { shortType } from "./format.js";

let ids = 0;

const word = (text) => ({ word: text });
const plainKinds = ["string", "number", "bool", "pid", "duration", "time", "any"];
const hints = { number: "12", pid: "<0.12.0> or a name", duration: "1m30s", time: "2006-01-02T15:04:05Z", any: "word, \"text\" or 12" };

// field returns the elements for a value of a type, and value() that reads them;
// undefined is what was left empty, and stays as Go begins it.
export function field(label, type) {
  if (type.kind === "struct") return struct(label, type);
  if (type.kind === "bool") return choice(label, type);
  if (type.kind === "list" && plainKinds.includes(type.elem?.kind)) return list(label, type);
  if (plainKinds.includes(type.kind)) return line(label, type);
  return { el: h("p", { class: "note" }, `${label} ${shortType(type.go)}: stays empty here; the shell can write it.`), value: () => undefined };
}

// named is a struct as a message: fields of a struct, or the one value of
// another type.
export function named(message) {
  const inner = message.type.kind === "struct" ? struct("", message.type) : field(message.name, message.type);
  return {
    el: inner.el,
    value: () => {
      const value = inner.value();
      if (message.type.kind === "struct") return { struct: { type: message.name, fields: value?.struct.fields ?? [] } };
      return { struct: { type: message.name, fields: value === undefined ? [] : [{ name: "", value }] } };
    },
  };
}

function labelled(label, type, input) {
  input.id = "field" + ++ids;
  return h("div", { class: "form-row" }, h("label", { for: input.id }, label || "value", h("span", { class: "dim mono" }, " " + shortType(type.go))), input);
}

function one(kind, text) {
  if (kind === "string") return { string: text };
  const quoted = kind === "any" && /^"(.*)"$/.exec(text);
  return quoted ? { string: quoted[1] } : word(text);
}

function line(label, type) {
  const input = h("input", { type: "text", spellcheck: "false", autocomplete: "off", placeholder: hints[type.kind], inputmode: type.kind === "number" ? "decimal" : undefined });
  return { el: labelled(label, type, input), value: () => (input.value === "" ? undefined : one(type.kind, input.value)) };
}

function choice(label, type) {
  const input = h("input", { type: "checkbox" });
  return { el: labelled(label, type, input), value: () => (input.checked ? word("true") : undefined) };
}

function list(label, type) {
  const input = h("textarea", { rows: 3, placeholder: "one a line", spellcheck: "false" });
  return {
    el: labelled(label, type, input),
    value: () => (input.value.trim() === "" ? undefined : { list: input.value.replace(/\n$/, "").split("\n").map((text) => one(type.elem.kind, text)) }),
  };
}

function struct(label, type) {
  const fields = (type.fields ?? []).map((f) => ({ name: f.name, ...field(f.name, f.type) }));
  const inside = fields.length ? fields.map((f) => f.el) : h("p", { class: "note" }, "It has no fields.");
  return {
    el: label ? h("fieldset", {}, h("legend", {}, label), inside) : h("div", { class: "form" }, inside),
    value: () => {
      const said = fields.map((f) => ({ name: f.name, value: f.value() })).filter((f) => f.value !== undefined);
      return said.length || !label ? { struct: { fields: said } } : undefined;
    },
  };
}
