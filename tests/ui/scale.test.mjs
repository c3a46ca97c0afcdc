// Lists of real length: how long each screen takes to open, and whether it scrolls. docs/performance.md has the figures.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import process from "node:process";
import { test } from "node:test";
import { open } from "./harness.mjs";

const FULL = process.env.ANTEROOM_NIGHTLY !== undefined;
const [PEOPLE, CLIENTS, EVENTS] = FULL ? [100_000, 500, 1_000_000] : [10_000, 500, 20_000];

/** A screen is open when something of its list is drawn. */
const SCREENS = [
  ["Client applications", 'main [role="row"] a'],
  ["People", 'main [role="row"] a'],
  ["Activity", "main ol li"],
  ["Access policies", "main h1"],
  ["Playground", "main button"],
  ["Settings", "main dl dd"],
  ["Home", "main ol li"],
];

const MEASURE = readFileSync(new URL("measure.js", import.meta.url), "utf8");
const opening = (page, ...what) => page.evaluate(`${MEASURE}; opening(...${JSON.stringify(what)})`);
const scrolling = (page, frames) => page.evaluate(`${MEASURE}; scrolling(${frames})`);

test(`${CLIENTS} clients, ${PEOPLE} people and ${EVENTS} events`, async (t) => {
  const seeds = ["--seed-people", PEOPLE, "--seed-clients", CLIENTS, "--seed-events", EVENTS].map(String);
  const desk = await open(t, ...seeds);
  const { page } = desk;
  await page.locator("main h1").waitFor();

  const asks = [
    ["home_get", {}],
    ["clients_list", { search: "", clientType: null, status: null, offset: 0, limit: 100 }],
    ["clients_list", { search: "app-0123", clientType: null, status: null, offset: 0, limit: 100 }],
    ["people_list", { search: "mull jur", resourceType: null, offset: 0, limit: 100 }],
    ["clients_lint_all", {}],
    ["settings_get", {}],
  ];
  for (const [name, request] of asks) {
    const began = performance.now();
    await desk.call(name, request);
    t.diagnostic(`${name} ${request.search ?? ""}: ${Math.round(performance.now() - began)} ms`);
  }
  // the far end of the list, by offset
  for (const offset of [0, Math.floor(PEOPLE / 2), PEOPLE - 100]) {
    const began = performance.now();
    const { items } = await desk.call("people_list", { search: "", resourceType: null, offset, limit: 100 });
    t.diagnostic(`people from ${offset}: ${Math.round(performance.now() - began)} ms`);
    assert.equal(items.length, 100);
  }
  const filters = [{ kind: "refused" }, { refusedOnly: true }, { kind: "client_updated" }];
  for (const filter of filters) {
    const log = { kind: "", refusedOnly: false, about: "", client: null, from: null, until: null, before: null, limit: 50 };
    const began = performance.now();
    const { items } = await desk.call("activity_list", { ...log, ...filter });
    t.diagnostic(`log ${JSON.stringify(filter)}: ${Math.round(performance.now() - began)} ms`);
    assert.ok(items.length > 0);
  }

  for (const [name, selector] of SCREENS) {
    const elsewhere = name === "Home" ? "Settings" : "Home";
    const took = [];
    // after the first time nothing is left to fetch but the data, which is asked for anew
    for (let turn = 0; turn < 5; turn++) {
      await opening(page, elsewhere, "main h1");
      took.push(await opening(page, name, selector));
    }
    const [first, ...later] = took;
    t.diagnostic(`${name}: ${Math.round(first)} ms, then at best ${Math.round(Math.min(...later))} ms`);
    assert.ok(first < 5_000, `${name} opened after ${first} ms`);
  }

  for (const name of ["People", "Client applications"]) {
    await opening(page, name, 'main [role="row"] a');
    const { mean, longest } = await scrolling(page, 120);
    t.diagnostic(`${name} scrolls: ${mean.toFixed(1)} ms a frame, the longest ${Math.round(longest)} ms`);
    assert.ok((await page.getByRole("row").count()) < 100, "only what is on screen is drawn");
    const header = await page.getByRole("row").first().boundingBox();
    assert.equal(Math.round(header.y), 0, "the header stays at the very top");
  }
});
