import type { Api, ApiSummary, ConnectedAccount, Connection, Ladder, Rung } from "../api/bindings";
import type { Req, Res } from "../api/call";
import { FEDERATED_CONNECTION_ACCESS_TOKEN } from "../api/grant-types";
import { clients } from "./clients";
import { BASE_URL, db, nextId, now, scenario } from "./db";
import { happened, tell } from "./log";
import { findPerson } from "./people";
import { refuse, sentinel } from "./refuse";

const system = (id: string, name: string, path: string, words: string[]): Api => ({
  id,
  name,
  identifier: `${BASE_URL}${path}`,
  system: true,
  scopes: words.map((value) => ({ value, description: "" })),
  tokenLifetime: 86_400,
  allowOfflineAccess: false,
  userAccess: id === "my_account" ? "require_client_grant" : "deny_all",
  clientAccess: id === "my_account" ? "deny_all" : "require_client_grant",
  clients: [],
  grants: [],
  version: "",
});

const apis: Api[] = [
  system("management", "Anteroom Management API", "api/v2/", [
    "read:clients",
    "create:clients",
    "read:connections",
    "create:connections",
    "read:logs",
  ]),
  system("my_account", "Anteroom My Account API", "me/", [
    "create:me:connected_accounts",
    "read:me:connected_accounts",
    "delete:me:connected_accounts",
  ]),
];

const connections: Connection[] = [];
const accounts: (ConnectedAccount & { membershipId: string })[] = [];

function seed() {
  const [portal, app] = db.clients;
  const pat = db.people[2];
  if (scenario === "empty" || !portal || !app || !pat) return;
  apis.unshift({
    ...system(nextId(), "Calendar API", "", []),
    identifier: "https://my-api.example.com",
    system: false,
    scopes: [
      { value: "read:calendar", description: "Read your calendar" },
      { value: "write:calendar", description: "Write in your calendar" },
    ],
    userAccess: "allow_all",
    clientAccess: "require_client_grant",
    clients: [{ id: portal.id, name: portal.name, exchanges: true }],
    version: "1",
  });
  const mine = apis.find(({ id }) => id === "my_account");
  mine?.grants.push({
    id: "cgr_1",
    clientId: app.id,
    clientName: app.name,
    subject: "user",
    scopes: ["create:me:connected_accounts", "read:me:connected_accounts"],
    allScopes: false,
  });
  connections.push({
    id: "con_1",
    name: "google-oauth2",
    strategy: "google-oauth2",
    settings: {
      displayName: "Google",
      connectedAccounts: true,
      issuer: "",
      authorizationEndpoint: "",
      tokenEndpoint: "",
      userinfoEndpoint: "",
      clientId: "1234.apps.googleusercontent.com",
      scopes: ["openid", "https://www.googleapis.com/auth/calendar.readonly"],
    },
    hasSecret: true,
    callback: `${BASE_URL}login/callback`,
    clients: [{ id: app.id, name: app.name }],
    version: "1",
  });
  accounts.push({
    id: "cac_1",
    membershipId: pat.summary.membershipId,
    connection: "google-oauth2",
    strategy: "google-oauth2",
    subject: "1087",
    state: "active",
    scopes: ["openid", "https://www.googleapis.com/auth/calendar.readonly"],
    hasRefreshToken: true,
    refusal: null,
    clientName: app.name,
    connectedAt: now() - 86_400,
    expiresAt: now() + 1800,
    usedAt: now() - 600,
  });
}

const find = (id: string): Api =>
  apis.find((api) => api.id === id) ?? refuse("not_found", `There is no API with the id "${id}".`);

const findConnection = (id: string): Connection =>
  connections.find((one) => one.id === id) ??
  refuse("not_found", `There is no connection with the id "${id}".`);

const summary = ({ id, name, identifier, system, scopes, clients, grants }: Api): ApiSummary => ({
  id,
  name,
  identifier,
  system,
  scopeCount: scopes.length,
  clients: clients.map((client) => client.name),
  grantCount: grants.length,
});

/** The version after this one; links and grants are no part of what is versioned. */
const next = (version: string) => String(Number(version) + 1);

const meanwhile = (name: string) =>
  `Somebody changed "${name}" meanwhile. Load it again and repeat the change.`;

const changed = (api: Api): Api => {
  tell("apis");
  return { ...api };
};

