// axe finds nothing: every route in both themes, every tab, and what opens over them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { open } from "./harness.mjs";

const require = createRequire(new URL("../../ui/package.json", import.meta.url));
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const router = readFileSync(new URL("../../ui/src/app/router.tsx", import.meta.url), "utf8");

const SCHEMES = ["light", "dark"];
const TABS = ["credentials", "identity-provider", "grant-types", "tokens", "quick-start", "history", "activity"];

/** What axe has against the page as it stands. */
async function findings(page) {
  if (!(await page.evaluate(() => "axe" in window))) {
    await page.evaluate(axe);
    // what opens over the page stands at its end and belongs to what opened it, not to a landmark
    const rules = [{ id: "region", selector: "body *:not([data-portal], [data-portal] *)" }];
    await page.evaluate((rules) => window.axe.configure({ rules }), rules);
  }
  const { violations } = await page.evaluate(() => window.axe.run(document));
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, html }) => `${id} (${help}): ${target.join(" ")}: ${html.slice(0, 200)}`),
  );
}

/** In both themes. Nothing fades, so that no colour is caught half way. */
async function clean(page, where) {
  const found = [];
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.locator(`[data-mantine-color-scheme="${colorScheme}"]`).first().waitFor();
    await settled(page);
    found.push(...(await findings(page)).map((finding) => `${where}, ${colorScheme}: ${finding}`));
  }
  assert.deepEqual(found, [], found.join("\n"));
}

/** Nothing loads and nothing fades. */
const settled = (page) =>
  page.waitForFunction(
    () =>
      document.querySelector("h1, form") !== null &&
      document.querySelector('[role="status"][aria-label="Loading"], .mantine-Skeleton-root') === null &&
      document.getAnimations().every((animation) => animation.playState !== "running"),
  );

const go = async (page, url, path) => {
  await page.goto(`${url}#${path}`);
  await page.locator("main").waitFor();
};

/** Something of everything that has a page of its own. */
async function fill(desk) {
  const { portal, pat } = await desk.furnish();
  const reporting = await desk.call("clients_create", {
    name: "Reporting",
    clientType: "confidential",
    redirectUris: ["https://reports.example.org/callback"],
    admin: true,
  });
  const gone = await desk.call("clients_create", { name: "Old", clientType: "public", redirectUris: [], admin: false });
  await desk.call("clients_delete", { id: gone.client.id, name: "Old" });
  const client = await desk.call("clients_get", { id: portal.id });
  await desk.call("clients_update", {
    id: portal.id,
    version: client.version,
    changes: { description: "For patients", allowedOrigins: ["https://portal.example.org"] },
  });
  const entry = { criteria: "", readonly: true, interaction: [], hiddenFields: [], readonlyFields: [], other: {} };
  const policy = await desk.call("access_policies_save", {
    id: null,
    version: null,
    name: "Front office",
    entries: [{ ...entry, resourceType: "Patient" }],
    ipRules: [],
  });
  const issue = { membershipId: pat.membershipId, clientId: portal.id, handOver: "waiting", pin: false };
  const spent = await desk.call("magic_links_issue", issue);
  await desk.redeem(spent.url, portal.id);
  await desk.redeem(spent.url, portal.id);
  await desk.call("magic_links_issue", { ...issue, handOver: "take_home", pin: true });
  await desk.token({ grant_type: "client_credentials", client_id: reporting.client.id, client_secret: "wrong" });
  const board = await desk.call("magic_links_list", { search: "", state: null, offset: 0, limit: 5 });
  const api = await desk.call("apis_save", {
    id: null,
    version: null,
    name: "Calendar",
    identifier: "https://calendar.example.org",
    scopes: [{ value: "read:calendar", description: "Read your calendar" }],
    tokenLifetime: 86_400,
    allowOfflineAccess: false,
    userAccess: "allow_all",
    clientAccess: "require_client_grant",
  });
  await desk.call("apis_save_grant", { id: api.id, clientId: portal.id, subject: "user", scopes: [], allScopes: true });
  const connection = await desk.call("connections_save", {
    id: null,
    version: null,
    name: "acme-idp",
    strategy: "oidc",
    settings: {
      displayName: "Acme",
      connectedAccounts: true,
      issuer: "https://idp.example.org",
      authorizationEndpoint: "",
      tokenEndpoint: "",
      userinfoEndpoint: "",
      clientId: "anteroom",
      scopes: ["openid"],
    },
    clientSecret: "a-secret-at-the-provider",
  });
  await desk.call("connections_set_client", { id: connection.id, clientId: portal.id, enabled: true });
  return { portal, pat, policy, api, connection, link: board.items[0].id };
}

