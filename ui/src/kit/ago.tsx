import { absolute, ago } from "../i18n/time";
import { useNow } from "./use-now";

/** A moment: relative in the text, absolute on hover. */
export function Ago({ at }: { at: number }) {
  const now = useNow(10);
  return (
    <time dateTime={new Date(at * 1000).toISOString()} title={absolute(at)}>
      {ago(at, Math.max(now, at))}
    </time>
  );
}
