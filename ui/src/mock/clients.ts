import type { Advice, Client, ClientChanges, ClientSummary } from "../api/bindings";
import type { Req, Res } from "../api/call";
import { checkRedirectUri } from "../features/clients/redirect-uri";
import { ADMIN, client, db, now } from "./db";
import { happened, tell } from "./log";
import { isOutstanding } from "./magic-links";
import { refuse, sentinel } from "./refuse";

const find = (id: string): Client =>
  db.clients.find((client) => client.id === id) ?? refuse("not_found", "No client application has this ID.");

const summaryOf = (client: Client): ClientSummary => ({
  id: client.id,
  clientId: client.clientId,
  name: client.name,
  clientType: client.clientType,
  status: client.status,
  redirectUri: client.redirectUris[0] ?? null,
  redirectUriCount: client.redirectUris.length,
  lastUsedAt: client.lastUsedAt,
  createdAt: client.createdAt,
});

/** A few of the engine's rules, for something to see. */
function adviceOn(client: Client): Advice[] {
  const advice: Advice[] = [];
  const add = (severity: string, rule: string, tab = "", ...values: number[]) =>
    advice.push({ severity, rule, tab, values: values.map(String), fix: null });
  if (client.status === "off") add("error", "switched_off");
  if (client.redirectUris.length === 0) add("warning", "no_redirect_uri_yet", "settings");
  if (client.clientType === "confidential" && client.secrets.length === 0)
    add("error", "confidential_without_secret", "credentials");
  if (client.identityProvider && !client.identityProvider.requireVerifiedEmail)
    add("warning", "provider_email_unverified", "identity-provider");
  if (client.pkceOptional) {
    advice.push({
      severity: "warning",
      rule: "pkce_optional",
      tab: "grant-types",
      values: [],
      fix: { field: "pkceOptional", value: false },
    });
  }
  const retiring = client.secrets.find((secret) => secret.retiring);
  if (retiring?.lastUsedAt) add("warning", "retiring_secret_used", "credentials", retiring.lastUsedAt);
  if (advice.length === 0)
    add("ok", client.lastUsedAt ? "ok" : "never_used", "", client.lastUsedAt ?? client.createdAt);
  return advice;
}

const whole = (client: Client): Client => structuredClone({ ...client, advice: adviceOn(client) });

function changed(client: Client, kind: string, before?: unknown, after?: unknown): Client {
  client.version += 1;
  client.updatedAt = now();
  happened(kind, { client, before, after });
  tell("clients", client.id);
  return whole(client);
}

const freshSecret = (days?: number) => ({
  retiring: false,
  createdAt: now(),
  lastUsedAt: null,
  expiresAt: days ? now() + days * 86_400 : null,
});

const newSecret = () => `ant_cs_${crypto.randomUUID().replaceAll("-", "")}${crypto.randomUUID().slice(0, 8)}`;
const orNull = (text: string | undefined, saved: string | null) =>
  text === undefined ? saved : text || null;

/** Writes changes into a client, as the engine would. */
function assign(saved: Client, changes: ClientChanges) {
  const { description, launchUri, jwksUri, accessTokenLifetime, refreshTokenLifetime, ...rest } = changes;
  const { magicLinkTemplate, accessPolicy, identityProvider, ...plain } = rest;
  Object.assign(saved, plain, {
    description: orNull(description, saved.description),
    launchUri: orNull(launchUri, saved.launchUri),
    jwksUri: orNull(jwksUri, saved.jwksUri),
    accessTokenLifetime: orNull(accessTokenLifetime, saved.accessTokenLifetime),
    refreshTokenLifetime: orNull(refreshTokenLifetime, saved.refreshTokenLifetime),
    magicLinkTemplate: orNull(magicLinkTemplate, saved.magicLinkTemplate),
    accessPolicy: orNull(accessPolicy, saved.accessPolicy),
  });
  if (identityProvider) {
    const hasClientSecret = Boolean(identityProvider.clientSecret || saved.identityProvider?.hasClientSecret);
    saved.identityProvider =
      identityProvider.userInfoUrl === ""
        ? null
        : { ...identityProvider, clientSecret: null, hasClientSecret };
  }
}

/** Deleted clients, newest first. */
const deleted: { client: Client; at: number }[] = [];

