// The calls that the guides print, each as it stands there, against a fresh server with the settings they presuppose.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, it } from "node:test";
import { promisify } from "node:util";

import {
  Browser,
  CALLBACK,
  CLIENTS,
  PAT,
  PROJECT,
  startElsewhere,
  startServer,
  workspaceWith,
} from "./harness.mjs";
import { connect } from "./medplum.mjs";

const run = promisify(execFile);

/** Runs a line of a shell with these variables. */
async function shell(line, variables) {
  const { stdout } = await run("bash", ["-c", line], { env: { PATH: process.env.PATH, ...variables } });
  return JSON.parse(stdout);
}

/** Runs Python's own HTTP client, in the shape that the guide uses. */
const PYTHON = `
import json, os, urllib.parse, urllib.request
body = {
    "grant_type": "client_credentials",
    "client_id": os.environ["MY_CLIENT_ID"],
    "client_secret": os.environ["MY_CLIENT_SECRET"]
}
headers = {
    "Content-Type": "application/x-www-form-urlencoded"
}
request = urllib.request.Request(os.environ["URL"], data=urllib.parse.urlencode(body).encode(), headers=headers)
print(json.dumps(json.load(urllib.request.urlopen(request))))
`;

const userinfo = (base, token) =>
  fetch(`${base}oauth2/userinfo`, { headers: { Authorization: `Bearer ${token}` } });

describe("seed: client credentials", () => {
  it("the curl line gives a bearer token for an hour", async (t) => {
    const base = await startServer(t);
    const variables = { MY_CLIENT_ID: CLIENTS.service.id, MY_CLIENT_SECRET: CLIENTS.service.secret };
    const line = `curl -sS -X POST ${base}oauth2/token \\
      -H "Content-Type: application/x-www-form-urlencoded" \\
      -d "grant_type=client_credentials&client_id=$MY_CLIENT_ID&client_secret=$MY_CLIENT_SECRET"`;
    const tokens = await shell(line, variables);
    assert.equal(tokens.token_type, "Bearer");
    assert.equal(tokens.expires_in, 3600);
    assert.ok(tokens.access_token);
    const python = await run("python3", ["-c", PYTHON], {
      env: { PATH: process.env.PATH, URL: `${base}oauth2/token`, ...variables },
    });
    assert.equal(JSON.parse(python.stdout).token_type, "Bearer");
  });
});

describe("seed: token exchange", () => {
  const people = { "an-external-access-token": { sub: "auth0|pat", email: "Pat@example.org", email_verified: true } };
  const printed = `curl -sS -X POST "\${BASE}auth/exchange" \\
--header 'Content-Type: application/json' \\
--data-raw '{
"projectId": "'$PROJECT'",
"clientId": "'$ID'",
"externalAccessToken": "'$TOKEN'"
}'`;

  for (const dialect of ["rfc", "medplum"]) {
    it(`the curl line exchanges the external token, and the SDK takes the answer (${dialect})`, async (t) => {
      const elsewhere = await startElsewhere(t, { people });
      const provider = { identityProvider: { userInfoUrl: `${elsewhere}userinfo` } };
      const BASE = await startServer(t, workspaceWith(dialect, CLIENTS.medplum, provider, elsewhere));
      const variables = { BASE, PROJECT, ID: CLIENTS.medplum.id, TOKEN: "an-external-access-token" };
      const tokens = await shell(printed, variables);
      assert.equal(tokens.token_type, "Bearer", JSON.stringify(tokens));
      assert.equal(tokens.profile.reference, PAT.profile);
      assert.equal((await userinfo(BASE, tokens.access_token)).status, 200);
      const { medplum } = connect(BASE, { id: CLIENTS.medplum.id });
      await medplum.setActiveLogin({
        accessToken: tokens.access_token,
        refreshToken: tokens.refresh_token,
        project: tokens.project,
        profile: tokens.profile,
      });
      assert.equal((await medplum.getProfileAsync()).id, PAT.profile.split("/")[1]);
      const refused = await shell(printed, { ...variables, TOKEN: "nobodys" });
      assert.equal(refused.error, "invalid_request");
      assert.match(refused.error_description, /^Failed to verify code/);
    });
  }
});

describe("seed: OAuth2 authorization", () => {
  it("the four parameters of the request and the three of the redemption are enough", async (t) => {
    const base = await startServer(t);
    const query = new URLSearchParams({
      client_id: CLIENTS.seed.id,
      redirect_uri: CALLBACK,
      response_type: "code",
      scope: "openid",
    });
    const back = await new Browser(base).follow(`${base}oauth2/authorize?${query}`, PAT.email);
    const tokens = await shell(
      `curl -sS -X POST ${base}oauth2/token -d grant_type=authorization_code -d client_id="$ID" -d code="$CODE"`,
      { ID: CLIENTS.seed.id, CODE: back.searchParams.get("code") },
    );
    assert.ok(tokens.access_token && tokens.id_token, JSON.stringify(tokens));
    assert.equal((await userinfo(base, tokens.access_token)).status, 200);
  });

  it("a redirect URI that differs by its last slash is not followed", async (t) => {
    const base = await startServer(t);
    const query = new URLSearchParams({
      client_id: CLIENTS.seed.id,
      redirect_uri: `${CALLBACK}/`,
      response_type: "code",
      scope: "openid",
    });
    const reply = await fetch(`${base}oauth2/authorize?${query}`, { redirect: "manual" });
    assert.deepEqual([reply.status, reply.headers.get("location")], [400, null]);
  });
});

describe("seed: pre-authorized code", () => {
  it("the SDK's call issues a code and the form redeems it once", async (t) => {
    const MEDPLUM_BASE_URL = await startServer(t);
    const { id: MY_CLIENT_ID, secret: MY_CLIENT_SECRET } = CLIENTS.service;
    const ON_BEHALF_OF = PAT.profile;
    const { medplum } = connect(MEDPLUM_BASE_URL, { id: MY_CLIENT_ID, secret: MY_CLIENT_SECRET });
    const preAuthResult = await medplum.post(
      "auth/preauthorize",
      { clientId: MY_CLIENT_ID, scope: "openid", expiresIn: 3600, nonce: "optional-nonce-value" },
      undefined,
      { headers: { "X-Medplum-On-Behalf-Of": ON_BEHALF_OF } },
    );
    assert.deepEqual(Object.keys(preAuthResult), ["preAuthorizedCode", "expiresAt"]);
    assert.match(preAuthResult.expiresAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const redeem = () =>
      fetch(`${MEDPLUM_BASE_URL}oauth2/token`, {
        method: "POST",
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({
          grant_type: "urn:ietf:params:oauth:grant-type:pre-authorized_code",
          client_id: MY_CLIENT_ID,
          "pre-authorized_code": preAuthResult.preAuthorizedCode,
        }),
      });
    const tokens = await (await redeem()).json();
    assert.deepEqual(
      [tokens.token_type, tokens.scope, tokens.expires_in, tokens.refresh_token],
      ["Bearer", "openid", 3600, undefined],
    );
    const claims = JSON.parse(Buffer.from(tokens.id_token.split(".")[1], "base64url"));
    assert.equal(claims.nonce, "optional-nonce-value");
    assert.equal((await (await redeem()).json()).error, "invalid_grant");
  });
});
