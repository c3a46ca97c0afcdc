import type { TraceCheck } from "../../api/bindings";
import { t, tNamed } from "../../i18n/i18n";
import { Differing } from "../../kit/compare";
import classes from "./activity.module.css";

/** What the engine checked, in order, with the two values where a check failed. */
export function TraceTable({ trace }: { trace: readonly TraceCheck[] }) {
  return (
    <table className={classes.trace}>
      <thead>
        <tr>
          <th scope="col">{t("trace.verdict")}</th>
          <th scope="col">{t("trace.check")}</th>
          <th scope="col">{t("trace.expected")}</th>
          <th scope="col">{t("trace.found")}</th>
        </tr>
      </thead>
      <tbody>
        {trace.map((check) => (
          <tr key={check.check} data-failed={!check.passed || undefined}>
            <td>
              <span aria-hidden className={check.passed ? classes.held : classes.failed}>
                {check.passed ? "✓" : "✕"}
              </span>{" "}
              {check.passed ? t("trace.held") : t("trace.failed")}
            </td>
            <td>
              {tNamed("check", check.check)} <code className={classes.name}>{check.check}</code>
            </td>
            <td>
              {check.expected !== null && <Differing text={check.expected} other={check.found ?? ""} />}
            </td>
            <td>{check.found !== null && <Differing text={check.found} other={check.expected ?? ""} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
