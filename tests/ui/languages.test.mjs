// What a command says when it cannot is said in the language of the screens, with its values and its reasons.
import assert from "node:assert/strict";
import { test } from "node:test";
import { open, theOtherSavesFirst } from "./harness.mjs";

/** The screens in German, over the clinic of most tests. */
async function openInGerman(t) {
  const desk = await open(t);
  const furnished = await desk.furnish();
  await desk.page.evaluate(() => localStorage.setItem("anteroom.language", "de"));
  await desk.page.reload();
  await desk.screen("Client-Anwendungen").waitFor();
  return { desk, ...furnished };
}

test("a sentence with values is said in German", async (t) => {
  const { desk, portal } = await openInGerman(t);
  const { page } = desk;
  await desk.screen("Client-Anwendungen").click();
  await page.getByRole("link", { name: "Patient portal" }).click();
  await page.getByRole("heading", { name: "Patient portal" }).waitFor();

  // somebody else saves between this one's reading and this one's saving
  await theOtherSavesFirst(desk, portal);
  await desk.field("Name").fill("Mein Portal");
  const answered = page.waitForResponse((response) => response.url().endsWith("/__call/clients_update"));
  await desk.button("Speichern").click();
  const refused = await (await answered).json();
  assert.match(refused.message, /^This client was changed meanwhile: you saw version 1, the newest is 2\./);
  await page
    .getByText("Dieser Client wurde inzwischen geändert: Sie sahen Version 1, die neueste ist 2.")
    .first()
    .waitFor();
});

test("a reason inside a sentence is said in German, too", async (t) => {
  const { desk } = await openInGerman(t);
  const { page } = desk;
  await page.goto(`${desk.bridge.url}#/settings/data`);
  const file = { projects: [{ name: "Riverside Clinic", clients: [{ name: "Neu" }] }] };
  await desk.field("oder hier einfügen").fill(JSON.stringify(file));
  await desk.button("Zeigen, was geschähe").click();
  const rule = "ein neuer Client muss sagen, ob er public, confidential oder medplum ist";
  await page.getByText(`projects[0].clients[0].clientType: ${rule}`, { exact: true }).waitFor();
  const all = { search: "", clientType: null, status: null, offset: 0, limit: 10 };
  assert.equal((await desk.call("clients_list", all)).total, 1, "nothing came");
});

test("what is wrong with an entry of an access policy stands at that entry in German", async (t) => {
  const { desk } = await openInGerman(t);
  const { page } = desk;
  await page.goto(`${desk.bridge.url}#/access-policies/new`);
  await desk.field("Name").fill("Empfang");
  await desk.button("Eintrag hinzufügen").click();
  const entry = page.getByRole("region", { name: "Eintrag 2" });
  await entry.getByRole("combobox", { name: "Ressourcentyp" }).fill("practitioner");
  await desk.button("Speichern").click();
  const said = "resourceType „practitioner“ ist kein Ressourcentyp; schreiben Sie einen wie Patient, oder *.";
  await entry.getByRole("alert").getByText(said, { exact: true }).waitFor();
  assert.equal((await desk.call("access_policies_list", {})).items.length, 0, "nothing was saved");
});
