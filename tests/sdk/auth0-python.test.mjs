// Auth0's own client for Python, in an environment of its own (`make judges`).
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { Browser, MANAGEMENT, managementToken, startServer, withManagement } from "./harness.mjs";
import { API, configure, connectAccount, ME, signIn, startProvider, workspaceFor } from "./vault.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const python = path.join(root, "target/judges/bin/python");

/** Runs a program beside this file, which has to print `done`. */
async function run(program, words) {
  const file = path.join(root, "tests/sdk", program);
  const running = promisify(execFile)(python, [file, ...words], { timeout: 120_000 });
  const { stdout } = await running.catch(({ stdout, stderr, code }) => assert.fail(`${code}\n${stdout}\n${stderr}`));
  assert.match(stdout, /^done$/m);
}

test("auth0-python gets a token, sets Token Vault up and reads errors", async (t) => {
  const base = await startServer(t, withManagement());
  await run("auth0_python.py", [base, MANAGEMENT.id, MANAGEMENT.secret, await managementToken(base)]);
});

test("auth0-python exchanges a person's token and lists their accounts", async (t) => {
  const provider = await startProvider(t);
  const base = await startServer(t, workspaceFor(provider));
  await provider.register(base);
  const app = { name: "SPA", app_type: "spa", token_endpoint_auth_method: "none", grant_types: ["authorization_code"] };
  const { client, capi } = await configure(base, provider, app);
  const browser = new Browser(base);
  const me = await signIn(base, browser, client, `${base}me/`, ME.join(" "));
  const person = await signIn(base, browser, client, API, "openid read:calendar");
  await connectAccount(base, provider, browser, me.access_token);
  const backend = [capi.client_id, capi.client_secret, person.access_token];
  await run("auth0_python_vault.py", [base, ...backend, await managementToken(base), `${provider.issuer}/me`]);
});
