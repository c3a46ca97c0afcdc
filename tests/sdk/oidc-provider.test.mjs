// oidc-provider, an OpenID certified provider, as judge: both servers get the same wrong requests, and where their answers
// differ the difference stands below with its reason.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import { Browser, CALLBACK, CLIENTS, startServer } from "./harness.mjs";

const { web, spa } = CLIENTS;
const CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const basic = (id, secret) => ({ Authorization: `Basic ${btoa(`${id}:${secret}`)}` });

async function startJudge(test) {
  const { default: Provider } = await import("oidc-provider");
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${server.address().port}/`;
  const client = ({ id, secret }, more) => ({
    client_id: id,
    ...(secret && { client_secret: secret }),
    redirect_uris: [CALLBACK],
    grant_types: ["authorization_code", "refresh_token", ...(secret ? ["client_credentials"] : [])],
    application_type: "native",
    ...more,
  });
  const provider = new Provider(base.slice(0, -1), {
    clients: [
      client(web, { token_endpoint_auth_method: "client_secret_basic" }),
      client(spa, { token_endpoint_auth_method: "none" }),
    ],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
    },
    routes: {
      authorization: "/oauth2/authorize",
      token: "/oauth2/token",
      userinfo: "/oauth2/userinfo",
      introspection: "/oauth2/introspect",
      revocation: "/oauth2/revoke",
    },
    cookies: { keys: ["a key that signs nothing worth keeping"] },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    pkce: { required: () => true },
  });
  server.on("request", provider.callback());
  test.after(() => new Promise((resolve) => server.close(resolve)));
  return { base, code: (client, scope) => judgesCode(provider, client, scope) };
}

/** A code of the judge, as its pages would give it to somebody who signed in and agreed. */
async function judgesCode(provider, { id }, scope) {
  const grant = new provider.Grant({ accountId: "ada", clientId: id });
  grant.addOIDCScope(scope);
  const code = new provider.AuthorizationCode({
    accountId: "ada",
    authTime: Math.floor(Date.now() / 1000),
    client: await provider.Client.find(id),
    codeChallenge: CHALLENGE,
    codeChallengeMethod: "S256",
    expiresWithSession: false,
    grantId: await grant.save(),
    gty: "authorization_code",
    redirectUri: CALLBACK,
    scope,
  });
  return code.save();
}

/** A code of ours, by way of the pages. */
async function ourCode(base, { id }, scope) {
  const query = new URLSearchParams({ ...request, client_id: id, scope, prompt: "consent" });
  const left = await new Browser(base).follow(`${base}oauth2/authorize?${query}`);
  return left.searchParams.get("code");
}

const token = (fields, headers = {}) => ["POST", "oauth2/token", { form: fields, headers }];
const code = { grant_type: "authorization_code", code: "never-issued", redirect_uri: CALLBACK, code_verifier: "v".repeat(43) };
const request = {
  response_type: "code",
  client_id: spa.id,
  redirect_uri: CALLBACK,
  scope: "openid",
  state: "st",
  code_challenge: CHALLENGE,
  code_challenge_method: "S256",
};
const authorize = (more) => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...request, ...more })) {
    for (const one of [value].flat()) if (one !== undefined) query.append(name, one);
  }
  return ["GET", `oauth2/authorize?${query}`, {}];
};

/** What is wrong, and the request. */
const WRONG = {
  "token: GET": ["GET", "oauth2/token", {}],
  "token: JSON body": ["POST", "oauth2/token", { body: "{}", headers: { "Content-Type": "application/json" } }],
  "token: nothing": token({}),
  "token: no grant_type": token({ client_id: spa.id }),
  "token: unknown grant_type": token({ grant_type: "junk" }, basic(web.id, web.secret)),
  "token: password grant": token({ grant_type: "password", username: "a", password: "b" }, basic(web.id, web.secret)),
  "token: no client": token(code),
  "token: unknown client": token({ ...code, client_id: "c0ffee00-0000-4000-8000-999999999999" }),
  "token: wrong secret, Basic": token(code, basic(web.id, "wrong")),
  "token: empty secret, Basic": token(code, basic(web.id, "")),
  "token: Basic is no base64": token(code, { Authorization: "Basic %%%" }),
  "token: Basic without colon": token(code, { Authorization: `Basic ${btoa("x")}` }),
  "token: Bearer as client": token(code, { Authorization: "Bearer x" }),
  "token: secret in header and form": token({ ...code, client_id: web.id, client_secret: web.secret }, basic(web.id, web.secret)),
  "token: header and form name two clients": token({ ...code, client_id: spa.id }, basic(web.id, web.secret)),
  "token: a public client sends a secret": token({ ...code, client_id: spa.id, client_secret: "x" }),
  "token: a confidential client sends none": token({ ...code, client_id: web.id }),
  "token: client_id twice": token([["grant_type", "refresh_token"], ["client_id", spa.id], ["client_id", spa.id]]),
  "token: plain text": ["POST", "oauth2/token", { body: "grant_type=refresh_token", headers: { "Content-Type": "text/plain" } }],
  "token: grant_type twice": token([["grant_type", "refresh_token"], ["grant_type", "refresh_token"]], basic(web.id, web.secret)),
  "token: unknown client, Basic": token(code, basic("c0ffee00-0000-4000-8000-999999999999", "x")),
  "token: an assertion of a kind nobody knows": token({ ...code, client_id: web.id, client_assertion_type: "junk", client_assertion: "a.b.c" }),
  "token: an assertion that is none": token({ ...code, client_id: web.id, client_assertion_type: JWT_BEARER, client_assertion: "x" }),
  "token: an assertion beside Basic": token(
    { ...code, client_assertion_type: JWT_BEARER, client_assertion: "a.b.c" },
    basic(web.id, web.secret),
  ),
  "token: device grant": token({ grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code: "x" }, basic(web.id, web.secret)),
  "token: JWT as grant": token({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion: "a.b.c" }, basic(web.id, web.secret)),
  "token: the secret in the address": ["POST", `oauth2/token?client_id=${web.id}&client_secret=${web.secret}`, { form: code }],
  "code: code twice": token([...Object.entries(code), ["code", "other"]], basic(web.id, web.secret)),
  "client_credentials: illegal scope": token({ grant_type: "client_credentials", scope: 'a"b' }, basic(web.id, web.secret)),
  "client_credentials: unknown scope": token({ grant_type: "client_credentials", scope: "no-such-word" }, basic(web.id, web.secret)),
  "code: missing": token({ ...code, code: "" }, basic(web.id, web.secret)),
  "code: unknown": token(code, basic(web.id, web.secret)),
  "code: unknown, public client": token({ ...code, client_id: spa.id }),
  "refresh: missing": token({ grant_type: "refresh_token" }, basic(web.id, web.secret)),
  "refresh: garbage": token({ grant_type: "refresh_token", refresh_token: "x" }, basic(web.id, web.secret)),
  "client_credentials: public client": token({ grant_type: "client_credentials", client_id: spa.id }),
  "authorize: no client_id": authorize({ client_id: undefined }),
  "authorize: unknown client": authorize({ client_id: "c0ffee00-0000-4000-8000-999999999999" }),
  "authorize: client_id twice": authorize({ client_id: [spa.id, spa.id] }),
  "authorize: unregistered redirect_uri": authorize({ redirect_uri: "https://evil.test/cb" }),
  "authorize: redirect_uri with more path": authorize({ redirect_uri: `${CALLBACK}/more` }),
  "authorize: redirect_uri with query": authorize({ redirect_uri: `${CALLBACK}?x=1` }),
  "authorize: redirect_uri with fragment": authorize({ redirect_uri: `${CALLBACK}#x` }),
  "authorize: redirect_uri in capitals": authorize({ redirect_uri: CALLBACK.replace("callback", "CALLBACK") }),
  "authorize: redirect_uri of another loopback": authorize({ redirect_uri: CALLBACK.replace("127.0.0.1", "127.0.0.2") }),
  "authorize: redirect_uri twice": authorize({ redirect_uri: [CALLBACK, CALLBACK] }),
  "authorize: no redirect_uri": authorize({ redirect_uri: undefined }),
  "authorize: relative redirect_uri": authorize({ redirect_uri: "/callback" }),
  "authorize: redirect_uri is a script": authorize({ redirect_uri: "javascript:alert(1)" }),
  "authorize: redirect_uri with user": authorize({ redirect_uri: CALLBACK.replace("127.0.0.1", "a@127.0.0.1") }),
  "authorize: redirect_uri encoded twice": authorize({ redirect_uri: encodeURIComponent(CALLBACK) }),
  "authorize: redirect_uri over https": authorize({ redirect_uri: CALLBACK.replace("http:", "https:") }),
  "authorize: client_id is empty": authorize({ client_id: "" }),
  "authorize: response_type id_token": authorize({ response_type: "id_token", nonce: "n" }),
  "authorize: response_type code id_token": authorize({ response_type: "code id_token", nonce: "n" }),
  "authorize: response_type none": authorize({ response_type: "none" }),
  "authorize: response_type code code": authorize({ response_type: "code code" }),
  "authorize: response_type twice": authorize({ response_type: ["code", "code"] }),
  "authorize: response_mode query twice": authorize({ response_mode: ["query", "query"] }),
  "authorize: illegal scope": authorize({ scope: 'openid a"b' }),
  "authorize: nonce twice": authorize({ nonce: ["a", "b"] }),
  "authorize: challenge twice": authorize({ code_challenge: [CHALLENGE, CHALLENGE] }),
  "authorize: challenge too long": authorize({ code_challenge: "a".repeat(129) }),
  "authorize: code_challenge_method junk": authorize({ code_challenge_method: "S512" }),
  "authorize: challenge without method": authorize({ code_challenge_method: undefined }),
  "authorize: prompt none and consent": authorize({ prompt: "none consent" }),
  "authorize: max_age is a fraction": authorize({ max_age: "1.5" }),
  "authorize: id_token_hint is garbage, pages allowed": authorize({ id_token_hint: "garbage" }),
  "authorize: id_token_hint is not signed": authorize({ id_token_hint: "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ." }),
  "authorize: request and request_uri": authorize({ request: "a.b.c", request_uri: "http://127.0.0.1:1/" }),
  "authorize: no response_type": authorize({ response_type: undefined }),
  "authorize: response_type token": authorize({ response_type: "token" }),
  "authorize: response_type junk": authorize({ response_type: "junk" }),
  "authorize: response_mode junk": authorize({ response_mode: "junk" }),
  "authorize: no scope": authorize({ scope: undefined }),
  "authorize: state twice": authorize({ state: ["a", "b"] }),
  "authorize: no code_challenge": authorize({ code_challenge: undefined, code_challenge_method: undefined }),
  "authorize: code_challenge_method plain": authorize({ code_challenge_method: "plain" }),
  "authorize: method without challenge": authorize({ code_challenge: undefined }),
  "authorize: challenge too short": authorize({ code_challenge: "short" }),
  "authorize: challenge with padding": authorize({ code_challenge: `${CHALLENGE.slice(1)}=` }),
  "authorize: prompt none, nobody is signed in": authorize({ prompt: "none" }),
  "authorize: prompt none and login": authorize({ prompt: "none login" }),
  "authorize: prompt junk": authorize({ prompt: "junk" }),
  "authorize: max_age -1": authorize({ max_age: "-1" }),
  "authorize: max_age is no number": authorize({ max_age: "abc" }),
  "authorize: id_token_hint is garbage": authorize({ id_token_hint: "garbage", prompt: "none" }),
  "authorize: request": authorize({ request: "a.b.c" }),
  "authorize: request_uri": authorize({ request_uri: "http://127.0.0.1:1/" }),
  "authorize: registration": authorize({ registration: "{}" }),
  "userinfo: no token": ["GET", "oauth2/userinfo", {}],
  "userinfo: unknown token": ["GET", "oauth2/userinfo", { headers: { Authorization: "Bearer x" } }],
  "userinfo: token in the query": ["GET", "oauth2/userinfo?access_token=x", {}],
  "userinfo: token in header and form": ["POST", "oauth2/userinfo", { form: { access_token: "x" }, headers: { Authorization: "Bearer x" } }],
  "userinfo: Basic": ["GET", "oauth2/userinfo", { headers: basic(web.id, web.secret) }],
  "userinfo: a scheme alone": ["GET", "oauth2/userinfo", { headers: { Authorization: "Bearer" } }],
  "userinfo: unknown token in the form": ["POST", "oauth2/userinfo", { form: { access_token: "x" } }],
  "introspect: GET": ["GET", "oauth2/introspect?token=x", { headers: basic(web.id, web.secret) }],
  "introspect: wrong secret": ["POST", "oauth2/introspect", { form: { token: "x" }, headers: basic(web.id, "wrong") }],
  "introspect: public client": ["POST", "oauth2/introspect", { form: { token: "x", client_id: spa.id } }],
  "introspect: token twice": ["POST", "oauth2/introspect", { form: [["token", "x"], ["token", "y"]], headers: basic(web.id, web.secret) }],
  "introspect: JSON body": ["POST", "oauth2/introspect", { body: '{"token":"x"}', headers: { "Content-Type": "application/json", ...basic(web.id, web.secret) } }],
  "introspect: no client": ["POST", "oauth2/introspect", { form: { token: "x" } }],
  "introspect: no token": ["POST", "oauth2/introspect", { form: {}, headers: basic(web.id, web.secret) }],
  "introspect: unknown token": ["POST", "oauth2/introspect", { form: { token: "x" }, headers: basic(web.id, web.secret) }],
  "revoke: GET": ["GET", "oauth2/revoke?token=x", { headers: basic(web.id, web.secret) }],
  "revoke: wrong secret": ["POST", "oauth2/revoke", { form: { token: "x" }, headers: basic(web.id, "wrong") }],
  "revoke: unknown client": ["POST", "oauth2/revoke", { form: { token: "x", client_id: "c0ffee00-0000-4000-8000-999999999999" } }],
  "revoke: token twice": ["POST", "oauth2/revoke", { form: [["token", "x"], ["token", "y"]], headers: basic(web.id, web.secret) }],
  "revoke: confidential client without secret": ["POST", "oauth2/revoke", { form: { token: "x", client_id: web.id } }],
  "revoke: no client": ["POST", "oauth2/revoke", { form: { token: "x" } }],
  "revoke: no token": ["POST", "oauth2/revoke", { form: {}, headers: basic(web.id, web.secret) }],
  "revoke: unknown token": ["POST", "oauth2/revoke", { form: { token: "x" }, headers: basic(web.id, web.secret) }],
  "revoke: unknown hint": ["POST", "oauth2/revoke", { form: { token: "x", token_type_hint: "junk" }, headers: basic(web.id, web.secret) }],
};

