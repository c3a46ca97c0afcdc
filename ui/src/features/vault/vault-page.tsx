import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { Link } from "react-router";
import type { ApiSummary, ConnectionSummary } from "../../api/bindings";
import { useCommand } from "../../api/commands";
import { paths } from "../../app/paths";
import { t, tn } from "../../i18n/i18n";
import { Chip } from "../../kit/chip";
import { Page } from "../../kit/page";
import { Panel } from "../../kit/panel";
import { type Column, RowTable } from "../../kit/row-table";
import { Answer, Empty } from "../../kit/states";
import { SampleProviderPanel } from "./sample-provider";
import { strategyWords } from "./strategies";
import classes from "./vault.module.css";

const nothing = () => {};

/** What tokens are for, and the providers whose tokens they can be exchanged for. */
export function VaultPage() {
  return (
    <Page
      title={t("nav.vault")}
      actions={
        <Button component={Link} to={paths.ladder()} variant="default">
          {t("vault.ladder")}
        </Button>
      }
    >
      <div className={classes.stack}>
        <p className={classes.mute}>{t("vault.about")}</p>
        <Apis />
        <Connections />
        <SampleProviderPanel />
      </div>
    </Page>
  );
}

function Apis() {
  const apis = useCommand("apis_list", {});
  const create = (
    <Button component={Link} to={paths.apiNew()} leftSection={<IconPlus size={16} />}>
      {t("vault.createApi")}
    </Button>
  );
  return (
    <Panel title={t("vault.apis")} actions={create}>
      <Answer query={apis} rows={3}>
        {({ items }) => (
          <RowTable
            label={t("vault.apis")}
            columns={apiColumns()}
            rows={{ total: items.length, at: (index) => items[index], want: nothing }}
            keyOf={(row) => row.id}
          />
        )}
      </Answer>
    </Panel>
  );
}

const apiColumns = (): Column<ApiSummary>[] => [
  {
    id: "name",
    header: t("vault.name"),
    width: "1.8fr",
    cell: (api) => (
      <span className={classes.named}>
        <Link to={paths.api(api.id)} className={classes.name} title={api.name}>
          {api.name}
        </Link>
        {api.system && <Chip tone="plain">{t("vault.system")}</Chip>}
      </span>
    ),
  },
  {
    id: "identifier",
    header: t("vault.identifier"),
    width: "1.6fr",
    narrow: "1.1fr",
    cell: (api) => (
      <span className={classes.mono} title={api.identifier}>
        {api.identifier}
      </span>
    ),
  },
  {
    id: "scopes",
    header: t("vault.scopes"),
    width: "90px",
    cell: (api) => api.scopeCount,
    optional: true,
  },
  {
    id: "clients",
    header: t("vault.backend"),
    width: "1fr",
    narrow: "0.8fr",
    cell: (api) =>
      api.clients.length === 0 ? "–" : <span title={api.clients.join(", ")}>{api.clients.join(", ")}</span>,
  },
  {
    id: "grants",
    header: t("vault.grants"),
    width: "120px",
    cell: (api) => api.grantCount,
    optional: true,
  },
];

function Connections() {
  const connections = useCommand("connections_list", {});
  const create = (
    <Button
      component={Link}
      to={paths.connectionNew()}
      variant="default"
      leftSection={<IconPlus size={16} />}
    >
      {t("vault.createConnection")}
    </Button>
  );
  return (
    <Panel title={t("vault.connections")} actions={create}>
      <Answer query={connections} rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t("vault.noConnections")}>{t("vault.noConnectionsBody")}</Empty>
          ) : (
            <RowTable
              label={t("vault.connections")}
              columns={connectionColumns()}
              rows={{ total: items.length, at: (index) => items[index], want: nothing }}
              keyOf={(row) => row.id}
            />
          )
        }
      </Answer>
    </Panel>
  );
}

const connectionColumns = (): Column<ConnectionSummary>[] => [
  {
    id: "name",
    header: t("vault.name"),
    width: "1.2fr",
    cell: (connection) => (
      <Link to={paths.connection(connection.id)} className={classes.name}>
        {connection.name}
      </Link>
    ),
  },
  {
    id: "provider",
    header: t("vault.provider"),
    width: "1.2fr",
    cell: (connection) => strategyWords(connection.strategy),
  },
  {
    id: "accounts",
    header: t("vault.connectedAccounts"),
    width: "170px",
    cell: (connection) => (
      <Chip tone={connection.connectedAccounts ? "ok" : "plain"}>
        {connection.connectedAccounts ? t("vault.on") : t("vault.off")}
      </Chip>
    ),
  },
  {
    id: "clients",
    header: t("vault.enabledClients"),
    width: "1fr",
    cell: (connection) =>
      connection.clientCount === 0 ? t("vault.noClient") : tn("vault.clientCount", connection.clientCount),
  },
];
