import { PasswordInput, Radio, Switch, TagsInput, TextInput } from "@mantine/core";
import { Link, useParams } from "react-router";
import type { Connection, ConnectionSettings } from "../../api/bindings";
import type { CommandFailed } from "../../api/call";
import { problemsOf, useCommand, useCommandMutation } from "../../api/commands";
import { DeleteButton, EditorBar, useEditor } from "../../app/editor";
import { paths } from "../../app/paths";
import { t } from "../../i18n/i18n";
import { Chip } from "../../kit/chip";
import { CopyValue } from "../../kit/copyable";
import { Page } from "../../kit/page";
import { Panel, WithRail } from "../../kit/panel";
import { Answer } from "../../kit/states";
import { toast } from "../../kit/toast";
import { ConnectionClients } from "./connection-clients";
import { UseSampleProvider } from "./sample-provider";
import { PRESETS, strategyWords } from "./strategies";
import classes from "./vault.module.css";
import { CONNECTION_FORM, type ConnectionDraft } from "./vault-form";

/** One provider, and who may have people connect accounts there. */
export function ConnectionPage() {
  const { id = "" } = useParams();
  const connection = useCommand("connections_get", { id });
  return (
    <Answer query={connection}>
      {(connection) => <Editor key={connection.id} connection={connection} />}
    </Answer>
  );
}

/** A new connection. */
export function ConnectionCreatePage() {
  return <Editor connection={null} />;
}

function Editor({ connection }: { connection: Connection | null }) {
  const editor = useEditor(connection, CONNECTION_FORM);
  const save = useCommandMutation("connections_save");
  const submit = () =>
    save.mutate(
      {
        id: connection?.id ?? null,
        version: editor.version,
        ...editor.draft,
        clientSecret: editor.draft.clientSecret || null,
      },
      {
        onSuccess: (saved) => {
          toast("ok", t("vault.saved", { name: saved.name }));
          editor.wasSaved(saved);
          if (editor.isNew) editor.leaveFor(paths.connection(saved.id));
        },
      },
    );
  return (
    <Page
      title={connection?.name ?? t("vault.createConnection")}
      breadcrumb={<Link to={paths.vault()}>{t("nav.vault")}</Link>}
      beside={connection && <Chip>{strategyWords(connection.strategy)}</Chip>}
      actions={
        connection && <Delete connection={connection} onDeleted={() => editor.leaveFor(paths.vault())} />
      }
    >
      <WithRail rail={<Rail connection={connection} />}>
        {editor.isNew && (
          <Presets
            draft={editor.draft}
            onChange={editor.setDraft}
            onSample={(id) => editor.leaveFor(paths.connection(id))}
          />
        )}
        <Fields draft={editor.draft} onChange={editor.setDraft} connection={connection} error={save.error} />
      </WithRail>
      <EditorBar editor={editor} save={save} onSave={submit} />
    </Page>
  );
}

type DraftProps = { draft: ConnectionDraft; onChange: (draft: ConnectionDraft) => void };

/** Which provider; the rest of the form follows. The sample provider fills a connection in by itself. */
function Presets({ draft, onChange, onSample }: DraftProps & { onSample: (id: string) => void }) {
  const choose = (strategy: string) => {
    const preset = PRESETS.find((one) => one.strategy === strategy);
    if (!preset) return;
    onChange({
      ...draft,
      strategy,
      name: draft.name || (strategy === "oidc" || strategy === "oauth2" ? "" : strategy),
      settings: { ...CONNECTION_FORM.empty.settings, ...preset.settings, clientId: draft.settings.clientId },
    });
  };
  return (
    <Panel
      title={t("vault.whichProvider")}
      actions={<UseSampleProvider onStarted={({ connectionId }) => connectionId && onSample(connectionId)} />}
    >
      <Radio.Group value={draft.strategy} onChange={choose} aria-label={t("vault.whichProvider")}>
        <div className={classes.choices}>
          {PRESETS.map((preset) => (
            <Radio key={preset.strategy} value={preset.strategy} label={preset.label} />
          ))}
        </div>
      </Radio.Group>
    </Panel>
  );
}

