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
  { path: "/settings/data", lines: () => [EXPORT, APPLY] },
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
