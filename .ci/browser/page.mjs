// The web page in a browser, as a person uses it: every page, every form, by mouse and keyboard, without a script too.
//
//   npm install --no-audit --no-fund --silent     # in a copy of this folder, as .ci/run does
//   node page.mjs SERVER_ADDRESS [--screenshots FOLDER]
//
// The server has examples/listings.csv, imported into a new database. The browser is Chromium at /usr/bin/chromium, or
// at the path in CHROMIUM. Every step is run, also after one that failed; the status is 1 where any did.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { figuresOf, openBrowser, openContext, seeText, textOf } from "./browser.mjs";
import { MENDED, OFFERS, ask, choose, file, importsOf, send } from "./imports.mjs";
import { lookAtAll } from "./looks.mjs";

const server = process.argv[2]?.replace(/\/$/, "");
const flag = process.argv.indexOf("--screenshots");
const folder = flag > 0 ? process.argv[flag + 1] : null;
assert(server, "usage: node page.mjs SERVER_ADDRESS [--screenshots FOLDER]");

async function countsOf(importId) {
  const record = await ask(server, `/imports/${importId}`);
  return [record.total_rows, record.scored_rows, record.unmatched_rows, record.rejected_rows];
}

/** Waits until the results are those of an address with all these parameters. */
async function atResults(page, wanted) {
  await page.waitForURL((address) =>
    Object.entries(wanted).every(([name, value]) => address.searchParams.get(name) === value));
  await page.locator("#results:not(.htmx-request)").waitFor();
}

// The steps.

async function overview(page) {
  await page.goto("/");
  // At first the server may have to look through the market.
  await seeText(page, "dt", "Standing offers");
  assert.equal(await page.title(), "Overview · glyphd");
  const figures = await figuresOf(page);
  assert.equal(figures["Standing offers"], "55");
  assert.match(figures["Models offered"], /^\d+$/);
  await seeText(page, "table", "listings.csv");
  const health = page.locator("svg.bar[aria-label]").first();
  assert.equal(await health.getAttribute("aria-label"), "55 scored, 17 unmatched, 11 rejected");
  assert.equal(await page.locator("nav a[aria-current=page]").innerText(), "Overview");
}

async function previewBeforeImport(page) {
  const before = (await importsOf(server)).length;
  await page.goto("/import");
  assert(await page.locator("#import button[type=submit]").isDisabled(), "nothing can be sent before a file is chosen");
  await choose(page, file("bench.csv", OFFERS));
  await seeText(page, "#preview h2", "Preview of bench.csv");
  const figures = await figuresOf(page, "#preview");
  assert.deepEqual(figures, { Scored: "5", Unmatched: "1", Rejected: "2", Rows: "8" });
  for (const column of ["title", "price", "condition", "seller"]) {
    await seeText(page, "#preview tr:has(th[scope=row]) td", column);
  }
  for (const outcome of ["scored", "unmatched", "rejected"]) await seeText(page, "#preview .chip", outcome);
  assert.equal((await importsOf(server)).length, before, "a preview stores nothing");
}

async function importRepairUndo(page) {
  await choose(page, file("bench.csv", OFFERS));
  const importId = await send(page);
  assert.deepEqual(await figuresOf(page, "#result"), { Scored: "5", Unmatched: "1", Rejected: "2", Rows: "8" });
  assert.deepEqual(await countsOf(importId), [8, 5, 1, 2]);
  assert.deepEqual(await page.locator("#result td.raw mark").allInnerTexts(), ["N/A", "call"]);

  const coming = page.waitForEvent("download");
  await page.click("#result a[href$='/rejects/file']");
  const rejects = await readFile(await (await coming).path(), "utf8");
  assert.equal(rejects.trim().split(/\r?\n/).length, 3, "the heading and two rows");
  const mended = rejects.replace(",N/A,", ',"$2,300.00",').replace(",call,", ',"$9,300.00",');
  assert.notEqual(mended, rejects);

  await page.setInputFiles("#result #mended", file("mended.csv", mended));
  await page.click("#result form[action$='/repair'] button");
  await seeText(page, ".note h2", "2 rows came back");
  assert.deepEqual(await figuresOf(page), { Scored: "7", Unmatched: "1", Rejected: "0", Rows: "8" });
  assert.deepEqual(await countsOf(importId), [8, 7, 1, 0]);
  assert.match(await textOf(page, "#row-3"), /scored.*L4.*\$2,300/);

  await page.click("details.confirm > summary");
  await page.click("form[action$='/undo'] button");
  await page.waitForURL(`**/imports/${importId}`);
  await seeText(page, ".head .chip", "undone");
  assert.equal((await ask(server, `/imports/${importId}`)).state, "undone");
}

