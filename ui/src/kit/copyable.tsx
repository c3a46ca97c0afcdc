import { Button, UnstyledButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { t } from "../i18n/i18n";
import { copy } from "./copy";
import classes from "./copyable.module.css";
import { IconButton } from "./icon-button";

/** How long the tick stays. */
const TICK_MS = 2000;

function useCopy(text: string, what: string) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), TICK_MS);
    return () => clearTimeout(timer);
  }, [done]);
  return { done, run: async () => setDone(await copy(text, what)) };
}

/** An icon that copies; a tick for two seconds afterwards. */
export function CopyIcon({ text, what }: { text: string; what: string }) {
  const { done, run } = useCopy(text, what);
  const label = t("kit.copy", { what });
  return (
    <IconButton aria-label={label} title={done ? t("kit.copiedShort") : label} onClick={run}>
      {done ? <IconCheck size={15} className={classes.done} /> : <IconCopy size={15} />}
    </IconButton>
  );
}

/** A value in mono with the word "copy" behind it, as in the head of a page. */
export function CopyValue({ text, what, shown }: { text: string; what: string; shown?: string }) {
  const { done, run } = useCopy(text, what);
  return (
    <span className={classes.value}>
      <span className={classes.mono} title={text}>
        {shown ?? text}
      </span>{" "}
      <UnstyledButton className={classes.word} aria-label={t("kit.copy", { what })} onClick={run}>
        {done ? t("kit.copiedShort") : t("kit.copyWord")}
      </UnstyledButton>
    </span>
  );
}

/** A button that copies. */
export function CopyButton({ text, what, label }: { text: string; what: string; label: string }) {
  const { done, run } = useCopy(text, what);
  return (
    <Button
      variant="default"
      onClick={run}
      leftSection={done ? <IconCheck size={16} /> : <IconCopy size={16} />}
    >
      {label}
    </Button>
  );
}
