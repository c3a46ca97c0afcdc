import type { ReactNode } from "react";
import classes from "./facts.module.css";

/** What is known of a thing, a name and a value to a line. */
export function Facts({ of }: { of: readonly [name: string, value: ReactNode][] }) {
  return (
    <dl className={classes.facts}>
      {of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
