// The page of the demo: each button breaks what it says, the page says what to
// watch, and who is not meant does not notice.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { blank, serious, shot, sideways, smallTargets, startBrowser, startSaturday } from "./harness.mjs";

let saturday;
let browser;
let page; // that stays open: each test goes on where the one before has left it
before(async () => {
  [saturday, browser] = await Promise.all([startSaturday(), startBrowser()]);
  page = await blank(browser, { height: 900 });
  await page.goto(saturday.url);
  await lane("west", (figures) => figures["A second"] > 0);
});
after(async () => {
  await browser?.close();
  await saturday?.stop();
});

// push pushes a button by keyboard, and returns what it says to watch. Between
// two rounds no match is being played, and there is nothing to break.
async function push(name) {
  const card = page.locator("article", { has: page.getByRole("button", { name }) });
  for (;;) {
    await card.getByRole("button").focus();
    await page.keyboard.press("Enter");
    await card.locator(".watch", { hasText: /./ }).waitFor();
    await card.locator("button:enabled").waitFor();
    const said = await card.locator(".watch").textContent();
    if (!/try again soon/.test(said)) return said;
  }
}

// figures are those of a competition by what stands above them.
function figures(name) {
  return page.evaluate((competition) => {
    const row = [...document.querySelectorAll("#lanes tr")].find((tr) => tr.querySelector("th").firstChild.textContent === competition);
    return Object.fromEntries([...row.querySelectorAll("td[data-label]")].map((td) => [td.dataset.label, parseFloat(td.textContent)]));
  }, name);
}

// lane waits until the figures of a competition are as they should be.
async function lane(name, right) {
  for (const end = Date.now() + 30_000; ;) {
    const now = await page.locator("#lanes th", { hasText: name }).count() && await figures(name);
    if (now && right(now)) return now;
    assert.ok(Date.now() < end, `${name}: ${JSON.stringify(now)}`);
    await page.waitForTimeout(200);
  }
}

// unharmed are competitions in which not one request went without an answer.
async function unharmed(...names) {
  for (const name of names) {
    const { Errors, Answered } = await figures(name);
    assert.deepEqual({ name, Errors, Answered }, { name, Errors: 0, Answered: 100 });
  }
}

const happened = (text) => page.locator("#events li", { hasText: text }).first().waitFor();

async function fits(size) {
  await page.setViewportSize({ width: 320, height: 640 });
  await shot(page, `saturday-${size}-narrow`);
  assert.equal(await sideways(page), 0, "the page scrolls sideways");
  assert.deepEqual(await smallTargets(page), [], "targets smaller than 24 px");
  await page.setViewportSize({ width: 1280, height: 900 });
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    await shot(page, `saturday-${size}-${scheme}`);
    assert.deepEqual(await serious(page, scheme === "dark" ? ["color-contrast"] : undefined), [], scheme);
  }
  await page.emulateMedia({ colorScheme: "light" });
}

test("before anything is broken: axe, 320 px, and all is answered", async () => {
  await unharmed("north", "south", "east", "west", "all");
  await fits("whole");
});

test("poison: one restart, and nobody notices", async () => {
  assert.match(await push("Poison a match"), /^watch north_\d+: /);
  await lane("north", (f) => f.Restarts === 1);
  await happened("north_");
  await unharmed("north", "south", "east", "west");
});

test("leak: one mailbox grows, and only who asks that match waits", async () => {
  assert.match(await push("Leak a slow handler"), /^watch the mailbox of east_\d+: /);
  const east = await lane("east", (f) => f.Mailbox >= 10 && f.Errors > 0);
  assert.ok(east.Answered > 50, "the others of its competition are answered");
  await unharmed("north", "south", "west");
});

test("kill: a new match at once, and a zombie until the old code returns", async () => {
  assert.match(await push("Kill the slow match"), /^watch east_\d+: back at once/);
  await lane("east", (f) => f.Zombies === 1 && f.Mailbox < 10 && f.Restarts === 1);
  await happened("zombie");
  await fits("broken");
  await lane("east", (f) => f.Zombies === 0);
  await unharmed("north", "south", "west");
});

test("break: one limit after the other, until all of it is new", async () => {
  assert.match(await push("Break a competition"), /^watch south: /);
  await page.locator("#events .gave", { hasText: "south" }).first().waitFor();
  await lane("south", (f) => f.Restarts >= 3 && f.Errors > 0);
  await lane("south", (f) => f.Answered === 100); // it is whole again
  await unharmed("north", "west");
});

test("paused it stands still; inside is the observer", async () => {
  await page.getByRole("button", { name: "Pause" }).press("Enter");
  await page.locator("#state", { hasText: "paused" }).waitFor();
  let asked = 0;
  page.on("request", () => asked++);
  await page.waitForTimeout(1500);
  assert.ok(asked <= 1, `asked ${asked} times`); // once, if that was under way
  await page.getByRole("button", { name: "Go on" }).press("Enter");
  await page.locator("#state", { hasText: "live" }).waitFor();
  const inside = await page.context().newPage();
  await inside.goto(new URL(await page.getByRole("link", { name: "Look inside" }).getAttribute("href"), saturday.url).href);
  await inside.locator("[role=row]", { hasText: "south_referee" }).waitFor();
  await inside.close();
});

test("stop: asked before, in order, and the page tells it", async () => {
  const stop = page.getByRole("button", { name: "Stop everything" }).first();
  await stop.press("Enter");
  await page.getByRole("dialog").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Keep it running");
  assert.deepEqual(await serious(page), []);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await page.locator("#state", { hasText: "live" }).waitFor();
  await stop.press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: "Stop everything" }).press("Enter");
  await page.locator("#ended:focus").waitFor();
  const order = await page.locator("#ended pre").textContent();
  assert.match(order, /demo\n.*fans.*\n.*west.*\n.*east.*\n.*south.*\n.*north.*\n.*traffic\n.*saturday/);
  assert.equal(await page.locator("[data-do]:enabled").count(), 0);
  await fits("ended");
  assert.deepEqual(page.troubles, []);
});
