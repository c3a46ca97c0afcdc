import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { type DeepLink, subscribe } from "./call";
import { refresh } from "./commands";

/** A burst of changes refreshes the screen this often at most. */
const FLUSH_MS = 120;

function collector(cache: QueryClient) {
  const topics = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    for (const topic of topics) refresh(cache, topic);
    topics.clear();
  };
  return {
    add(topic: string) {
      topics.add(topic);
      timer ??= setTimeout(flush, FLUSH_MS);
    },
    stop: () => clearTimeout(timer),
  };
}

/** Keeps every screen fresh while mounted: a `changed` event refreshes its noun. */
export function useEvents(onDeepLink: (link: DeepLink) => void) {
  const cache = useQueryClient();
  useEffect(() => {
    const changes = collector(cache);
    const stop = subscribe({ changed: (change) => changes.add(change.topic), deepLink: onDeepLink });
    return () => {
      stop();
      changes.stop();
    };
  }, [cache, onDeepLink]);
}
