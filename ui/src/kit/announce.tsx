import { useSyncExternalStore } from "react";

let message = "";
const watchers = new Set<() => void>();

/** Tells screen readers something that others see. */
export function announce(sentence: string) {
  // the same sentence twice is read twice: a trailing space makes it new
  message = message === sentence ? `${sentence} ` : sentence;
  for (const watcher of watchers) watcher();
}

/** The one polite live region of the window. */
export function Announcer() {
  const spoken = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => message,
  );
  return (
    <div aria-live="polite" className="visually-hidden">
      {spoken}
    </div>
  );
}
