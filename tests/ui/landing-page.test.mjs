// The landing page of a magic link on a small phone, in a browser that runs no scripts: every page there is, in three
// languages, light and dark, judged by axe. One finding of it, or one pixel beyond 320, fails.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { open } from "./harness.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const axe = readFileSync(createRequire(path.join(root, "ui/package.json")).resolve("axe-core/axe.min.js"), "utf8");

const PHONE = { width: 320, height: 640 };
const LANGUAGES = { en: "en-GB", de: "de-DE", es: "es-MX" };
/** The least height of what a thumb presses. */
const THUMB_PX = 44;

/** Links over HTTP, as a program issues them: it may choose their life. */
async function issuer(desk, to, membershipId) {
  const made = await desk.call("clients_create", {
    name: "Front desk",
    clientType: "confidential",
    redirectUris: [],
    admin: true,
  });
  const { id } = made.client;
  const basic = btoa(`${id}:${made.secret}`);
  return async (more = {}, clientId = to) => {
    const reply = await fetch(`${desk.bridge.engine}auth/preauthorize`, {
      method: "POST",
      headers: {
        Authorization: `Basic ${basic}`,
        "Content-Type": "application/json",
        "X-Medplum-On-Behalf-Of": `ProjectMembership/${membershipId}`,
      },
      body: JSON.stringify({ clientId, magicLink: true, ...more }),
    });
    assert.equal(reply.status, 200, await reply.clone().text());
    return reply.json();
  };
}

/** What a phone without scripts can do: go somewhere, type, press. */
const go = (address) => (page) => page.goto(address);
const type = (field, text) => async (page) => page.locator(`[name=${field}]`).fill(text);
const press = async (page) => Promise.all([page.waitForNavigation(), page.locator("button").click()]);

const wrong = (pin) => pin.replace(/./g, (digit) => (Number(digit) + 1) % 10);

/** Every page, by the steps that lead there, and a word of its English heading. */
async function kinds(desk, issue, client) {
  const home = `${desk.bridge.engine}in`;
  const plain = await issue();
  const pin = await issue({ txCode: true });
  const spent = await issue();
  assert.equal((await desk.redeem(spent.magicLink, client)).status, 200);
  const expired = await issue({ expiresIn: 1 });
  const locked = await issue({ txCode: true });
  for (let tries = 0; tries < 5; tries += 1) await desk.redeem(locked.magicLink, client, wrong(locked.txCode));
  const atDesk = async (more = {}) => {
    const [{ membershipId }] = (await desk.call("people_list", { search: "pat", offset: 0, limit: 1 })).items;
    const wanted = { membershipId, clientId: client, handOver: "waiting", pin: false, ...more };
    return desk.call("magic_links_issue", wanted);
  };
  const revoked = await atDesk();
  await desk.call("magic_links_revoke", { id: revoked.link.id });
  const replaced = await atDesk();
  await desk.call("magic_links_reissue", { id: replaced.link.id });
  const carer = await atDesk({ phone: "carer" });
  return [
    ["waiting", "Hello Pat D.", [go(plain.magicLink)]],
    ["for a carer", "For Pat D.", [go(carer.url)]],
    ["with a PIN", "Hello Pat D.", [go(pin.magicLink)]],
    ["spent", "used already", [go(spent.magicLink)]],
    ["expired", "too old", [until(expired.magicLink, 410)]],
    ["locked", "locked", [go(locked.magicLink)]],
    ["revoked", "taken back", [go(revoked.url)]],
    ["replaced", "newer link", [go(replaced.url)]],
    ["unknown", "does not work", [go(`${home}/${"A".repeat(52)}`)]],
    ["to type a code", "Type your code", [go(home)]],
    ["a mistyped code", "Type your code", [go(home), type("code", "K7MX-4QRT-9W2U"), press]],
    ["a typed code", "Hello Pat D.", [go(home), type("code", plain.typedCode), press]],
    ["no such page", "no such page", [go(`${home}/a/b`)]],
  ];
}

/** Asks until it is so; for what only time brings. */
const until = (address, status) => async (page) => {
  for (let tries = 0; tries < 100; tries += 1) {
    const reply = await page.goto(address);
    if (reply.status() === status) return;
    await page.waitForTimeout(100);
  }
  assert.fail(`${address} does not become ${status}`);
};

/** The pages that use something up: each needs a link of its own. */
const spending = async (issue) => {
  const [done, missed] = [await issue(), await issue({ txCode: true })];
  return [
    ["signed in", "You are signed in", [go(done.magicLink), press]],
    ["a wrong PIN", "Hello Pat D.", [go(missed.magicLink), type("tx_code", wrong(missed.txCode)), press]],
  ];
};

/** What axe, the width and the thumb say of the page that is there. */
async function judge(page, copy, what, lang) {
  const found = await page.evaluate(() => {
    const thumbs = [...document.querySelectorAll("button, a.button, input:not([type=hidden])")];
    return {
      width: document.documentElement.scrollWidth,
      scripts: document.scripts.length,
      lang: document.documentElement.lang,
      lowest: Math.min(...thumbs.map((thumb) => thumb.getBoundingClientRect().height), 1_000),
      heading: document.querySelector("h1").textContent,
      query: location.search,
    };
  });
  assert.ok(found.width <= PHONE.width, `${what} is ${found.width} pixels wide`);
  assert.ok(found.lowest >= THUMB_PX, `${what} has something ${found.lowest} pixels high to press`);
  assert.deepEqual([found.scripts, found.lang, found.query], [0, lang, ""], what);
  // axe is a script and runs in none of these pages: it is given what the phone got.
  await copy.setContent(await page.content());
  await copy.evaluate(axe);
  const violations = await copy.evaluate(async () => {
    const result = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  });
  assert.deepEqual(violations, [], what);
  return found;
}

test("every landing page is read and pressed on a small phone, without scripts", async (t) => {
  const desk = await open(t);
  const { portal, pat } = await desk.furnish();
  await desk.call("settings_update", { deskPhone: "+49 30 555 0100" });
  const issue = await issuer(desk, portal.id, pat.membershipId);
  const known = await kinds(desk, issue, portal.id);
  // The window has done its part; only phones from here on.
  await desk.page.goto("about:blank");
  let judged = 0;
  for (const [lang, locale] of Object.entries(LANGUAGES)) {
    for (const colorScheme of ["light", "dark"]) {
      const phone = { viewport: PHONE, isMobile: true, hasTouch: true, locale, colorScheme };
      const context = await desk.browser.newContext({ ...phone, javaScriptEnabled: false });
      const page = await context.newPage();
      const beside = await desk.browser.newContext(phone);
      const copy = await beside.newPage();
      for (const [what, heading, steps] of [...known, ...(await spending(issue))]) {
        for (const step of steps) await step(page);
        const found = await judge(page, copy, `${what}, ${lang}, ${colorScheme}`, lang);
        if (lang === "en") assert.ok(found.heading.includes(heading), `${what}: ${found.heading}`);
        if (process.env.ANTEROOM_PICTURES) {
          const name = `landing-${what.replaceAll(" ", "-")}-${lang}-${colorScheme}.png`;
          await page.screenshot({ path: path.join(process.env.ANTEROOM_PICTURES, name), fullPage: true });
        }
        judged += 1;
      }
      await context.close();
      await beside.close();
    }
  }
  assert.equal(judged, 15 * 6);
  t.diagnostic(`${judged} pages judged by axe at ${PHONE.width} px`);
});
