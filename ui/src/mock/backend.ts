/** The whole product without an engine, for development, tests and pictures. No production build contains it. */
import { renderSVG } from "uqr";
import type { Backend, Name, Req, Res } from "../api/call";
import { accessPolicies } from "./access-policies";
import { backups } from "./backups";
import { clients } from "./clients";
import { BASE_URL, db, nextId, now, policies, scenario } from "./db";
import { identityProvider } from "./identity-provider";
import { activityExport, activityList, happened, listeners, tell } from "./log";
import { isOutstanding, magicLinks, seedLinks } from "./magic-links";
import { findPerson, people } from "./people";
import { playground } from "./playground";
import { refuse } from "./refuse";
import { apisMock, connectionsMock, sampleProviderMock, vaultMock } from "./vault";
import { workspace } from "./workspace";

const engine = () => ({
  running: scenario !== "stopped",
  baseUrl: BASE_URL,
  tlsBaseUrl: null,
  problem:
    scenario === "stopped"
      ? "Port 8103 is taken by another program (node, process 4711). Close it, or start Anteroom with another port."
      : null,
  version: "0.1.0",
});

const project = () =>
  db.projectName === null
    ? null
    : { id: "8a5c1f8e-3b0e-4d52-9a0f-6c1d2e3f4a5b", name: db.projectName, dialect: db.settings.dialect };

const CA_FINGERPRINT = Array.from({ length: 32 }, (_, at) =>
  ((at * 37 + 11) % 256).toString(16).padStart(2, "0"),
)
  .join(":")
  .toUpperCase();

const settings = (): Res<"settings_get"> => ({
  project: project() ?? refuse("setup_needed", "Set up the project first."),
  revokeOnReplay: db.settings.revokeOnReplay,
  deskPhone: db.settings.deskPhone,
  rateLimits: db.settings.rateLimits,
  allowedOutboundHosts: db.settings.allowedOutboundHosts,
  domainConfigurations: db.settings.domainConfigurations,
  lan: db.lan,
  engine: engine(),
  dataDir: "/home/maria/.local/share/dev.anteroom.desktop",
  masterKey: "keychain",
  signingKeys: db.settings.signingKeys,
});

