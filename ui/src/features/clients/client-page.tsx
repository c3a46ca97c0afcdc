import { Button, Menu, Tabs } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import type { Client, Fix, IssuedSecret } from "../../api/bindings";
import { useCommand, useCommandMutation } from "../../api/commands";
import { unsavedWords, useLeaveGuard } from "../../app/leave-guard";
import { paths } from "../../app/paths";
import { type Key, t } from "../../i18n/i18n";
import { ago } from "../../i18n/time";
import { Chip } from "../../kit/chip";
import { CopyValue } from "../../kit/copyable";
import { Page } from "../../kit/page";
import { Column } from "../../kit/panel";
import { SaveBar } from "../../kit/save-bar";
import { Answer } from "../../kit/states";
import { toast } from "../../kit/toast";
import { useNow } from "../../kit/use-now";
import { ActivityLog, ALL } from "../activity/activity-log";
import { DraftAdvice } from "./advice-rail";
import { type ClientForm, type FormProps, useDraft } from "./client-form";
import { statusTone, statusWords, typeWords } from "./client-words";
import classes from "./clients.module.css";
import { SecretDialog } from "./secret-dialog";
import { CredentialsTab } from "./tab-credentials";
import { GrantTypesTab } from "./tab-grant-types";
import { HistoryTab } from "./tab-history";
import { IdentityProviderTab } from "./tab-identity-provider";
import { QuickStartTab } from "./tab-quick-start";
import { SettingsTab } from "./tab-settings";
import { TokensTab } from "./tab-tokens";
import { useClientActions } from "./use-client-actions";
import { useLint } from "./use-lint";

const TABS: readonly { value: string; label: Key }[] = [
  { value: "settings", label: "clientTab.settings" },
  { value: "credentials", label: "clientTab.credentials" },
  { value: "identity-provider", label: "clientTab.identityProvider" },
  { value: "grant-types", label: "clientTab.grantTypes" },
  { value: "tokens", label: "clientTab.tokens" },
  { value: "quick-start", label: "clientTab.quickStart" },
  { value: "history", label: "clientTab.history" },
  { value: "activity", label: "clientTab.activity" },
];

/** One client application, in the order of need. */
export function ClientPage() {
  const { id = "" } = useParams();
  const client = useCommand("clients_get", { id });
  return (
    <Answer query={client} rows={8}>
      {(client) => <Detail key={client.id} client={client} />}
    </Answer>
  );
}

