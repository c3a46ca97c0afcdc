// The desk: sheets of paper, many links at once, and a window that is locked to it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { open, within } from "./harness.mjs";

const fromUi = createRequire(fileURLToPath(new URL("../../ui/package.json", import.meta.url)));
const jsqr = readFileSync(fromUi.resolve("jsqr"), "utf8");

const zbar = (picture) =>
  execFileSync("zbarimg", ["--quiet", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable", "-"], {
    input: picture,
    encoding: "utf8",
  }).trim();

/** The second decoder, in a browser: only dark on light, an inverted code is not read. */
async function readInBrowser(page, picture) {
  await page.evaluate(jsqr);
  return page.evaluate(async (png) => {
    const bytes = Uint8Array.from(atob(png), (character) => character.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    const { data, width, height } = context.getImageData(0, 0, image.width, image.height);
    return globalThis.jsQR(data, width, height, { inversionAttempts: "dontInvert" })?.data;
  }, picture.toString("base64"));
}

/** A picture of the screen, kept where somebody wants to look at it. */
async function screenshot(page, name) {
  const folder = process.env.ANTEROOM_PICTURES;
  return page.screenshot(folder ? { path: path.join(folder, `desk-${name}.png`) } : {});
}

/** What stands in a PDF, and where its QR code leads. */
async function read(path) {
  const text = execFileSync("pdftotext", ["-layout", path, "-"], { encoding: "utf8" });
  const png = execFileSync("pdftoppm", ["-png", "-r", "150", "-singlefile", path], { maxBuffer: 1 << 24 });
  await rm(path);
  return { text, link: zbar(png) };
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

test("whose phone and which language are chosen before, and shown after", async (t) => {
  const desk = await open(t);
  await desk.furnish();
  await desk.screen(/^Magic links/).click();
  await desk.page.getByRole("combobox", { name: "Search people" }).fill("pat");
  await desk.page.getByRole("option").first().click();
  for (const words of ["The link lives 15 minutes and works once", "The sign-in lasts one hour, to Patient portal"]) {
    await desk.page.getByText(words).first().waitFor();
  }
  assert.equal(await desk.page.getByText("After that: no refresh, a new link is needed").count(), 2);
  await desk.page.getByText("A carer's phone").click();
  await desk.page.getByRole("combobox", { name: "Language of the page and the sheet" }).click();
  await desk.page.getByRole("option", { name: "Español" }).click();
  await screenshot(desk.page, "hand-over");
  await desk.button("Make the sheet").click();
  await desk.qr.waitFor();
  await desk.page.getByText("for a carer's phone · page in Español").waitFor();
  await screenshot(desk.page, "stage");
  await desk.button("Print").click();
  const language = desk.page.getByRole("dialog").getByRole("combobox", { name: "Language", exact: true });
  assert.equal(await language.inputValue(), "Español", "the sheet speaks it, too");
  await desk.page.getByRole("dialog").getByRole("img", { name: "Preview of the first sheet" }).waitFor();
  await screenshot(desk.page, "sheet");
  const board = await desk.call("magic_links_list", { search: "", state: null, offset: 0, limit: 1 });
  const { url } = await desk.call("magic_links_show", { id: board.items[0].id });
  const phone = await desk.phone(url);
  await phone.getByRole("heading", { name: "Para Pat D." }).waitFor();
  await desk.page.keyboard.press("Escape");
  await desk.button("Done").click();
  await desk.page.getByRole("table", { name: "Links" }).getByTitle("for a carer's phone").waitFor();
  await screenshot(desk.page, "board");
});

test("the code on the screen is read by two decoders, light or dark", async (t) => {
  const desk = await open(t);
  await desk.furnish();
  await desk.issue("pat");
  const board = await desk.call("magic_links_list", { search: "", state: null, offset: 0, limit: 1 });
  const { url } = await desk.call("magic_links_show", { id: board.items[0].id });
  for (const colorScheme of ["light", "dark"]) {
    await desk.page.emulateMedia({ colorScheme });
    await desk.qr.waitFor();
    const picture = await screenshot(desk.page, `stage-${colorScheme}`);
    // The link in capitals is the same link.
    assert.equal(zbar(picture).toLowerCase(), url.toLowerCase(), `zbar, ${colorScheme}`);
    assert.equal((await readInBrowser(desk.page, picture))?.toLowerCase(), url.toLowerCase(), `jsqr, ${colorScheme}`);
  }
});

test("phones and computers are told how to trust the local CA", async (t) => {
  const desk = await open(t);
  await desk.furnish();
  await desk.screen("Settings").click();
  const trust = desk.page.getByRole("region", { name: "Trust the local CA" });
  await trust.getByText("iPhone", { exact: true }).click();
  await trust.getByText("Serve the local network first").waitFor();
  await desk.button("Serve the local network").click();
  const code = trust.getByRole("img", { name: "QR code of the page that says how to trust the local CA" });
  await code.scrollIntoViewIfNeeded();
  assert.match(zbar(await code.screenshot()), /^https:\/\/localhost:\d+\/in\/trust$/);
  const shown = await trust.getByText("Compare this fingerprint there").innerText();
  await screenshot(desk.page, "trust-phone");
  await trust.getByText("Linux", { exact: true }).click();
  await trust.getByRole("button", { name: "Save the certificate" }).click();
  const saved = await trust.getByText(/anteroom-ca.*\.crt$/).first().innerText();
  const fingerprint = new X509Certificate(await readFile(saved)).fingerprint256;
  assert.ok(shown.includes(fingerprint), `${fingerprint} is not in ${shown}`);
  await trust.getByText("update-ca-certificates").waitFor();
  await screenshot(desk.page, "trust-linux");
  await rm(saved);
  await desk.button("Turn off").click();
});

test("two hundred sheets from a pasted list", async (t) => {
  const desk = await open(t, "--seed-people", "200");
  await desk.call("clients_create", { name: "Portal", clientType: "public", redirectUris: [], admin: false });
  const everybody = { search: "", resourceType: "Patient", offset: 0, limit: 200 };
  const { items } = await desk.call("people_list", everybody);
  assert.equal(items.length, 200);
  await desk.screen(/^Magic links/).click();
  await desk.page.getByRole("link", { name: "Many at once" }).click();
  await desk.field("One person a line").fill(items.map(({ identifier }) => identifier).join("\n"));
  const seconds = async (what, press, until) => {
    const began = performance.now();
    await press.click();
    await until.waitFor();
    t.diagnostic(`${what}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  };
  await seconds("200 lines checked", desk.button("Check the list"), desk.button("Issue 200 links"));
  const preview = desk.page.getByRole("img", { name: "Preview of the first sheet" });
  await seconds("200 links issued, 200 sheets laid out and previewed", desk.button("Issue 200 links"), preview);
  const saved = desk.page.getByText(/\.pdf$/);
  await seconds("200 sheets saved as PDF", desk.button("Save as PDF"), saved);
  const file = await saved.innerText();
  assert.match(execFileSync("pdfinfo", [file], { encoding: "utf8" }), /Pages: +200/);
  await rm(file);
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
