// The built screens in a browser, on the real engine: `anteroom-bridge` and Chromium.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { chromium } = createRequire(path.join(root, "ui/package.json"))("playwright-core");

/** How long anything may take that is not measured. */
const PATIENCE_MS = 20_000;

/** `ANTEROOM_BRIDGE` names another build of it, for measuring. */
const bridgeProgram =
  process.env.ANTEROOM_BRIDGE ??
  path.join(process.env.CARGO_TARGET_DIR ?? path.join(root, "target"), "debug", "anteroom-bridge");

/** Starts a bridge over an empty store; it ends with this process, however that ends. */
async function startBridge(args) {
  for (const [needed, command] of [
    [bridgeProgram, "cargo build -p anteroom-testkit --bin anteroom-bridge"],
    [path.join(root, "ui/dist/index.html"), "npm --prefix ui run build"],
  ]) {
    if (!existsSync(needed)) throw new Error(`${needed} is missing: run \`${command}\``);
  }
  const child = spawn(bridgeProgram, ["--until-stdin-ends", ...args], {
    cwd: root,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const line = await Promise.race([
    new Promise((resolve) => createInterface({ input: child.stdout }).once("line", resolve)),
    ended.then((code) => Promise.reject(new Error(`anteroom-bridge ended with ${code}`))),
  ]);
  const { url, engine_base_url: engine } = JSON.parse(line);
  return { url, engine, stop: () => (child.stdin.end(), ended) };
}

/** A bridge, a browser and a page on Home; all end with the test. What the page complains about fails it. */
export async function open(test, ...args) {
  const bridge = await startBridge(args);
  const complaints = [];
  let browser;
  test.after(async () => {
    // in this order: a page without its bridge complains
    await browser?.close();
    await bridge.stop();
    if (complaints.length > 0) throw new Error(`the page complained: ${complaints.join("; ")}`);
  });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
  const page = await newPage(browser, complaints);
  await page.goto(bridge.url);
  return new Desk(bridge, browser, page);
}

async function newPage(browser, complaints) {
  const context = await browser.newContext({ viewport: { width: 1180, height: 760 }, locale: "en-GB" });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    // 422 is how the bridge answers a refused command; the screens say it in words.
    if (message.type() !== "error" || message.text().includes("422")) return;
    const { url } = message.location();
    // An answer has a limit, a stream of events too; the page opens it again by itself.
    if (url.endsWith("/__events") && message.text().includes("ERR_INCOMPLETE_CHUNKED_ENCODING")) return;
    complaints.push(`${message.text()} (${url})`);
  });
  return page;
}

class Desk {
  constructor(bridge, browser, page) {
    this.bridge = bridge;
    this.browser = browser;
    this.page = page;
  }

  button = (name) => this.page.getByRole("button", { name, exact: true });
  field = (name) => this.page.getByRole("textbox", { name, exact: true });
  screen = (name) => this.page.getByRole("link", { name }).first();

  /** A page of somebody else: the phone of the person at the desk. */
  async phone(address) {
    const page = await newPage(this.browser, []);
    await page.goto(address);
    return page;
  }

  /** A command, as the screens send it. */
  async call(name, request) {
    const response = await fetch(`${this.bridge.url}__call/${name}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${name}: ${answer.message}`);
    return answer;
  }

  /** A form at the engine's token endpoint. */
  async token(parameters) {
    const body = new URLSearchParams(parameters);
    const response = await fetch(`${this.bridge.engine}oauth2/token`, { method: "POST", body });
    return { status: response.status, body: await response.json() };
  }

  /** Redeems the newest link, as its client would. */
  async redeemNewest() {
    const board = await this.call("magic_links_list", { search: "", state: null, offset: 0, limit: 1 });
    const { url, pin, link } = await this.call("magic_links_show", { id: board.items[0].id });
    return this.redeem(url, link.clientId, pin);
  }