test("axe finds nothing on any route, in either theme", async (t) => {
  const desk = await open(t);
  const { page } = desk;
  const { url } = desk.bridge;
  await t.test("first start", () => clean(page, "first start"));
  const { portal, pat, policy, api, connection, link } = await fill(desk);

  // one address for every route there is
  const ids = {
    clients: portal.id,
    people: pat.membershipId,
    "magic-links": link,
    "access-policies": policy.id,
    "vault/apis": api.id,
    "vault/connections": connection.id,
  };
  const routes = [...router.matchAll(/path: "([^"]+)"/g)].map(([, path]) => path).filter((path) => path !== "/");
  assert.ok(routes.length > 15, `the routes were read: ${routes}`);
  const addresses = routes.map((path) => {
    if (path === "*") return "/no-such-page";
    const noun = path.replace(/\/:\w+$/, "");
    return `/${path.replace(/:\w+/, ids[noun] ?? "missing")}`;
  });
  assert.ok(!addresses.some((address) => address.includes("missing")), `every route has an example: ${addresses}`);

  for (const address of ["/", ...addresses]) {
    await t.test(address, async () => {
      await go(page, url, address);
      await clean(page, address);
    });
  }
  const asked = new URLSearchParams({
    person: pat.membershipId,
    api: "https://calendar.example.org",
    client: portal.id,
    connection: "acme-idp",
  });
  await t.test("a ladder with rungs that fail", async () => {
    await go(page, url, `/vault/ladder?${asked}`);
    await page.getByRole("heading", { name: "The exchange would fail" }).waitFor();
    await clean(page, "ladder");
  });
  for (const tab of TABS) {
    await t.test(`a client's ${tab}`, async () => {
      await go(page, url, `/clients/${portal.id}?tab=${tab}`);
      await clean(page, tab);
    });
  }

  await t.test("the palette", async () => {
    await go(page, url, "/");
    await page.keyboard.press("Control+k");
    // what is typed before the field is there goes nowhere
    await page.getByPlaceholder(/^A screen, a person/).fill("pat");
    await page.getByRole("option", { name: /Pat Doe/ }).waitFor();
    await clean(page, "palette");
    await page.keyboard.press("Escape");
  });
  await t.test("the list of shortcuts", async () => {
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await clean(page, "shortcuts");
    await page.keyboard.press("Escape");
  });
  await t.test("the drawer with the command", async () => {
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await desk.button("Show the command").click();
    await page.getByRole("dialog", { name: "The command that does the same" }).waitFor();
    await clean(page, "command");
    await page.keyboard.press("Escape");
  });
  await t.test("a refusal, opened", async () => {
    await go(page, url, "/activity?refused=1");
    await page.getByRole("button", { name: /^Details/ }).first().click();
    await clean(page, "a refusal");
  });
  await t.test("deleting, with the typed name", async () => {
    await go(page, url, "/clients");
    await page.getByRole("button", { name: "More for Patient portal" }).click();
    await clean(page, "menu");
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("dialog").waitFor();
    await clean(page, "delete dialog");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
  });
  await t.test("a QR code on the stage", async () => {
    await go(page, url, "/");
    await desk.issue("pat");
    await clean(page, "stage");
  });
  await t.test("a list that matches nothing", async () => {
    await go(page, url, "/people?q=nothing-like-it");
    await clean(page, "no match");
  });
});
