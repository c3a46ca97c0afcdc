import { NumberInput, Select, Switch, TextInput } from "@mantine/core";
import { Link, useParams } from "react-router";
import type { Api, ApiAccess } from "../../api/bindings";
import type { CommandFailed } from "../../api/call";
import { problemsOf, useCommand, useCommandMutation } from "../../api/commands";
import { DeleteButton, EditorBar, useEditor } from "../../app/editor";
import { paths } from "../../app/paths";
import { t, tn } from "../../i18n/i18n";
import { Chip } from "../../kit/chip";
import { CopyValue } from "../../kit/copyable";
import { Page } from "../../kit/page";
import { Panel, WithRail } from "../../kit/panel";
import { Answer } from "../../kit/states";
import { toast } from "../../kit/toast";
import { ApiClients } from "./api-clients";
import { ApiGrants } from "./api-grants";
import { ApiScopes } from "./api-scopes";
import classes from "./vault.module.css";
import { API_FORM, type ApiDraft, written } from "./vault-form";

/** One API: what it is, who acts for it, who may ask it. */
export function ApiPage() {
  const { id = "" } = useParams();
  const api = useCommand("apis_get", { id });
  return <Answer query={api}>{(api) => <Editor key={api.id} api={api} />}</Answer>;
}

/** A new API. */
export function ApiCreatePage() {
  return <Editor api={null} />;
}

function Editor({ api }: { api: Api | null }) {
  const editor = useEditor(api, API_FORM);
  const save = useCommandMutation("apis_save");
  const submit = () =>
    save.mutate(
      {
        id: api?.id ?? null,
        version: editor.version,
        ...editor.draft,
        scopes: written(editor.draft.scopes),
      },
      {
        onSuccess: (saved) => {
          toast("ok", t("vault.saved", { name: saved.name }));
          editor.wasSaved(saved);
          if (editor.isNew) editor.leaveFor(paths.api(saved.id));
        },
      },
    );
  const system = api?.system === true;
  return (
    <Page
      title={api?.name ?? t("vault.createApi")}
      breadcrumb={<Link to={paths.vault()}>{t("nav.vault")}</Link>}
      beside={
        api && (
          <>
            {system && <Chip tone="plain">{t("vault.system")}</Chip>}
            <CopyValue text={api.identifier} what={t("vault.identifier")} />
          </>
        )
      }
      actions={api && !system && <Delete api={api} onDeleted={() => editor.leaveFor(paths.vault())} />}
    >
      <WithRail rail={<Rail api={api} />}>
        {system ? (
          <SystemScopes api={api} />
        ) : (
          <Fields
            draft={editor.draft}
            onChange={editor.setDraft}
            created={!editor.isNew}
            error={save.error}
          />
        )}
        {api && <ApiGrants api={api} />}
      </WithRail>
      {!system && <EditorBar editor={editor} save={save} onSave={submit} />}
    </Page>
  );
}

type FieldsProps = {
  draft: ApiDraft;
  onChange: (draft: ApiDraft) => void;
  created: boolean;
  error: CommandFailed | null;
};

function Fields({ draft, onChange, created, error }: FieldsProps) {
  const problem = problemsOf(error);
  const set = (changes: Partial<ApiDraft>) => onChange({ ...draft, ...changes });
  return (
    <>
      <Panel>
        <div className={classes.form}>
          <TextInput
            label={t("vault.name")}
            value={draft.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
            placeholder="My API"
            error={problem("name")}
          />
          <TextInput
            label={t("vault.identifier")}
            description={created ? t("vault.identifierStays") : t("vault.identifierHelp")}
            value={draft.identifier}
            onChange={(event) => set({ identifier: event.currentTarget.value })}
            placeholder="https://my-api.example.com"
            error={problem("identifier")}
            readOnly={created}
            classNames={{ input: classes.mono }}
            required={!created}
          />
        </div>
      </Panel>
      <Panel title={t("vault.scopes")}>
        <ApiScopes scopes={draft.scopes} onChange={(scopes) => set({ scopes })} problem={problem("scopes")} />
      </Panel>
      <Panel title={t("vault.tokens")}>
        <div className={classes.form}>
          <NumberInput
            label={t("vault.tokenLifetime")}
            value={draft.tokenLifetime}
            onChange={(value) => set({ tokenLifetime: Number(value) || 0 })}
            min={1}
            max={2_592_000}
            suffix=" s"
            maw={220}
            error={problem("token_lifetime")}
          />
          <Switch
            label={t("vault.offline")}
            description={t("vault.offlineHelp")}
            checked={draft.allowOfflineAccess}
            onChange={(event) => set({ allowOfflineAccess: event.currentTarget.checked })}
          />
          <div className={classes.pair}>
            <Access
              label={t("vault.forPeople")}
              value={draft.userAccess}
              onChange={(userAccess) => set({ userAccess })}
            />
            <Access
              label={t("vault.forClients")}
              value={draft.clientAccess}
              onChange={(clientAccess) => set({ clientAccess })}
            />
          </div>
        </div>
      </Panel>
    </>
  );
}

function Access({
  label,
  value,
  onChange,
}: {
  label: string;
  value: ApiAccess;
  onChange: (value: ApiAccess) => void;
}) {
  return (
    <Select
      label={label}
      data={[
        { value: "allow_all", label: t("vault.allowAll") },
        { value: "require_client_grant", label: t("vault.requireGrant") },
        { value: "deny_all", label: t("vault.denyAll") },
      ]}
      value={value}
      onChange={(next) => onChange((next ?? value) as ApiAccess)}
      allowDeselect={false}
    />
  );
}

function SystemScopes({ api }: { api: Api }) {
  return (
    <Panel title={t("vault.scopes")}>
      <p className={classes.mute}>
        {api.id === "my_account" ? t("vault.myAccountHelp") : t("vault.managementHelp")}
      </p>
      <p className={classes.mono}>{api.scopes.map(({ value }) => value).join("  ")}</p>
    </Panel>
  );
}

/** The clients that act for the API, or what they are for while it is not there. */
function Rail({ api }: { api: Api | null }) {
  if (api?.system) return null;
  if (api) return <ApiClients api={api} />;
  return (
    <Panel title={t("vault.next")}>
      <p className={classes.mute}>{t("vault.nextHelp")}</p>
    </Panel>
  );
}

function Delete({ api, onDeleted }: { api: Api; onDeleted: () => void }) {
  return (
    <DeleteButton
      command="apis_delete"
      id={api.id}
      question={{
        title: t("vault.deleteApi", { name: api.name }),
        body: tn("vault.deleteApiBody", api.grants.length),
        action: t("vault.delete"),
      }}
      done={t("vault.deleted", { name: api.name })}
      onDeleted={onDeleted}
    />
  );
}
