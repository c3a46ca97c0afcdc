import { type KeyboardEvent, useState } from "react";

/**
 * A field with a list of options under it: the field keeps the focus, Up and Down move the mark, Enter takes the
 * marked one. The first is marked from the start.
 */
export function useOptions<T>(listId: string, options: readonly T[], choose: (option: T) => void) {
  const [at, setAt] = useState(0);
  const last = options.length - 1;
  const marked = Math.max(0, Math.min(at, last));
  const option = options[marked];
  const idOf = (index: number) => `${listId}-${index}`;

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setAt(marked >= last ? 0 : marked + 1);
    else if (event.key === "ArrowUp") setAt(marked <= 0 ? Math.max(0, last) : marked - 1);
    else if (event.key === "Enter" && option !== undefined) choose(option);
    else return;
    event.preventDefault();
  };

  return {
    marked,
    /** Marks the first again: what is typed has changed. */
    reset: () => setAt(0),
    field: {
      role: "combobox",
      "aria-expanded": options.length > 0,
      "aria-controls": listId,
      "aria-autocomplete": "list",
      "aria-activedescendant": option === undefined ? undefined : idOf(marked),
      autoComplete: "off",
      spellCheck: false,
      onKeyDown,
    } as const,
    optionProps: (index: number) => ({
      role: "option",
      id: idOf(index),
      "aria-selected": index === marked,
      onClick: () => {
        const clicked = options[index];
        if (clicked !== undefined) choose(clicked);
      },
      ref: index === marked ? intoView : undefined,
    }),
  };
}

function intoView(element: HTMLElement | null) {
  element?.scrollIntoView?.({ block: "nearest" });
}
