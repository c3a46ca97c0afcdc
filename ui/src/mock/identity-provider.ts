import type { Req, Res } from "../api/call";
import { db } from "./db";
import { refuse } from "./refuse";

type Verdict = Res<"identity_provider_dry_run">;

const nobody = (name: string, advice: string): Pick<Verdict, "matched" | "refusal"> => ({
  matched: null,
  refusal: { name, description: "User not found", advice },
});

/** Looks at a pasted answer much as the engine does: by `sub` or by `email`, and at nothing else. */
function dryRun({ clientId, provider, answer, accessToken }: Req<"identity_provider_dry_run">): Verdict {
  const settings = provider ?? db.clients.find((client) => client.id === clientId)?.identityProvider;
  if (!settings) refuse("invalid", "There is no userinfo URL; enter the provider's.", "provider");
  if (!answer && !accessToken) {
    refuse(
      "invalid",
      "Paste an answer of the userinfo endpoint, or an access token to ask it with.",
      "answer",
    );
  }
  const body = answer?.body ?? '{"sub":"idp-ada","email":"ada@example.org","email_verified":true}';
  const claim = settings.useSubject ? "sub" : "email";
  let claims: Record<string, unknown> = {};
  try {
    claims = JSON.parse(body);
  } catch {
    claims = {};
  }
  const value = typeof claims[claim] === "string" ? claims[claim] : null;
  const found = db.people.find(
    (one) => value !== null && (settings.useSubject ? one.externalId : one.summary.email) === value,
  );
  return {
    claim: value === null ? null : claim,
    value,
    claims: Object.keys(claims),
    ...(found
      ? {
          matched: {
            membershipId: found.summary.membershipId,
            profile: found.summary.profile,
            name: found.summary.name,
          },
          refusal: null,
        }
      : nobody(
          value === null ? "missing_subject_claim" : "no_member_found",
          "Add the person under People with the same e-mail address or external id.",
        )),
    checks: [
      { check: "user_info.status", expected: null, found: null, passed: true },
      {
        check: "membership.exists",
        expected: found ? null : "a member of the project",
        found: found ? null : `nobody has this ${claim}`,
        passed: found !== undefined,
      },
    ],
    status: answer?.status ?? 200,
    contentType: answer?.contentType ?? "application/json",
    elapsedMs: answer ? null : 84,
  };
}

function test({ clientId, provider }: Req<"identity_provider_test">): Res<"identity_provider_test"> {
  const settings = provider ?? db.clients.find((client) => client.id === clientId)?.identityProvider;
  if (!settings) refuse("invalid", "There is no userinfo URL; enter the provider's.", "provider");
  if (settings.userInfoUrl.startsWith("http:")) {
    const { hostname, port } = new URL(settings.userInfoUrl);
    return {
      reached: false,
      healthy: false,
      status: null,
      contentType: null,
      problem: "plain_http",
      message: "plain http is used only to hosts on the project's list of allowed hosts",
      allowHost: `${hostname}:${port || "80"}`,
      elapsedMs: 0,
    };
  }
  return {
    reached: true,
    healthy: true,
    status: 401,
    contentType: "application/json",
    problem: null,
    message: "the endpoint asks for a token, as it should",
    allowHost: null,
    elapsedMs: 84,
  };
}

function discover({ url }: Req<"identity_provider_discover">): Res<"identity_provider_discover"> {
  if (!url.startsWith("https://")) refuse("invalid", `${url} could not be read: no such address.`, "url");
  const issuer = url.replace(/\/?(\.well-known\/openid-configuration)?$/, "/");
  return {
    issuer,
    userInfoUrl: `${issuer}userinfo`,
    authorizeUrl: `${issuer}authorize`,
    tokenUrl: `${issuer}oauth/token`,
    jwksUrl: `${issuer}.well-known/jwks.json`,
  };
}

function health({ clientId }: Req<"identity_provider_health">): Res<"identity_provider_health"> {
  const client = db.clients.find(({ id }) => id === clientId);
  return {
    lastSuccessAt: client?.lastUsedAt ?? null,
    refusedSince: client?.lastUsedAt ? 2 : 0,
    lastRefusal: client?.lastUsedAt ? { at: client.lastUsedAt + 60, refusal: "no_member_found" } : null,
    lookedThrough: 40,
  };
}

export const identityProvider = { dryRun, test, discover, health };
