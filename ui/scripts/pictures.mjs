// Writes a picture of every screen, light and dark, wide and narrow, and of every route in every language, to
// target/pictures.
//
//   node scripts/pictures.mjs                          against the mock backend
//   node scripts/pictures.mjs http://127.0.0.1:8199/   against a page served beside a running engine
//   ONLY=stage node scripts/pictures.mjs               only pictures whose name contains "stage"
//   LANGUAGES=de,es node scripts/pictures.mjs          only these languages
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const ui = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(dirname(ui), "target", "pictures");
const wanted = process.env.ONLY ?? "";
const languages = process.env.LANGUAGES?.split(",") ?? ["en", "de", "es"];

const SIZES = [
  { width: 1180, height: 760 },
  { width: 900, height: 760 },
];
/** No picture is higher. */
const HIGHEST = 3400;
const SCHEMES = ["light", "dark"];

/** English in both sizes and both themes; the others where their longer words have most room, and where least. */
const TURNS = [
  ...SIZES.flatMap((size) => SCHEMES.map((scheme) => ({ size, scheme, language: "en" }))),
  ...["de", "es"].flatMap((language) => [
    { size: SIZES[0], scheme: "light", language },
    { size: SIZES[1], scheme: "dark", language },
  ]),
].filter(({ language }) => languages.includes(language));

const button = (page, name) => page.getByRole("button", { name, exact: true });
const firstLink = (page) => page.getByRole("row").nth(1).getByRole("link").first();
const openFirst = (page) => firstLink(page).click();
const press = {
  palette: (page) => page.keyboard.press("Control+k"),
  help: (page) => page.keyboard.press("?"),
  // not into the field that has the focus
  command: async (page) => {
    await page.locator("main h1").click();
    await page.keyboard.press("c");
  },
};
/** What is done without a word of any language. */
const SPEECHLESS = new Set([openFirst, ...Object.values(press)]);

async function pickPerson(page, name) {
  await page.getByRole("combobox", { name: "Search people" }).fill(name);
  await page.getByRole("option").first().click();
  await page.getByRole("heading", { name: /While you wait/ }).waitFor();
}

async function issue(page, name, action = "Show the QR code") {
  await pickPerson(page, name);
  await button(page, action).click();
  await page.getByRole("img", { name: /QR code/ }).waitFor();
}

/** The screens that any backend with some data has. */
const EVERYWHERE = [
  { name: "no-such-page", path: "/nowhere" },
  { name: "home", path: "/" },
  { name: "clients", path: "/clients" },
  { name: "client-new", path: "/clients/new" },
  { name: "clients-deleted", path: "/clients/deleted" },
  { name: "clients-check", path: "/clients/check" },
  { name: "clients-compare-empty", path: "/clients/compare" },
  { name: "settings-data", path: "/settings/data" },
  { name: "people", path: "/people" },
  { name: "person-new", path: "/people/new" },
  { name: "magic-links", path: "/magic-links" },
  { name: "playground", path: "/playground" },
  { name: "access-policies", path: "/access-policies" },
  { name: "access-policy-new", path: "/access-policies/new" },
  { name: "vault", path: "/vault" },
  { name: "vault-api-new", path: "/vault/apis/new" },
  { name: "vault-connection-new", path: "/vault/connections/new" },
  { name: "vault-ladder-empty", path: "/vault/ladder" },
  { name: "vault-api", path: "/vault", act: (page) => firstLink(page).click() },
  { name: "activity", path: "/activity" },
  { name: "settings", path: "/settings" },
  { name: "client", path: "/clients", act: openFirst },
  { name: "person", path: "/people", act: openFirst },
  { name: "access-policy", path: "/access-policies", act: openFirst },
  { name: "palette", path: "/", act: press.palette },
  { name: "shortcuts", path: "/", act: press.help },
  { name: "same-command", path: "/people/new", act: press.command },
];

const PORTAL = "/clients/c0ffee00-51ce-4f0a-9b1d-2f6a3c4d5e6f";

/** Fills the provider in, tests it, and asks whom an answer means. */
async function dryRun(page, email) {
  await page.getByRole("combobox", { name: "From" }).click();
  await page.getByRole("option", { name: "Auth0" }).click();
  await page.getByRole("textbox", { name: "Your domain there" }).fill("clinic.eu.auth0.com");
  await button(page, "Fill in").click();
  await button(page, "Test the address").click();
  const answer = page.getByRole("textbox", { name: "Answer of the userinfo address" });
  await answer.fill(JSON.stringify({ sub: "4711", email, email_verified: true }));
  await button(page, "Who would it be?").click();
  await page.getByRole("status", { name: "Result of the dry run" }).scrollIntoViewIfNeeded();
}

async function runAndFail(page) {
  await button(page, "Run").click();
  await button(page, "Make it fail").click();
  await page.getByRole("menuitem", { name: /one more slash/ }).click();
  await page.getByText(/stopped at step/).waitFor();
}

