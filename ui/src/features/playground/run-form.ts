/** The form of a run, and the request it becomes. */
import type {
  PlaygroundChoices,
  PlaygroundClient,
  ReturnBy,
  RunRequest,
  Switch,
  VaultRun,
} from "../../api/bindings";
import type { Req } from "../../api/call";
import {
  FEDERATED_CONNECTION_ACCESS_TOKEN,
  PRE_AUTHORIZED_CODE,
  TOKEN_EXCHANGE,
} from "../../api/grant-types";

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
  /** What the Token Vault needs besides. */
  vault: VaultRun;
};

export const LOOPBACK = "http://127.0.0.1/callback";

const EMPTY_VAULT: Readonly<VaultRun> = {
  audience: "",
  connection: "",
  exchangeClientId: "",
  exchangeClientSecret: "",
  connect: true,
};

/** The first API with somebody who exchanges for it, and the first connection: the sample provider's where it runs. */
export function firstVault(choices: PlaygroundChoices): VaultRun {
  const api = choices.apis.find(({ clients }) => clients.length > 0);
  const connection = choices.connections.find(({ sample }) => sample) ?? choices.connections[0];
  return {
    ...EMPTY_VAULT,
    audience: api?.identifier ?? "",
    exchangeClientId: api?.clients[0]?.id ?? "",
    connection: connection?.name ?? "",
  };
}

/** Whether the sample provider is behind the connection of the run. */
const withSample = (choices: PlaygroundChoices, form: RunForm): boolean =>
  choices.connections.some(({ name, sample }) => sample && name === form.vault.connection);

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
    afterwards: usualAfterwards(grant),
    failures: [],
    vault: EMPTY_VAULT,
  };
}

/** What is usually asked once the tokens are there: whose they are, where they are a person's. */
export const usualAfterwards = (grant: string): RunForm["afterwards"] =>
  grant === "client_credentials" || grant === FEDERATED_CONNECTION_ACCESS_TOKEN ? [] : ["userinfo"];

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
      (!row.needsIssuer || form.issuer === null) &&
      (!row.needsSampleProvider || withSample(choices, form)),
  );

/** Whether somebody signs in first. */
export const signsIn = (form: RunForm): boolean =>
  form.grant === "authorization_code" || form.grant === FEDERATED_CONNECTION_ACCESS_TOKEN;

/** Whether the grant begins with something that has to be given. */
export const needsToken = (form: RunForm): boolean =>
  form.grant === "refresh_token" ||
  form.grant === TOKEN_EXCHANGE ||
  form.grant === "auth_exchange" ||
  (form.grant === PRE_AUTHORIZED_CODE && form.issuer !== null);

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
  token: needsToken(form) || form.grant === PRE_AUTHORIZED_CODE ? form.token : "",
  afterwards: form.afterwards,
  failures: form.failures,
  ...(form.grant === FEDERATED_CONNECTION_ACCESS_TOKEN && { vault: form.vault }),
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
  vault: request.vault ?? EMPTY_VAULT,
});
