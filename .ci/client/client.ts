// A client made from docs/openapi.json: it compiles under `strict`, imports a file and reads its rows back.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { paths } from "./api.js";

const client = createClient<paths>({ baseUrl: process.argv[2] });

const made = await client.POST("/api/v1/imports", {
  params: { query: { name: "client.csv" } },
  headers: { "content-type": "text/csv" },
  body: "title,price\nNVIDIA L4 24GB,1999\nA bag of screws,3.50\nNVIDIA RTX 4090 24GB,call us\n",
  bodySerializer: (body) => body,
});
assert(made.data && "import_id" in made.data, JSON.stringify(made.error));
assert.equal(made.response.status, 201);

const rows = await client.GET("/api/v1/imports/{import_id}/rows", {
  params: { path: { import_id: made.data.import_id } },
});
assert(rows.data, JSON.stringify(rows.error));
assert.deepEqual(
  rows.data.items.map((row) => [row.import_index, row.outcome, row.canonical_model, row.price]),
  [
    [0, "scored", "L4", 1999],
    [1, "unmatched", undefined, 3.5],
    [2, "rejected", undefined, undefined],
  ],
);

const unknown = await client.GET("/api/v1/imports/{import_id}", {
  params: { path: { import_id: "nothing" } },
});
assert.equal(unknown.error?.code, "import_unknown");
console.log(`imported ${made.data.total_rows} rows as ${made.data.import_id} and read them back`);
