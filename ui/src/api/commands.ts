import {
  keepPreviousData,
  type QueryClient,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import type { Commands } from "./bindings";
import { type CommandFailed, call, type Name, type Req, type Res } from "./call";

const NOUNS = [
  "home",
  "setup",
  "clients",
  "identity_provider",
  "people",
  "magic_links",
  "access_policies",
  "apis",
  "connections",
  "vault",
  "activity",
  "playground",
  "policies",
  "sample_provider",
  "settings",
  "backups",
  "desk",
  "workspace",
] as const;

/** The noun of a command: the cache key, and the topic of the events that concern it. */
const noun = (name: Name): string => NOUNS.find((candidate) => name.startsWith(`${candidate}_`)) ?? name;

/** The key a command's answer is kept under. */
export const keyOf = <N extends Name>(name: N, request: Req<N>) => [noun(name), name, request] as const;

type QueryOptions = {
  /** Keeps the answer to the request before on screen until the new one is there. */
  keepPrevious?: boolean;
  enabled?: boolean;
  /** Asks again after so many milliseconds, as a safety net under the events. */
  pollMs?: number | false;
};

/** Asks a question and keeps the answer fresh. */
export const useCommand = <N extends Name>(name: N, request: Req<N>, options: QueryOptions = {}) =>
  useQuery<Res<N>, CommandFailed>({
    queryKey: keyOf(name, request),
    queryFn: () => call(name, request),
    enabled: options.enabled,
    refetchInterval: options.pollMs,
    placeholderData: options.keepPrevious ? keepPreviousData : undefined,
  });

/** Changes something, then refreshes what shows its noun. The answer is not kept: it may hold a secret. */
export const useCommandMutation = <N extends Name>(name: N) => {
  const cache = useQueryClient();
  return useMutation<Commands[N]["response"], CommandFailed, Req<N>>({
    mutationFn: (request) => call(name, request),
    gcTime: 0,
    onSuccess: () => refresh(cache, noun(name)),
  });
};

/** What a failed command says of one field of its form. */
export const problemsOf = (error: CommandFailed | null) => (field: string) =>
  error?.field === field ? error.message : undefined;

/** What else shows something of a noun. */
const SHOWN_IN: Record<string, readonly string[]> = {
  setup: ["home", "settings"],
  clients: ["home", "apis", "connections", "identity_provider", "vault"],
  people: ["home", "magic_links"],
  magic_links: ["home", "people"],
  activity: ["home", "identity_provider"],
  settings: ["home", "sample_provider"],
  sample_provider: ["settings", "apis", "connections", "vault", "playground"],
  apis: ["clients", "connections", "vault", "sample_provider"],
  connections: ["vault"],
  access_policies: ["policies", "people"],
  backups: ["activity"],
  desk: ["home", "settings"],
  workspace: ["home", "clients", "people", "policies", "settings", "activity"],
};

/** Marks everything of a noun as out of date; what is on screen is asked for again. */
export function refresh(cache: QueryClient, topic: string) {
  for (const key of [topic, ...(SHOWN_IN[topic] ?? [])]) cache.invalidateQueries({ queryKey: [key] });
}
