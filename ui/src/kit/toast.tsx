import { CloseButton } from "@mantine/core";
import { useSyncExternalStore } from "react";
import { t } from "../i18n/i18n";
import classes from "./toast.module.css";

type Tone = "ok" | "bad" | "plain";
type Toast = { id: number; tone: Tone; text: string };

const SHOWN_MS: Record<Tone, number> = { ok: 4000, plain: 6000, bad: 12_000 };
const MOST = 3;

let toasts: readonly Toast[] = [];
let nextId = 1;
const watchers = new Set<() => void>();

function set(next: readonly Toast[]) {
  toasts = next;
  for (const watcher of watchers) watcher();
}

const dismiss = (id: number) => set(toasts.filter((toast) => toast.id !== id));

/** Says something in the corner: what failed and has no field, or what went well out of sight. */
export function toast(tone: Tone, text: string) {
  const id = nextId++;
  set([...toasts.filter((other) => other.text !== text), { id, tone, text }].slice(-MOST));
  setTimeout(() => dismiss(id), SHOWN_MS[tone]);
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => toasts,
  );
  return (
    <section aria-label={t("kit.messages")} className={classes.corner}>
      {shown.map(({ id, tone, text }) => (
        <div key={id} role={tone === "bad" ? "alert" : "status"} className={classes.toast} data-tone={tone}>
          <span>{text}</span>
          <CloseButton size="sm" aria-label={t("kit.dismiss")} onClick={() => dismiss(id)} />
        </div>
      ))}
    </section>
  );
}
