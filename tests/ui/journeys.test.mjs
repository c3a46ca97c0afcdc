// Five journeys, done by somebody automated whose clicks and keystrokes are counted. docs/journeys.md says the same numbers.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { test } from "node:test";
import { open } from "./harness.mjs";

const EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
const WORDS = JSON.parse(readFileSync(new URL("../../ui/src/i18n/en.json", import.meta.url), "utf8"));
const FRAGMENT = "ledg";

/** The table of the document: journey, clicks, keystrokes, and what the best console in the field needs. */
const promised = new Map(
  readFileSync(new URL("../../docs/journeys.md", import.meta.url), "utf8")
    .split("\n")
    .filter((line) => /^\| \d /.test(line))
    .map((line) => {
      const [, journey, clicks, keys, best] = line.split("|").map((cell) => cell.trim());
      return [journey.replace(/^\d /, ""), { clicks: Number(clicks), keys: Number(keys), best: Number(best) }];
    }),
);

/** Counts what the person does from here on, on Home. A chord such as Ctrl K is one keystroke. */
async function begin(desk) {
  await desk.screen("Home").click();
  await desk.page.getByRole("heading", { name: "Riverside Clinic" }).waitFor();
  await desk.page.evaluate(() => {
    const counted = { clicks: 0, keys: 0 };
    window.counted = counted;
    if (window.counting) return;
    window.counting = true;
    const modifiers = ["Control", "Shift", "Alt", "Meta"];
    // a key that presses a button makes a click of its own, without a pointer
    window.addEventListener("click", ({ isTrusted, detail }) => isTrusted && detail > 0 && window.counted.clicks++, true);
    window.addEventListener("keydown", ({ isTrusted, key }) => isTrusted && !modifiers.includes(key) && window.counted.keys++, true);
  });
}

async function end(t, desk, journey) {
  const { clicks, keys } = await desk.page.evaluate(() => window.counted);
  t.diagnostic(`${journey}: ${clicks} clicks, ${keys} keystrokes`);
  const said = promised.get(journey);
  assert.ok(said, `docs/journeys.md has a row for "${journey}"`);
  assert.deepEqual({ clicks, keys }, { clicks: said.clicks, keys: said.keys }, journey);
  assert.ok(clicks + keys <= said.best, `${journey}: ${clicks + keys} acts, the best console needs ${said.best}`);
}

/** By the palette: the keys of the search, then Enter. */
async function find(desk, text, option) {
  await desk.page.keyboard.press("Control+k");
  await desk.page.getByRole("combobox", { name: "Find anything" }).waitFor();
  await desk.page.keyboard.type(text);
  await desk.page.getByRole("option", { name: option, selected: true }).waitFor();
  await desk.page.keyboard.press("Enter");
}

/** A provider that knows nobody here. */
function provider() {
  const server = createServer((_, response) => {
    response.setHeader("content-type", "application/json");
    response.end('{"sub":"4711","email":"p.doe@elsewhere.example"}');
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

test("five journeys, counted", async (t) => {
  const desk = await open(t);
  const { page } = desk;
  const { portal } = await desk.furnish();

  await t.test("create a client and run its first flow", async (t) => {
    await begin(desk);
    await desk.screen("Client applications").click();
    await page.getByRole("link", { name: "Create client" }).click();
    // the type that is recommended stands already
    await desk.field("Name").click();
    await page.keyboard.type("Portal");
    await page.keyboard.press("Enter");
    await desk.button("Run it in the playground").click();
    await page.getByRole("combobox", { name: "Grant" }).click();
    await page.getByRole("option", { name: "Pre-authorized code" }).click();
    await page.getByRole("combobox", { name: "Person" }).first().click();
    await page.getByRole("option", { name: /Pat Doe/ }).click();
    await desk.button("Run").click();
    await page.getByText("done", { exact: true }).waitFor();
    await end(t, desk, "Create a client and run its first flow");
  });

  await t.test("find why a userinfo sign-in fails", async (t) => {
    const server = await provider();
    t.after(() => server.close());
    const { port } = server.address();
    await desk.call("settings_update", { allowedOutboundHosts: [`127.0.0.1:${port}`] });
    const { version } = await desk.call("clients_get", { id: portal.id });
    const identityProvider = {
      userInfoUrl: `http://127.0.0.1:${port}/userinfo`,
      authorizeUrl: null,
      tokenUrl: null,
      clientId: null,
      clientSecret: null,
      hasClientSecret: false,
      useSubject: false,
      requireVerifiedEmail: false,
    };
    await desk.call("clients_update", { id: portal.id, version, changes: { identityProvider, grantTypes: [] } });
    const refused = await desk.token({
      grant_type: EXCHANGE,
      client_id: portal.id,
      subject_token: "of-the-provider",
      subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
    });
    assert.equal(refused.status, 400, JSON.stringify(refused.body));
    await begin(desk);
    await page.getByText(/was refused/).first().waitFor();
    await page.getByRole("button", { name: /^Details/ }).first().click();
    await page.getByText("nobody has this email").waitFor();
    await end(t, desk, "Find why a userinfo sign-in fails");
  });

  await t.test("rotate a secret without an outage", async (t) => {
    const { client } = await desk.call("clients_create", {
      name: "Reporting",
      clientType: "confidential",
      redirectUris: [],
      admin: false,
    });
    await begin(desk);
    await desk.screen("Client applications").click();
    await page.getByRole("row").getByRole("link", { name: "Reporting" }).click();
    await page.getByRole("tab", { name: "Credentials" }).click();
    await desk.button("Rotate …").click();
    await page.getByRole("dialog").getByRole("button", { name: /^Rotate|^Make/ }).click();
    await page.getByLabel("I have stored it").click();
    await desk.button("Close").click();
    await end(t, desk, "Rotate a secret without an outage");
    const { secrets } = await desk.call("clients_get", { id: client.id });
    assert.equal(secrets.length, 2, "the old secret still works");
  });

  await t.test("undo a change", async (t) => {
    const { version } = await desk.call("clients_get", { id: portal.id });
    await desk.call("clients_update", { id: portal.id, version, changes: { description: "by mistake" } });
    await begin(desk);
    await desk.screen("Client applications").click();
    await page.getByRole("row").getByRole("link", { name: "Patient portal" }).click();
    await page.getByRole("tab", { name: "History" }).click();
    await page.getByRole("button", { name: /^Undo/ }).first().click();
    await page.getByText(WORDS["history.undone"]).first().waitFor();
    await end(t, desk, "Undo a change");
    const client = await desk.call("clients_get", { id: portal.id });
    assert.equal(client.description, null);
  });

  await t.test("find a client by a fragment of a redirect URI", async (t) => {
    const create = (name, uri) =>
      desk.call("clients_create", { name, clientType: "public", redirectUris: [uri], admin: false });
    await create("Accounts", "https://apps.example.org/ledger/callback");
    for (const number of [1, 2, 3]) await create(`Tool ${number}`, `https://apps.example.org/tool-${number}/callback`);
    await begin(desk);
    await find(desk, FRAGMENT, /^Accounts/);
    await page.getByRole("heading", { name: "Accounts" }).waitFor();
    await end(t, desk, "Find a client by a fragment of a redirect URI");
  });
});
