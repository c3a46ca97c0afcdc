import { Button, Checkbox, FileButton, Group, Textarea } from "@mantine/core";
import { IconDownload, IconFile } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import type { Exported, Imported, ImportedRow } from "../../api/bindings";
import { useCommandMutation } from "../../api/commands";
import { paths } from "../../app/paths";
import { type Key, t } from "../../i18n/i18n";
import { download } from "../../kit/download";
import { Page } from "../../kit/page";
import { Column, Panel } from "../../kit/panel";
import { toast } from "../../kit/toast";
import { BackupsPanel } from "./backups";
import classes from "./settings.module.css";

/** Files in and out: backups, the workspace file, and Medplum's resources. */
export function DataPage() {
  return (
    <Page title={t("data.title")} breadcrumb={<Link to={paths.settings()}>{t("nav.settings")}</Link>}>
      <Column>
        <BackupsPanel />
        <Export />
        <Import />
      </Column>
    </Page>
  );
}

function Export() {
  const workspace = useCommandMutation("workspace_export");
  const clients = useCommandMutation("workspace_export_clients");
  const [withSecrets, setWithSecrets] = useState(false);
  const [leftOut, setLeftOut] = useState<readonly string[]>([]);
  const save = (name: string) => ({
    onError: (error: Error) => toast("bad", error.message),
    onSuccess: (exported: Exported) => {
      download(name, exported.text, "application/json");
      setLeftOut(exported.leftOut);
    },
  });
  return (
    <Panel title={t("data.exportTitle")}>
      <p className={classes.lead}>{t("data.exportLead")}</p>
      <div className={classes.form}>
        <Checkbox
          label={t("data.withSecrets")}
          checked={withSecrets}
          onChange={(event) => setWithSecrets(event.currentTarget.checked)}
        />
        <Group gap="xs">
          <Button
            leftSection={<IconDownload size={16} />}
            loading={workspace.isPending}
            onClick={() => workspace.mutate({ withSecrets }, save("workspace.json"))}
          >
            {t("data.workspace")}
          </Button>
          <Button
            variant="default"
            loading={clients.isPending}
            onClick={() => clients.mutate({ ids: [] }, save("client-applications.json"))}
          >
            {t("data.clients")}
          </Button>
        </Group>
        {leftOut.length > 0 && (
          <div role="status">
            <p className={classes.lead}>{t("data.leftOut")}</p>
            <ul className={classes.small}>
              {leftOut.map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          </div>
        )}
      </div>
    </Panel>
  );
}

function Import() {
  const run = useCommandMutation("workspace_import");
  const [text, setText] = useState("");
  const [preview, setPreview] = useState<Imported>();
  const change = (next: string) => {
    setText(next);
    setPreview(undefined);
    setIsJson(true);
    run.reset();
  };
  const [isJson, setIsJson] = useState(true);
  const [done, setDone] = useState<Imported>();
  const show = () => {
    setDone(undefined);
    const readable = canParse(text);
    setIsJson(readable);
    if (readable) run.mutate({ text, dryRun: true }, { onSuccess: setPreview });
  };
  const apply = () =>
    run.mutate(
      { text, dryRun: false },
      {
        onSuccess: (imported) => {
          change("");
          setDone(imported);
        },
      },
    );
  const nothing = preview && preview.added.length + preview.changed.length === 0;
  return (
    <Panel title={t("data.importTitle")}>
      <p className={classes.lead}>{t("data.importLead")}</p>
      <div className={classes.form}>
        <Group gap="xs">
          <FileButton accept="application/json,.json" onChange={(file) => file?.text().then(change)}>
            {(props) => (
              <Button {...props} variant="default" leftSection={<IconFile size={16} />}>
                {t("data.file")}
              </Button>
            )}
          </FileButton>
        </Group>
        <Textarea
          label={t("data.paste")}
          placeholder={'{ "resourceType": "ClientApplication", … }'}
          value={text}
          onChange={(event) => change(event.currentTarget.value)}
          error={isJson ? run.error?.message : t("data.notJson")}
          autosize
          minRows={6}
          maxRows={16}
          classNames={{ input: classes.mono }}
          spellCheck={false}
        />
        {preview && <Preview preview={preview} />}
        {done && (
          <p role="status" className={classes.lead}>
            {t("data.done", { added: done.added.length, changed: done.changed.length })}{" "}
            <Link to={paths.clients()}>{t("data.toClients")}</Link>
          </p>
        )}
        <Group gap="xs">
          {preview && !nothing ? (
            <Button loading={run.isPending} onClick={apply}>
              {t("data.apply")}
            </Button>
          ) : (
            <Button variant="default" loading={run.isPending} disabled={text.trim() === ""} onClick={show}>
              {t("data.preview")}
            </Button>
          )}
        </Group>
      </div>
    </Panel>
  );
}

function canParse(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const KINDS: Record<string, Key> = {
  project: "data.kind.project",
  client: "data.kind.client",
  member: "data.kind.member",
  "access policy": "data.kind.policy",
};

function Preview({ preview }: { preview: Imported }) {
  const { added, changed, left, notTaken } = preview;
  return (
    <section aria-label={t("data.preview")} role="status">
      <p className={classes.lead}>
        {t(preview.format === "medplum" ? "data.format.medplum" : "data.format.workspace")}
      </p>
      {added.length + changed.length === 0 && <p>{t("data.nothing")}</p>}
      <Rows title={t("data.added")} rows={added} />
      <Rows title={t("data.changed")} rows={changed} />
      <Rows title={t("data.left")} rows={left} />
      {notTaken.length > 0 && (
        <>
          <p className={classes.lead}>{t("data.notTaken")}</p>
          <ul className={classes.small}>
            {notTaken.map((path) => (
              <li key={path}>
                <code>{path}</code>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** Files are long; what is named beyond this is only counted. */
const MOST = 100;

function Rows({ title, rows }: { title: string; rows: readonly ImportedRow[] }) {
  if (rows.length === 0) return null;
  return (
    <>
      <h3 className={classes.count}>
        {title} ({rows.length})
      </h3>
      <ul className={classes.rows}>
        {rows.slice(0, MOST).map((row) => (
          <li key={row.path}>
            <span>{KINDS[row.kind] ? t(KINDS[row.kind] as Key) : row.kind}</span>
            <b>{row.name ?? row.id}</b>
            <code>{row.path}</code>
          </li>
        ))}
        {rows.length > MOST && <li>… +{rows.length - MOST}</li>}
      </ul>
    </>
  );
}
