// Grid is the one table of the page: the tree, the processes, the crash reports.
// It is a treegrid or grid of the ARIA authoring practices: one tab stop, rows
// before cells, and of 100,000 rows only those that are seen are in the page.
//
// Rows are objects with a key. The grid holds a window of them, and says by
// onRange which it needs; the screen has the window streamed from the node.
import { h, set, text } from "./dom.js";
import { Keys } from "./gridkeys.js";

const oneLine = 32; // px, also of the head
const twoLines = 60;
const spare = 6; // rows above and below what is seen
const roomy = 560; // px from which on columns get the width that they want
const tallest = 12e6; // px: browsers cannot draw taller elements

export class Grid {
  constructor(options) {
    // label, columns, tree, onRange(first, last), onOpen(row), onToggle(row, open),
    // onSort(id), onFocus(active), onMark(rows), keyOf(row), empty
    Object.assign(this, { tree: false, empty: "Nothing here.", keyOf: (row) => row.pid }, options);
    this.total = 0;
    this.offset = 0;
    this.rows = [];
    this.elements = new Map(); // by key, of the rows that are drawn
    this.active = { key: null, index: 0, column: -1 }; // what has the tab stop; column -1 is the row
    this.marked = new Map(); // by key, of the rows that were selected
    this.rowHeight = oneLine;
    this.build();
    this.keys = new Keys(this);
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(this.el);
  }

  build() {
    this.head = h("div", { role: "row", "aria-rowindex": 1, class: "grid-row grid-head" });
    this.body = h("div", { role: "rowgroup", class: "grid-body" });
    this.message = h("p", { class: "note grid-note" }, "Asking the node…");
    this.el = h("div", {
      role: this.tree ? "treegrid" : "grid", class: "grid", "aria-label": this.label, "data-keys": true,
      onscroll: () => this.schedule(), onfocusin: (e) => this.focused(e), onfocusout: () => this.left(),
      onclick: (e) => this.clicked(e), ondblclick: (e) => this.opened(e),
    }, h("div", { role: "rowgroup", class: "grid-top" }, this.head), this.body);
    this.frame = h("div", { class: "grid-frame" }, this.el, this.message);
    set(this.el, { "aria-colcount": this.columns.length, "aria-multiselectable": this.onMark ? "true" : null });
  }

  // fit shows as many columns as the width allows, the most important first.
  // Where that is few, one that says what it is about (below) has the second line
  // of each row to itself.
  fit() {
    const width = this.el.clientWidth;
    if (!width) return;
    const narrow = width < 480;
    const below = narrow ? this.columns.findIndex((c) => c.below) : -1;
    this.rowHeight = below < 0 ? oneLine : twoLines;
    this.el.classList.toggle("narrow", narrow);
    this.el.classList.toggle("two-lines", below >= 0);
    const least = (i) => (width >= roomy && this.columns[i].want) || this.columns[i].min;
    let free = width;
    const chosen = new Set();
    const order = this.columns.map((c, i) => [c.rank ?? i, i]).sort((a, b) => a[0] - b[0]);
    for (const [, i] of order) {
      if (i === below) continue;
      if (chosen.size >= 2 && least(i) > free) break;
      chosen.add(i);
      free -= least(i);
    }
    const shown = this.columns.map((_, i) => i).filter((i) => chosen.has(i) || i === below);
    const tracks = shown.filter((i) => i !== below).map((i) => `minmax(${least(i)}px, ${this.columns[i].grow ?? this.columns[i].min}fr)`);
    if (String(tracks) !== this.tracks) {
      this.tracks = String(tracks);
      this.shown = shown;
      this.el.style.setProperty("--columns", tracks.join(" "));
      this.drawHead();
      this.body.replaceChildren();
      this.elements.clear();
      this.resize();
    }
    this.draw();
  }

  drawHead() {
    this.head.replaceChildren(...this.shown.map((i) => {
      const c = this.columns[i];
      const sorted = c.sort && this.sort?.by === c.sort;
      const cell = h("div", { role: "columnheader", "aria-colindex": i + 1, class: this.cellClass(c), title: c.title });
      if (c.sort) {
        set(cell, { "aria-sort": sorted ? (this.sort.desc ? "descending" : "ascending") : "none" });
        cell.append(h("button", { type: "button", tabindex: -1, class: "sorter", onclick: () => this.onSort(c.sort) },
          c.label, sorted ? h("span", { class: "arrow", "aria-hidden": "true" }, this.sort.desc ? " ↓" : " ↑") : ""));
      } else cell.append(c.label);
      return cell;
    }));
  }

  cellClass(column) {
    return `cell ${column.class ?? ""}${column.below ? " below" : ""}`;
  }

  // setSort says by what the rows come sorted.
  setSort(by, desc) {
    this.sort = { by, desc };
    if (this.shown) this.drawHead();
  }

