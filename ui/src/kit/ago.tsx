import { Tooltip } from "@mantine/core";
import { absolute, ago } from "../i18n/time";
import { useNow } from "./use-now";

/** A moment: relative in the text, absolute on hover. */
export function Ago({ at }: { at: number }) {
  const now = useNow(10);
  return (
    <Tooltip label={absolute(at)}>
      <time dateTime={new Date(at * 1000).toISOString()}>{ago(at, Math.max(now, at))}</time>
    </Tooltip>
  );
}
