import { Button } from "@mantine/core";
import { useState } from "react";
import type { DeepLinkCheck, DeepLinkFinding } from "../../api/bindings";
import { useCommandMutation } from "../../api/commands";
import { type Key, t } from "../../i18n/i18n";
import { Chip } from "../../kit/chip";
import { Panel } from "../../kit/panel";
import classes from "./playground.module.css";

const CHECKS: readonly { check: DeepLinkCheck; label: Key }[] = [
  { check: "registered", label: "playground.doctorRegistered" },
  { check: "cold_start", label: "playground.doctorCold" },
  { check: "second_instance", label: "playground.doctorSecond" },
];

/** Whether anteroom:// links arrive, one thing at a time, with the mend. */
export function LinkDoctor() {
  return (
    <Panel title={t("playground.doctor")}>
      <p className={classes.quiet}>{t("playground.doctorHelp")}</p>
      <ul className={classes.saved}>
        {CHECKS.map((row) => (
          <li key={row.check}>
            <Examined {...row} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Examined({ check, label }: { check: DeepLinkCheck; label: Key }) {
  const [finding, setFinding] = useState<DeepLinkFinding>();
  const examine = useCommandMutation("playground_examine_links");
  const mend = useCommandMutation("playground_mend_links");
  const problem = examine.error ?? mend.error;
  return (
    <>
      <span className={classes.grow}>{t(label)}</span>
      {finding && (
        <Chip tone={finding.ok ? "ok" : "bad"}>
          {finding.ok ? t("playground.fine") : t("playground.notFine")}
        </Chip>
      )}
      {finding?.canMend && (
        <Button
          size="compact-sm"
          loading={mend.isPending}
          onClick={() => mend.mutate({}, { onSuccess: setFinding })}
        >
          {t("playground.mend")}
        </Button>
      )}
      <Button
        size="compact-sm"
        variant="default"
        aria-label={`${t("playground.check")}: ${t(label)}`}
        loading={examine.isPending}
        onClick={() => examine.mutate({ check }, { onSuccess: setFinding })}
      >
        {t("playground.check")}
      </Button>
      {finding && (
        <dl className={classes.finding}>
          <dt>{t("playground.expected")}</dt>
          <dd>{finding.expected}</dd>
          <dt>{t("playground.found")}</dt>
          <dd>{finding.found}</dd>
        </dl>
      )}
      {problem && (
        <p role="alert" className={classes.trouble}>
          {problem.message}
        </p>
      )}
    </>
  );
}
