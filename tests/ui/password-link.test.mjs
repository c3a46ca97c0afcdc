// A person chooses a password with a link that an admin handed over: made and closed by keyboard, opened on a phone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Keys, open, within } from "./harness.mjs";

test("an admin hands a password link over, and the person chooses the password once", async (t) => {
  const desk = await open(t);
  const { page } = desk;
  await desk.furnish();
  const rest = { birthDate: "", identifier: "", password: "", externalId: "", accessPolicy: "" };
  const grace = { resourceType: "Practitioner", given: "Grace", family: "Hopper", email: "grace@example.org" };
  const { summary } = await desk.call("people_create", { ...grace, ...rest, admin: false, desk: false });
  await page.goto(`${desk.bridge.url}#/people/${summary.membershipId}`);
  await page.getByRole("heading", { name: "Grace Hopper" }).waitFor();
  const keys = new Keys(page);
  const dialog = page.getByRole("dialog");

  let link;
  await t.test("the link is made for a day, shown once, and leads to this engine", async () => {
    await keys.on("button", "Make a password link");
    await dialog.getByText("one day").waitFor();
    await keys.on("button", "Make a password link", dialog);
    const shown = dialog.getByRole("status", { name: "the password link" });
    await shown.waitFor();
    link = await shown.innerText();
    assert.ok(link.startsWith(`${desk.bridge.engine}setpassword/`), link);
    await page.waitForFunction(() => document.querySelector('[role="dialog"]').contains(document.activeElement));
    // two buttons are called so: the cross, and the one with the word
    await keys.to(dialog.getByRole("button", { name: "Close", exact: true }).last());
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "hidden" });
    // where it began
    await page.waitForFunction(() => document.activeElement?.matches("button") && document.activeElement.textContent === "Make a password link");
    await page.getByText(/^None set\. A link to choose one works until/).waitFor();
    assert.ok(!(await page.content()).includes(link.split("/").at(-1)), "it cannot be seen again");
  });

  await t.test("looking spends nothing, and the password is typed twice", async () => {
    const phone = await desk.phone(link);
    await phone.reload();
    await phone.getByText("grace@example.org").waitFor();
    const choose = async (password, again) => {
      await phone.getByLabel("New password").fill(password);
      await phone.getByLabel("The same again").fill(again);
      await phone.getByRole("button", { name: "Set the password" }).click();
    };
    await choose("nanoseconds", "nanosecond");
    await phone.getByText("The two fields are not the same.").waitFor();
    await choose("nanoseconds", "nanoseconds");
    await phone.getByRole("heading", { name: "Your password is set" }).waitFor();
    const shown = await within(5_000, page.getByText(/Chosen with a link/));
    t.diagnostic(`shown on the person's screen after ${Math.round(shown)} ms`);
    await phone.goto(link);
    await phone.getByRole("heading", { name: "This link was used already" }).waitFor();
  });

  await t.test("the log names it, without the link", async () => {
    const log = await desk.call("activity_list", { kind: "", refusedOnly: false, about: summary.membershipId, limit: 10 });
    assert.deepEqual(
      log.items.map(({ kind }) => kind).filter((kind) => kind.startsWith("password")),
      ["password_chosen", "password_link_issued"],
    );
    assert.ok(!JSON.stringify(log).includes(link.split("/").at(-1)));
  });
});
