// Where source files open: in an editor that has a scheme for it, which is kept in
// this browser, or nowhere: then the place is copied.
import { choice, copy, h } from "./dom.js";

const editors = {
  copy: ["nothing: copy the path", null],
  vscode: ["VS Code", (path, line) => `vscode://file/${path}:${line}`],
  cursor: ["Cursor", (path, line) => `cursor://file/${path}:${line}`],
  zed: ["Zed", (path, line) => `zed://file/${path}:${line}`],
  idea: ["GoLand, IntelliJ IDEA", (path, line) => `idea://open?file=${encodeURIComponent(path)}&line=${line}`],
};

const chosen = () => editors[localStorage.getItem("coppice.editor")] ?? editors.copy;

// sourceLink is a place in a file, to be opened or copied.
export function sourceLink(path, line) {
  const [, open] = chosen();
  const place = `${path}:${line}`;
  if (open) return h("a", { href: open(path.replace(/^\//, ""), line), class: "place" }, place);
  return h("button", {
    type: "button", class: "place", title: "Copy the place", onclick: async ({ currentTarget: el }) => {
      await copy(place);
      el.dataset.copied = "";
      setTimeout(() => delete el.dataset.copied, 1200);
    },
  }, place);
}

// editorChoice is the setting.
export function editorChoice() {
  return choice("editor", "Places in source files open", Object.entries(editors).map(([id, [label]]) => [id, label]),
    localStorage.getItem("coppice.editor") ?? "copy", (id) => localStorage.setItem("coppice.editor", id));
}
