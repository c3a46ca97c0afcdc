// The life of a link at the desk: taken back, replaced, opened on a phone, presented twice.
import assert from "node:assert/strict";
import { test } from "node:test";
import { open, within } from "./harness.mjs";

test("a link is taken back at the desk, and works no more", async (t) => {
  const desk = await open(t);
  await desk.furnish();
  await desk.issue("pat");
  const board = await desk.call("magic_links_list", { search: "", state: null, offset: 0, limit: 1 });
  const { url } = await desk.call("magic_links_show", { id: board.items[0].id });

  await desk.button("More for this link").click();
  await desk.page.getByRole("menuitem", { name: "Revoke this link" }).click();
  await desk.page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await desk.page.getByText("It was taken back at the desk.").waitFor();

  const phone = await desk.phone(url);
  assert.equal(await phone.getByRole("button").count(), 0, "nothing left to press");
  const link = await desk.call("magic_links_get", { id: board.items[0].id });
  assert.equal(link.state, "revoked");
});

test("a new link takes the place of the old one", async (t) => {
  const desk = await open(t);
  await desk.furnish();
  await desk.issue("pat", "Make the sheet");
  const first = desk.page.url();
  await desk.button("Make a new one").click();
  await desk.page.waitForURL((url) => url.href !== first);
  await desk.qr.waitFor();

  const board = await desk.call("magic_links_list", { search: "", state: null, offset: 0, limit: 5 });
  assert.deepEqual(board.items.map(({ state, pin }) => [state, pin]), [
    ["waiting", true],
    ["replaced", true],
  ]);
  await desk.button("Done").click();
  const rows = desk.page.getByRole("table", { name: "Links" });
  await rows.getByText("waiting · PIN").waitFor();
  await rows.getByText(/^replaced/).waitFor();
});

test("the desk sees a phone open the link and press", async (t) => {
  const desk = await open(t);
  const { portal } = await desk.furnish();
  await desk.issue("pat");
  const board = await desk.call("magic_links_list", { search: "", state: null, offset: 0, limit: 1 });
  const { url } = await desk.call("magic_links_show", { id: board.items[0].id });

  const phone = await desk.phone(url);
  await within(1_000, desk.page.getByText("Opened on a phone."));
  assert.ok(await desk.qr.isVisible(), "looking spends nothing");
  await phone.getByRole("button").first().click();
  await phone.waitForLoadState();
  await within(1_000, desk.button("End this session"));
  assert.match(await phone.locator("body").innerText(), /Patient portal/);

  const again = await desk.redeem(url, portal.id);
  assert.equal(again.status, 400);
  await within(1_000, desk.page.getByText("1 try was refused."));

  await desk.button("End this session").click();
  await desk.page.getByRole("dialog").getByRole("button", { name: /^End/ }).click();
  await desk.page.getByText("This session has ended.").waitFor();
});

test("the board changes by itself", async (t) => {
  const desk = await open(t);
  const { portal, pat } = await desk.furnish();
  await desk.screen(/^Magic links/).click();
  await desk.page.getByText("No magic links yet").waitFor();
  const request = { membershipId: pat.membershipId, clientId: portal.id, handOver: "waiting", pin: false };
  const { url } = await desk.call("magic_links_issue", request);
  const rows = desk.page.getByRole("table", { name: "Links" });
  await within(1_000, rows.getByText("waiting", { exact: true }));
  await within(1_000, desk.page.getByRole("link", { name: "Magic links, 1 outstanding" }));

  assert.equal((await desk.redeem(url, portal.id)).status, 200);
  await within(1_000, rows.getByText(/^signed in/));
});
