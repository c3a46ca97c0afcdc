// Checks which package may know what: docs/ARCHITECTURE.md's table, on the manifests as Cargo reads them.
//   node scripts/layers.mjs
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import process from "node:process";

const root = path.join(import.meta.dirname, "..");

/** Crates that only some packages may name as a dependency: name pattern → packages. */
const onlyIn = [
  [/^(tauri|wry|tao)(-|$)/, ["anteroom"]],
  [/^(rusqlite|libsqlite3-sys)$/, ["anteroom-store-sqlite"]],
  [/^(tokio-postgres|deadpool-postgres)$/, ["anteroom-store-postgres"]],
  [/^axum(-|$)/, ["anteroom-http", "anteroom-sample-provider", "anteroom-server", "anteroom-testkit", "anteroom"]],
  [/^reqwest$/, ["anteroom-flows", "anteroom-fetch", "anteroom-testkit", "anteroom"]],
];

/** Our own packages that a package may name, tests aside. What is not listed may know every package but the desktop. */
const mayKnow = {
  "anteroom-sentence": [],
  "anteroom-oauth": ["anteroom-sentence"],
  "anteroom-engine": ["anteroom-sentence", "anteroom-oauth", "anteroom-magic-link"],
  "anteroom-store-sqlite": ["anteroom-sentence", "anteroom-oauth", "anteroom-engine"],
  "anteroom-fetch": ["anteroom-engine"],
  "anteroom-http": ["anteroom-sentence", "anteroom-oauth", "anteroom-engine", "anteroom-magic-link"],
  "anteroom-admin": ["anteroom-sentence", "anteroom-oauth", "anteroom-engine", "anteroom-magic-link", "anteroom-flows", "anteroom-sample-provider"],
  "anteroom-flows": ["anteroom-oauth"],
  "anteroom-magic-link": ["anteroom-sentence", "anteroom-oauth"],
  "anteroom-sample-provider": ["anteroom-oauth", "anteroom-engine", "anteroom-http"],
};

/** Crates that must not be anywhere in the tree: TLS and cryptography come from rustls and aws-lc-rs. */
const nowhere = ["openssl", "openssl-sys", "native-tls", "rsa"];

/** What the standards' package must do without (no runtime, no network, no clock of its own), and the engine (no HTTP). */
const pure = {
  "anteroom-oauth": [/^tokio/, /^hyper/, /^time$/, /^getrandom$/, /^rand/],
  "anteroom-engine": [/^hyper/, /^axum/, /^reqwest/],
};

const problems = [];
const cargo = spawnSync("cargo", ["metadata", "--format-version", "1", "--locked"], {
  cwd: root,
  maxBuffer: 1 << 28,
  stdio: ["ignore", "pipe", "inherit"],
});
if (cargo.status !== 0) process.exit(1);
const metadata = JSON.parse(cargo.stdout);
const ours = metadata.packages.filter((one) => metadata.workspace_members.includes(one.id));

for (const one of ours) {
  for (const dependency of one.dependencies) {
    const { name, kind } = dependency;
    const tests = kind === "dev";
    for (const [pattern, packages] of onlyIn) {
      if (pattern.test(name) && !tests && !packages.includes(one.name)) {
        problems.push(`${one.name} depends on ${name}; only ${packages.join(", ")} may`);
      }
    }
    if (tests) continue;
    if (pure[one.name]?.some((pattern) => pattern.test(name))) {
      problems.push(`${one.name} depends on ${name}; it must do without`);
    }
    if (name === "anteroom") problems.push(`${one.name} depends on the desktop; nothing may`);
    const allowed = mayKnow[one.name];
    if (allowed && name.startsWith("anteroom-") && !allowed.includes(name)) {
      problems.push(`${one.name} depends on ${name}; it may know ${allowed.join(", ") || "none of our packages"}`);
    }
  }
}

for (const one of metadata.packages) {
  if (nowhere.includes(one.name)) problems.push(`${one.name} ${one.version} is in Cargo.lock; it must not be`);
}

/** How a noun looks on another noun's page: the only files of a feature that another feature may import. */
const shared = [
  "features/activity/activity-log",
  "features/activity/trace-table",
  "features/clients/client-picker",
  "features/clients/secret-dialog",
  "features/magic-links/board",
  "features/people/person-line",
  "features/people/person-select",
  "features/settings/allowed-hosts",
  "features/vault/connected-accounts",
  "features/vault/sample-provider",
];

/** The screens: Tauri behind one file, and no feature imports another, but for what is shared. */
const screens = path.join(root, "ui", "src");
for (const file of existsSync(screens) ? readdirSync(screens, { recursive: true }) : []) {
  if (!/\.tsx?$/.test(file)) continue;
  const text = readFileSync(path.join(screens, file), "utf8");
  const feature = file.match(/^features\/([^/]+)\//)?.[1];
  for (const [, source] of text.matchAll(/\bfrom\s+"([^"]+)"/g)) {
    if (source.startsWith("@tauri-apps/") && !/^api\/call\.(ts|test\.ts)$/.test(file)) {
      problems.push(`ui/src/${file} imports ${source}; only api/call.ts may`);
    }
    const target = source.startsWith(".")
      ? path.join(path.dirname(file), source)
      : source.replace(/^[@~]\//, "");
    const other = target.match(/^features\/([^/]+)\//)?.[1];
    if (feature && other && other !== feature && !shared.includes(target)) {
      problems.push(`ui/src/${file} imports ${target} of another feature; what is shared stands in kit/ and api/`);
    }
  }
}

for (const problem of problems) console.error(`layers: ${problem}`);
if (problems.length > 0) process.exit(1);
console.log(`layers: ${ours.length} packages and ${metadata.packages.length} crates keep to their layers`);
