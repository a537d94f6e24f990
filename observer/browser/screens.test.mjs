// Each screen in a real browser: by keyboard, for axe, narrow.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { filled, focused, open, serious, shot, sideways, smallTargets, startBrowser, startShop, turn } from "./harness.mjs";

const screens = [
  "tree", "processes", "process/cart:1", "process/price_sup", "restarts", "crashes", "crashes/1", "names", "logs", "trace?who=cart:1&max=20&start=1", "metrics", "metrics?table=1", "runtime",
];
const file = (screen) => screen.replace(/[^a-z]+/g, "-");

let shop;
let browser;
let tour; // the page that goes through all screens
before(async () => {
  [shop, browser] = await Promise.all([startShop("-carts", "2000", "-crashes", "0", "-broken", "3", "-flight"), startBrowser()]);
  tour = await open(browser, shop, "");
});
after(async () => {
  await browser?.close();
  await shop?.stop();
});

// Where one screen leaves something behind, the next one has it.
for (const screen of screens) {
  test(`axe finds nothing serious, and it fits into 320 px: ${screen}`, async () => {
    tour.troubles.length = 0;
    await turn(tour, screen);
    await tour.locator(filled).first().waitFor();
    await tour.getByRole("button", { name: "Pause" }).click();
    for (const scheme of ["light", "dark"]) {
      await tour.emulateMedia({ colorScheme: scheme });
      await shot(tour, `${file(screen)}-${scheme}`);
      assert.deepEqual(await serious(tour, scheme === "dark" ? ["color-contrast"] : undefined), [], scheme);
    }
    await tour.emulateMedia({ colorScheme: "light" });
    await tour.getByRole("button", { name: "Go on" }).click();
    await tour.setViewportSize({ width: 320, height: 640 });
    await tour.locator(filled).first().waitFor();
    await shot(tour, `${file(screen)}-narrow`);
    assert.equal(await sideways(tour), 0, "the page scrolls sideways");
    assert.deepEqual(await smallTargets(tour), [], "targets smaller than 24 px");
    await tour.setViewportSize({ width: 1280, height: 600 });
    assert.deepEqual(tour.troubles, []);
  });
}

test("a page that is opened at 320 px, and where it is in the row of screens", async () => {
  const narrow = await open(browser, shop, "process/price_sup", { width: 320, height: 640 });
  for (const [screen, label] of [["process/price_sup", "Processes"], ["runtime", "Go runtime"], ["tree", "Tree"]]) {
    await turn(narrow, screen);
    await narrow.locator(filled).first().waitFor();
    assert.equal(await sideways(narrow), 0, "the page scrolls sideways");
    const { x, width } = await narrow.getByRole("navigation").getByRole("link", { name: label }).boundingBox();
    assert.ok(x >= 0 && x + width <= 320, `${label} is seen from ${x} on, ${width} px wide`);
  }
  await shot(narrow, "opened-narrow");
  await narrow.context().close();
});

test("at 320 px what it is about is on a line of its own, and rows follow each other", async () => {
  const narrow = await open(browser, shop, "crashes", { width: 320, height: 640 });
  for (const [screen, label] of [["crashes", "Reason"], ["restarts", "Why"], ["logs", "Message"]]) {
    await turn(narrow, screen);
    await narrow.locator(filled).first().waitFor();
    assert.match(await narrow.locator(".grid-body time").first().getAttribute("title"), /^\d{4}-\d\d-\d\dT/, "the whole time is a tooltip");
    const head = narrow.getByRole("columnheader", { name: label });
    const cell = narrow.locator(`.grid-body [aria-colindex="${await head.getAttribute("aria-colindex")}"]`);
    assert.ok((await cell.first().boundingBox()).width > 250, `${label} has room`);
    const rows = await narrow.locator(".grid-body > .grid-row").evaluateAll((all) => all.map((el) => el.getBoundingClientRect()).map((r) => [r.top, r.bottom]));
    for (let i = 1; i < rows.length; i++) assert.ok(Math.abs(rows[i][0] - rows[i - 1][1]) < 1, `${screen}: row ${i + 1} begins where the one above ends`);
    await narrow.locator(".grid-body > .grid-row").first().focus();
    await narrow.keyboard.press("End");
    const [last, grid] = await Promise.all([narrow.locator(".grid-row:focus").boundingBox(), narrow.locator(".grid").boundingBox()]);
    assert.ok(last.y + last.height <= grid.y + grid.height + 1, `${screen}: the last row is seen whole`);
    await shot(narrow, screen + "-two-lines");
  }
  await narrow.context().close();
});

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
      assert.deepEqual(await serious(page, scheme === "dark" ? ["color-contrast"] : undefined), [], `${key} ${scheme}`);
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
    await turn(page, screen);
    await page.locator(filled).first().waitFor();
    await shot(page, `zoomed-${file(screen)}`);
    assert.equal(await sideways(page), 0, screen);
    const moving = await page.evaluate(() => document.getAnimations().filter((a) => a.playState === "running").length);
    assert.equal(moving, 0, screen);
  }
  await turn(page, "tree");
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