/** Leaving a command out, or answering in another shape, is a type error. */
const commands: { [N in Name]: (request: Req<N>) => Res<N> } = {
  home_get: () => ({
    engine: engine(),
    project: project(),
    checklist: [
      { step: "client", done: db.clients.length > 0 },
      { step: "person", done: db.people.length > 1 },
      { step: "link", done: db.links.length > 0 },
      { step: "redeemed", done: db.links.some((link) => link.state === "redeemed") },
    ],
    outstandingLinks: db.links.filter(isOutstanding).length,
    recent: db.desk ? [] : db.log.slice(0, 6),
    desk: db.desk,
  }),
  setup_complete({ projectName, given, family, email }) {
    if (projectName === "error-field") refuse("invalid", "A project has this name already.", "projectName");
    db.projectName = projectName;
    const admin = people.create({
      resourceType: "Practitioner",
      given,
      family,
      email,
      birthDate: "",
      identifier: "",
      password: "",
      externalId: "",
      admin: true,
      desk: true,
      accessPolicy: "",
    });
    happened("project_created");
    tell("home");
    return { project: settings().project, membershipId: admin.summary.membershipId };
  },
  clients_list: clients.list,
  clients_get: clients.get,
  clients_create: clients.create,
  clients_update: clients.update,
  clients_add_redirect_uri: clients.addRedirectUri,
  clients_remove_redirect_uri: clients.removeRedirectUri,
  clients_rotate_secret: clients.rotateSecret,
  clients_retire_secret: clients.retireSecret,
  clients_set_status: clients.setStatus,
  clients_delete: clients.delete,
  clients_delete_preview: clients.deletePreview,
  clients_list_deleted: clients.listDeleted,
  clients_restore: clients.restore,
  clients_duplicate: clients.duplicate,
  clients_history: clients.history,
  clients_undo: clients.undo,
  clients_lint: clients.lint,
  clients_lint_new: clients.lintNew,
  clients_lint_all: clients.lintAll,
  people_list: people.list,
  people_get: people.get,
  people_create: people.create,
  people_update: people.update,
  people_revoke_session: people.revokeSession,
  people_issue_password_link: people.issuePasswordLink,
  people_set_password: people.setPassword,
  people_reset_second_factor: people.resetSecondFactor,
  magic_links_options: magicLinks.options,
  magic_links_issue: magicLinks.issue,
  magic_links_show: magicLinks.show,
  magic_links_get: magicLinks.get,
  magic_links_list: magicLinks.list,
  magic_links_revoke: magicLinks.revoke,
  magic_links_reissue: magicLinks.reissue,
  magic_links_print: magicLinks.print,
  magic_links_save_sheets: magicLinks.saveSheets,
  magic_links_check_batch: magicLinks.checkBatch,
  magic_links_issue_batch: magicLinks.issueBatch,
  desk_enter({ membershipId, idleSeconds }) {
    db.desk = { person: findPerson(membershipId).summary.name, idleSeconds };
    tell("settings");
    return db.desk;
  },
  desk_leave({ email, password }) {
    if (email !== "maria@example.org" || password === "")
      refuse("invalid", "E-mail address and password do not fit together.", "password");
    db.desk = null;
    tell("settings");
    return {};
  },
  identity_provider_dry_run: identityProvider.dryRun,
  identity_provider_test: identityProvider.test,
  identity_provider_discover: identityProvider.discover,
  identity_provider_health: identityProvider.health,
  activity_list: activityList,
  activity_export: activityExport,
  activity_verify: () => ({ checked: db.log.length, firstBad: null }),
  playground_options: playground.options,
  playground_run: playground.run,
  playground_get: playground.get,
  playground_return: () => ({ run: null }),
  playground_cancel: playground.cancel,
  playground_inspect: playground.inspect,
  playground_preview: playground.preview,
  playground_export: playground.take,
  playground_save: playground.save,
  playground_saved: playground.saved,
  playground_open_saved: playground.openSaved,
  playground_rename_saved: playground.rename,
  playground_delete_saved: playground.remove,
  playground_compare: playground.compare,
  playground_examine_links: playground.examine,
  playground_mend_links: playground.mend,
  access_policies_list: accessPolicies.list,
  access_policies_get: accessPolicies.get,
  access_policies_save: accessPolicies.save,
  access_policies_delete: accessPolicies.delete,
  access_policies_can_read: accessPolicies.canRead,
  apis_list: apisMock.list,
  apis_get: apisMock.get,
  apis_save: apisMock.save,
  apis_delete: apisMock.delete,
  apis_link_client: apisMock.linkClient,
  apis_save_grant: apisMock.saveGrant,
  apis_revoke_grant: apisMock.revokeGrant,
  connections_list: connectionsMock.list,
  connections_get: connectionsMock.get,
  connections_save: connectionsMock.save,
  connections_set_client: connectionsMock.setClient,
  connections_delete: connectionsMock.delete,
  vault_accounts: vaultMock.accounts,
  vault_delete_preview: vaultMock.deletePreview,
  vault_delete: vaultMock.delete,
  vault_connect: vaultMock.connect,
  vault_ladder: vaultMock.ladder,
  policies_list: () => ({ names: policies }),
  sample_provider_get: sampleProviderMock.get,
  sample_provider_start: sampleProviderMock.start,
  sample_provider_stop: sampleProviderMock.stop,
  settings_get: settings,
  settings_update({
    projectName,
    dialect,
    revokeOnReplay,
    deskPhone,
    rateLimits,
    allowedOutboundHosts,
    domainConfigurations,
  }) {
    const wrong = allowedOutboundHosts?.find((host) => !/^[^:/]+:\d+$/.test(host));
    if (wrong !== undefined) {
      refuse(
        "invalid",
        `"${wrong}" is not written host:port; write it as idp.example.org:443.`,
        "allowedOutboundHosts",
      );
    }
    db.settings.allowedOutboundHosts = allowedOutboundHosts ?? db.settings.allowedOutboundHosts;
    const odd = domainConfigurations?.find(({ domain }) => !domain.includes("."));
    if (odd !== undefined) {
      refuse(
        "invalid",
        `"${odd.domain}" is no domain in lower case, such as example.org.`,
        "domainConfigurations",
      );
    }
    db.settings.domainConfigurations = domainConfigurations ?? db.settings.domainConfigurations;
    const before = { projectName: db.projectName, dialect: db.settings.dialect };
    db.projectName = projectName ?? db.projectName;
    db.settings.dialect = dialect ?? db.settings.dialect;
    db.settings.revokeOnReplay = revokeOnReplay ?? db.settings.revokeOnReplay;
    if (deskPhone !== undefined) db.settings.deskPhone = deskPhone || null;
    db.settings.rateLimits = rateLimits ?? db.settings.rateLimits;
    happened("project_updated", { before, after: { ...before, projectName, dialect } });
    tell("settings");
    return settings();
  },
  settings_publish_key({ alg }) {
    if (db.settings.signingKeys.some((key) => key.alg === alg && key.state === "next")) {
      refuse("conflict", `The next ${alg} key is published already.`, "alg");
    }
    const kid = nextId().slice(-10);
    db.settings.signingKeys.unshift({ kid, alg, state: "next", createdAt: now(), leavesAt: null });
    happened("signing_key_published", { after: { alg } });
    tell("settings");
    return settings();
  },
  settings_start_lan({ minutes }) {
    const baseUrl = "https://192.168.1.20:8443/";
    db.lan = {
      baseUrl,
      until: now() + minutes * 60,
      qrSvg: renderSVG(`${baseUrl}in`, { ecc: "M", border: 4 }),
      trustUrl: `${baseUrl}in/trust`,
      trustQrSvg: renderSVG(`${baseUrl}in/trust`, { ecc: "M", border: 4 }),
      caFingerprint: CA_FINGERPRINT,
    };
    tell("settings");
    return settings();
  },
  settings_stop_lan() {
    db.lan = null;
    tell("settings");
    return settings();
  },
  settings_save_ca() {
    const path = "/home/ada/Downloads/anteroom-ca.crt";
    return {
      path,
      fingerprint: CA_FINGERPRINT,
      windows: `certutil -user -addstore Root "${path}"`,
      macos: `security add-trusted-cert -r trustRoot "${path}"`,
      linux: `sudo cp "${path}" /usr/local/share/ca-certificates/ && sudo update-ca-certificates`,
      chromium: `certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n "Anteroom local CA" -i "${path}"`,
    };
  },
  settings_rotate_key({ alg }) {
    const next = db.settings.signingKeys.find((key) => key.alg === alg && key.state === "next");
    for (const key of db.settings.signingKeys) {
      if (key.alg === alg && key.state === "current") {
        Object.assign(key, { state: "previous", leavesAt: now() + 14 * 86_400 });
      }
    }
    if (next) next.state = "current";
    else {
      const kid = nextId().slice(-10);
      db.settings.signingKeys.unshift({ kid, alg, state: "current", createdAt: now(), leavesAt: null });
    }
    happened("signing_key_rotated", { after: { alg } });
    tell("settings");
    return settings();
  },
  backups_list: backups.list,
  backups_create: backups.create,
  backups_delete: backups.delete,
  backups_restore: backups.restore,
  workspace_export: workspace.export,
  workspace_export_clients: workspace.exportClients,
  workspace_import: workspace.import,
};