const redeem = (given, more = {}) =>
  token({ grant_type: "authorization_code", code: given, redirect_uri: CALLBACK, code_verifier: VERIFIER, client_id: spa.id, ...more });
const refresh = (given, more = {}) => token({ grant_type: "refresh_token", refresh_token: given, client_id: spa.id, ...more });

/** What is wrong with a code or a token that is good: what has to be there, the requests before, and the wrong one. */
const SPOILED = {
  "code: of another client": async ({ code }) => [redeem(await code(), { client_id: web.id, client_secret: web.secret })],
  "code: of another client, public": async ({ webCode }) => [redeem(await webCode())],
  "code: another redirect_uri": async ({ code }) => [redeem(await code(), { redirect_uri: `${CALLBACK}x` })],
  "code: wrong verifier": async ({ code }) => [redeem(await code(), { code_verifier: "w".repeat(43) })],
  "code: verifier too short": async ({ code }) => [redeem(await code(), { code_verifier: "short" })],
  "code: verifier with other characters": async ({ code }) => [redeem(await code(), { code_verifier: `${VERIFIER.slice(1)}!` })],
  "code: the challenge as verifier": async ({ code }) => [redeem(await code(), { code_verifier: CHALLENGE })],
  "code: no verifier": async ({ code }) => [redeem(await code(), { code_verifier: "" })],
  "code: twice": async ({ code }) => [redeem(await code()), redeem(await code())],
  "code: as refresh token": async ({ code }) => [refresh(await code())],
  "refresh: of another client": async ({ tokens }) => [refresh((await tokens()).refresh_token, { client_id: web.id, client_secret: web.secret })],
  "refresh: more scope": async ({ tokens }) => [refresh((await tokens()).refresh_token, { scope: "openid offline_access email" })],
  "refresh: illegal scope": async ({ tokens }) => [refresh((await tokens()).refresh_token, { scope: 'a"b' })],
  "refresh: an access token": async ({ tokens }) => [refresh((await tokens()).access_token)],
  "refresh: an id token": async ({ tokens }) => [refresh((await tokens()).id_token)],
  "refresh: revoked": async ({ tokens }) => [
    ["POST", "oauth2/revoke", { form: { token: (await tokens()).refresh_token, client_id: spa.id } }],
    refresh((await tokens()).refresh_token),
  ],
  "refresh: of a code that came twice": async ({ code, later }) => [redeem(await code()), redeem(await code()), () => refresh(later[0].refresh_token)],
  "userinfo: an id token": async ({ tokens }) => [["GET", "oauth2/userinfo", { headers: { Authorization: `Bearer ${(await tokens()).id_token}` } }]],
  "userinfo: a refresh token": async ({ tokens }) => [["GET", "oauth2/userinfo", { headers: { Authorization: `Bearer ${(await tokens()).refresh_token}` } }]],
  "userinfo: revoked": async ({ tokens }) => [
    ["POST", "oauth2/revoke", { form: { token: (await tokens()).access_token, client_id: spa.id } }],
    ["GET", "oauth2/userinfo", { headers: { Authorization: `Bearer ${(await tokens()).access_token}` } }],
  ],
  "introspect: revoked": async ({ webTokens }) => [
    ["POST", "oauth2/revoke", { form: { token: (await webTokens()).refresh_token }, headers: basic(web.id, web.secret) }],
    ["POST", "oauth2/introspect", { form: { token: (await webTokens()).refresh_token }, headers: basic(web.id, web.secret) }],
  ],
  "introspect: an id token": async ({ webTokens }) => [
    ["POST", "oauth2/introspect", { form: { token: (await webTokens()).id_token }, headers: basic(web.id, web.secret) }],
  ],
  "introspect: a public client's token": async ({ tokens }) => [
    ["POST", "oauth2/introspect", { form: { token: (await tokens()).refresh_token }, headers: basic(web.id, web.secret) }],
  ],
  "revoke: another client's token": async ({ webTokens }) => [
    ["POST", "oauth2/revoke", { form: { token: (await webTokens()).refresh_token, client_id: spa.id } }],
  ],
};

