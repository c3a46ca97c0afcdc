import type { Advice, Client, ClientSummary } from "../api/bindings";
import type { Req, Res } from "../api/call";
import { checkRedirectUri } from "../features/clients/redirect-uri";
import { client, db, now } from "./db";
import { happened, tell } from "./log";
import { isOutstanding } from "./magic-links";
import { refuse, sentinel } from "./refuse";

const find = (id: string): Client =>
  db.clients.find((client) => client.id === id) ?? refuse("not_found", "No client application has this ID.");

const summaryOf = (client: Client): ClientSummary => ({
  id: client.id,
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
  const add = (severity: string, rule: string, ...values: number[]) =>
    advice.push({ severity, rule, values: values.map(String) });
  if (client.status === "off") add("error", "switched_off");
  if (client.redirectUris.length === 0) add("warning", "no_redirect_uri");
  if (client.clientType === "confidential" && client.secrets.length === 0)
    add("error", "confidential_without_secret");
  if (client.identityProvider && !client.identityProvider.requireVerifiedEmail)
    add("warning", "provider_email_unverified");
  if (client.pkceOptional) add("warning", "pkce_optional");
  const retiring = client.secrets.find((secret) => secret.retiring);
  if (retiring?.lastUsedAt) add("warning", "retiring_secret_used", retiring.lastUsedAt);
  if (advice.length === 0)
    add("ok", client.lastUsedAt ? "ok" : "never_used", client.lastUsedAt ?? client.createdAt);
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

const newSecret = () => `ant_cs_${crypto.randomUUID().replaceAll("-", "")}${crypto.randomUUID().slice(0, 8)}`;
const orNull = (text: string | undefined, saved: string | null) =>
  text === undefined ? saved : text || null;

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
    created.secrets = secret ? [{ retiring: false, createdAt: now(), lastUsedAt: null }] : [];
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
      const hasClientSecret = Boolean(
        identityProvider.clientSecret || saved.identityProvider?.hasClientSecret,
      );
      saved.identityProvider =
        identityProvider.userInfoUrl === ""
          ? null
          : { ...identityProvider, clientSecret: null, hasClientSecret };
    }
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
  rotateSecret({ id, overlap }: Req<"clients_rotate_secret">): Res<"clients_rotate_secret"> {
    const saved = find(id);
    const [old] = saved.secrets;
    saved.secrets = [
      { retiring: false, createdAt: now(), lastUsedAt: null },
      ...(overlap && old ? [{ ...old, retiring: true }] : []),
    ];
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
    db.clients = db.clients.filter((client) => client.id !== id);
    db.links = db.links.filter((link) => link.clientId !== id);
    happened("client_deleted", { client: { id: "", name: saved.name } });
    tell("clients", id);
    return { sessions: 0, magicLinks: gone.length };
  },
};
