// @openid4vc/openid4vci, a wallet's library: the offer that our QR code leads to is read and redeemed with it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { describe, it } from "node:test";
import { Oauth2Client, setGlobalConfig } from "@openid4vc/oauth2";
import { Openid4vciClient } from "@openid4vc/openid4vci";

import jsqr from "jsqr";
import { CLIENTS, PAT, preauthorize, startDesk, startServer, workspace } from "./harness.mjs";

// The server of the test is on this machine, without TLS.
setGlobalConfig({ allowInsecureUrls: true });

/** What the library wants from a platform. */
const callbacks = {
  fetch,
  hash: (data, algorithm) => createHash(algorithm.replace("-", "")).update(data).digest(),
  generateRandom: (length) => randomBytes(length),
  signJwt: () => assert.fail("nothing is signed for this grant"),
  verifyJwt: () => assert.fail("nothing is verified for this grant"),
  clientAuthentication: ({ body }) => {
    body.client_id = CLIENTS.wallet.id;
  },
};

async function offered(base, more = {}) {
  const issued = await preauthorize(base, { clientId: CLIENTS.wallet.id, magicLink: true, ...more });
  const client = new Openid4vciClient({ callbacks });
  return { issued, client, offer: await client.resolveCredentialOffer(issued.offerUri) };
}

/** A clinic whose wallet wants to be handed offers. */
function withWallet() {
  const file = workspace("rfc");
  const wallet = file.projects[0].clients.find(({ id }) => id === CLIENTS.wallet.id);
  wallet.magicLinkTemplate = "openid-credential-offer://";
  return file;
}

/** What the QR code of a picture says: pixels as `pdftoppm` writes them (PPM), read by a decoder that is not ours. */
function scan(ppm) {
  const [head, width, height] = ppm.subarray(0, 40).toString("latin1").match(/^P6\s(\d+)\s(\d+)\s255\s/);
  const pixels = ppm.subarray(head.length);
  assert.equal(pixels.length, width * height * 3);
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let at = 0; at < width * height; at += 1) rgba.set(pixels.subarray(at * 3, at * 3 + 3), at * 4);
  const found = jsqr(rgba, Number(width), Number(height), { inversionAttempts: "dontInvert" });
  assert.ok(found, "the picture has a QR code that can be read");
  return found.data;
}

/** A sheet for Pat, as it comes out of the printer; where its QR code leads. */
async function printed(call, pin) {
  const people = await call("people_list", { search: "pat", resourceType: null, offset: 0, limit: 5 });
  const { membershipId } = people.items.find(({ profile }) => profile === PAT.profile);
  const card = await call("magic_links_issue", { membershipId, clientId: CLIENTS.wallet.id, handOver: "take_home", pin });
  const paper = { paper: "a4", language: "en", secondLanguage: null, utcOffsetMinutes: 0, withName: false };
  const { path } = await call("magic_links_save_sheets", { ids: [card.link.id], ...paper });
  const ppm = execFileSync("pdftoppm", ["-r", "150", "-singlefile", path], { maxBuffer: 1 << 25 });
  await rm(path);
  return { card, link: scan(ppm) };
}

/** Looks at the landing page and presses its button, as the person does; the address that opens the wallet. */
async function press(link) {
  assert.equal((await fetch(link)).status, 200, "looking first spends nothing");
  const reply = await fetch(link, { method: "POST", redirect: "manual" });
  assert.equal(reply.status, 303);
  return reply.headers.get("location");
}

describe("@openid4vc/openid4vci", () => {
  for (const pin of [false, true]) {
    it(`redeems the offer behind the QR code of a printed sheet, ${pin ? "with" : "without"} a PIN`, async (t) => {
      const { base, call } = await startDesk(t, withWallet());
      const { card, link } = await printed(call, pin);
      assert.equal(link.toLowerCase(), card.url.toLowerCase(), "the sheet says what the screen says");
      const uri = await press(link);
      assert.match(uri, /^openid-credential-offer:\/\/\?credential_offer_uri=/);
      const offer = await new Openid4vciClient({ callbacks }).resolveCredentialOffer(uri);
      assert.equal(offer.credential_issuer, base);
      const grant = offer.grants["urn:ietf:params:oauth:grant-type:pre-authorized_code"];
      assert.equal(grant.tx_code === undefined, !pin);
      const oauth = new Oauth2Client({ callbacks });
      const authorizationServerMetadata = await oauth.fetchAuthorizationServerMetadata(base);
      const retrieve = () =>
        oauth.retrievePreAuthorizedCodeAccessToken({
          authorizationServerMetadata,
          preAuthorizedCode: grant["pre-authorized_code"],
          ...(pin && { txCode: card.pin }),
        });
      const { accessTokenResponse } = await retrieve();
      assert.equal(accessTokenResponse.profile.reference, PAT.profile);
      await assert.rejects(retrieve(), (error) => error.errorResponse?.error === "invalid_grant");
    });
  }

  it("reads the offer and redeems its code once", async (t) => {
    const base = await startServer(t);
    const { issued, offer } = await offered(base);
    const grant = offer.grants["urn:ietf:params:oauth:grant-type:pre-authorized_code"];
    assert.equal(new URL(offer.credential_issuer).protocol.startsWith("http"), true);
    assert.ok(offer.credential_configuration_ids.length > 0);
    assert.ok(issued.preAuthorizedCode.length >= 43);

    const oauth = new Oauth2Client({ callbacks });
    const metadata = await oauth.fetchAuthorizationServerMetadata(base);
    assert.equal(metadata.issuer, base);
    const retrieve = () =>
      oauth.retrievePreAuthorizedCodeAccessToken({
        authorizationServerMetadata: metadata,
        preAuthorizedCode: grant["pre-authorized_code"],
      });
    const { accessTokenResponse } = await retrieve();
    const userinfo = await fetch(metadata.userinfo_endpoint, {
      headers: { Authorization: `Bearer ${accessTokenResponse.access_token}` },
    });
    assert.equal(userinfo.status, 200);
    assert.equal(accessTokenResponse.profile.reference, PAT.profile);
    await assert.rejects(retrieve(), (error) => error.errorResponse?.error === "invalid_grant");
  });

  it("asks for the transaction code that the offer describes", async (t) => {
    const base = await startServer(t);
    const { issued, offer } = await offered(base, { txCode: { length: 6 } });
    const grant = offer.grants["urn:ietf:params:oauth:grant-type:pre-authorized_code"];
    assert.deepEqual([grant.tx_code.input_mode ?? "numeric", grant.tx_code.length], ["numeric", 6]);
    const oauth = new Oauth2Client({ callbacks });
    const authorizationServerMetadata = await oauth.fetchAuthorizationServerMetadata(base);
    const retrieve = (txCode) =>
      oauth.retrievePreAuthorizedCodeAccessToken({
        authorizationServerMetadata,
        preAuthorizedCode: grant["pre-authorized_code"],
        txCode,
      });
    await assert.rejects(retrieve(undefined), (error) => error.errorResponse?.error === "invalid_request");
    await assert.rejects(retrieve("12345x"), (error) => error.errorResponse?.error === "invalid_grant");
    assert.ok((await retrieve(issued.txCode)).accessTokenResponse.access_token);
  });
});
