// What keys do while the focus is in a grid. Rows come before cells, as in the
// treegrid of the ARIA authoring practices: Right opens a row and then enters
// its cells, Left goes back to the row, closes it, and then goes to its parent.

export class Keys {
  constructor(grid) {
    this.grid = grid;
    grid.el.addEventListener("keydown", (event) => this.down(event));
  }

  down(event) {
    if (event.altKey || event.metaKey || !this.grid.hasFocus) return;
    const key = event.ctrlKey ? "Ctrl+" + event.key : event.key;
    const { active } = this.grid;
    const page = Math.max(1, this.grid.visible().seen - 2);
    const moves = {
      ArrowDown: () => this.grid.focusOn(active.index + 1),
      ArrowUp: () => this.grid.focusOn(active.index - 1),
      j: () => this.grid.focusOn(active.index + 1),
      k: () => this.grid.focusOn(active.index - 1),
      PageDown: () => this.grid.focusOn(active.index + page),
      PageUp: () => this.grid.focusOn(active.index - page),
      ArrowRight: () => this.right(),
      ArrowLeft: () => this.left(),
      Home: () => this.edge(0),
      End: () => this.edge(-1),
      "Ctrl+Home": () => this.grid.focusOn(0),
      "Ctrl+End": () => this.grid.focusOn(this.grid.total - 1),
      Enter: () => this.enter(event),
      " ": () => (this.grid.onMark && this.grid.activeRow?.pid ? this.grid.mark(this.grid.activeRow) : false),
      Escape: () => (this.grid.marked.size ? this.grid.mark() : false),
      "*": () => this.grid.onSiblings?.(this.grid.activeRow),
    };
    if (!moves[key] || (/^[a-z*]$/.test(key) && !this.grid.letters())) return;
    if (moves[key]() !== false) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  right() {
    const { grid } = this;
    const row = grid.activeRow;
    const at = grid.shown.indexOf(grid.active.column);
    const closed = row && grid.tree && (row.children > 0 || row.pool > 0) && !row.open;
    if (at < 0 && closed) grid.onToggle(row, true);
    else if (at + 1 < grid.shown.length) grid.focusOn(grid.active.index, grid.shown[at + 1]);
  }

  left() {
    const { grid } = this;
    const row = grid.activeRow;
    const at = grid.shown.indexOf(grid.active.column);
    if (at > 0) grid.focusOn(grid.active.index, grid.shown[at - 1]);
    else if (at === 0) grid.focusOn(grid.active.index, -1);
    else if (row?.open) grid.onToggle(row, false);
    else if (grid.tree && row?.level > 1) this.parent(row);
  }

  // parent goes to the row above of the level above.
  parent(row) {
    const { grid } = this;
    for (let i = grid.active.index - 1; i >= 0; i--) {
      const above = grid.at(i);
      if (!above) return grid.onParent?.(row);
      if (above.level < row.level) return grid.focusOn(i);
    }
  }

  edge(which) {
    const { grid } = this;
    if (grid.active.column < 0) grid.focusOn(which ? grid.total - 1 : 0);
    else grid.focusOn(grid.active.index, grid.shown.at(which));
  }

  // enter follows the link of a cell, toggles a fold, or opens the row.
  enter(event) {
    const { grid } = this;
    const link = event.target.closest(".cell")?.querySelector("a, button:not(.twisty)");
    const row = grid.activeRow;
    if (link) link.click();
    else if (row?.pool) grid.onToggle(row, true);
    else if (row) grid.onOpen?.(row);
  }
}
