import type { Client, ClientSummary, Deleted, IssuedSecret } from "../../api/bindings";
import { type CommandFailed, call } from "../../api/call";
import { useCommandMutation } from "../../api/commands";
import { t, tn } from "../../i18n/i18n";
import { confirm } from "../../kit/confirm";
import { download, fileName } from "../../kit/download";
import { toast } from "../../kit/toast";
import classes from "./clients.module.css";

type Named = Pick<Client | ClientSummary, "id" | "name" | "status">;

/** What goes with a client, before its name is typed. */
function GoesWith({ sessions, magicLinks }: Deleted) {
  return (
    <>
      {t("clients.goesWith")}
      <ul className={classes.listed}>
        <li>{tn("clients.goesSessions", sessions)}</li>
        <li>{tn("clients.goesLinks", magicLinks)}</li>
        <li>{t("clients.goesRest")}</li>
      </ul>
      {t("clients.deleteAfter")}
    </>
  );
}

/** What is done to a client as a whole: off and on, a copy, a file, and deleting it: off first, then by its typed name. */
export function useClientActions(client: Named) {
  const setStatus = useCommandMutation("clients_set_status");
  const del = useCommandMutation("clients_delete");
  const copy = useCommandMutation("clients_duplicate");
  const onError = (error: Error) => toast("bad", error.message);
  const { id, name } = client;

  const disable = async () => {
    const yes = await confirm({
      title: t("clients.disableTitle", { client: name }),
      body: t("clients.disableBody"),
      action: t("clients.disable"),
    });
    if (!yes) return;
    const onSuccess = () => toast("ok", t("clients.disabled", { client: name }));
    setStatus.mutate({ id, status: "off" }, { onError, onSuccess });
  };

  const enable = () => {
    const onSuccess = () => toast("ok", t("clients.enabled", { client: name }));
    setStatus.mutate({ id, status: "active" }, { onError, onSuccess });
  };

  const remove = async (then: () => void) => {
    if (client.status === "active") {
      const off = await confirm({
        title: t("clients.deleteTitle", { client: name }),
        body: t("clients.deleteDisableFirst"),
        action: t("clients.disableInstead"),
      });
      if (off) {
        const onSuccess = () => toast("ok", t("clients.disabledThenDelete", { client: name }));
        setStatus.mutate({ id, status: "off" }, { onError, onSuccess });
      }
      return;
    }
    const goes = await call("clients_delete_preview", { id }).catch((error: CommandFailed) => {
      onError(error);
      return undefined;
    });
    if (!goes) return;
    const yes = await confirm({
      title: t("clients.deleteTitle", { client: name }),
      body: <GoesWith {...goes} />,
      action: t("clients.delete"),
      typed: name,
    });
    if (!yes) return;
    const onSuccess = (gone: { sessions: number; magicLinks: number }) => {
      toast("ok", t("clients.deleted", { client: name, sessions: gone.sessions, links: gone.magicLinks }));
      then();
    };
    del.mutate({ id, name }, { onError, onSuccess });
  };

  const duplicate = async (then: (copy: IssuedSecret) => void) => {
    const yes = await confirm({
      title: t("clients.duplicateTitle", { client: name }),
      body: t("clients.duplicateBody"),
      action: t("clients.duplicate"),
      harmless: true,
    });
    if (yes) {
      copy.mutate({ id, name: t("clients.copyName", { client: name }) }, { onError, onSuccess: then });
    }
  };

  const save = async () => {
    try {
      const { text } = await call("workspace_export_clients", { ids: [id] });
      download(`${fileName(name, "client")}.json`, text, "application/json");
    } catch (error) {
      onError(error as CommandFailed);
    }
  };

  return { disable, enable, remove, duplicate, save };
}
