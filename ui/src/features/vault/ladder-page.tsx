import { Button, Select, Switch } from "@mantine/core";
import type { ReactNode } from "react";
import { Link, useSearchParams } from "react-router";
import type { Ladder, Rung } from "../../api/bindings";
import { useCommand } from "../../api/commands";
import { paths } from "../../app/paths";
import { t, tNamed } from "../../i18n/i18n";
import { Chip } from "../../kit/chip";
import { Page } from "../../kit/page";
import { Panel } from "../../kit/panel";
import { Answer } from "../../kit/states";
import { ClientPicker } from "../clients/client-picker";
import { PersonSelect } from "../people/person-select";
import { mendWords } from "./mend-words";
import { useConnect } from "./use-connect";
import classes from "./vault.module.css";

/** Whose exchange, by which client, with a token for which API, for which connection. */
type Asked = { person: string; api: string; client: string; connection: string; refresh: boolean };

/** Every condition of an exchange that nobody has made yet, judged by the code of the exchange. */
export function LadderPage() {
  const [query, setQuery] = useSearchParams();
  const read = (name: string) => query.get(name) ?? "";
  const asked: Asked = {
    person: read("person"),
    api: read("api"),
    client: read("client"),
    connection: read("connection"),
    refresh: read("refresh") === "1",
  };
  const put = (name: keyof Asked, value: string) => {
    const next = new URLSearchParams(query);
    if (value === "") next.delete(name);
    else next.set(name, value);
    setQuery(next, { replace: true });
  };
  const complete =
    [asked.person, asked.client, asked.connection].every((part) => part !== "") &&
    (asked.refresh || asked.api !== "");
  return (
    <Page title={t("vault.ladder")} breadcrumb={<Link to={paths.vault()}>{t("nav.vault")}</Link>}>
      <div className={classes.stack}>
        <Choices asked={asked} put={put} />
        {complete ? <Rungs asked={asked} /> : <p className={classes.mute}>{t("ladder.choose")}</p>}
      </div>
    </Page>
  );
}

function Choices({ asked, put }: { asked: Asked; put: (name: keyof Asked, value: string) => void }) {
  const apis = useCommand("apis_list", {});
  const connections = useCommand("connections_list", {});
  const own = (apis.data?.items ?? []).filter((api) => !api.system);
  return (
    <Panel>
      <div className={classes.form}>
        <div className={classes.choices}>
          <PersonSelect
            label={t("ladder.person")}
            value={asked.person}
            onChange={(person) => put("person", person)}
          />
          <Select
            label={t("ladder.api")}
            data={own.map((api) => ({ value: api.identifier, label: api.name }))}
            value={asked.api || null}
            onChange={(api) => put("api", api ?? "")}
            disabled={asked.refresh}
          />
          <ClientPicker
            label={t("ladder.client")}
            value={asked.client}
            onChange={(client) => put("client", client)}
          />
          <Select
            label={t("ladder.connection")}
            data={(connections.data?.items ?? []).map(({ name }) => name)}
            value={asked.connection || null}
            onChange={(connection) => put("connection", connection ?? "")}
          />
        </div>
        <Switch
          label={t("ladder.refresh")}
          description={t("ladder.refreshHelp")}
          checked={asked.refresh}
          onChange={(event) => put("refresh", event.currentTarget.checked ? "1" : "")}
        />
      </div>
    </Panel>
  );
}

function Rungs({ asked }: { asked: Asked }) {
  const ladder = useCommand("vault_ladder", {
    membershipId: asked.person,
    api: asked.api,
    clientId: asked.client,
    connection: asked.connection,
    refreshToken: asked.refresh,
  });
  return <Answer query={ladder}>{(ladder) => <Verdict ladder={ladder} asked={asked} />}</Answer>;
}

function Verdict({ ladder, asked }: { ladder: Ladder; asked: Asked }) {
  const met = ladder.rungs.filter((rung) => rung.ok === true).length;
  return (
    <Panel
      title={ladder.holds ? t("ladder.holds") : t("ladder.fails")}
      tone={ladder.holds ? "plain" : "bad"}
      actions={
        <Chip tone={ladder.holds ? "ok" : "bad"}>{t("ladder.count", { met, all: ladder.rungs.length })}</Chip>
      }
    >
      <ol className={classes.rungs}>
        {ladder.rungs.map((rung) => (
          <li key={rung.id}>
            <RungState rung={rung} />
            <div>
              {tNamed("check", rung.id)} <span className={classes.mono}>{rung.id}</span>
              {rung.ok !== true && (
                <dl className={classes.values}>
                  <dt>{t("ladder.wanted")}</dt>
                  <dd className={classes.mono}>{rung.wanted}</dd>
                  <dt>{t("ladder.found")}</dt>
                  <dd className={classes.mono}>{rung.found}</dd>
                </dl>
              )}
            </div>
            {rung.ok === false && <Mend rung={rung} asked={asked} />}
          </li>
        ))}
      </ol>
    </Panel>
  );
}

function RungState({ rung }: { rung: Rung }) {
  if (rung.ok === null) return <Chip tone="plain">{t("ladder.unknown")}</Chip>;
  return <Chip tone={rung.ok ? "ok" : "bad"}>{rung.ok ? t("ladder.met") : t("ladder.unmet")}</Chip>;
}

/** The button that makes a condition hold: at once where it can, or where it is done. */
function Mend({ rung, asked }: { rung: Rung; asked: Asked }) {
  const words = mendWords(rung.mend);
  const way = (to: string): ReactNode => (
    <Button component={Link} to={to} variant="default">
      {words}
    </Button>
  );
  switch (rung.mend) {
    case "connect_account":
    case "ask_for_refresh_token":
      return <ConnectButton person={asked.person} connection={asked.connection} words={words} />;
    case "link_client":
    case "choose_account":
    case "activate_person":
    case "create_connection":
    case "activate_connected_accounts":
    case "enable_connection":
      return <Elsewhere mend={rung.mend} asked={asked} way={way} />;
    case "make_secret":
      return way(paths.client(asked.client, "credentials"));
    case "allow_grant":
    case "allow_refresh":
      return way(paths.client(asked.client, "grant-types"));
    default:
      return way(paths.client(asked.client));
  }
}

/** What is mended on the screen of an API, a connection or a person. */
function Elsewhere({ mend, asked, way }: { mend: string; asked: Asked; way: (to: string) => ReactNode }) {
  const apis = useCommand("apis_list", {});
  const connections = useCommand("connections_list", {});
  const api = apis.data?.items.find(({ identifier }) => identifier === asked.api);
  const connection = connections.data?.items.find(({ name }) => name === asked.connection);
  if (mend === "link_client") return way(api ? paths.api(api.id) : paths.vault());
  if (mend === "create_connection") return way(paths.connectionNew());
  if (mend === "activate_person" || mend === "choose_account") return way(paths.person(asked.person));
  return way(connection ? paths.connection(connection.id) : paths.vault());
}

function ConnectButton({ person, connection, words }: { person: string; connection: string; words: string }) {
  const connect = useConnect(person);
  return (
    <Button variant="default" onClick={() => connect.start(connection)} loading={connect.busy}>
      {words}
    </Button>
  );
}
