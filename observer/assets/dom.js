// Elements without strings of HTML, which the content security policy refuses.

// h makes an element: h("a", {href: "#tree", class: "x", onclick: f}, "text", child).
export function h(tag, props = {}, ...children) {
  const el = document.createElement(tag);
  set(el, props);
  el.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
  return el;
}

// set sets attributes and listeners; undefined, null and false take one away.
export function set(el, props) {
  for (const [key, value] of Object.entries(props)) {
    if (key.startsWith("on")) el.addEventListener(key.slice(2), value);
    else if (key === "class") el.className = value ?? "";
    else if (key === "text") el.textContent = value;
    else if (value === undefined || value === null || value === false) el.removeAttribute(key);
    else el.setAttribute(key, value === true ? "" : value);
  }
  return el;
}

// text sets the text of an element only if it is another: the browser lays out
// anew for each.
export function text(el, value) {
  if (el.textContent !== value) el.textContent = value;
}

// A label with its value, for description lists.
export function pair(key, ...value) {
  return h("div", { class: "pair" }, h("dt", {}, key), h("dd", {}, ...value));
}

// A section of a screen with its heading.
export function card(title, ...body) {
  return h("section", { class: "card" }, h("h2", {}, title), ...body);
}

// A button with an icon and a word.
export function button(label, onclick, props = {}) {
  return h("button", { type: "button", onclick, ...props }, label);
}

// A choice among [value, label], with what it is about before it.
export function choice(id, label, options, chosen, onchange) {
  const select = h("select", { id, onchange: () => onchange(select.value) },
    options.map(([value, text]) => h("option", { value, selected: value === chosen }, text)));
  return h("div", { class: "row" }, h("label", { for: id }, label), select);
}

// What one reads while there is nothing to see.
export function note(...content) {
  return h("p", { class: "note" }, ...content);
}

// A plain table of strings and nodes.
export function table(caption, head, rows) {
  return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    h("table", {},
      h("thead", {}, h("tr", {}, head.map((c) => h("th", { scope: "col" }, c)))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map((c) => h("td", {}, c ?? "")))))));
}

// copy puts a text on the clipboard, also where the browser has that for
// secure pages only.
export async function copy(value) {
  try {
    await navigator.clipboard.writeText(value);
  } catch {
    const area = h("textarea", { class: "offscreen", "aria-hidden": "true" });
    area.value = value;
    const before = document.activeElement;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    before?.focus?.();
  }
}