  // setRows replaces the window: rows from offset on, of so many in all. What is
  // at the top of the screen stays there, and what has the focus keeps it.
  setRows({ total, offset, rows, anchor = true }) {
    const before = anchor && this.anchor();
    Object.assign(this, { total, offset, rows });
    const index = this.active.key === null ? -1 : this.find(this.active.key);
    if (index >= 0) {
      this.active.index = index;
    } else if (this.active.index >= offset && this.active.index < offset + rows.length) {
      this.active.key = this.keyAt(this.active.index); // its row went, or has come
    } else if (this.active.index >= total) {
      Object.assign(this.active, { index: Math.max(0, total - 1), key: null });
    }
    this.resize();
    const now = before ? this.find(before.key) : -1;
    if (now >= 0 && now !== before.index) this.el.scrollTop += (now - before.index) * this.pitch();
    set(this.el, { "aria-rowcount": total + 1 });
    this.message.hidden = total > 0;
    text(this.message, this.empty);
    this.draw();
    if (this.wantsFocus && total) {
      this.wantsFocus = false;
      if (document.activeElement?.contains(this.el)) this.focus();
    }
  }

  // patch takes new contents of rows that are in the window.
  patch(changed) {
    const by = new Map(changed.map((row) => [this.keyOf(row), row]));
    this.rows = this.rows.map((row) => by.get(this.keyOf(row)) ?? row);
    this.draw();
  }

  resize() {
    this.body.style.height = Math.min(tallest, this.total * this.rowHeight) + "px";
  }

  // pitch is by how much one scrolls a row: less than its height where there are
  // more rows than an element can be tall.
  pitch() {
    const room = this.el.clientHeight - oneLine;
    if (this.total * this.rowHeight <= tallest) return this.rowHeight;
    return (tallest - room) / (this.total - Math.floor(room / this.rowHeight));
  }

  // anchor is the first row that is seen, if it is in the window and not the top.
  anchor() {
    if (this.el.scrollTop < this.rowHeight) return null;
    const index = Math.ceil(this.el.scrollTop / this.pitch());
    const row = this.at(index);
    return row ? { key: this.keyOf(row), index } : null;
  }

  at(index) {
    return this.rows[index - this.offset];
  }

  keyAt(index) {
    const row = this.at(index);
    return row ? this.keyOf(row) : "#" + index;
  }

  find(key) {
    const i = this.rows.findIndex((row) => this.keyOf(row) === key);
    return i < 0 ? -1 : i + this.offset;
  }

  get activeRow() {
    const row = this.at(this.active.index);
    return row && this.keyOf(row) === this.active.key ? row : undefined;
  }

  get hasFocus() {
    return this.body.contains(document.activeElement);
  }

  schedule() {
    this.frameID ??= requestAnimationFrame(() => {
      this.frameID = null;
      this.draw();
    });
  }

  visible() {
    const pitch = this.pitch();
    const first = Math.floor(this.el.scrollTop / pitch);
    const seen = Math.ceil((this.el.clientHeight - oneLine) / this.rowHeight);
    return { first, last: Math.min(this.total - 1, first + seen), seen, pitch };
  }

  draw() {
    if (!this.shown) return;
    const { first, last, pitch } = this.visible();
    const wanted = new Map();
    for (let i = Math.max(0, first - spare); i <= Math.min(this.total - 1, last + spare); i++) wanted.set(this.keyAt(i), i);
    if (this.active.key === null && this.total > 0) this.active.key = this.keyAt(this.active.index);
    const held = this.hasFocus || wanted.has(this.active.key);
    if (held && this.active.index < this.total && !wanted.has(this.active.key)) wanted.set(this.active.key, this.active.index);
    for (const [key, el] of this.elements) {
      if (wanted.has(key)) continue;
      if (el.contains(document.activeElement)) this.lost = true;
      el.remove();
      this.elements.delete(key);
    }
    const base = this.el.scrollTop - first * pitch; // within the first row
    for (const [key, index] of wanted) {
      const el = this.elements.get(key) ?? this.create(key);
      // Where all rows fit each has its place; else they are laid out from the top.
      const y = pitch === this.rowHeight ? index * pitch : this.el.scrollTop - base + (index - first) * this.rowHeight;
      this.update(el, this.at(index), index, y);
    }
    this.arrange(wanted);
    this.restoreFocus();
    this.onRange?.(Math.max(0, first), last);
  }

  // arrange puts the elements in the order of the rows, without ever moving the
  // one that has the focus, which would lose it.
  arrange(wanted) {
    const held = this.elements.get(this.active.key);
    let cursor = this.body.firstChild;
    for (const [key] of [...wanted].sort((a, b) => a[1] - b[1])) {
      const el = this.elements.get(key);
      if (el === cursor) cursor = cursor.nextSibling;
      else if (el === held && el.parentNode) cursor = el.nextSibling;
      else this.body.insertBefore(el, cursor);
    }
  }

