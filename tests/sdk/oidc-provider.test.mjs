// oidc-provider, an OpenID certified provider, as judge: both servers get the same wrong requests, and where their answers
// differ the difference stands below with its reason.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import { CALLBACK, CLIENTS, startServer } from "./harness.mjs";

const { web, spa } = CLIENTS;
const CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
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
    jwks: undefined,
  });
  server.on("request", provider.callback());
  test.after(() => new Promise((resolve) => server.close(resolve)));
  return base;
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
  "introspect: no client": ["POST", "oauth2/introspect", { form: { token: "x" } }],
  "introspect: no token": ["POST", "oauth2/introspect", { form: {}, headers: basic(web.id, web.secret) }],
  "introspect: unknown token": ["POST", "oauth2/introspect", { form: { token: "x" }, headers: basic(web.id, web.secret) }],
  "revoke: no client": ["POST", "oauth2/revoke", { form: { token: "x" } }],
  "revoke: no token": ["POST", "oauth2/revoke", { form: {}, headers: basic(web.id, web.secret) }],
  "revoke: unknown token": ["POST", "oauth2/revoke", { form: { token: "x" }, headers: basic(web.id, web.secret) }],
  "revoke: unknown hint": ["POST", "oauth2/revoke", { form: { token: "x", token_type_hint: "junk" }, headers: basic(web.id, web.secret) }],
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
  "authorize: no scope": {
    ours: "invalid_request in a redirect",
    judge: "asks the person",
    why: "As Medplum: a client without a default scope must say what it wants (RFC 6749 section 3.3).",
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

test("wrong requests are answered as by a certified provider, but for those listed", async (t) => {
  const [ours, judges] = [await startServer(t), await startJudge(t)];
  const found = {};
  for (const [name, wrong] of Object.entries(WRONG)) {
    const [our, judge] = [await verdict(ours, wrong), await verdict(judges, wrong)];
    // RFC 7009 section 2.2: an unknown token is as good as revoked.
    if (!name.startsWith("revoke: unknown")) assert.doesNotMatch(our, /^200(?! inactive$)|asks the person/, name);
    if (our !== judge) found[name] = { ours: our, judge };
  }
  const listed = Object.entries(DIFFERENCES).map(([name, { ours, judge }]) => [name, { ours, judge }]);
  assert.deepEqual(found, Object.fromEntries(listed));
  for (const [name, { why }] of Object.entries(DIFFERENCES)) assert.ok(why.length > 20, name);
  const [asked, differ] = [Object.keys(WRONG).length, listed.length];
  console.log(`${asked} wrong requests: ${asked - differ} answered alike, ${differ} differ and say why`);
});
