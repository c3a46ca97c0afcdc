/** The mock's memory: a small clinic, renewed with every load of the page. */
import type {
  ActivityEntry,
  Backup,
  Client,
  ClientType,
  DeskState,
  DomainConfiguration,
  LanState,
  MagicLink,
  Person,
  ResourceType,
  Session,
  Settings,
} from "../api/bindings";

export const now = () => Math.floor(Date.now() / 1000);

/** `?mock=first-start`, `empty`, `stopped`, `slow`: states that have no button. */
export const scenario = new URLSearchParams(window.location.search).get("mock") ?? "";

export const BASE_URL = "http://127.0.0.1:8103/";

let drawn = 0;
/** Ids that are the same in every run, so that pictures and tests can rely on them. */
export const nextId = () => {
  drawn += 1;
  return `00000000-0000-4000-8000-${drawn.toString(16).padStart(12, "0")}`;
};

type PersonSeed = [ResourceType, string, string | null, string | null, string | null];

const SEED_PEOPLE: readonly PersonSeed[] = [
  ["Practitioner", "Maria Okonjo", null, null, "maria@example.org"],
  ["Practitioner", "Jon Berg", null, null, "jon@example.org"],
  ["Patient", "Pat Doe", "1985-03-12", "MRN 1001", "pat@example.org"],
  ["Patient", "Ines Roth", "1991-11-02", "MRN 1002", null],
  ["Patient", "Tom Okafor", "1978-06-30", "MRN 1003", null],
  ["Patient", "Lea Moreau", "2001-01-19", "MRN 1004", "lea@example.org"],
  ["Patient", "Sam Lee", "1969-09-08", "MRN 1005", null],
  ["Patient", "Ana Cruz", "1994-04-23", "MRN 1006", null],
  ["Patient", "Pat Dorsey", "1952-12-01", "MRN 1007", null],
  ["RelatedPerson", "Nora Doe", "1983-07-14", null, "nora@example.org"],
  // sentinels: what happens to their links happens by itself
  ["Patient", "Ivy Swift", "1999-09-09", "MRN 9001", null],
  ["Patient", "Lou Late", "1999-09-09", "MRN 9002", null],
  ["Patient", "Pia Lock", "1999-09-09", "MRN 9003", null],
];

const GIVEN =
  "Ada Ben Cleo Dan Eva Finn Gia Hugo Ida Jack Kira Leo Mia Noah Olga Paul Rosa Sven Tara Uwe".split(" ");
const FAMILY =
  "Abel Brandt Costa Diaz Engel Fuchs Garcia Horn Ivanov Jensen Klein Lopez Meyer Novak Otto".split(" ");
const EXTRA = scenario === "empty" ? 0 : 2400;

function person(
  resourceType: ResourceType,
  name: string,
  birthDate: string | null,
  identifier: string | null,
  email: string | null,
): Person {
  const staff = resourceType === "Practitioner";
  return {
    summary: {
      membershipId: nextId(),
      profile: `${resourceType}/${nextId()}`,
      resourceType,
      name,
      birthDate,
      identifier,
      email,
      active: true,
      admin: name === "Maria Okonjo",
      desk: staff,
    },
    externalId: null,
    accessPolicy: staff ? "Staff" : "Patient sees own record",
    furtherAccessPolicies: [],
    hasPassword: staff,
    passwordLink: null,
    secondFactor: { enrolled: staff, required: false },
    sessions: [],
    magicLinks: [],
    createdAt: now() - 90 * 86_400,
  };
}

function crowd(index: number): Person {
  const given = GIVEN[index % GIVEN.length] ?? "";
  const family = FAMILY[Math.floor(index / GIVEN.length) % FAMILY.length] ?? "";
  const year = 1940 + (index % 70);
  const month = String(1 + (index % 12)).padStart(2, "0");
  const date = String(1 + (index % 28)).padStart(2, "0");
  return person("Patient", `${given} ${family}`, `${year}-${month}-${date}`, `MRN ${2000 + index}`, null);
}

