// The real server over a store of its own, and a browser that needs no screen: cookies, forms and redirects.
import { execFile, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { request } from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../../", import.meta.url));
export const program = path.join(
  path.resolve(root, process.env.CARGO_TARGET_DIR ?? "target"),
  "debug",
  "anteroom-server",
);

const id = (kind, number) => `${kind}-0000-4000-8000-${String(number).padStart(12, "0")}`;

export const PROJECT = id("8a5c1f8e", 1);
export const PASSWORD = "correct horse battery";
export const CALLBACK = "http://127.0.0.1:8999/callback";
export const SIGNED_OUT = "http://127.0.0.1:8999/signed-out";

/** One client for each way of being a client. */
export const CLIENTS = {
  web: { id: id("c0ffee00", 1), secret: "web-secret" },
  spa: { id: id("c0ffee00", 2) },
  medplum: { id: id("c0ffee00", 3), secret: "medplum-secret" },
  service: { id: id("c0ffee00", 4), secret: "service-secret" },
  wallet: { id: id("c0ffee00", 5) },
  seed: { id: id("c0ffee00", 6) },
};

export const ADA = { email: "ada@example.org", profile: `Practitioner/${id("0a000000", 1)}` };
export const PAT = { email: "pat@example.org", profile: `Patient/${id("0a000000", 2)}` };

export function workspace(dialect) {
  const common = { redirectUris: [CALLBACK], postLogoutRedirectUris: [SIGNED_OUT] };
  const person = ({ email, profile }, given, family, more) => {
    const [resourceType, id] = profile.split("/");
    return { email, password: PASSWORD, profile: { resourceType, id, name: [{ given: [given], family }] }, ...more };
  };
  return {
    rateLimits: { login: 0, auth: 0, other: 0 },
    projects: [
      {
        id: PROJECT,
        name: "Riverside Clinic",
        dialect,
        clients: [
          { ...CLIENTS.web, name: "Web app", clientType: "confidential", ...common },
          { ...CLIENTS.spa, name: "Browser app", clientType: "public", ...common },
          { ...CLIENTS.medplum, name: "Medplum app", clientType: "medplum", ...common },
          { ...CLIENTS.service, name: "Service", clientType: "confidential", admin: true },
          { ...CLIENTS.wallet, name: "Wallet", clientType: "public" },
          { ...CLIENTS.seed, name: "Minimal app", clientType: "medplum", pkceOptional: true, ...common },
        ],
        members: [person(ADA, "Ada", "Byron", { admin: true }), person(PAT, "Pat", "Doe")],
      },
    ],
  };
}

/** A client of the Management API, with every scope. */
export const MANAGEMENT = { id: id("c0ffee00", 7), secret: "management-secret" };

/** The clinic with it. */
export function withManagement(file = workspace("rfc")) {
  file.projects[0].managementClients = [MANAGEMENT];
  return file;
}

/** A token for the Management API, got as Auth0's pages show. */
export async function managementToken(base, ask = fetch) {
  const reply = await ask(new URL("oauth/token", base), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      grant_type: "client_credentials",
      client_id: MANAGEMENT.id,
      client_secret: MANAGEMENT.secret,
      audience: `${base}api/v2/`,
    }),
  });
  if (reply.status !== 200) throw new Error(`no management token: ${reply.status} ${await reply.text()}`);
  return (await reply.json()).access_token;
}