/** The states that only the mock can be put into at will. */
const MOCK_ONLY = [
  { name: "first-start", path: "/", scenario: "first-start" },
  { name: "home-empty", path: "/", scenario: "empty" },
  { name: "home-stopped", path: "/", scenario: "stopped" },
  { name: "clients-empty", path: "/clients", scenario: "empty" },
  { name: "magic-links-empty", path: "/magic-links", scenario: "empty" },
  { name: "clients-loading", path: "/clients", scenario: "slow", settle: 500 },
  { name: "clients-no-match", path: "/clients?q=nothing-like-it" },
  { name: "people-error", path: "/people?q=error-503" },
  ...["credentials", "identity-provider", "grant-types", "tokens", "quick-start", "history", "activity"].map(
    (tab) => ({
      name: `client-${tab}`,
      path: `${PORTAL}?tab=${tab}`,
    }),
  ),
  {
    name: "client-provider-matched",
    path: `${PORTAL}?tab=identity-provider`,
    act: (page) => dryRun(page, "pat@example.org"),
  },
  {
    name: "client-provider-nobody",
    path: `${PORTAL}?tab=identity-provider`,
    act: (page) => dryRun(page, "nobody@example.org"),
  },
  {
    name: "person-password",
    path: "/people?q=pat+doe",
    act: async (page) => {
      await firstLink(page).click();
      await button(page, "Set password").click();
    },
  },
  {
    name: "person-password-link",
    path: "/people?q=pat+doe",
    act: async (page) => {
      await firstLink(page).click();
      await button(page, "Make a password link").click();
      await page.getByRole("dialog").getByRole("button", { name: "Make a password link" }).click();
      await page.getByRole("status", { name: "the password link" }).waitFor();
    },
  },
  {
    name: "client-rotate",
    path: `${PORTAL}?tab=credentials`,
    act: async (page) => {
      await button(page, "Rotate …").click();
      await page.getByRole("radio", { name: /for a while/ }).click();
    },
  },
  {
    name: "clients-compare",
    path: "/clients/compare?one=c0ffee00-51ce-4f0a-9b1d-2f6a3c4d5e6f",
    act: async (page) => {
      await page.getByRole("combobox", { name: "Second client" }).fill("patient app");
      await page.getByRole("option", { name: /Patient app/ }).click();
    },
  },
  {
    name: "vault-my-account",
    path: "/vault/apis/my_account",
    act: (page) => button(page, "Add a grant").click(),
  },
  { name: "vault-connection", path: "/vault/connections/con_1" },
  {
    name: "vault-ladder",
    path: "/vault/ladder?person=00000000-0000-4000-8000-000000000002&api=https%3A%2F%2Fmy-api.example.com&client=c0ffee00-51ce-4f0a-9b1d-2f6a3c4d5e6f&connection=google-oauth2",
  },
  {
    name: "settings-data-preview",
    path: "/settings/data",
    act: async (page) => {
      const file = [{ resourceType: "ClientApplication", name: "From Medplum" }];
      await page.getByRole("textbox", { name: "or paste it here" }).fill(JSON.stringify(file));
      await button(page, "Show what would happen").click();
      await page.getByText("From Medplum", { exact: true }).waitFor();
    },
  },
  {
    name: "client-redirect-slip",
    path: PORTAL,
    act: async (page) => {
      await page
        .getByRole("textbox", { name: "New redirect URI" })
        .fill("http://portal.example.org/callback/");
      await page.getByRole("textbox", { name: "Name", exact: true }).fill("Portal");
    },
  },
  {
    name: "client-redirect-advice",
    path: PORTAL,
    act: (page) =>
      page.getByRole("textbox", { name: "New redirect URI" }).fill("http://localhost:3000/callback"),
  },
  {
    name: "client-created",
    path: "/clients/new",
    act: async (page) => {
      await page.getByRole("radio", { name: /server/ }).click();
      await page.getByRole("textbox", { name: "Name" }).fill("Lab results");
      await button(page, "Create client").click();
      await page.getByText("I have stored it").waitFor();
    },
  },
  {
    name: "client-delete",
    path: "/clients?status=off",
    act: async (page) => {
      await page
        .getByRole("button", { name: /^More for/ })
        .first()
        .click();
      await page.getByRole("menuitem", { name: "Delete" }).click();
    },
  },
  {
    name: "picker",
    path: "/magic-links",
    act: (page) => page.getByRole("combobox", { name: "Search people" }).fill("pat do"),
  },
  {
    name: "playground-done",
    path: "/playground",
    act: async (page) => {
      await button(page, "Run").click();
      await page.getByText("done", { exact: true }).waitFor();
    },
  },
  { name: "playground-refused", path: "/playground", act: runAndFail },
  {
    name: "playground-compared",
    path: "/playground",
    act: async (page) => {
      const personas = page.getByRole("region", { name: "Sign in as" });
      await personas.getByRole("button").first().click();
      await button(page, "Save").click();
      await page.getByRole("textbox", { name: "Save the run as" }).press("Enter");
      await page.getByText(/^Saved as/).waitFor();
      await button(page, "Make it fail").click();
      await page.getByRole("menuitem", { name: "Redirect URI with one more slash" }).click();
      await page.getByText("stopped at step 5: get tokens").waitFor();
      await button(page, "Compare with").click();
      await page.getByRole("menuitem").last().click();
      await page.getByRole("rowheader", { name: "sent redirect_uri" }).waitFor();
    },
  },
  { name: "hand-over", path: "/magic-links", act: (page) => pickPerson(page, "pat doe") },
  { name: "stage", path: "/magic-links", act: (page) => issue(page, "pat doe") },
  { name: "stage-pin", path: "/magic-links", act: (page) => issue(page, "tom oka", "Make the sheet") },
  {
    name: "stage-redeemed",
    path: "/magic-links",
    act: async (page) => {
      await issue(page, "ivy swift");
      await button(page, "End this session").waitFor();
    },
  },
  {
    name: "stage-expired",
    path: "/magic-links",
    act: async (page) => {
      await issue(page, "lou late");
      await button(page, "Issue again").waitFor();
    },
  },
  {
    name: "stage-locked",
    path: "/magic-links",
    act: async (page) => {
      await issue(page, "pia lock");
      await button(page, "Issue again").waitFor();
    },
  },
  {
    name: "stage-not-held",
    path: "/magic-links",
    act: (page) => page.getByRole("link", { name: "Show the link for Tom Okafor" }).click(),
  },
  {
    name: "activity-refusal",
    path: "/activity?refused=1",
    act: (page) =>
      page
        .getByRole("button", { name: /^Details/ })
        .first()
        .click(),
  },
  {
    name: "activity-change",
    path: "/activity?kind=client_updated",
    act: (page) =>
      page
        .getByRole("button", { name: /^Details/ })
        .first()
        .click(),
  },
  {
    name: "settings-german",
    path: "/settings",
    act: async (page) => {
      await page.getByRole("combobox", { name: "Language" }).click();
      await page.getByRole("option", { name: "Deutsch" }).click();
    },
  },
];