  create(key) {
    const el = h("div", { role: "row", class: "grid-row", tabindex: -1 },
      this.shown.map((i) => h("div", { role: "gridcell", "aria-colindex": i + 1, class: this.cellClass(this.columns[i]), tabindex: -1 })));
    el.key = key;
    el.signs = [];
    this.elements.set(key, el);
    return el;
  }

  update(el, row, index, y) {
    if (el.y !== y) el.style.transform = `translateY(${(el.y = y)}px)`;
    if (el.index !== index) set(el, { "aria-rowindex": (el.index = index) + 2 });
    el.row = row;
    const active = el.key === this.active.key;
    const stop = active && this.active.column < 0 ? 0 : -1;
    if (el.tabIndex !== stop) el.tabIndex = stop;
    if (this.tree && row) this.level(el, row);
    if (this.onMark && el.marked !== this.marked.has(el.key)) set(el, { "aria-selected": String(el.marked = this.marked.has(el.key)) });
    el.classList.toggle("loading", !row);
    this.shown.forEach((i, at) => {
      const cell = el.children[at];
      const cellStop = active && this.active.column === i ? 0 : -1;
      if (cell.tabIndex !== cellStop) cell.tabIndex = cellStop;
      const sign = row ? this.columns[i].sign(row) : "…";
      if (el.signs[at] === sign) return;
      el.signs[at] = sign;
      if (row && this.columns[i].draw) this.columns[i].draw(cell, row, this);
      else text(cell, row ? sign : at ? "" : "…");
    });
  }

  level(el, row) {
    const sign = [row.level, row.pos, row.size, row.children > 0 || row.pool > 0, row.open].join();
    if (el.levelSign === sign) return;
    el.levelSign = sign;
    set(el, {
      "aria-level": row.level, "aria-posinset": row.pos, "aria-setsize": row.size,
      "aria-expanded": row.children > 0 || row.pool > 0 ? String(!!row.open) : null,
    });
  }

  // mark selects a row, or no more; without one none is selected any more.
  mark(row) {
    const key = row && this.keyOf(row);
    if (!row) this.marked.clear();
    else if (!this.marked.delete(key)) this.marked.set(key, row);
    this.draw();
    this.onMark([...this.marked.values()]);
  }

  // focusOn moves the tab stop, and the focus with it, to a row or cell.
  focusOn(index, column = this.active.column) {
    if (!this.total) return;
    index = Math.max(0, Math.min(this.total - 1, index));
    Object.assign(this.active, { index, key: this.keyAt(index), column });
    this.reveal(index);
    this.lost = true;
    this.draw();
    this.onFocus?.(this.active);
  }

  reveal(index) {
    const { pitch } = this.visible();
    const top = index * pitch;
    const room = (this.el.clientHeight - oneLine) * (pitch / this.rowHeight);
    if (top < this.el.scrollTop) this.el.scrollTop = top;
    else if (top + pitch > this.el.scrollTop + room) this.el.scrollTop = top + pitch - room;
  }

  restoreFocus() {
    if (!this.lost) return;
    const el = this.elements.get(this.active.key);
    if (!el) return;
    this.lost = false;
    const at = this.shown.indexOf(this.active.column);
    (at < 0 ? el : el.children[at]).focus({ preventScroll: true });
    this.frame.scrollIntoView({ block: "nearest" }); // where the page is small it scrolls, too
  }

  focus() {
    if (this.total) this.focusOn(this.active.index);
    else this.el.querySelector("[tabindex='0']")?.focus();
  }

  focused(event) {
    const el = event.target.closest?.(".grid-body > .grid-row");
    if (!el) return;
    const cell = event.target.closest(".cell");
    const column = cell ? this.shown[[...el.children].indexOf(cell)] : -1;
    if (this.active.key !== el.key || this.active.column !== column) {
      Object.assign(this.active, { key: el.key, index: el.index, column });
      this.schedule();
    }
    this.el.classList.add("focused");
    this.onFocus?.(this.active);
  }

  left() {
    requestAnimationFrame(() => {
      if (this.hasFocus) return;
      this.el.classList.remove("focused");
      this.onFocus?.(null);
    });
  }

  clicked(event) {
    const el = event.target.closest(".grid-body > .grid-row");
    if (!el?.row) return;
    if (event.target.closest(".twisty")) this.onToggle?.(el.row, !el.row.open);
    if (event.target.closest("a")) return;
    this.focusOn(el.index, -1);
  }

  opened(event) {
    const el = event.target.closest(".grid-body > .grid-row");
    if (el?.row && !event.target.closest(".twisty, a")) this.onOpen?.(el.row);
  }
}
