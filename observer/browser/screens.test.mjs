// Each screen in a real browser: by keyboard, for axe, narrow.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { filled, focused, open, serious, shot, startBrowser, startShop } from "./harness.mjs";

const screens = [
  "tree", "processes", "process/cart:1", "process/price_sup", "restarts", "crashes", "crashes/1", "names", "logs", "trace?who=cart:1&max=20&start=1", "metrics", "metrics?table=1", "runtime",
];
const file = (screen) => screen.replace(/[^a-z]+/g, "-");

let shop;
let browser;
before(async () => {
  [shop, browser] = await Promise.all([startShop("-carts", "2000", "-crashes", "0", "-broken", "3", "-flight"), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await shop?.stop();
});

for (const screen of screens) {
  test(`axe finds nothing serious: ${screen}`, async () => {
    const page = await open(browser, shop, screen);
    await page.locator(filled).first().waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    for (const scheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme: scheme });
      await shot(page, `${file(screen)}-${scheme}`);
      assert.deepEqual(await serious(page, scheme === "dark" ? ["color-contrast"] : undefined), [], scheme);
    }
    assert.deepEqual(page.troubles, []);
    await page.context().close();
  });
  test(`320 px wide: ${screen}`, async () => {
    const page = await open(browser, shop, screen, { width: 320, height: 640 });
    await page.locator(filled).first().waitFor();
    await shot(page, `${file(screen)}-narrow`);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(over, 0, "the page scrolls sideways");
    const small = await page.evaluate(() => [...document.querySelectorAll("a, button, input, select, summary")]
      .filter((el) => el.checkVisibility() && !el.closest(".offscreen, .skip") && getComputedStyle(el).display !== "inline")
      .map((el) => [el.outerHTML.slice(0, 120), el.getBoundingClientRect()])
      .filter(([, r]) => r.width && (r.width < 24 || r.height < 24)).map(([html, r]) => `${html} ${r.width}×${r.height}`));
    assert.deepEqual(small, [], "targets smaller than 24 px");
    await page.context().close();
  });
}

test("axe finds nothing serious in menus and dialogs, in light and dark", async () => {
  const page = await open(browser, shop, "processes?sort=pid&desc=0");
  await page.locator(filled).first().waitFor();
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const [key, role] of [["?", "dialog"], ["s", "menu"], ["a", "menu"], [":", "dialog"]]) {
      await page.locator("[role=row][tabindex='0']").focus();
      await page.keyboard.press(key);
      await page.getByRole(role).waitFor();
      await shot(page, `key-${{ "?": "help", s: "sort", a: "actions", ":": "palette" }[key]}-${scheme}`);
      assert.deepEqual(await serious(page), [], `${key} ${scheme}`);
      await page.keyboard.press("Escape");
      await page.getByRole(role).waitFor({ state: "detached" });
      assert.equal((await focused(page)).role, "row", `the focus is back after ${key}`);
    }
  }
  await page.context().close();
});

test("at 200 % nothing is cut off, and nothing moves where no motion is wanted", async () => {
  const page = await open(browser, shop, "tree", { width: 640, height: 360 });
  await page.emulateMedia({ reducedMotion: "reduce" });
  for (const screen of ["tree", "restarts", "process/price_sup", "metrics", "crashes/1"]) {
    await page.goto(shop.url + "#/" + screen);
    await page.locator(filled).first().waitFor();
    await shot(page, `zoomed-${file(screen)}`);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, screen);
    const moving = await page.evaluate(() => document.getAnimations().filter((a) => a.playState === "running").length);
    assert.equal(moving, 0, screen);
  }
  await page.goto(shop.url + "#/tree");
  await page.locator(filled).first().waitFor();
  await page.locator("[role=row][tabindex='0']").focus();
  for (let i = 0; i < 6; i++) await page.keyboard.press("ArrowDown");
  const hidden = await page.evaluate(() => {
    const row = document.activeElement.getBoundingClientRect();
    const top = document.elementFromPoint(row.left + 40, row.top + row.height / 2);
    return !document.activeElement.contains(top);
  });
  assert.ok(!hidden, "the row with the focus is hidden");
  await page.context().close();
});