const HISTORY = new Set([
  "client_created",
  "client_updated",
  "client_secret_rotated",
  "client_secret_retired",
  "client_deleted",
  "client_restored",
]);

export const clients = {
  list({ search, clientType, status, offset, limit }: Req<"clients_list">): Res<"clients_list"> {
    sentinel(search);
    const text = search.toLowerCase();
    const found = db.clients.filter(
      (client) =>
        (clientType === null || client.clientType === clientType) &&
        (status === null || client.status === status) &&
        [client.name, client.id, ...client.redirectUris].some((value) => value.toLowerCase().includes(text)),
    );
    return { items: found.slice(offset, offset + limit).map(summaryOf), total: found.length };
  },
  get: ({ id }: Req<"clients_get">): Res<"clients_get"> => whole(find(id)),
  create({ name, clientType, redirectUris, admin }: Req<"clients_create">): Res<"clients_create"> {
    sentinel(name, "name");
    if (name === "")
      refuse("invalid", "A client application needs a name of 1 to 100 characters; it was empty.", "name");
    const created = client(name, clientType, redirectUris, null);
    Object.assign(created, { admin, createdAt: now(), updatedAt: now() });
    const secret = clientType === "public" ? null : newSecret();
    created.secrets = secret ? [freshSecret()] : [];
    db.clients.unshift(created);
    happened("client_created", { client: created, after: { name, clientType, redirectUris } });
    tell("clients", created.id);
    return { client: whole(created), secret };
  },
  update({ id, version, changes }: Req<"clients_update">): Res<"clients_update"> {
    const saved = find(id);
    if (changes.name !== undefined) sentinel(changes.name, "name");
    if (version !== saved.version) {
      refuse(
        "conflict",
        `Somebody changed this client meanwhile (version ${saved.version}, you saw ${version}). Load it again.`,
      );
    }
    const before = Object.fromEntries(
      Object.keys(changes).map((name) => [name, saved[name as keyof Client]]),
    );
    assign(saved, changes);
    const { identityProvider: _, ...shown } = changes;
    return changed(saved, "client_updated", before, shown);
  },
  addRedirectUri({ id, uri }: Req<"clients_add_redirect_uri">): Res<"clients_add_redirect_uri"> {
    const saved = find(id);
    if (checkRedirectUri(uri, saved.redirectUris)?.refused) {
      refuse("invalid", `${uri} cannot be registered.`, "uri");
    }
    const before = { redirectUris: [...saved.redirectUris] };
    saved.redirectUris.push(uri);
    return changed(saved, "client_updated", before, { redirectUris: [...saved.redirectUris] });
  },
  removeRedirectUri({ id, uri }: Req<"clients_remove_redirect_uri">): Res<"clients_remove_redirect_uri"> {
    const saved = find(id);
    const before = { redirectUris: saved.redirectUris };
    saved.redirectUris = saved.redirectUris.filter((registered) => registered !== uri);
    return changed(saved, "client_updated", before, { redirectUris: saved.redirectUris });
  },
  rotateSecret(request: Req<"clients_rotate_secret">): Res<"clients_rotate_secret"> {
    const { id, overlap, overlapHours, expiresInDays } = request;
    const saved = find(id);
    const [old] = saved.secrets;
    const retiring = old && {
      ...old,
      retiring: true,
      expiresAt: overlapHours ? now() + overlapHours * 3600 : old.expiresAt,
    };
    saved.secrets = [freshSecret(expiresInDays ?? undefined), ...(overlap && retiring ? [retiring] : [])];
    return { client: changed(saved, "client_secret_rotated"), secret: newSecret() };
  },
  retireSecret({ id }: Req<"clients_retire_secret">): Res<"clients_retire_secret"> {
    const saved = find(id);
    saved.secrets = saved.secrets.filter((secret) => !secret.retiring);
    return changed(saved, "client_secret_retired");
  },
  setStatus({ id, status }: Req<"clients_set_status">): Res<"clients_set_status"> {
    const saved = find(id);
    const before = { status: saved.status };
    saved.status = status;
    return changed(saved, "client_updated", before, { status });
  },
  delete({ id, name }: Req<"clients_delete">): Res<"clients_delete"> {
    const saved = find(id);
    if (name !== saved.name)
      refuse("invalid", `The client is called "${saved.name}", not "${name}".`, "name");
    const gone = db.links.filter((link) => link.clientId === id && isOutstanding(link));
    deleted.unshift({ client: saved, at: now() });
    db.clients = db.clients.filter((client) => client.id !== id);
    db.links = db.links.filter((link) => link.clientId !== id);
    happened("client_deleted", { client: { id: "", name: saved.name } });
    tell("clients", id);
    return { sessions: 0, magicLinks: gone.length };
  },
  deletePreview({ id }: Req<"clients_delete_preview">): Res<"clients_delete_preview"> {
    return {
      sessions: 0,
      magicLinks: db.links.filter((link) => link.clientId === id && isOutstanding(link)).length,
    };
  },
  listDeleted: (): Res<"clients_list_deleted"> => ({
    items: deleted.map(({ client, at }) => ({
      id: client.id,
      name: client.name,
      clientType: client.clientType,
      redirectUri: client.redirectUris[0] ?? null,
      deletedAt: at,
      deletedBy: ADMIN,
    })),
  }),
  restore({ id }: Req<"clients_restore">): Res<"clients_restore"> {
    const at = deleted.findIndex(({ client }) => client.id === id);
    const [gone] = at < 0 ? [] : deleted.splice(at, 1);
    if (!gone) return refuse("not_found", "There is no deleted client application with this ID.");
    const keeps = gone.client.clientType !== "public";
    gone.client.secrets = keeps ? [freshSecret()] : [];
    db.clients.push(gone.client);
    return {
      client: changed(gone.client, "client_restored"),
      secret: keeps ? newSecret() : null,
    };
  },
  duplicate({ id, name }: Req<"clients_duplicate">): Res<"clients_duplicate"> {
    const original = find(id);
    const { clientType, redirectUris, admin } = original;
    const made = clients.create({ name, clientType, redirectUris: [...redirectUris], admin });
    const { id: copyId, secrets, createdAt, updatedAt, version } = made.client;
    const copy = {
      ...structuredClone(original),
      id: copyId,
      clientId: copyId,
      name,
      secrets,
      createdAt,
      updatedAt,
      version,
    };
    Object.assign(find(copyId), copy, { lastUsedAt: null });
    return { ...made, client: whole(find(copyId)) };
  },
  history({ id, before, limit }: Req<"clients_history">): Res<"clients_history"> {
    find(id);
    const found = db.log.filter(
      (entry) => entry.clientId === id && HISTORY.has(entry.kind) && (before === null || entry.seq < before),
    );
    const items = found.slice(0, limit);
    return { items, next: found.length > items.length ? (items.at(-1)?.seq ?? null) : null };
  },
  undo({ id, seq }: Req<"clients_undo">): Res<"clients_undo"> {
    const saved = find(id);
    const entry = db.log.find((entry) => entry.seq === seq);
    if (!entry) return refuse("not_found", `This client has no entry number ${seq} in its log.`);
    const before = Object.fromEntries(
      Object.keys(entry.before as object).map((name) => [name, saved[name as keyof Client]]),
    );
    Object.assign(saved, entry.before);
    return changed(saved, "client_updated", before, entry.before);
  },
  lint({ id, changes }: Req<"clients_lint">): Res<"clients_lint"> {
    const draft = structuredClone(find(id));
    assign(draft, changes);
    return { advice: adviceOn(draft), problem: null };
  },
  lintNew({ clientType, redirectUris, admin }: Req<"clients_lint_new">): Res<"clients_lint_new"> {
    const advice: Advice[] = [];
    const add = (rule: string, ...values: string[]) =>
      advice.push({ severity: "warning", rule, tab: "settings", values, fix: null });
    if (redirectUris.length === 0) add("no_redirect_uri_yet");
    for (const uri of redirectUris) if (uri.startsWith("http://localhost")) add("loopback_name", uri);
    if (admin && clientType === "public") add("public_admin");
    return { advice, problem: null };
  },
  lintAll: (): Res<"clients_lint_all"> => ({
    checked: db.clients.length,
    rules: 43,
    clients: db.clients
      .filter(({ status }) => status === "active")
      .map((client) => ({
        id: client.id,
        name: client.name,
        advice: adviceOn(client).filter(({ severity }) => severity !== "ok"),
      }))
      .filter(({ advice }) => advice.length > 0),
  }),
};
