// What can be done to a process: a menu, and a dialog for each. What ends
// something asks for its name to be typed.
import { act, ask, who } from "./api.js";
import { button, h, note, set } from "./dom.js";
import { title } from "./format.js";
import { blame, field, named } from "./form.js";
import { link } from "./router.js";

// openActions opens the menu. What only reads is in it always, the rest where
// the program allows it.
export async function openActions(page, row, anchor) {
  if (!row?.pid) return;
  const name = row.name || row.pid.replace(/[<>]/g, "");
  const reading = [
    { label: "Its page", run: () => page.go("process/" + row.pid.replace(/[<>]/g, "")) },
    { label: "Trace its messages", run: () => { location.hash = link("trace", { who: name }); } },
    { label: "Its log", run: () => { location.hash = link("logs", { who: name }); } },
  ];
  if (!page.node?.actions) {
    page.menu(anchor, "For " + title(row), [...reading, { label: "Why can nothing be changed?", run: () => off(page) }]);
    return;
  }
  let detail = row;
  try {
    detail = await ask("process/" + who(row.pid));
  } catch (err) {
    page.problem(err);
    return;
  }
  page.menu(anchor, "Actions on " + title(detail), [...changing(page, detail), ...reading]);
}

function off(page) {
  page.dialogs.open("Actions are off", [h("p", {}, "This page only reads."), h("p", { class: "note" }, "The program allows it to do more with ", h("code", {}, "observer.Options{Actions: true}"), ".")]);
}

// changing are the items that change something, for one process.
function changing(page, d) {
  const items = [];
  if (d.accepts?.some((m) => m.kind !== "info")) items.push({ label: "Call or cast…", run: () => send(page, d) });
  if (d.argument) items.push({ label: "Start a child…", run: () => startChild(page, d) });
  if (d.kind === "server" || d.kind === "statem") {
    items.push({ label: "Suspend…", run: () => plain(page, d, "suspend", "It handles no messages until it is resumed; they wait.") });
    items.push({ label: "Resume…", run: () => plain(page, d, "resume", "It goes on with the messages that wait.") });
  }
  items.push({ label: "Log level…", run: () => logLevel(page, d.name || d.pid, title(d)) });
  items.push({ label: "Stop…", danger: true, run: () => ending(page, d, "stop", "It ends in order, after the message that it handles; whoever is linked to it hears of it.", "normal") });
  items.push({ label: "Exit signal…", danger: true, run: () => ending(page, d, "exit", "It is told to end with this reason. Its supervisor then does what it does at such an end.", "shutdown") });
  items.push({ label: "Kill…", danger: true, run: () => ending(page, d, "exit", "It ends now, without a word: nothing of it runs any more, but for code that does not come back.", "kill", true) });
  if (d.parent && d.id) items.push({ label: "Terminate as a child…", danger: true, run: () => child(page, d, "terminate_child", "Its supervisor stops it and does not start it again.") });
  return items;
}

// dialog asks for what run needs, and says what came of it.
function dialog(page, heading, body, { go, confirm, danger, run, form: fields = () => null }) {
  const why = h("input", { type: "text", id: "why", autocomplete: "off", placeholder: "is kept with the action" });
  const typed = confirm && h("input", { type: "text", id: "typed", autocomplete: "off", spellcheck: "false", oninput: () => { doit.disabled = typed.value !== confirm; } });
  const result = h("div", { class: "result", role: "status" });
  const doit = button(go, () => {}, { type: "submit", class: danger ? "danger" : "primary", disabled: Boolean(confirm) });
  const form = h("form", { class: "form", onsubmit: async (event) => {
    event.preventDefault();
    if (doit.disabled || doit.ariaBusy === "true") return;
    set(doit, { "aria-busy": "true" });
    try {
      const answer = await run(why.value.trim());
      result.replaceChildren(h("pre", { tabindex: 0 }, answer.text || "ok"));
      page.news.say("Done: " + (answer.text || "ok"));
    } catch (err) {
      const beside = blame(fields(), err.path, [err.message.replace(err.path + ": ", ""), err.try].filter(Boolean).join("; "));
      result.replaceChildren(h("p", { class: "bad-text" }, beside ? "Nothing was done: see the field." : err.message), err.try && !beside ? note(err.try) : "");
    }
    set(doit, { "aria-busy": null });
  } },
  body,
  h("div", { class: "form-row" }, h("label", { for: "why" }, "Why"), why),
  confirm ? h("div", { class: "form-row" }, h("label", { for: "typed" }, "Type ", h("strong", {}, confirm), " to confirm"), typed) : "",
  h("div", { class: "row" }, doit), result);
  page.dialogs.open(heading, form);
  (form.querySelector("select, input, textarea") ?? doit).focus();
}

