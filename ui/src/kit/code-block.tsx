import classes from "./code-block.module.css";
import { CopyIcon } from "./copyable";

/** Something to paste elsewhere: mono, with copy. */
export function CodeBlock({ text, what }: { text: string; what: string }) {
  return (
    <div className={classes.block}>
      {/* focusable, so that a long line can be scrolled by keyboard */}
      {/* biome-ignore lint/a11y/useSemanticElements: no fieldset */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must take the focus */}
      <div role="group" className={classes.scroll} tabIndex={0} aria-label={what}>
        <pre>{text}</pre>
      </div>
      <div className={classes.copy}>
        <CopyIcon text={text} what={what} />
      </div>
    </div>
  );
}
