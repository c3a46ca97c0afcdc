/** Runs that look as the engine's: one that is done, and one that is refused where its switch says. */
import type {
  EngineSaw,
  RunRequest,
  RunShown,
  SavedRow,
  SavedShown,
  StepView,
  Switch,
} from "../api/bindings";
import type { Req, Res } from "../api/call";
import { FEDERATED_CONNECTION_ACCESS_TOKEN, PRE_AUTHORIZED_CODE } from "../api/grant-types";
import { BASE_URL, db, nextId, now } from "./db";
import { refuse } from "./refuse";
import { vaultChoices } from "./vault";

const CODE = "authorization_code";
const runs = new Map<string, RunShown>();
const requests = new Map<string, RunRequest>();
const kept = new Map<string, SavedShown & { savedAt: number }>();

const SWITCHES: readonly [Switch, string, string, boolean][] = [
  ["redirect_uri_mismatch", "token", "invalid_grant", false],
  ["wrong_code_verifier", "token", "invalid_grant", false],
  ["replay_code", "token_again", "invalid_grant", false],
  ["deny_consent", "return", "access_denied", false],
  ["wrong_state", "return", "state", true],
];

/** Those of the Token Vault; the last one is the sample provider's. */
const VAULT_SWITCHES: readonly [Switch, string, string, boolean][] = [
  ["wrong_connection", "exchange", "federated_connection_refresh_token_not_found", false],
  ["provider_refuses_refresh", "exchange", "federated_connection_refresh_token_flow_failed", true],
];

const step = (number: number, name: string, more: Partial<StepView> = {}): StepView => ({
  name,
  number,
  from: "app",
  to: "issuer",
  state: "done",
  request: null,
  answer: null,
  notes: [],
  checks: [],
  error: null,
  status: null,
  trouble: null,
  milliseconds: 8,
  ...more,
});

const held = (check: string, found: string) => ({ check, expected: found, found, passed: true });

function steps(refused: boolean): StepView[] {
  const form = [
    "grant_type=authorization_code",
    "code=•••• 9f3c (43 characters)",
    `redirect_uri=anteroom://oauth/callback${refused ? "/" : ""}`,
    "code_verifier=•••• kd8A (43 characters)",
  ].join("\n");
  const answer = refused
    ? '{\n  "error": "invalid_grant",\n  "error_description": "redirect_uri differs"\n}'
    : '{\n  "access_token": "•••• 8Qyw (812 characters)",\n  "token_type": "Bearer",\n  "expires_in": 3600\n}';
  return [
    step(1, "discovery", {
      request: { start: "GET /.well-known/openid-configuration", headers: [], body: "" },
      answer: { start: "200 OK", headers: [], body: `{\n  "issuer": "${BASE_URL}"\n}` },
      status: 200,
    }),
    step(2, "authorization", { to: "browser", notes: [`${BASE_URL}oauth2/authorize?response_type=code`] }),
    step(3, "sign_in", {
      from: "browser",
      notes: ["GET /oauth2/authorize → 303", "POST /oauth2/interaction → 303"],
    }),
    step(4, "return", {
      from: "browser",
      to: "app",
      notes: ["code=•••• 9f3c (43 characters)", "state=Zm9v"],
      checks: [{ ...held("state", "Zm9v"), section: "RFC 6749 section 10.12" }],
    }),
    step(5, "token", {
      state: refused ? "refused" : "done",
      request: { start: "POST /oauth2/token", headers: [], body: form },
      answer: { start: refused ? "400 Bad Request" : "200 OK", headers: [], body: answer },
      status: refused ? 400 : 200,
      error: refused ? "invalid_grant" : null,
    }),
  ];
}

/** From the token for the API on; what is before it looks as a sign-in does. */
function vaultSteps(refused: boolean): StepView[] {
  const post = (path: string, body: string) => ({ start: `POST ${path}`, headers: [], body });
  return [
    ...steps(false),
    step(6, "connect", { request: post("/me/v1/connected-accounts/connect", "{}"), status: 201 }),
    step(7, "connect_sign_in", { from: "browser", notes: ["GET /connected-accounts/connect → 303"] }),
    step(8, "connect_return", {
      from: "browser",
      to: "app",
      notes: ["connect_code=•••• 77aF (43 characters)"],
    }),
    step(9, "complete", { request: post("/me/v1/connected-accounts/complete", "{}"), status: 201 }),
    step(10, "exchange", {
      request: post("/oauth2/token", `grant_type=${FEDERATED_CONNECTION_ACCESS_TOKEN}`),
      status: refused ? 401 : 200,
      state: refused ? "refused" : "done",
      error: refused ? "federated_connection_refresh_token_not_found" : null,
    }),
    ...(refused ? [] : [step(11, "provider", { to: "provider", status: 200 })]),
  ];
}

