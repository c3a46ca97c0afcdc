// A page of a real browser.
import { createRequire } from "node:module";
import process from "node:process";

const { chromium } = createRequire(new URL("../../ui/package.json", import.meta.url))("playwright-core");

/** How long anything may take. */
const PATIENCE_MS = 30_000;

/** A page of Chromium; it ends with the test. */
export async function openPage(test) {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  test.after(() => browser.close());
  const page = await browser.newPage({ locale: "en-GB" });
  page.setDefaultTimeout(PATIENCE_MS);
  return page;
}

/** Signs in on Anteroom's pages, unless the browser did before; agrees, and is back where `back` says. */
export async function signInAt(page, email, password, back) {
  const [field, allow] = [page.locator('input[name="password"]'), page.locator('button[value="allow"]')];
  await field.or(allow).waitFor();
  if (await field.isVisible()) {
    await page.getByLabel("E-mail").fill(email);
    await field.fill(password);
    await page.locator('button[value="sign_in"]').click();
  }
  await allow.click();
  await page.waitForURL(back);
}