/** Something to read on Activity: a change, and two refusals with what the engine checked. */
function seedLog() {
  const client = db.clients[0];
  if (!client) return;
  happened("client_updated", {
    client,
    before: { redirectUris: ["https://portal.example.org/callback"], accessTokenLifetime: null },
    after: {
      redirectUris: ["https://portal.example.org/callback", "anteroom://oauth/callback"],
      accessTokenLifetime: "1h",
    },
    at: now() - 7200,
  });
  happened("token_issued", { actor: null, client: db.clients[2], at: now() - 5000 });
  happened("refused", {
    actor: null,
    client,
    refusal: "wrong_secret",
    trace: [
      { check: "client.exists", expected: null, found: null, passed: true },
      { check: "client.status", expected: null, found: null, passed: true },
      {
        check: "client.secret",
        expected: "fingerprint 9f3c-20ab",
        found: "fingerprint 9f3c-77d1",
        passed: false,
      },
    ],
    at: now() - 4000,
  });
  seedLinks();
  happened("refused", {
    actor: null,
    client,
    subject: db.people[5],
    refusal: "code_spent",
    trace: [
      { check: "client.status", expected: null, found: null, passed: true },
      { check: "code.client", expected: null, found: null, passed: true },
      {
        check: "code.redeemed_at",
        expected: "not yet redeemed",
        found: "redeemed 14 minutes ago",
        passed: false,
      },
    ],
    at: now() - 120,
  });
  db.log.sort((one, other) => other.at - one.at);
}

seedLog();

const SLOW_MS = 1500;

export const mockBackend: Backend = {
  async call(name, request) {
    await new Promise((resolve) => setTimeout(resolve, scenario === "slow" ? SLOW_MS : 0));
    const command = commands[name] as (request: unknown) => unknown;
    return structuredClone(command(request));
  },
  listen(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
