import { UnstyledButton } from "@mantine/core";
import type { CSSProperties } from "react";
import type { RunShown, StepView } from "../../api/bindings";
import { t } from "../../i18n/i18n";
import classes from "./playground.module.css";
import { lanesOf, laneWords, stepTitle, stepWords } from "./playground-words";

type Props = { run: RunShown; selected: number | undefined; onSelect: (number: number) => void };

/** The sequence of a run: who talks to whom, lighting up as it happens. */
export function Lanes({ run, selected, onSelect }: Props) {
  const lanes = lanesOf(run);
  return (
    <section className={classes.lanes} aria-label={t("playground.sequence")}>
      <div className={classes.lane} style={{ "--lanes": lanes.length } as CSSProperties} aria-hidden>
        {lanes.map((lane) => (
          <span key={lane}>{laneWords(lane, run)}</span>
        ))}
      </div>
      <ol className={classes.steps}>
        {run.client.steps.map((step) => (
          <li key={step.number}>
            <Arrow run={run} step={step} selected={selected === step.number} onSelect={onSelect} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Arrow({
  run,
  step,
  selected,
  onSelect,
}: {
  run: RunShown;
  step: StepView;
  selected: boolean;
  onSelect: (number: number) => void;
}) {
  const lanes = lanesOf(run);
  const [from, to] = [lanes.indexOf(step.from), lanes.indexOf(step.to)];
  const [left, right] = [Math.min(from, to), Math.max(from, to)];
  const label = t("playground.stepLabel", {
    number: step.number,
    step: stepTitle(step),
    from: laneWords(step.from, run),
    to: laneWords(step.to, run),
    state: t(`playgroundState.${step.state}`),
  });
  return (
    <UnstyledButton
      className={classes.step}
      data-state={step.state}
      data-selected={selected || undefined}
      aria-pressed={selected}
      aria-label={label}
      onClick={() => onSelect(step.number)}
    >
      <span
        className={classes.arrow}
        data-back={from > to || undefined}
        data-alone={from === to || undefined}
        style={
          { "--left": left, "--right": lanes.length - 1 - right, "--lanes": lanes.length } as CSSProperties
        }
      >
        <span className={classes.words}>
          {step.number} {stepWords(step)}
        </span>
      </span>
    </UnstyledButton>
  );
}
