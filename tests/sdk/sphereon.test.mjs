// @sphereon/oid4vci-client, the library of another maker of wallets: it reads our offers, by value and by reference, and
// redeems them, with and without a PIN. What the phone does before that, a press on the landing page, is done here by hand.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CredentialOfferClient, OpenID4VCIClient } from "@sphereon/oid4vci-client";

import { CLIENTS, PAT, preauthorize, startServer, workspace } from "./harness.mjs";

/** A clinic whose wallet wants to be handed offers. */
function withWallet() {
  const file = workspace("rfc");
  const wallet = file.projects[0].clients.find(({ id }) => id === CLIENTS.wallet.id);
  wallet.magicLinkTemplate = "openid-credential-offer://";
  return file;
}

const issue = (base, more = {}) => preauthorize(base, { clientId: CLIENTS.wallet.id, magicLink: true, ...more });

/** Presses the button of the landing page, and gives the address that opens the wallet. */
async function press(link) {
  assert.equal((await fetch(link)).status, 200, "looking first spends nothing");
  const reply = await fetch(link, { method: "POST", redirect: "manual" });
  assert.equal(reply.status, 303);
  return reply.headers.get("location");
}

/** The wallet: reads the offer, finds the token endpoint, redeems. */
async function redeem(base, uri, pin) {
  const metadata = await (await fetch(new URL(".well-known/openid-configuration", base))).json();
  const client = await OpenID4VCIClient.fromURI({
    uri,
    clientId: CLIENTS.wallet.id,
    retrieveServerMetadata: false,
    // A sign-in is offered and no credential, so there is no credential issuer's document to look it up in.
    endpointMetadata: {
      issuer: base,
      token_endpoint: metadata.token_endpoint,
      credential_endpoint: metadata.userinfo_endpoint,
      authorizationServerType: "OIDC",
      authorizationServerMetadata: metadata,
    },
  });
  return client.acquireAccessToken({ ...(pin && { pin }) });
}

async function profileOf(base, { access_token: token }) {
  const reply = await fetch(new URL("auth/me", base), { headers: { Authorization: `Bearer ${token}` } });
  return (await reply.json()).profile;
}

describe("@sphereon/oid4vci-client", () => {
  for (const how of ["by value", "by reference"]) {
    const offered = async (base, issued) => (how === "by value" ? issued.offerUri : press(issued.magicLink));

    it(`redeems an offer ${how}, once`, async (t) => {
      const base = await startServer(t, withWallet());
      const issued = await issue(base);
      const uri = await offered(base, issued);
      assert.equal(uri.includes(issued.magicLink.split("/").at(-1)), how === "by value", "no code in the address");
      const offer = await CredentialOfferClient.fromURI(uri);
      assert.equal(offer.credential_offer.credential_issuer, base);
      assert.deepEqual(offer.credential_offer.credential_configuration_ids, [CLIENTS.wallet.id]);
      assert.equal(offer.txCode, undefined);
      const tokens = await redeem(base, uri);
      const profile = await profileOf(base, tokens);
      assert.equal(`${profile.resourceType}/${profile.id}`, PAT.profile);
      await assert.rejects(redeem(base, uri), /status: 400/);
    });

    it(`asks for the PIN that an offer ${how} describes`, async (t) => {
      const base = await startServer(t, withWallet());
      const issued = await issue(base, { txCode: { length: 4 } });
      const uri = await offered(base, issued);
      const offer = await CredentialOfferClient.fromURI(uri);
      assert.deepEqual([offer.txCode.input_mode, offer.txCode.length], ["numeric", 4]);
      await assert.rejects(redeem(base, uri), /PIN|pin|code/i, "the library does not even ask without one");
      const wrong = issued.txCode.replace(/./g, (digit) => (Number(digit) + 1) % 10);
      await assert.rejects(redeem(base, uri, wrong), /status: 400/);
      const tokens = await redeem(base, uri, issued.txCode);
      assert.ok(tokens.access_token, "a wrong PIN spent nothing");
    });
  }
});