async function dropAFile(page) {
  await page.goto("/import");
  const dropped = await page.evaluateHandle((text) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], "dropped.csv", { type: "text/csv" }));
    return transfer;
  }, OFFERS);
  await page.dispatchEvent(".drop", "dragover", { dataTransfer: dropped });
  assert.match(await page.getAttribute(".drop", "class"), /\bover\b/);
  await page.dispatchEvent(".drop", "drop", { dataTransfer: dropped });
  await seeText(page, "#preview h2", "Preview of dropped.csv");
  assert.equal(await page.getAttribute(".drop", "class"), "drop");
  assert(await page.locator("#import button[type=submit]").isEnabled(), "what is dropped can be sent");
}

async function refusals(page) {
  await page.goto("/import");
  await page.setInputFiles("#import input[type=file]", file("picture.png", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"));
  await seeText(page, "#preview .note.bad", "This cannot be previewed");
  // The same bytes are one import.
  await page.setInputFiles("#import input[type=file]", file("again.csv", MENDED));
  await page.locator("#preview h2").filter({ hasText: "again.csv" }).waitFor();
  const importId = await send(page);
  await page.setInputFiles("#import input[type=file]", file("again.csv", MENDED));
  await page.locator("#preview h2").filter({ hasText: "again.csv" }).waitFor();
  await page.click("#import button[type=submit]");
  await seeText(page, "#result .note.warn", "These bytes are an import already");
  await page.click("#result .note.warn a");
  await page.waitForURL(`**/imports/${importId}`);
}

async function filterListings(page) {
  await page.goto("/listings");
  await page.locator("#q").pressSequentially("rtx");
  await atResults(page, { q: "rtx" });
  await seeText(page, "#count", "listings, best score first");
  await seeText(page, "#status", "listings, best score first");
  const titles = await page.locator("td.title").allInnerTexts();
  assert(titles.length > 1 && titles.every((title) => /rtx/i.test(title)), JSON.stringify(titles));

  await page.selectOption("#condition", "used");
  await atResults(page, { q: "rtx", condition: "used" });
  await seeText(page, ".tags", "Condition: used");
  assert((await page.locator("td.title").count()) < titles.length, "a filter more, fewer offers");

  await page.locator(".tags a", { hasText: "Title: rtx" }).click();
  await atResults(page, { q: null, condition: "used" });
  assert.equal(await page.inputValue("#q"), "");
  assert.equal(await page.inputValue("#condition"), "used");

  await page.locator("thead a", { hasText: "Price" }).click();
  await atResults(page, { sort: "price" });
  assert.equal(await page.locator("th[aria-sort]").innerText(), "Price");
  // What is to be paid: of a lot, its whole price, which comes first.
  const cells = await page.locator("td.price").allTextContents();
  const prices = cells.map((text) => Number(text.match(/^\$([\d,]+(?:\.\d\d)?)/)[1].replaceAll(",", "")));
  assert(prices.length > 5);
  assert.deepEqual(prices, [...prices].sort((one, other) => one - other), "cheapest first");

  // The verdict is not the database's; its order is the same.
  await page.goto("/listings?verdict=fair&sort=per_gb");
  const known = (await page.locator("td[data-label='$/GB']").allTextContents()).filter((text) => text !== "");
  const perGb = known.map((text) => Number(text.replaceAll(",", "")));
  assert(perGb.length > 5);
  assert.deepEqual(perGb, [...perGb].sort((one, other) => one - other), "cheapest gigabyte first");

  await page.goto("/listings?q=nothing+like+this");
  await seeText(page, ".empty h2", "No listing matches");
  await page.locator("a", { hasText: "Clear all filters" }).click();
  await page.waitForURL("**/listings");
}

async function nextPageAndBack(page) {
  await page.goto("/listings");
  const titles = () => page.locator("td.title").allInnerTexts();
  const first = await titles();
  assert.equal(first.length, 50);
  await page.click("a[rel=next]");
  await page.waitForURL(/after=/);
  await seeText(page, "#count", "more");
  const second = await titles();
  assert(second.length > 0 && second.length < 50, `${second.length} on the second page`);
  await page.goBack();
  await seeText(page, "#count", "The first 50");
  assert.deepEqual(await titles(), first, "back is the first page again");
}

async function listingByKeyboard(page) {
  await page.goto("/listings?q=a100");
  await page.keyboard.press("/");
  await page.waitForFunction(() => document.activeElement.id === "q");
  await page.focus("main");
  await page.keyboard.press("j");
  await page.waitForFunction(() => document.activeElement.matches("tbody > tr"));
  const open = page.locator("tr:focus .open");
  const detail = page.locator(`#${await open.getAttribute("aria-controls")}`);
  await page.keyboard.press("o");
  await detail.locator("article.offer").waitFor();
  assert.equal(await open.getAttribute("aria-expanded"), "true");
  await page.keyboard.press("o");
  await detail.locator("article.offer").waitFor({ state: "detached" });
  assert.equal(await open.getAttribute("aria-expanded"), "false");
  const title = await textOf(page, "tr:focus td.title");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/listings\/\d+$/);
  assert.equal(await textOf(page, "h1"), title);
}

async function oneListing(page) {
  await page.goto("/listings?q=a100");
  const row = page.locator("tbody tr:not(.detail)", { hasText: "5pcs NVIDIA A100 40GB SXM4" });
  const verdict = await row.locator(".chip").innerText();
  await row.locator("td.title a").click();
  await page.waitForURL(/\/listings\/\d+$/);
  assert.equal(await page.innerText(".figures .chip"), verdict, "the verdict of the list");
  const words = await page.locator(".reading mark").allInnerTexts();
  assert(words.some((word) => /A100/.test(word)) && words.some((word) => /40GB/.test(word)), JSON.stringify(words));
  const figures = await figuresOf(page);
  assert.equal(figures["Unit price"], "$2,300");
  const terms = await page.locator("[aria-label='Score terms'] tbody tr").allInnerTexts();
  assert(terms.length >= 3, JSON.stringify(terms));
  await seeText(page, "[aria-label='Sights of this offer'] td", "$2,300");
  await page.locator("main a", { hasText: /^row \d+ of/ }).first().click();
  await seeText(page, "tbody tr", "5pcs NVIDIA A100 40GB SXM4");
}

async function models(page) {
  await page.goto("/models");
  const points = page.locator("svg.plot a[href^='/models/']");
  assert((await points.count()) > 5, "the plane has its models");
  assert.match(await points.first().getAttribute("aria-label"), /\$/);
  const heights = await points.locator("circle").evaluateAll((all) => all.map((one) => Number(one.getAttribute("cy"))));
  const plot = await page.locator("svg.plot:has(a)").boundingBox();
  assert(Math.max(...heights) - Math.min(...heights) > plot.height / 2, "the prices spread over the plane");
  await points.first().hover();
  await page.locator("#tip:not([hidden])").waitFor();
  const address = await points.first().getAttribute("href");
  await points.first().click();
  await page.waitForURL(`**${address}`);
  assert((await page.locator("[aria-label=Specs] tbody tr").count()) > 5, "its specs");
  const sources = await page.locator("[aria-label=Specs] tbody td:last-child").allInnerTexts();
  assert(sources.every((source) => source.trim() !== ""), `each with its source: ${JSON.stringify(sources)}`);
  await page.goto("/models?sort=per_gb");
  assert.equal(await page.locator("th[aria-sort]").innerText(), "$/GB");
}

async function importsAndDifference(page) {
  await page.goto("/imports");
  await page.locator("th[scope=row] a", { hasText: "listings.csv" }).click();
  await page.waitForURL("**/imports/*");
  await page.locator("[aria-label=Outcome] a", { hasText: "Rejected" }).click();
  await page.waitForURL("**/imports/*?outcome=rejected");
  assert.equal(await page.locator("tbody tr").count(), 11);
  assert.deepEqual([...new Set(await page.locator("tbody .chip").allInnerTexts())], ["rejected"]);

  await page.goto("/import");
  const dearer = MENDED.replace("$780.00", "$700.00").replace("NVIDIA L40S 48GB", "NVIDIA L40 48GB");
  await choose(page, file("again.csv", dearer));
  await send(page);
  await page.locator("#result a", { hasText: "what changed since the last file" }).click();
  await page.waitForURL(/difference/);
  const expected = { "Price changes": "1", Appeared: "1", Gone: "1", Unchanged: "5" };
  assert.deepEqual(await figuresOf(page), expected);
  await seeText(page, ".change.down", "10.3 %");
  await page.goto("/imports");
  await page.click("form[action='/difference'] button");
  await page.waitForURL(/difference/);
  assert.deepEqual(await figuresOf(page), expected, "the last two are what is compared unless chosen");
}

async function state(page) {
  await page.goto("/state");
  const figures = await figuresOf(page);
  assert.match(figures.Database, /MB|KB/);
  await seeText(page, ".figures .chip", "current");
}

async function notThere(page, watch) {
  watch.failing(404);
  const answer = await page.goto("/listings/999999999");
  assert.equal(answer.status(), 404);
  await seeText(page, "[role=alert]", "there is no listing 999999999");
  await seeText(page, ".head", "listing_unknown");
  await page.click("main a[href='/listings']");
  await page.waitForURL("**/listings");
  watch.failing(null);
}

async function themeIsKept(page) {
  await page.goto("/");
  assert.equal(await page.innerText("#theme"), "Theme: system");
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.click("#theme");
  await page.click("#theme");
  assert.equal(await page.innerText("#theme"), "Theme: dark");
  assert.notEqual(await background(), light);
  await page.goto("/listings");
  assert.equal(await page.innerText("#theme"), "Theme: dark");
  assert.equal(await page.getAttribute("html", "data-theme"), "dark");
  await page.click("#theme");
  assert.equal(await page.innerText("#theme"), "Theme: system");
}

async function skipLink(page) {
  await page.goto("/listings");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  const box = await page.locator(".skip").boundingBox();
  assert(box.y >= 0, "it is seen while it has the focus");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.id === "main");
  await page.keyboard.press("Tab");
  assert(await page.evaluate(() => document.activeElement.closest("main")), "the next Tab is in the content");
}

