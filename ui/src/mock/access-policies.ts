import type { CanReadAnswer, Policy, PolicyEntry, PolicyVerdict } from "../api/bindings";
import type { Req, Res } from "../api/call";
import { db, policies as names, nextId } from "./db";
import { happened, tell } from "./log";
import { findPerson } from "./people";
import { refuse, sentinel } from "./refuse";

type Stored = Omit<Policy, "members" | "memberCount" | "version"> & { written: number };

const entry = (resourceType: string, more: Partial<PolicyEntry> = {}): PolicyEntry => ({
  resourceType,
  criteria: "",
  readonly: false,
  interaction: [],
  hiddenFields: [],
  readonlyFields: [],
  other: {},
  ...more,
});

const SEEDS: Record<string, Pick<Policy, "entries" | "ipRules">> = {
  "Patient sees own record": {
    entries: [
      entry("Patient", {
        criteria: "Patient?_compartment=%patient",
        readonlyFields: ["birthDate", "identifier"],
      }),
      entry("Practitioner", { readonly: true, hiddenFields: ["telecom", "address"] }),
    ],
    ipRules: [],
  },
  Staff: {
    entries: [entry("Patient"), entry("RelatedPerson"), entry("Practitioner", { readonly: true })],
    ipRules: [
      { name: "Clinic", value: "10.", block: false },
      { name: "", value: "*", block: true },
    ],
  },
  "Lab results only": {
    entries: [entry("Patient", { interaction: ["read"], hiddenFields: ["address"] })],
    ipRules: [],
  },
};

const stored: Stored[] = names.map((name) => ({
  id: nextId(),
  name,
  written: 1,
  ...(SEEDS[name] ?? { entries: [], ipRules: [] }),
}));

const holders = (name: string): string[] =>
  db.people.filter((person) => person.accessPolicy === name).map((person) => person.summary.name);

const find = (id: string): Stored =>
  stored.find((policy) => policy.id === id) ?? refuse("not_found", "There is no access policy with this id.");

function whole({ written, ...policy }: Stored): Policy {
  const members = holders(policy.name);
  return { ...policy, members: members.slice(0, 10), memberCount: members.length, version: String(written) };
}

/** The engine checks more; this is enough to see how a complaint looks. */
function check(entries: readonly PolicyEntry[]) {
  for (const [at, { resourceType, criteria }] of entries.entries()) {
    const say = (text: string) => refuse("invalid", `Entry ${at + 1}: ${text}`, "resource");
    if (!/^([A-Z][A-Za-z0-9]*|\*)$/.test(resourceType)) {
      say(`resourceType "${resourceType}" is no resource type; write one such as Patient, or *.`);
    }
    if (criteria !== "" && !criteria.startsWith(`${resourceType}?`)) {
      say(`criteria "${criteria}": criteria are written as ${resourceType}?name=value.`);
    }
  }
}

function verdicts(policy: Stored | undefined, admin: boolean, type: string): PolicyVerdict[] {
  return ["read", "search", "create", "update", "delete"].map((interaction) => {
    const writes = !["read", "search"].includes(interaction);
    if (["Project", "ProjectMembership"].includes(type)) {
      return { interaction, allowed: admin, rule: admin ? "project_admin" : "admin_only", entry: null };
    }
    if (writes && !admin && ["ClientApplication", "AccessPolicy"].includes(type)) {
      return { interaction, allowed: false, rule: "admin_only", entry: null };
    }
    if (!policy) return { interaction, allowed: true, rule: "no_policy", entry: null };
    const named = policy.entries.findIndex((one) => [type, "*"].includes(one.resourceType));
    const found = policy.entries[named];
    if (!found) return { interaction, allowed: false, rule: "no_entry", entry: null };
    const chosen = found.interaction.length === 0 || found.interaction.includes(interaction);
    return chosen && !(writes && found.readonly)
      ? { interaction, allowed: true, rule: "entry", entry: named + 1 }
      : { interaction, allowed: false, rule: "no_interaction", entry: null };
  });
}

export const accessPolicies = {
  list: (): Res<"access_policies_list"> => ({
    items: [...stored]
      .sort((one, other) => one.name.localeCompare(other.name))
      .map(({ id, name, entries, ipRules }) => ({
        id,
        name,
        resourceTypes: [...new Set(entries.map(({ resourceType }) => resourceType))],
        ipRuleCount: ipRules.length,
        memberCount: holders(name).length,
      })),
  }),
  get: ({ id }: Req<"access_policies_get">): Res<"access_policies_get"> => whole(find(id)),
  save({ id, version, name, entries, ipRules }: Req<"access_policies_save">): Res<"access_policies_save"> {
    sentinel(name, "name");
    if (name.trim() === "") refuse("invalid", "The name is empty; give it at least one character.", "name");
    if (stored.some((policy) => policy.name === name && policy.id !== id)) {
      refuse(
        "conflict",
        `There is an access policy named "${name}" already; give this one another name.`,
        "name",
      );
    }
    check(entries);
    if (id === null) {
      const made: Stored = { id: nextId(), name, entries, ipRules, written: 1 };
      stored.push(made);
      names.push(name);
      happened("access_policy_written");
      tell("access_policies");
      return whole(made);
    }
    const policy = find(id);
    if (version !== String(policy.written)) {
      refuse("conflict", `Somebody changed "${policy.name}" meanwhile. Load it again and repeat the change.`);
    }
    Object.assign(policy, { name, entries, ipRules, written: policy.written + 1 });
    happened("access_policy_written");
    tell("access_policies");
    return whole(policy);
  },
  delete({ id }: Req<"access_policies_delete">): Res<"access_policies_delete"> {
    const policy = find(id);
    const members = holders(policy.name);
    if (members.length > 0) {
      refuse(
        "conflict",
        `"${policy.name}" is the access policy of ${members[0]}. Give them another one first.`,
      );
    }
    stored.splice(stored.indexOf(policy), 1);
    names.splice(names.indexOf(policy.name), 1);
    happened("access_policy_deleted");
    tell("access_policies");
    return { name: policy.name };
  },
  canRead({ membershipId, resource }: Req<"access_policies_can_read">): CanReadAnswer {
    const person = findPerson(membershipId);
    const [type = "", id = ""] = resource.split("/");
    if (type === "Patient" && !db.people.some(({ summary }) => summary.profile === resource)) {
      refuse("invalid", `There is no Patient with the id "${id}" in this project.`, "resource");
    }
    const policy = stored.find(({ name }) => name === person.accessPolicy);
    const all = verdicts(policy, person.summary.admin, type);
    const deciding = policy?.entries[(all[0]?.entry ?? 0) - 1];
    return {
      allowed: all[0]?.allowed ?? false,
      policy: policy?.name ?? null,
      verdicts: all,
      hiddenFields: deciding?.hiddenFields ?? [],
    };
  },
};
