// What changes something: only where the program allows it, and not by mistake.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { focused, open, serious, shot, startBrowser, startShop } from "./harness.mjs";

let shop;
let closed;
let browser;
before(async () => {
  [shop, closed, browser] = await Promise.all([
    startShop("-carts", "100", "-crashes", "0", "-rate", "100", "-actions"), startShop("-carts", "10", "-crashes", "0"), startBrowser(),
  ]);
});
after(async () => {
  await browser?.close();
  await Promise.all([shop?.stop(), closed?.stop()]);
});

// on opens the page of a process, and the menu of actions.
async function on(where, who) {
  const page = await open(browser, where, "process/" + who);
  await page.locator(".pairs .pair").first().waitFor();
  await page.getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menu").waitFor();
  return page;
}

test("where actions are off there are none, and the node refuses them", async () => {
  const page = await on(closed, "cart:1");
  assert.equal(await page.getByRole("menuitem", { name: /Kill|Stop|Call/ }).count(), 0);
  await page.getByRole("menuitem", { name: "Why can nothing be changed?" }).click();
  await page.getByText("observer.Options").waitFor();
  const status = await page.evaluate(() => fetch("api/v1/do/exit", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ to: "cart:1", reason: "kill" }),
  }).then((r) => r.status));
  assert.equal(status, 403);
  await page.context().close();
});

