import { Fragment, type ReactNode } from "react";
import { type Key, t } from "./i18n";

/** A sentence some of whose `{names}` are elements. */
export function Rich({ k, values }: { k: Key; values: Record<string, ReactNode> }) {
  const parts = t(k).split(/\{(\w+)\}/);
  return parts.map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one sentence never change their order
    <Fragment key={`${k}-${index}`}>{index % 2 === 1 ? (values[part] ?? `{${part}}`) : part}</Fragment>
  ));
}
