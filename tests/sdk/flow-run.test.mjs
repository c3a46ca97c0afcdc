// The playground's flows against an issuer that nobody here wrote: `anteroom-server flow run` against oidc-provider.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";

import { CLIENTS, program } from "./harness.mjs";

const CALLBACK = "http://127.0.0.1/callback";
const { web, spa } = CLIENTS;

/** An issuer with its own sign-in pages, on a port of its own. */
async function startIssuer(test) {
  const { default: Provider } = await import("oidc-provider");
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base = `http://127.0.0.1:${server.address().port}`;
  const client = ({ id, secret }, method) => ({
    client_id: id,
    ...(secret && { client_secret: secret }),
    redirect_uris: [CALLBACK],
    grant_types: ["authorization_code", "refresh_token", ...(secret ? ["client_credentials"] : [])],
    application_type: "native",
    token_endpoint_auth_method: method,
  });
  const provider = new Provider(base, {
    clients: [client(web, "client_secret_basic"), client(spa, "none")],
    features: {
      devInteractions: { enabled: true },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
    },
    issueRefreshToken: () => true,
    pkce: { required: () => true },
    cookies: { keys: ["a key that signs nothing worth keeping"] },
  });
  server.on("request", provider.callback());
  test.after(() => new Promise((resolve) => server.close(resolve)));
  return base;
}

/** Runs a flow: the exit code and the report. */
async function flowRun(test, base, flow) {
  const folder = await mkdtemp(path.join(tmpdir(), "anteroom-flow-"));
  test.after(() => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, "run.flow.json");
  await writeFile(file, JSON.stringify(flow));
  const child = spawn(program, ["flow", "run", file, "--base-url", base], { stdio: ["ignore", "pipe", "pipe"] });
  let report = "";
  let log = "";
  child.stdout.on("data", (part) => {
    report += part;
  });
  child.stderr.on("data", (part) => {
    log += part;
  });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  return { code, report, log };
}

const person = { email: "ada", password: "any password" };
const codeGrant = { grantType: "authorization_code", redirectUri: CALLBACK, person };
const asWeb = { clientId: web.id, clientSecret: web.secret };
const asSpa = { clientId: spa.id, tokenEndpointAuthMethod: "none" };

const FLOWS = [
  {
    name: "authorization code with PKCE, refresh, userinfo, introspection, revocation, logout",
    client: asWeb,
    grant: codeGrant,
    scope: ["openid"],
    then: ["userinfo", "introspect", "refresh", "userinfo", "logout", "revoke"],
    expect: [
      { step: "return", checks: { state: true, iss: true } },
      { step: "token", status: 200, json: { "/token_type": "Bearer" } },
      { step: "id_token", checks: { signature: true, nonce: true, aud: true }, idToken: { sub: "ada" } },
      { step: "userinfo", status: 200, json: { "/sub": "ada" } },
      { step: "introspection", status: 200, json: { "/active": true } },
      { step: "refresh", status: 200 },
      { step: "logout", status: 200 },
      { step: "revocation", status: 200 },
    ],
  },
  {
    name: "a public client",
    client: asSpa,
    grant: codeGrant,
    scope: ["openid"],
    then: ["userinfo", "refresh"],
  },
  {
    name: "client credentials",
    client: asWeb,
    grant: { grantType: "client_credentials" },
    then: ["introspect"],
    expect: [
      { step: "token", status: 200 },
      { step: "introspection", json: { "/active": true, "/client_id": web.id } },
    ],
  },
];

/** A switch, and what another server answers to it in the words of the same standards. */
const REFUSED = [
  ["wrong_secret", { grantType: "client_credentials" }, { step: "token", status: 401, error: "invalid_client" }],
  ["wrong_code_verifier", codeGrant, { step: "token", status: 400, error: "invalid_grant" }],
  ["replay_code", codeGrant, { step: "token_again", status: 400, error: "invalid_grant" }],
  ["deny_consent", codeGrant, { step: "return", error: "access_denied" }],
  ["missing_code_challenge", codeGrant, { step: "return", error: "invalid_request" }],
  ["wrong_issuer", codeGrant, { step: "return", checks: { iss: false } }],
  ["tampered_token", codeGrant, { step: "userinfo", status: 401, error: "invalid_token" }],
];

test("every grant runs against an issuer of others", async (t) => {
  const base = await startIssuer(t);
  for (const flow of FLOWS) {
    await t.test(flow.name, async (t) => {
      const { code, report, log } = await flowRun(t, base, flow);
      assert.equal(code, 0, `${report}\n${log}`);
      assert.match(report, /failures="0"/);
    });
  }
  for (const [failure, grant, expected] of REFUSED) {
    await t.test(`${failure} is refused there, too`, async (t) => {
      const flow = { name: failure, client: asWeb, grant, scope: ["openid"], failures: [failure], expect: [expected] };
      if (grant.grantType === "client_credentials") delete flow.scope;
      const { code, report, log } = await flowRun(t, base, flow);
      assert.equal(code, 0, `${report}\n${log}`);
    });
  }
});

test("a page where metadata should be is explained", async (t) => {
  const server = createServer((_, reply) => reply.setHeader("Content-Type", "text/html").end("<p>Welcome"));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => new Promise((resolve) => server.close(resolve)));
  const flow = { name: "not an issuer", client: asWeb, grant: { grantType: "client_credentials" } };
  const { code, report } = await flowRun(t, `http://127.0.0.1:${server.address().port}`, flow);
  assert.equal(code, 1);
  assert.match(report, /not JSON/);
});
