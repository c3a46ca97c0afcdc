import { Button, Group, Menu } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconDots, IconPlus } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { Link, useSearchParams } from "react-router";
import type { ClientStatus, ClientSummary, ClientType } from "../../api/bindings";
import { useRows } from "../../api/rows";
import { paths } from "../../app/paths";
import { t, tn } from "../../i18n/i18n";
import { Ago } from "../../kit/ago";
import { Chip } from "../../kit/chip";
import { CopyIcon } from "../../kit/copyable";
import { FilterChips } from "../../kit/filter-chips";
import { IconButton } from "../../kit/icon-button";
import { Page } from "../../kit/page";
import { type Column, RowTable } from "../../kit/row-table";
import { SearchField } from "../../kit/search-field";
import { Answer, Empty, NoMatch } from "../../kit/states";
import { CLIENT_TYPES, statusTone, statusWords, typeWords } from "./client-words";
import classes from "./clients.module.css";
import { useClientActions } from "./use-client-actions";

const DEBOUNCE_MS = 60;

/** All client applications, found by name, ID or redirect URI. */
export function ClientsPage() {
  const [params, setParams] = useSearchParams();
  const type = (params.get("type") ?? "") as ClientType | "";
  const status = (params.get("status") ?? "") as ClientStatus | "";
  const [search, setSearch] = useState(params.get("q") ?? "");
  const [asked] = useDebouncedValue(search.trim(), DEBOUNCE_MS);
  const clients = useRows("clients_list", {
    search: asked,
    clientType: type || null,
    status: status || null,
  });

  const keep = (name: "q" | "type" | "status", value: string) =>
    setParams(
      (before) => {
        if (value) before.set(name, value);
        else before.delete(name);
        return before;
      },
      { replace: true },
    );
  const find = (value: string) => {
    setSearch(value);
    keep("q", value);
  };
  const clear = () => {
    setSearch("");
    setParams({}, { replace: true });
  };
  const filtered = search !== "" || type !== "" || status !== "";

  return (
    <Page
      title={t("nav.clients")}
      beside={clients.answer && <span role="status">{tn("clients.count", clients.answer.total)}</span>}
      actions={<Actions />}
    >
      <div className={classes.tools}>
        <SearchField
          label={t("clients.search")}
          placeholder={t("clients.searchPlaceholder")}
          value={search}
          onChange={find}
        />
        <div className={classes.filters}>
          <FilterChips
            label={t("clients.type")}
            options={[
              { value: "", label: t("clients.allTypes") },
              ...CLIENT_TYPES.map((value) => ({ value, label: typeWords(value) })),
            ]}
            value={type}
            onChange={(next) => keep("type", next)}
          />
          <FilterChips
            label={t("clients.status")}
            options={[
              { value: "", label: t("clients.allStatuses") },
              { value: "active", label: t("clients.active") },
              { value: "off", label: t("clients.off") },
            ]}
            value={status}
            onChange={(next) => keep("status", next)}
          />
        </div>
      </div>
      <Answer query={clients.query} rows={8}>
        {({ total }) => {
          if (total > 0) {
            return (
              <RowTable
                label={t("nav.clients")}
                columns={columns()}
                rows={clients.rows}
                keyOf={(row) => row.id}
              />
            );
          }
          return filtered ? <NoMatch onClear={clear} /> : <NoneYet />;
        }}
      </Answer>
    </Page>
  );
}

