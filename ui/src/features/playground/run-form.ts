/** The form of a run, and the request it becomes. */
import type { PlaygroundChoices, PlaygroundClient, ReturnBy, RunRequest, Switch } from "../../api/bindings";
import type { Req } from "../../api/call";

export type RunForm = {
  /** Another issuer's base URL; `null` for this engine. */
  issuer: string | null;
  clientId: string;
  clientSecret: string;
  grant: string;
  scope: string;
  returnBy: ReturnBy;
  email: string;
  password: string;
  membershipId: string;
  token: string;
  afterwards: string[];
  failures: Switch[];
};

export const PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code";
export const LOOPBACK = "http://127.0.0.1/callback";

/** What a run of a client usually is. */
export function firstForm(client: PlaygroundClient | undefined): RunForm {
  const grant = client?.grants[0] ?? "authorization_code";
  return {
    issuer: null,
    clientId: client?.id ?? "",
    clientSecret: "",
    grant,
    scope: scopeOf(client, grant),
    returnBy: "auto",
    email: "",
    password: "",
    membershipId: "",
    token: "",
    afterwards: grant === "client_credentials" ? [] : ["userinfo"],
    failures: [],
  };
}

/** The scope a grant of the client usually asks for. */
export const scopeOf = (client: PlaygroundClient | undefined, grant: string): string => {
  if (client && client.defaultScope.length > 0) return client.defaultScope.join(" ");
  return grant === "client_credentials" ? "" : "openid profile";
};

/** The switches that do something for this run. */
export const fitting = (choices: PlaygroundChoices, form: RunForm) =>
  choices.switches.filter(
    (row) =>
      row.grants.includes(form.grant) &&
      (!row.needsSecret || form.clientSecret !== "") &&
      (!row.needsIssuer || form.issuer === null),
  );

/** Whether the grant begins with something that has to be given. */
export const needsToken = (form: RunForm): boolean =>
  form.grant === "refresh_token" ||
  form.grant.endsWith(":token-exchange") ||
  form.grant === "auth_exchange" ||
  (form.grant === PRE_AUTHORIZED && form.issuer !== null);

export const asRequest = (form: RunForm): Req<"playground_run"> => ({
  issuer: form.issuer ?? "",
  clientId: form.clientId.trim(),
  clientSecret: form.clientSecret,
  grant: form.grant,
  scope: form.scope.split(/\s+/).filter(Boolean),
  returnBy: form.returnBy,
  redirectUri: "",
  email: form.returnBy === "pages" ? form.email : "",
  password: form.returnBy === "pages" ? form.password : "",
  membershipId: form.membershipId,
  token: needsToken(form) || form.grant === PRE_AUTHORIZED ? form.token : "",
  afterwards: form.afterwards,
  failures: form.failures,
});

/** The form of a request that was kept: what was secret is empty. */
export const fromRequest = (request: RunRequest): RunForm => ({
  issuer: request.issuer === "" ? null : request.issuer,
  clientId: request.clientId,
  clientSecret: request.clientSecret,
  grant: request.grant,
  scope: request.scope.join(" "),
  returnBy: request.returnBy,
  email: request.email,
  password: request.password,
  membershipId: request.membershipId,
  token: request.token,
  afterwards: request.afterwards,
  failures: request.failures,
});
