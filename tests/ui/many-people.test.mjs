// Lists of real length: a clinic's worth of people, every keystroke answered.
import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { open, within } from "./harness.mjs";

const PEOPLE = process.env.ANTEROOM_NIGHTLY ? 100_000 : 10_000;

test(`among ${PEOPLE} people the right one is found while typing`, async (t) => {
  const desk = await open(t, "--seed-people", String(PEOPLE));
  const { page } = desk;
  const number = `MRN-${String(PEOPLE - 1).padStart(6, "0")}`;

  await desk.screen("People").click();
  await page.getByRole("main").getByText(new Intl.NumberFormat("en-GB").format(PEOPLE + 1)).first().waitFor();
  const rows = await page.getByRole("row").count();
  assert.ok(rows < 100, `only what is on screen is drawn: ${rows} rows`);

  await page.getByRole("main").getByRole("textbox").first().fill(number);
  const found = await within(1_000, page.getByRole("row").filter({ hasText: number }));
  t.diagnostic(`a record number after ${Math.round(found)} ms`);

  await desk.call("clients_create", { name: "Portal", clientType: "public", redirectUris: [], admin: false });
  await desk.screen(/^Magic links/).click();
  await page.getByRole("combobox", { name: "Search people" }).pressSequentially("mull jur", { delay: 40 });
  const option = page.getByRole("option", { name: /Jürgen Müller/ }).first();
  const offered = await within(1_000, option);
  t.diagnostic(`Jürgen Müller offered ${Math.round(offered)} ms after the last key`);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Link for Jürgen Müller" }).waitFor();
});
