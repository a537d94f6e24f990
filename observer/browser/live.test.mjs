// The page while the node goes on: what it asks for, what moves, and what does not.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { filled, open, shot, startBrowser, startShop } from "./harness.mjs";

let shop;
let browser;
before(async () => {
  [shop, browser] = await Promise.all([startShop("-carts", "2000", "-crashes", "0", "-broken", "3"), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await shop?.stop();
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