export const apisMock = {
  list: (): Res<"apis_list"> => ({ items: apis.map(summary) }),
  get: ({ id }: Req<"apis_get">): Api => ({ ...find(id) }),
  save({ id, version, ...draft }: Req<"apis_save">): Api {
    sentinel(draft.name, "name");
    if (id === null && apis.some(({ identifier }) => identifier === draft.identifier)) {
      refuse("conflict", "A resource server with the same identifier already exists.", "identifier");
    }
    if (id === null && draft.identifier === "") {
      refuse("invalid", "An identifier has 1 to 600 characters, none of them invisible.", "identifier");
    }
    if (id === null) {
      const made: Api = { ...system(nextId(), "", "", []), ...draft, system: false, version: "1" };
      apis.unshift(made);
      happened("resource_server_created");
      return changed(made);
    }
    const api = find(id);
    if (api.version !== version) {
      refuse("conflict", meanwhile(api.name));
    }
    Object.assign(api, draft, { identifier: api.identifier, version: next(api.version) });
    happened("resource_server_updated");
    return changed(api);
  },
  delete({ id }: Req<"apis_delete">): Res<"apis_delete"> {
    const api = find(id);
    apis.splice(apis.indexOf(api), 1);
    happened("resource_server_deleted");
    tell("apis");
    return { name: api.name };
  },
  linkClient({ id, name }: Req<"apis_link_client">): Res<"apis_link_client"> {
    const api = find(id);
    const issued = clients.create({ name, clientType: "confidential", redirectUris: [], admin: false });
    api.clients.unshift({ id: issued.client.id, name, exchanges: true });
    changed(api);
    return issued;
  },
  saveGrant({ id, clientId, subject, scopes, allScopes }: Req<"apis_save_grant">): Api {
    const api = find(id);
    const client = db.clients.find((one) => one.id === clientId) ?? refuse("not_found", "No such client.");
    const before = api.grants.find((grant) => grant.clientId === clientId && grant.subject === subject);
    if (before) Object.assign(before, { scopes, allScopes });
    else {
      api.grants.push({
        id: `cgr_${nextId()}`,
        clientId,
        clientName: client.name,
        subject,
        scopes,
        allScopes,
      });
    }
    return changed(api);
  },
  revokeGrant({ id }: Req<"apis_revoke_grant">): Api {
    const api =
      apis.find(({ grants }) => grants.some((grant) => grant.id === id)) ??
      refuse("not_found", "There is no such client grant.");
    api.grants = api.grants.filter((grant) => grant.id !== id);
    return changed(api);
  },
};

export const connectionsMock = {
  list: (): Res<"connections_list"> => ({
    items: connections.map(({ id, name, strategy, settings, clients }) => ({
      id,
      name,
      strategy,
      connectedAccounts: settings.connectedAccounts,
      clientCount: clients.length,
    })),
  }),
  get: ({ id }: Req<"connections_get">): Connection => ({ ...findConnection(id) }),
  save({ id, version, name, strategy, settings, clientSecret }: Req<"connections_save">): Connection {
    sentinel(name, "name");
    if (id === null && connections.some((one) => one.name === name)) {
      refuse("conflict", "A connection with the same name already exists", "name");
    }
    const hasSecret = (clientSecret ?? "") !== "";
    if (id === null) {
      const made: Connection = {
        id: `con_${nextId()}`,
        name,
        strategy,
        settings,
        hasSecret,
        callback: `${BASE_URL}login/callback`,
        clients: [],
        version: "1",
      };
      connections.push(made);
      tell("apis");
      return { ...made };
    }
    const connection = findConnection(id);
    if (connection.version !== version) refuse("conflict", meanwhile(connection.name));
    const kept = connection.hasSecret || hasSecret;
    Object.assign(connection, { settings, hasSecret: kept, version: next(connection.version) });
    tell("apis");
    return { ...connection };
  },
  setClient({ id, clientId, enabled }: Req<"connections_set_client">): Connection {
    const connection = findConnection(id);
    const client = db.clients.find((one) => one.id === clientId) ?? refuse("not_found", "No such client.");
    connection.clients = connection.clients.filter((one) => one.id !== clientId);
    if (enabled) connection.clients = [...connection.clients, { id: client.id, name: client.name }];
    tell("apis");
    return { ...connection };
  },
  delete({ id }: Req<"connections_delete">): Res<"connections_delete"> {
    const connection = findConnection(id);
    connections.splice(connections.indexOf(connection), 1);
    tell("apis");
    return { name: connection.name };
  },
};

/** The sample provider, as it stands; the mock's is never asked. */
let sampleRuns = false;
const SAMPLE = "127.0.0.1:8104";

