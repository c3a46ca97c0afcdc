import { Button, Menu } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import type { ComparedStep } from "../../api/bindings";
import { useCommand } from "../../api/commands";
import { isKey, t } from "../../i18n/i18n";
import { Differing } from "../../kit/compare";
import { Panel } from "../../kit/panel";
import { Answer } from "../../kit/states";
import classes from "./playground.module.css";
import { runStateWords } from "./playground-words";

type MenuProps = {
  /** The run on screen: it is not compared with itself. */
  id: string;
  /** The run before this one, while it is in memory. */
  before: string | undefined;
  onChoose: (id: string, name: string) => void;
};

/** Chooses the run to compare with. */
export function CompareWith({ id, before, onChoose }: MenuProps) {
  const saved = useCommand("playground_saved", {});
  const others = (saved.data?.items ?? []).filter((row) => row.id !== id);
  if (!before && others.length === 0) return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" rightSection={<IconChevronDown size={16} />}>
          {t("playground.compareWith")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={420} style={{ overflowY: "auto" }}>
        {before && (
          <Menu.Item onClick={() => onChoose(before, t("playground.lastRun"))}>
            {t("playground.lastRun")}
          </Menu.Item>
        )}
        {others.map((row) => (
          <Menu.Item key={row.id} onClick={() => onChoose(row.id, row.name)}>
            {row.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

const stepWords = (step: ComparedStep): string => {
  const key = `playgroundStep.${step.name}`;
  const words = isKey(key) ? t(key) : step.name.replaceAll("_", " ");
  if (step.one === null) return `${words}: ${t("playground.onlyOther")}`;
  return step.other === null ? `${words}: ${t("playground.onlyOne")}` : words;
};

/** Only what differs between two runs. */
export function ComparedRuns({ one, other, name }: { one: string; other: string; name: string }) {
  const compared = useCommand("playground_compare", { one, other });
  return (
    <Panel title={t("playground.compared", { name })}>
      <Answer query={compared}>
        {({ states, steps }) => (
          <div className={classes.stack}>
            {states[0] !== states[1] && (
              <p className={classes.kind}>
                {t("playground.comparedEnds", {
                  one: runStateWords(states[0]),
                  other: runStateWords(states[1]),
                })}
              </p>
            )}
            {steps.length === 0 && <p className={classes.quiet}>{t("playground.comparedSame")}</p>}
            {steps.map((step) => (
              <section key={`${step.name} ${step.one} ${step.other}`} aria-label={stepWords(step)}>
                <h3 className={classes.small}>{stepWords(step)}</h3>
                {step.differences.length > 0 && <Differences step={step} />}
              </section>
            ))}
          </div>
        )}
      </Answer>
    </Panel>
  );
}

function Differences({ step }: { step: ComparedStep }) {
  return (
    <table className={classes.claims}>
      <thead>
        <tr>
          <th scope="col">{t("playground.what")}</th>
          <th scope="col">{t("playground.thatRun")}</th>
          <th scope="col">{t("playground.thisRun")}</th>
        </tr>
      </thead>
      <tbody>
        {step.differences.map(({ what, one, other }) => (
          <tr key={what}>
            <th scope="row">{what}</th>
            <td>{one === null ? "–" : <Differing text={one} other={other ?? ""} />}</td>
            <td>{other === null ? "–" : <Differing text={other} other={one ?? ""} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
