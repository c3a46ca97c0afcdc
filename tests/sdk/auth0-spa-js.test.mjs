// Auth0's own client for browser apps, in Chromium: sign-in, the provider's pages, and the connected account.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { test } from "node:test";

import { openPage, signInAt } from "./chromium.mjs";
import { ADA, PASSWORD, startServer } from "./harness.mjs";
import { ACCOUNTS, API, CONNECTION, configure, ME, OFFLINE, startProvider, workspaceFor } from "./vault.mjs";

/** The app: one page, and the SDK as Auth0 publishes it for a script element. */
async function startApp(test) {
  const sdk = await readFile(new URL("node_modules/@auth0/auth0-spa-js/dist/auth0-spa-js.production.js", import.meta.url));
  const page = '<!doctype html><meta charset="utf-8"><title>App</title><script src="/sdk.js"></script><p>The app';
  const server = createServer((request, reply) => {
    const script = request.url === "/sdk.js";
    reply.setHeader("Content-Type", script ? "text/javascript" : "text/html").end(script ? sdk : page);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  test.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${server.address().port}`;
}

/** Server, provider and app, with the app registered as `changes` say, and the SDK's client in the page. */
async function setUp(t, changes = {}) {
  const provider = await startProvider(t);
  const base = await startServer(t, workspaceFor(provider));
  await provider.register(base);
  const origin = await startApp(t);
  const settings = await configure(base, provider, {
    name: "SPA",
    app_type: "spa",
    token_endpoint_auth_method: "none",
    callbacks: [`${origin}/callback`],
    allowed_origins: [origin],
    web_origins: [origin],
    jwt_configuration: { alg: "RS256" },
    grant_types: ["authorization_code", "refresh_token"],
    refresh_token: {
      rotation_type: "rotating",
      expiration_type: "expiring",
      policies: [{ audience: `${base}me/`, scope: ME }],
    },
    ...changes,
  });
  const page = await openPage(t);
  return { provider, base, origin, page, ...settings };
}

/** What the page does with the SDK: `run` gets the client and `argument`. */
function inApp({ page, base, origin, client }, run, argument) {
  const options = {
    domain: base.replace(/\/$/, ""),
    clientId: client.client_id,
    useRefreshTokens: true,
    useMrrt: true,
    cacheLocation: "localstorage",
    // per API: a text would be asked of every API
    authorizationParams: { audience: API, scope: { [API]: "read:calendar" }, redirect_uri: `${origin}/callback` },
  };
  // an error of the SDK keeps only its message on the way out of the page
  return page.evaluate(
    async ([options, run, argument]) => {
      try {
        const client = await globalThis.auth0.createAuth0Client(options);
        // biome-ignore lint/security/noGlobalEval: it is this file's own function
        return { value: await globalThis.eval(`(${run})`)(client, argument) };
      } catch (error) {
        const kind = Object.entries(globalThis.auth0).find(([, type]) => error.constructor === type)?.[0];
        const { message, error: code, error_description: description, connection, status } = error;
        return { raised: { kind, message, code, description, connection, status } };
      }
    },
    [options, run.toString(), argument],
  );
}

/** The same, when it has to work. */
async function done(world, run, argument) {
  const { value, raised } = await inApp(world, run, argument);
  assert.equal(raised, undefined, JSON.stringify(raised));
  return value;
}

const comeBack = (client) => client.handleRedirectCallback();

/** Ada signs in on our pages, and the app takes the code. */
async function signIn(world, authorizationParams = {}) {
  const { page, origin } = world;
  await page.goto(`${origin}/`);
  await done(world, (client, authorizationParams) => client.loginWithRedirect({ authorizationParams }), authorizationParams);
  await signInAt(page, ADA.email, PASSWORD, `${origin}/callback?*`);
  return done(world, comeBack);
}

test("sign-in, connect at the provider, complete, list, delete", async (t) => {
  const world = await setUp(t);
  const { page, origin, base, provider } = world;
  assert.equal((await signIn(world)).response_type, "code");
  const user = await done(world, (client) => client.getUser());
  assert.match(user.sub, /^auth0\|/);

  const begin = (client, options) => client.connectAccountWithRedirect(options);
  const options = { connection: CONNECTION, scopes: ["openid", "offline_access"], authorization_params: OFFLINE };
  await done(world, begin, { ...options, appState: { from: "settings" } });
  await page.waitForURL(`${provider.issuer}/**`);
  await page.locator('input[name="login"]').fill("ext-1");
  await page.locator('input[name="password"]').fill("any");
  await page.locator('button[type="submit"]').click();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.waitForURL(`${origin}/callback?*`);
  const account = await done(world, comeBack);
  assert.equal(account.response_type, "connect_code");
  assert.match(account.id, /^cac_/);
  assert.deepEqual(account.appState, { from: "settings" });
  assert.deepEqual(
    [account.connection, account.access_type, account.scopes],
    [CONNECTION, "offline", ["openid", "offline_access"]],
  );

  const accounts = (method, url) =>
    done(
      world,
      async (client, { method, url, ...me }) => {
        const token = await client.getTokenSilently({ authorizationParams: me });
        const reply = await fetch(url, { method, headers: { Authorization: `Bearer ${token}` } });
        return { status: reply.status, body: await reply.text() };
      },
      { method, url, audience: `${base}me/`, scope: ME.join(" ") },
    );
  const list = async () => JSON.parse((await accounts("GET", `${base}${ACCOUNTS}/accounts`)).body).accounts;
  assert.deepEqual(
    (await list()).map(({ id }) => id),
    [account.id],
  );
  assert.equal((await accounts("DELETE", `${base}${ACCOUNTS}/accounts/${account.id}`)).status, 204);
  assert.deepEqual(await list(), []);
});

test("a refusal at the provider comes back as the SDK's ConnectError", async (t) => {
  const world = await setUp(t);
  await signIn(world);
  const begin = (client, options) => client.connectAccountWithRedirect(options);
  await done(world, begin, { connection: CONNECTION });
  await world.page.waitForURL(`${world.provider.issuer}/**`);
  await world.page.getByRole("link", { name: "Cancel" }).click();
  await world.page.waitForURL(`${world.origin}/callback?*`);
  const { raised } = await inApp(world, comeBack);
  assert.deepEqual([raised.kind, raised.code, raised.connection], ["ConnectError", "access_denied", CONNECTION]);
  // and what is refused before the browser leaves is the My Account API's problem document
  const unknown = await inApp(world, begin, { connection: "no-such" });
  assert.deepEqual([unknown.raised.kind, unknown.raised.status], ["MyAccountApiError", 400], JSON.stringify(unknown));
});

test("an app without refresh tokens signs in for the My Account API; a page of another origin reads nothing", async (t) => {
  const world = await setUp(t, { grant_types: ["authorization_code"], refresh_token: undefined });
  const { base, page } = world;
  await signIn(world, { audience: `${base}me/`, scope: ME.join(" ") });
  const connections = async () => {
    const me = { audience: `${base}me/`, scope: ME.join(" "), url: `${base}${ACCOUNTS}/connections` };
    return inApp(
      world,
      async (client, { url, ...me }) => {
        const token = await client.getTokenSilently({ authorizationParams: me, cacheMode: "cache-only" });
        return (await fetch(url, { headers: { Authorization: `Bearer ${token}` } })).json();
      },
      me,
    );
  };
  assert.deepEqual(
    (await connections()).value?.connections.map(({ name }) => name),
    [CONNECTION],
  );
  const elsewhere = await startApp(t);
  await page.goto(elsewhere);
  const read = page.evaluate((url) => fetch(url, { method: "POST", body: "{}" }).then((reply) => reply.status), `${base}${ACCOUNTS}/connect`);
  await assert.rejects(read, /Failed to fetch/);
});
