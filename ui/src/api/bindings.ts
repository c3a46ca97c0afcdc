// Generated from crates/admin by `make gen`. Do not edit.

export type AccountDeletion = { 
/**
 * Display name of the person.
 */
person: string, 
/**
 * Name of the connection.
 */
connection: string, 
/**
 * The clients that have the grant, whose exchanges for this person and connection will fail: the first names.
 */
clients: Array<string>, 
/**
 * How many have it.
 */
clientCount: number, 
/**
 * How many other accounts the person has on the connection.
 */
otherAccounts: number, };

export type AccountState = "active" | "expiring" | "refreshable" | "refused";

export type ActivityEntry = { 
/**
 * Sequence number.
 */
seq: number, 
/**
 * Unix seconds.
 */
at: number, 
/**
 * Kind, such as `client_created`; key of its sentence in the catalogue.
 */
kind: string, 
/**
 * Display name of who did it.
 */
actor: string | null, 
/**
 * Display name of whom it concerns.
 */
subject: string | null, 
/**
 * Name of the client application.
 */
client: string | null, 
/**
 * `client_id`.
 */
clientId: string | null, 
/**
 * Name of the refusal, if it was one.
 */
refusal: string | null, 
/**
 * What the engine checked, in order (refusals only).
 */
trace: Array<TraceCheck>, 
/**
 * State before a change.
 */
before: unknown, 
/**
 * State after a change.
 */
after: unknown, };

export type Advice = { 
/**
 * `error`, `warning` or `ok`.
 */
severity: string, 
/**
 * Name of the rule, key of its sentence in the catalogue.
 */
rule: string, 
/**
 * Values the sentence needs.
 */
values: Array<string>, 
/**
 * The tab where it is put right; empty when there is nothing to do.
 */
tab: string, 
/**
 * The one change that mends it, where there is one.
 */
fix: Fix | null, };

export type Api = { 
/**
 * Id; `management` or `my_account` for those every project has.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * `identifier`.
 */
identifier: string, 
/**
 * Whether every project has it: nothing of it can be changed but who may ask.
 */
system: boolean, 
/**
 * Scopes.
 */
scopes: Array<ScopeOfApi>, 
/**
 * Life of its access tokens, seconds.
 */
tokenLifetime: number, 
/**
 * Whether a refresh token goes along when `offline_access` is asked for.
 */
allowOfflineAccess: boolean, 
/**
 * Which clients may ask in a person's name.
 */
userAccess: ApiAccess, 
/**
 * Which clients may ask in their own.
 */
clientAccess: ApiAccess, 
/**
 * The Custom API Clients that act for it, newest first.
 */
clients: Array<ApiClient>, 
/**
 * Client grants, oldest first.
 */
grants: Array<ApiGrant>, 
/**
 * Which state of the API this is; a change names the one it saw.
 */
version: string, };

export type ApiAccess = "allow_all" | "require_client_grant" | "deny_all";

export type ApiClient = { 
/**
 * Id of the client.
 */
id: string, 
/**
 * Its name.
 */
name: string, 
/**
 * Whether it may exchange tokens for those of providers.
 */
exchanges: boolean, };

export type ApiGrant = { 
/**
 * `cgr_…`.
 */
id: string, 
/**
 * Id of the client.
 */
clientId: string, 
/**
 * Its name.
 */
clientName: string, 
/**
 * In whose name.
 */
subject: GrantSubject, 
/**
 * The scopes; none of them when `allScopes`.
 */
scopes: Array<string>, 
/**
 * Every scope the API has, those it gets later too.
 */
allScopes: boolean, };

export type ApiList = { 
/**
 * The APIs.
 */
items: Array<ApiSummary>, };

export type ApiSummary = { 
/**
 * Id; `management` or `my_account` for those every project has.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * `identifier`: the `audience` of requests.
 */
identifier: string, 
/**
 * Whether every project has it.
 */
system: boolean, 
/**
 * How many scopes it has.
 */
scopeCount: number, 
/**
 * Names of the Custom API Clients that act for it.
 */
clients: Array<string>, 
/**
 * How many client grants it has.
 */
grantCount: number, };

export type Backup = { 
/**
 * Name of its file.
 */
file: string, 
/**
 * Unix seconds.
 */
madeAt: number, 
/**
 * Bytes.
 */
size: number, 
/**
 * Whether it is a store that another backup took the place of.
 */
replaced: boolean, };

export type Backups = { 
/**
 * Their folder.
 */
folder: string, 
/**
 * Whether this program can put one back while it runs; otherwise `anteroom-server restore` does.
 */
canRestore: boolean, 
/**
 * The backups.
 */
items: Array<Backup>, };

export type BatchLine = { 
/**
 * Its number, from 1.
 */
number: number, 
/**
 * What stands there.
 */
text: string, 
/**
 * What would happen.
 */
outcome: BatchOutcome, 
/**
 * Who is meant.
 */
membershipId: string | null, 
/**
 * Display name.
 */
person: string | null, };

export type BatchOutcome = "ready" | "issued" | "live" | "signed_in" | "unknown" | "ambiguous" | "inactive" | "beyond_desk" | "repeated";

export type BatchRow = { 
/**
 * Who.
 */
membershipId: string, 
/**
 * Display name.
 */
person: string, 
/**
 * `issued`, `live`, `signed_in` or `inactive`.
 */
outcome: BatchOutcome, 
/**
 * The link that can be printed: the new one, or the one that still works.
 */
linkId: string | null, };

export type Board = { 
/**
 * The rows.
 */
items: Array<MagicLink>, 
/**
 * How many match in all.
 */
total: number, 
/**
 * How many can still be redeemed.
 */
waiting: number, 
/**
 * How many were issued in the last 24 hours.
 */
today: number, };

export type CanReadAnswer = { 
/**
 * Whether it may be read.
 */
allowed: boolean, 
/**
 * Name of the policy; absent when the person has none.
 */
policy: string | null, 
/**
 * The verdict on each interaction, reading first.
 */
verdicts: Array<PolicyVerdict>, 
/**
 * Members that are not shown to the reader.
 */
hiddenFields: Array<string>, };

export type Card = { 
/**
 * The link.
 */
link: MagicLink, 
/**
 * The URL.
 */
url: string, 
/**
 * Where the typed code is entered, without scheme: `127.0.0.1:8103/in`.
 */
typedAt: string, 
/**
 * `K7MX-4QRT-9W2D`.
 */
typedCode: string, 
/**
 * The PIN, if one is needed.
 */
pin: string | null, 
/**
 * The QR code as SVG, dark on light with its margin, checked by decoding it.
 */
qrSvg: string, 
/**
 * Modules a side, without margin.
 */
qrModules: number, 
/**
 * The `curl` line that redeems it.
 */
command: string, };

export type Changed = { 
/**
 * The noun: `clients`, `people`, `magic_links`, `access_policies`, `apis`, `activity`, `settings`, `home`.
 */
topic: string, 
/**
 * What changed, if it is one thing.
 */
id: string | null, };

export type CheckedBatch = { 
/**
 * The lines, without empty ones and without a heading.
 */
lines: Array<BatchLine>, };

export type ChecklistItem = { 
/**
 * `client`, `person`, `link`, `redeemed`.
 */
step: string, 
/**
 * Whether it has been done.
 */
done: boolean, };

export type Choices = { 
/**
 * Client applications a link can sign in to.
 */
clients: Array<ClientChoice>, 
/**
 * Hand-overs with their lives.
 */
handOvers: Array<HandOverChoice>, };

export type Chunk = { 
/**
 * The text; chunks follow each other as they are.
 */
text: string, 
/**
 * Events in it.
 */
events: number, 
/**
 * Give as `before` for the next chunk; absent at the end.
 */
next: number | null, };

export type Claim = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its value, as JSON; texts without their quotation marks.
 */
value: string, 
/**
 * What it means.
 */
meaning: string, 
/**
 * Where the rule stands, or who else made it up.
 */
source: string, 
/**
 * A time in UTC, for claims that are times.
 */
time: string | null, 
/**
 * The same as seconds since 1970.
 */
seconds: number | null, };

export type Client = { 
/**
 * What commands name it by.
 */
id: string, 
/**
 * `client_id`, as tokens and the Management API write it.
 */
clientId: string, 
/**
 * Name.
 */
name: string, 
/**
 * Free text.
 */
description: string | null, 
/**
 * Type.
 */
clientType: ClientType, 
/**
 * Status.
 */
status: ClientStatus, 
/**
 * Registered redirect URIs.
 */
redirectUris: Array<string>, 
/**
 * Registered targets after sign-out.
 */
postLogoutRedirectUris: Array<string>, 
/**
 * Origins that may call from a browser.
 */
allowedOrigins: Array<string>, 
/**
 * Where the client starts a launch.
 */
launchUri: string | null, 
/**
 * Allowed `grant_type` values; empty means all that fit the type.
 */
grantTypes: Array<string>, 
/**
 * Whether codes may be redeemed without PKCE.
 */
pkceOptional: boolean, 
/**
 * Scope when a request names none.
 */
defaultScope: Array<string>, 
/**
 * Where the client's keys are.
 */
jwksUri: string | null, 
/**
 * Such as `1h`; absent is one hour.
 */
accessTokenLifetime: string | null, 
/**
 * Such as `2w`; absent is two weeks.
 */
refreshTokenLifetime: string | null, 
/**
 * `ES256` or `RS256`.
 */
idTokenSignedResponseAlg: string, 
/**
 * Where a magic link hands over, with `{code}` in it.
 */
magicLinkTemplate: string | null, 
/**
 * External provider for token exchange and sign-in.
 */
identityProvider: IdentityProvider | null, 
/**
 * Name of the access policy of the client's own membership.
 */
accessPolicy: string | null, 
/**
 * Names of its further ones, given over FHIR or in a workspace file.
 */
furtherAccessPolicies: Array<string>, 
/**
 * Whether the client's own membership is a project admin.
 */
admin: boolean, 
/**
 * Live secrets, newest first, at most two; never their values.
 */
secrets: Array<SecretSummary>, 
/**
 * What keeps this client from working, or puts it at risk.
 */
advice: Array<Advice>, 
/**
 * Unix seconds of the last token request that succeeded.
 */
lastUsedAt: number | null, 
/**
 * Unix seconds.
 */
createdAt: number, 
/**
 * Unix seconds.
 */
updatedAt: number, 
/**
 * Grows with each change; an update names the one it saw.
 */
version: number, };

