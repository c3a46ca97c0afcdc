import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import type { Backup, Backups } from "../../api/bindings";
import { useCommand, useCommandMutation } from "../../api/commands";
import { t, tn } from "../../i18n/i18n";
import { absolute, megabytes } from "../../i18n/time";
import { Ago } from "../../kit/ago";
import { Chip } from "../../kit/chip";
import { confirm } from "../../kit/confirm";
import { CopyValue } from "../../kit/copyable";
import { Panel } from "../../kit/panel";
import { Answer } from "../../kit/states";
import { toast } from "../../kit/toast";
import { masterKeyWords } from "./master-key-words";
import classes from "./settings.module.css";

/** Copies of the whole store: made, put back, deleted. */
export function BackupsPanel() {
  const backups = useCommand("backups_list", {});
  const settings = useCommand("settings_get", {});
  const create = useCommandMutation("backups_create");
  const backUp = () =>
    create.mutate(
      {},
      {
        onError: (error) => toast("bad", error.message),
        onSuccess: () => toast("ok", t("backups.made")),
      },
    );
  return (
    <Panel
      title={t("backups.title")}
      actions={
        <Button onClick={backUp} loading={create.isPending}>
          {t("backups.make")}
        </Button>
      }
    >
      <p className={classes.lead}>{t("backups.lead")}</p>
      {settings.data && (
        <p className={classes.lead}>{t("backups.key", { place: masterKeyWords(settings.data.masterKey) })}</p>
      )}
      <Answer query={backups} rows={2}>
        {(list) => <List list={list} />}
      </Answer>
    </Panel>
  );
}

function List({ list }: { list: Backups }) {
  return (
    <>
      {list.items.length === 0 ? (
        <p>{t("backups.none")}</p>
      ) : (
        <table className={classes.keys} aria-label={t("backups.title")}>
          <thead>
            <tr>
              <th scope="col">{t("backups.when")}</th>
              <th scope="col">{t("backups.file")}</th>
              <th scope="col">{t("backups.size")}</th>
              <th scope="col">
                <span className="visually-hidden">{t("board.actions")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {list.items.map((backup) => (
              <Row key={backup.file} backup={backup} canRestore={list.canRestore} />
            ))}
          </tbody>
        </table>
      )}
      <p className={classes.help}>
        {t("backups.folder")} <CopyValue text={list.folder} what={t("backups.folderName")} />
      </p>
      {!list.canRestore && (
        <p className={classes.help}>
          {t("backups.elsewhere")}{" "}
          <CopyValue text={`anteroom-server restore ${list.folder}/…`} what={t("backups.command")} />
        </p>
      )}
    </>
  );
}

function Row({ backup, canRestore }: { backup: Backup; canRestore: boolean }) {
  return (
    <tr>
      <td className={classes.short}>
        <Ago at={backup.madeAt} />
      </td>
      <td className={classes.file}>
        <code>{backup.file}</code> {backup.replaced && <Chip tone="plain">{t("backups.replaced")}</Chip>}
      </td>
      <td className={classes.short}>{megabytes(backup.size)}</td>
      <td>
        <div className={classes.acts}>
          {canRestore && <Restore backup={backup} />}
          <Delete backup={backup} />
        </div>
      </td>
    </tr>
  );
}

function Restore({ backup }: { backup: Backup }) {
  const restore = useCommandMutation("backups_restore");
  const cache = useQueryClient();
  const ask = async () => {
    const yes = await confirm({
      title: t("backups.restoreTitle", { when: absolute(backup.madeAt) }),
      body: (
        <>
          <p>{t("backups.restoreThen")}</p>
          <p>{t("backups.restoreEnds")}</p>
          <p>{t("backups.restoreKept")}</p>
        </>
      ),
      action: t("backups.restore"),
    });
    if (!yes) return;
    restore.mutate(
      { file: backup.file },
      {
        onError: (error) => toast("bad", error.message),
        onSuccess: ({ links, signIns }) => {
          toast(
            "ok",
            t("backups.restored", {
              links: tn("backups.links", links),
              signIns: tn("backups.signIns", signIns),
            }),
          );
          // everything on screen is of the store before
          cache.invalidateQueries();
        },
      },
    );
  };
  return (
    <Button
      size="xs"
      variant="default"
      onClick={ask}
      loading={restore.isPending}
      aria-label={t("backups.restoreOf", { file: backup.file })}
    >
      {t("backups.restoreAsk")}
    </Button>
  );
}

function Delete({ backup }: { backup: Backup }) {
  const remove = useCommandMutation("backups_delete");
  const ask = async () => {
    const yes = await confirm({
      title: t("backups.deleteTitle", { when: absolute(backup.madeAt) }),
      body: t("backups.deleteBody", { file: backup.file }),
      action: t("backups.delete"),
    });
    if (!yes) return;
    remove.mutate(
      { file: backup.file },
      {
        onError: (error) => toast("bad", error.message),
        onSuccess: () => toast("ok", t("backups.deleted")),
      },
    );
  };
  return (
    <Button
      size="xs"
      variant="default"
      onClick={ask}
      loading={remove.isPending}
      aria-label={t("backups.deleteOf", { file: backup.file })}
    >
      {t("backups.delete")}
    </Button>
  );
}
