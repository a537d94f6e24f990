// What one does with the page, in a real browser.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { filled, focused, open, serious, shot, startBrowser, startShop, turn } from "./harness.mjs";

let shop;
let browser;
before(async () => {
  [shop, browser] = await Promise.all([startShop("-carts", "2000", "-crashes", "0", "-broken", "3", "-flight"), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await shop?.stop();
});

// The first of the tests: of all crashes only the last few have a record.
test("what led to a crash can be downloaded, and what is now", async () => {
  const page = await open(browser, shop, "runtime");
  const download = async (link) => {
    const [got] = await Promise.all([page.waitForEvent("download"), link.click()]);
    return [got.suggestedFilename(), readFileSync(await got.path(), "latin1").slice(0, 4)];
  };
  const [name, head] = await download(page.getByRole("link", { name: "The last seconds" }));
  assert.match(name, /^\d+-\d+\.trace$/);
  assert.equal(head, "go 1");
  await page.waitForFunction(() => fetch("api/v1/crashes/1").then((r) => r.json()).then((crash) => crash.flight));
  await turn(page, "crashes/1");
  assert.deepEqual(await download(page.getByRole("link", { name: "Flight record" })), ["crash-1.trace", "go 1"]);
  await page.context().close();
});

test("the tree by keyboard alone", async () => {
  const page = await open(browser, shop, "tree");
  await page.locator(filled).first().waitFor();
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
    return focused(page);
  };
  await press("Tab"); // the link that skips the head
  let at = await press("Enter");
  assert.deepEqual([at.role, at.name, at.level, at.expanded], ["row", "shop_sup", 1, "true"]);
  at = await press("ArrowDown");
  assert.deepEqual([at.name, at.level], ["price_sup", 2]);

  at = await press("ArrowLeft");
  await page.locator("[role=row][aria-expanded=false]", { hasText: "price_sup" }).waitFor();
  at = await press("ArrowRight");
  await page.locator("[role=row][aria-level='3']", { hasText: "price:0" }).waitFor();
  at = await press("ArrowDown");
  assert.deepEqual([at.name, at.level, at.expanded], ["price:0", 3, null]);

  at = await press("ArrowRight", "ArrowRight");
  assert.deepEqual([at.role, at.column], ["gridcell", 2]);
  at = await press("ArrowLeft", "ArrowLeft");
  assert.equal(at.role, "row");
  at = await press("ArrowLeft");
  assert.equal(at.name, "price_sup", "Left of a leaf goes to its parent");

  at = await press("End");
  assert.match(at.text, /2\s*000 more/, "many children are one row");
  await press("ArrowRight");
  await page.locator("[role=treegrid][aria-rowcount='2008']").waitFor();
  at = await press("Control+End");
  await page.locator("[role=row]:focus .name", { hasText: /cart/ }).waitFor();
  await press("ArrowLeft");
  await page.locator("[role=row]:focus .name", { hasText: "cart_sup" }).waitFor();
  const stops = await page.locator("[role=treegrid] [tabindex='0']").count();
  assert.equal(stops, 1, "the tree is one tab stop");

  await press("Home", "/");
  await page.keyboard.type("price:2");
  await page.locator("[role=row]", { hasText: "price:2" }).waitFor();
  await page.locator("[role=row]", { hasText: "price:1" }).waitFor({ state: "detached" });
  at = await press("Enter");
  assert.equal(at.name, "shop_sup", "what is above a match stays");
  at = await press("End");
  assert.equal(at.name, "price:2");
  await press("Enter");
  await page.getByRole("heading", { level: 1, name: "price:2" }).waitFor();
  await press("Escape");
  await page.getByRole("heading", { level: 1, name: "Tree" }).waitFor();
  await press("g", "p");
  await page.getByRole("heading", { level: 1, name: "Processes" }).waitFor();
  await page.context().close();
});

test("what was found in the tree opens and closes", async () => {
  const page = await open(browser, shop, "tree?where=name%3Dprice_sup");
  const row = (name) => page.locator("[role=row]", { has: page.locator(".name", { hasText: new RegExp(`^${name}$`) }) });
  await row("price_sup").waitFor();
  assert.equal(await row("price_sup").getAttribute("aria-expanded"), "false");
  await row("price_sup").focus();
  await page.keyboard.press("ArrowRight");
  await row("price:0").waitFor();
  assert.equal(await page.locator(".grid-body .grid-row").count(), 6, "all that is below it");
  await page.keyboard.press("ArrowLeft");
  await row("price:0").waitFor({ state: "detached" });

  await page.getByRole("searchbox").fill("price:2");
  await row("price:2").waitFor();
  await row("price_sup").focus();
  await page.keyboard.press("ArrowLeft");
  await row("price:2").waitFor({ state: "detached" });
  await page.waitForTimeout(2500);
  assert.equal(await row("price_sup").getAttribute("aria-expanded"), "false", "it stays closed");
  await page.keyboard.press("ArrowLeft");
  assert.equal((await focused(page)).name, "shop_sup");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await row("price:2").waitFor();
  assert.equal(await row("price:1").count(), 0, "only what matches");
  await page.context().close();
});

test("a trace tells of each message when it was sent, how long it waited and took", async () => {
  const page = await open(browser, shop, "trace?who=cart:3&max=12&for=20");
  await page.getByRole("button", { name: "Start" }).click();
  await page.locator(".tally", { hasText: "tracing" }).waitFor();
  await page.request.post(shop.origin + "/slow?who=cart:3&n=3&ms=120");
  const slow = page.locator("[role=row]", { hasText: "main.Slow" });
  await slow.nth(2).waitFor();
  await page.locator(".tally", { hasText: "12 events" }).waitFor();
  const took = await slow.locator("[aria-colindex='4']").allTextContents();
  const waited = await slow.locator("[aria-colindex='3']").allTextContents();
  for (const t of took) assert.ok(parseFloat(t) >= 120 && t.endsWith("ms"), `took ${took}`);
  assert.ok(parseFloat(waited[2]) >= 200 && waited[2].endsWith("ms"), `waited ${waited}`);
  const bar = (i) => slow.nth(i).locator("rect").evaluate((el) => [Number(el.getAttribute("x")), Number(el.getAttribute("width"))]);
  const [[x0, w0], [x1]] = [await bar(0), await bar(1)];
  assert.ok(x1 >= x0 + w0 - 1, "the second is drawn after the first");
  await shot(page, "waterfall");
  await page.getByRole("button", { name: "Compare" }).click();
  await page.waitForFunction((x) => document.querySelector("[role=row] rect").getAttribute("x") !== x, "");
  await shot(page, "waterfall-compared");
  assert.deepEqual(await serious(page), []);
  await page.context().close();
});

test("a restart that is to come is counted down to, in the lane and in words", async () => {
  const page = await open(browser, shop, "restarts");
  await page.locator(filled).first().waitFor();
  await page.request.post(shop.origin + "/crash?who=price:3");
  const row = page.locator("[role=row]", { hasText: "price_sup" }).filter({ hasText: "left)" });
  await row.waitFor();
  const left = async () => Number(/\((\d+)s left\)/.exec(await row.textContent())[1]);
  const before = await left();
  assert.match(await page.locator(".lane-row .due", { hasText: "in" }).textContent(), /^in \d+s$/);
  assert.match(await row.locator("[aria-colindex='5']").textContent(), /^panic: a price below zero; restart 1 of 60/);
  await page.waitForTimeout(2500);
  assert.ok(await left() < before, "it is counted down");
  await shot(page, "countdown");
  await page.context().close();
});

test("what repeats is one row, with how often and when the next restart is due", async () => {
  const page = await open(browser, shop, "restarts");
  await page.locator(filled).first().waitFor();
  const rows = page.locator("[role=row]", { hasText: "price_sup" }).filter({ hasText: "price:2" });
  for (let n = 1; n <= 3; n++) {
    await page.request.post(shop.origin + "/crash?who=price:2");
    await rows.filter({ hasText: n > 1 ? "×" + n : "restart" }).waitFor();
  }
  assert.equal(await rows.count(), 1);
  await page.getByText(/^\d+ events in \d+ rows$/).waitFor();
  await shot(page, "folded");
  await page.getByRole("button", { name: "Fold repeats" }).click();
  await rows.nth(2).waitFor();
  assert.equal(await page.locator(".times").count(), 0);

  const folded = await page.evaluate(async () => {
    const { fold, homesOf, untilDue } = await import("./events.js");
    const at = new Date().toISOString();
    const restart = (s, child, n, wait) => ({ seq: s, at, kind: "restart", supervisor: "<0.2.0>", child, crash: 7, text: `supervisor <0.2.0>: child_terminated: child ${child} <0.${s}.0>: broken; restart ${n} of 60 in 1m0s, in ${wait}` });
    const events = [restart(1, "a", 1, "0s"), restart(2, "b", 2, "1m0s"), restart(3, "a", 3, "2m0s"), { seq: 4, at, kind: "crash", pid: "<0.9.0>", crash: 7, text: "" }];
    return fold(events, homesOf(events)).map((e) => `${e.seq} ×${e.times} ${untilDue(e) && "due"}`);
  });
  assert.deepEqual(folded, ["2 ×1 due", "3 ×2 due", "4 ×1 "]);
  await page.context().close();
});

test("rows are selected by Space, and their pids copied", async () => {
  const page = await open(browser, shop, "processes?sort=pid&desc=0");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.locator(filled).first().waitFor();
  await page.locator("[role=row][tabindex='0']").focus();
  for (const key of [" ", "ArrowDown", " ", "ArrowDown", " ", " ", "y"]) await page.keyboard.press(key);
  await page.locator("#news", { hasText: "Copied 2 pids." }).waitFor({ state: "attached" });
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "<0.1.0>\n<0.2.0>");
  assert.equal(await page.locator("[role=row][aria-selected=true]").count(), 2);
  await shot(page, "selected");
  assert.deepEqual(await serious(page), []);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("[role=row][aria-selected=true]").count(), 0);
  await page.getByRole("heading", { level: 1, name: "Processes" }).waitFor();
  await page.keyboard.press("y");
  await page.locator("#news", { hasText: "Copied <0.3.0>." }).waitFor({ state: "attached" });
  await page.context().close();
});