export type ClientChanges = { 
/**
 * Name.
 */
name?: string, 
/**
 * Free text; empty clears.
 */
description?: string, 
/**
 * `confidential` and `medplum` may be swapped.
 */
clientType?: ClientType, 
/**
 * Registered targets after sign-out.
 */
postLogoutRedirectUris?: Array<string>, 
/**
 * Origins that may call from a browser.
 */
allowedOrigins?: Array<string>, 
/**
 * Empty clears.
 */
launchUri?: string, 
/**
 * Allowed grants.
 */
grantTypes?: Array<string>, 
/**
 * PKCE may be left out.
 */
pkceOptional?: boolean, 
/**
 * Default scope.
 */
defaultScope?: Array<string>, 
/**
 * Empty clears.
 */
jwksUri?: string, 
/**
 * Empty clears.
 */
accessTokenLifetime?: string, 
/**
 * Empty clears.
 */
refreshTokenLifetime?: string, 
/**
 * `ES256` or `RS256`.
 */
idTokenSignedResponseAlg?: string, 
/**
 * Empty clears.
 */
magicLinkTemplate?: string, 
/**
 * The provider; an empty `userInfoUrl` removes it.
 */
identityProvider?: IdentityProvider, 
/**
 * Name of a policy; empty clears.
 */
accessPolicy?: string, 
/**
 * Admin right of the client's own membership.
 */
admin?: boolean, };

export type ClientCheck = { 
/**
 * Its name.
 */
check: string, 
/**
 * What had to be.
 */
expected: string, 
/**
 * What was.
 */
found: string, 
/**
 * Whether it held.
 */
passed: boolean, 
/**
 * Where the rule stands.
 */
section: string, };

export type ClientChoice = { 
/**
 * `client_id`.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * How long the sign-in lasts, seconds.
 */
sessionSeconds: number, };

export type ClientStatus = "active" | "off";

export type ClientSummary = { 
/**
 * What commands name it by.
 */
id: string, 
/**
 * `client_id`, as tokens and the Management API write it.
 */
clientId: string, 
/**
 * Name.
 */
name: string, 
/**
 * Type.
 */
clientType: ClientType, 
/**
 * Status.
 */
status: ClientStatus, 
/**
 * First redirect URI, if any.
 */
redirectUri: string | null, 
/**
 * How many redirect URIs there are.
 */
redirectUriCount: number, 
/**
 * Unix seconds of the last token request that succeeded.
 */
lastUsedAt: number | null, 
/**
 * Unix seconds.
 */
createdAt: number, };

export type ClientType = "public" | "confidential" | "medplum";

export type Code = "unsupported" | "invalid" | "not_found" | "conflict" | "setup_needed" | "not_held" | "forbidden" | "unavailable" | "fault";

export type CommandError = { 
/**
 * For programs.
 */
code: Code, 
/**
 * For people, in English: what was attempted, the two values that differ, what to do.
 */
message: string, 
/**
 * The same, for the language of the screens; `null` for a text that is not ours.
 */
sentence: Sentence | null, 
/**
 * The refusal it comes from, by its name: then `message` is the advice about that refusal.
 */
refusal: string | null, 
/**
 * The field of the request it is about.
 */
field: string | null, };

export type Compared = { 
/**
 * How the runs ended.
 */
states: [string, string], 
/**
 * The steps that differ, in order.
 */
steps: Array<ComparedStep>, 
/**
 * How many steps are the same in both.
 */
same: number, };

export type ComparedStep = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its number in one run; `null` when it is not there.
 */
one: number | null, 
/**
 * Its number in the other run; `null` when it is not there.
 */
other: number | null, 
/**
 * What differs, by name.
 */
differences: Array<ComparedValue>, };

export type ComparedValue = { 
/**
 * What it is: `sent scope`, `answer /error`, `engine redirect_uri`.
 */
what: string, 
/**
 * In one run.
 */
one: string | null, 
/**
 * In the other.
 */
other: string | null, };

export type Completed = { 
/**
 * The project.
 */
project: ProjectSummary, 
/**
 * Membership of the first admin.
 */
membershipId: string, };

export type ConnectBegun = { 
/**
 * The address.
 */
address: string, 
/**
 * Seconds it can be used.
 */
expiresIn: number, 
/**
 * Whether the system's browser was opened with it.
 */
opened: boolean, };

export type ConnectedAccount = { 
/**
 * `cac_…`.
 */
id: string, 
/**
 * Name of the connection.
 */
connection: string, 
/**
 * Its strategy.
 */
strategy: string, 
/**
 * The person's id at the provider: what `login_hint` names.
 */
subject: string, 
/**
 * What can be done with it.
 */
state: AccountState, 
/**
 * Granted scopes.
 */
scopes: Array<string>, 
/**
 * Whether the provider gave a refresh token.
 */
hasRefreshToken: boolean, 
/**
 * What the provider said when it refused.
 */
refusal: string | null, 
/**
 * Name of the client it was connected through.
 */
clientName: string | null, 
/**
 * Unix seconds.
 */
connectedAt: number, 
/**
 * Unix seconds when the access token ends.
 */
expiresAt: number, 
/**
 * Unix seconds of the last exchange.
 */
usedAt: number | null, };

export type ConnectedAccounts = { 
/**
 * The accounts.
 */
items: Array<ConnectedAccount>, };

export type Connection = { 
/**
 * `con_…`.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * Strategy.
 */
strategy: string, 
/**
 * What it can be changed to.
 */
settings: ConnectionSettings, 
/**
 * Whether our secret at the provider is stored.
 */
hasSecret: boolean, 
/**
 * Where the provider sends people back: to be registered there.
 */
callback: string, 
/**
 * The clients that may use it.
 */
clients: Array<EnabledClient>, 
/**
 * Which state of the connection this is; a change names the one it saw.
 */
version: string, };

export type ConnectionList = { 
/**
 * The connections.
 */
items: Array<ConnectionSummary>, };

export type ConnectionSettings = { 
/**
 * Display name; empty for none.
 */
displayName: string, 
/**
 * Whether people may connect accounts through it.
 */
connectedAccounts: boolean, 
/**
 * The provider's issuer, from which its discovery document is found; empty for none.
 */
issuer: string, 
/**
 * The provider's authorization endpoint; empty when discovery says it.
 */
authorizationEndpoint: string, 
/**
 * The provider's token endpoint; empty when discovery says it.
 */
tokenEndpoint: string, 
/**
 * The provider's userinfo endpoint; empty when discovery says it.
 */
userinfoEndpoint: string, 
/**
 * Our client id at the provider.
 */
clientId: string, 
/**
 * Scopes asked for.
 */
scopes: Array<string>, };

export type ConnectionSummary = { 
/**
 * `con_…`.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * Strategy.
 */
strategy: string, 
/**
 * Whether people may connect accounts through it.
 */
connectedAccounts: boolean, 
/**
 * How many clients may use it.
 */
clientCount: number, };

export type DecidedBy = "no_policy" | "own_record" | "own_record_only" | "entry" | "project_admin" | "admin_only" | "no_entry" | "no_interaction" | "no_match" | "scope" | "inactive";

export type DeepLinkCheck = "registered" | "cold_start" | "second_instance";

export type DeepLinkFinding = { 
/**
 * Whether all is well.
 */
ok: boolean, 
/**
 * What had to be.
 */
expected: string, 
/**
 * What was.
 */
found: string, 
/**
 * Whether registering the scheme again can help.
 */
canMend: boolean, };

export type Deleted = { 
/**
 * Live sign-ins that ended.
 */
sessions: number, 
/**
 * Outstanding magic links that died.
 */
magicLinks: number, };

export type DeletedApi = { 
/**
 * Its name.
 */
name: string, };

export type DeletedClient = { 
/**
 * `client_id`, which it gets back.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * Type.
 */
clientType: ClientType, 
/**
 * First redirect URI, if any.
 */
redirectUri: string | null, 
/**
 * Unix seconds of the deletion.
 */
deletedAt: number, 
/**
 * Display name of who deleted it.
 */
deletedBy: string | null, };

export type DeletedClients = { 
/**
 * Newest deletion first, at most 200.
 */
items: Array<DeletedClient>, };

export type DeletedConnection = { 
/**
 * Its name.
 */
name: string, };

export type DeletedPolicy = { 
/**
 * Its name.
 */
name: string, };

export type DeskState = { 
/**
 * Display name of whoever works there.
 */
person: string, 
/**
 * Seconds without a touch after which the screen is cleared.
 */
idleSeconds: number, };

export type Difference = { 
/**
 * Its name.
 */
name: string, 
/**
 * In the first token.
 */
first: string | null, 
/**
 * In the second.
 */
second: string | null, };

export type Discovered = { 
/**
 * `issuer`.
 */
issuer: string, 
/**
 * `userinfo_endpoint`.
 */
userInfoUrl: string | null, 
/**
 * `authorization_endpoint`.
 */
authorizeUrl: string | null, 
/**
 * `token_endpoint`.
 */
tokenUrl: string | null, 
/**
 * `jwks_uri`.
 */
jwksUrl: string | null, };

export type DomainConfiguration = { 
/**
 * The domain; kept in lower case. One project of the server has it.
 */
domain: string, 
/**
 * `client_id` of the client whose provider it is.
 */
client: string, 
/**
 * Where `returnTo` of a sign-in may lead, character for character.
 */
allowedPostLoginRedirectUrls?: Array<string>, };

export type EnabledClient = { 
/**
 * Id.
 */
id: string, 
/**
 * Name.
 */
name: string, };

export type EngineSaw = { 
/**
 * The number of the step that sent it; `null` for the browser.
 */
step: number | null, 
/**
 * What was checked, in order.
 */
checks: Array<TraceCheck>, 
/**
 * Why it was refused, if it was.
 */
refusal: RefusalRow | null, };