async function withoutScript(page) {
  await page.goto("/");
  await seeText(page, "dt", "Standing offers");
  assert(await page.locator("#theme").isHidden(), "what needs a script is not shown");
  await page.goto("/listings");
  assert(await page.locator("button.open").first().isHidden());
  await page.fill("#q", "v100");
  await page.selectOption("#condition", "refurbished");
  await page.click("#filters button[type=submit]");
  await page.waitForURL(/q=v100/);
  await seeText(page, ".tags", "Condition: refurbished");
  const titles = await page.locator("td.title").allInnerTexts();
  assert(titles.length > 0 && titles.every((title) => /v100/i.test(title)), JSON.stringify(titles));
  await page.goto("/import");
  await page.setInputFiles("#import input[type=file]", file("plain.csv", OFFERS.replaceAll("browser bench", "plain bench")));
  await page.click("#import button[type=submit]");
  await seeText(page, "#result .note.ok", "Imported 8 rows of plain.csv");
  assert.deepEqual(await figuresOf(page, "#result"), { Scored: "5", Unmatched: "1", Rejected: "2", Rows: "8" });
  await page.click("#result a:has-text('See the rows')");
  await page.waitForURL("**/imports/*");
  assert.equal(await page.locator("tbody tr").count(), 8);
}

const browser = await openBrowser();
let failed = 0;