/** What the engine checked at the exchange, by the ladder's names. */
const vaultSaw = (refused: boolean): EngineSaw => ({
  step: 10,
  checks: [
    held("connection.exists", "sample-provider"),
    {
      check: "connected_account.exists",
      expected: "an account the person connected",
      found: refused ? "none" : "one account",
      passed: !refused,
    },
  ],
  refusal: refused
    ? {
        name: "vault_account_not_found",
        section: "Auth0: connected accounts",
        advice: "Have the person connect an account.",
      }
    : null,
});

function engine(refused: boolean): EngineSaw[] {
  const uri = "anteroom://oauth/callback";
  const checks = [
    held("client.status", "active"),
    held("code.expires_at", "in the future"),
    held("code.client", "this client"),
    refused
      ? { check: "redirect_uri", expected: uri, found: `${uri}/`, passed: false }
      : held("redirect_uri", uri),
  ];
  const refusal = refused
    ? {
        name: "redirect_uri_differs",
        section: "RFC 6749 section 4.1.3",
        advice: "Send the redirect_uri of the authorization request, to the letter.",
      }
    : null;
  return [
    { step: null, checks: [held("client.exists", "registered"), held("redirect_uri", uri)], refusal: null },
    { step: 5, checks, refusal },
  ];
}

const row = ({ id, name, run, savedAt }: SavedShown & { savedAt: number }): SavedRow => ({
  id,
  name,
  grant: run.grant,
  clientId: run.clientId,
  clientName: db.clients.find((client) => client.id === run.clientId)?.name ?? run.clientId,
  state: run.client.state,
  savedAt,
});

const findKept = (id: string) => kept.get(id) ?? refuse("not_found", "This run is no longer kept.");

const find = (id: string): RunShown =>
  runs.get(id) ?? refuse("not_found", "This run is no longer in memory. Run it again.");