export type EngineState = { 
/**
 * Whether the engine answers over HTTP.
 */
running: boolean, 
/**
 * The base URL with its trailing slash.
 */
baseUrl: string, 
/**
 * The https base URL, when the TLS listener is on.
 */
tlsBaseUrl: string | null, 
/**
 * Why the engine does not answer, in a sentence.
 */
problem: string | null, 
/**
 * This program's version.
 */
version: string, };

export type ExportFormat = "curl" | "http" | "markdown" | "har" | "javascript" | "python" | "rust";

export type Exported = { 
/**
 * JSON.
 */
text: string, 
/**
 * What is stored and not in the file, in words.
 */
leftOut: Array<string>, };

export type FieldProblem = { 
/**
 * The field it is about.
 */
field: string | null, 
/**
 * In words.
 */
message: string, };

export type Fix = { 
/**
 * The member of [`ClientChanges`].
 */
field: string, 
/**
 * Its new value; of an object only the members that change.
 */
value: unknown, };

export type Format = "jsonl" | "csv";

export type GrantSubject = "user" | "client";

export type HandOver = "waiting" | "take_home" | "api";

export type HandOverChoice = { 
/**
 * Which.
 */
handOver: HandOver, 
/**
 * Life of the link, seconds.
 */
expiresIn: number, 
/**
 * Whether a PIN is suggested.
 */
pinSuggested: boolean, };

export type HandedIn = { 
/**
 * Its id; `null` when no run waits for this `state`.
 */
run: string | null, };

export type HeaderView = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its value.
 */
value: string, };

export type Home = { 
/**
 * The engine's listener.
 */
engine: EngineState, 
/**
 * The project, or nothing before the first start is done.
 */
project: ProjectSummary | null, 
/**
 * What a new project still needs, in order; ticks itself.
 */
checklist: Array<ChecklistItem>, 
/**
 * Magic links that can still be redeemed.
 */
outstandingLinks: number, 
/**
 * The newest entries of the activity log; none in desk mode.
 */
recent: Array<ActivityEntry>, 
/**
 * The window is locked to the desk.
 */
desk: DeskState | null, };

export type IdentityProvider = { 
/**
 * The provider's userinfo endpoint; the only required member.
 */
userInfoUrl: string, 
/**
 * The provider's authorization endpoint.
 */
authorizeUrl: string | null, 
/**
 * The provider's token endpoint.
 */
tokenUrl: string | null, 
/**
 * Our client id at the provider.
 */
clientId: string | null, 
/**
 * Our secret at the provider: write only. Absent in an update keeps the stored one.
 */
clientSecret: string | null, 
/**
 * Whether a secret is stored (in answers).
 */
hasClientSecret: boolean, 
/**
 * Match by `sub` instead of by e-mail.
 */
useSubject: boolean, 
/**
 * Refuse an answer without `email_verified: true`.
 */
requireVerifiedEmail: boolean, 
/**
 * The provider's issuer, `iss` of a signed answer. In an update absent keeps, empty clears.
 */
issuer?: string | null, 
/**
 * Whom the provider's access tokens must be for. In an update absent keeps, empty clears.
 */
audience?: string | null, 
/**
 * Where the provider's keys are, for signed answers. In an update absent keeps, empty clears.
 */
jwksUrl?: string | null, };

export type Imported = { 
/**
 * `workspace`, or `medplum` for `ClientApplication` resources.
 */
format: string, 
/**
 * Rows that did not exist.
 */
added: Array<ImportedRow>, 
/**
 * Rows that had other values.
 */
changed: Array<ImportedRow>, 
/**
 * Rows that said the same already.
 */
left: Array<ImportedRow>, 
/**
 * Members of the file that are not taken over, by their path.
 */
notTaken: Array<string>, };

export type ImportedRow = { 
/**
 * `project`, `client`, `member`, `access policy`.
 */
kind: string, 
/**
 * Where it stands in the file.
 */
path: string, 
/**
 * Its id.
 */
id: string, 
/**
 * Its name; absent for people.
 */
name: string | null, };

export type Inspected = { 
/**
 * `access_token`, `id_token`, `refresh_token`, or `pasted`.
 */
name: string, 
/**
 * What it is, in a sentence.
 */
kind: string, 
/**
 * The members of its header.
 */
header: Array<Claim>, 
/**
 * Its claims.
 */
claims: Array<Claim>, 
/**
 * Whether a key of the issuer signed it.
 */
signature: Signature, 
/**
 * The same in words.
 */
signatureWords: string, };

export type Inspection = { 
/**
 * The token.
 */
token: Inspected, 
/**
 * The other one.
 */
other: Inspected | null, 
/**
 * The claims that differ between the two.
 */
differences: Array<Difference>, };

export type IpRule = { 
/**
 * Name of the rule; empty for none.
 */
name: string, 
/**
 * `*`, a whole address, or the beginning of one.
 */
value: string, 
/**
 * Whether a match keeps the address out.
 */
block: boolean, };

export type IssuedBatch = { 
/**
 * One row a person, in the order asked for.
 */
rows: Array<BatchRow>, };

export type IssuedPasswordLink = { 
/**
 * The address to hand to the person, and to nobody else.
 */
url: string, 
/**
 * Unix seconds until when it works.
 */
expiresAt: number, };

export type IssuedSecret = { 
/**
 * The client.
 */
client: Client, 
/**
 * The client secret; absent for a public client.
 */
secret: string | null, };

export type Ladder = { 
/**
 * Whether every condition holds.
 */
holds: boolean, 
/**
 * The conditions.
 */
rungs: Array<Rung>, };

export type LadderOf = { 
/**
 * Membership id of the person.
 */
membershipId: string, 
/**
 * Identifier of the API.
 */
api: string, 
/**
 * Id of the client that exchanges.
 */
clientId: string, 
/**
 * Name of the connection.
 */
connection: string, };

export type LanState = { 
/**
 * Where.
 */
baseUrl: string, 
/**
 * Until when, Unix seconds.
 */
until: number, 
/**
 * The address for typing a code, as QR code (SVG).
 */
qrSvg: string, 
/**
 * The page that tells a phone how to trust the local CA.
 */
trustUrl: string, 
/**
 * The same as QR code (SVG).
 */
trustQrSvg: string, 
/**
 * SHA-256 of the local CA's certificate, to compare on the phone.
 */
caFingerprint: string, };

export type Lane = "app" | "browser" | "issuer" | "provider";

export type Left = Record<symbol, never>;

export type LinkState = "waiting" | "opened" | "redeemed" | "expired" | "revoked" | "locked" | "replaced";

export type Linted = { 
/**
 * Remarks, what keeps the client from working first.
 */
advice: Array<Advice>, 
/**
 * Why it could not be saved as it stands, if so.
 */
problem: FieldProblem | null, };

export type LintedAll = { 
/**
 * Clients looked at.
 */
checked: number, 
/**
 * Rules there are.
 */
rules: number, 
/**
 * Clients with something to mend, the worst first.
 */
clients: Array<LintedClient>, };

export type LintedClient = { 
/**
 * `client_id`.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * Remarks, what keeps the client from working first.
 */
advice: Array<Advice>, };

export type Listed = { 
/**
 * Names, in order.
 */
names: Array<string>, };

export type Log = { 
/**
 * The entries.
 */
items: Array<ActivityEntry>, 
/**
 * Give as `before` for the next slice; absent at the end.
 */
next: number | null, };

export type MagicLink = { 
/**
 * Id of the link.
 */
id: string, 
/**
 * State now.
 */
state: LinkState, 
/**
 * For whom: membership id.
 */
membershipId: string, 
/**
 * Display name.
 */
person: string, 
/**
 * First name and initial, for screens that others can see.
 */
personShort: string, 
/**
 * `client_id`.
 */
clientId: string, 
/**
 * Name of the client application.
 */
clientName: string, 
/**
 * How it is handed over.
 */
handOver: HandOver, 
/**
 * `en`, `de` or `es`, if the language of its page was chosen.
 */
language: string | null, 
/**
 * Whose phone it is for.
 */
phone: Phone, 
/**
 * Display name of who issued it.
 */
issuedBy: string, 
/**
 * Unix seconds.
 */
issuedAt: number, 
/**
 * Unix seconds.
 */
expiresAt: number, 
/**
 * Unix seconds when the page was first opened.
 */
openedAt: number | null, 
/**
 * Unix seconds.
 */
redeemedAt: number | null, 
/**
 * Address it was redeemed from.
 */
redeemedFrom: string | null, 
/**
 * Unix seconds of revocation or replacement.
 */
endedAt: number | null, 
/**
 * Whether a PIN is needed.
 */
pin: boolean, 
/**
 * Wrong PINs so far; five lock the link.
 */
wrongPins: number, 
/**
 * Refused presentations (wrong client, second scan …).
 */
refused: number, 
/**
 * How long the sign-in lasts, seconds.
 */
sessionSeconds: number, 
/**
 * The sign-in that came out, while it exists.
 */
session: Session | null, };

export type Matched = { 
/**
 * Membership id.
 */
membershipId: string, 
/**
 * Profile reference.
 */
profile: string, 
/**
 * Display name.
 */
name: string, };

export type MessageView = { 
/**
 * The first line.
 */
start: string, 
/**
 * Headers, in order.
 */
headers: Array<HeaderView>, 
/**
 * The body: a parameter to a line, or JSON, or what it is.
 */
body: string, };

export type Page<T> = { 
/**
 * The rows of this slice.
 */
items: Array<T>, 
/**
 * How many rows match in all.
 */
total: number, };

export type Paper = "a4" | "letter";

export type PasswordLink = { 
/**
 * Unix seconds.
 */
issuedAt: number, 
/**
 * Unix seconds until when it works.
 */
expiresAt: number, 
/**
 * Unix seconds when a password was chosen with it.
 */
usedAt: number | null, };

export type Pasted = { 
/**
 * HTTP status.
 */
status: number, 
/**
 * `Content-Type`.
 */
contentType: string, 
/**
 * The body.
 */
body: string, };

