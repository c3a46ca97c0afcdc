// "Show the command": every screen has one, and what it shows does what it says when a shell runs it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { open } from "./harness.mjs";

test("the commands of the screens run", async (t) => {
  const desk = await open(t);
  const { page } = desk;
  const { portal, pat } = await desk.furnish();
  const { client, secret } = await desk.call("clients_create", {
    name: "Script",
    clientType: "confidential",
    redirectUris: [],
    admin: true,
  });
  const entry = { criteria: "", readonly: true, interaction: [], hiddenFields: [], readonlyFields: [], other: {} };
  const policy = await desk.call("access_policies_save", {
    id: null,
    version: null,
    name: "Front desk",
    entries: [{ ...entry, resourceType: "Patient" }],
    ipRules: [],
  });
  const variables = {
    ...process.env,
    CLIENT_ID: client.id,
    CLIENT_SECRET: secret,
    PORTAL: portal.id,
    MEMBERSHIP: pat.membershipId,
    ONE: client.id,
    OTHER: client.id,
  };
  /** The commands of a screen, as its drawer shows them. */
  const shown = async (path) => {
    await page.goto(`${desk.bridge.url}#${path}`);
    await desk.button("Show the command").click();
    const drawer = page.getByRole("dialog", { name: "The command that does the same" });
    const lines = await drawer.locator("pre").allInnerTexts();
    await page.keyboard.press("Escape");
    await drawer.waitFor({ state: "hidden" });
    assert.ok(lines.length > 0, `${path} shows a command`);
    return lines;
  };

  // what deletes comes last
  for (const path of [
    "/",
    "/clients",
    "/clients/new",
    "/clients/check",
    "/clients/compare",
    "/people",
    "/people/new",
    "/magic-links",
    "/access-policies/new",
    "/access-policies",
    `/access-policies/${policy.id}`,
    `/clients/${portal.id}`,
    `/people/${pat.membershipId}`,
  ]) {
    await t.test(path, async () => {
      const script = (await shown(path)).filter((line) => !line.startsWith("anteroom-server")).join("\n");
      const run = spawnSync("bash", ["-euo", "pipefail", "-c", script], { env: variables, encoding: "utf8" });
      assert.equal(run.status, 0, `${script}\n${run.stdout}\n${run.stderr}`);
    });
  }
  await t.test("the others at least name a program", async () => {
    for (const path of ["/settings", "/settings/data", "/clients/deleted", "/playground", "/activity", "/magic-links/batch"]) {
      const lines = await shown(path);
      assert.match(lines.at(-1), /^(anteroom-server|sqlite3|while) /, path);
    }
  });
});
