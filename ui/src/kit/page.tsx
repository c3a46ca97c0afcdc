import { type ReactNode, useEffect } from "react";
import classes from "./page.module.css";

type Props = {
  title: string;
  /** The way back, on details only. */
  breadcrumb?: ReactNode;
  /** Chips, a count, an ID with copy. */
  beside?: ReactNode;
  /** At most one of them primary. */
  actions?: ReactNode;
  tabs?: ReactNode;
  children: ReactNode;
};

/** A page: breadcrumb, title with its chips, actions, tabs, content. */
export function Page({ title, breadcrumb, beside, actions, tabs, children }: Props) {
  useEffect(() => {
    document.title = `${title} – Anteroom`;
  }, [title]);
  return (
    <>
      {breadcrumb && (
        <div className={classes.breadcrumb}>
          <span aria-hidden>‹ </span>
          {breadcrumb}
        </div>
      )}
      <header className={classes.head} data-tabs={tabs !== undefined || undefined}>
        <h1 className={classes.title}>{title}</h1>
        {beside && <div className={classes.beside}>{beside}</div>}
        {actions && <div className={classes.actions}>{actions}</div>}
      </header>
      {tabs}
      {children}
    </>
  );
}
