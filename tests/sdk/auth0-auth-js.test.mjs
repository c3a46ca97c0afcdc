// Auth0's own client for servers in Node.js. It speaks https only, so the server does, with its locally made CA.
import assert from "node:assert/strict";
import { test } from "node:test";

import { AuthClient } from "@auth0/auth0-auth-js";

import { Browser, CALLBACK, MANAGEMENT, startTlsServer, trusting } from "./harness.mjs";
import { ACCOUNTS, API, CONNECTION, configure, connectAccount, ME, startProvider, VAULT, workspaceFor } from "./vault.mjs";

/** A web application of the guide for refresh tokens: with a secret, and refresh tokens that do not rotate. */
const WEB = {
  name: "Web app",
  app_type: "regular_web",
  token_endpoint_auth_method: "client_secret_post",
  jwt_configuration: { alg: "RS256" },
  grant_types: ["authorization_code", "refresh_token", VAULT],
};

/** A server with the settings, and the SDK as any of its clients. */
async function setUp(t) {
  const provider = await startProvider(t);
  const { base, ca } = await startTlsServer(t, workspaceFor(provider));
  await provider.register(base);
  const ask = trusting(ca);
  const { client, capi } = await configure(base, provider, WEB, ask);
  const as = ({ client_id, client_secret }) =>
    new AuthClient({
      domain: new URL(base).host,
      clientId: client_id,
      clientSecret: client_secret,
      authorizationParams: { redirect_uri: CALLBACK },
      customFetch: ask,
    });
  return { provider, base, ask, web: as(client), capi: as(capi), as };
}

/** Signs Ada in with the SDK: from the address it builds to the tokens it takes for the code. */
async function signIn(web, browser, authorizationParams) {
  const { authorizationUrl, codeVerifier } = await web.buildAuthorizationUrl({ authorizationParams });
  return web.getTokenByCode(await browser.follow(authorizationUrl), { codeVerifier });
}

/** What the SDK makes of a refusal. */
function refusal(name, statusCode, error) {
  return (raised) => {
    assert.deepEqual([raised.name, raised.statusCode, raised.cause?.error], [name, statusCode, error], raised);
    return true;
  };
}

test("a provider's token for an access token and for a refresh token", async (t) => {
  const { provider, base, ask, web, capi } = await setUp(t);
  const browser = new Browser(base, ask);
  const me = await signIn(web, browser, { audience: `${base}me/`, scope: ME.join(" ") });
  const person = await signIn(web, browser, { audience: API, scope: "openid read:calendar offline_access" });
  const subjects = [
    [capi, { accessToken: person.accessToken }],
    [web, { refreshToken: person.refreshToken }],
  ];
  const notFound = refusal("TokenForConnectionErrorCode", 401, "federated_connection_refresh_token_not_found");

  await t.test("nothing is connected", async () => {
    for (const [client, subject] of subjects) {
      await assert.rejects(client.getTokenForConnection({ connection: CONNECTION, ...subject }), notFound);
    }
  });
  const account = await connectAccount(base, provider, browser, me.accessToken, ask);
  await t.test("the account is connected", async () => {
    for (const [client, subject] of subjects) {
      const given = await client.getTokenForConnection({ connection: CONNECTION, ...subject });
      assert.equal(given.scope, "openid offline_access");
      assert.equal(given.issuedTokenType, "http://auth0.com/oauth/token-type/federated-connection-access-token");
      assert.ok(given.expiresAt > Date.now() / 1000, given.expiresAt);
      assert.equal(given.refreshToken, undefined);
      const headers = { Authorization: `Bearer ${given.accessToken}` };
      const known = await fetch(`${provider.issuer}/me`, { headers });
      assert.deepEqual([known.status, await known.json()], [200, { sub: "ext-1" }]);
    }
  });
  await t.test("the hint names an account at the provider", async () => {
    const subject = { connection: CONNECTION, accessToken: person.accessToken };
    assert.ok((await capi.getTokenForConnection({ ...subject, loginHint: "ext-1" })).accessToken);
    const nobody = capi.getTokenForConnection({ ...subject, loginHint: "ext-2" });
    await assert.rejects(nobody, refusal("TokenForConnectionErrorCode", 401, "user_not_found"));
  });
  await t.test("who may not", async () => {
    const subject = { connection: CONNECTION, accessToken: person.accessToken };
    await assert.rejects(
      web.getTokenForConnection(subject),
      refusal("TokenForConnectionErrorCode", 403, "unauthorized_client"),
    );
    await assert.rejects(
      capi.getTokenForConnection({ ...subject, accessToken: me.accessToken }),
      refusal("TokenForConnectionErrorCode", 403, "unauthorized_client"),
    );
    await assert.rejects(
      capi.getTokenForConnection({ ...subject, accessToken: "junk" }),
      refusal("TokenForConnectionErrorCode", 401, "invalid_grant"),
    );
  });
  await t.test("the SDK itself refuses what the grant does not know", async () => {
    const subject = { connection: CONNECTION, subjectToken: person.accessToken };
    await assert.rejects(capi.exchangeToken({ ...subject, audience: API }), /audience and resource .* not supported/);
    assert.ok((await capi.exchangeToken(subject)).accessToken);
    await assert.rejects(
      capi.getTokenForConnection({ connection: CONNECTION, ...subjects[0][1], ...subjects[1][1] }),
      /but not both/,
    );
  });
  await t.test("the account is deleted", async () => {
    const gone = await ask(new URL(`${ACCOUNTS}/accounts/${account.id}`, base), {
      method: "DELETE",
      headers: { Authorization: `Bearer ${me.accessToken}` },
    });
    assert.equal(gone.status, 204);
    for (const [client, subject] of subjects) {
      await assert.rejects(client.getTokenForConnection({ connection: CONNECTION, ...subject }), notFound);
    }
  });
});

test("the other grants, userinfo, revocation and the end of a session", async (t) => {
  const { base, ask, web, as } = await setUp(t);
  const browser = new Browser(base, ask);
  const tokens = await signIn(web, browser, { audience: API, scope: "openid read:calendar offline_access" });
  assert.equal(tokens.claims.iss, base);
  assert.equal((await web.getUserInfo({ accessToken: tokens.accessToken })).sub, tokens.claims.sub);

  const { refreshToken } = tokens;
  const again = await web.getTokenByRefreshToken({ refreshToken });
  assert.ok(again.accessToken);
  await web.revokeToken({ token: refreshToken, tokenTypeHint: "refresh_token" });
  await assert.rejects(
    web.getTokenByRefreshToken({ refreshToken }),
    (error) => error.name === "TokenByRefreshTokenError" && error.cause.error === "invalid_grant",
  );

  const machine = as({ client_id: MANAGEMENT.id, client_secret: MANAGEMENT.secret });
  const own = await machine.getTokenByClientCredentials({ audience: `${base}api/v2/` });
  const clients = await ask(new URL("api/v2/clients", base), { headers: { Authorization: `Bearer ${own.accessToken}` } });
  assert.equal(clients.status, 200);
  await assert.rejects(
    as({ client_id: MANAGEMENT.id, client_secret: "wrong" }).getTokenByClientCredentials({ audience: `${base}api/v2/` }),
    (error) => error.name === "TokenByClientCredentialsError" && error.statusCode === 401,
  );

  const end = await web.buildLogoutUrl({ returnTo: CALLBACK });
  assert.ok(end.href.startsWith(base), end);
  assert.equal((await ask(end)).status, 200);
});
