// Auth0's own client for APIs in Python, in an environment of its own (`make judges`). It verifies tokens of https
// issuers only, so the server has its locally made CA, which Python is told to trust.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { Browser, startTlsServer, trusting } from "./harness.mjs";
import { API, configure, connectAccount, ME, signIn, startProvider, workspaceFor } from "./vault.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const python = path.join(root, "target/judges/bin/python");

test("auth0-api-python verifies a person's token and exchanges it", async (t) => {
  const provider = await startProvider(t);
  const { base, ca } = await startTlsServer(t, workspaceFor(provider));
  await provider.register(base);
  const ask = trusting(ca);
  const app = { name: "SPA", app_type: "spa", token_endpoint_auth_method: "none", grant_types: ["authorization_code"] };
  const { client, capi } = await configure(base, provider, app, ask);
  const browser = new Browser(base, ask);
  const me = await signIn(base, browser, client, `${base}me/`, ME.join(" "), ask);
  const person = await signIn(base, browser, client, API, "openid read:calendar", ask);
  await connectAccount(base, provider, browser, me.access_token, ask);

  const program = path.join(root, "tests/sdk/auth0_api.py");
  const backend = [new URL(base).host, capi.client_id, capi.client_secret];
  const words = [program, ...backend, person.access_token, me.access_token, `${provider.issuer}/me`];
  const options = { timeout: 120_000, env: { ...process.env, SSL_CERT_FILE: ca } };
  const { stdout } = await promisify(execFile)(python, words, options).catch(({ stdout, stderr, code }) =>
    assert.fail(`${code}\n${stdout}\n${stderr}`),
  );
  assert.match(stdout, /^done$/m);
});
