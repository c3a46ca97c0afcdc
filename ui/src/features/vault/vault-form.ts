import type { Api, ApiAccess, Connection, ConnectionSettings, ScopeOfApi } from "../../api/bindings";
import type { Form } from "../../app/editor";

/** What the editor of an API changes. */
export type ApiDraft = {
  name: string;
  identifier: string;
  scopes: ScopeOfApi[];
  tokenLifetime: number;
  allowOfflineAccess: boolean;
  userAccess: ApiAccess;
  clientAccess: ApiAccess;
};

export const EMPTY_SCOPE: ScopeOfApi = { value: "", description: "" };

export const API_FORM: Form<Api, ApiDraft> = {
  empty: {
    name: "",
    identifier: "",
    scopes: [EMPTY_SCOPE],
    tokenLifetime: 86_400,
    allowOfflineAccess: false,
    userAccess: "allow_all",
    clientAccess: "require_client_grant",
  },
  draftOf: ({ name, identifier, scopes, tokenLifetime, allowOfflineAccess, userAccess, clientAccess }) => ({
    name,
    identifier,
    scopes,
    tokenLifetime,
    allowOfflineAccess,
    userAccess,
    clientAccess,
  }),
  differing,
};

/** What the editor of a connection changes. */
export type ConnectionDraft = {
  name: string;
  strategy: string;
  settings: ConnectionSettings;
  /** Empty leaves the stored one. */
  clientSecret: string;
};

export const CONNECTION_FORM: Form<Connection, ConnectionDraft> = {
  empty: {
    name: "",
    strategy: "oidc",
    settings: {
      displayName: "",
      connectedAccounts: true,
      issuer: "",
      authorizationEndpoint: "",
      tokenEndpoint: "",
      userinfoEndpoint: "",
      clientId: "",
      scopes: ["openid"],
    },
    clientSecret: "",
  },
  draftOf: ({ name, strategy, settings }) => ({ name, strategy, settings, clientSecret: "" }),
  differing,
};

/** How many members of one level differ; `settings` counts each of its own. */
export function differing(one: object, other: object): number {
  const pairs = Object.entries(one).map(([name, value]) => [
    value,
    (other as Record<string, unknown>)[name],
  ]) as [unknown, unknown][];
  return pairs.reduce((count, [before, after]) => {
    const nested = typeof before === "object" && before !== null && !Array.isArray(before);
    if (nested && typeof after === "object" && after !== null) return count + differing(before, after);
    return count + Number(JSON.stringify(before) !== JSON.stringify(after));
  }, 0);
}

/** Rows without anything in them are not scopes yet. */
export const written = (scopes: readonly ScopeOfApi[]): ScopeOfApi[] =>
  scopes.filter(({ value, description }) => value.trim() !== "" || description.trim() !== "");
