import { Button, Menu } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import type { Chunk, Format, Selection } from "../../api/bindings";
import { call } from "../../api/call";
import { formatCount, t, tn } from "../../i18n/i18n";
import { download } from "../../kit/download";
import { toast } from "../../kit/toast";
import classes from "./activity.module.css";

/** Saves what the filters show, chunk by chunk, so that a long log holds nothing up. */
export function Export({ selection }: { selection: Selection }) {
  const [count, setCount] = useState<number>();
  const gone = useRef(false);
  useEffect(
    () => () => {
      gone.current = true;
    },
    [],
  );
  const run = async (format: Format) => {
    const chunks: string[] = [];
    let before: number | null = null;
    let events = 0;
    setCount(0);
    try {
      do {
        const chunk: Chunk = await call("activity_export", { selection, format, before });
        if (gone.current) return;
        chunks.push(chunk.text);
        events += chunk.events;
        before = chunk.next;
        setCount(events);
      } while (before !== null);
      download(`activity.${format}`, chunks, format === "csv" ? "text/csv" : "application/jsonl");
      toast("ok", tn("activity.exported", events));
    } catch (error) {
      toast("bad", (error as Error).message);
    }
    setCount(undefined);
  };
  return (
    <>
      {count !== undefined && (
        <span role="status" className={classes.meta}>
          {t("activity.exporting", { count: formatCount(count) })}
        </span>
      )}
      <Menu position="bottom-end" width={260}>
        <Menu.Target>
          <Button variant="default" leftSection={<IconDownload size={16} />} loading={count !== undefined}>
            {t("activity.export")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => run("jsonl")}>{t("activity.exportJsonl")}</Menu.Item>
          <Menu.Item onClick={() => run("csv")}>{t("activity.exportCsv")}</Menu.Item>
          <Menu.Label>{t("activity.exportHelp")}</Menu.Label>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