/** Where the answers differ: ours, the judge's, and why ours stays. */
const DIFFERENCES = {
  "token: GET": {
    ours: "405 invalid_request",
    judge: "404",
    why: "RFC 9110 section 15.5.6: the path is there, the method is not allowed, and Allow names the one that is.",
  },
  "token: empty secret, Basic": {
    ours: "401 invalid_client",
    judge: "400 invalid_request",
    why: "RFC 6749 section 2.3.1 lets a client leave an empty secret out: it did not prove who it is.",
  },
  "token: an assertion that is none": {
    ours: "401 invalid_client",
    judge: "400 invalid_request",
    why: "RFC 7523 section 3.2: an assertion that does not hold is invalid_client, whatever is wrong with it.",
  },
  "code: verifier too short": {
    ours: "400 invalid_grant",
    judge: "400 invalid_request",
    why: "RFC 7636 section 4.6: what is not behind the challenge is invalid_grant, and its form says nothing more.",
  },
  "code: verifier with other characters": {
    ours: "400 invalid_grant",
    judge: "400 invalid_request",
    why: "RFC 7636 section 4.6: what is not behind the challenge is invalid_grant, and its form says nothing more.",
  },
  "client_credentials: unknown scope": {
    ours: "400 invalid_scope",
    judge: "200",
    why: "RFC 6749 section 5.2 has invalid_scope for an unknown scope; a token for nothing helps nobody to find the slip.",
  },
  "client_credentials: public client": {
    ours: "400 unauthorized_client",
    judge: "400 invalid_request",
    why: "RFC 6749 section 5.2 has unauthorized_client for a client that may not use a grant.",
  },
  "authorize: response_type token": {
    ours: "unsupported_response_type in a redirect",
    judge: "null in a redirect",
    why: "The judge answers the same error in the fragment; this server answers in the query only and has no fragments.",
  },
  "authorize: response_type id_token": {
    ours: "unsupported_response_type in a redirect",
    judge: "null in a redirect",
    why: "As for response_type token: the judge answers in the fragment.",
  },
  "authorize: response_type code id_token": {
    ours: "unsupported_response_type in a redirect",
    judge: "null in a redirect",
    why: "As for response_type token: the judge answers in the fragment.",
  },
  "authorize: response_type none": {
    ours: "unsupported_response_type in a redirect",
    judge: "invalid_request in a redirect",
    why: "RFC 6749 section 4.1.2.1: what is not supported is unsupported_response_type; the judge looks at other parameters first.",
  },
  "authorize: response_type code code": {
    ours: "unsupported_response_type in a redirect",
    judge: "asks the person",
    why: "RFC 6749 section 8.4: a response type is registered as it is written, and this one is not.",
  },
  "authorize: redirect_uri twice": {
    ours: "400 page",
    judge: "invalid_request in a redirect",
    why: "RFC 6749 section 4.1.2.1: where it is not clear which address is meant, nobody is sent to one.",
  },
  "authorize: no redirect_uri": {
    ours: "400 page",
    judge: "asks the person",
    why: "OpenID Connect Core section 3.1.2.1 requires it; the judge takes the only one that is registered.",
  },
  "authorize: no scope": {
    ours: "invalid_request in a redirect",
    judge: "asks the person",
    why: "As Medplum: a client without a default scope must say what it wants (RFC 6749 section 3.3).",
  },
  "userinfo: Basic": {
    ours: "401 login",
    judge: "400 invalid_request",
    why: "RFC 6750 section 3: no access token was sent, so the answer says 401 and names the scheme that would do.",
  },
  "userinfo: a scheme alone": {
    ours: "401 invalid_token",
    judge: "400 invalid_request",
    why: "RFC 6750 section 3.1: a malformed access token is invalid_token, and an empty one is malformed.",
  },
  "introspect: GET": {
    ours: "405 invalid_request",
    judge: "404",
    why: "As for GET at the token endpoint.",
  },
  "introspect: public client": {
    ours: "401 invalid_client",
    judge: "200 inactive",
    why: "RFC 7662 section 2.1: the endpoint requires authorization, and a public client proves nothing.",
  },
  "introspect: an id token": {
    ours: "200 inactive",
    judge: "400 unsupported_token_type",
    why: "RFC 7662 section 2.2: what is no token for this server is inactive; that error is revocation's (RFC 7009).",
  },
  "introspect: a public client's token": {
    ours: "200 inactive",
    judge: "200",
    why: "RFC 7662 section 4: a client learns about its own tokens; about all of a project only its admin client does.",
  },
  "revoke: GET": {
    ours: "405 invalid_request",
    judge: "404",
    why: "As for GET at the token endpoint.",
  },
  "userinfo: no token": {
    ours: "401 login",
    judge: "401 invalid_token",
    why: "RFC 6750 section 3.1: without a token there is no error code; the body is Medplum's OperationOutcome.",
  },
};

