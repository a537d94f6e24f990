// Dialogs. They are the browser's own: it keeps the focus in them, and Esc
// closes them.
import { openActions } from "./actions.js";
import { button, choice, h } from "./dom.js";
import { rates } from "./live.js";
import { keys } from "./shortcuts.js";
import { editorChoice } from "./sources.js";
import { sections } from "./screens.js";

export class Dialogs {
  constructor(page) {
    this.page = page;
  }

  // open shows a dialog until it is closed.
  open(title, body, buttons = []) {
    const before = document.activeElement;
    const heading = h("h2", { id: "dialog-title" }, title);
    const el = h("dialog", { "aria-labelledby": "dialog-title", onclose: () => { el.remove(); before?.focus?.({ preventScroll: true }); } },
      heading, h("div", { class: "dialog-body" }, body), h("div", { class: "dialog-buttons" }, buttons, button("Close", () => el.close())));
    document.body.append(el);
    el.showModal();
    return el;
  }

  // close closes what is open: it belongs to the screen that one leaves.
  close() {
    for (const el of document.querySelectorAll("dialog[open]")) el.close();
  }

  help() {
    const { live, shortcuts } = this.page;
    const letters = h("input", { type: "checkbox", id: "letters", onchange: () => { shortcuts.letters = letters.checked; } });
    letters.checked = shortcuts.letters;
    const row = ([key, what]) => h("tr", {}, h("th", { scope: "row" }, key.split(" or ").flatMap((k, i) => [i ? " or " : "", ...k.split(" ").map((x) => h("kbd", {}, x))])), h("td", {}, what));
    this.open("Keys and settings", [
      h("h3", {}, "Settings"),
      h("label", { class: "check" }, letters, "Single letters are keys"),
      choice("every", "Look at the node", rates.map((ms) => [ms, `every ${ms / 1000} s`]), live.every, (ms) => live.look(Number(ms))),
      editorChoice(),
      h("p", { class: "note" }, "This browser remembers them. Where a look costs the node much it is less often."),
      h("h3", {}, "Keys"),
      h("table", { class: "keys" }, h("tbody", {}, keys.map(row),
        sections.filter(([, , key]) => key).map(([, label, key]) => h("tr", {}, h("th", { scope: "row" }, h("kbd", {}, "g"), " then ", h("kbd", {}, key)), h("td", {}, label))))),
      h("p", { class: "note" }, "They work while the focus is in a table or in the content of a screen."),
      h("p", { class: "note" }, "What can be typed into the box to find: words that the name, the pid or the type contain, state:running, kind:supervisor, mailbox>100; ! negates, and all must hold."),
    ]);
  }

  // actions opens the menu of what can be done to a process.
  actions(row, anchor = document.activeElement) {
    openActions(this.page, row, anchor);
  }
}
