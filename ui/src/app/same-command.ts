/** The command that does what a screen does: for every route, with its own values filled in. */
import { matchPath } from "react-router";
import type { Key } from "../i18n/i18n";

export type Values = { baseUrl: string; projectId: string };

export type Line = {
  /** What it does. */
  title: Key;
  text: string;
};

type Params = Record<string, string | undefined>;
type Route = { path: string; lines: (values: Values, params: Params) => Line[] };

const JSON_HEADER = `-H "Content-Type: application/json"`;
const FHIR_HEADER = `-H "Content-Type: application/fhir+json"`;
const BEARER = `-H "Authorization: Bearer $TOKEN"`;

/** How `$TOKEN` is got: of a confidential client that is a project admin. */
const tokenLine = ({ baseUrl }: Values): Line => ({
  title: "same.token",
  text: `TOKEN=$(curl -sf ${baseUrl}oauth2/token \\
  -d grant_type=client_credentials \\
  -d client_id="$CLIENT_ID" \\
  -d client_secret="$CLIENT_SECRET" | jq -r .access_token)`,
});

const get = (baseUrl: string, what: string) => `curl -sf ${BEARER} \\
  "${baseUrl}${what}"`;

const send = (
  method: "POST" | "PUT",
  url: string,
  header: string,
  body: unknown,
) => `curl -sf -X ${method} ${BEARER} \\
  ${header} \\
  "${url}" \\
  -d '${JSON.stringify(body)}'`;

const remove = (url: string) => `curl -sf -X DELETE ${BEARER} \\
  "${url}"`;

const preauthorize = (baseUrl: string) => `curl -sf ${baseUrl}auth/preauthorize \\
  ${BEARER} \\
  -H "X-Medplum-On-Behalf-Of: ProjectMembership/$MEMBERSHIP" \\
  ${JSON_HEADER} \\
  -d "{\\"clientId\\": \\"$PORTAL\\", \\"magicLink\\": true}"`;

const EXPORT: Line = { title: "same.export", text: "anteroom-server export > workspace.json" };
const APPLY: Line = {
  title: "same.apply",
  text: `anteroom-server apply --dry-run workspace.json
anteroom-server apply workspace.json`,
};

/** How `$MANAGEMENT` is got: of a client with a client grant for the Management API. */
const managementToken = ({ baseUrl }: Values): Line => ({
  title: "same.management",
  text: `MANAGEMENT=$(curl -sf ${baseUrl}oauth/token \\
  -d grant_type=client_credentials \\
  -d client_id="$CLIENT_ID" \\
  -d client_secret="$CLIENT_SECRET" \\
  -d audience="${baseUrl}api/v2/" | jq -r .access_token)`,
});

/** A call of the Management API. */
const manage = (method: "GET" | "POST", { baseUrl }: Values, what: string, body?: unknown) =>
  [
    `curl -sf${method === "GET" ? "" : ` -X ${method}`} -H "Authorization: Bearer $MANAGEMENT"`,
    ...(body === undefined ? [] : [`  ${JSON_HEADER}`, `  -d '${JSON.stringify(body)}'`]),
    `  "${baseUrl}api/v2/${what}"`,
  ].join(" \\\n");

const oneOf = (type: string, { baseUrl }: Values, id: string | undefined) =>
  `${baseUrl}fhir/R4/${type}/${encodeURIComponent(id ?? "")}`;

const writePolicy = (values: Values): Line => ({
  title: "same.policyWrite",
  text: send("POST", `${values.baseUrl}fhir/R4/AccessPolicy`, FHIR_HEADER, {
    resourceType: "AccessPolicy",
    name: "Front office",
    resource: [{ resourceType: "Patient", readonly: true }],
  }),
});