export type Person = { 
/**
 * The row.
 */
summary: PersonSummary, 
/**
 * External id at an identity provider.
 */
externalId: string | null, 
/**
 * Name of the access policy.
 */
accessPolicy: string | null, 
/**
 * Names of the further ones, given over FHIR or in a workspace file.
 */
furtherAccessPolicies: Array<string>, 
/**
 * Whether the account has a password.
 */
hasPassword: boolean, 
/**
 * The link to choose a password that was made last, while it says something.
 */
passwordLink: PasswordLink | null, 
/**
 * The second factor of the account.
 */
secondFactor: SecondFactor, 
/**
 * Live sign-ins, newest first, at most 50.
 */
sessions: Array<Session>, 
/**
 * Magic links, newest first, at most 20.
 */
magicLinks: Array<MagicLink>, 
/**
 * Unix seconds.
 */
createdAt: number, };

export type PersonSummary = { 
/**
 * Membership id: who a magic link is for.
 */
membershipId: string, 
/**
 * Profile reference, `Patient/<id>`.
 */
profile: string, 
/**
 * Kind of profile.
 */
resourceType: ResourceType, 
/**
 * Display name.
 */
name: string, 
/**
 * ISO date, to tell two people of one name apart.
 */
birthDate: string | null, 
/**
 * First identifier (record number), if any.
 */
identifier: string | null, 
/**
 * E-mail address, if the person has a user account with one.
 */
email: string | null, 
/**
 * Whether the membership is active.
 */
active: boolean, 
/**
 * Project admin.
 */
admin: boolean, 
/**
 * May issue magic links, and nothing else.
 */
desk: boolean, };

export type Phone = "own" | "carer";

export type PlaygroundApi = { 
/**
 * Its identifier: the audience.
 */
identifier: string, 
/**
 * Its name; the identifier where it has none.
 */
name: string, 
/**
 * The clients that act for it, and may exchange.
 */
clients: Array<PlaygroundApiClient>, };

export type PlaygroundApiClient = { 
/**
 * `client_id`.
 */
id: string, 
/**
 * Name.
 */
name: string, };

export type PlaygroundChoices = { 
/**
 * This engine's issuer.
 */
issuer: string, 
/**
 * Client applications, by name.
 */
clients: Array<PlaygroundClient>, 
/**
 * The APIs of the project, for the Token Vault.
 */
apis: Array<PlaygroundApi>, 
/**
 * Connections that accounts can be connected through, for the Token Vault.
 */
connections: Array<PlaygroundConnection>, 
/**
 * The switchboard.
 */
switches: Array<SwitchRow>, 
/**
 * Whether the system's browser can be opened.
 */
canOpenBrowser: boolean, 
/**
 * Whether deep links reach this program.
 */
receivesDeepLinks: boolean, };

export type PlaygroundClient = { 
/**
 * `client_id`.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * Kind.
 */
clientType: ClientType, 
/**
 * Whether it has a secret, which is stored nowhere in clear and has to be typed.
 */
hasSecret: boolean, 
/**
 * The grants it may use, by `grant_type`; the Token Vault's is there for who may sign people in: its API's client
 * exchanges.
 */
grants: Array<string>, 
/**
 * Its redirect URIs that come back to this machine.
 */
redirectUris: Array<string>, 
/**
 * Its default scope.
 */
defaultScope: Array<string>, };

export type PlaygroundConnection = { 
/**
 * Its name.
 */
name: string, 
/**
 * Whether the sample provider of this program is behind it, and runs.
 */
sample: boolean, };

export type Policy = { 
/**
 * Id.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * What may be done with which resources; the first entry that fits decides.
 */
entries: Array<PolicyEntry>, 
/**
 * From where; the first rule that fits decides.
 */
ipRules: Array<IpRule>, 
/**
 * Who has it: the first names.
 */
members: Array<string>, 
/**
 * How many have it.
 */
memberCount: number, 
/**
 * Which state of the policy this is; a change names the one it saw.
 */
version: string, };

export type PolicyEntry = { 
/**
 * A resource type, or `*`.
 */
resourceType: string, 
/**
 * A search that a resource must match; empty for none.
 */
criteria: string, 
/**
 * Reading and searching only.
 */
readonly: boolean, 
/**
 * `create`, `read`, `update`, `delete`, `search`; empty for all of them.
 */
interaction: Array<string>, 
/**
 * Members that are not shown.
 */
hiddenFields: Array<string>, 
/**
 * Members that cannot be changed.
 */
readonlyFields: Array<string>, 
/**
 * Members of the entry that this version does not know; kept as they are.
 */
other: unknown, };

export type PolicyList = { 
/**
 * The policies.
 */
items: Array<PolicySummary>, };

export type PolicySummary = { 
/**
 * Id.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * The resource types it names, each once, in order.
 */
resourceTypes: Array<string>, 
/**
 * How many IP rules it has.
 */
ipRuleCount: number, 
/**
 * How many members, people and clients, have it.
 */
memberCount: number, };

export type PolicyVerdict = { 
/**
 * `read`, `search`, `create`, `update` or `delete`.
 */
interaction: string, 
/**
 * Whether it is allowed.
 */
allowed: boolean, 
/**
 * What decided.
 */
rule: DecidedBy, 
/**
 * The entry that decided, counted from 1, if one did.
 */
entry: number | null, };

export type Previewed = { 
/**
 * The access token, and the ID token when the scope has `openid`.
 */
tokens: Array<Inspected>, };

export type ProjectSummary = { 
/**
 * Project id.
 */
id: string, 
/**
 * Project name.
 */
name: string, 
/**
 * `rfc` or `medplum`: which words refusals use.
 */
dialect: string, };

export type ProviderHealth = { 
/**
 * When an answer of the provider last signed somebody in. Unix seconds.
 */
lastSuccessAt: number | null, 
/**
 * Requests refused over the provider or its answer since then.
 */
refusedSince: number, 
/**
 * The newest of these.
 */
lastRefusal: ProviderRefusal | null, 
/**
 * How many events were looked through; what is older is not in here.
 */
lookedThrough: number, };

export type ProviderRefusal = { 
/**
 * Unix seconds.
 */
at: number, 
/**
 * Name of the refusal.
 */
refusal: string, };

export type RateLimits = { 
/**
 * `/auth/login`.
 */
login: number, 
/**
 * `/oauth2/…`, and `/auth/…` except `/auth/login` and `/auth/me`.
 */
auth: number, 
/**
 * Everything else.
 */
other: number, };

export type RefusalRow = { 
/**
 * Its name.
 */
name: string, 
/**
 * Where the rule stands.
 */
section: string, 
/**
 * What to do.
 */
advice: string, };

export type Refused = { 
/**
 * Its name.
 */
name: string, 
/**
 * What the caller would read.
 */
description: string, 
/**
 * What to do.
 */
advice: string, };

export type ResourceType = "Patient" | "Practitioner" | "RelatedPerson";

export type Restored = { 
/**
 * Where the store is kept that was there before.
 */
kept: string | null, 
/**
 * Links that could still be redeemed, and were ended.
 */
links: number, 
/**
 * Sign-ins that still ran, and were ended.
 */
signIns: number, };

export type ReturnBy = "auto" | "loopback" | "deep_link" | "pages" | "persona";

export type RunExported = { 
/**
 * The text.
 */
text: string, 
/**
 * A name for its file.
 */
fileName: string, };

export type RunRequest = { 
/**
 * Base URL of another issuer; empty for this engine.
 */
issuer: string, 
/**
 * `client_id`.
 */
clientId: string, 
/**
 * The client's secret; empty for none.
 */
clientSecret: string, 
/**
 * `grant_type`, or `auth_exchange`.
 */
grant: string, 
/**
 * Scope, in words.
 */
scope: Array<string>, 
/**
 * How the answer of the browser comes back.
 */
returnBy: ReturnBy, 
/**
 * Where it comes back; empty for the one that fits.
 */
redirectUri: string, 
/**
 * For the pages without a browser; empty otherwise.
 */
email: string, 
/**
 * For the pages without a browser; empty otherwise.
 */
password: string, 
/**
 * Membership the pre-authorized code is for, or that is signed in as persona; empty otherwise.
 */
membershipId: string, 
/**
 * A token or code that the grant begins with (refresh token, subject token, pre-authorized code); empty otherwise.
 */
token: string, 
/**
 * What is done with the tokens, in order.
 */
afterwards: Array<string>, 
/**
 * What is made to fail.
 */
failures: Array<Switch>, 
/**
 * For the Token Vault; absent for every other grant.
 */
vault?: VaultRun, };

export type RunShown = { 
/**
 * Its id, which is the trace id of its requests.
 */
id: string, 
/**
 * `grant_type`.
 */
grant: string, 
/**
 * `client_id`.
 */
clientId: string, 
/**
 * Whether this engine is the issuer, so that its side can be seen.
 */
own: boolean, 
/**
 * Unix seconds when it began.
 */
began: number, 
/**
 * The client's side.
 */
client: RunView, 
/**
 * This engine's side, in order.
 */
engine: Array<EngineSaw>, 
/**
 * What was made to fail.
 */
failures: Array<Switch>, 
/**
 * Which ladder shows every condition of its exchange; `null` where there was none.
 */
ladder: LadderOf | null, };

export type RunState = "running" | "waiting" | "done" | "refused" | "failed" | "cancelled";

export type RunView = { 
/**
 * How it stands.
 */
state: RunState, 
/**
 * Its steps so far.
 */
steps: Array<StepView>, 
/**
 * The address a browser has to open, while the run waits for it.
 */
open: string | null, 
/**
 * Which tokens came of it.
 */
tokens: Array<string>, 
/**
 * The issuer's identifier.
 */
issuer: string | null, };

export type Rung = { 
/**
 * Name, as in the trace of an exchange.
 */
id: string, 
/**
 * Whether it holds; null when that cannot be said because what it is about is not there.
 */
ok: boolean | null, 
/**
 * What is.
 */
found: string, 
/**
 * What has to be.
 */
wanted: string, 
/**
 * What makes it hold: `allow_grant`, `connect_account` …
 */
mend: string, 
/**
 * Name of the refusal it gives.
 */
refusal: string, };

