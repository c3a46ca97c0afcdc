// The Token Vault by keyboard alone: the three steps that set it up, an account at the sample provider, the ladder.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Keys, open } from "./harness.mjs";

test("the Token Vault is set up, filled and mended by keyboard alone", async (t) => {
  const desk = await open(t);
  const { page } = desk;
  const { portal, pat } = await desk.furnish();
  await page.goto(`${desk.bridge.url}#/vault`);
  const keys = new Keys(page);
  const main = page.getByRole("main");

  await t.test("an API with a scope", async () => {
    await keys.on("link", "New API");
    await keys.type("Name", "My API Resource Server");
    await keys.type("Identifier", "https://my-api.example.com");
    await keys.type("Scope 1", "read:calendar");
    await keys.on("button", "Save");
    await page.getByRole("heading", { level: 1, name: "My API Resource Server" }).waitFor();
  });
  await t.test("its own client, whose secret is stored before the dialog closes", async () => {
    await keys.on("button", "Make a Custom API Client");
    const dialog = page.getByRole("dialog");
    await keys.to(dialog.getByRole("checkbox"));
    await keys.press("Space");
    await keys.on("button", "Close", dialog);
    await page.getByRole("link", { name: "My API Resource Server backend" }).waitFor();
  });
  await t.test("a connection to the sample provider, for the app", async () => {
    await keys.on("link", "APIs & vault", main);
    await keys.on("button", "Use the sample provider");
    const dialog = page.getByRole("dialog");
    await dialog.getByText("list of allowed hosts").waitFor();
    await keys.on("button", "Use the sample provider", dialog);
    await page.getByRole("heading", { level: 1, name: "sample-provider" }).waitFor();
    await keys.choose("Client application", "Patient portal", "Patient");
    await keys.on("button", "Enable");
    await main.getByRole("link", { name: "Patient portal" }).waitFor();
  });
  await t.test("Settings shows the address that the engine may reach now", async () => {
    const { host, issuer } = await desk.call("sample_provider_get", {});
    assert.equal(issuer, `http://${host}/`);
    const { allowedOutboundHosts } = await desk.call("settings_get", {});
    assert.deepEqual(allowedOutboundHosts, [host]);
  });

  const rung = (id) => main.locator("ol > li").filter({ hasText: id });
  const verdict = (name) => page.getByRole("region", { name });
  await t.test("the ladder says that nothing is connected, and connects it", async () => {
    await keys.on("link", "APIs & vault", main);
    await keys.on("link", "Would an exchange work?");
    await keys.choose("Person", /^Pat Doe/, "Pat");
    await keys.choose("API the token is for", "My API Resource Server");
    await keys.choose("Client that exchanges", "My API Resource Server backend", "backend");
    await keys.choose("Connection", "sample-provider");
    await verdict("The exchange would fail").waitFor();
    await rung("connected_account.exists").getByText("✕ fails").waitFor();
    await keys.to(rung("connected_account.exists").getByRole("button"));
    await keys.press("Enter");
    const said = await page.getByText(/Open this address in a browser: /).textContent();
    const phone = await desk.phone(said.match(/http:\/\/\S+/)[0]);
    await phone.getByText("This is not a real provider").waitFor();
    const there = new Keys(phone);
    await there.on("button", "Allow");
    await phone.getByRole("heading", { level: 1 }).waitFor();
    assert.ok(phone.url().startsWith(desk.bridge.engine), phone.url());
    await phone.context().close();
  });
  await t.test("then every condition holds", async () => {
    await page.reload();
    await verdict("The exchange would work").waitFor();
    assert.equal(await main.getByText("✕ fails").count(), 0);
  });
  await t.test("one that is broken is named, and its button leads to where it is mended", async () => {
    const connections = await desk.call("connections_list", {});
    const { id } = connections.items[0];
    await desk.call("connections_set_client", { id, clientId: portal.id, enabled: false });
    await rung("connection.enabled_clients").getByText("✕ fails").waitFor();
    assert.equal(await main.getByText("✕ fails").count(), 1, "no other one is broken");
    await keys.to(rung("connection.enabled_clients").getByRole("link"));
    await keys.press("Enter");
    await page.getByRole("heading", { level: 1, name: "sample-provider" }).waitFor();
    await keys.choose("Client application", "Patient portal", "Patient");
    await keys.on("button", "Enable");
    await main.getByRole("link", { name: "Patient portal" }).waitFor();
    await page.goBack();
    await verdict("The exchange would work").waitFor();
  });
  await t.test("the accounts of the person tell of it, without a token", async () => {
    const { items } = await desk.call("vault_accounts", { membershipId: pat.membershipId });
    assert.deepEqual(
      items.map(({ connection, state, hasRefreshToken }) => [connection, state, hasRefreshToken]),
      [["sample-provider", "active", true]],
    );
  });
  await t.test("stopped, it is off the list", async () => {
    await page.goto(`${desk.bridge.url}#/vault`);
    await keys.on("button", "Stop");
    await page.getByText("not running").waitFor();
    assert.deepEqual((await desk.call("settings_get", {})).allowedOutboundHosts ?? [], []);
  });
});
