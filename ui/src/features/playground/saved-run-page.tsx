import { Button } from "@mantine/core";
import { useState } from "react";
import type { RunRequest } from "../../api/bindings";
import { useCommand } from "../../api/commands";
import { t } from "../../i18n/i18n";
import { Page } from "../../kit/page";
import { Answer } from "../../kit/states";
import { ComparedRuns, CompareWith } from "./compare-runs";
import classes from "./playground.module.css";
import { grantWords } from "./playground-words";
import { RunShownBody } from "./run-view";
import { KeepOrNot, StateChip } from "./saved-runs";

type Props = {
  id: string;
  busy: boolean;
  problem: string | undefined;
  onAgain: (request: RunRequest, needsSecret: boolean) => void;
  onBack: () => void;
};

/** A run that was kept: what came of it then, and the way to run it again. */
export function SavedRunPage({ id, busy, problem, onAgain, onBack }: Props) {
  const saved = useCommand("playground_open_saved", { id }, { keepPrevious: true });
  const [other, setOther] = useState<{ id: string; name: string }>();
  const shown = saved.data;
  return (
    <Page
      title={shown?.name ?? t("playground.savedRuns")}
      beside={
        shown && (
          <>
            <span>{grantWords(shown.run.grant)}</span>
            <StateChip state={shown.run.client.state} />
          </>
        )
      }
      actions={
        <>
          <CompareWith id={id} before={undefined} onChoose={(one, name) => setOther({ id: one, name })} />
          {shown && <KeepOrNot id={id} name={shown.name} onGone={onBack} />}
          <Button variant="default" onClick={onBack}>
            {t("playground.back")}
          </Button>
          <Button
            loading={busy}
            disabled={!shown}
            onClick={() => shown && onAgain(shown.request, shown.needsSecret)}
          >
            {t("playground.again")}
          </Button>
        </>
      }
    >
      <div className={classes.stack}>
        {problem && (
          <p role="alert" className={classes.trouble}>
            {problem}
          </p>
        )}
        {other && <ComparedRuns one={other.id} other={id} name={other.name} />}
        <Answer query={saved}>{({ run }) => <RunShownBody key={id} run={run} />}</Answer>
      </div>
    </Page>
  );
}
