import type { ActivityEntry, Client, Person, TraceCheck } from "../api/bindings";
import type { Listener, Req, Res } from "../api/call";
import { ADMIN, db, now } from "./db";

export const listeners = new Set<Listener>();

/** Tells the window what changed, as the engine would. */
export function tell(topic: string, id: string | null = null) {
  for (const listener of listeners) listener.changed({ topic, id });
}

type Happened = {
  actor?: string | null;
  subject?: Person;
  client?: Pick<Client, "id" | "name">;
  about?: string;
  refusal?: string;
  trace?: TraceCheck[];
  before?: unknown;
  after?: unknown;
  at?: number;
};

/** What the log knows of an entry beyond what it shows. */
const abouts = new Map<number, string>();

export function happened(kind: string, what: Happened = {}) {
  const seq = db.log.length + 1;
  const entry: ActivityEntry = {
    seq,
    at: what.at ?? now(),
    kind,
    actor: what.actor === undefined ? ADMIN : what.actor,
    subject: what.subject?.summary.name ?? null,
    client: what.client?.name ?? null,
    clientId: what.client?.id ?? null,
    refusal: what.refusal ?? null,
    trace: what.trace ?? [],
    before: what.before ?? null,
    after: what.after ?? null,
  };
  abouts.set(seq, [what.about, what.client?.id, what.subject?.summary.membershipId].join(" "));
  db.log.unshift(entry);
  tell("activity");
}

export function activityList(request: Req<"activity_list">): Res<"activity_list"> {
  const found = db.log.filter(
    (entry) =>
      (request.kind === "" || entry.kind === request.kind) &&
      (!request.refusedOnly || entry.refusal !== null) &&
      (request.about === "" || abouts.get(entry.seq)?.includes(request.about)) &&
      (request.before === null || entry.seq < request.before),
  );
  const items = found.slice(0, request.limit);
  return { items, next: found.length > items.length ? (items.at(-1)?.seq ?? null) : null };
}