/** Starts the window's commands over a clinic; they end with the test. Gives `call`, and the base URL of the engine. */
export async function startDesk(test, file = workspace("rfc")) {
  const bridge = path.join(path.dirname(program), "anteroom-bridge");
  if (!existsSync(bridge)) throw new Error(`${bridge} is missing: run \`cargo build --workspace --bin anteroom-bridge\``);
  const folder = await mkdtemp(path.join(tmpdir(), "anteroom-desk-"));
  const workspaceFile = path.join(folder, "workspace.json");
  await writeFile(workspaceFile, JSON.stringify(file));
  // Nobody looks at the screens.
  await writeFile(path.join(folder, "index.html"), "");
  const child = spawn(bridge, ["--until-stdin-ends", "--screens", folder, "--workspace", workspaceFile], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  test.after(async () => {
    child.stdin.end();
    await ended;
    await rm(folder, { recursive: true, force: true });
  });
  const line = await Promise.race([
    new Promise((resolve) => createInterface({ input: child.stdout }).once("line", resolve)),
    ended.then((code) => Promise.reject(new Error(`anteroom-bridge ended with ${code}`))),
  ]);
  const { url, engine_base_url: base } = JSON.parse(line);
  const call = async (name, request) => {
    const reply = await fetch(`${url}__call/${name}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
    });
    const answer = await reply.json();
    if (!reply.ok) throw new Error(`${name}: ${answer.message}`);
    return answer;
  };
  return { base, call };
}

/** Runs the program until it has printed a line on standard output; gives the line. It ends with the test. */
async function listening(test, folder, words, listen = "127.0.0.1:0") {
  if (!existsSync(program)) {
    throw new Error(`${program} is missing: run \`cargo build -p anteroom-server --bin anteroom-server\``);
  }
  const child = spawn(program, ["serve", "--listen", listen, ...words], { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  child.stderr.on("data", (part) => {
    log += part;
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  test.after(async () => {
    child.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  });
  const line = await Promise.race([
    new Promise((resolve) => createInterface({ input: child.stdout }).once("line", resolve)),
    ended.then((code) => Promise.reject(new Error(`anteroom-server ended with ${code}: ${log}`))),
  ]);
  return JSON.parse(line);
}

/** A folder with the workspace file in it. */
async function folderWith(file) {
  const folder = await mkdtemp(path.join(tmpdir(), "anteroom-sdk-"));
  const workspaceFile = path.join(folder, "workspace.json");
  await writeFile(workspaceFile, JSON.stringify(file));
  return { folder, workspaceFile };
}

/** Starts a server; it ends with the test. Gives its base URL. */
export async function startServer(test, file = workspace("rfc"), { listen, more = [] } = {}) {
  const { folder, workspaceFile } = await folderWith(file);
  return (await listening(test, folder, ["--ephemeral", "--workspace", workspaceFile, ...more], listen)).base_url;
}

/** Starts a server with https besides. Gives both base URLs, and the file of the CA that vouches for it. */
export async function startTlsServer(test, file = workspace("rfc")) {
  const { folder, workspaceFile } = await folderWith(file);
  const store = ["--data-dir", path.join(folder, "data")];
  const ca = path.join(folder, "ca.pem");
  // before it is served: a store has one program at a time
  await writeFile(ca, (await promisify(execFile)(program, ["ca", ...store])).stdout);
  const words = [...store, "--tls-listen", "127.0.0.1:0", "--workspace", workspaceFile];
  const { base_url: http, tls_base_url: base } = await listening(test, folder, words);
  return { http, base, ca };
}

/** `fetch` that trusts the CA in a file too, and leaves redirects to the caller. */
export function trusting(file) {
  const ca = readFileSync(file);
  return async (address, init) => {
    const asked = new Request(address, { ...init, redirect: "manual" });
    if (!asked.url.startsWith("https:")) return fetch(asked);
    const body = Buffer.from(await asked.arrayBuffer());
    const options = { method: asked.method, headers: Object.fromEntries(asked.headers), ca };
    const reply = await new Promise((resolve, reject) => {
      request(asked.url, options, resolve).once("error", reject).end(body);
    });
    const parts = await reply.toArray();
    const headers = new Headers();
    for (const [name, values] of Object.entries(reply.headersDistinct)) {
      for (const value of values) headers.append(name, value);
    }
    return new Response(parts.length === 0 ? null : Buffer.concat(parts), { status: reply.statusCode, headers });
  };
}

/** The userinfo endpoint of a provider, and the key set of a client; it ends with the test. Gives its base URL. */
export async function startElsewhere(test, { people = {}, keys = [] }) {
  const server = createServer((request, reply) => {
    const json = (status, body) => {
      reply.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
    };
    if (request.url === "/jwks.json") return json(200, { keys });
    const person = people[request.headers.authorization?.replace(/^Bearer /, "")];
    return request.url === "/userinfo" && person ? json(200, person) : json(401, { error: "invalid_token" });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  test.after(() => new Promise((resolve) => server.close(resolve)));
  return `http://127.0.0.1:${server.address().port}/`;
}

/** The workspace with changes to one client, and leave to call a server on this machine. */
export function workspaceWith(dialect, client, changes, elsewhere) {
  const file = workspace(dialect);
  const [project] = file.projects;
  project.allowedOutboundHosts = [new URL(elsewhere).host];
  Object.assign(project.clients.find((own) => own.id === client.id), changes);
  return file;
}

/** A browser: it keeps cookies, fills forms in and stops at the first address that is not the server's. */
export class Browser {
  #cookies = new Map();

  constructor(base, ask = fetch) {
    this.base = base;
    this.ask = ask;
  }

  async #ask(url, init = {}) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const reply = await this.ask(url, {
      ...init,
      redirect: "manual",
      headers: { Accept: "text/html", ...(cookie && { Cookie: cookie }), ...init.headers },
    });
    for (const line of reply.headers.getSetCookie()) {
      const [name, value] = line.split(";")[0].split("=");
      if (line.includes("Max-Age=0")) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return reply;
  }

  #submit(url, page, fields) {
    const token = page.match(/name="form_token" value="([^"]*)"/)?.[1];
    if (!token) throw new Error(`no form at ${url}: ${page}`);
    return this.#ask(url, {
      method: "POST",
      headers: { Origin: new URL(url).origin },
      body: new URLSearchParams({ form_token: token, ...fields }),
    });
  }

  /** Goes where an application sends the person, signs in, agrees, and gives the address they come back to. */
  async follow(start, email = ADA.email) {
    let url = String(start);
    for (let steps = 0; steps < 8; steps += 1) {
      if (!url.startsWith(this.base)) return new URL(url);
      let reply = await this.#ask(url);
      if (reply.status === 200) {
        const page = await reply.text();
        const fields = page.includes('name="password"')
          ? { press: "sign_in", email, password: PASSWORD }
          : { press: "allow", remember: "1" };
        reply = await this.#submit(url, page, fields);
      }
      if (reply.status !== 303) throw new Error(`${url} answers ${reply.status}: ${await reply.text()}`);
      url = new URL(reply.headers.get("location"), url).href;
    }
    throw new Error(`no end at ${url}`);
  }
}

/** Issues a magic link for Pat as the service does it: the answer of /auth/preauthorize. */
export async function preauthorize(base, body, onBehalfOf = PAT.profile) {
  const { id, secret } = CLIENTS.service;
  const reply = await fetch(new URL("auth/preauthorize", base), {
    method: "POST",
    headers: {
      Authorization: `Basic ${btoa(`${id}:${secret}`)}`,
      "Content-Type": "application/json",
      "X-Medplum-On-Behalf-Of": onBehalfOf,
    },
    body: JSON.stringify(body),
  });
  if (!reply.ok) throw new Error(`preauthorize: ${reply.status} ${await reply.text()}`);
  return reply.json();
}