  redeem(url, clientId, pin) {
    return this.token({
      grant_type: "urn:ietf:params:oauth:grant-type:pre-authorized_code",
      client_id: clientId,
      "pre-authorized_code": url.split("/").at(-1),
      ...(pin && { tx_code: pin }),
    });
  }

  /** The clinic of most tests: its admin, a portal and a patient. */
  async furnish() {
    await this.call("setup_complete", {
      projectName: "Riverside Clinic",
      given: "Ada",
      family: "Byron",
      email: "ada@example.org",
      password: "correct horse",
    });
    const portal = await this.call("clients_create", {
      name: "Patient portal",
      clientType: "public",
      redirectUris: ["https://portal.example.org/callback"],
      admin: false,
    });
    const pat = await this.addPatient("Pat", "Doe");
    await this.screen("Home").waitFor();
    return { portal: portal.client, pat };
  }

  async addPatient(given, family) {
    const rest = { birthDate: "", identifier: "", email: "", password: "", externalId: "", accessPolicy: "" };
    const request = { resourceType: "Patient", given, family, ...rest, admin: false, desk: false };
    return (await this.call("people_create", request)).summary;
  }

  /** From any screen to the QR code of a new link. */
  async issue(search, action = "Show the QR code") {
    await this.screen(/^Magic links/).click();
    await this.page.getByRole("combobox", { name: "Search people" }).fill(search);
    await this.page.getByRole("option").first().click();
    await this.button(action).click();
    await this.qr.waitFor();
  }

  get qr() {
    return this.page.getByRole("img", { name: /^QR code that signs/ });
  }
}

/** Somebody else saves this client between the page's reading and its first saving. */
export async function theOtherSavesFirst(desk, { id }) {
  let held;
  await desk.page.route("**/__call/clients_update", async (route) => {
    held ??= desk.call("clients_update", { id, version: 1, changes: { description: "Theirs" } });
    await held;
    await route.continue();
  });
}

/** Milliseconds until `locator` is visible, at most `most`. */
export async function within(most, locator) {
  const began = performance.now();
  await locator.waitFor({ timeout: most });
  return performance.now() - began;
}

/** Tab stops of a screen at most. */
const MOST_STOPS = 150;

/** A person without a mouse. */
export class Keys {
  constructor(page) {
    this.page = page;
  }

  press = (key) => this.page.keyboard.press(key);

  /** Goes on from stop to stop until the target has the focus. */
  async to(locator) {
    await locator.waitFor();
    for (let stop = 0; stop < MOST_STOPS; stop++) {
      if (await locator.evaluate((element) => element === document.activeElement)) return;
      await this.press("Tab");
    }
    throw new Error(`no tab stop is ${locator}`);
  }

  /** Presses a button, or follows a link. */
  async on(role, name, scope = this.page) {
    await this.to(scope.getByRole(role, { name, exact: true }));
    await this.press("Enter");
  }

  async type(name, text, scope = this.page) {
    await this.to(scope.getByRole("textbox", { name, exact: true }));
    await this.page.keyboard.insertText(text);
  }

  /** Chooses from a list that opens under the field; one that can be searched is searched. */
  async choose(name, option, search = false) {
    const field = this.page.getByRole("combobox", { name, exact: true });
    const either = field.or(this.page.getByRole("textbox", { name, exact: true })).first();
    await this.to(either);
    if (search) await this.page.keyboard.insertText(search);
    else await this.press("ArrowDown");
    const wanted = this.page.getByRole("option", { name: option }).first();
    await wanted.waitFor();
    // the list may be answered anew under the hand: what counts is that the choice closes it
    for (let row = 0; row < 20; row++) {
      await this.press("ArrowDown");
      if ((await wanted.getAttribute("data-combobox-selected")) === null) continue;
      await this.press("Enter");
      const closed = wanted.waitFor({ state: "hidden", timeout: 2_000 });
      if (await closed.then(() => true, () => false)) return;
    }
    throw new Error(`${option} cannot be chosen`);
  }
}