test("a call with a form made of the message", async () => {
  const page = await on(shop, "cart:50");
  await page.getByRole("menuitem", { name: "Call or cast" }).click();
  await page.getByLabel("Message", { exact: true }).selectOption({ label: "AddItem (cast)" });
  await page.getByLabel("SKU").fill("kettle");
  await page.getByLabel("Qty").fill("many");
  await page.getByRole("button", { name: "Send" }).click();
  await page.locator(".result .bad-text").waitFor();
  await page.getByLabel("Qty").fill("3");
  await page.getByLabel("Why").fill("a test");
  await shot(page, "send");
  assert.deepEqual(await serious(page), []);
  await page.getByRole("button", { name: "Send" }).click();
  await page.locator(".result pre", { hasText: "ok" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Ask for its state" }).click();
  const state = page.locator("pre", { hasText: "kettle" });
  await state.waitFor();
  assert.doesNotMatch(await state.textContent(), /secret-token/);
  await page.context().close();
});

test("a form of lists, maps and structs, by keyboard; what is wrong is told beside its field", async () => {
  const page = await on(shop, "cart:51");
  await page.getByRole("menuitem", { name: "Call or cast" }).click();
  await page.getByLabel("Message", { exact: true }).selectOption({ label: "Order (cast)" });
  const dialog = page.getByRole("dialog");
  const press = async (name) => {
    await dialog.getByRole("button", { name }).focus();
    await page.keyboard.press("Enter");
  };
  for (const [sku, qty] of [["tea", "1"], ["cups", "two"], ["spoon", "3"]]) {
    await press("Add to Lines");
    await page.keyboard.type(sku); // the focus is in the new entry
    await page.keyboard.press("Tab");
    await page.keyboard.type(qty);
  }
  await press("Remove Lines 1");
  assert.equal(await page.evaluate(() => document.activeElement.value), "cups");
  await press("Add to Prices");
  await page.keyboard.type("tea");
  await page.keyboard.press("Tab");
  await page.keyboard.type("250");
  await press("Add to Notes");
  await page.keyboard.type("ring twice");
  await dialog.getByLabel("Street").fill("Hill Road");
  await dialog.getByLabel("Code").fill("many");
  await dialog.getByLabel("Sizes 1 int").fill("4");
  await dialog.getByLabel("Sizes 2 int").fill("5");
  await dialog.getByLabel("Express").check();
  await press("Add to Coupons");
  await page.keyboard.type("half-price");
  assert.equal(await page.evaluate(() => document.activeElement.type), "password", "what is secret is not seen while it is typed");
  await shot(page, "order");
  assert.deepEqual(await serious(page), []);

  const wrong = async (value) => {
    await dialog.getByRole("button", { name: "Send" }).click();
    await page.locator("[aria-invalid]:focus").waitFor();
    const at = await page.evaluate(() => [document.activeElement.value, document.getElementById(document.activeElement.getAttribute("aria-describedby"))?.textContent]);
    assert.equal(at[0], value);
    return at[1];
  };
  assert.match(await wrong("two"), /^two is no int; want/);
  await shot(page, "order-wrong");
  await page.setViewportSize({ width: 320, height: 640 });
  await shot(page, "order-narrow");
  assert.ok(await dialog.evaluate((el) => el.scrollWidth <= el.clientWidth), "the form fits into 320 px");
  assert.deepEqual(await serious(page), []);
  await page.keyboard.press("Control+A");
  await page.keyboard.type("2");
  assert.equal(await page.locator("[aria-invalid]").count(), 0);
  assert.match(await wrong("many"), /^many is no int/);
  await page.keyboard.press("Control+A");
  await page.keyboard.type("8001");
  await dialog.getByRole("button", { name: "Send" }).click();
  await page.locator(".result pre", { hasText: "ok" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Ask for its state" }).click();
  const state = page.locator("pre", { hasText: "Hill Road" });
  await state.waitFor();
  const told = (await state.textContent()).replace(/\s+/g, "");
  for (const want of ["cups:2", "spoon:3", "tea:250", "ringtwice", "8001", "[45]", "Express:true", "Coupons:[redacted]"]) assert.ok(told.replaceAll('"', "").includes(want), `${want} in ${told}`);
  assert.ok(!told.includes("tea:1"), "what was removed was not sent");
  await page.context().close();
});

test("the log level of one process, set while it runs", async () => {
  const page = await on(shop, "cart:60");
  await page.getByRole("menuitem", { name: "Log level" }).click();
  await page.getByLabel("From this level on").selectOption("debug");
  assert.deepEqual(await serious(page), []);
  await page.getByRole("button", { name: "Set", exact: true }).click();
  await page.locator(".result pre", { hasText: "ok" }).waitFor();
  for (const who of ["cart:61", "cart:60"]) {
    const status = await page.evaluate((to) => fetch("api/v1/do/cast", {
      method: "POST", headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ to, message: { struct: { type: "AddItem", fields: [{ name: "SKU", value: { word: "logged" } }, { name: "Qty", value: { word: "1" } }] } } }),
    }).then((r) => r.status), who);
    assert.equal(status, 200);
  }
  await page.goto(shop.url + "#/logs?level=debug");
  await page.locator("[role=row]", { hasText: "something was put in" }).filter({ hasText: "cart:60" }).waitFor();
  await page.getByText("levels set: cart:60 debug").waitFor();
  assert.equal(await page.locator("[role=row]", { hasText: "something was put in" }).filter({ hasText: "cart:61" }).count(), 0);
  await page.getByRole("button", { name: "Set level…" }).click();
  await page.getByRole("heading", { name: "Log level of the node" }).waitFor();
  await page.context().close();
});

test("a kill by keyboard, with the name typed; it is in the history", async () => {
  const page = await open(browser, shop, "processes?where=cart:7&sort=pid&desc=0");
  await page.locator("[role=row]", { hasText: "cart:7" }).first().waitFor();
  await page.locator("[role=row][tabindex='0']").focus();
  assert.equal((await focused(page)).name, "cart:7");
  const pid = await page.locator("[role=row]:focus .pid").textContent();
  await page.keyboard.press("a");
  await page.getByRole("menuitem", { name: "Kill" }).waitFor();
  await page.keyboard.type("kill");
  await page.keyboard.press("Enter");
  const kill = page.getByRole("dialog").getByRole("button", { name: "Kill" });
  await kill.waitFor();
  assert.ok(await kill.isDisabled(), "not before its name was typed");
  await page.getByLabel("Why").fill("to see it come back");
  await page.getByLabel("to confirm").fill("cart:8");
  assert.ok(await kill.isDisabled(), "not with another name");
  await page.getByLabel("to confirm").fill("cart:7");
  await page.keyboard.press("Enter");
  await page.locator(".result pre").waitFor();
  await shot(page, "killed");
  await page.keyboard.press("Escape");
  await page.locator("[role=row]", { hasText: "cart:7" }).filter({ hasNotText: pid }).first().waitFor();
  await page.goto(shop.url + "#/restarts");
  await page.locator("[role=row]", { hasText: "action" }).filter({ hasText: "to see it come back" }).first().waitFor();
  await page.context().close();
});