/** Builds with the mock backend beside the real build and serves it; answers the address and how to stop. */
async function serveMock() {
  const { build, preview } = await import("vite");
  const shared = { root: ui, mode: "mock", logLevel: "error", build: { outDir: "../target/pictures-ui" } };
  await build({ ...shared, build: { ...shared.build, emptyOutDir: true } });
  const server = await preview({ ...shared, preview: { host: "127.0.0.1", port: 0, strictPort: false } });
  const { port } = server.httpServer.address();
  return { base: `http://127.0.0.1:${port}/`, stop: () => server.close() };
}

/** Makes the window as high as what scrolls in it, so that the picture shows what stands below; a long list up to a limit. */
async function showAll(page, size) {
  const hidden = await page.evaluate(() => {
    const scroller = document.querySelector("[data-scroll]");
    return scroller ? scroller.scrollHeight - scroller.clientHeight : 0;
  });
  if (hidden <= 0) return;
  await page.setViewportSize({ width: size.width, height: Math.min(size.height + hidden, HIGHEST) });
  await page.waitForTimeout(150);
}

async function take(context, base, { name, path, scenario, act, settle }, { size, scheme, language }) {
  const where = `${name}-${language === "en" ? "" : `${language}-`}${scheme}-${size.width}`;
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  try {
    await page.addInitScript((language) => {
      localStorage.clear();
      localStorage.setItem("anteroom.language", language);
    }, language);
    await page.goto(`${base}${scenario ? `?mock=${scenario}` : ""}#${path}`);
    await page.locator("main, form").first().waitFor();
    await page.evaluate(() => document.fonts.ready);
    if (act) await act(page);
    await page.waitForTimeout(settle ?? 450);
    await showAll(page, size);
    await page.screenshot({ path: join(out, `${where}.png`) });
    const wide = await page.evaluate(
      () => document.querySelector("main")?.scrollWidth > document.querySelector("main")?.clientWidth,
    );
    if (wide) errors.push("the content is wider than the window");
  } catch (error) {
    errors.push(error.message.split("\n")[0]);
  } finally {
    await page.close();
  }
  return errors.map((error) => `${where}: ${error}`);
}

const given = process.argv[2];
const served = given ? { base: given, stop: async () => {} } : await serveMock();
const pictures = [...EVERYWHERE, ...(given ? [] : MOCK_ONLY)].filter(({ name }) => name.includes(wanted));
await mkdir(out, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
const problems = [];
let taken = 0;
try {
  for (const turn of TURNS) {
    const context = await browser.newContext({
      viewport: turn.size,
      colorScheme: turn.scheme,
      locale: turn.language === "en" ? "en-GB" : turn.language,
    });
    // what is pressed on the way is found by its English name
    for (const picture of pictures.filter(
      ({ act }) => turn.language === "en" || !act || SPEECHLESS.has(act),
    )) {
      problems.push(...(await take(context, served.base, picture, turn)));
      taken++;
    }
    await context.close();
  }
} finally {
  await browser.close();
  await served.stop();
}
console.log(`${taken} pictures in ${out}`);
for (const problem of problems) console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);
