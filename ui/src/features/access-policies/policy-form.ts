import type { IpRule, Policy, PolicyEntry } from "../../api/bindings";
import type { Form } from "../../app/editor";
import { t } from "../../i18n/i18n";

/** What the editor changes. */
export type Draft = { name: string; entries: PolicyEntry[]; ipRules: IpRule[] };

export const EMPTY_ENTRY: PolicyEntry = {
  resourceType: "",
  criteria: "",
  readonly: false,
  interaction: [],
  hiddenFields: [],
  readonlyFields: [],
  other: {},
};

export const EMPTY_RULE: IpRule = { name: "", value: "", block: true };

export const POLICY_FORM: Form<Policy, Draft> = {
  empty: { name: "", entries: [{ ...EMPTY_ENTRY, resourceType: "Patient" }], ipRules: [] },
  draftOf: ({ name, entries, ipRules }) => ({ name, entries, ipRules }),
  differing,
};

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** How many things differ: the name, each entry, each rule. */
function differing(before: Draft, after: Draft): number {
  const count = (one: readonly unknown[], other: readonly unknown[]) =>
    Array.from({ length: Math.max(one.length, other.length) }).filter((_, at) => !same(one[at], other[at]))
      .length;
  return (
    Number(before.name !== after.name) +
    count(before.entries, after.entries) +
    count(before.ipRules, after.ipRules)
  );
}

/** The list with one item replaced, or without it. */
export const withItem = <T>(list: readonly T[], at: number, item: T | null): T[] =>
  list.flatMap((own, index) => (index === at ? (item === null ? [] : [item]) : [own]));

/** The list with two neighbours swapped; the first entry that fits decides, so their order matters. */
export function moved<T>(list: readonly T[], at: number, step: -1 | 1): T[] {
  const [one, other] = [list[at], list[at + step]];
  if (one === undefined || other === undefined) return [...list];
  return list.map((own, index) => (index === at ? other : index === at + step ? one : own));
}

/** The entry an engine's complaint is about, counted from 0, and the complaint without it. */
export function complaint(message: string): { entry: number | null; text: string } {
  // the sentences about an entry begin with its heading (ui/tests/catalogue)
  const found = new RegExp(`^${t("policies.entry", { number: "(\\d+)" })}: (.*)$`, "s").exec(message);
  return found ? { entry: Number(found[1]) - 1, text: found[2] ?? message } : { entry: null, text: message };
}
