import { useSyncExternalStore } from "react";

/** One clock for everything that ticks, running only while something watches it. */
const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = Math.floor(Date.now() / 1000);

function tick() {
  now = Math.floor(Date.now() / 1000);
  for (const watcher of watchers) watcher();
}

function watch(watcher: () => void) {
  if (watchers.size === 0) {
    now = Math.floor(Date.now() / 1000);
    timer = setInterval(tick, 1000);
  }
  watchers.add(watcher);
  return () => {
    watchers.delete(watcher);
    if (watchers.size === 0) clearInterval(timer);
  };
}

/** Unix seconds, renewed every `step` seconds. */
export const useNow = (step: 1 | 10 = 1): number => useSyncExternalStore(watch, () => now - (now % step));