function Detail({ client }: { client: Client }) {
  const [params, setParams] = useSearchParams();
  const wanted = params.get("tab");
  const tab = TABS.some(({ value }) => value === wanted) ? (wanted as string) : "settings";
  const draft = useDraft(client);
  const update = useCommandMutation("clients_update");
  const advice = useLint(client, draft.changes, draft.count);
  useLeaveGuard(draft.count > 0, unsavedWords());
  const mend = ({ field, value }: Fix) => {
    const name = field as keyof ClientForm;
    const before = draft.form[name];
    const merged =
      typeof value === "object" && !Array.isArray(value) ? { ...(before as object), ...value } : value;
    draft.set(name, merged as ClientForm[typeof name]);
  };

  const save = () =>
    update.mutate(
      { id: client.id, version: client.version, changes: draft.changes },
      {
        onSuccess: () => {
          draft.discard();
          toast("ok", t("clients.savedToast", { client: client.name }));
        },
      },
    );
  const error = update.error;
  const problem = (field: string) =>
    error?.field === field || error?.field === `changes.${field}` ? error.message : undefined;
  const props: FormProps = { form: draft.form, set: draft.set, problem };

  return (
    <Page
      title={client.name}
      breadcrumb={<Link to={paths.clients()}>{t("nav.clients")}</Link>}
      beside={<Beside client={client} />}
      actions={<Actions client={client} onQuickStart={() => setParams({ tab: "quick-start" })} />}
      tabs={
        <Tabs
          value={tab}
          onChange={(next) => next && setParams({ tab: next }, { replace: true })}
          className={classes.tabs}
        >
          <Tabs.List aria-label={t("clientTab.label")}>
            {TABS.map(({ value, label }) => (
              <Tabs.Tab key={value} value={value} id={`tab-${value}`}>
                {t(label)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </Tabs>
      }
    >
      <div role="tabpanel" aria-labelledby={`tab-${tab}`}>
        <DraftAdvice value={{ advice, unsaved: draft.count > 0, mend }}>
          <Tab tab={tab} client={client} props={props} />
        </DraftAdvice>
      </div>
      <SaveBar
        changes={draft.count}
        saving={update.isPending}
        onSave={save}
        onDiscard={() => {
          draft.discard();
          update.reset();
        }}
        problem={error?.message}
      />
    </Page>
  );
}

function Tab({ tab, client, props }: { tab: string; client: Client; props: FormProps }) {
  switch (tab) {
    case "credentials":
      return <CredentialsTab client={client} />;
    case "identity-provider":
      return <IdentityProviderTab client={client} {...props} />;
    case "grant-types":
      return <GrantTypesTab client={client} {...props} />;
    case "tokens":
      return <TokensTab client={client} {...props} />;
    case "quick-start":
      return <QuickStartTab client={client} />;
    case "history":
      return <HistoryTab client={client} />;
    case "activity":
      return (
        <Column wide>
          <ActivityLog filter={{ ...ALL, about: client.id }} />
        </Column>
      );
    default:
      return <SettingsTab client={client} {...props} />;
  }
}

function Beside({ client }: { client: Client }) {
  const now = useNow(10);
  return (
    <>
      <Chip>{typeWords(client.clientType)}</Chip>
      {client.status === "off" && <Chip tone={statusTone(client.status)}>{statusWords(client.status)}</Chip>}
      {client.lastUsedAt === null ? (
        <Chip tone="wait">{t("clients.waitingFirst")}</Chip>
      ) : (
        <Chip tone="ok">
          {t("clients.lastUse", { ago: ago(client.lastUsedAt, Math.max(now, client.lastUsedAt)) })}
        </Chip>
      )}
      <CopyValue text={client.clientId} shown={`${client.clientId.slice(0, 13)}…`} what={t("clients.id")} />
    </>
  );
}

function Actions({ client, onQuickStart }: { client: Client; onQuickStart: () => void }) {
  const actions = useClientActions(client);
  const navigate = useNavigate();
  const [issued, setIssued] = useState<IssuedSecret>();
  const open = (copy: IssuedSecret) => navigate(paths.client(copy.client.id));
  return (
    <>
      <Button variant="default" onClick={onQuickStart}>
        {t("clients.use")}
      </Button>
      <Button component={Link} to={paths.playground({ client: client.id })}>
        {t("clients.tryIt")}
      </Button>
      {issued && (
        <SecretDialog
          issued={issued}
          onClose={() => {
            setIssued(undefined);
            open(issued);
          }}
        />
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" aria-label={t("clients.more", { client: client.name })} px={9}>
            <IconDots size={16} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            onClick={() => actions.duplicate((copy) => (copy.secret ? setIssued(copy) : open(copy)))}
          >
            {t("clients.duplicate")}
          </Menu.Item>
          <Menu.Item component={Link} to={paths.clientsCompare({ one: client.id })}>
            {t("clients.compare")}
          </Menu.Item>
          <Menu.Item onClick={actions.save}>{t("clients.exportOne")}</Menu.Item>
          {client.status === "active" ? (
            <Menu.Item onClick={actions.disable}>{t("clients.disable")}</Menu.Item>
          ) : (
            <Menu.Item onClick={actions.enable}>{t("clients.enable")}</Menu.Item>
          )}
          <Menu.Item color="bad" onClick={() => actions.remove(() => navigate(paths.clients()))}>
            {t("clients.delete")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
