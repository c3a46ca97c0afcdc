// Auth0's own client for Python, in an environment of its own (`make judges`).
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { MANAGEMENT, managementToken, startServer, withManagement } from "./harness.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const python = path.join(root, "target/judges/bin/python");

test("auth0-python gets a token, sets Token Vault up and reads errors", async (t) => {
  const base = await startServer(t, withManagement());
  const token = await managementToken(base);
  const program = path.join(root, "tests/sdk/auth0_python.py");
  const run = promisify(execFile)(python, [program, base, MANAGEMENT.id, MANAGEMENT.secret, token], { timeout: 120_000 });
  const { stdout } = await run.catch((error) => assert.fail(`${error.message}\n${error.stdout}\n${error.stderr}`));
  assert.match(stdout, /^done$/m);
});
