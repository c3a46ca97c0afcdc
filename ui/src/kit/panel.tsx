import type { ReactNode } from "react";
import classes from "./panel.module.css";

type Props = { title?: string; actions?: ReactNode; tone?: "plain" | "bad"; children: ReactNode };

/** A card: one-pixel line, no shadow, an optional title with its actions. */
export function Panel({ title, actions, tone = "plain", children }: Props) {
  return (
    <section className={classes.panel} data-tone={tone} aria-label={title}>
      {title && (
        <header className={classes.head}>
          <h2>{title}</h2>
          {actions && <div className={classes.actions}>{actions}</div>}
        </header>
      )}
      {children}
    </section>
  );
}

/** A form column with a rail beside it; where there is no room, the rail goes below, or above if it matters more. */
export function WithRail({
  children,
  rail,
  railFirst,
}: {
  children: ReactNode;
  rail: ReactNode;
  railFirst?: boolean;
}) {
  return (
    <div className={classes.withRail} data-rail-first={railFirst || undefined}>
      <div className={classes.column}>{children}</div>
      <aside className={classes.column}>{rail}</aside>
    </div>
  );
}

/** Panels one under the other, as wide as a form. */
export function Column({ children, wide = false }: { children: ReactNode; wide?: boolean }) {
  return (
    <div className={classes.column} data-wide={wide || undefined}>
      {children}
    </div>
  );
}
