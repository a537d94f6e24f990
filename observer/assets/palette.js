// Go to: a screen by its name, or any process by what is known of it. It is a
// combobox of the authoring practices: the focus stays in the box, arrows choose.
import { ask } from "./api.js";
import { h, set } from "./dom.js";
import { shortType, title } from "./format.js";
import { icon } from "./icons.js";
import { sections } from "./screens.js";

const most = 8; // processes that are offered
const patience = 150; // ms after a key before the node is asked

export function openPalette(page) {
  let options = [];
  let at = 0;
  let timer;
  const list = h("ul", { role: "listbox", id: "palette-list", "aria-label": "Where to", class: "palette" });
  const input = h("input", {
    type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-autocomplete": "list", "aria-label": "Screen or process",
    placeholder: "a screen, or a name, pid or type", spellcheck: "false", autocomplete: "off",
    oninput: () => {
      offer(input.value.trim(), []);
      clearTimeout(timer);
      timer = setTimeout(find, patience);
    },
    onkeydown: (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && options.length) choose((at + step + options.length) % options.length);
      else if (event.key === "Enter") go(options[at]);
      else return;
      event.preventDefault();
    },
  });
  const dialog = page.dialogs.open("Go to", [input, list]);

  async function find() {
    const word = input.value.trim();
    if (!word) return;
    try {
      const { rows } = await ask("processes", { where: word, limit: most });
      if (input.value.trim() === word) offer(word, rows ?? []);
    } catch {
      // what is typed is no expression yet
    }
  }

  function offer(word, rows) {
    const like = sections.filter(([id, label]) => (label + " " + id).toLowerCase().includes(word.toLowerCase()));
    options = [
      ...like.map(([id, label]) => ({ path: id, name: label, hint: "screen", shape: "closed" })),
      ...rows.map((p) => ({ path: "process/" + p.pid.replace(/[<>]/g, ""), name: shortType(title(p)), hint: p.pid, shape: p.kind })),
    ];
    list.replaceChildren(...options.map((o, i) => h("li", { role: "option", id: "option" + i, onclick: () => go(o) }, icon(o.shape), o.name, h("span", { class: "dim" }, o.hint))));
    choose(0);
  }

  function choose(i) {
    at = i;
    [...list.children].forEach((el, k) => set(el, { "aria-selected": String(k === i) }));
    set(input, { "aria-activedescendant": options.length ? "option" + i : null });
    list.children[i]?.scrollIntoView({ block: "nearest" });
  }

  function go(option) {
    if (!option) return;
    dialog.close();
    page.go(option.path);
  }

  offer("", []);
  input.focus();
}