test("places in a stack are copied, or open in an editor", async () => {
  const page = await open(browser, shop, "crashes/1");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const place = page.locator("pre .ours .place").first();
  await place.click();
  await page.waitForFunction(async () => /^\/.*shop\.go:\d+$/.test(await navigator.clipboard.readText()));
  await page.getByText("Build", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Keys and settings" }).click();
  await page.getByLabel("Places in source files open").selectOption("VS Code");
  await page.keyboard.press("Escape");
  await page.reload();
  await place.waitFor();
  assert.match(await place.getAttribute("href"), /^vscode:\/\/file\/.*shop\.go:\d+$/);
  assert.deepEqual(await serious(page), []);
  await page.evaluate(() => localStorage.clear());
  await page.context().close();
});

test("how often the node is looked at is a setting, which the browser keeps", async () => {
  const page = await open(browser, shop, "processes");
  await page.locator(filled).first().waitFor();
  const asked = (every) => page.waitForRequest((r) => /v1\/watch/.test(r.url()) && new URL(r.url()).searchParams.get("every") === every);
  await page.locator("[role=row][tabindex='0']").focus();
  await page.keyboard.press("?");
  await shot(page, "settings");
  await Promise.all([asked("200ms"), page.getByLabel("Look at the node").selectOption("every 0.2 s")]);
  await page.locator(".pill", { hasText: "live" }).waitFor();
  await Promise.all([asked("200ms"), page.reload()]);
  await page.getByRole("button", { name: "Keys and settings" }).click();
  await Promise.all([asked(null), page.getByLabel("Look at the node").selectOption("every 1 s")]);
  await page.evaluate(() => localStorage.clear());
  await page.context().close();
});

test("while the node has not answered the page says that it asks", async () => {
  const page = await open(browser, shop, "names");
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  await page.route(/api\/v1\//, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(shop.url + "#/restarts");
  await page.getByText("Asking the node…").waitFor();
  assert.equal(await page.getByText("Nothing has gone wrong").count(), 0);
  release();
  await page.locator(filled).first().waitFor();
  await page.context().close();
});

test("the page of a process: its figures as a table, its log as it grows", async () => {
  const page = await open(browser, shop, "process/price_sup");
  await page.getByText("As a table").click();
  const table = page.getByRole("region", { name: "The last minute" });
  await table.locator("tbody tr").nth(1).waitFor();
  const records = page.locator(".card", { hasText: "Log" }).locator(".events li");
  const before = await records.count();
  await page.request.post(shop.origin + "/crash?who=price:1");
  await page.waitForFunction((n) => [...document.querySelectorAll(".card")].find((c) => c.querySelector("h2")?.textContent === "Log").querySelectorAll("li").length > n, before);
  await page.goto(shop.url + "#/logs?who=price_sup");
  await page.locator("[role=row] a", { hasText: "price_sup" }).first().waitFor();
  await page.context().close();
});

test("messages to whom there is not are counted in the head", async () => {
  const page = await open(browser, shop, "tree");
  const dead = page.locator(".figure", { hasText: "Dead letters" }).locator(".value");
  await dead.waitFor();
  const before = Number(await dead.textContent());
  await page.request.post(shop.origin + "/slow?who=nobody&n=3");
  await page.waitForFunction((n) => [...document.querySelectorAll(".figure")].some((f) => f.textContent.includes("Dead letters") && Number(f.querySelector(".value").textContent) === n), before + 3);
  await page.context().close();
});

for (const screen of ["tree", "processes"]) {
  test(`an order that is old is told to be: ${screen}`, async () => {
    const page = await open(browser, shop, "names");
    const row = { pid: "<0.1.0>", name: "old", kind: "process", status: "idle", level: 1, pos: 1, size: 1 };
    const full = { seq: 1, total: 1, matched: 1, rows: [row], as_of: new Date(Date.now() - 20_000) };
    await page.route(/v1\/watch/, (route) => route.fulfill({ contentType: "text/event-stream", body: `event: full\ndata: ${JSON.stringify(full)}\n\n` }));
    await page.goto(shop.url + "#/" + screen);
    await page.getByText(/^order as of [2-9]\d s ago$/).waitFor();
    await page.context().close();
  });
}

test("figures of the program's own have charts, and its metrics a link", async () => {
  const page = await open(browser, shop, "metrics");
  const chart = page.locator(".chart", { hasText: "carts used" });
  await chart.locator(".now", { hasText: /^[\d,]+$/ }).waitFor();
  assert.equal(await page.getByRole("link", { name: "What the program exports" }).getAttribute("href"), "/metrics");
  await page.getByRole("button", { name: "As a table" }).click();
  await page.getByRole("columnheader", { name: "carts used" }).waitFor();
  await page.context().close();
});

test("a node that ends is told of, and so is that it answers again", async () => {
  let other = await startShop("-carts", "5", "-crashes", "0");
  const { host } = new URL(other.url);
  const page = await open(browser, other, "processes");
  await page.locator(filled).first().waitFor();
  await other.stop();
  await page.getByRole("alert").filter({ hasText: "does not answer" }).waitFor();
  await shot(page, "gone");
  other = await startShop("-carts", "5", "-crashes", "0", "-addr", host);
  try {
    await page.locator("#news", { hasText: "answers again" }).waitFor({ state: "attached" });
    await page.locator(".pill", { hasText: "live" }).waitFor();
  } finally {
    await page.context().close();
    await other.stop();
  }
});

test("letters are keys in the content only, and can be switched off", async () => {
  const page = await open(browser, shop, "processes");
  await page.locator(filled).first().waitFor();
  await page.getByRole("searchbox").focus();
  await page.keyboard.type("gt?p");
  assert.equal(await page.getByRole("searchbox").inputValue(), "gt?p");
  assert.equal(await page.locator("dialog").count(), 0);
  await page.getByRole("button", { name: "Keys and settings" }).focus();
  await page.keyboard.press("?");
  assert.equal(await page.locator("dialog").count(), 0, "not in the head of the page");

  await page.getByRole("searchbox").fill("");
  await page.keyboard.press("Enter");
  await page.locator(filled).first().waitFor();
  await page.locator("[role=row][tabindex='0']").focus();
  await page.keyboard.press("?");
  await page.getByLabel("Single letters are keys").uncheck();
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("?");
  assert.equal(await page.locator("dialog").count(), 0);
  await page.evaluate(() => localStorage.clear());
  await page.context().close();
});

test("where streams do not get through the page asks now and then", async () => {
  const page = await open(browser, shop, "names");
  await page.route(/v1\/watch/, (route) => route.abort());
  await page.goto(shop.url + "#/processes");
  await page.locator(".pill", { hasText: "every 2 s" }).waitFor();
  await page.locator(filled).first().waitFor();
  await page.waitForRequest(/v1\/processes/);
  await page.context().close();
});

test("a hidden tab has no stream", async () => {
  const page = await open(browser, shop, "processes");
  await page.locator(filled).first().waitFor();
  const hide = (hidden) => page.evaluate((value) => {
    Object.defineProperty(document, "hidden", { value, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);
  await Promise.all([page.waitForEvent("requestfailed", (r) => /v1\/watch/.test(r.url())), hide(true)]);
  let asked = 0;
  page.on("request", () => asked++);
  await page.waitForTimeout(2500);
  assert.equal(asked, 0);
  await Promise.all([page.waitForRequest(/v1\/watch/), hide(false)]);
  await page.context().close();
});

test("a paused page stands still and asks for nothing", async () => {
  const page = await open(browser, shop, "processes");
  await page.locator(filled).first().waitFor();
  await page.getByRole("button", { name: "Pause" }).click();
  await page.waitForTimeout(300);
  let asked = 0;
  page.on("request", () => asked++);
  const before = await page.locator(".grid-body").innerText();
  await page.waitForTimeout(2500);
  assert.equal(asked, 0);
  assert.equal(await page.locator(".grid-body").innerText(), before);
  await Promise.all([page.waitForRequest(/api\/v1/), page.getByRole("button", { name: "Go on" }).click()]);
  await page.context().close();
});

test("rows stand still while one has the focus, and only then", async () => {
  const page = await open(browser, shop, "processes?sort=received&desc=1");
  await page.locator(filled).first().waitFor();
  const names = () => page.locator(".grid-body .pid").allTextContents();
  const moved = async (before) => {
    await page.waitForFunction((was) => [...document.querySelectorAll(".grid-body .pid")].map((el) => el.textContent).join() !== was, before.join());
  };
  await moved(await names());
  await page.locator("[role=row][tabindex='0']").focus();
  const before = await names();
  await page.waitForTimeout(3500);
  assert.deepEqual((await names()).slice(0, 10), before.slice(0, 10));
  await page.getByRole("searchbox").focus();
  await moved(before);
  await page.context().close();
});

test("a screen that was left stays away", async () => {
  const page = await open(browser, shop, "processes?sort=received&desc=1");
  await page.locator(filled).first().waitFor();
  const kept = page.waitForRequest(/v1\/watch.*pids=/); // its rows have come to be in another order
  await page.locator("[role=row][tabindex='0']").focus();
  await kept;
  const asked = [];
  page.on("request", (r) => /v1\/watch/.test(r.url()) && asked.push(new URL(r.url()).searchParams.get("view")));
  await page.keyboard.press("g");
  await page.keyboard.press("n");
  await page.getByRole("heading", { level: 1, name: "Names" }).waitFor();
  await page.locator(filled).first().waitFor();
  await page.waitForTimeout(500);
  assert.equal(asked.at(-1), "names", `watched: ${asked}`);
  await page.context().close();
});

test("from the page of a process to its row among thousands", async () => {
  const page = await open(browser, shop, "process/cart:1500");
  await page.getByRole("link", { name: "In the tree" }).click();
  await page.locator("[role=row]:focus .name", { hasText: "cart:1500" }).waitFor();
  assert.equal((await focused(page)).level, 3);
  await page.context().close();
});

test("Esc goes back within the page, and not out of it", async () => {
  const page = await open(browser, shop, "names");
  await page.locator(filled).first().waitFor();
  await page.locator("[role=row][tabindex='0']").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "In the tree" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { level: 1, name: "Names" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { level: 1, name: "Tree" }).waitFor();
  await page.context().close();
});

test("go to any process by its name", async () => {
  const page = await open(browser, shop, "tree");
  await page.locator(filled).first().waitFor();
  await page.locator("[role=row][tabindex='0']").focus();
  await page.keyboard.press(":");
  await page.keyboard.type("cart:1234");
  await page.getByRole("option", { name: "cart:1234" }).waitFor();
  assert.deepEqual(await serious(page), []);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "cart:1234" }).waitFor();
  await page.context().close();
});