export const sampleProviderMock = {
  get(): Res<"sample_provider_get"> {
    const connection = connections.find(({ name }) => name === "sample-provider");
    return {
      issuer: sampleRuns ? `http://${SAMPLE}/` : null,
      host: sampleRuns ? SAMPLE : null,
      allowed: sampleRuns && db.settings.allowedOutboundHosts.includes(SAMPLE),
      connectionId: connection?.id ?? null,
      connection: connection?.name ?? null,
    };
  },
  start({ allowHost }: Req<"sample_provider_start">): Res<"sample_provider_start"> {
    if (!allowHost) refuse("invalid", "Agree that its address is put on the list.", "allowHost");
    sampleRuns = true;
    if (!db.settings.allowedOutboundHosts.includes(SAMPLE)) db.settings.allowedOutboundHosts.push(SAMPLE);
    if (!connections.some(({ name }) => name === "sample-provider")) {
      const at = (path: string) => `http://${SAMPLE}/${path}`;
      connectionsMock.save({
        id: null,
        version: null,
        name: "sample-provider",
        strategy: "oidc",
        settings: {
          displayName: "Sample provider",
          connectedAccounts: true,
          issuer: at(""),
          authorizationEndpoint: at("authorize"),
          tokenEndpoint: at("token"),
          userinfoEndpoint: at("userinfo"),
          clientId: "sample-client",
          scopes: ["openid", "email", "offline_access"],
        },
        clientSecret: "made by the sample provider",
      });
    }
    tell("settings");
    return sampleProviderMock.get();
  },
  stop(): Res<"sample_provider_stop"> {
    sampleRuns = false;
    db.settings.allowedOutboundHosts = db.settings.allowedOutboundHosts.filter((host) => host !== SAMPLE);
    tell("settings");
    return sampleProviderMock.get();
  },
};

/** What a run of the Token Vault may choose from. */
export const vaultChoices = (): Pick<Res<"playground_options">, "apis" | "connections"> => ({
  apis: apis
    .filter(({ system }) => !system)
    .map(({ identifier, name, clients }) => ({
      identifier,
      name,
      clients: clients.map((client) => ({ id: client.id, name: client.name })),
    })),
  connections: connections
    .filter(({ settings }) => settings.connectedAccounts)
    .map(({ name }) => ({ name, sample: sampleRuns && name === "sample-provider" })),
});

const rung = (id: string, ok: boolean | null, wanted: string, found: string, mend: string): Rung => ({
  id,
  ok,
  wanted,
  found,
  mend,
  refusal: "vault_account_not_found",
});

export const vaultMock = {
  accounts: ({ membershipId }: Req<"vault_accounts">): Res<"vault_accounts"> => ({
    items: accounts.filter((account) => account.membershipId === membershipId),
  }),
  deletePreview: ({ id }: Req<"vault_delete_preview">): Res<"vault_delete_preview"> => {
    const account = accounts.find((one) => one.id === id) ?? refuse("not_found", "No such account.");
    const clients = apis.flatMap((api) => api.clients.map((client) => client.name));
    return {
      person: findPerson(account.membershipId).summary.name,
      connection: account.connection,
      clients: clients.slice(0, 10),
      clientCount: clients.length,
      otherAccounts: 0,
    };
  },
  delete: ({ id }: Req<"vault_delete">): Res<"vault_delete"> => {
    const preview = vaultMock.deletePreview({ id });
    const at = accounts.findIndex((one) => one.id === id);
    accounts.splice(at, 1);
    tell("apis");
    return preview;
  },
  connect: ({ connection }: Req<"vault_connect">): Res<"vault_connect"> => ({
    address: `${BASE_URL}connect?ticket=${connection}`,
    expiresIn: 300,
    opened: true,
  }),
  ladder({ membershipId, api, clientId, connection }: Req<"vault_ladder">): Ladder {
    const found = apis.find(({ identifier }) => identifier === api);
    const linked = found?.clients.some(({ id }) => id === clientId) ?? false;
    const has = accounts.some((one) => one.membershipId === membershipId && one.connection === connection);
    const enabled = connections.find(({ name }) => name === connection)?.clients.length ?? 0;
    const exchange = FEDERATED_CONNECTION_ACCESS_TOKEN;
    const rungs = [
      rung("client.grant_types", linked, exchange, linked ? exchange : "no list", "allow_grant"),
      rung(
        "client.token_endpoint_auth_method",
        true,
        "another than none",
        "confidential",
        "make_confidential",
      ),
      rung(
        "client.resource_server_identifier",
        linked,
        "the identifier of an API",
        linked ? api : "none",
        "link_client",
      ),
      rung("subject_token.sub", true, "an active person of the project", "active", "activate_person"),
      rung("connection.exists", true, "a connection of the project", connection, "create_connection"),
      rung(
        "connected_account.exists",
        has,
        "an account the person connected",
        has ? "one account" : "none: the person signed in, perhaps, and never connected",
        "connect_account",
      ),
      rung(
        "connected_account.refresh_token",
        has ? true : null,
        "a refresh token of the provider",
        has ? "there" : "no account",
        "ask_for_refresh_token",
      ),
      rung(
        "connection.enabled_clients",
        enabled > 0,
        "this client, or the one the subject token was made for",
        enabled > 0 ? "the client the person came through" : "no client",
        "enable_connection",
      ),
    ];
    return { holds: rungs.every(({ ok }) => ok === true), rungs };
  },
};

seed();
