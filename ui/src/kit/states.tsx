import { Button, Skeleton } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { t } from "../i18n/i18n";
import classes from "./states.module.css";

/** A quick answer shows no skeleton at all. */
const SKELETON_AFTER_MS = 200;

function Delayed({ children }: { children: ReactNode }) {
  const [due, setDue] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), SKELETON_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return due ? children : null;
}

/** Uneven, as text is. */
const WIDTHS = [92, 75, 58, 81, 64, 87, 70, 53];

export function Loading({ rows = 4 }: { rows?: number }) {
  return (
    <Delayed>
      <div className={classes.loading} role="status" aria-label={t("kit.loading")}>
        {WIDTHS.slice(0, rows).map((width) => (
          <Skeleton key={width} height={20} radius="sm" width={`${width}%`} />
        ))}
      </div>
    </Delayed>
  );
}

export function Failed({ message, onRetry }: { message: string; onRetry: () => void }) {
  return (
    <div className={classes.failed} role="alert">
      <p>{message}</p>
      <Button variant="default" onClick={onRetry}>
        {t("kit.retry")}
      </Button>
    </div>
  );
}

/** Nothing there: what this is for, and the way to the first one. */
export function Empty({
  title,
  children,
  action,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className={classes.empty}>
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}

/** Nothing that matches: not the same as nothing there. */
export function NoMatch({ onClear }: { onClear: () => void }) {
  return (
    <Empty
      title={t("kit.noMatch")}
      action={
        <Button variant="default" onClick={onClear}>
          {t("kit.clearFilters")}
        </Button>
      }
    />
  );
}

type AnswerProps<T> = {
  query: Pick<UseQueryResult<T, Error>, "data" | "error" | "refetch">;
  rows?: number;
  children: (data: T) => ReactNode;
};

/** What a question answered, or that it is on its way, or why it failed. */
export function Answer<T>({ query, rows, children }: AnswerProps<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Failed message={query.error.message} onRetry={() => query.refetch()} />;
  return <Loading rows={rows} />;
}
