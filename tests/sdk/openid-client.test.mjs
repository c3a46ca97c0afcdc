// openid-client 6, an OpenID certified relying party: every grant it knows.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as oidc from "openid-client";

import {
  Browser,
  CALLBACK,
  CLIENTS,
  PAT,
  preauthorize,
  SIGNED_OUT,
  startElsewhere,
  startServer,
  workspaceWith,
} from "./harness.mjs";

const insecure = { execute: [oidc.allowInsecureRequests] };

const discover = (base, { id, secret }, authentication) =>
  oidc.discovery(new URL(base), id, secret, authentication, insecure);

/** The code flow with everything the library checks: state, nonce, PKCE, iss, the signature of the id token. */
async function signIn(base, config, more = {}, browser = new Browser(base)) {
  const verifier = oidc.randomPKCECodeVerifier();
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: "openid email profile offline_access",
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
    ...more,
  });
  const back = await browser.follow(url);
  assert.equal(back.searchParams.get("iss"), base);
  const tokens = await oidc.authorizationCodeGrant(config, back, {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  });
  return { tokens, back, verifier, browser };
}

describe("openid-client", () => {
  for (const [name, client, authentication] of [
    ["client_secret_post", CLIENTS.web, oidc.ClientSecretPost(CLIENTS.web.secret)],
    ["client_secret_basic", CLIENTS.web, oidc.ClientSecretBasic(CLIENTS.web.secret)],
    ["none", CLIENTS.spa, oidc.None()],
  ]) {
    it(`authorization_code and refresh_token with ${name}`, async (t) => {
      const base = await startServer(t);
      const config = await discover(base, client, authentication);
      oidc.enableNonRepudiationChecks(config);
      const { tokens } = await signIn(base, config);
      const claims = tokens.claims();
      const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
      assert.equal(userinfo.email, "ada@example.org");
      assert.equal(userinfo.name, "Ada Byron");

      const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
      assert.notEqual(refreshed.refresh_token, tokens.refresh_token);
      assert.equal(refreshed.claims().sub, claims.sub);
      await oidc.fetchUserInfo(config, refreshed.access_token, claims.sub);
    });
  }

  it("client_credentials, introspection and revocation", async (t) => {
    const base = await startServer(t);
    const config = await discover(base, CLIENTS.service);
    const tokens = await oidc.clientCredentialsGrant(config, { scope: "openid" });
    assert.equal(tokens.token_type, "bearer");
    const live = await oidc.tokenIntrospection(config, tokens.access_token);
    assert.equal(live.active, true);
    assert.equal(live.client_id, CLIENTS.service.id);
    await oidc.tokenRevocation(config, tokens.access_token);
    assert.deepEqual(await oidc.tokenIntrospection(config, tokens.access_token), { active: false });
  });

  it("a pre-authorized code as a generic grant", async (t) => {
    const base = await startServer(t);
    const { preAuthorizedCode, txCode } = await preauthorize(base, {
      clientId: CLIENTS.wallet.id,
      scope: "openid profile",
      txCode: true,
    });
    const config = await discover(base, CLIENTS.wallet, oidc.None());
    const grant = "urn:ietf:params:oauth:grant-type:pre-authorized_code";
    const redeem = (more) =>
      oidc.genericGrantRequest(config, grant, { "pre-authorized_code": preAuthorizedCode, ...more });
    await assert.rejects(redeem({ tx_code: "000" }), { error: "invalid_grant" });
    const tokens = await redeem({ tx_code: txCode });
    const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
    assert.equal(userinfo.profile, PAT.profile);
    await assert.rejects(redeem({ tx_code: txCode }), { error: "invalid_grant" });
  });

  it("token exchange as a generic grant", async (t) => {
    const people = { "their-token": { sub: "idp|pat", email: PAT.email, email_verified: true } };
    const elsewhere = await startElsewhere(t, { people });
    const provider = { identityProvider: { userInfoUrl: `${elsewhere}userinfo` } };
    const base = await startServer(t, workspaceWith("rfc", CLIENTS.web, provider, elsewhere));
    const config = await discover(base, CLIENTS.web, oidc.ClientSecretBasic(CLIENTS.web.secret));
    const [grant, kind] = ["urn:ietf:params:oauth:grant-type:token-exchange", "urn:ietf:params:oauth:token-type:access_token"];
    assert.ok(config.serverMetadata().grant_types_supported.includes(grant));
    const exchange = (more) =>
      oidc.genericGrantRequest(config, grant, { subject_token: "their-token", subject_token_type: kind, scope: "openid profile", ...more });
    const tokens = await exchange({});
    assert.equal(tokens.issued_token_type, kind);
    assert.equal(tokens.profile.reference, PAT.profile);
    const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
    assert.equal(userinfo.profile, PAT.profile);
    await assert.rejects(exchange({ subject_token: "nobodys" }), { error: "invalid_request" });
    await assert.rejects(exchange({ actor_token: "x", actor_token_type: kind }), { error: "invalid_request" });
  });

  for (const [name, algorithm, alg] of [
    ["ES256", { name: "ECDSA", namedCurve: "P-256" }, "ES256"],
    ["ES384", { name: "ECDSA", namedCurve: "P-384" }, "ES384"],
    ["RS384", { name: "RSASSA-PKCS1-v1_5", hash: "SHA-384", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }, "RS384"],
    ["RS256", { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }, "RS256"],
  ]) {
    it(`private_key_jwt with ${name}: client credentials, a code and introspection`, async (t) => {
      const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
      const keys = [{ ...(await crypto.subtle.exportKey("jwk", pair.publicKey)), kid: "ours", alg, use: "sig" }];
      const elsewhere = await startElsewhere(t, { keys });
      const changes = { jwksUri: `${elsewhere}jwks.json`, secret: undefined };
      const base = await startServer(t, workspaceWith("rfc", CLIENTS.web, changes, elsewhere));
      const config = await discover(base, { id: CLIENTS.web.id }, oidc.PrivateKeyJwt({ key: pair.privateKey, kid: "ours" }));
      assert.ok(config.serverMetadata().token_endpoint_auth_methods_supported.includes("private_key_jwt"));
      const own = await oidc.clientCredentialsGrant(config, { scope: "openid" });
      assert.equal((await oidc.tokenIntrospection(config, own.access_token)).client_id, CLIENTS.web.id);
      const { tokens } = await signIn(base, config);
      assert.ok((await oidc.refreshTokenGrant(config, tokens.refresh_token)).access_token);

      const strange = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
      const forged = await discover(base, { id: CLIENTS.web.id }, oidc.PrivateKeyJwt({ key: strange.privateKey, kid: "ours" }));
      await assert.rejects(oidc.clientCredentialsGrant(forged, {}), { error: "invalid_client" });
    });
  }

  it("prompt, max_age and id_token_hint keep to the browser's session", async (t) => {
    const base = await startServer(t);
    const config = await discover(base, CLIENTS.spa, oidc.None());
    const { tokens, browser } = await signIn(base, config, { scope: "openid" });
    const again = await signIn(base, config, { scope: "openid", prompt: "none", id_token_hint: tokens.id_token }, browser);
    assert.equal(again.tokens.claims().sub, tokens.claims().sub);
    const stranger = signIn(base, config, { scope: "openid", prompt: "none", id_token_hint: tokens.id_token });
    await assert.rejects(stranger, { error: "login_required" });
  });

  it("what was begun elsewhere is not finished here", async (t) => {
    const base = await startServer(t);
    const config = await discover(base, CLIENTS.spa, oidc.None());
    const { back, verifier } = await signIn(base, config);
    await assert.rejects(
      oidc.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier, expectedState: back.searchParams.get("state") }),
      { error: "invalid_grant" },
      "a code works once",
    );
    const foreign = new URL(back);
    foreign.searchParams.set("iss", "http://127.0.0.1:1/");
    await assert.rejects(
      oidc.authorizationCodeGrant(config, foreign, { pkceCodeVerifier: verifier, expectedState: back.searchParams.get("state") }),
      ({ code, cause }) => code === "OAUTH_INVALID_RESPONSE" && /"iss"/.test(cause.message),
    );
  });

  it("signs out and comes back", async (t) => {
    const base = await startServer(t);
    const config = await discover(base, CLIENTS.spa, oidc.None());
    const { tokens, browser } = await signIn(base, config, { scope: "openid" });
    const url = oidc.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: SIGNED_OUT,
      state: "bye",
    });
    assert.equal((await browser.follow(url)).href, `${SIGNED_OUT}?state=bye`);
    await assert.rejects(oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub));
  });

  it("what is not in the discovery document is refused with its error", async (t) => {
    const base = await startServer(t);
    const config = await discover(base, CLIENTS.web);
    const metadata = config.serverMetadata();
    for (const absent of ["pushed_authorization_request_endpoint", "device_authorization_endpoint", "registration_endpoint", "backchannel_authentication_endpoint"]) {
      assert.equal(metadata[absent], undefined, absent);
    }
    for (const grant of ["urn:ietf:params:oauth:grant-type:device_code", "urn:openid:params:grant-type:ciba", "password"]) {
      assert.ok(!metadata.grant_types_supported.includes(grant), grant);
      await assert.rejects(oidc.genericGrantRequest(config, grant, {}), { error: "unsupported_grant_type" });
    }
  });
});