/** What an answer says: a redirect's error, a body's error, or that it is a page. */
async function verdict(base, [method, target, { form, body, headers = {} }]) {
  const reply = await fetch(base + target, {
    method,
    headers: { Accept: target.startsWith("oauth2/authorize") ? "text/html" : "application/json", ...headers },
    body: body ?? (form && new URLSearchParams(form)),
    redirect: "manual",
  });
  const text = await reply.text();
  assert.ok(reply.status < 500, `${method} ${target}: ${reply.status} ${text}`);
  const location = reply.headers.get("location");
  if (location) {
    const back = new URL(location, base);
    if (!back.href.startsWith(CALLBACK)) return "asks the person";
    return `${back.searchParams.get("error")} in a redirect`;
  }
  if (reply.headers.get("content-type")?.startsWith("text/html")) return `${reply.status} page`;
  const json = text.startsWith("{") ? JSON.parse(text) : {};
  if (json.active === false) return `${reply.status} inactive`;
  return [reply.status, json.error ?? json.issue?.[0]?.code].filter(Boolean).join(" ");
}

/** What the last of some requests is answered, after what is good was got. */
async function spoiled(base, codeFor, spoil) {
  const scope = "openid offline_access";
  const later = [];
  const tokensOf = async (request) => {
    const [method, target, { form, headers }] = request;
    const reply = await fetch(base + target, { method, headers, body: new URLSearchParams(form) });
    return reply.json();
  };
  const once = (make) => {
    let made;
    return () => (made ??= make());
  };
  const got = async (client, more) => {
    const tokens = await tokensOf(redeem(await codeFor(client, scope), more));
    assert.ok(tokens.refresh_token && tokens.id_token, JSON.stringify(tokens));
    return tokens;
  };
  const requests = await spoil({
    later,
    code: once(() => codeFor(spa, scope)),
    webCode: once(() => codeFor(web, scope)),
    tokens: once(() => got(spa)),
    webTokens: once(() => got(web, { client_id: web.id, client_secret: web.secret })),
  });
  const last = requests.pop();
  for (const request of requests) later.push(await tokensOf(request).catch(() => ({})));
  return verdict(base, typeof last === "function" ? last() : last);
}

