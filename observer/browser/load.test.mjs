// 100,000 processes of which 1,000 a second change, and a storm of crashes:
// neither melts the browser.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { filled, open, shot, startBrowser, startShop, turn } from "./harness.mjs";

const seconds = 3; // for which the page is watched

let shop;
let browser;
let page; // that stays open
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
    const seen = window.seen = { tasks: [], frames: [] };
    seen.observer = new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map((e) => e.duration)));
    seen.observer.observe({ entryTypes: ["longtask"] });
    let last = performance.now();
    const frame = (now) => {
      if (window.seen !== seen) return;
      seen.frames.push(now - last);
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
  const { tasks, frames } = await page.evaluate(() => {
    const { seen } = window;
    window.seen = null;
    seen.observer.disconnect();
    return { tasks: seen.tasks, frames: seen.frames };
  });
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

// moves looks at what is on the screen for a while.
async function moves(t) {
  responsive(t, await watched(page));
  const drawn = await page.locator(".grid-row").count();
  assert.ok(drawn < 80, `${drawn} rows are in the page`);
  assert.deepEqual(page.troubles, []);
}

test("what it costs the node that somebody looks; responsive: processes", async (t) => {
  const over = async (during) => {
    const [began, before] = [performance.now(), cpu()];
    await during();
    return (cpu() - before) / ((performance.now() - began) / 1000);
  };
  const alone = await over(() => new Promise((resolve) => setTimeout(resolve, 4000)));
  page = await open(browser, shop, "processes");
  await page.locator(filled).first().waitFor();
  await page.waitForTimeout(1500);
  const looking = await over(async () => {
    await moves(t);
    await page.waitForTimeout(3000);
  });
  t.diagnostic(`of a core: ${(alone * 100).toFixed(1)} % while nobody has looked, ${(looking * 100).toFixed(1)} % while somebody does`);
  assert.ok(looking - alone < 0.08, "looking costs too much");
});

for (const screen of ["tree", "processes?where=cart:9&sort=received"]) {
  test(`responsive: ${screen}`, async (t) => {
    await turn(page, screen);
    await page.locator(filled).first().waitFor();
    await page.waitForTimeout(1000);
    await moves(t);
  });
}

test("every row of 100,000 is reached by the keyboard", async (t) => {
  await turn(page, "processes?sort=pid&desc=0");
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
});

test("a storm of 10,000 crashes a second", async (t) => {
  await turn(page, "restarts");
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
  await turn(page, "crashes");
  await page.locator(filled).first().waitFor();
  const reports = Number(await page.locator(".grid").getAttribute("aria-rowcount")) - 1;
  assert.ok(reports >= 1 && reports <= 200, `${reports} reports`);
});
