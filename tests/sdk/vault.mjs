// Token Vault around an SDK: a provider that nobody here wrote, the settings, and a person who connects an account.
import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";

import { CALLBACK, managementToken, withManagement } from "./harness.mjs";

export const VAULT = "urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token";
export const API = "https://my-api.example.com";
export const CONNECTION = "acme-idp";
export const ACCOUNTS = "me/v1/connected-accounts";
/** What the My Account API asks for. */
export const ME = ["create", "read", "delete"].map((verb) => `${verb}:me:connected_accounts`);
const AT_PROVIDER = { id: "anteroom-at-acme", secret: "a-secret-that-nobody-has-to-keep" };

/** Our clinic, which may use the Management API and ask the provider. */
export function workspaceFor(provider) {
  const file = withManagement();
  file.projects[0].allowedOutboundHosts = [provider.host];
  return file;
}

/** An OpenID provider with pages of its own, on a port of its own; it ends with the test. */
export async function startProvider(test) {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  test.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const host = `127.0.0.1:${server.address().port}`;
  return new OpenIdProvider(server, host);
}

class OpenIdProvider {
  constructor(server, host) {
    this.server = server;
    this.host = host;
    this.issuer = `http://${host}`;
  }

  /** Registers Anteroom as its client, by the base URLs that people use. */
  async register(...bases) {
    const { default: Provider } = await import("oidc-provider");
    const provider = new Provider(this.issuer, {
      clients: [
        {
          client_id: AT_PROVIDER.id,
          client_secret: AT_PROVIDER.secret,
          redirect_uris: bases.map((base) => `${base}login/callback`),
          grant_types: ["authorization_code", "refresh_token"],
          token_endpoint_auth_method: "client_secret_post",
        },
      ],
      features: { devInteractions: { enabled: true } },
      cookies: { keys: ["a key that signs nothing worth keeping"] },
    });
    this.server.on("request", provider.callback());
  }

  /** Signs in and agrees without a browser: the address at Anteroom that the person is sent to. */
  async agree(start) {
    const cookies = new Map();
    let next = { url: start };
    for (let steps = 0; steps < 10; steps += 1) {
      if (!next.url.startsWith(this.issuer)) return next.url;
      const { url, form } = next;
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const init = { redirect: "manual", headers: { Accept: "text/html", Cookie: cookie } };
      const reply = await fetch(url, form ? { ...init, method: "POST", body: new URLSearchParams(form) } : init);
      for (const line of reply.headers.getSetCookie()) {
        const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
        cookies.set(name, value);
      }
      const location = reply.headers.get("location");
      const page = await reply.text();
      const prompt = page.match(/name="prompt" value="(\w+)"/)?.[1];
      if (!location && !prompt) throw new Error(`${url} answers ${reply.status}: ${page}`);
      next = location
        ? { url: new URL(location, url).href }
        : {
            url: page.match(/<form[^>]* action="([^"]+)"/)[1],
            form: prompt === "login" ? { prompt, login: "ext-1", password: "any" } : { prompt },
          };
    }
    throw new Error("no end at the provider");
  }
}

/** The Management API at a base. */
export async function management(base, ask = fetch) {
  const token = await managementToken(base, ask);
  return async (method, path, body) => {
    const reply = await ask(new URL(`api/v2/${path}`, base), {
      method,
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  };
}

/** An API, its Custom API Client, a connection, and an app made of `app` that may use both. */
export async function configure(base, provider, app, ask = fetch) {
  const call = await management(base, ask);
  const client = await call("POST", "clients", { callbacks: [CALLBACK], oidc_conformant: true, ...app });
  await call("POST", "resource-servers", {
    name: "My API Resource Server",
    identifier: API,
    scopes: [{ value: "read:calendar", description: "Read calendar events" }],
    allow_offline_access: true,
  });
  const capi = await call("POST", "clients", {
    name: "Custom API Client",
    app_type: "resource_server",
    resource_server_identifier: API,
    grant_types: [VAULT],
  });
  const connection = await call("POST", "connections", {
    name: CONNECTION,
    strategy: "oidc",
    options: {
      type: "back_channel",
      discovery_url: `${provider.issuer}/.well-known/openid-configuration`,
      client_id: AT_PROVIDER.id,
      client_secret: AT_PROVIDER.secret,
      scope: "openid offline_access",
    },
    connected_accounts: { active: true },
  });
  await call("PATCH", `connections/${connection.id}/clients`, [{ client_id: client.client_id, status: true }]);
  const grant = { client_id: client.client_id, audience: `${base}me/`, scope: ME, subject_type: "user" };
  await call("POST", "client-grants", grant);
  return { client, capi };
}

/** The tokens of an app for `audience`, after the person went through our pages. */
export async function signIn(base, browser, { client_id, client_secret }, audience, scope, ask = fetch) {
  const code_verifier = randomBytes(32).toString("base64url");
  const start = new URL("authorize", base);
  start.search = new URLSearchParams({
    response_type: "code",
    client_id,
    redirect_uri: CALLBACK,
    audience,
    scope,
    code_challenge: createHash("sha256").update(code_verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  const code = (await browser.follow(start)).searchParams.get("code");
  const grant_type = "authorization_code";
  const reply = await ask(new URL("oauth/token", base), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ grant_type, client_id, client_secret, code, redirect_uri: CALLBACK, code_verifier }),
  });
  if (reply.status !== 200) throw new Error(`no tokens: ${reply.status} ${await reply.text()}`);
  return reply.json();
}

/** Without it, this provider takes `offline_access` away [OpenID Connect Core 1.0 §11]. */
export const OFFLINE = { prompt: "consent" };

/** Connects the account of whoever `browser` is signed in as, with their token for the My Account API. */
export async function connectAccount(base, provider, browser, token, ask = fetch) {
  const call = async (path, body) => {
    const reply = await ask(new URL(`${ACCOUNTS}/${path}`, base), {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (reply.status !== 201) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
    return reply.json();
  };
  const begun = await call("connect", {
    connection: CONNECTION,
    redirect_uri: CALLBACK,
    state: "s",
    authorization_params: OFFLINE,
  });
  const there = await browser.follow(`${begun.connect_uri}?ticket=${begun.connect_params.ticket}`);
  const back = await browser.follow(await provider.agree(there.href));
  const { auth_session } = begun;
  return call("complete", { auth_session, connect_code: back.searchParams.get("connect_code"), redirect_uri: CALLBACK });
}
