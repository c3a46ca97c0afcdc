import { useDebouncedValue } from "@mantine/hooks";
import type { Advice, Client, ClientChanges, ClientType } from "../../api/bindings";
import { useCommand } from "../../api/commands";

/** Typing is not answered before it pauses. */
const PAUSE_MS = 200;

/** The engine's remarks about a client with changes that are not saved; the saved ones until they are there. */
export function useLint(client: Client, changes: ClientChanges, count: number): Advice[] {
  const [settled] = useDebouncedValue(JSON.stringify(withoutSecret(changes)), PAUSE_MS);
  const linted = useCommand(
    "clients_lint",
    { id: client.id, changes: JSON.parse(settled) },
    { enabled: count > 0 && settled !== "{}", keepPrevious: true },
  );
  return count > 0 && linted.data ? linted.data.advice : client.advice;
}

/** A secret is not kept in the cache of answers; that there is one is enough for the rules. */
function withoutSecret({ identityProvider, ...changes }: ClientChanges): ClientChanges {
  if (!identityProvider) return changes;
  const clientSecret = identityProvider.clientSecret ? "typed" : identityProvider.clientSecret;
  return { ...changes, identityProvider: { ...identityProvider, clientSecret } };
}

type New = { name: string; clientType: ClientType; redirectUris: string[]; admin: boolean };

/** The engine's remarks about a client that is being made. */
export function useLintNew(draft: New): Advice[] {
  const [settled] = useDebouncedValue(JSON.stringify(draft), PAUSE_MS);
  const linted = useCommand("clients_lint_new", JSON.parse(settled), { keepPrevious: true });
  return linted.data?.advice ?? [];
}
