// Looks at every page, and at every state of one: at the width of a desk, a tablet and a phone, light and dark.
import assert from "node:assert/strict";
import { look, lookAtLargeText, openContext } from "./browser.mjs";
import { OFFERS, ask, choose, file, importsOf, send } from "./imports.mjs";

const WIDTHS = [1440, 768, 390];

/** Their names, addresses, and what brings them about. */
async function placesOf(server) {
  const [listed] = (await ask(server, "/listings?limit=1&model=A100_SXM4_40GB")).items;
  const all = (await importsOf(server)).filter((it) => it.state === "done");
  const example = all.find((it) => it.total_rows === 83).import_id;
  const offers = (width, seller) => OFFERS.replaceAll("browser bench", `${seller} ${width}`);
  const sent = (seller) => async (page, width) => {
    await choose(page, file(`${seller}.csv`, offers(width, seller)));
    await send(page);
  };
  return [
    ["overview", "/"],
    ["listings", "/listings"],
    ["listings-filtered", "/listings?q=nvidia&condition=used&verdict=none&sort=price"],
    ["listings-empty", "/listings?q=nothing+like+this"],
    ["listings-open", "/listings", async (page) => {
      await page.locator("button.open").first().click();
      await page.locator("tr.detail article.offer").waitFor();
    }],
    ["listing", `/listings/${listed.id}`],
    ["models", "/models"],
    ["model", "/models/A100_SXM4_40GB"],
    ["import", "/import"],
    ["import-preview", "/import", (page, width) => choose(page, file("preview.csv", offers(width, "preview")))],
    ["import-result", "/import", sent("result")],
    ["import-refused", "/import", async (page) => {
      await page.setInputFiles("#import input[type=file]", file("empty.csv", ""));
      await page.locator("#preview .note.bad").waitFor();
    }],
    ["imports", "/imports"],
    ["import-rows", `/imports/${example}`],
    ["import-rejected", `/imports/${example}?outcome=rejected`],
    ["difference", `/difference?a=${all[1].import_id}&b=${all[0].import_id}`],
    ["state", "/state"],
    ["not-there", "/listings/999999999"],
  ];
}

// Those that are looked at with large letters, too.
const LARGE = ["overview", "listings", "listing", "import"];

/** Looks at all of them in one width; gives what is wrong. */
async function lookAtWidth(browser, server, width, folder) {
  const viewport = { width, height: width < 500 ? 844 : 1000 };
  const watch = await openContext(browser, server, { viewport, reducedMotion: "reduce" });
  const page = await watch.context.newPage();
  const wrong = [];
  watch.failing(404); // the last place
  for (const [name, address, prepare] of await placesOf(server)) {
    await page.goto(address);
    await prepare?.(page, width);
    wrong.push(...(await look(page, name, folder)));
    if (LARGE.includes(name)) wrong.push(...(await lookAtLargeText(page, name)));
  }
  await watch.context.close();
  return [...wrong, ...watch.faults];
}

export async function lookAtAll(browser, server, folder) {
  const wrong = (await Promise.all(WIDTHS.map((width) => lookAtWidth(browser, server, width, folder)))).flat();
  if (wrong.length > 0) assert.fail(`${wrong.length} things are wrong with how pages look:\n${wrong.join("\n")}`);
}
