import { Link, useSearchParams } from "react-router";
import type { Client } from "../../api/bindings";
import { useCommand } from "../../api/commands";
import { paths } from "../../app/paths";
import { t, tn } from "../../i18n/i18n";
import { Differing } from "../../kit/compare";
import { Page } from "../../kit/page";
import { Answer, Empty } from "../../kit/states";
import { ClientPicker } from "./client-picker";
import classes from "./clients.module.css";

/** Two clients side by side: only what differs. */
export function ClientsComparePage() {
  const [params, setParams] = useSearchParams();
  const one = params.get("one") ?? "";
  const other = params.get("other") ?? "";
  const keep = (name: "one" | "other", id: string) =>
    setParams(
      (before) => {
        if (id) before.set(name, id);
        else before.delete(name);
        return before;
      },
      { replace: true },
    );
  return (
    <Page title={t("compare.title")} breadcrumb={<Link to={paths.clients()}>{t("nav.clients")}</Link>}>
      <div className={classes.pair}>
        <ClientPicker label={t("compare.one")} value={one} onChange={(id) => keep("one", id)} />
        <ClientPicker label={t("compare.other")} value={other} onChange={(id) => keep("other", id)} />
      </div>
      {one && other ? <Pair one={one} other={other} /> : <Empty title={t("compare.pick")} />}
    </Page>
  );
}

function Pair({ one, other }: { one: string; other: string }) {
  const first = useCommand("clients_get", { id: one });
  const second = useCommand("clients_get", { id: other });
  return (
    <Answer query={first} rows={6}>
      {(first) => (
        <Answer query={second} rows={6}>
          {(second) => <Differences one={first} other={second} />}
        </Answer>
      )}
    </Answer>
  );
}

/** Members that always differ, or say nothing about how a client behaves. */
const LEFT_OUT = new Set<keyof Client>([
  "id",
  "name",
  "secrets",
  "advice",
  "lastUsedAt",
  "createdAt",
  "updatedAt",
  "version",
]);

type Line = { name: string; one: string; other: string };

const shown = (value: unknown): string =>
  value === null || value === undefined || (Array.isArray(value) && value.length === 0)
    ? "–"
    : Array.isArray(value)
      ? value.join("\n")
      : typeof value === "string"
        ? value
        : JSON.stringify(value);

function lines(one: object, other: object, path = ""): Line[] {
  const [first, second] = [one as Record<string, unknown>, other as Record<string, unknown>];
  return [...new Set([...Object.keys(first), ...Object.keys(second)])].flatMap((name) => {
    if (path === "" && LEFT_OUT.has(name as keyof Client)) return [];
    const [left, right] = [first[name], second[name]];
    const isObject = (value: unknown): value is object =>
      typeof value === "object" && value !== null && !Array.isArray(value);
    const at = path ? `${path}.${name}` : name;
    if (isObject(left) || isObject(right)) {
      return lines(isObject(left) ? left : {}, isObject(right) ? right : {}, at);
    }
    return shown(left) === shown(right) ? [] : [{ name: at, one: shown(left), other: shown(right) }];
  });
}

function Differences({ one, other }: { one: Client; other: Client }) {
  const found = lines(one, other);
  if (found.length === 0) return <Empty title={t("compare.same")} />;
  return (
    <>
      <p className={classes.lead} role="status">
        {tn("compare.count", found.length)}
      </p>
      <table className={classes.compare}>
        <thead>
          <tr>
            <th scope="col">{t("compare.member")}</th>
            {[one, other].map((client) => (
              <th scope="col" key={client.id}>
                <Link to={paths.client(client.id)} className={classes.name}>
                  {client.name}
                </Link>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {found.map((line) => (
            <tr key={line.name}>
              <th scope="row">
                <code>{line.name}</code>
              </th>
              <td>
                <Differing text={line.one} other={line.other} />
              </td>
              <td>
                <Differing text={line.other} other={line.one} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