function Actions() {
  return (
    <>
      <CreateButton />
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" px={9} aria-label={t("clients.manage")}>
            <IconDots size={16} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item component={Link} to={paths.clientsLint()}>
            {t("clients.checkAll")}
          </Menu.Item>
          <Menu.Item component={Link} to={paths.clientsCompare()}>
            {t("compare.title")}
          </Menu.Item>
          <Menu.Item component={Link} to={paths.data()}>
            {t("clients.import")}
          </Menu.Item>
          <Menu.Item component={Link} to={paths.clientsDeleted()}>
            {t("clients.deletedOnes")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

function CreateButton() {
  return (
    <Button component={Link} to={paths.clientNew()} leftSection={<IconPlus size={16} />}>
      {t("clients.create")}
    </Button>
  );
}

function NoneYet() {
  return (
    <Empty
      title={t("clients.emptyTitle")}
      action={
        <Group gap="md">
          <CreateButton />
          <Link to={paths.data()}>{t("clients.emptyImport")}</Link>
        </Group>
      }
    >
      {t("clients.emptyBody")}
    </Empty>
  );
}

const columns = (): Column<ClientSummary>[] => [
  {
    id: "name",
    header: t("clients.name"),
    width: "1.6fr",
    narrow: "1fr",
    cell: (client) => (
      <span className={classes.named}>
        <Link to={paths.client(client.id)} className={classes.name} title={client.name}>
          {client.name}
        </Link>
        {client.status !== "active" && (
          <span className={classes.whereNarrow}>
            <Chip tone={statusTone(client.status)}>{statusWords(client.status)}</Chip>
          </span>
        )}
      </span>
    ),
  },
  {
    id: "type",
    header: t("clients.type"),
    width: "112px",
    cell: (client) => <Chip>{typeWords(client.clientType)}</Chip>,
  },
  {
    id: "id",
    header: t("clients.idTerm"),
    width: "126px",
    cell: (client) => (
      <span className={classes.id}>
        <span title={client.clientId}>{client.clientId}</span>
        <CopyIcon text={client.clientId} what={t("clients.idOf", { client: client.name })} />
      </span>
    ),
    optional: true,
  },
  {
    id: "redirect",
    header: t("redirect.label"),
    width: "2.6fr",
    narrow: "1.4fr",
    cell: (client) => (
      <span className={classes.id} title={client.redirectUri ?? undefined}>
        <span>
          {client.redirectUri ?? "–"}
          {client.redirectUriCount > 1 && ` +${client.redirectUriCount - 1}`}
        </span>
      </span>
    ),
  },
  {
    id: "status",
    header: t("clients.status"),
    width: "84px",
    cell: (client) => <Chip tone={statusTone(client.status)}>{statusWords(client.status)}</Chip>,
    // where it is narrow, it stands beside the name of those that are not active
    optional: true,
  },
  {
    id: "used",
    header: t("clients.lastUsed"),
    width: "122px",
    cell: (client) => (client.lastUsedAt === null ? t("clients.never") : <Ago at={client.lastUsedAt} />),
  },
  {
    id: "menu",
    header: t("board.actions"),
    quiet: true,
    width: "52px",
    cell: (client) => <RowMenu client={client} />,
  },
];

/** The menu is made when it is first opened: a list of hundreds would otherwise make hundreds that nobody opens. */
function RowMenu({ client }: { client: ClientSummary }) {
  const [made, setMade] = useState(false);
  const icon = (
    <IconButton
      aria-label={t("clients.more", { client: client.name })}
      aria-haspopup="menu"
      onClick={() => setMade(true)}
    >
      <IconDots size={16} />
    </IconButton>
  );
  return made ? <MadeMenu client={client} icon={icon} /> : icon;
}

function MadeMenu({ client, icon }: { client: ClientSummary; icon: ReactNode }) {
  const actions = useClientActions(client);
  return (
    <Menu position="bottom-end" defaultOpened returnFocus>
      <Menu.Target>{icon}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to={paths.client(client.id, "quick-start")}>
          {t("clients.use")}
        </Menu.Item>
        <Menu.Item component={Link} to={paths.clientsCompare({ one: client.id })}>
          {t("clients.compare")}
        </Menu.Item>
        {client.status === "active" ? (
          <Menu.Item onClick={actions.disable}>{t("clients.disable")}</Menu.Item>
        ) : (
          <Menu.Item onClick={actions.enable}>{t("clients.enable")}</Menu.Item>
        )}
        <Menu.Item color="bad" onClick={() => actions.remove(() => {})}>
          {t("clients.delete")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
