// What Go itself says: goroutines by their stacks, memory, garbage collection.
import { ask, query } from "./api.js";
import { processLink } from "./columns.js";
import { button, card, h, note, pair } from "./dom.js";
import { bytes, clock, count, duration, plural, shortType } from "./format.js";
import { stackText } from "./text.js";

export function runtime(page) {
  const body = h("div", { class: "part" });
  const when = h("p", { class: "tally" });
  const open = new Set();

  async function read() {
    try {
      const data = await ask("runtime");
      page.problem(null);
      when.textContent = "at " + clock(new Date());
      body.replaceChildren(...draw(data, open));
    } catch (err) {
      page.problem(err);
    }
  }

  page.live.hide();
  read();
  return {
    el: h("section", { class: "screen flow" }, h("div", { class: "bar" }, h("h1", {}, "Go runtime"), when, h("span", { class: "row end" }, button("Read again", read))), body),
    title: "Go runtime",
  };
}

function draw(r, open) {
  const groups = r.groups ?? [];
  const pauses = (r.pause_ns ?? []).filter(Boolean);
  return [
    h("div", { class: "cards" },
      card("Memory", h("dl", { class: "pairs" },
        pair("Heap in use", bytes(r.heap_bytes ?? 0)), r.heap_objects !== undefined && pair("Objects", count(r.heap_objects)),
        r.next_gc && pair("Next collection at", bytes(r.next_gc)), r.sys_bytes && pair("From the system", bytes(r.sys_bytes)))),
      card("Garbage collection", h("dl", { class: "pairs" },
        pair("Collections", count(r.num_gc ?? 0)), pauses.length ? pair("Last pauses", pauses.slice(-4).map(duration).join(", ")) : "",
        r.last_gc && pair("Last at", clock(r.last_gc)))),
      card("Scheduler", h("dl", { class: "pairs" },
        pair("Goroutines", count(r.goroutines)), r.gomaxprocs && pair("GOMAXPROCS", count(r.gomaxprocs)), r.cpus && pair("Processors", count(r.cpus)), r.go && pair("Go", r.go))),
      card("Flight recorder", flights(r))),
    h("section", { class: "card" }, h("h2", {}, "Goroutines by stack", h("span", { class: "dim" }, plural(groups.length, "group"))),
      groups.length ? h("ul", { class: "groups" }, groups.map((g) => group(g, open))) : note("None were read.")),
    h("section", { class: "card" }, h("h2", {}, "Memory in use by where it was allocated", h("span", { class: "dim" }, "estimated, as of the last collection")),
      r.heap?.length ? h("ul", { class: "groups" }, r.heap.map((s) => group({ ...s, size: bytes(s.bytes), hint: plural(s.objects, "object") }, open))) : note("Nothing was sampled yet.")),
  ];
}

// flights are the records of the last seconds: until now, and before crashes.
function flights(r) {
  const file = (label, crash) => h("a", { href: "api/v1/flight" + query({ crash }), download: true }, label);
  const kept = (r.flights ?? []).map((f) => h("li", {}, file(`Before ${clock(f.at)}`, f.crashes.at(-1)), h("span", { class: "dim" }, bytes(f.bytes)),
    h("span", {}, f.crashes.length > 1 ? `${count(f.crashes.length)} crashes, the last ` : "crash ", h("a", { href: "#/crashes/" + f.crashes.at(-1) }, f.crashes.at(-1)))));
  if (!r.recording) return note("It is off. ", h("code", {}, "inspect.Of(node).RecordFlight"), " in the program switches it on: then what all goroutines did before a crash can be looked at with ", h("code", {}, "go tool trace"), ".");
  return h("div", { class: "part" },
    h("p", {}, file("The last seconds")), h("h3", {}, "At crashes"), kept.length ? h("ul", { class: "events" }, kept) : note("None yet."),
    note("Files for ", h("code", {}, "go tool trace"), "."));
}

function group(g, open) {
  const key = (g.size ? "heap " : "") + (g.stack ?? g.top);
  return h("li", {}, h("details", { open: open.has(key), ontoggle: (e) => (e.target.open ? open.add(key) : open.delete(key)) },
    h("summary", {}, h("strong", { class: "times" }, g.size ?? "×" + count(g.count)), h("span", { class: "mono" }, shortType(g.top)), g.hint ? h("span", { class: "dim" }, g.hint) : "", (g.labels ?? []).map((l) => h("span", { class: "chip" }, `${l.key} ${l.value}`))),
    labelled(g, "pid") ? h("p", {}, processLink(labelled(g, "pid"), "to the process " + (labelled(g, "name") ?? labelled(g, "pid")))) : "",
    h("pre", { tabindex: 0 }, stackText(g.stack ?? ""))));
}

// labelled is the value of a label of a goroutine.
function labelled(g, key) {
  return g.labels?.find((l) => l.key === key)?.value;
}
