import type { ActivityEntry, Client, Person, Selection, TraceCheck } from "../api/bindings";
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

const fits = (entry: ActivityEntry, { kind, refusedOnly, about, client, from, until }: Selection) =>
  (kind === "" || entry.kind === kind) &&
  (!refusedOnly || entry.refusal !== null) &&
  (about === "" || abouts.get(entry.seq)?.includes(about)) &&
  (client === "" || entry.clientId === client) &&
  (from === null || entry.at >= from) &&
  (until === null || entry.at < until);

export function activityExport({ selection, format }: Req<"activity_export">): Res<"activity_export"> {
  const found = db.log.filter((entry) => fits(entry, selection));
  const line = (entry: ActivityEntry) =>
    format === "csv" ? [entry.seq, entry.at, entry.kind].join(",") : JSON.stringify(entry);
  return { text: `${found.map(line).join("\n")}\n`, events: found.length, next: null };
}

export function activityList(request: Req<"activity_list">): Res<"activity_list"> {
  const { before, client, ...selection } = request;
  const found = db.log.filter(
    (entry) => fits(entry, { ...selection, client: client ?? "" }) && (before === null || entry.seq < before),
  );
  const items = found.slice(0, request.limit);
  return { items, next: found.length > items.length ? (items.at(-1)?.seq ?? null) : null };
}
