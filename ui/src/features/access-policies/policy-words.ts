import type { DecidedBy, PolicyVerdict } from "../../api/bindings";
import { type Key, t } from "../../i18n/i18n";

/** The interactions of a policy, in the engine's order. */
export const INTERACTIONS = ["read", "search", "create", "update", "delete"] as const;

const INTERACTION_WORDS: Record<string, Key> = {
  read: "policies.read",
  search: "policies.searching",
  create: "policies.creating",
  update: "policies.updating",
  delete: "policies.deleting",
};

const RULES: Record<DecidedBy, Key> = {
  no_policy: "policies.ruleNoPolicy",
  own_record: "policies.ruleOwnRecord",
  own_record_only: "policies.ruleOwnRecordOnly",
  entry: "policies.ruleEntry",
  project_admin: "policies.ruleProjectAdmin",
  admin_only: "policies.ruleAdminOnly",
  no_entry: "policies.ruleNoEntry",
  no_interaction: "policies.ruleNoInteraction",
  no_match: "policies.ruleNoMatch",
  scope: "policies.ruleScope",
  inactive: "policies.ruleInactive",
};

export function interactionWords(interaction: string): string {
  const key = INTERACTION_WORDS[interaction];
  return key ? t(key) : interaction;
}

/** Why, in one sentence. */
export const ruleWords = (verdict: PolicyVerdict, policy: string | null): string =>
  t(RULES[verdict.rule], { policy: policy ?? "", entry: verdict.entry ?? "" });
