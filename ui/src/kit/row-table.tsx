import { Skeleton } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type KeyboardEvent,
  memo,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import classes from "./row-table.module.css";

export type Column<Row> = {
  id: string;
  header: string;
  /** A track of the grid, such as `2fr` or `110px`. */
  width: string;
  cell: (row: Row) => ReactNode;
  /** Another track when the window is narrow. */
  narrow?: string;
  /** Left out when the window is narrow. */
  optional?: boolean;
  /** The header is there for screen readers only: what stands below speaks for itself. */
  quiet?: boolean;
};

/** The rows of a list that may be long: how many, and those that are here. */
export type Rows<Row> = {
  total: number;
  at: (index: number) => Row | undefined;
  /** Tells which rows are on screen, so that they can be fetched. */
  want: (first: number, last: number) => void;
};

type Props<Row> = {
  label: string;
  columns: readonly Column<Row>[];
  rows: Rows<Row>;
  keyOf: (row: Row) => string;
};

const ROW_PX = 37;

/** Up and down move between the rows' own links. */
function moveFocus(event: KeyboardEvent<HTMLElement>) {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  const row = (event.target as HTMLElement).closest('[role="row"]');
  if (step === 0 || row === null || (event.target as HTMLElement).matches("input, select, textarea")) return;
  const next = step === 1 ? row.nextElementSibling : row.previousElementSibling;
  const target = next?.querySelector<HTMLElement>("a, button");
  if (!target) return;
  event.preventDefault();
  target.focus();
}

const scrollerOf = (table: HTMLElement | null) => table?.closest<HTMLElement>("[data-scroll]") ?? null;

/** Where the table begins inside what scrolls; measured anew when what stands above grows, not while somebody scrolls. */
function useScroll() {
  const ref = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const table = ref.current;
    const scroller = scrollerOf(table);
    if (!table || !scroller) return;
    const measure = () => {
      const top = table.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
      setOffset(Math.round(top + scroller.scrollTop));
    };
    measure();
    const observer = new ResizeObserver(measure);
    for (let box: HTMLElement | null = table; box && box !== scroller; box = box.parentElement) {
      for (const sibling of box.parentElement?.children ?? []) observer.observe(sibling);
    }
    return () => observer.disconnect();
  }, []);
  return { ref, offset, element: () => scrollerOf(ref.current) };
}

type DrawnRowProps<Row> = {
  columns: readonly Column<Row>[];
  row: Row | undefined;
  index: number;
};

/** One row; drawn again only when what it shows changes, so that scrolling draws the rows that come into sight. */
const DrawnRow = memo(function DrawnRow<Row>({ columns, row, index }: DrawnRowProps<Row>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows are placed one by one, which a table element cannot do
    // biome-ignore lint/a11y/useFocusableInteractive: its link takes the focus
    <div role="row" aria-rowindex={index + 2} className={classes.row}>
      {columns.map((column) => (
        // biome-ignore lint/a11y/useSemanticElements: as above
        <div role="cell" key={column.id} data-optional={column.optional || undefined}>
          {row ? column.cell(row) : <Skeleton height={12} width="60%" />}
        </div>
      ))}
    </div>
  );
}) as <Row>(props: DrawnRowProps<Row>) => ReactNode;

/** A table that draws only the rows on screen. */
export function RowTable<Row>({ label, columns, rows, keyOf }: Props<Row>) {
  const { ref, offset, element } = useScroll();
  const virtualizer = useVirtualizer({
    count: rows.total,
    getScrollElement: element,
    estimateSize: () => ROW_PX,
    overscan: 4,
    scrollMargin: offset,
  });
  const shown = virtualizer.getVirtualItems();
  const [first, last] = [shown[0]?.index ?? 0, shown.at(-1)?.index ?? 0];
  const { want } = rows;
  useEffect(() => want(first, last), [want, first, last]);

  const tracks = (all: boolean) =>
    columns
      .filter((column) => all || !column.optional)
      .map((column) => (all ? column.width : (column.narrow ?? column.width)))
      .map((width) => (width.endsWith("fr") ? `minmax(0, ${width})` : width))
      .join(" ");
  const style = { "--tracks": tracks(true), "--tracks-narrow": tracks(false) } as React.CSSProperties;

  return (
    // biome-ignore lint/a11y/useSemanticElements: rows are placed one by one, which a table element cannot do
    <div
      role="table"
      aria-label={label}
      aria-rowcount={rows.total + 1}
      className={classes.table}
      style={style}
      ref={ref}
      onKeyDown={moveFocus}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: a row of headers takes no focus */}
      <div role="row" aria-rowindex={1} className={classes.header}>
        {columns.map((column) => (
          // biome-ignore lint/a11y/useSemanticElements: as above
          // biome-ignore lint/a11y/useFocusableInteractive: a header takes no focus
          <div role="columnheader" key={column.id} data-optional={column.optional || undefined}>
            {column.quiet ? <span className="visually-hidden">{column.header}</span> : column.header}
          </div>
        ))}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div
        role="rowgroup"
        className={classes.rows}
        style={{ height: virtualizer.getTotalSize(), paddingTop: (shown[0]?.start ?? offset) - offset }}
      >
        {shown.map((item) => {
          const row = rows.at(item.index);
          return (
            <DrawnRow
              key={row ? keyOf(row) : `pending-${item.index}`}
              columns={columns}
              row={row}
              index={item.index}
            />
          );
        })}
      </div>
    </div>
  );
}
