import classes from "./code-block.module.css";
import { CopyIcon } from "./copyable";

/** Something to paste elsewhere: mono, with copy. */
export function CodeBlock({ text, what }: { text: string; what: string }) {
  return (
    <div className={classes.block}>
      {/* focusable, so that a long line can be scrolled by keyboard */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must take the focus */}
      <section className={classes.scroll} tabIndex={0} aria-label={what}>
        <pre>{text}</pre>
      </section>
      <div className={classes.copy}>
        <CopyIcon text={text} what={what} />
      </div>
    </div>
  );
}
