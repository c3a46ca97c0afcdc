import { Button } from "@mantine/core";
import { t, tn } from "../i18n/i18n";
import classes from "./save-bar.module.css";

type Props = {
  changes: number;
  /** Nothing of it is kept yet, so there is something to save from the start. */
  isNew?: boolean;
  saving: boolean;
  onSave: () => void;
  onDiscard: () => void;
  problem?: string;
};

/** Appears when something is new or has changed, says how much, and offers both ways out. */
export function SaveBar({ changes, isNew = false, saving, onSave, onDiscard, problem }: Props) {
  if (changes === 0 && !isNew) return null;
  return (
    <section className={classes.bar} aria-label={t("kit.unsaved")}>
      <span role="status">{isNew ? t("kit.notSavedYet") : tn("kit.changes", changes)}</span>
      {problem && (
        <span role="alert" className={classes.problem}>
          {problem}
        </span>
      )}
      <span className={classes.actions}>
        {changes > 0 && (
          <Button variant="default" onClick={onDiscard} disabled={saving}>
            {t("kit.discard")}
          </Button>
        )}
        <Button onClick={onSave} loading={saving}>
          {t("kit.save")}
        </Button>
      </span>
    </section>
  );
}
