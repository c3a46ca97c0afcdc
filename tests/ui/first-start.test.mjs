// From nothing to a person who is signed in, as somebody does it who has just installed Anteroom.
import assert from "node:assert/strict";
import { test } from "node:test";
import { open, within } from "./harness.mjs";

test("first start, a client with its secret, a person, a link, signed in", async (t) => {
  const desk = await open(t);
  const { page } = desk;

  await t.test("a wrong value is said where it stands, and the rest stays typed", async () => {
    await desk.field("Name of the project").fill("Riverside Clinic");
    await desk.field("Given names").fill("Ada");
    await desk.field("Family name").fill("Byron\u200b");
    await desk.field("E-mail").fill("ada@example.org");
    await page.getByLabel("Password", { exact: true }).fill("correct horse");
    await desk.button("Start").click();
    await page.getByText("U+200B").waitFor();
    assert.equal(await desk.field("E-mail").inputValue(), "ada@example.org");
  });

  await t.test("the project is named and its first admin made", async () => {
    await desk.field("Family name").fill("Byron");
    await desk.button("Start").click();
    await page.getByRole("navigation", { name: "Screens" }).getByText("Riverside Clinic").waitFor();
    const { items } = await desk.call("people_list", { search: "", resourceType: null, offset: 0, limit: 5 });
    assert.deepEqual(items.map(({ name, admin }) => [name, admin]), [["Ada Byron", true]]);
  });

  await t.test("a server's client shows its secret once, and the secret works", async () => {
    await desk.screen("Client applications").click();
    await page.getByRole("main").getByText("Create client").first().click();
    await page.getByRole("radio", { name: /server/ }).click();
    await desk.field("Name").fill("Reporting");
    await desk.button("Create client").click();
    const secret = page.getByRole("status", { name: "client secret" });
    await secret.waitFor();
    assert.match(await secret.innerText(), /^•+$/, "masked until somebody asks");
    await desk.button("Show").click();
    const plain = await secret.innerText();
    assert.match(plain, /^ant_cs_/);

    await page.getByLabel("I have stored it").click();
    await desk.button("Open the client application").click();
    await page.getByRole("heading", { name: "Reporting" }).waitFor();
    const [, id] = page.url().match(/clients\/([0-9a-f-]{36})/);
    const answer = await desk.token({ grant_type: "client_credentials", client_id: id, client_secret: plain });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    await page.reload();
    await page.getByRole("heading", { name: "Reporting" }).waitFor();
    assert.ok(!(await page.content()).includes(plain), "the secret cannot be seen again");
  });

  await t.test("a person is added", async () => {
    await desk.screen("People").click();
    await page.getByRole("main").getByText("Add person").first().click();
    await desk.field("Given names").fill("Pat");
    await desk.field("Family name").fill("Doe");
    await page.getByLabel("Birth date").fill("1980-12-31");
    await desk.button("Add person").click();
    await page.getByRole("heading", { name: "Pat Doe" }).waitFor();
  });

  await t.test("from Home to the QR code are three clicks and less than ten seconds", async () => {
    await desk.screen("Home").click();
    await page.evaluate(() => {
      window.clicks = 0;
      window.addEventListener("click", (event) => event.isTrusted && window.clicks++, true);
    });
    const began = performance.now();
    await desk.issue("pat");
    assert.ok(performance.now() - began < 10_000);
    assert.equal(await page.evaluate(() => window.clicks), 3);
  });

  await t.test("a redemption over HTTP shows within a second", async () => {
    const answer = await desk.redeemNewest();
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    const shown = await within(1_000, desk.button("End this session"));
    t.diagnostic(`shown after ${Math.round(shown)} ms`);
    assert.equal(answer.body.profile.display, "Pat Doe");
  });

  await t.test("everything on the checklist is done", async () => {
    await desk.screen("Home").click();
    const { checklist } = await desk.call("home_get", {});
    assert.deepEqual(checklist.map(({ done }) => done), [true, true, true, true]);
  });
});
