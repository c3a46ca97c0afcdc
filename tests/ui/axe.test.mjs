// Every route of the window in both themes: axe finds nothing.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { open } from "./harness.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const axe = readFileSync(createRequire(path.join(root, "ui/package.json")).resolve("axe-core/axe.min.js"), "utf8");

/** WCAG 2.2 A and AA, and what axe knows to be good practice. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const TABS = [
  "settings",
  "credentials",
  "identity-provider",
  "grant-types",
  "tokens",
  "quick-start",
  "history",
  "activity",
];

/** What is wrong on the page, one line each. */
async function look(page) {
  // the page's own policy lets no script in but through the driver
  await page.evaluate(axe);
  const { violations } = await page.evaluate(
    (tags) => globalThis.axe.run(document, { runOnly: { type: "tag", values: tags } }),
    TAGS,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary?.split("\n")[1] ?? ""}`),
  );
}

/** Every address that the router knows, with something on each. */
async function addresses(desk) {
  const { portal, pat } = await desk.furnish();
  const secret = await desk.call("clients_create", {
    name: "Reporting",
    clientType: "confidential",
    redirectUris: [],
    admin: false,
  });
  await desk.call("clients_rotate_secret", { id: secret.client.id, overlap: true });
  const gone = await desk.call("clients_create", { name: "Old", clientType: "public", redirectUris: [], admin: false });
  await desk.call("clients_delete", { id: gone.client.id, name: "Old" });
  const issue = { membershipId: pat.membershipId, clientId: portal.id, handOver: "waiting", pin: false };
  const { link } = await desk.call("magic_links_issue", issue);
  await desk.token({ grant_type: "client_credentials", client_id: secret.client.id, client_secret: "wrong" });
  return [
    "/",
    "/clients",
    "/clients?q=nothing-like-it",
    "/clients/new",
    "/clients/deleted",
    "/clients/check",
    `/clients/compare?one=${portal.id}&other=${secret.client.id}`,
    ...TABS.map((tab) => `/clients/${secret.client.id}?tab=${tab}`),
    "/people",
    "/people/new",
    `/people/${pat.membershipId}`,
    "/magic-links",
    `/magic-links/${link.id}`,
    "/activity",
    "/activity?refused=1",
    "/settings",
    "/settings/data",
    "/nowhere",
  ];
}

test("axe finds nothing on any screen, light or dark", async (t) => {
  const desk = await open(t);
  const { page } = desk;
  const first = await look(page);
  assert.deepEqual(first, [], "first start");
  const paths = await addresses(desk);
  const found = [];
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    for (const address of paths) {
      await page.goto(`${desk.bridge.url}#${address}`);
      await page.getByRole("main").getByRole("heading", { level: 1 }).waitFor();
      await page.waitForFunction(() => document.querySelector('main [role="status"][aria-label="Loading"]') === null);
      found.push(...(await look(page)).map((line) => `${scheme} ${address}: ${line}`));
    }
  }
  for (const [name, act] of [
    ["palette", () => page.keyboard.press("Control+k")],
    ["shortcuts", () => page.keyboard.press("?")],
  ]) {
    await page.goto(`${desk.bridge.url}#/`);
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    await page.locator("h1").first().click();
    await act();
    await page.getByRole("dialog").waitFor();
    found.push(...(await look(page)).map((line) => `${name}: ${line}`));
    await page.keyboard.press("Escape");
  }
  assert.deepEqual(found, []);
  t.diagnostic(`${paths.length * 2 + 3} pages looked at`);
});
