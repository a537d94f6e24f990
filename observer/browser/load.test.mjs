// 100,000 processes of which 1,000 a second change, and a storm of crashes:
// neither melts the browser.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { open, shot, startBrowser, startShop } from "./harness.mjs";

const filled = ".grid-body .grid-row:not(.loading)";
const seconds = 3; // for which the page is watched

let shop;
let browser;
before(async () => {
  [shop, browser] = await Promise.all([startShop("-carts", "100000", "-rate", "1000", "-crashes", "0"), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await shop?.stop();
});

// watched measures the page for a while: how much of a processor its thread
// took, which does not depend on what else the machine does; and its longest
// task and frame, which do, so that their limits are wide.
async function watched(page, during = () => page.waitForTimeout(seconds * 1000)) {
  await page.evaluate(() => {
    window.tasks = [];
    window.frames = [];
    new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((e) => e.duration))).observe({ entryTypes: ["longtask"] });
    let last = performance.now();
    const frame = (now) => {
      window.frames.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  const client = await page.context().newCDPSession(page);
  await client.send("Performance.enable", { timeDomain: "threadTicks" });
  const used = async () => (await client.send("Performance.getMetrics")).metrics.find((m) => m.name === "TaskDuration").value * 1000;
  const began = performance.now();
  const before = await used();
  await during();
  const busy = (await used()) - before;
  const took = performance.now() - began;
  const { tasks, frames } = await page.evaluate(() => ({ tasks: window.tasks, frames: window.frames }));
  return { share: busy / took, longest: Math.max(0, ...tasks), frames: frames.length / (took / 1000), worst: Math.max(0, ...frames) };
}

// cpu is what the shop has used so far, in seconds.
function cpu() {
  const fields = readFileSync(`/proc/${shop.pid}/stat`, "utf8").replace(/^.*\) /, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

// most is the share of a processor that the page may use: while nobody does
// anything a quarter, and more while keys are pressed as fast as it takes them.
function responsive(t, got, most = 0.25) {
  t.diagnostic(`${(got.share * 100).toFixed(1)} % of a processor, the longest task ${got.longest.toFixed(0)} ms; ${got.frames.toFixed(0)} frames a second, the longest ${got.worst.toFixed(0)} ms`);
  assert.ok(got.share < most, "the page is busy");
  assert.ok(got.longest < 2000, "a task blocks the page");
  assert.ok(got.frames > 5, "the page hardly moves");
}

for (const screen of ["processes", "tree", "processes?where=cart:9&sort=received"]) {
  test(`responsive: ${screen}`, async (t) => {
    const page = await open(browser, shop, screen);
    await page.locator(filled).first().waitFor();
    await page.waitForTimeout(1500);
    responsive(t, await watched(page));
    const drawn = await page.locator(".grid-row").count();
    assert.ok(drawn < 80, `${drawn} rows are in the page`);
    assert.deepEqual(page.troubles, []);
    await page.context().close();
  });
}

test("every row of 100,000 is reached by the keyboard", async (t) => {
  const page = await open(browser, shop, "processes?sort=pid&desc=0");
  await page.locator(filled).first().waitFor();
  await page.locator("[role=row][tabindex='0']").focus();
  responsive(t, await watched(page, async () => {
    await page.keyboard.press("Control+End");
    await page.locator("[role=row]:focus .name", { hasText: "cart:99999" }).waitFor();
    for (let i = 0; i < 10; i++) await page.keyboard.press("PageUp");
    await page.locator("[role=row]:focus:not(.loading)").waitFor();
    await page.keyboard.press("Control+Home");
    await page.locator("[role=row]:focus .name", { hasText: "shop_sup" }).waitFor();
  }), 0.75);
  await page.context().close();
});

test("rows stand still while one has the focus", async () => {
  const page = await open(browser, shop, "processes?sort=received&desc=1");
  await page.locator(filled).first().waitFor();
  await page.locator("[role=row][tabindex='0']").focus();
  const names = () => page.locator(".grid-body .pid").allTextContents();
  await page.waitForTimeout(300);
  const before = await names();
  await page.waitForTimeout(4000);
  assert.deepEqual((await names()).slice(0, 10), before.slice(0, 10));
  await page.context().close();
});

test("a storm of 10,000 crashes a second", async (t) => {
  const page = await open(browser, shop, "restarts");
  await page.getByRole("heading", { level: 1, name: "Restarts" }).waitFor();
  responsive(t, await watched(page, async () => {
    const storm = await fetch(shop.origin + "/storm?n=10000", { method: "POST" });
    t.diagnostic(`${(await storm.text()).trim()} crashes`);
    await page.locator(filled).first().waitFor();
    await page.waitForTimeout(3000);
  }));
  await shot(page, "storm");
  const client = await page.context().newCDPSession(page);
  await client.send("Performance.enable");
  const { metrics } = await client.send("Performance.getMetrics");
  const figure = (name) => metrics.find((m) => m.name === name).value;
  t.diagnostic(`${(figure("JSHeapUsedSize") / 1e6).toFixed(0)} MB, ${figure("Nodes")} nodes`);
  assert.ok(figure("JSHeapUsedSize") < 60e6 && figure("Nodes") < 10_000, "the page keeps too much");
  await page.goto(shop.url + "#/crashes");
  await page.locator(filled).first().waitFor();
  const reports = Number(await page.locator(".grid").getAttribute("aria-rowcount")) - 1;
  assert.ok(reports >= 1 && reports <= 200, `${reports} reports`);
  await page.context().close();
});

test("what it costs the node while somebody looks, and nothing while nobody does", async (t) => {
  const over = async (ms) => {
    const began = cpu();
    await new Promise((resolve) => setTimeout(resolve, ms));
    return (cpu() - began) / (ms / 1000);
  };
  const alone = await over(3000);
  const page = await open(browser, shop, "processes");
  await page.locator(filled).first().waitFor();
  await page.waitForTimeout(3000);
  const looking = await over(5000);
  await page.context().close();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const after = await over(3000);
  t.diagnostic(`of a core: ${(alone * 100).toFixed(1)} % before, ${(looking * 100).toFixed(1)} % looked at, ${(after * 100).toFixed(1)} % after`);
  assert.ok(looking - Math.min(alone, after) < 0.08, "looking costs too much");
});
