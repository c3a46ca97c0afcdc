// The identity-provider screen against a provider that is a real server on this machine.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { Keys, open } from "./harness.mjs";

/** Discovery and userinfo of a provider that knows one person. */
async function provider(t) {
  const server = createServer((request, response) => {
    const base = `http://${request.headers.host}`;
    const answers = {
      "/.well-known/openid-configuration": {
        issuer: base,
        userinfo_endpoint: `${base}/userinfo`,
        authorization_endpoint: `${base}/authorize`,
        token_endpoint: `${base}/token`,
        jwks_uri: `${base}/jwks.json`,
      },
      "/userinfo": request.headers.authorization && { sub: "4711", email: "pat@example.org", email_verified: true },
    };
    const answer = answers[request.url];
    response.statusCode = answer ? 200 : request.url === "/userinfo" ? 401 : 404;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answer ?? {}));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return `127.0.0.1:${server.address().port}`;
}

test("a provider is filled in, tried, and tells whom it would sign in", async (t) => {
  const host = await provider(t);
  const desk = await open(t);
  const { page } = desk;
  const { portal } = await desk.furnish();
  await page.goto(`${desk.bridge.url}#/clients/${portal.id}?tab=identity-provider`);

  await t.test("a host inside the own network is called once it is allowed", async () => {
    await desk.field("Issuer or discovery address").fill(`http://${host}`);
    await desk.button("Fill in").click();
    await page.getByText(/could not be read/).waitFor();
    await desk.field("Host and port").fill(host);
    await desk.button("Add").click();
    await desk.button(`Remove ${host}`).waitFor();
  });
  await t.test("its discovery document fills the fields", async () => {
    await desk.button("Fill in").click();
    await page.getByText(/^Filled in from/).waitFor();
    assert.equal(await desk.field("Userinfo URL").inputValue(), `http://${host}/userinfo`);
    assert.equal(await desk.field("Keys (JWKS URL)").inputValue(), `http://${host}/jwks.json`);
  });
  await t.test("a healthy address asks for a token", async () => {
    await desk.button("Test the address").click();
    await page.getByText("it asks for a token, as it should.").waitFor();
    await page.getByText(/^HTTP 401 · application\/json · \d+ ms$/).waitFor();
  });
  const result = page.getByRole("status", { name: "Result of the dry run" });
  await t.test("nobody is matched, with the reason, and the way to add the person", async () => {
    await page.getByText("Ask it live").click();
    await page.getByLabel("Access token of the provider").fill("of-the-provider");
    await desk.button("Who would it be?").click();
    await result.getByText("nobody here is the person the provider names").waitFor();
    await result.getByText("nobody has this email").waitFor();
  });
  await t.test("what was filled in is saved, and the person added from there", async () => {
    await desk.button("Save").click();
    await desk.button("Save").waitFor({ state: "hidden" });
    await result.getByRole("link", { name: "Add this person" }).click();
    await page.getByRole("heading", { name: "New person" }).waitFor();
    assert.equal(await desk.field("E-mail").inputValue(), "pat@example.org");
    assert.ok(!page.url().includes("pat"), "no e-mail address stands in an address");
    await desk.field("Given names").fill("Pat");
    await desk.field("Family name").fill("Elsewhere");
    await desk.button("Add and hand over a link").click();
    await page.getByRole("heading", { name: "Link for Pat Elsewhere" }).waitFor();
  });
  await t.test("the same answer now means this person", async () => {
    await page.goto(`${desk.bridge.url}#/clients/${portal.id}?tab=identity-provider`);
    const answer = { sub: "4711", email: "PAT@example.org", email_verified: true };
    await desk.field("Answer of the userinfo address").fill(JSON.stringify(answer));
    await desk.button("Who would it be?").click();
    await result.getByRole("link", { name: "Pat Elsewhere" }).waitFor();
    await page.getByText("Nobody has signed in through it yet.").waitFor();
  });
  await t.test("people of an e-mail domain are sent to it, once the settings say so", async () => {
    await desk.field("Our client ID there").fill("anteroom");
    await desk.button("Save").click();
    await desk.button("Save").waitFor({ state: "hidden" });
    await page.goto(`${desk.bridge.url}#/settings`);
    await desk.field("E-mail domain").fill("example");
    await page.getByRole("combobox", { name: "Client with the identity provider" }).fill(portal.name);
    await page.getByRole("option", { name: portal.name, exact: true }).click();
    await desk.button("Add the domain").click();
    await page.getByText(/is no domain in lower case/).waitFor();
    await desk.field("E-mail domain").fill("example.org");
    await desk.button("Add the domain").click();
    await desk.button("Remove example.org").waitFor();
    const response = await fetch(`${desk.bridge.engine}auth/method`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: "anybody@example.org" }),
    });
    const { authorizeUrl } = await response.json();
    assert.ok(authorizeUrl?.startsWith(`http://${host}/authorize?`), `sent to ${authorizeUrl}`);
  });
});

test("the e-mail domains of the settings, by keyboard alone", async (t) => {
  const desk = await open(t);
  const { page } = desk;
  const { portal } = await desk.furnish();
  const { version } = await desk.call("clients_get", { id: portal.id });
  const identityProvider = {
    userInfoUrl: "https://login.example.org/userinfo",
    authorizeUrl: "https://login.example.org/authorize",
    tokenUrl: "https://login.example.org/token",
    clientId: "anteroom",
    clientSecret: null,
    hasClientSecret: false,
    useSubject: false,
    requireVerifiedEmail: false,
  };
  await desk.call("clients_update", { id: portal.id, version, changes: { identityProvider } });
  const keys = new Keys(page);
  const add = desk.button("Add the domain");
  await keys.on("link", "Settings");
  await page.getByRole("heading", { name: "Settings", exact: true }).waitFor();

  await t.test("a wrong domain is said at its field, and mended there", async () => {
    await keys.type("E-mail domain", "example");
    await keys.choose("Client with the identity provider", portal.name, "portal");
    await keys.to(add);
    await keys.press("Enter");
    await page.getByText(/is no domain in lower case/).waitFor();
    // the focus comes back to the panel
    await page.waitForFunction(() => document.activeElement !== document.body);
    await keys.press("Shift+Tab");
    for (let stop = 0; stop < 10 && !(await desk.field("E-mail domain").evaluate((own) => own === document.activeElement)); stop++) {
      await keys.press("Shift+Tab");
    }
    await keys.press("Control+a");
    await page.keyboard.insertText("example.org");
    await keys.press("Enter");
    await desk.button("Remove example.org").waitFor();
  });
  await t.test("a second one, then the first is taken away", async () => {
    await keys.type("E-mail domain", "example.net");
    await keys.choose("Client with the identity provider", portal.name, "portal");
    await keys.to(add);
    await keys.press("Enter");
    await desk.button("Remove example.net").waitFor();
    await keys.to(desk.button("Remove example.org"));
    await keys.press("Enter");
    await desk.button("Remove example.org").waitFor({ state: "detached" });
    await page.waitForFunction(() => document.activeElement !== document.body);
    const { domainConfigurations } = await desk.call("settings_get", {});
    assert.deepEqual(domainConfigurations.map(({ domain }) => domain), ["example.net"]);
  });
});
