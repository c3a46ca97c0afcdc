import type { ClientCheck, EngineSaw, RunShown, StepView, TraceCheck } from "../../api/bindings";
import { adviceOf } from "../../i18n/advice";
import { t, tNamed } from "../../i18n/i18n";
import { CodeBlock } from "../../kit/code-block";
import { Differing } from "../../kit/compare";
import { Panel } from "../../kit/panel";
import classes from "./playground.module.css";
import { checkWords } from "./playground-words";

/** What the engine saw of a step. A browser's requests carry no number: they belong to the pages and to the way back. */
export function sawOf(run: RunShown, step: StepView): EngineSaw[] {
  const own = run.engine.filter((saw) => saw.step === step.number);
  const inBrowser = /^(account_)?(sign_in|return)$/.test(step.name);
  return inBrowser ? run.engine.filter((saw) => saw.step === null) : own;
}

/** The two halves of a step: what was sent and came, and what was checked. */
export function Halves({ run, step }: { run: RunShown; step: StepView }) {
  const refused = step.state === "refused" || step.state === "failed";
  return (
    <div className={classes.halves}>
      <Panel title={t("playground.sent")} tone={refused ? "bad" : "plain"}>
        <Sent step={step} />
      </Panel>
      {run.own ? (
        <Panel
          title={t("playground.engineChecked")}
          tone={sawOf(run, step).some((saw) => saw.refusal) ? "bad" : "plain"}
        >
          <Saw run={run} step={step} />
        </Panel>
      ) : (
        <Panel title={t("playground.foreign")}>
          <p className={classes.quiet}>{t("playground.foreignHelp")}</p>
        </Panel>
      )}
    </div>
  );
}

const plain = (message: StepView["request"]): string => {
  if (!message) return "";
  const headers = message.headers.map(({ name, value }) => `${name}: ${value}`);
  return [message.start, ...headers, ...(message.body ? ["", message.body] : [])].join("\n");
};

function Sent({ step }: { step: StepView }) {
  return (
    <div className={classes.stack}>
      {step.request && <CodeBlock text={plain(step.request)} what={t("playground.request")} />}
      {step.answer && <CodeBlock text={plain(step.answer)} what={t("playground.answer")} />}
      {step.notes.length > 0 && <CodeBlock text={step.notes.join("\n")} what={t("playground.notes")} />}
      {step.trouble && (
        <p role="alert" className={classes.trouble}>
          {step.trouble.happened} {step.trouble.advice}
        </p>
      )}
      {step.checks.length > 0 && (
        <>
          <h3 className={classes.small}>{t("playground.appChecked")}</h3>
          <Checks checks={step.checks} />
        </>
      )}
    </div>
  );
}

function Saw({ run, step }: { run: RunShown; step: StepView }) {
  const saw = sawOf(run, step).filter((one) => one.checks.length > 0 || one.refusal);
  if (saw.length === 0) return <p className={classes.quiet}>{t("playground.nothingChecked")}</p>;
  return (
    <div className={classes.stack}>
      {saw.map((one, index) => (
        // requests of a step have no name of their own, and their order never changes
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <div key={index} className={classes.stack}>
          <Checks checks={one.checks} section={one.refusal?.section} />
          {one.refusal && (
            <p role="alert" className={classes.trouble}>
              <b>{tNamed("refusal", one.refusal.name)}</b> {adviceOf(one.refusal)}
            </p>
          )}
        </div>
      ))}
    </div>
  );
}

type AnyCheck = Pick<TraceCheck, "check" | "expected" | "found" | "passed"> &
  Partial<Pick<ClientCheck, "section">>;

/** Checks in order, with both values where one failed. */
function Checks({ checks, section }: { checks: readonly AnyCheck[]; section?: string }) {
  return (
    <ol className={classes.checks}>
      {checks.map((check, index) => (
        // a check may be made twice, and the order never changes
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <li key={index} data-failed={!check.passed || undefined}>
          <span className={classes.verdict} aria-hidden>
            {check.passed ? "✓" : "✕"}
          </span>
          <span className={classes.checkName}>
            <span className="visually-hidden">{check.passed ? t("trace.held") : t("trace.failed")}: </span>
            {check.section === undefined ? tNamed("check", check.check) : checkWords(check.check)}
          </span>
          {check.passed ? (
            <span className={classes.value}>{check.found ?? ""}</span>
          ) : (
            <>
              <span className={classes.section}>{check.section ?? section}</span>
              <dl className={classes.values}>
                <dt>{t("trace.expected")}</dt>
                <dd>
                  <Differing text={check.expected ?? ""} other={check.found ?? ""} />
                </dd>
                <dt>{t("trace.found")}</dt>
                <dd>
                  <Differing text={check.found ?? ""} other={check.expected ?? ""} />
                </dd>
              </dl>
            </>
          )}
        </li>
      ))}
    </ol>
  );
}
