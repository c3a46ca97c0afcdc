import { type QueryClient, useQueries } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { call, type Name, type Req, type Res } from "./call";
import { keyOf, useCommand } from "./commands";

/** Rows fetched at once. */
const SLICE = 100;

/** Commands that list by offset. */
type Listing = { [N in Name]: Req<N> extends { offset: number; limit: number } ? N : never }[Name];
type Row<N extends Listing> = Res<N> extends { items: (infer R)[] } ? R : never;
type Filter<N extends Listing> = Omit<Req<N>, "offset" | "limit">;
type Slice<N extends Listing> = Res<N> & { items: Row<N>[]; total: number };

const requestOf = <N extends Listing>(filter: Filter<N>, slice: number) =>
  ({ ...filter, offset: slice * SLICE, limit: SLICE }) as unknown as Req<N>;

/** Asks for the first slice of a list that is likely to be opened. */
export function prefetchRows<N extends Listing>(cache: QueryClient, name: N, filter: Filter<N>) {
  const request = requestOf<N>(filter, 0);
  return cache.prefetchQuery({ queryKey: keyOf(name, request), queryFn: () => call(name, request) });
}

/**
 * A list of any length: the first slice at once, the others when their rows come on screen. While a new filter is
 * being answered the rows of the one before stay.
 */
export function useRows<N extends Listing>(name: N, filter: Filter<N>) {
  const request = (slice: number) => requestOf(filter, slice);
  const head = useCommand(name, request(0), { keepPrevious: true });
  const [wanted, setWanted] = useState<readonly number[]>([]);
  const rest = useQueries({
    queries: wanted.map((slice) => ({
      queryKey: keyOf(name, request(slice)),
      queryFn: () => call(name, request(slice)),
    })),
  });

  const want = useCallback((first: number, last: number) => {
    const next: number[] = [];
    for (let slice = Math.floor(first / SLICE); slice <= Math.floor(last / SLICE); slice++) {
      if (slice > 0) next.push(slice);
    }
    setWanted((before) => (before.join() === next.join() ? before : next));
  }, []);

  const answer = head.data as Slice<N> | undefined;
  const at = (index: number): Row<N> | undefined => {
    const slice = Math.floor(index / SLICE);
    const data = slice === 0 ? answer : (rest[wanted.indexOf(slice)]?.data as Slice<N> | undefined);
    return data?.items[index % SLICE];
  };
  return { query: head, answer, rows: { total: answer?.total ?? 0, at, want } };
}