export function client(
  name: string,
  clientType: ClientType,
  redirectUris: string[],
  lastUsed: number | null,
): Client {
  const created = now() - 120 * 86_400;
  const secrets =
    clientType === "public"
      ? []
      : [{ retiring: false, createdAt: created, lastUsedAt: lastUsed && now() - lastUsed, expiresAt: null }];
  const id = nextId();
  return {
    id,
    clientId: id,
    name,
    description: null,
    clientType,
    status: "active",
    redirectUris,
    postLogoutRedirectUris: [],
    allowedOrigins: [],
    launchUri: null,
    grantTypes: [],
    pkceOptional: false,
    defaultScope: ["openid"],
    jwksUri: null,
    accessTokenLifetime: null,
    refreshTokenLifetime: null,
    idTokenSignedResponseAlg: "ES256",
    magicLinkTemplate: null,
    identityProvider: null,
    accessPolicy: null,
    furtherAccessPolicies: [],
    admin: false,
    secrets,
    advice: [],
    lastUsedAt: lastUsed && now() - lastUsed,
    createdAt: created,
    updatedAt: created,
    version: 1,
  };
}

function seedClients(): Client[] {
  const portal = client(
    "Patient portal",
    "confidential",
    ["https://portal.example.org/callback", "anteroom://oauth/callback"],
    180,
  );
  portal.id = "c0ffee00-51ce-4f0a-9b1d-2f6a3c4d5e6f";
  portal.accessPolicy = "Patient sees own record";
  portal.admin = true;
  portal.secrets = [
    {
      retiring: false,
      createdAt: now() - 6 * 86_400,
      lastUsedAt: now() - 180,
      expiresAt: now() + 174 * 86_400,
    },
    { retiring: true, createdAt: now() - 340 * 86_400, lastUsedAt: now() - 2 * 86_400, expiresAt: null },
  ];
  portal.identityProvider = {
    userInfoUrl: "https://login.example.org/userinfo",
    authorizeUrl: "https://login.example.org/authorize",
    tokenUrl: "https://login.example.org/token",
    clientId: "anteroom",
    clientSecret: null,
    hasClientSecret: true,
    useSubject: false,
    requireVerifiedEmail: false,
  };
  const old = client("Old intake form", "medplum", ["https://intake.example.org/in"], null);
  old.status = "off";
  return [
    portal,
    client("Patient app", "public", ["http://127.0.0.1/callback"], 4000),
    client("Lab interface", "confidential", [], 30),
    client("Nightly export", "confidential", [], 40_000),
    client("Medplum app", "medplum", ["https://app.example.org/"], 90_000),
    client("Kiosk", "public", ["org.example.kiosk:/callback"], null),
    old,
  ];
}

export const db = {
  projectName: scenario === "first-start" ? null : ("Riverside Clinic" as string | null),
  people: [] as Person[],
  clients: [] as Client[],
  links: [] as MagicLink[],
  sessions: new Map<string, { membershipId: string; session: Session }>(),
  log: [] as ActivityEntry[],
  backups: [] as Backup[],
  desk: null as DeskState | null,
  lan: null as LanState | null,
  settings: {
    rateLimits: { login: 5, auth: 160, other: 60_000 },
    dialect: "rfc",
    revokeOnReplay: false,
    deskPhone: "030 555 0100" as string | null,
    allowedOutboundHosts: [] as string[],
    domainConfigurations: [] as DomainConfiguration[],
    signingKeys: [
      { kid: "mZ5gq0cRk1", alg: "ES256", state: "current", createdAt: now() - 30 * 86_400, leavesAt: null },
      { kid: "uV2w8LqXa7", alg: "RS256", state: "current", createdAt: now() - 30 * 86_400, leavesAt: null },
      {
        kid: "bT9fd3JsY4",
        alg: "ES256",
        state: "previous",
        createdAt: now() - 120 * 86_400,
        leavesAt: now() + 9 * 86_400,
      },
    ] as Settings["signingKeys"],
  },
};

export const policies = ["Patient sees own record", "Staff", "Lab results only"];

export const ADMIN = "Maria Okonjo";

if (scenario !== "first-start") {
  db.people.push(
    ...SEED_PEOPLE.slice(0, scenario === "empty" ? 1 : undefined).map((seed) => person(...seed)),
  );
  for (let index = 0; index < EXTRA; index++) db.people.push(crowd(index));
  if (scenario !== "empty") db.clients.push(...seedClients());
}
