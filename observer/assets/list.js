// What screens with a grid share: the window that is streamed, and the find box.
import { ask } from "./api.js";
import { button, h, text } from "./dom.js";
import { icon } from "./icons.js";

const most = 200; // rows asked for at once
const margin = 20; // rows to the end of the window before the next is asked for

// A Window keeps a grid filled with the part of a list that is seen.
export class Window {
  constructor(page, grid, { view, params, took, prepare = (rows) => rows }) {
    Object.assign(this, { page, grid, view, params, took, prepare, offset: 0, pinned: null, kept: false, visit: page.visit });
  }

  // left is whether the screen has been left: what comes late, such as an answer
  // or that its grid has lost the focus, is then not to touch the one that followed.
  get left() {
    return this.visit !== this.page.visit;
  }

  // need asks for another window when what is seen comes near its end.
  need(first, last) {
    const end = this.offset + most;
    const short = (first < this.offset + margin && this.offset > 0) || (last > end - margin && end < this.grid.total);
    if (!short || !this.asked) return;
    const offset = Math.max(0, Math.round((first + last - most) / 2));
    if (offset === this.offset) return;
    this.offset = offset;
    this.pinned = null;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.stream(), 80);
  }

  // ask streams what the parameters now say, from the top if it is another list.
  ask(fromTop) {
    if (fromTop) {
      this.offset = 0;
      this.grid.el.scrollTop = 0;
      Object.assign(this.grid.active, { index: 0, key: null });
    }
    clearTimeout(this.timer);
    this.pinned = null;
    this.stream();
  }

  // jump streams the part of the list around a row, and focuses that.
  jump(index) {
    this.offset = Math.max(0, index - most / 2);
    this.pinned = null;
    this.goal = index;
    this.stream();
  }

  // keepOrder has rows stay where they are while a row has the focus: from the
  // first change of their order on these very rows are streamed.
  keepOrder(on) {
    if (on === this.kept) return;
    this.kept = on;
    if (!on && this.pinned) this.ask();
  }

  stream() {
    if (this.left) return;
    this.asked = true;
    const offset = this.offset;
    const params = this.pinned ? { pids: this.pinned.join(",") } : { ...this.params(), offset, limit: most };
    this.page.live.show(this.view, params, (data, kind) => this.take(data, kind, offset));
  }

  take(data, kind, offset) {
    if (kind === "error") {
      this.page.problem(data);
      return;
    }
    this.page.problem(null);
    const { grid } = this;
    const rows = this.prepare(data.rows ?? []);
    if (kind === "delta" && this.kept && data.order && !this.pinned) {
      this.pinned = grid.rows.map(grid.keyOf);
      this.stream();
      return;
    }
    const total = this.pinned ? grid.total : data.matched ?? data.total ?? grid.total;
    if (kind === "full") {
      grid.setRows({ total, offset, rows });
    } else {
      const by = new Map([...grid.rows, ...rows].map((row) => [grid.keyOf(row), row]));
      const order = data.order ?? grid.rows.map(grid.keyOf);
      grid.setRows({ total, offset, rows: order.map((key) => by.get(key)).filter(Boolean) });
    }
    this.took?.({ ...data, total }, Boolean(this.pinned));
    if (this.goal === undefined) return;
    const goal = this.goal;
    this.goal = undefined;
    grid.focusOn(goal, -1);
  }

  // first asks for the top of the list level by level, and opens what should be.
  async first(wanted, open) {
    for (let level = 0; level < 3; level++) {
      try {
        const answer = await ask(this.view, { ...this.params(), offset: 0, limit: most });
        const more = answer.rows.filter((row) => wanted(row) && row.children > 0 && !row.open && !open.has(row.pid));
        if (!more.length) return;
        for (const row of more.slice(0, 30)) open.add(row.pid);
      } catch {
        return; // the stream will say what is wrong
      }
    }
  }
}

// An AsOf says how old the order of rows is, where the node looks at all its
// processes less often than at those that are shown.
export class AsOf {
  constructor() {
    this.el = h("p", { class: "tally", hidden: true, title: "What the rows say is as of now; which rows these are, and their order, is found out less often where there are many processes" });
  }

  show(time) {
    this.time = time;
    this.tick();
  }

  tick() {
    const seconds = this.time ? Math.floor((Date.now() - Date.parse(this.time)) / 1000) : 0;
    this.el.hidden = seconds < 2;
    text(this.el, `order as of ${seconds} s ago`);
  }
}

// A Selection says how many rows are selected, and takes that back.
export class Selection {
  constructor(grid) {
    this.el = button("", () => {
      grid.mark();
      grid.focus();
    }, { class: "chip", hidden: true, title: "Select none (Esc); y copies their pids" });
  }

  show(rows) {
    this.el.hidden = !rows.length;
    this.el.textContent = `${rows.length} selected ×`;
  }
}

// findBox is the one box to find by: words, key:value and key>n.
export function findBox(value, label, onFind, onLeave) {
  let timer;
  const input = h("input", {
    type: "search", "aria-label": label, placeholder: "Find: cart state:running mailbox>100", value, spellcheck: "false", autocomplete: "off",
    title: "Words in name, pid or type; state:running, kind:supervisor; mailbox>100, restarts>0, busy>0.5; ! negates; all must hold",
    oninput: () => {
      clearTimeout(timer);
      timer = setTimeout(() => input.isConnected && onFind(input.value.trim()), 250);
    },
    onkeydown: (event) => {
      if (event.key !== "Enter" && event.key !== "ArrowDown" && event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      clearTimeout(timer);
      if (event.key === "Escape") input.value = "";
      onFind(input.value.trim());
      onLeave();
    },
  });
  return { el: h("div", { class: "find" }, icon("search"), input), focus: () => input.focus(), input };
}