function Fields({
  draft,
  onChange,
  connection,
  error,
}: DraftProps & { connection: Connection | null; error: CommandFailed | null }) {
  const problem = problemsOf(error);
  const set = (settings: Partial<ConnectionSettings>) =>
    onChange({ ...draft, settings: { ...draft.settings, ...settings } });
  return (
    <>
      <Panel>
        <div className={classes.form}>
          {connection === null && (
            <TextInput
              label={t("vault.name")}
              description={t("vault.connectionNameHelp")}
              value={draft.name}
              onChange={(event) => onChange({ ...draft, name: event.currentTarget.value })}
              placeholder="acme-idp"
              error={problem("name")}
              classNames={{ input: classes.mono }}
              required
            />
          )}
          <TextInput
            label={t("vault.displayName")}
            description={t("vault.displayNameHelp")}
            value={draft.settings.displayName}
            onChange={(event) => set({ displayName: event.currentTarget.value })}
            error={problem("display_name")}
          />
          <Switch
            label={t("vault.connectedAccounts")}
            description={t("vault.connectedAccountsHelp")}
            checked={draft.settings.connectedAccounts}
            onChange={(event) => set({ connectedAccounts: event.currentTarget.checked })}
          />
        </div>
      </Panel>
      <Panel title={t("vault.atProvider")}>
        <div className={classes.form}>
          <Provider draft={draft} set={set} />
          <PasswordInput
            label={t("vault.clientSecret")}
            description={connection?.hasSecret ? t("vault.secretStored") : t("vault.secretHelp")}
            value={draft.clientSecret}
            onChange={(event) => onChange({ ...draft, clientSecret: event.currentTarget.value })}
            placeholder={connection?.hasSecret ? "••••••••••••" : undefined}
            autoComplete="off"
          />
          <TagsInput
            label={t("vault.askedScopes")}
            value={draft.settings.scopes}
            onChange={(scopes) => set({ scopes })}
            splitChars={[" ", ","]}
            acceptValueOnBlur
            classNames={{ pill: classes.mono, inputField: classes.mono }}
          />
          {problem("options") && (
            <p role="alert" className={classes.problem}>
              {problem("options")}
            </p>
          )}
        </div>
      </Panel>
    </>
  );
}

type Address = "issuer" | "authorizationEndpoint" | "tokenEndpoint" | "userinfoEndpoint" | "clientId";

/** The addresses of a provider that is not known by its strategy, and our name there. */
function Provider({
  draft,
  set,
}: {
  draft: ConnectionDraft;
  set: (settings: Partial<ConnectionSettings>) => void;
}) {
  const input = (name: Address, label: string, placeholder: string, description?: string) => (
    <TextInput
      label={label}
      description={description}
      value={draft.settings[name]}
      onChange={(event) => set({ [name]: event.currentTarget.value.trim() })}
      placeholder={placeholder}
      classNames={{ input: classes.mono }}
    />
  );
  const issuer = draft.strategy === "oidc";
  const endpoints =
    draft.strategy === "oauth2" || draft.settings.authorizationEndpoint || draft.settings.tokenEndpoint;
  return (
    <>
      {issuer && input("issuer", t("vault.issuer"), "https://idp.example.org", t("vault.issuerHelp"))}
      {endpoints && (
        <>
          {input(
            "authorizationEndpoint",
            t("vault.authorizationEndpoint"),
            "https://idp.example.org/authorize",
          )}
          {input("tokenEndpoint", t("vault.tokenEndpoint"), "https://idp.example.org/token")}
          {input("userinfoEndpoint", t("vault.userinfoEndpoint"), "https://idp.example.org/userinfo")}
        </>
      )}
      {input("clientId", t("vault.clientId"), "", t("vault.clientIdHelp"))}
    </>
  );
}

function Rail({ connection }: { connection: Connection | null }) {
  return (
    <>
      <Panel title={t("vault.callback")}>
        <p className={classes.mute}>{t("vault.callbackHelp")}</p>
        {connection && <CopyValue text={connection.callback} what={t("vault.callback")} />}
      </Panel>
      {connection && <ConnectionClients connection={connection} />}
    </>
  );
}

function Delete({ connection, onDeleted }: { connection: Connection; onDeleted: () => void }) {
  return (
    <DeleteButton
      command="connections_delete"
      id={connection.id}
      question={{
        title: t("vault.deleteConnection", { name: connection.name }),
        body: t("vault.deleteConnectionBody"),
        action: t("vault.delete"),
        typed: connection.name,
      }}
      done={t("vault.deleted", { name: connection.name })}
      onDeleted={onDeleted}
    />
  );
}
