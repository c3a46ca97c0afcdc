import { Button } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import type { RunShown, RunState, StepView } from "../../api/bindings";
import { useCommand, useCommandMutation } from "../../api/commands";
import { paths } from "../../app/paths";
import { t } from "../../i18n/i18n";
import { CopyValue } from "../../kit/copyable";
import { Answer } from "../../kit/states";
import { Halves, sawOf } from "./halves";
import { Lanes } from "./lanes";
import classes from "./playground.module.css";
import { Tokens } from "./tokens";

/** Steps follow each other faster than a person reads. */
const POLL_MS = 400;

/** Whether steps follow. */
export const isGoing = (state: RunState): boolean => state === "running" || state === "waiting";

/** The run, asked for again while it goes on. */
export function useRun(id: string) {
  const [going, setGoing] = useState(true);
  const run = useCommand("playground_get", { id }, { pollMs: going && POLL_MS, keepPrevious: true });
  const now = run.data ? isGoing(run.data.client.state) : !run.error;
  if (now !== going) setGoing(now);
  return run;
}

/** The step that opens by itself: the refused one, or the newest with something to see. */
function telling(run: RunShown): StepView | undefined {
  const { steps } = run.client;
  const wrong = steps.find((step) => step.state === "refused" || step.state === "failed");
  const full = (step: StepView) =>
    step.request !== null || step.checks.length > 0 || sawOf(run, step).length > 0;
  return wrong ?? steps.findLast(full) ?? steps.at(-1);
}

/** A run that goes on, or has ended. */
export function RunBody({ run }: { run: ReturnType<typeof useRun> }) {
  return <Answer query={run}>{(shown) => <RunShownBody run={shown} inMemory />}</Answer>;
}

/** A run: the sequence on top, two halves below, then its tokens, which only a run in memory has. */
export function RunShownBody({ run, inMemory = false }: { run: RunShown; inMemory?: boolean }) {
  const [chosen, setChosen] = useState<number>();
  const step = run.client.steps.find(({ number }) => number === chosen) ?? telling(run);
  return (
    <div className={classes.stack}>
      {inMemory && run.client.open && <Waiting id={run.id} address={run.client.open} />}
      <Lanes run={run} selected={step?.number} onSelect={setChosen} />
      {step && <Halves run={run} step={step} />}
      <WhyNot run={run} />
      {inMemory && run.client.tokens.length > 0 && <Tokens run={run.id} names={run.client.tokens} />}
    </div>
  );
}

/** An exchange of the Token Vault that failed: the ladder has all of its conditions. */
function WhyNot({ run }: { run: RunShown }) {
  const failed = run.client.steps.some(({ name, state }) => name === "exchange" && state === "refused");
  if (!failed || !run.ladder) return null;
  const { membershipId, api, clientId, connection } = run.ladder;
  return (
    <div>
      <Button
        component={Link}
        variant="default"
        to={paths.ladder({ person: membershipId, api, client: clientId, connection })}
      >
        {t("playground.vaultLadder")}
      </Button>
    </div>
  );
}

/** What the person has to do now. */
function Waiting({ id, address }: { id: string; address: string }) {
  const cancel = useCommandMutation("playground_cancel");
  return (
    <section className={classes.waiting} aria-label={t("playground.waiting")}>
      <p role="status">
        <b>{t("playground.waiting")}</b> {t("playground.waitingHelp")}
      </p>
      <p>
        <a href={address} target="_blank" rel="noreferrer">
          {t("playground.openPage")}
        </a>
      </p>
      <CopyValue text={address} shown={address.split("?")[0]} what={t("playground.signInAddress")} />
      <div>
        <Button
          variant="default"
          size="compact-sm"
          loading={cancel.isPending}
          onClick={() => cancel.mutate({ id })}
        >
          {t("playground.cancel")}
        </Button>
      </div>
    </section>
  );
}