/** Runs one step on a page of its own; what a page should not have done fails it, too. The others are run all the same. */
async function step(name, run, options = {}) {
  const before = Date.now();
  const viewport = { width: 1280, height: 900 };
  const watch = await openContext(browser, server, { viewport, colorScheme: "light", ...options });
  try {
    await run(await watch.context.newPage(), watch);
    assert.deepEqual(watch.faults, []);
    console.log(`${name}: ${((Date.now() - before) / 1000).toFixed(1)} s`);
  } catch (error) {
    failed += 1;
    console.log([`failed: ${name}`, error.stack, ...watch.faults].join("\n"));
  }
  await watch.context.close();
}

try {
  await step("overview", overview);
  await step("preview before an import", previewBeforeImport);
  await step("import, repair, undo", importRepairUndo);
  await step("drop a file", dropAFile);
  await step("refused files", refusals);
  await step("filter the listings", filterListings);
  await step("next page and back", nextPageAndBack);
  await step("a listing by the keyboard", listingByKeyboard);
  await step("one listing", oneListing);
  await step("models", models);
  await step("imports and their difference", importsAndDifference);
  await step("state", state);
  await step("what is not there", notThere);
  await step("the theme is kept", themeIsKept);
  await step("the skip link", skipLink);
  await step("without a script", withoutScript, { javaScriptEnabled: false });
  await step("every page is accessible and fits", () => lookAtAll(browser, server, folder));
} finally {
  await browser.close();
}
if (failed > 0) {
  console.log(`${failed} steps failed`);
  process.exitCode = 1;
}
