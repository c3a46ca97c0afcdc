import classes from "./compare.module.css";

/** How much two texts share at the beginning and at the end. */
function shared(one: string, other: string): { head: number; tail: number } {
  const most = Math.min(one.length, other.length);
  let head = 0;
  while (head < most && one[head] === other[head]) head++;
  let tail = 0;
  while (tail < most - head && one[one.length - 1 - tail] === other[other.length - 1 - tail]) tail++;
  return { head, tail };
}

/** Two texts that share no more than this differ as a whole; marking their characters would say nothing. */
const LEAST_SHARED = 4;
/** A value, such as an address or an ID, whose characters count; "present" and "absent" are words. */
const VALUE = /[\d/:.@_=-]/;

/** A text with the characters marked that another one does not have there. */
export function Differing({ text, other }: { text: string; other: string }) {
  const { head, tail } = shared(text, other);
  if (head + tail < LEAST_SHARED || !VALUE.test(text + other))
    return <span className={classes.mono}>{text}</span>;
  const middle = text.slice(head, text.length - tail);
  return (
    <span className={classes.mono}>
      {text.slice(0, head)}
      {middle && <mark>{middle}</mark>}
      {text.slice(text.length - tail)}
    </span>
  );
}

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const written = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

type Line = { name: string; before?: unknown; after?: unknown };

/** The members that differ, nested ones by their path. */
function differences(before: unknown, after: unknown, path = ""): Line[] {
  if (isObject(before) || isObject(after)) {
    const [old, young] = [isObject(before) ? before : {}, isObject(after) ? after : {}];
    const names = [...new Set([...Object.keys(old), ...Object.keys(young)])];
    return names.flatMap((name) => differences(old[name], young[name], path ? `${path}.${name}` : name));
  }
  if (JSON.stringify(before ?? null) === JSON.stringify(after ?? null)) return [];
  return [{ name: path, before, after }];
}

/** What a change changed: a line per member, before and after. */
export function Changes({
  before,
  after,
  labels,
}: {
  before: unknown;
  after: unknown;
  labels: { before: string; after: string; unchanged: string };
}) {
  const lines = differences(before, after);
  if (lines.length === 0) return <p className={classes.none}>{labels.unchanged}</p>;
  return (
    <table className={classes.changes}>
      <tbody>
        {lines.map((line) => (
          <tr key={line.name}>
            <th scope="row">{line.name}</th>
            <td>
              {line.before !== undefined && line.before !== null && (
                <del>
                  <span className="visually-hidden">{labels.before}: </span>
                  {written(line.before)}
                </del>
              )}
              {line.after !== undefined && line.after !== null && (
                <ins>
                  <span className="visually-hidden">{labels.after}: </span>
                  {written(line.after)}
                </ins>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
