import { Button, UnstyledButton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import type { ActivityEntry, Log } from "../../api/bindings";
import { type CommandFailed, call, type Req } from "../../api/call";
import { t } from "../../i18n/i18n";
import { dayHeading } from "../../i18n/time";
import { Ago } from "../../kit/ago";
import { Chip } from "../../kit/chip";
import { Changes } from "../../kit/compare";
import { Answer, Empty, NoMatch } from "../../kit/states";
import { useNow } from "../../kit/use-now";
import classes from "./activity.module.css";
import { Sentence } from "./activity-words";
import { TraceTable } from "./trace-table";

export type LogFilter = Omit<Req<"activity_list">, "before" | "limit">;

/** Everything. */
export const ALL: LogFilter = {
  kind: "",
  refusedOnly: false,
  about: "",
  client: null,
  from: null,
  until: null,
};

const SLICE = 50;

function useLog(filter: LogFilter) {
  return useInfiniteQuery<Log, CommandFailed, Log[], readonly unknown[], number | null>({
    queryKey: ["activity", "activity_list", filter],
    queryFn: ({ pageParam }) => call("activity_list", { ...filter, before: pageParam, limit: SLICE }),
    initialPageParam: null,
    getNextPageParam: (last) => last.next ?? undefined,
    select: (data) => data.pages,
  });
}

type LogProps = { filter: LogFilter; onClear?: () => void };

/** The log, newest first, kept fresh by the events. */
export function ActivityLog({ filter, onClear }: LogProps) {
  const log = useLog(filter);
  return (
    <Answer query={log} rows={8}>
      {(slices) => {
        const entries = slices.flatMap((slice) => slice.items);
        if (entries.length === 0) {
          return onClear ? <NoMatch onClear={onClear} /> : <Empty title={t("activity.emptyTitle")} />;
        }
        return (
          <>
            <Entries entries={entries} />
            {log.hasNextPage && (
              <div className={classes.more}>
                <Button
                  variant="default"
                  loading={log.isFetchingNextPage}
                  onClick={() => log.fetchNextPage()}
                >
                  {t("activity.older")}
                </Button>
              </div>
            )}
          </>
        );
      }}
    </Answer>
  );
}

type EntriesProps = {
  entries: readonly ActivityEntry[];
  /** What can be done about one. */
  action?: (entry: ActivityEntry) => ReactNode;
};

/** Entries under the day they belong to. */
export function Entries({ entries, action }: EntriesProps) {
  const now = useNow(10);
  const days = new Map<string, ActivityEntry[]>();
  for (const entry of entries) {
    const name = dayHeading(entry.at, now);
    days.set(name, [...(days.get(name) ?? []), entry]);
  }
  return (
    <div className={classes.log}>
      {[...days].map(([name, items]) => (
        <section key={name} aria-label={name}>
          <h2 className={classes.day}>{name}</h2>
          <ol className={classes.entries}>
            {items.map((entry) => (
              <Entry key={entry.seq} entry={entry} action={action} />
            ))}
          </ol>
        </section>
      ))}
    </div>
  );
}

const hasDetail = (entry: ActivityEntry) =>
  entry.trace.length > 0 || entry.before !== null || entry.after !== null;

function Entry({ entry, action }: { entry: ActivityEntry; action: EntriesProps["action"] }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const detailed = hasDetail(entry);
  return (
    <li className={classes.entry}>
      <div className={classes.line}>
        {detailed ? (
          <UnstyledButton
            className={classes.toggle}
            aria-expanded={open}
            aria-controls={id}
            aria-label={t("activity.details", { number: entry.seq })}
            onClick={() => setOpen(!open)}
          >
            <IconChevronRight size={16} aria-hidden />
          </UnstyledButton>
        ) : (
          <span />
        )}
        <span className={classes.sentence}>
          <Sentence entry={entry} />
        </span>
        <span className={classes.when}>
          {entry.refusal && <Chip tone="bad">{t("activity.refused")}</Chip>}
          <Ago at={entry.at} />
          {action?.(entry)}
        </span>
      </div>
      {open && (
        <div id={id} className={classes.detail}>
          <Detail entry={entry} />
        </div>
      )}
    </li>
  );
}

function Detail({ entry }: { entry: ActivityEntry }) {
  return (
    <>
      <p className={classes.meta}>
        {t("activity.meta", { number: entry.seq, kind: entry.kind })}
        {entry.refusal && (
          <>
            {" · "}
            <code>{entry.refusal}</code>
          </>
        )}
      </p>
      {entry.trace.length > 0 && <TraceTable trace={entry.trace} />}
      {(entry.before !== null || entry.after !== null) && (
        <Changes
          before={entry.before}
          after={entry.after}
          labels={{
            before: t("activity.before"),
            after: t("activity.after"),
            unchanged: t("activity.unchanged"),
          }}
        />
      )}
    </>
  );
}