export const playground = {
  options: (): Res<"playground_options"> => ({
    issuer: BASE_URL,
    clients: db.clients
      .filter((client) => client.status === "active")
      .map((client) => ({
        id: client.id,
        name: client.name,
        clientType: client.clientType,
        hasSecret: client.secrets.length > 0,
        grants: [CODE, "client_credentials", PRE_AUTHORIZED_CODE, FEDERATED_CONNECTION_ACCESS_TOKEN],
        redirectUris: client.redirectUris,
        defaultScope: client.defaultScope,
      })),
    ...vaultChoices(),
    switches: [
      ...SWITCHES.map(([name, at, answer, byClient]) => ({
        name,
        step: at,
        answer,
        byClient,
        grants: [CODE],
        needsSecret: false,
        needsIssuer: false,
        needsSampleProvider: false,
      })),
      ...VAULT_SWITCHES.map(([name, at, answer, needsSampleProvider]) => ({
        name,
        step: at,
        answer,
        byClient: false,
        grants: [FEDERATED_CONNECTION_ACCESS_TOKEN],
        needsSecret: false,
        needsIssuer: false,
        needsSampleProvider,
      })),
    ],
    canOpenBrowser: true,
    receivesDeepLinks: true,
  }),
  run(request: Req<"playground_run">): Res<"playground_run"> {
    const { issuer, clientId, grant, failures } = request;
    if (issuer === "error-503") refuse("invalid", "error-503 is no base URL.", "issuer");
    const refused = failures.length > 0;
    const vault = grant === FEDERATED_CONNECTION_ACCESS_TOKEN ? request.vault : undefined;
    if (vault?.audience === "")
      refuse("invalid", "Choose the API that the person's token is for.", "audience");
    const id = nextId().replaceAll("-", "");
    const run: RunShown = {
      id,
      grant,
      clientId,
      own: issuer === "",
      began: now(),
      client: {
        state: refused ? "refused" : "done",
        steps: vault ? vaultSteps(refused) : steps(refused),
        open: null,
        tokens: refused ? [] : ["access_token", "id_token"],
        issuer: BASE_URL,
      },
      engine: issuer === "" ? [...engine(refused && !vault), ...(vault ? [vaultSaw(refused)] : [])] : [],
      failures,
      ladder: vault
        ? {
            membershipId: db.people[2]?.summary.membershipId ?? "",
            api: vault.audience,
            clientId: vault.exchangeClientId,
            connection: vault.connection,
          }
        : null,
    };
    runs.set(id, run);
    const bare = request.vault && { vault: { ...request.vault, exchangeClientSecret: "" } };
    requests.set(id, { ...request, clientSecret: "", password: "", token: "", ...bare });
    return run;
  },
  get: ({ id }: Req<"playground_get">): Res<"playground_get"> => find(id),
  cancel({ id }: Req<"playground_cancel">): Res<"playground_cancel"> {
    const run = find(id);
    run.client.state = "cancelled";
    return run;
  },
  inspect({ token, other }: Req<"playground_inspect">): Res<"playground_inspect"> {
    const claim = (name: string, value: string, seconds: number | null = null) => ({
      name,
      value,
      meaning: "",
      source: "RFC 7519 section 4.1",
      time: null,
      seconds,
    });
    const inspected = (name: string) => ({
      name,
      kind: "a signed token",
      header: [claim("alg", "ES256")],
      claims: [claim("iss", BASE_URL), claim("exp", String(now() + 3600), now() + 3600), claim("aud", name)],
      signature: "verified" as const,
      signatureWords: "by a key of jwks_uri",
    });
    return {
      token: inspected(token),
      other: other === "" ? null : inspected(other),
      differences: other === "" ? [] : [{ name: "aud", first: token, second: other }],
    };
  },
  preview: (): Res<"playground_preview"> => ({
    tokens: [playground.inspect({ run: "", token: "access_token", other: "" }).token],
  }),
  save({ id, name }: Req<"playground_save">): Res<"playground_save"> {
    const run = find(id);
    const request = requests.get(id);
    if (!request) return refuse("not_found", "This run is no longer in memory. Run it again.");
    const shown = { id: nextId(), name: name.trim(), request, needsSecret: false, run, savedAt: now() };
    kept.set(shown.id, shown);
    return row(shown);
  },
  saved: (): Res<"playground_saved"> => ({ items: [...kept.values()].reverse().map(row) }),
  openSaved: ({ id }: Req<"playground_open_saved">): Res<"playground_open_saved"> => findKept(id),
  rename({ id, name }: Req<"playground_rename_saved">): Res<"playground_rename_saved"> {
    const found = findKept(id);
    found.name = name.trim();
    return row(found);
  },
  remove({ id }: Req<"playground_delete_saved">): Res<"playground_delete_saved"> {
    kept.delete(findKept(id).id);
    return playground.saved();
  },
  compare({ one, other }: Req<"playground_compare">): Res<"playground_compare"> {
    const outcome = (id: string) => kept.get(id)?.run ?? find(id);
    const [first, second] = [outcome(one), outcome(other)] as const;
    const differs = first.client.state !== second.client.state;
    const uri = "anteroom://oauth/callback";
    const differences = [{ what: "sent redirect_uri", one: uri, other: `${uri}/` }];
    return {
      states: [first.client.state, second.client.state],
      steps: differs ? [{ name: "token", one: 5, other: 5, differences }] : [],
      same: differs ? 4 : 5,
    };
  },
  examine: ({ check }: Req<"playground_examine_links">): Res<"playground_examine_links"> => ({
    ok: check !== "second_instance",
    expected: check === "second_instance" ? "anteroom://open in this window" : "/opt/anteroom/anteroom",
    found: check === "second_instance" ? "nothing within 15 s" : "/opt/anteroom/anteroom",
    canMend: check === "second_instance",
  }),
  mend: (): Res<"playground_mend_links"> => playground.examine({ check: "registered" }),
  take: (): Res<"playground_export"> => ({
    text: `curl -si -X GET "${BASE_URL}.well-known/openid-configuration"`,
    fileName: "anteroom-run-curl.sh",
  }),
};
