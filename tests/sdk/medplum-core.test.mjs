// @medplum/core: a Medplum application points its MedplumClient at this server and changes nothing else.
import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { ADA, Browser, CALLBACK, CLIENTS, PASSWORD, PAT, startServer, workspace } from "./harness.mjs";
import { connect, OperationOutcomeError } from "./medplum.mjs";

for (const dialect of ["rfc", "medplum"]) {
  describe(`@medplum/core, dialect ${dialect}`, () => {
    const start = (t) => startServer(t, workspace(dialect));

    it("startClientLogin and getProfile", async (t) => {
      const base = await start(t);
      for (const authCredentialsMethod of ["body", "header"]) {
        const { medplum, sent } = connect(base, {}, { authCredentialsMethod });
        const profile = await medplum.startClientLogin(CLIENTS.service.id, CLIENTS.service.secret);
        assert.equal(profile.resourceType, "ClientApplication");
        assert.deepEqual(sent, ["POST /oauth2/token", "GET /auth/me"]);
        assert.equal(medplum.isProjectAdmin(), true);
      }
      const { medplum } = connect(base);
      await assert.rejects(medplum.startClientLogin(CLIENTS.service.id, "wrong"), /Failed to fetch tokens: Invalid/);
    });

    it("startLogin and processCode sign a person in", async (t) => {
      const base = await start(t);
      const { medplum, sent } = connect(base, { id: CLIENTS.medplum.id });
      const login = await medplum.startLogin({ email: ADA.email, password: PASSWORD, scope: "openid offline_access" });
      assert.ok(login.login && login.code, JSON.stringify(login));
      const profile = await medplum.processCode(login.code, { redirectUri: "" });
      assert.equal(`${profile.resourceType}/${profile.id}`, ADA.profile);
      assert.deepEqual(sent, ["POST /auth/login", "POST /oauth2/token", "GET /auth/me"]);
      const before = medplum.getAccessToken();
      await medplum.refreshIfExpired(Number.MAX_SAFE_INTEGER);
      assert.notEqual(medplum.getAccessToken(), before, "renewed with the refresh token");
      await medplum.signOut();
      assert.equal(medplum.getActiveLogin(), undefined);
    });

    it("startLogin tells a wrong password in Medplum's words", async (t) => {
      const base = await start(t);
      const { medplum } = connect(base, { id: CLIENTS.medplum.id });
      await assert.rejects(medplum.startLogin({ email: ADA.email, password: "wrong password" }), (error) => {
        assert.ok(error instanceof OperationOutcomeError);
        assert.match(error.message, /Email or password is invalid/);
        return true;
      });
    });

    it("post auth/preauthorize, redeem, setActiveLogin", async (t) => {
      const base = await start(t);
      const { medplum } = connect(base, CLIENTS.service);
      const { preAuthorizedCode } = await medplum.post(
        "auth/preauthorize",
        { clientId: CLIENTS.medplum.id, expiresIn: 3600, scope: "openid" },
        undefined,
        { headers: { "X-Medplum-On-Behalf-Of": PAT.profile } },
      );
      const tokens = await (
        await fetch(`${base}oauth2/token`, {
          method: "POST",
          headers: { "Content-Type": "application/x-www-form-urlencoded" },
          body: new URLSearchParams({
            grant_type: "urn:ietf:params:oauth:grant-type:pre-authorized_code",
            client_id: CLIENTS.medplum.id,
            "pre-authorized_code": preAuthorizedCode,
          }),
        })
      ).json();
      const patient = connect(base, { id: CLIENTS.medplum.id }).medplum;
      await patient.setActiveLogin({
        accessToken: tokens.access_token,
        project: tokens.project,
        profile: tokens.profile,
      });
      const profile = await patient.getProfileAsync();
      assert.equal(`${profile.resourceType}/${profile.id}`, PAT.profile);
    });

    it("signInWithRedirect's request comes back with a code that processCode takes", async (t) => {
      const base = await start(t);
      const { medplum } = connect(base, { id: CLIENTS.medplum.id });
      const pkce = await medplum.startPkce();
      const url = new URL(medplum.getAuthorizeUrl());
      url.search = new URLSearchParams({
        response_type: "code",
        state: "st",
        client_id: CLIENTS.medplum.id,
        redirect_uri: CALLBACK,
        code_challenge_method: pkce.codeChallengeMethod,
        code_challenge: pkce.codeChallenge,
        scope: "openid profile",
      });
      assert.equal(pkce.codeChallengeMethod, "S256");
      const back = await new Browser(base).follow(url, PAT.email);
      const profile = await medplum.processCode(back.searchParams.get("code"), { redirectUri: CALLBACK });
      assert.equal(`${profile.resourceType}/${profile.id}`, PAT.profile);
    });

    it("an access token that was revoked ends the session", async (t) => {
      const base = await start(t);
      const { medplum } = connect(base, { id: CLIENTS.medplum.id });
      const login = await medplum.startLogin({ email: ADA.email, password: PASSWORD });
      await medplum.processCode(login.code, { redirectUri: "" });
      const other = connect(base, {}, { accessToken: medplum.getAccessToken() }).medplum;
      await other.signOut();
      await assert.rejects(medplum.get("auth/me", { cache: "reload" }), /Unauthorized/);
    });

    it("startJwtBearerLogin is refused as by Medplum", async (t) => {
      const base = await start(t);
      const { medplum } = connect(base);
      await assert.rejects(
        medplum.startJwtBearerLogin(CLIENTS.service.id, "a.b.c", "openid"),
        /Failed to fetch tokens: Unsupported grant_type/,
      );
    });
  });
}
