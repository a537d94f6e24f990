// What the tests share: a shop or a Saturday that runs (see shop/ and saturday/),
// and a browser.
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import axe from "axe-core";
import { chromium } from "playwright-core";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export const startShop = (...args) => start("shop", args);
export const startSaturday = (...args) => start("saturday", args);

// start runs a program until stop is called.
async function start(name, args) {
  const child = spawn(here("bin/" + name), args, { stdio: ["pipe", "pipe", "inherit"] });
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("exit", (code) => reject(new Error(`${name} ended with ${code}`)));
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  return {
    url, origin: new URL(url).origin, pid: child.pid,
    stop: () => {
      child.stdin.end();
      return ended;
    },
  };
}

export function startBrowser(...args) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", ...args],
  });
}

// filled is where there is something to see on a screen.
export const filled = ".grid-body .grid-row:not(.loading), .pairs .pair, .charts, .groups, .tall";

// open opens a screen in a page of its own; what goes wrong in it is in page.troubles.
export async function open(browser, shop, screen, options) {
  const page = await blank(browser, options);
  await page.goto(shop.url + "#/" + screen);
  return page;
}

// blank is a page of its own that has been nowhere yet.
export async function blank(browser, { scheme = "light", width = 1280, height = 600 } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme });
  const page = await context.newPage();
  page.troubles = [];
  page.on("pageerror", (err) => page.troubles.push(err.stack));
  page.on("console", (m) => m.type() === "error" && !/ERR_(INCOMPLETE|CONNECTION|NETWORK)|404/.test(m.text()) && page.troubles.push(m.text()));
  return page;
}

// turn goes to another screen of a page, as its links do, and returns when it is
// there.
export function turn(page, screen) {
  return page.evaluate((hash) => new Promise((there) => {
    if (location.hash === hash) return there();
    window.addEventListener("hashchange", () => there(), { once: true });
    location.hash = hash;
  }), "#/" + screen);
}

// sideways is by how much a page is wider than what one sees of it.
export function sideways(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

// smallTargets are those that are hard to hit: smaller than 24 px.
export function smallTargets(page) {
  return page.evaluate(() => [...document.querySelectorAll("a, button, input, select, summary")]
    .filter((el) => el.checkVisibility() && !el.closest(".offscreen, .skip") && getComputedStyle(el).display !== "inline")
    .map((el) => [el.outerHTML.slice(0, 120), el.getBoundingClientRect()])
    .filter(([, r]) => r.width && (r.width < 24 || r.height < 24)).map(([html, r]) => `${html} ${r.width}×${r.height}`));
}

const standards = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

// serious are the findings of axe that would keep somebody out, by all rules or
// those named. Of many rows it looks at the first: the others are made alike.
export async function serious(page, rules) {
  if (!await page.evaluate(() => "axe" in window)) await page.evaluate(axe.source);
  const violations = await page.evaluate(async (runOnly) => {
    const found = await window.axe.run({ exclude: [".grid-body > :nth-child(n + 8)", "tbody > :nth-child(n + 6)"] }, { runOnly, resultTypes: ["violations"], preload: false });
    return found.violations.map(({ id, help, impact, nodes }) => ({ id, help, impact, html: nodes.slice(0, 3).map((n) => n.html.slice(0, 200)) }));
  }, rules ? { type: "rule", values: rules } : { type: "tag", values: standards });
  return violations.filter((v) => v.impact === "serious" || v.impact === "critical").map((v) => `${v.id}: ${v.help}: ${v.html.join(" | ")}`);
}

// shot keeps a picture, where SHOTS is set.
export async function shot(page, name) {
  if (!process.env.SHOTS) return;
  mkdirSync(here("shots"), { recursive: true });
  await page.screenshot({ path: here(`shots/${name}.png`) });
}

// focused tells where the focus is.
export function focused(page) {
  return page.evaluate(() => {
    const el = document.activeElement;
    const row = el.closest("[role=row]");
    return {
      role: el.getAttribute("role") ?? el.tagName.toLowerCase(), text: el.textContent.trim(),
      index: Number(row?.getAttribute("aria-rowindex") ?? 0), level: Number(row?.getAttribute("aria-level") ?? 0),
      expanded: row?.getAttribute("aria-expanded") ?? null, column: Number(el.getAttribute("aria-colindex") ?? 0),
      name: row?.querySelector(".name")?.textContent ?? "",
    };
  });
}
