// Who is let in: nobody under another name or from another page.
import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import { after, before, test } from "node:test";
import { open, startBrowser, startShop } from "./harness.mjs";

let shop;
let browser;
before(async () => {
  [shop, browser] = await Promise.all([
    startShop("-carts", "10"),
    startBrowser("--host-resolver-rules=MAP evil.example 127.0.0.1"),
  ]);
});
after(async () => {
  await browser?.close();
  await shop?.stop();
});

test("a name that was made to point here is refused", async () => {
  const page = await browser.newPage();
  const rebound = shop.url.replace("127.0.0.1", "evil.example");
  const answer = await page.goto(rebound);
  assert.equal(answer.status(), 403);
  const read = await page.evaluate(() => fetch("api/v1/node").then((r) => r.status));
  assert.equal(read, 403);
  await page.context().close();
});

test("another page can neither read nor do anything", async () => {
  const other = createServer((_, res) => res.setHeader("Content-Type", "text/html").end("<p>another page</p>"));
  await new Promise((resolve) => other.listen(0, "127.0.0.1", resolve));
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${other.address().port}/`);
  const tried = await page.evaluate(async (url) => {
    const tell = (promise) => promise.then((r) => `${r.type} ${r.status}`, () => "refused");
    return [
      await tell(fetch(url + "api/v1/node")),
      await tell(fetch(url + "api/v1/do/exit", { method: "POST", body: "{}" })),
      await new Promise((resolve) => {
        const frame = document.createElement("iframe");
        frame.src = url;
        frame.onload = () => {
          try {
            resolve(frame.contentDocument ? "readable" : "refused");
          } catch {
            resolve("refused");
          }
        };
        document.body.append(frame);
      }),
    ];
  }, shop.url);
  assert.deepEqual(tried, ["refused", "refused", "refused"]);
  const blind = await page.evaluate((url) => fetch(url + "api/v1/do/exit", { method: "POST", mode: "no-cors", body: "{}" }).then((r) => r.type, () => "refused"), shop.url);
  assert.ok(["opaque", "refused"].includes(blind));
  await page.context().close();
  other.close();
});

test("the server itself says no to a foreign origin", async () => {
  const status = (path, headers, method = "GET") => new Promise((resolve, reject) => {
    request(shop.url + path, { method, headers }, (res) => resolve(res.resume().statusCode)).on("error", reject).end();
  });
  assert.equal(await status("api/v1/node", {}), 200);
  assert.equal(await status("api/v1/node", { Origin: "http://evil.example" }), 403);
  assert.equal(await status("api/v1/do/exit", { Origin: "http://evil.example" }, "POST"), 403);
  assert.equal(await status("api/v1/node", { Host: "evil.example" }), 403);
});

test("the policy of the page is kept: nothing inline runs", async () => {
  const page = await open(browser, shop, "tree");
  await page.locator(".grid-body .grid-row").first().waitFor();
  const ran = await page.evaluate(() => new Promise((resolve) => {
    document.addEventListener("securitypolicyviolation", (e) => resolve(e.effectiveDirective));
    const script = document.createElement("script");
    try {
      script.textContent = "window.ran = true";
    } catch {
      resolve("trusted types");
    }
    document.body.append(script);
    setTimeout(() => resolve(window.ran ? "ran" : "nothing"), 500);
  }));
  assert.notEqual(ran, "ran");
  await page.context().close();
});
