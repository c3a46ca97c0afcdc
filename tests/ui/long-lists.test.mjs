// Lists of real length on the real engine: clients by the hundred, a log by the hundred thousand. Nothing is asserted about
// time but a generous limit; what it took is reported.
import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { open, within } from "./harness.mjs";

const CLIENTS = 500;
const EVENTS = process.env.ANTEROOM_NIGHTLY ? 1_000_000 : 20_000;

test(`${CLIENTS} clients and ${EVENTS} events stay quick`, async (t) => {
  const desk = await open(t, "--seed-clients", String(CLIENTS), "--seed-events", String(EVENTS));
  const { page } = desk;
  const timed = async (what, name, request) => {
    const began = performance.now();
    const answer = await desk.call(name, request);
    t.diagnostic(`${what}: ${Math.round(performance.now() - began)} ms`);
    return answer;
  };
  const log = { kind: "", refusedOnly: false, about: "", client: null, from: null, until: null, before: null, limit: 50 };
  const newest = await timed("newest entries", "activity_list", log);
  assert.equal(newest.items.length, 50);
  const first = { ...log, before: 100 };
  assert.equal((await timed("oldest entries", "activity_list", first)).items.length, 50);
  const refused = await timed("refusals", "activity_list", { ...log, refusedOnly: true });
  assert.ok(refused.items.every(({ refusal }) => refusal === "wrong_secret"));
  const { clientId } = newest.items[0];
  const ofClient = await timed("of one client", "activity_list", { ...log, client: clientId });
  assert.ok(ofClient.items.every((entry) => entry.clientId === clientId));
  await timed("history of one client", "clients_history", { id: clientId, before: null, limit: 30 });
  const since = newest.items[0].at - 1;
  await timed("of a time", "activity_list", { ...log, from: since });
  await timed("clients by redirect URI", "clients_list", {
    search: "app-0317.example",
    clientType: null,
    status: null,
    offset: 0,
    limit: 100,
  });
  const linted = await timed("the whole project linted", "clients_lint_all", {});
  assert.equal(linted.checked, CLIENTS);

  await desk.screen("Client applications").click();
  const row = page.getByRole("row").filter({ hasText: "Application 0000" });
  t.diagnostic(`list of clients on screen after ${Math.round(await within(5_000, row))} ms`);
  assert.ok((await page.getByRole("row").count()) < 100, "only what is on screen is drawn");
  await desk.field("Search client applications").fill("app-0317.example");
  await page.getByRole("link", { name: "Application 0317" }).waitFor();
  await desk.screen("Activity").click();
  const entry = page.getByRole("button", { name: /^Details|^Show older/ }).first();
  t.diagnostic(`log on screen after ${Math.round(await within(5_000, entry))} ms`);
});
