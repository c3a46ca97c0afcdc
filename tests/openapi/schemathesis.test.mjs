// schemathesis asks a real server whether docs/openapi.json is true: no 5xx, and no answer outside its description.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { startServer } from "../sdk/harness.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const program = path.join(root, "target/judges/bin/schemathesis");

const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
];

/** Runs the judge; its report ends up in what the test prints. */
function judge(base, more) {
  const child = spawn(
    program,
    [
      "run",
      path.join(root, "docs/openapi.json"),
      `--url=${base}`,
      `--checks=${CHECKS.join(",")}`,
      "--generation-deterministic",
      "--request-timeout=10",
      "--no-color",
      ...more,
    ],
    { stdio: ["ignore", "pipe", "pipe"], cwd: path.join(root, "target") },
  );
  let report = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (part) => {
      report += part;
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve({ code, report }));
  });
}

test("schemathesis finds no 5xx and nothing outside the document", async (t) => {
  const clinic = JSON.parse(await readFile(path.join(root, "examples/clinic.json"), "utf8"));
  const base = await startServer(t, { ...clinic, rateLimits: { login: 0, auth: 0, other: 0 } });
  const examples = process.env.ANTEROOM_EXAMPLES ?? "15";
  const { code, report } = await judge(base, ["--phases=examples,coverage,fuzzing", `--max-examples=${examples}`]);
  assert.equal(code, 0, report);
  console.log(report.trim().split("\n").slice(-12).join("\n"));
  const health = await fetch(`${base}healthcheck`);
  assert.equal(health.status, 200, "and the server is as well as before");
});
