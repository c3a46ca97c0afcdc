import { Kbd, Modal } from "@mantine/core";
import { useEffect } from "react";
import { type Key, t } from "../i18n/i18n";
import { SCREENS } from "./screens";
import classes from "./shortcuts.module.css";

type Actions = { palette: () => void; help: () => void; command: () => void; open: (index: number) => void };

const isTyping = (event: KeyboardEvent) =>
  event.target instanceof HTMLElement &&
  event.target.closest("input, textarea, select, [contenteditable]") !== null;

/** Puts the cursor into the screen's search field. */
function focusSearch() {
  document.querySelector<HTMLInputElement>("main input")?.focus();
}

/** The shortcuts that work everywhere. */
export function useShortcuts({ palette, help, command, open }: Actions) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const mod = event.ctrlKey || event.metaKey;
      if (mod && event.key.toLowerCase() === "k") palette();
      else if (event.altKey && /^[1-9]$/.test(event.key)) open(Number(event.key) - 1);
      else if (!mod && !isTyping(event) && event.key === "?") help();
      else if (!mod && !isTyping(event) && event.key === "/") focusSearch();
      else if (!mod && !isTyping(event) && event.key === "c") command();
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [palette, help, command, open]);
}

const LIST: readonly { keys: readonly string[]; does: Key }[] = [
  { keys: ["Ctrl/⌘", "K"], does: "shortcuts.palette" },
  { keys: ["/"], does: "shortcuts.search" },
  { keys: ["Alt", `1 … ${SCREENS.length}`], does: "shortcuts.screens" },
  { keys: ["C"], does: "same.show" },
  { keys: ["↑", "↓"], does: "shortcuts.rows" },
  { keys: ["Enter"], does: "shortcuts.enter" },
  { keys: ["Esc"], does: "shortcuts.escape" },
  { keys: ["?"], does: "shortcuts.help" },
];

export function Shortcuts({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title={t("shortcuts.title")}>
      <dl className={classes.list}>
        {LIST.map(({ keys, does }) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{t(does)}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