const ROUTES: readonly Route[] = [
  {
    path: "/",
    lines: ({ baseUrl }) => [
      { title: "same.health", text: `curl -sf ${baseUrl}healthcheck` },
      { title: "same.doctor", text: "anteroom-server doctor" },
    ],
  },
  {
    path: "/clients",
    lines: ({ baseUrl }) => [
      { title: "same.clients", text: get(baseUrl, "fhir/R4/ClientApplication?_count=100") },
      { title: "same.clientsFind", text: get(baseUrl, "fhir/R4/ClientApplication?name=portal") },
    ],
  },
  {
    path: "/clients/new",
    lines: ({ baseUrl, projectId }) => [
      {
        title: "same.clientNew",
        text: send("POST", `${baseUrl}admin/projects/${projectId}/client`, JSON_HEADER, {
          name: "Patient portal",
          redirectUris: ["https://portal.example.org/callback"],
        }),
      },
    ],
  },
  { path: "/clients/deleted", lines: () => [{ ...EXPORT, title: "same.deleted" }, APPLY] },
  {
    path: "/clients/check",
    lines: ({ baseUrl }) => [
      {
        title: "same.check",
        text: `${get(baseUrl, "fhir/R4/ClientApplication?_count=100")} |
  jq '.entry[]?.resource | {name, redirectUris, identityProvider, pkceOptional}'`,
      },
    ],
  },
  {
    path: "/clients/compare",
    lines: ({ baseUrl }) => [
      {
        title: "same.compare",
        text: `client() { curl -sf ${BEARER} "${baseUrl}fhir/R4/ClientApplication/$1" | jq -S .; }
diff <(client "$ONE") <(client "$OTHER")`,
      },
    ],
  },
  {
    path: "/clients/:id",
    lines: (values, { id }) => {
      const one = oneOf("ClientApplication", values, id);
      return [
        { title: "same.client", text: `curl -sf ${BEARER} \\\n  "${one}"` },
        {
          title: "same.clientChange",
          text: `curl -sf -X PATCH ${BEARER} \\
  -H "Content-Type: application/json-patch+json" \\
  "${one}" \\
  -d '[{"op": "replace", "path": "/name", "value": "New name"}]'`,
        },
        { title: "same.clientDelete", text: remove(one) },
      ];
    },
  },
  {
    path: "/people",
    lines: ({ baseUrl }) => [
      { title: "same.people", text: get(baseUrl, "fhir/R4/ProjectMembership?_count=100") },
      { title: "same.peopleFind", text: get(baseUrl, "fhir/R4/Patient?name=doe") },
    ],
  },
  {
    path: "/people/new",
    lines: ({ baseUrl, projectId }) => [
      {
        title: "same.invite",
        text: send("POST", `${baseUrl}admin/projects/${projectId}/invite`, JSON_HEADER, {
          resourceType: "Patient",
          firstName: "Pat",
          lastName: "Doe",
          email: "pat@example.org",
          sendEmail: false,
        }),
      },
    ],
  },
  {
    path: "/people/:membershipId",
    lines: (values, { membershipId }) => [
      {
        title: "same.member",
        text: `curl -sf ${BEARER} \\\n  "${oneOf("ProjectMembership", values, membershipId)}"`,
      },
      {
        title: "same.memberDelete",
        text: remove(
          `${values.baseUrl}admin/projects/${values.projectId}/members/${encodeURIComponent(membershipId ?? "")}`,
        ),
      },
    ],
  },
  { path: "/magic-links", lines: ({ baseUrl }) => [{ title: "same.link", text: preauthorize(baseUrl) }] },
  {
    path: "/magic-links/batch",
    lines: ({ baseUrl }) => [
      {
        title: "same.batch",
        text: `while read -r MEMBERSHIP; do
${preauthorize(baseUrl).replaceAll(/^/gm, "  ")}
done < memberships.txt`,
      },
    ],
  },
  {
    path: "/magic-links/:id",
    lines: ({ baseUrl }) => [
      {
        title: "same.redeem",
        text: `curl -sf ${baseUrl}oauth2/token \\
  --data-urlencode grant_type=urn:ietf:params:oauth:grant-type:pre-authorized_code \\
  -d client_id="$PORTAL" \\
  --data-urlencode pre-authorized_code="$CODE"`,
      },
    ],
  },
  {
    path: "/playground",
    lines: ({ baseUrl }) => [
      { title: "same.flow", text: `anteroom-server flow run my.flow.json --issuer ${baseUrl}` },
    ],
  },
  {
    path: "/access-policies",
    lines: (values) => [
      { title: "same.policies", text: get(values.baseUrl, "fhir/R4/AccessPolicy?_count=100") },
    ],
  },
  { path: "/access-policies/new", lines: (values) => [writePolicy(values)] },
  {
    path: "/access-policies/:id",
    lines: (values, { id }) => {
      const one = oneOf("AccessPolicy", values, id);
      return [
        { title: "same.policy", text: `curl -sf ${BEARER} \\\n  "${one}"` },
        { title: "same.policyDelete", text: remove(one) },
      ];
    },
  },
  {
    path: "/vault",
    lines: (values) => [
      managementToken(values),
      { title: "same.apis", text: manage("GET", values, "resource-servers") },
      { title: "same.connections", text: manage("GET", values, "connections") },
    ],
  },
  {
    path: "/vault/apis/new",
    lines: (values) => [
      managementToken(values),
      {
        title: "same.api",
        text: manage("POST", values, "resource-servers", {
          identifier: "https://my-api.example.com",
          name: "My API",
          scopes: [{ value: "read:calendar", description: "Read your calendar" }],
        }),
      },
    ],
  },
  {
    path: "/vault/apis/:id",
    lines: (values) => [
      managementToken(values),
      { title: "same.apis", text: manage("GET", values, "resource-servers") },
      {
        title: "same.apiClient",
        text: manage("POST", values, "clients", {
          name: "My API backend",
          app_type: "resource_server",
          grant_types: ["urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token"],
          resource_server_identifier: "https://my-api.example.com",
        }),
      },
    ],
  },
  {
    path: "/vault/connections/new",
    lines: (values) => [
      managementToken(values),
      {
        title: "same.connection",
        text: manage("POST", values, "connections", {
          name: "acme-idp",
          strategy: "oidc",
          options: { discovery_url: "https://idp.example.org/.well-known/openid-configuration" },
          connected_accounts: { active: true },
        }),
      },
    ],
  },
  {
    path: "/vault/connections/:id",
    lines: (values, { id }) => [
      managementToken(values),
      {
        title: "same.connection",
        text: manage("GET", values, `connections/${encodeURIComponent(id ?? "")}`),
      },
    ],
  },
  {
    path: "/vault/ladder",
    lines: ({ baseUrl }) => [
      {
        title: "same.exchange",
        text: `curl -sf "${baseUrl}oauth/token" \\
  ${JSON_HEADER} \\
  -d '{"grant_type": "urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token", "client_id": "'"$CLIENT_ID"'", "client_secret": "'"$CLIENT_SECRET"'", "subject_token": "'"$ACCESS_TOKEN"'", "subject_token_type": "urn:ietf:params:oauth:token-type:access_token", "requested_token_type": "http://auth0.com/oauth/token-type/federated-connection-access-token", "connection": "'"$CONNECTION"'"}'`,
      },
    ],
  },
  {
    path: "/activity",
    lines: () => [
      {
        title: "same.activity",
        text: `sqlite3 -readonly "$DATA_DIR/anteroom.db" \\
  "SELECT seq, datetime(at, 'unixepoch'), kind, refusal FROM event ORDER BY seq DESC LIMIT 50"`,
      },
    ],
  },
  {
    path: "/settings",
    lines: () => [EXPORT, { title: "same.serve", text: "anteroom-server serve --workspace workspace.json" }],
  },
  {
    path: "/settings/data",
    lines: () => [
      { title: "same.backup", text: "anteroom-server backup" },
      { title: "same.restore", text: 'anteroom-server restore "$BACKUP"' },
      EXPORT,
      APPLY,
    ],
  },
];

/** The lines of the screen at `pathname`, the one that gets a token first where one is used. */
export function linesOf(pathname: string, values: Values): Line[] {
  for (const { path, lines } of ROUTES) {
    const match = matchPath({ path, end: true }, pathname);
    if (!match) continue;
    const own = lines(values, match.params);
    return own.some(({ text }) => text.includes("$TOKEN")) ? [tokenLine(values), ...own] : own;
  }
  return [];
}
