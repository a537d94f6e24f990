// The keys that all screens share. Letters count while the focus is in the content
// or nowhere, as when the page has just been opened, and can be switched off; Esc
// counts everywhere.
import { openPalette } from "./palette.js";
import { sections } from "./screens.js";

const chordTime = 1500; // ms between g and what follows it

export const keys = [
  ["↑ ↓ or j k", "the row above, below"],
  ["→", "open the row; then into its cells"],
  ["←", "back to the row; close it; to its parent"],
  ["*", "open the row and all beside it"],
  ["Home End PgUp PgDn", "far"],
  ["Enter", "the page of the process or report"],
  ["Space", "select the row, or no more"],
  ["/", "find"],
  ["s", "sort"],
  ["p", "pause, go on"],
  ["y", "copy the pid, or those selected"],
  ["a", "what can be done with the process"],
  [":", "go to a screen or process"],
  ["Esc", "back"],
  ["?", "this"],
];

export class Shortcuts {
  constructor(page) {
    this.page = page;
    this.enabled = localStorage.getItem("coppice.letters") !== "off";
    document.addEventListener("keydown", (event) => this.down(event));
  }

  set letters(on) {
    this.enabled = on;
    localStorage.setItem("coppice.letters", on ? "on" : "off");
  }

  get letters() {
    return this.enabled;
  }

  down(event) {
    const typing = event.target.closest?.("input, textarea, select, [role=menu]") || document.querySelector("dialog[open]");
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing) return;
    if (event.key === "Escape") return this.page.back();
    const at = document.activeElement ?? document.body;
    if (at === document.body && /^Arrow(Up|Down)$/.test(event.key) && this.page.screen.grid?.total) {
      event.preventDefault();
      return this.page.enter();
    }
    if (!this.enabled || event.key.length !== 1 || (at !== document.body && !at.closest("[data-keys]"))) return;
    const run = this.chord(event.key) ?? this.single(event.key);
    if (!run) return;
    event.preventDefault();
    run();
  }

  // chord is g and then the key of a screen.
  chord(key) {
    const pending = performance.now() - (this.g ?? -Infinity) < chordTime;
    this.g = key === "g" && !pending ? performance.now() : undefined;
    if (this.g !== undefined) return () => {};
    const section = pending && sections.find(([, , k]) => k === key);
    return section ? () => this.page.go(section[0]) : undefined;
  }

  single(key) {
    const { page } = this;
    return {
      "/": page.screen.find && (() => page.screen.find.focus()),
      s: page.screen.sort,
      p: () => page.pause(),
      y: () => page.copyPID(),
      a: () => page.dialogs.actions(page.subject),
      "?": () => page.dialogs.help(),
      ":": () => openPalette(page),
    }[key];
  }
}
