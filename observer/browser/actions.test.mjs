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
