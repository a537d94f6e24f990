// A menu of the authoring practices: arrows move, Enter chooses, Esc leaves it
// and goes back to where one was.
import { h } from "./dom.js";

let current = null;

export function openMenu(anchor, label, items) {
  current?.close();
  const before = document.activeElement;
  const buttons = items.map((item) => h("button", {
    type: "button", role: item.checked === undefined ? "menuitem" : "menuitemradio", "aria-checked": item.checked === undefined ? null : String(item.checked),
    tabindex: -1, class: item.danger ? "danger" : "", onclick: () => { close(false); item.run(); },
  }, item.label, item.hint ? h("span", { class: "dim" }, item.hint) : ""));
  const el = h("div", { role: "menu", class: "menu", "aria-label": label, popover: "auto" }, buttons);
  document.body.append(el);

  function close(back = true) {
    if (!el.isConnected) return;
    el.remove();
    current = null;
    if (back) before?.focus?.({ preventScroll: true });
  }

  // find goes to the item that begins with what is typed.
  let typed = "";
  let lastTyped = 0;
  function find(key, at) {
    typed = (performance.now() - lastTyped < 800 ? typed : "") + key.toLowerCase();
    lastTyped = performance.now();
    const from = typed.length > 1 ? at : at + 1;
    buttons.slice(from).concat(buttons).find((b) => b.textContent.toLowerCase().startsWith(typed))?.focus();
  }

  el.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to !== undefined) buttons[(to + buttons.length) % buttons.length]?.focus();
    else if (event.key === "Escape" || event.key === "Tab") close();
    else if (event.key.length === 1) find(event.key, at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  el.addEventListener("toggle", (event) => event.newState === "closed" && close());
  el.showPopover();
  place(el, anchor);
  (buttons.find((b) => b.getAttribute("aria-checked") === "true") ?? buttons[0])?.focus();
  current = { close };
}

// place puts a menu below what it belongs to, within the window.
function place(el, anchor) {
  const a = anchor.getBoundingClientRect();
  const { offsetWidth: w, offsetHeight: tall } = el;
  const top = a.bottom + tall + 8 > innerHeight ? Math.max(4, a.top - tall - 4) : a.bottom + 4;
  el.style.left = Math.max(4, Math.min(a.left, innerWidth - w - 8)) + "px";
  el.style.top = top + "px";
}
