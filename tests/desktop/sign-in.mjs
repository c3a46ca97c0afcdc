// Signs somebody in on the hosted pages, in a real browser, and prints where the browser was sent: the address of a deep
// link, or "loopback" when the answer went to a port of this machine. On the second line, how often a password was given.
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { chromium } = createRequire(path.join(root, "ui/package.json"))("playwright-core");
const [address, email, password] = process.argv.slice(2);
const PATIENCE_MS = 60_000;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
try {
  const context = await browser.newContext({ locale: "en-GB" });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const link = new Promise((resolve) => {
    page.on("response", (response) => {
      const to = response.headers().location ?? "";
      if (to.startsWith("anteroom://")) resolve(to);
    });
  });
  const loopback = page.waitForURL(/127\.0\.0\.1:\d+\/callback/).then(() => "loopback");
  // the browser may be closed before it gets there
  loopback.catch(() => {});
  await page.goto(address);
  await page.getByLabel(/e-?mail/i).fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  const allow = page.getByRole("button", { name: "Allow" });
  const there = await Promise.race([link, loopback, allow.waitFor().then(() => undefined)]);
  if (there === undefined) await allow.click();
  console.log(there ?? (await Promise.race([link, loopback])));
  console.log(1);
} finally {
  await browser.close();
}
