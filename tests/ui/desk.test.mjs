// The desk: sheets of paper, many links at once, and a window that is locked to it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { test } from "node:test";
import { open, within } from "./harness.mjs";

/** What stands in a PDF, and where its QR code leads. */
async function read(path) {
  const text = execFileSync("pdftotext", ["-layout", path, "-"], { encoding: "utf8" });
  const png = execFileSync("pdftoppm", ["-png", "-r", "150", "-singlefile", path], { maxBuffer: 1 << 24 });
  const link = execFileSync("zbarimg", ["--quiet", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable", "-"], {
    input: png,
    encoding: "utf8",
  });
  await rm(path);
  return { text, link: link.trim() };
}

test("a sheet is previewed, saved, and can be scanned from paper", async (t) => {
  const desk = await open(t);
  const { portal } = await desk.furnish();
  await desk.call("settings_update", { deskPhone: "030 555 0100" });
  await desk.issue("pat", "Make the sheet");
  await desk.button("Print").click();
  const dialog = desk.page.getByRole("dialog");
  await dialog.getByRole("img", { name: "Preview of the first sheet" }).waitFor();
  await dialog.getByText("1.51 mm a module").waitFor();
  await dialog.getByRole("combobox", { name: "Second language beside it" }).click();
  await desk.page.getByRole("option", { name: "Deutsch" }).click();
  await dialog.getByRole("img", { name: "Preview of the first sheet" }).waitFor();
  await dialog.getByRole("button", { name: "Save as PDF" }).click();
  const path = await dialog.getByText(/\.pdf$/).innerText();
  const { text, link } = await read(path);
  for (const words of ["Sign in to Patient portal", "Anmelden bei Patient portal", "Pat D.", "030 555 0100", "PIN"]) {
    assert.ok(text.includes(words), `${words} is not in ${text}`);
  }
  assert.ok(!text.includes("Doe"), "the short name only");
  const pin = /\b\d{6}\b/.exec(text)?.[0];
  assert.equal((await desk.redeem(link, portal.id, pin)).status, 200);
});

test("a list is checked, issued once, and printed as one file", async (t) => {
  const desk = await open(t);
  await desk.furnish();
  await desk.addPatient("Ann", "Lee");
  await desk.screen(/^Magic links/).click();
  await desk.page.getByRole("link", { name: "Many at once" }).click();
  await desk.field("One person a line").fill("Pat Doe\nAnn Lee\nNobody Atall\npat doe");
  await desk.button("Check the list").click();
  const lines = desk.page.getByRole("table");
  await lines.getByText("nobody found").waitFor();
  await lines.getByText("in the list before").waitFor();
  await desk.button("Issue 2 links").click();
  await desk.page.getByRole("heading", { name: "2 links issued" }).waitFor();
  await desk.page.getByRole("img", { name: "Preview of the first sheet" }).waitFor();
  await desk.button("Save as PDF").click();
  const { text } = await read(await desk.page.getByText(/\.pdf$/).innerText());
  assert.equal(text.match(/Type this code at/g)?.length, 2);

  await desk.button("Another list").click();
  await desk.field("One person a line").fill("Pat Doe\nAnn Lee");
  await desk.button("Check the list").click();
  await desk.button("Print those that have one").click();
  await desk.page.getByRole("heading", { name: "0 links issued" }).waitFor();
  const board = await desk.call("magic_links_list", { search: "", state: null, offset: 0, limit: 9 });
  assert.equal(board.total, 2, "the same list issues nothing twice");
});

test("a locked window issues and shows nothing else, is cleared, and needs an admin to unlock", async (t) => {
  const desk = await open(t);
  await desk.furnish();
  const home = await desk.call("people_list", { search: "ada", resourceType: null, offset: 0, limit: 1 });
  await desk.call("desk_enter", { membershipId: home.items[0].membershipId, idleSeconds: 15 });
  await desk.page.getByText("Desk: Ada Byron").waitFor();
  assert.equal(await desk.page.getByRole("link", { name: "Settings" }).count(), 0);
  await assert.rejects(desk.call("settings_get", {}), /locked to the desk/);
  await desk.page.evaluate(() => {
    window.location.hash = "#/settings";
  });
  await desk.page.getByRole("combobox", { name: "Search people" }).fill("pat");
  await desk.page.getByRole("option").first().click();
  await desk.button("Show the QR code").click();
  await desk.qr.waitFor();
  // Nobody touches it: the code goes.
  await desk.page.getByRole("heading", { name: "The screen was cleared" }).waitFor({ timeout: 60_000 });
  assert.equal(await desk.qr.count(), 0);
  await desk.button("Go on").click();
  await desk.page.getByRole("table", { name: "Links" }).getByText("Pat Doe").waitFor();

  await desk.button("Leave desk mode").click();
  await desk.page.getByLabel("E-mail address").fill("ada@example.org");
  await desk.page.getByRole("textbox", { name: "Password" }).fill("wrong horse");
  await desk.button("Unlock").click();
  await desk.page.getByRole("dialog").getByText(/password/i).nth(1).waitFor();
  await desk.page.getByRole("textbox", { name: "Password" }).fill("correct horse");
  await desk.button("Unlock").click();
  await desk.screen("Settings").waitFor();
});

test("a code is hidden while another window is in front", async (t) => {
  const desk = await open(t);
  await desk.furnish();
  await desk.issue("pat");
  await desk.page.evaluate(() => window.dispatchEvent(new Event("blur")));
  await desk.page.getByText("Hidden, because another window was in front.").waitFor();
  assert.equal(await desk.qr.count(), 0);
  await desk.button("Show the code").click();
  await within(5_000, desk.qr);
});
