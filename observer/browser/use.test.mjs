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

test("figures of the program's own have charts, and its metrics a link", async () => {
  const page = await open(browser, shop, "metrics");
  const chart = page.locator(".chart", { hasText: "carts used" });
  await chart.locator(".now", { hasText: /^[\d,]+$/ }).waitFor();
  assert.equal(await page.getByRole("link", { name: "What the program exports" }).getAttribute("href"), "/metrics");
  await page.getByRole("button", { name: "As a table" }).click();
  await page.getByRole("columnheader", { name: "carts used" }).waitFor();
  await page.context().close();
});

test("letters are keys in the content only, and can be switched off", async () => {
  const page = await open(browser, shop, "processes");
  await page.locator(filled).first().waitFor();
  await page.keyboard.press("ArrowDown"); // the page has just been opened: nothing has the focus
  assert.equal((await focused(page)).role, "row");
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.type("gp"); // where one is already
  assert.equal((await focused(page)).role, "row");
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
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
