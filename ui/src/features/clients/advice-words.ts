import type { Advice } from "../../api/bindings";
import { isKey, t } from "../../i18n/i18n";
import { ago } from "../../i18n/time";
import type { Tone } from "../../kit/chip";

export const TONES: Record<string, Tone> = { error: "bad", warning: "wait", ok: "ok" };

const SEVERITIES: Record<string, "severity.error" | "severity.warning" | "severity.ok"> = {
  error: "severity.error",
  warning: "severity.warning",
  ok: "severity.ok",
};

export const severityWords = ({ severity }: Advice): string => t(SEVERITIES[severity] ?? "severity.warning");

/** Rules whose value is a moment: `crates/admin/src/commands/clients/advice/rules.rs` says what each value is. */
const MOMENTS = new Set(["retiring_secret_used", "never_used", "unused", "ok"]);

const valuesOf = ({ rule, values }: Advice, now: number) =>
  Object.fromEntries(
    values.map((value, index) => [
      String(index),
      MOMENTS.has(rule) ? ago(Number(value), Math.max(now, Number(value))) : value,
    ]),
  );

/** The sentence of a rule; its values fill `{0}`, `{1}`. A rule the catalogue does not know still says its name. */
export function words(advice: Advice, now: number): string {
  const key = `advice.${advice.rule}`;
  if (!isKey(key)) return [advice.rule.replaceAll("_", " "), ...advice.values].join(" · ");
  return t(key, valuesOf(advice, now));
}

/** What mends it; empty when there is nothing to do. */
export function fixWords({ rule }: Advice): string {
  const key = `fix.${rule}`;
  return isKey(key) ? t(key) : "";
}
