import type { ReactNode } from "react";
import classes from "./chip.module.css";

export type Tone = "accent" | "wait" | "ok" | "bad" | "plain";

/** A state in a word: never a colour alone. */
export function Chip({ tone = "accent", children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span className={classes.chip} data-tone={tone}>
      {children}
    </span>
  );
}

/** A coloured dot in front of a sentence that says the same. */
export function Dot({ tone }: { tone: Tone }) {
  return <span aria-hidden className={classes.dot} data-tone={tone} />;
}
