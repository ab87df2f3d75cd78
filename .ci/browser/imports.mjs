// A file of offers, and how it is sent by the page; what the server says of imports.
import assert from "node:assert/strict";

// Five rows to score, one of an accessory, two without a price.
export const OFFERS = `title,price,condition,seller
NVIDIA GeForce RTX 3090 24GB Founders Edition,$780.00,Used,browser bench
NVIDIA GeForce RTX 4090 24GB,"$1,890.00",New,browser bench
NVIDIA RTX A6000 48GB GDDR6,"$3,150.00",Used,browser bench
NVIDIA L4 24GB PCIe,N/A,New,browser bench
NVIDIA Tesla V100 32GB PCIe,$720.00,Refurbished,browser bench
Cooling fan for Tesla P40 with shroud,$24.50,New,browser bench
NVIDIA A100 80GB PCIe,call,Used,browser bench
NVIDIA L40S 48GB,"$7,100.00",New,browser bench
`;
export const MENDED = OFFERS.replace(",N/A,", ',"$2,300.00",').replace(",call,", ',"$9,300.00",');

export const file = (name, text, type = "text/csv") => ({ name, mimeType: type, buffer: Buffer.from(text) });

export async function ask(server, address) {
  const answer = await fetch(`${server}/api/v1${address}`);
  assert(answer.ok, `${address} answers ${answer.status}`);
  return answer.json();
}

/** The imports, the newest first. */
export const importsOf = async (server) => (await ask(server, "/imports?limit=200")).items;

/** Chooses a file in the form of the import page, and waits for its preview. */
export async function choose(page, chosen) {
  await page.goto("/import");
  await page.setInputFiles("#import input[type=file]", chosen);
  await page.locator("#preview h2").first().waitFor();
}

/** Sends the file that is chosen; gives the import's id. */
export async function send(page) {
  await page.click("#import button[type=submit]");
  await page.locator("#result .note h2").waitFor();
  const address = await page.locator("#result .note.ok a.mono").getAttribute("href");
  return address.split("/").pop();
}
