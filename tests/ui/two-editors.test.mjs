// Two people change one client: nobody's change is lost without a word.
import assert from "node:assert/strict";
import { test } from "node:test";
import { open, theOtherSavesFirst } from "./harness.mjs";

test("an edit over a newer version is kept in the form and not saved over it", async (t) => {
  const desk = await open(t);
  const { portal } = await desk.furnish();
  const { page } = desk;
  await desk.screen("Client applications").click();
  await page.getByRole("link", { name: "Patient portal" }).click();
  await page.getByRole("heading", { name: "Patient portal" }).waitFor();

  // the other one saves between this one's reading and this one's saving
  await theOtherSavesFirst(desk, portal);
  await desk.field("Name").fill("My portal");
  await desk.button("Save").click();
  await page.getByText(/changed meanwhile/).first().waitFor();
  assert.equal(await desk.field("Name").inputValue(), "My portal", "what was typed stays");
  const stored = await desk.call("clients_get", { id: portal.id });
  assert.deepEqual([stored.name, stored.description, stored.version], ["Patient portal", "Theirs", 2]);

  // The form takes over the newer version as soon as it was read again; until then another Save is refused like the first.
  const renamed = page.getByRole("heading", { name: "My portal" });
  for (let tries = 0; tries < 5 && !(await renamed.isVisible()); tries += 1) {
    await desk.button("Save").click();
    await renamed.waitFor({ timeout: 4000 }).catch(() => {});
  }
  await renamed.waitFor();
  const merged = await desk.call("clients_get", { id: portal.id });
  assert.deepEqual([merged.name, merged.description], ["My portal", "Theirs"]);
});