test("wrong requests are answered as by a certified provider, but for those listed", async (t) => {
  const [ours, { base: judges, code: judgesCodeFor }] = [await startServer(t), await startJudge(t)];
  const found = {};
  for (const [name, wrong] of Object.entries(WRONG)) {
    const [our, judge] = [await verdict(ours, wrong), await verdict(judges, wrong)];
    // RFC 7009 section 2.2: an unknown token is as good as revoked.
    if (!name.startsWith("revoke: unknown")) assert.doesNotMatch(our, /^200(?! inactive$)|asks the person/, name);
    if (our !== judge) found[name] = { ours: our, judge };
  }
  for (const [name, spoil] of Object.entries(SPOILED)) {
    const our = await spoiled(ours, (client, scope) => ourCode(ours, client, scope), spoil);
    const judge = await spoiled(judges, judgesCodeFor, spoil);
    // RFC 7009 section 2.2: another client's token is as good as unknown.
    if (name !== "revoke: another client's token") assert.doesNotMatch(our, /^200(?! inactive$)/, name);
    if (our !== judge) found[name] = { ours: our, judge };
  }
  const listed = Object.entries(DIFFERENCES).map(([name, { ours, judge }]) => [name, { ours, judge }]);
  assert.deepEqual(found, Object.fromEntries(listed));
  for (const [name, { why }] of Object.entries(DIFFERENCES)) assert.ok(why.length > 20, name);
  const [asked, differ] = [Object.keys(WRONG).length + Object.keys(SPOILED).length, listed.length];
  console.log(`${asked} wrong requests: ${asked - differ} answered alike, ${differ} differ and say why`);
});
