// A client whose redirect URI sends the browser on to another origin, as a broker's callback does. Chromium holds every
// redirect after a form post against `form-action`: the way back must reach the client all the same, by the form of the
// hosted pages and by the form that signs out.
import assert from "node:assert/strict";
import http from "node:http";
import { test } from "node:test";
import { open } from "./harness.mjs";

/** A server on a port of its own; it ends with the test. */
async function serve(t, answer) {
  const requests = [];
  const server = http.createServer((request, response) => {
    requests.push({ url: request.url, referer: request.headers.referer, method: request.method });
    answer(request, response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return { origin: `http://127.0.0.1:${server.address().port}`, requests };
}

test("a broker's callback that redirects to another origin is reached from our forms", async (t) => {
  const app = await serve(t, (_, response) => response.writeHead(200, { "Content-Type": "text/html" }).end("<p>The app"));
  const broker = await serve(t, ({ url }, response) => {
    const to = `${app.origin}/from-broker?${new URL(url, "http://broker").searchParams.has("code") ? "code" : "none"}`;
    response.writeHead(302, { Location: to }).end();
  });
  const desk = await open(t);
  await desk.call("setup_complete", {
    projectName: "Riverside Clinic",
    given: "Ada",
    family: "Byron",
    email: "ada@example.org",
    password: "correct horse",
  });
  const made = await desk.call("clients_create", {
    name: "Behind a broker",
    clientType: "public",
    redirectUris: [`${broker.origin}/callback`],
    admin: false,
  });
  const { id, version } = made.client;
  const changes = { postLogoutRedirectUris: [`${broker.origin}/signed-out`] };
  await desk.call("clients_update", { id, version, changes });

  const context = await desk.browser.newContext({ locale: "en-GB", javaScriptEnabled: false });
  const page = await context.newPage();
  const blocked = [];
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) blocked.push(message.text());
  });
  const query = new URLSearchParams({
    response_type: "code",
    client_id: id,
    redirect_uri: `${broker.origin}/callback`,
    scope: "openid",
    state: "the state",
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    code_challenge_method: "S256",
  });
  await page.goto(`${desk.bridge.engine}oauth2/authorize?${query}`);
  await page.getByLabel("E-mail").fill("ada@example.org");
  await page.locator('input[name="password"]').fill("correct horse");
  await page.locator('button[value="sign_in"]').click();
  await page.locator('button[value="allow"]').click();
  await page.waitForURL(`${app.origin}/from-broker?code`);
  const [callback] = broker.requests;
  assert.deepEqual([callback.method, callback.referer], ["GET", undefined], "a plain look, from nowhere");
  assert.equal(new URL(callback.url, broker.origin).searchParams.get("state"), "the state");
  assert.equal(broker.requests.length, 1, "the code is shown to the client once");
  assert.deepEqual(blocked, []);

  await page.goBack();
  assert.ok(!page.url().includes("code="), "no address of ours holds a code");

  const signOut = new URLSearchParams({ client_id: id, post_logout_redirect_uri: `${broker.origin}/signed-out` });
  await page.goto(`${desk.bridge.engine}oauth2/logout?${signOut}`);
  await page.locator('button[type="submit"]').click();
  await page.waitForURL(`${app.origin}/from-broker?none`);
  assert.deepEqual(blocked, []);
});
