// A backup from the screens: made and deleted by keyboard, and what puts it back where the program cannot.
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { test } from "node:test";
import { Keys, open } from "./harness.mjs";

test("an admin makes a backup, finds it in its folder, and deletes it", async (t) => {
  const desk = await open(t);
  const { page } = desk;
  await desk.furnish();
  await page.goto(`${desk.bridge.url}#/settings/data`);
  const panel = page.getByRole("region", { name: "Backups" });
  await panel.getByText("There is no backup yet.").waitFor();
  await panel.getByText(/The key that seals its secrets is not in it: that is in a file beside the data/).waitFor();
  const keys = new Keys(page);
  await keys.on("button", "Back up now", panel);
  const row = panel.getByRole("row", { name: /anteroom-\d{8}T\d{6}Z\.db/ });
  await row.waitFor();
  assert.match(await row.innerText(), /just now/);

  const { folder, canRestore, items } = await desk.call("backups_list", {});
  assert.equal(canRestore, false, "the bridge is opened once");
  const copy = statSync(`${folder}/${items[0].file}`);
  assert.equal(copy.mode & 0o777, 0o600);
  assert.equal(copy.size, items[0].size);
  await panel.getByText(`anteroom-server restore ${folder}/…`).waitFor();
  assert.equal(await panel.getByRole("button", { name: /^Restore/ }).count(), 0);

  await keys.on("button", `Delete ${items[0].file}`, panel);
  const dialog = page.getByRole("dialog", { name: /^Delete the backup of / });
  await keys.on("button", "Delete", dialog);
  await panel.getByText("There is no backup yet.").waitFor();
  assert.throws(() => statSync(`${folder}/${items[0].file}`));
  await page.goto(`${desk.bridge.url}#/activity`);
  await page.getByText(/ deleted a backup/).waitFor();
  await page.getByText(/ made a backup/).waitFor();
});