function plain(page, d, verb, what) {
  dialog(page, `${verb === "suspend" ? "Suspend" : "Resume"} ${title(d)}`, h("p", {}, what), {
    go: verb === "suspend" ? "Suspend" : "Resume", run: (why) => act(verb, { to: d.pid, why }),
  });
}

function ending(page, d, verb, what, reason, fixed) {
  const input = h("input", { type: "text", id: "reason", value: reason, autocomplete: "off" });
  const heading = fixed ? "Kill" : verb === "stop" ? "Stop" : "Exit signal to";
  dialog(page, `${heading} ${title(d)}`,
    [h("p", {}, what), fixed ? "" : h("div", { class: "form-row" }, h("label", { for: "reason" }, "Reason: normal, shutdown, kill or any text"), input)],
    { go: fixed ? "Kill" : verb === "stop" ? "Stop" : "Send", danger: true, confirm: title(d), run: (why) => act(verb, { to: d.pid, reason: input.value, why }) });
}

function child(page, d, verb, what) {
  dialog(page, `Terminate ${title(d)}`, h("p", {}, what), {
    go: "Terminate", danger: true, confirm: title(d), run: (why) => act(verb, { to: d.parent, child: d.pid, why }),
  });
}

// logLevel is for a process by its name or pid, or for "", all others.
export function logLevel(page, to, whose) {
  const select = h("select", { id: "log-level" }, [["", "as the program says"], ...["debug", "info", "warn", "error"].map((l) => [l, l])].map(([value, label]) => h("option", { value }, label)));
  dialog(page, `Log level of ${whose}`, [
    h("p", {}, to ? "From this level on what it logs is taken, over its restarts if it has a name." : "From this level on what the node logs is taken, but of processes that have a level of their own."),
    note("What the program itself does not want to log is shown here only."),
    h("div", { class: "form-row" }, h("label", { for: "log-level" }, "From this level on"), select),
  ], { go: "Set", run: (why) => act("log_level", { to, level: select.value, why }) });
}

function startChild(page, d) {
  const argument = field("argument", d.argument);
  dialog(page, `Start a child of ${title(d)}`, argument.el, {
    go: "Start", form: () => argument, run: (why) => act("start_child", { to: d.pid, argument: argument.value() ?? { struct: { fields: [] } }, why }),
  });
}

// send is for calls and casts: the form is made of the message's type.
function send(page, d) {
  const messages = d.accepts.filter((m) => m.kind !== "info");
  const made = [];
  let form;
  const slot = h("div", {});
  const select = h("select", { id: "message", onchange: choose }, messages.map((m, i) => h("option", { value: i }, `${m.name} (${m.kind})`)));
  const hint = h("p", { class: "note" });

  function choose() {
    const m = messages[select.value];
    form = made[select.value] ??= named(m);
    slot.replaceChildren(form.el);
    set(hint, { text: m.kind === "call" ? `Answers with ${m.reply || "something"}.` : "Is not answered." });
  }

  choose();
  dialog(page, `Call or cast to ${title(d)}`, [h("div", { class: "form-row" }, h("label", { for: "message" }, "Message"), select), slot, hint], {
    go: "Send", form: () => form, run: (why) => act(messages[select.value].kind, { to: d.pid, message: form.value(), why }),
  });
}

// childActions are buttons for a child that has no process: it was terminated,
// or waits for its restart.
export function childActions(page, supervisor, row) {
  if (!page.node?.actions || !row.id || row.pid) return "";
  const run = (verb, go, what, danger) => () => dialog(page, `${go} ${row.id}`, h("p", {}, what), {
    go, danger, confirm: danger ? row.id : "", run: (why) => act(verb, { to: supervisor.pid, child: row.id, why }),
  });
  return h("span", { class: "row" },
    button("Restart", run("restart_child", "Restart", "Its supervisor starts it again.")),
    button("Delete", run("delete_child", "Delete", "Its specification is forgotten.", true), { class: "danger" }));
}
