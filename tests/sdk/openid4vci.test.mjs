// @openid4vc/openid4vci, a wallet's library: the offer that our QR code carries is read and redeemed with it.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { Oauth2Client, setGlobalConfig } from "@openid4vc/oauth2";
import { Openid4vciClient } from "@openid4vc/openid4vci";

import { CLIENTS, PAT, preauthorize, startServer } from "./harness.mjs";

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

describe("@openid4vc/openid4vci", () => {
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
