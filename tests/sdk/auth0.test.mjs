// Auth0's own Management clients for Node.js set Token Vault up, as the guide's three steps do.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ClientGrantsClient } from "auth0/clientGrants";
import { ClientsClient } from "auth0/clients";
import { ConnectionsClient } from "auth0/connections";
import { LogsClient } from "auth0/logs";
import { ResourceServersClient } from "auth0/resourceServers";

import { CALLBACK, managementToken, startServer, withManagement } from "./harness.mjs";

const VAULT = "urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token";
const API = "https://my-api.example.com";

async function management(t) {
  const base = await startServer(t, withManagement());
  const options = { baseUrl: `${base}api/v2`, token: await managementToken(base) };
  return {
    base,
    clients: new ClientsClient(options),
    apis: new ResourceServersClient(options),
    grants: new ClientGrantsClient(options),
    connections: new ConnectionsClient(options),
    logs: new LogsClient(options),
  };
}

test("the three configuration steps, with auth0", async (t) => {
  const { base, clients, apis, grants, connections } = await management(t);
  const spa = await clients.create({
    name: "SPA",
    app_type: "spa",
    token_endpoint_auth_method: "none",
    callbacks: [CALLBACK],
  });
  assert.match(spa.client_id, /^[0-9a-z]{32}$/);
  const patched = await clients.update(spa.client_id, { grant_types: ["authorization_code"] });
  assert.deepEqual(patched.grant_types, ["authorization_code"]);

  const api = await apis.create({
    name: "My API Resource Server",
    identifier: API,
    scopes: [
      { value: "read:calendar", description: "Read calendar events" },
      { value: "write:calendar", description: "Write calendar events" },
    ],
  });
  assert.equal(api.scopes.length, 2);

  const capi = await clients.create({
    name: "Custom API Client",
    app_type: "resource_server",
    resource_server_identifier: API,
    grant_types: [VAULT],
  });
  assert.ok(capi.client_secret);
  assert.equal((await apis.get(API)).client_id, capi.client_id);

  const grant = await grants.create({
    client_id: spa.client_id,
    audience: `${base}me/`,
    subject_type: "user",
    scope: ["read:me:connected_accounts"],
  });
  assert.equal(grant.subject_type, "user");
  const connection = await connections.create({ name: "acme-idp", strategy: "oidc", options: { client_id: "us" } });
  await connections.clients.update(connection.id, [{ client_id: spa.client_id, status: true }]);
  const enabled = await connections.clients.get(connection.id);
  assert.deepEqual(
    enabled.data.map((client) => client.client_id),
    [spa.client_id],
  );
});

test("lists, pages and errors, with auth0", async (t) => {
  const { clients, apis, connections, logs } = await management(t);
  for (const number of [1, 2, 3]) await apis.create({ identifier: `urn:api-${number}` });
  const identifiers = [];
  for await (const api of await apis.list({ per_page: 2 })) identifiers.push(api.identifier);
  assert.deepEqual(identifiers.slice(-3), ["urn:api-1", "urn:api-2", "urn:api-3"]);
  assert.ok((await clients.list()).data.length >= 1);
  assert.ok((await logs.list()).data.length >= 1);

  await assert.rejects(apis.create({ identifier: "urn:api-1" }), (error) => error.statusCode === 409);
  await assert.rejects(clients.create({ name: "A", colour: 1 }), (error) => {
    assert.equal(error.statusCode, 400);
    assert.equal(error.body.errorCode, "invalid_body");
    return true;
  });
  await assert.rejects(clients.get("nobody"), (error) => error.body.errorCode === "inexistent_client");
  const connection = await connections.create({ name: "gone", strategy: "oidc" });
  await connections.delete(connection.id);
  await assert.rejects(connections.get(connection.id), (error) => error.statusCode === 404);

  const client = await clients.create({ name: "Machine", app_type: "non_interactive" });
  const rotated = await clients.rotateSecret(client.client_id);
  assert.notEqual(rotated.client_secret, client.client_secret);
  await clients.delete(client.client_id);
});
