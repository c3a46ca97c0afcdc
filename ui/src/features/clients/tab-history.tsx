import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { ActivityEntry, Client, Log } from "../../api/bindings";
import { type CommandFailed, call } from "../../api/call";
import { keyOf, useCommandMutation } from "../../api/commands";
import { t } from "../../i18n/i18n";
import { Column } from "../../kit/panel";
import { Answer, Empty } from "../../kit/states";
import { toast } from "../../kit/toast";
import { Entries } from "../activity/activity-log";
import classes from "./clients.module.css";

const SLICE = 30;

/** What was done to a client, each change with its undo. */
export function HistoryTab({ client }: { client: Client }) {
  const first = { id: client.id, before: null, limit: SLICE };
  const log = useInfiniteQuery<Log, CommandFailed, ActivityEntry[], readonly unknown[], number | null>({
    queryKey: [...keyOf("clients_history", first), client.version],
    queryFn: ({ pageParam }) => call("clients_history", { ...first, before: pageParam }),
    initialPageParam: null,
    getNextPageParam: (last) => last.next ?? undefined,
    select: (data) => data.pages.flatMap((page) => page.items),
  });
  return (
    <Column wide>
      <p className={classes.quiet}>{t("history.lead")}</p>
      <Answer query={log} rows={6}>
        {(entries) =>
          entries.length === 0 ? (
            <Empty title={t("activity.emptyTitle")} />
          ) : (
            <>
              <Entries entries={entries} action={(entry) => <Undo client={client} entry={entry} />} />
              {log.hasNextPage && (
                <Button
                  variant="default"
                  className={classes.start}
                  loading={log.isFetchingNextPage}
                  onClick={() => log.fetchNextPage()}
                >
                  {t("history.older")}
                </Button>
              )}
            </>
          )
        }
      </Answer>
    </Column>
  );
}

/** The engine refuses to undo over a newer change, and says which member it was. */
function Undo({ client, entry }: { client: Client; entry: ActivityEntry }) {
  const undo = useCommandMutation("clients_undo");
  if (entry.kind !== "client_updated") return null;
  const run = () =>
    undo.mutate(
      { id: client.id, seq: entry.seq },
      {
        onError: (error) => toast("bad", error.message),
        onSuccess: () => toast("ok", t("history.undone")),
      },
    );
  return (
    <Button
      variant="default"
      size="compact-sm"
      loading={undo.isPending}
      onClick={run}
      aria-label={t("history.undoOne", { number: entry.seq })}
    >
      {t("history.undo")}
    </Button>
  );
}
