// What the steps of page.mjs share: a browser, a context that watches what its pages do, and the looks at a page.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import axe from "axe-core";
import { chromium } from "playwright-core";

const THEMES = ["light", "dark"];

export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync",
    ],
  });
}

/** A context of one server. `faults` gathers all that a page should not do; `failing(status)` is what is about to fail. */
export async function openContext(browser, server, options = {}) {
  const context = await browser.newContext({ baseURL: server, ...options });
  context.setDefaultTimeout(15_000);
  const faults = [];
  let failing = null;
  context.on("request", (request) => {
    const address = new URL(request.url());
    const isOwn = address.origin === new URL(server).origin || ["data:", "blob:"].includes(address.protocol);
    if (!isOwn) faults.push(`asked another server: ${request.url()}`);
  });
  context.on("response", (response) => {
    if (response.status() >= 400 && response.status() !== failing) faults.push(`${response.status()} for ${response.url()}`);
  });
  context.on("console", (message) => {
    const isExpected = failing !== null && message.text().includes(`status of ${failing}`);
    if (["error", "warning"].includes(message.type()) && !isExpected) faults.push(`console: ${message.text()}`);
  });
  context.on("weberror", (error) => faults.push(`script: ${error.error().stack}`));
  return { context, faults, failing: (status) => { failing = status; } };
}

/** The text of an element, with single spaces. */
export async function textOf(page, selector) {
  return (await page.locator(selector).first().innerText()).replace(/\s+/g, " ").trim();
}

/** Waits until an element holds a text. */
export async function seeText(page, selector, wanted) {
  const found = page.locator(selector).filter({ hasText: wanted }).first();
  try {
    await found.waitFor({ timeout: 10_000 });
  } catch {
    const there = await page.locator(selector).allInnerTexts();
    assert.fail(`\`${wanted}\` was expected in \`${selector}\` at ${page.url()}; there: ${JSON.stringify(there).slice(0, 600)}`);
  }
}

/** The figures at the head of a page or of a part of it, by name. */
export async function figuresOf(page, within = "main") {
  const pairs = await page.locator(`${within} dl.figures > div`).evaluateAll((all) =>
    all.map((one) => [one.querySelector("dt").textContent.trim(), one.querySelector("dd").textContent.trim()]));
  return Object.fromEntries(pairs);
}

/** What stands out to the right, where a page scrolls sideways as a whole. */
async function tooWide(page, what) {
  const wide = await page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return null;
    const clipped = (element) => {
      for (let at = element.parentElement; at; at = at.parentElement) {
        if (getComputedStyle(at).overflowX !== "visible") return true;
      }
      return false;
    };
    const out = [...document.body.querySelectorAll("*")]
      .filter((one) => one.getBoundingClientRect().right > root.clientWidth + 1 && !clipped(one))
      .map((one) => `${one.localName}.${one.getAttribute("class") ?? ""}`);
    return { width: root.scrollWidth, window: root.clientWidth, out: out.slice(0, 8) };
  });
  const wrong = wide ? [`${what} is wider than the window: ${JSON.stringify(wide)}`] : [];
  // What has become a list of itself has nothing to be scrolled to.
  const lists = await page.locator(".scroll:has(> .stack)").evaluateAll((all) => all.filter((one) =>
    getComputedStyle(one.querySelector("thead")).display === "none" && one.scrollWidth > one.clientWidth).length);
  if (lists > 0) wrong.push(`${what} has a list of offers that scrolls sideways`);
  return wrong;
}

/** What axe finds. `rules` narrows it to some of its rules. */
async function violations(page, what, rules) {
  if (!(await page.evaluate("Boolean(window.axe)"))) await page.evaluate(axe.source);
  const found = await page.evaluate(async (rules) => {
    const options = { resultTypes: ["violations"], ...(rules && { runOnly: { type: "rule", values: rules } }) };
    const told = await window.axe.run(document, options);
    return told.violations.map((one) => `${one.id}: ${one.help}\n` + one.nodes.slice(0, 5).map((node) =>
      `    ${node.target.join(" ")}  ${node.html.slice(0, 160)}\n      ${node.failureSummary.replace(/\s+/g, " ")}`).join("\n"));
  }, rules);
  return found.map((one) => `${what}: ${one}`);
}

/** Looks at a page as it stands, light and dark; gives what is wrong with it. */
export async function look(page, name, folder) {
  const { width } = page.viewportSize();
  const wrong = await tooWide(page, `${name} at ${width}`);
  for (const theme of THEMES) {
    await page.emulateMedia({ colorScheme: theme });
    // What a page is built of is the same in the dark; its colours are not.
    const rules = theme === "dark" ? ["color-contrast", "link-in-text-block"] : null;
    wrong.push(...(await violations(page, `${name} at ${width}, ${theme}`, rules)));
    if (folder) {
      mkdirSync(folder, { recursive: true });
      await page.screenshot({ path: path.join(folder, `${name}-${width}-${theme}.png`), fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  return wrong;
}

/** Looks at a page with letters of twice the size, as a reader sets them in the browser. */
export async function lookAtLargeText(page, name) {
  const session = await page.context().newCDPSession(page);
  await session.send("Page.setFontSizes", { fontSizes: { standard: 32, fixed: 26 } });
  await page.waitForFunction(() => getComputedStyle(document.documentElement).fontSize === "32px");
  const wrong = await tooWide(page, `${name} at ${page.viewportSize().width} with large text`);
  await session.send("Page.setFontSizes", { fontSizes: { standard: 16, fixed: 13 } });
  await session.detach();
  return wrong;
}