export type SampleProvider = { 
/**
 * Its issuer while it runs.
 */
issuer: string | null, 
/**
 * `host:port` while it runs.
 */
host: string | null, 
/**
 * Whether the project's list of allowed hosts names it.
 */
allowed: boolean, 
/**
 * Id of the connection that was filled in, `con_…`.
 */
connectionId: string | null, 
/**
 * Its name.
 */
connection: string | null, };

export type SavedCa = { 
/**
 * The whole path of the file.
 */
path: string, 
/**
 * SHA-256 of the certificate, as systems show it.
 */
fingerprint: string, 
/**
 * For Windows, the person's own store.
 */
windows: string, 
/**
 * For macOS, the person's own keychain.
 */
macos: string, 
/**
 * For Debian and Ubuntu, the whole system.
 */
linux: string, 
/**
 * For Chromium and Chrome on Linux, which have a store of their own.
 */
chromium: string, };

export type SavedRow = { 
/**
 * Its id.
 */
id: string, 
/**
 * Its name.
 */
name: string, 
/**
 * `grant_type`.
 */
grant: string, 
/**
 * `client_id`.
 */
clientId: string, 
/**
 * Name of the client; the id when it is not one of this engine's.
 */
clientName: string, 
/**
 * How it ended: `done`, `refused`, `failed`, `cancelled`.
 */
state: string, 
/**
 * Unix seconds when it was kept.
 */
savedAt: number, };

export type SavedRuns = { 
/**
 * The runs.
 */
items: Array<SavedRow>, };

export type SavedSheets = { 
/**
 * The whole path of the PDF.
 */
path: string, 
/**
 * Sheets in it.
 */
pages: number, 
/**
 * As in the preview.
 */
missing: number, };

export type SavedShown = { 
/**
 * Its id.
 */
id: string, 
/**
 * Its name.
 */
name: string, 
/**
 * What to ask for to run it again; what was secret is empty.
 */
request: RunRequest, 
/**
 * Whether something secret has to be given again.
 */
needsSecret: boolean, 
/**
 * What came of it.
 */
run: RunShown, };

export type ScopeOfApi = { 
/**
 * The word in a request.
 */
value: string, 
/**
 * What it allows, for people; empty for nothing.
 */
description: string, };

export type SecondFactor = { 
/**
 * Whether the person has one.
 */
enrolled: boolean, 
/**
 * Whether the person must have one: signing in without it begins with enrolling.
 */
required: boolean, };

export type SecretSummary = { 
/**
 * Whether this is the retiring one.
 */
retiring: boolean, 
/**
 * Unix seconds.
 */
createdAt: number, 
/**
 * Unix seconds of its last use.
 */
lastUsedAt: number | null, 
/**
 * Unix seconds from when on it is refused.
 */
expiresAt: number | null, };

export type Selection = { 
/**
 * Only events of this kind, such as `token_issued`; empty for all.
 */
kind: string, 
/**
 * Only refusals.
 */
refusedOnly: boolean, 
/**
 * Only events about this client, membership, or link id; empty for all.
 */
about: string, 
/**
 * Only events about this client; empty for all.
 */
client: string, 
/**
 * Only events at or after these Unix seconds.
 */
from: number | null, 
/**
 * Only events before these Unix seconds.
 */
until: number | null, };

export type Sentence = { 
/**
 * The key in the catalogues. A slot is `{name}`, or `{name:?}` where English puts quotes around it.
 */
template: string, 
/**
 * What stands in the slots, by name.
 */
values: { [key in string]: SentenceValue }, };

export type SentenceValue = string | Sentence;

export type Session = { 
/**
 * `login_id`.
 */
loginId: string, 
/**
 * Name of the client application.
 */
clientName: string, 
/**
 * `client`, `pre-authorized`, `password` …
 */
authMethod: string, 
/**
 * Granted scope.
 */
scope: string, 
/**
 * Address it came from.
 */
remoteAddress: string | null, 
/**
 * Unix seconds.
 */
signedInAt: number, 
/**
 * Unix seconds when its newest access token ends.
 */
expiresAt: number, };

export type Settings = { 
/**
 * The project.
 */
project: ProjectSummary, 
/**
 * A second presentation of a spent code ends the session it made (Medplum's behaviour).
 */
revokeOnReplay: boolean, 
/**
 * Whom people call when a link does not work.
 */
deskPhone: string | null, 
/**
 * Requests one address may send in a minute.
 */
rateLimits: RateLimits, 
/**
 * `host:port` pairs that outside calls may reach though they are not public.
 */
allowedOutboundHosts?: Array<string>, 
/**
 * Identity providers of e-mail domains.
 */
domainConfigurations?: Array<DomainConfiguration>, 
/**
 * The listener.
 */
engine: EngineState, 
/**
 * Folder of the database and the keys.
 */
dataDir: string, 
/**
 * Where the master key is: `keychain`, `passphrase` or `file`.
 */
masterKey: string, 
/**
 * The local network, while it is served.
 */
lan: LanState | null, 
/**
 * Signing keys, newest first.
 */
signingKeys: Array<SigningKeySummary>, };

export type SheetPreview = { 
/**
 * Sheets, one a page.
 */
pages: number, 
/**
 * Links asked for whose codes are no longer in memory, or that can no longer be redeemed.
 */
missing: number, 
/**
 * The first page as SVG.
 */
svg: string, 
/**
 * Side of the finest module of the QR codes on paper, in millimetres.
 */
moduleMm: number, 
/**
 * Modules smaller than this are never printed.
 */
smallestModuleMm: number, };

export type Signature = "verified" | "unknown_key" | "wrong" | "unacceptable" | "not_checked" | "not_signed";

export type SigningKeySummary = { 
/**
 * `kid`.
 */
kid: string, 
/**
 * `ES256` or `RS256`.
 */
alg: string, 
/**
 * `next` is published and does not sign yet; `current` signs; `previous` only verifies.
 */
state: string, 
/**
 * Unix seconds.
 */
createdAt: number, 
/**
 * Unix seconds after which it leaves the JWKS (previous keys only).
 */
leavesAt: number | null, };

export type StepState = "running" | "waiting" | "done" | "refused" | "failed";

export type StepView = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its number, from 1.
 */
number: number, 
/**
 * Who begins.
 */
from: Lane, 
/**
 * Who answers.
 */
to: Lane, 
/**
 * How it stands.
 */
state: StepState, 
/**
 * What was sent.
 */
request: MessageView | null, 
/**
 * What came back.
 */
answer: MessageView | null, 
/**
 * What happened besides.
 */
notes: Array<string>, 
/**
 * What the client checked.
 */
checks: Array<ClientCheck>, 
/**
 * `error` of the answer.
 */
error: string | null, 
/**
 * Status of the answer.
 */
status: number | null, 
/**
 * Why there is no answer that can be used.
 */
trouble: Trouble | null, 
/**
 * How long it took.
 */
milliseconds: number, };

export type Switch = "unknown_client" | "wrong_secret" | "missing_secret" | "unknown_scope" | "repeated_parameter" | "unknown_grant" | "unregistered_redirect_uri" | "missing_code_challenge" | "plain_code_challenge" | "deny_consent" | "no_session" | "wrong_state" | "wrong_issuer" | "missing_nonce" | "wrong_key" | "wrong_audience" | "clock_skew" | "redirect_uri_mismatch" | "wrong_code_verifier" | "missing_code_verifier" | "unknown_code" | "replay_code" | "replay_refresh_token" | "tampered_token" | "token_in_query" | "revoked_token" | "expired_code" | "code_taken_back" | "expired_access_token" | "expired_refresh_token" | "slow_userinfo" | "broken_userinfo" | "userinfo_without_email" | "unverified_email" | "token_unknown_to_provider" | "throttling_provider" | "unknown_audience" | "token_of_the_api" | "missing_account_scope" | "unknown_connection" | "wrong_connect_state" | "wrong_connect_verifier" | "replay_connect_code" | "wrong_exchange_secret" | "exchange_as_the_app" | "wrong_subject_token_type" | "missing_requested_token_type" | "tampered_subject_token" | "revoked_subject_token" | "subject_token_of_my_account" | "wrong_connection" | "account_deleted" | "wrong_login_hint" | "provider_denies" | "provider_gives_no_refresh_token" | "provider_refuses_refresh" | "provider_token_ended";

export type SwitchRow = { 
/**
 * Its name.
 */
name: Switch, 
/**
 * The step that is refused.
 */
step: string, 
/**
 * `error` of the answer; the name of the check when the client refuses.
 */
answer: string, 
/**
 * Whether the client refuses, not the issuer.
 */
byClient: boolean, 
/**
 * The grants it fits, by `grant_type`.
 */
grants: Array<string>, 
/**
 * Fits only a client that shows a secret.
 */
needsSecret: boolean, 
/**
 * This engine does it: it fits no other issuer.
 */
needsIssuer: boolean, 
/**
 * The sample provider does it: it fits no other provider.
 */
needsSampleProvider: boolean, };

export type Tested = { 
/**
 * Whether a server answered.
 */
reached: boolean, 
/**
 * Whether the answer is what a userinfo endpoint says to somebody without a token: 401.
 */
healthy: boolean, 
/**
 * HTTP status.
 */
status: number | null, 
/**
 * `Content-Type`.
 */
contentType: string | null, 
/**
 * Why nobody answered: `not_public`, `plain_http`, `unresolved`, `unreachable`, `certificate`, `timed_out`, `broken_off`,
 * `too_large`, `busy`, `url` or `offline`.
 */
problem: string | null, 
/**
 * The same in a sentence, or what the answer means.
 */
message: string, 
/**
 * `host:port` to put on the list of allowed hosts, where that would help.
 */
allowHost: string | null, 
/**
 * How long it took.
 */
elapsedMs: number, };

export type TraceCheck = { 
/**
 * Name of the check.
 */
check: string, 
/**
 * What was expected.
 */
expected: string | null, 
/**
 * What was found.
 */
found: string | null, 
/**
 * Whether it held.
 */
passed: boolean, };

