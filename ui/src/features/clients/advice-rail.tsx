import { Anchor, UnstyledButton } from "@mantine/core";
import { createContext, useContext } from "react";
import { Link } from "react-router";
import type { Advice, Client, Fix } from "../../api/bindings";
import { paths } from "../../app/paths";
import { t } from "../../i18n/i18n";
import { Dot } from "../../kit/chip";
import { Panel } from "../../kit/panel";
import { useNow } from "../../kit/use-now";
import { fixWords, severityWords, TONES, words } from "./advice-words";
import classes from "./clients.module.css";

type Draft = {
  /** What the engine says of the form as it stands. */
  advice: Advice[];
  /** Whether that differs from what is saved. */
  unsaved: boolean;
  /** Puts the mending change into the form. */
  mend: (fix: Fix) => void;
};

/** The form whose remarks the rails show; without one they show those of the saved client. */
export const DraftAdvice = createContext<Draft | undefined>(undefined);

/** What the engine says about a client: what keeps it from working, what puts it at risk, what is well. */
export function AdviceRail({ client }: { client: Client }) {
  const draft = useContext(DraftAdvice);
  const advice = draft?.advice ?? client.advice;
  const wrong = advice.some(({ severity }) => severity === "error");
  return (
    <Panel title={wrong ? t("rail.titleBefore") : t("rail.title")}>
      {draft?.unsaved && <p className={classes.quiet}>{t("rail.unsaved")}</p>}
      {advice.length === 0 && <p className={classes.quiet}>{t("rail.none")}</p>}
      {advice.map((one) => (
        <Remark
          key={`${one.rule} ${one.values.join()}`}
          advice={one}
          clientId={client.id}
          onMend={draft?.mend}
        />
      ))}
    </Panel>
  );
}

/** One remark, what mends it, and the way there. */
export function Remark({
  advice,
  clientId,
  onMend,
}: {
  advice: Advice;
  /** Absent while the client is being made. */
  clientId?: string;
  onMend?: (fix: Fix) => void;
}) {
  const now = useNow(10);
  const { fix } = advice;
  return (
    <div className={classes.advice}>
      <Dot tone={TONES[advice.severity] ?? "plain"} />
      <div>
        <span className="visually-hidden">{severityWords(advice)}: </span>
        {words(advice, now)} <span className={classes.quietText}>{fixWords(advice)}</span>{" "}
        {fix && onMend ? (
          <UnstyledButton className={classes.mend} onClick={() => onMend(fix)}>
            {t("rail.fix")}
          </UnstyledButton>
        ) : (
          clientId &&
          advice.tab !== "" && (
            <Anchor component={Link} to={paths.client(clientId, advice.tab)} size="xs" underline="always">
              {t("rail.open")}
            </Anchor>
          )
        )}
      </div>
    </div>
  );
}