export type Trouble = { 
/**
 * Its name.
 */
name: string, 
/**
 * What happened.
 */
happened: string, 
/**
 * What to do.
 */
advice: string, };

export type VaultRun = { 
/**
 * Identifier of the API.
 */
audience: string, 
/**
 * Name of the connection.
 */
connection: string, 
/**
 * `client_id` of the client that exchanges.
 */
exchangeClientId: string, 
/**
 * Its secret.
 */
exchangeClientSecret: string, 
/**
 * Whether an account is connected first.
 */
connect: boolean, };

export type Verdict = { 
/**
 * The claim that finds somebody: `email` or `sub`; absent when the answer did not get that far.
 */
claim: string | null, 
/**
 * What it says.
 */
value: string | null, 
/**
 * The names of all claims in the answer.
 */
claims: Array<string>, 
/**
 * Who would be signed in.
 */
matched: Matched | null, 
/**
 * Why nobody would be.
 */
refusal: Refused | null, 
/**
 * Everything that was checked, in order.
 */
checks: Array<TraceCheck>, 
/**
 * HTTP status of the answer.
 */
status: number | null, 
/**
 * `Content-Type` of the answer.
 */
contentType: string | null, 
/**
 * How long the call took, where one was made.
 */
elapsedMs: number | null, };

export type Verified = { 
/**
 * Events checked.
 */
checked: number, 
/**
 * Sequence number of the first event that does not fit, if any.
 */
firstBad: number | null, };

/** Every command: its request and its response. */
export type Commands = {
  /** Whether the engine is up, what is still to do, what happened last. */
  home_get: { request: Record<symbol, never>; response: Home };
  /** First start: names the project and creates its first admin. */
  setup_complete: { request: { 
/**
 * Name of the project, 1 to 100 characters.
 */
projectName: string, 
/**
 * Given name of the first admin, a Practitioner.
 */
given: string, 
/**
 * Family name of the first admin.
 */
family: string, 
/**
 * E-mail address the admin signs in with.
 */
email: string, 
/**
 * Password, at least 8 characters.
 */
password: string, }; response: Completed };
  /** Lists client applications. */
  clients_list: { request: { 
/**
 * Matches name, id and redirect URIs; empty matches all.
 */
search: string, 
/**
 * Only this type.
 */
clientType: ClientType | null, 
/**
 * Only this status.
 */
status: ClientStatus | null, 
/**
 * First row, from 0.
 */
offset: number, 
/**
 * Rows at most, 1 to 500.
 */
limit: number, }; response: Page<ClientSummary> };
  /** One client application. */
  clients_get: { request: { 
/**
 * `client_id`, in either form.
 */
id: string, }; response: Client };
  /** Creates a client application; its secret is in the answer and nowhere else. */
  clients_create: { request: { 
/**
 * Name, 1 to 100 characters.
 */
name: string, 
/**
 * Type; cannot be changed to or from `public` later.
 */
clientType: ClientType, 
/**
 * Redirect URIs, each checked as at registration.
 */
redirectUris: Array<string>, 
/**
 * Whether the client's own membership is a project admin (it may then issue magic links over HTTP).
 */
admin: boolean, }; response: IssuedSecret };
  /** Changes a client application. */
  clients_update: { request: { 
/**
 * `client_id`.
 */
id: string, 
/**
 * The version the caller saw.
 */
version: number, 
/**
 * What changes.
 */
changes: ClientChanges, }; response: Client };
  /** Registers one redirect URI. */
  clients_add_redirect_uri: { request: { 
/**
 * `client_id`.
 */
id: string, 
/**
 * The URI, exactly as it will be compared.
 */
uri: string, }; response: Client };
  /** Removes one redirect URI. */
  clients_remove_redirect_uri: { request: { 
/**
 * `client_id`.
 */
id: string, 
/**
 * The URI, exactly as it will be compared.
 */
uri: string, }; response: Client };
  /** Makes a new secret, with or without overlap. */
  clients_rotate_secret: { request: { 
/**
 * `client_id`.
 */
id: string, 
/**
 * Keep the old secret working beside the new one (`true`), or cut it off now.
 */
overlap: boolean, 
/**
 * Hours after which the old secret ends by itself, 1 to 744; absent until it is retired.
 */
overlapHours?: number, 
/**
 * Days after which the new secret ends, 1 to 731; absent for never.
 */
expiresInDays?: number, }; response: IssuedSecret };
  /** Ends the retiring secret. */
  clients_retire_secret: { request: { 
/**
 * `client_id`, in either form.
 */
id: string, }; response: Client };
  /** Switches a client on or off. */
  clients_set_status: { request: { 
/**
 * `client_id`.
 */
id: string, 
/**
 * The new status.
 */
status: ClientStatus, }; response: Client };
  /** What deleting a client would take along. */
  clients_delete_preview: { request: { 
/**
 * `client_id`, in either form.
 */
id: string, }; response: Deleted };
  /** Deletes a client and what hangs on it. */
  clients_delete: { request: { 
/**
 * `client_id`.
 */
id: string, 
/**
 * The client's name, typed by the person.
 */
name: string, }; response: Deleted };
  /** Deleted clients that can be restored. */
  clients_list_deleted: { request: Record<symbol, never>; response: DeletedClients };
  /** Restores a deleted client with its id and settings; its new secret is in the answer and nowhere else. */
  clients_restore: { request: { 
/**
 * `client_id`, in either form.
 */
id: string, }; response: IssuedSecret };
  /** Copies a client; the copy's secret is in the answer and nowhere else. */
  clients_duplicate: { request: { 
/**
 * `client_id` of the original.
 */
id: string, 
/**
 * Name of the copy.
 */
name: string, }; response: IssuedSecret };
  /** What was done to a client. */
  clients_history: { request: { 
/**
 * `client_id`.
 */
id: string, 
/**
 * Only before this sequence number (the `next` of the slice before).
 */
before: number | null, 
/**
 * Rows at most, 1 to 500.
 */
limit: number, }; response: Log };
  /** Takes one change of a client back. */
  clients_undo: { request: { 
/**
 * `client_id`.
 */
id: string, 
/**
 * Sequence number of the change.
 */
seq: number, }; response: Client };
  /** What the engine would remark about a client with these changes. */
  clients_lint: { request: { 
/**
 * `client_id`.
 */
id: string, 
/**
 * What is being typed.
 */
changes: ClientChanges, }; response: Linted };
  /** What the engine would remark about a new client. */
  clients_lint_new: { request: { 
/**
 * Name, 1 to 100 characters.
 */
name: string, 
/**
 * Type; cannot be changed to or from `public` later.
 */
clientType: ClientType, 
/**
 * Redirect URIs, each checked as at registration.
 */
redirectUris: Array<string>, 
/**
 * Whether the client's own membership is a project admin (it may then issue magic links over HTTP).
 */
admin: boolean, }; response: Linted };
  /** What the engine remarks about every client of the project. */
  clients_lint_all: { request: Record<symbol, never>; response: LintedAll };
  /** What a client's identity provider would answer, and who that is, or exactly why it is nobody. Writes nothing. */
  identity_provider_dry_run: { request: { 
/**
 * `client_id`.
 */
clientId: string, 
/**
 * Settings that are not saved yet; absent for the client's own.
 */
provider?: IdentityProvider, 
/**
 * An access token of the provider, for a live answer. Not kept and not logged.
 */
accessToken?: string, 
/**
 * An answer to look at instead of calling.
 */
answer?: Pasted, }; response: Verdict };
  /** Calls a client's userinfo endpoint: how long it took, or how far it came. */
  identity_provider_test: { request: { 
/**
 * `client_id`.
 */
clientId: string, 
/**
 * Settings that are not saved yet; absent for the client's own.
 */
provider?: IdentityProvider, }; response: Tested };
  /** Reads a provider's discovery document. */
  identity_provider_discover: { request: { 
/**
 * The provider's issuer, or the address of its discovery document.
 */
url: string, }; response: Discovered };
  /** How a client's identity provider did, as the log tells it. */
  identity_provider_health: { request: { 
/**
 * `client_id`.
 */
clientId: string, }; response: ProviderHealth };
  /** Lists people. */
  people_list: { request: { 
/**
 * Beginnings of names, an e-mail address, an identifier, or a reference such as `Patient/…`; empty matches all.
 */
search: string, 
/**
 * Only this kind.
 */
resourceType: ResourceType | null, 
/**
 * First row, from 0.
 */
offset: number, 
/**
 * Rows at most, 1 to 500.
 */
limit: number, }; response: Page<PersonSummary> };
  /** One person. */
  people_get: { request: { 
/**
 * Membership id.
 */
membershipId: string, }; response: Person };
  /** Creates a person. */
  people_create: { request: { 
/**
 * Kind of profile.
 */
resourceType: ResourceType, 
/**
 * Given names, separated by spaces.
 */
given: string, 
/**
 * Family name.
 */
family: string, 
/**
 * ISO date; empty for none.
 */
birthDate: string, 
/**
 * Record number; empty for none.
 */
identifier: string, 
/**
 * E-mail address; empty for none.
 */
email: string, 
/**
 * Password, at least 8 characters; empty for none (then only a magic link or a provider signs the person in).
 */
password: string, 
/**
 * External id at an identity provider; empty for none.
 */
externalId: string, 
/**
 * Project admin.
 */
admin: boolean, 
/**
 * May issue magic links, and nothing else.
 */
desk: boolean, 
/**
 * Name of an access policy; empty for none.
 */
accessPolicy: string, }; response: Person };
  /** Changes a person's rights. */
  people_update: { request: { 
/**
 * Membership id.
 */
membershipId: string, 
/**
 * Membership active.
 */
active?: boolean, 
/**
 * Project admin.
 */
admin?: boolean, 
/**
 * Desk right.
 */
desk?: boolean, 
/**
 * External id; empty clears.
 */
externalId?: string, 
/**
 * Name of an access policy; empty clears.
 */
accessPolicy?: string, 
/**
 * Whether the person must have a second factor.
 */
secondFactorRequired?: boolean, }; response: Person };
  /** Ends one sign-in of a person. */
  people_revoke_session: { request: { 
/**
 * Membership id.
 */
membershipId: string, 
/**
 * `login_id`.
 */
loginId: string, }; response: Person };
  /** Makes a link with which a person chooses a password, once. It cannot be read again. */
  people_issue_password_link: { request: { 
/**
 * Membership id.
 */
membershipId: string, 
/**
 * Seconds it works, 600 to 604800.
 */
expiresIn: number, }; response: IssuedPasswordLink };
  /** Gives a person another password; what they are signed in to ends. */
  people_set_password: { request: { 
/**
 * Membership id.
 */
membershipId: string, 
/**
 * Password, at least 8 characters.
 */
password: string, }; response: Person };
  /** Takes a person's second factor away: the phone was lost. */
  people_reset_second_factor: { request: { 
/**
 * Membership id.
 */
membershipId: string, }; response: Person };
  /** What the desk may choose from. */
  magic_links_options: { request: Record<symbol, never>; response: Choices };
  /** Issues a magic link. */
  magic_links_issue: { request: { 
/**
 * For whom.
 */
membershipId: string, 
/**
 * To which client application.
 */
clientId: string, 
/**
 * How it is handed over.
 */
handOver: HandOver, 
/**
 * Ask for a PIN (`tx_code`) as well.
 */
pin: boolean, 
/**
 * `en`, `de` or `es`: what its page speaks. Absent: whatever the phone asks for.
 */
language?: string, 
/**
 * Whose phone it is for. Absent: the person's own.
 */
phone?: Phone, }; response: Card };
  /** Shows a link again, while the app holds its code in memory. */
  magic_links_show: { request: { 
/**
 * Id of the link.
 */
id: string, }; response: Card };
  /** One link's state. */
  magic_links_get: { request: { 
/**
 * Id of the link.
 */
id: string, }; response: MagicLink };
  /** The board. */
  magic_links_list: { request: { 
/**
 * Beginnings of names; empty matches all.
 */
search: string, 
/**
 * Only this state.
 */
state: LinkState | null, 
/**
 * First row, from 0.
 */
offset: number, 
/**
 * Rows at most, 1 to 500.
 */
limit: number, }; response: Board };
  /** Takes a link back. */
  magic_links_revoke: { request: { 
/**
 * Id of the link.
 */
id: string, }; response: MagicLink };
  /** Issues a new link in place of an old one, which dies. */
  magic_links_reissue: { request: { 
/**
 * Id of the link.
 */
id: string, }; response: Card };
  /** Shows what would be printed. */
  magic_links_print: { request: { 
/**
 * Ids of the links.
 */
ids: Array<string>, 
/**
 * The paper.
 */
paper: Paper, 
/**
 * `en`, `de` or `es`.
 */
language: string, 
/**
 * A second language beside the first.
 */
secondLanguage: string | null, 
/**
 * How far the clock of this place is ahead of UTC when the links end, in minutes.
 */
utcOffsetMinutes: number, 
/**
 * Whether first name and initial are printed.
 */
withName: boolean, }; response: SheetPreview };
  /** Saves sheets as PDF. */
  magic_links_save_sheets: { request: { 
/**
 * Ids of the links.
 */
ids: Array<string>, 
/**
 * The paper.
 */
paper: Paper, 
/**
 * `en`, `de` or `es`.
 */
language: string, 
/**
 * A second language beside the first.
 */
secondLanguage: string | null, 
/**
 * How far the clock of this place is ahead of UTC when the links end, in minutes.
 */
utcOffsetMinutes: number, 
/**
 * Whether first name and initial are printed.
 */
withName: boolean, }; response: SavedSheets };
  /** Checks a pasted list of people, line by line. */
  magic_links_check_batch: { request: { 
/**
 * One person a line: a name, an e-mail address, an identifier, or the id of a profile or membership; or fields
 * with one of them, divided by comma, semicolon or tab.
 */
text: string, 
/**
 * To which client application.
 */
clientId: string, }; response: CheckedBatch };
  /** Issues links to many people; who has one already gets no second one. */
  magic_links_issue_batch: { request: { 
/**
 * For whom, each once.
 */
membershipIds: Array<string>, 
/**
 * To which client application.
 */
clientId: string, 
/**
 * How they are handed over.
 */
handOver: HandOver, 
/**
 * Ask for a PIN (`tx_code`) as well.
 */
pin: boolean, 
/**
 * `en`, `de` or `es`: what their pages speak. Absent: whatever each phone asks for.
 */
language?: string, }; response: IssuedBatch };
  /** Locks the window to the desk. */
  desk_enter: { request: { 
/**
 * In whose name the desk acts: a member with the desk right, or an admin.
 */
membershipId: string, 
/**
 * Seconds without a touch after which the screen is cleared, 15 to 3600.
 */
idleSeconds: number, }; response: DeskState };
  /** Unlocks it, with an admin's password. */
  desk_leave: { request: { 
/**
 * E-mail address of a project admin.
 */
email: string, 
/**
 * Their password.
 */
password: string, }; response: Left };
  /** The log. */
  activity_list: { request: { 
/**
 * Only events of this kind, such as `token_issued`; empty for all.
 */
kind: string, 
/**
 * Only refusals.
 */
refusedOnly: boolean, 
/**
 * Only events about this client, membership, or link id; empty for all.
 */
about: string, 
/**
 * Only events about this client; absent for all.
 */
client: string | null, 
/**
 * Only events at or after these Unix seconds.
 */
from: number | null, 
/**
 * Only events before these Unix seconds.
 */
until: number | null, 
/**
 * Only events before this sequence number (the `next` of the page before).
 */
before: number | null, 
/**
 * Rows at most, 1 to 500.
 */
limit: number, }; response: Log };
  /** A chunk of the log as a file. */
  activity_export: { request: { 
/**
 * Which events.
 */
selection: Selection, 
/**
 * As what.
 */
format: Format, 
/**
 * The `next` of the chunk before; absent for the first.
 */
before: number | null, }; response: Chunk };
  /** Walks the chain of the log. */
  activity_verify: { request: Record<symbol, never>; response: Verified };
  /** What the playground may choose from. */
  playground_options: { request: Record<symbol, never>; response: PlaygroundChoices };
  /** Begins a run. */
  playground_run: { request: { 
/**
 * Base URL of another issuer; empty for this engine.
 */
issuer: string, 
/**
 * `client_id`.
 */
clientId: string, 
/**
 * The client's secret; empty for none.
 */
clientSecret: string, 
/**
 * `grant_type`, or `auth_exchange`.
 */
grant: string, 
/**
 * Scope, in words.
 */
scope: Array<string>, 
/**
 * How the answer of the browser comes back.
 */
returnBy: ReturnBy, 
/**
 * Where it comes back; empty for the one that fits.
 */
redirectUri: string, 
/**
 * For the pages without a browser; empty otherwise.
 */
email: string, 
/**
 * For the pages without a browser; empty otherwise.
 */
password: string, 
/**
 * Membership the pre-authorized code is for, or that is signed in as persona; empty otherwise.
 */
membershipId: string, 
/**
 * A token or code that the grant begins with (refresh token, subject token, pre-authorized code); empty otherwise.
 */
token: string, 
/**
 * What is done with the tokens, in order.
 */
afterwards: Array<string>, 
/**
 * What is made to fail.
 */
failures: Array<Switch>, 
/**
 * For the Token Vault; absent for every other grant.
 */
vault?: VaultRun, }; response: RunShown };
  /** A run, as it stands: both sides. */
  playground_get: { request: { 
/**
 * Its id.
 */
id: string, }; response: RunShown };
  /** Hands in what a deep link brought back. */
  playground_return: { request: { 
/**
 * `state`
 */
state: string, 
/**
 * `code`
 */
code: string | null, 
/**
 * `iss`
 */
iss: string | null, 
/**
 * `error`
 */
error: string | null, 
/**
 * `error_description`
 */
errorDescription: string | null, }; response: HandedIn };
  /** Ends a run that waits. */
  playground_cancel: { request: { 
/**
 * Its id.
 */
id: string, }; response: RunShown };
  /** Takes a token apart. */
  playground_inspect: { request: { 
/**
 * The run; empty for a pasted token.
 */
run: string, 
/**
 * `access_token`, `refresh_token` or `id_token`; the token itself when it was pasted.
 */
token: string, 
/**
 * Another token of the run, or another pasted one, to compare with; empty for none.
 */
other: string, }; response: Inspection };
  /** What a token for a person would say, by the code that makes them. The token itself is not given. */
  playground_preview: { request: { 
/**
 * `client_id`.
 */
clientId: string, 
/**
 * Membership of the person.
 */
membershipId: string, 
/**
 * Scope that is asked for; empty for the client's default.
 */
scope: Array<string>, }; response: Previewed };
  /** A run to take along, without its secrets. */
  playground_export: { request: { 
/**
 * The run.
 */
id: string, 
/**
 * In which form.
 */
format: ExportFormat, 
/**
 * One step, by its number; `null` for all.
 */
step: number | null, }; response: RunExported };
  /** Keeps a run under a name, without anything secret. */
  playground_save: { request: { 
/**
 * The run.
 */
id: string, 
/**
 * Its name.
 */
name: string, }; response: SavedRow };
  /** The runs that are kept. */
  playground_saved: { request: Record<symbol, never>; response: SavedRuns };
  /** A kept run: what to ask for to run it again, and what came of it. */
  playground_open_saved: { request: { 
/**
 * Its id.
 */
id: string, }; response: SavedShown };
  /** Gives a kept run another name. */
  playground_rename_saved: { request: { 
/**
 * The kept run.
 */
id: string, 
/**
 * Its name.
 */
name: string, }; response: SavedRow };
  /** Deletes a kept run. */
  playground_delete_saved: { request: { 
/**
 * Its id.
 */
id: string, }; response: SavedRuns };
  /** What differs between two runs, in memory or kept. */
  playground_compare: { request: { 
/**
 * One run.
 */
one: string, 
/**
 * The other.
 */
other: string, }; response: Compared };
  /** Examines one thing about deep links: who is registered, a cold start, a second start. */
  playground_examine_links: { request: { 
/**
 * What.
 */
check: DeepLinkCheck, }; response: DeepLinkFinding };
  /** Registers deep links for this program, then looks again. */
  playground_mend_links: { request: Record<symbol, never>; response: DeepLinkFinding };
  /** Access policies, with what they are about and how many have them. */
  access_policies_list: { request: Record<symbol, never>; response: PolicyList };
  /** One access policy. */
  access_policies_get: { request: { 
/**
 * Id.
 */
id: string, }; response: Policy };
  /** Writes an access policy: a new one, or in place of the version that was seen. */
  access_policies_save: { request: { 
/**
 * Which one; absent makes a new one.
 */
id: string | null, 
/**
 * The version that was seen; absent for a new one.
 */
version: string | null, 
/**
 * Name; unique in the project.
 */
name: string, 
/**
 * What may be done with which resources.
 */
entries: Array<PolicyEntry>, 
/**
 * From where.
 */
ipRules: Array<IpRule>, }; response: Policy };
  /** Deletes an access policy that nobody has. */
  access_policies_delete: { request: { 
/**
 * Id.
 */
id: string, }; response: DeletedPolicy };
  /** Can this person read this? Answered by the function that answers over HTTP. */
  access_policies_can_read: { request: { 
/**
 * Whose rights: a membership.
 */
membershipId: string, 
/**
 * What: `Patient/<id>`.
 */
resource: string, 
/**
 * Scope of the token it would come with; empty for one that says nothing about resources.
 */
scope: string, }; response: CanReadAnswer };
  /** APIs, with the clients that act for them. */
  apis_list: { request: Record<symbol, never>; response: ApiList };
  /** One API. */
  apis_get: { request: { 
/**
 * Id, or `management`, or `my_account`.
 */
id: string, }; response: Api };
  /** Writes an API: a new one, or in place of the version that was seen. */
  apis_save: { request: { 
/**
 * Which one; absent makes a new one.
 */
id: string | null, 
/**
 * The version that was seen; absent for a new one.
 */
version: string | null, 
/**
 * Name.
 */
name: string, 
/**
 * `identifier`; that of an API that is there stays what it is.
 */
identifier: string, 
/**
 * Scopes.
 */
scopes: Array<ScopeOfApi>, 
/**
 * Life of its access tokens, seconds.
 */
tokenLifetime: number, 
/**
 * Whether a refresh token goes along.
 */
allowOfflineAccess: boolean, 
/**
 * Which clients may ask in a person's name.
 */
userAccess: ApiAccess, 
/**
 * Which clients may ask in their own.
 */
clientAccess: ApiAccess, }; response: Api };
  /** Deletes an API with its client grants. */
  apis_delete: { request: { 
/**
 * Id, or `management`, or `my_account`.
 */
id: string, }; response: DeletedApi };
  /** Makes the Custom API Client of an API; its secret is in the answer and nowhere else. */
  apis_link_client: { request: { 
/**
 * Id of the API.
 */
id: string, 
/**
 * Name of the client.
 */
name: string, }; response: IssuedSecret };
  /** Lets a client ask for scopes of an API. */
  apis_save_grant: { request: { 
/**
 * Id of the API, or `management`, or `my_account`.
 */
id: string, 
/**
 * Id of the client.
 */
clientId: string, 
/**
 * In whose name.
 */
subject: GrantSubject, 
/**
 * The scopes.
 */
scopes: Array<string>, 
/**
 * Every scope the API has, those it gets later too.
 */
allScopes: boolean, }; response: Api };
  /** Takes a client grant back. */
  apis_revoke_grant: { request: { 
/**
 * `cgr_…`.
 */
id: string, }; response: Api };
  /** Connections to providers. */
  connections_list: { request: Record<symbol, never>; response: ConnectionList };
  /** One connection. */
  connections_get: { request: { 
/**
 * `con_…`.
 */
id: string, }; response: Connection };
  /** Writes a connection: a new one, or in place of the version that was seen. */
  connections_save: { request: { 
/**
 * Which one; absent makes a new one.
 */
id: string | null, 
/**
 * The version that was seen; absent for a new one.
 */
version: string | null, 
/**
 * Name; that of a connection that is there stays what it is.
 */
name: string, 
/**
 * Strategy; that of a connection that is there stays what it is.
 */
strategy: string, 
/**
 * What can be changed.
 */
settings: ConnectionSettings, 
/**
 * Our secret at the provider; absent leaves the stored one, an empty text takes it away.
 */
clientSecret: string | null, }; response: Connection };
  /** Lets a client use a connection, or no longer. */
  connections_set_client: { request: { 
/**
 * `con_…`.
 */
id: string, 
/**
 * Id of the client.
 */
clientId: string, 
/**
 * Whether it may.
 */
enabled: boolean, }; response: Connection };
  /** Deletes a connection with the accounts people connected through it. */
  connections_delete: { request: { 
/**
 * `con_…`.
 */
id: string, }; response: DeletedConnection };
  /** Names of the access policies of the project. */
  policies_list: { request: Record<symbol, never>; response: Listed };
  /** The sample provider of this program, as it stands. */
  sample_provider_get: { request: Record<symbol, never>; response: SampleProvider };
  /** Starts the sample provider, puts its address on the list of allowed hosts and fills a connection in. */
  sample_provider_start: { request: { 
/**
 * That its address may stand on the project's list of allowed hosts until it is stopped. Without this it is not started.
 */
allowHost: boolean, }; response: SampleProvider };
  /** Ends the sample provider and takes its address off the list of allowed hosts. */
  sample_provider_stop: { request: Record<symbol, never>; response: SampleProvider };
  /** Settings. */
  settings_get: { request: Record<symbol, never>; response: Settings };
  /** Changes settings. */
  settings_update: { request: { 
/**
 * Project name.
 */
projectName?: string, 
/**
 * `rfc` or `medplum`.
 */
dialect?: string, 
/**
 * See [`Settings::revoke_on_replay`].
 */
revokeOnReplay?: boolean, 
/**
 * See [`Settings::desk_phone`]; empty takes it away.
 */
deskPhone?: string, 
/**
 * See [`Settings::rate_limits`].
 */
rateLimits?: RateLimits, 
/**
 * See [`Settings::allowed_outbound_hosts`].
 */
allowedOutboundHosts?: Array<string>, 
/**
 * See [`Settings::domain_configurations`]; replaces all of them.
 */
domainConfigurations?: Array<DomainConfiguration>, }; response: Settings };
  /** Publishes the next signing key. */
  settings_publish_key: { request: { 
/**
 * `ES256` or `RS256`.
 */
alg: string, }; response: Settings };
  /** Serves magic-link pages and OAuth endpoints to the local network, for a while. */
  settings_start_lan: { request: { 
/**
 * For how long, 1 to 720.
 */
minutes: number, }; response: Settings };
  /** Serves the local network no longer. */
  settings_stop_lan: { request: Record<symbol, never>; response: Settings };
  /** Saves the local CA's certificate, and says how each system comes to trust it. */
  settings_save_ca: { request: Record<symbol, never>; response: SavedCa };
  /** Rotates a signing key. */
  settings_rotate_key: { request: { 
/**
 * `ES256` or `RS256`.
 */
alg: string, }; response: Settings };
  /** Backups of the whole store. */
  backups_list: { request: Record<symbol, never>; response: Backups };
  /** Makes a backup while everything goes on. */
  backups_create: { request: Record<symbol, never>; response: Backups };
  /** Deletes a backup. */
  backups_delete: { request: { 
/**
 * Name of its file in the folder of the backups.
 */
file: string, }; response: Backups };
  /** Puts a backup in the place of the store, which is kept. Everybody is signed out, and no link works any longer. */
  backups_restore: { request: { 
/**
 * Name of its file in the folder of the backups.
 */
file: string, }; response: Restored };
  /** What a person connected at providers. */
  vault_accounts: { request: { 
/**
 * Membership id.
 */
membershipId: string, }; response: ConnectedAccounts };
  /** What deleting a connected account would stop. */
  vault_delete_preview: { request: { 
/**
 * `cac_…`.
 */
id: string, }; response: AccountDeletion };
  /** Deletes a connected account. The provider is not told. */
  vault_delete: { request: { 
/**
 * `cac_…`.
 */
id: string, }; response: AccountDeletion };
  /** Begins to connect an account as a person: an address to open in a browser, once. */
  vault_connect: { request: { 
/**
 * Membership id.
 */
membershipId: string, 
/**
 * Name of the connection.
 */
connection: string, 
/**
 * Scopes to ask for in place of the connection's; empty for those.
 */
scopes: Array<string>, }; response: ConnectBegun };
  /** Every condition of an exchange for a person, an API, a client and a connection, by the code that exchanges. */
  vault_ladder: { request: { 
/**
 * Membership id of the person.
 */
membershipId: string, 
/**
 * Identifier of the API: the audience of the person's access token.
 */
api: string, 
/**
 * Id of the client that would exchange.
 */
clientId: string, 
/**
 * Name of the connection.
 */
connection: string, 
/**
 * Id of the client the person uses; absent for any.
 */
applicationId?: string, 
/**
 * `login_hint`; absent for none.
 */
loginHint?: string, 
/**
 * Whether a refresh token of the client would be shown instead of an access token.
 */
refreshToken: boolean, }; response: Ladder };
  /** The workspace file of everything that is stored. */
  workspace_export: { request: { 
/**
 * With our secrets at identity providers, in clear.
 */
withSecrets: boolean, }; response: Exported };
  /** Client applications as Medplum's resources. */
  workspace_export_clients: { request: { 
/**
 * `client_id`s; empty for all. One gives a resource, several give a Bundle.
 */
ids: Array<string>, }; response: Exported };
  /** Reads a workspace file or `ClientApplication` resources, or says what that would do. */
  workspace_import: { request: { 
/**
 * The file.
 */
text: string, 
/**
 * Only say what would happen.
 */
dryRun: boolean, }; response: Imported };
};
