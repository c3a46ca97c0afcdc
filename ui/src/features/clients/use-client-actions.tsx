import type { Client, ClientSummary } from "../../api/bindings";
import { useCommandMutation } from "../../api/commands";
import { t } from "../../i18n/i18n";
import { confirm } from "../../kit/confirm";
import { toast } from "../../kit/toast";

type Named = Pick<Client | ClientSummary, "id" | "name" | "status">;

/** Switching a client off and on, and deleting it: off first, then by its typed name. */
export function useClientActions(client: Named) {
  const setStatus = useCommandMutation("clients_set_status");
  const del = useCommandMutation("clients_delete");
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
    const yes = await confirm({
      title: t("clients.deleteTitle", { client: name }),
      body: t("clients.deleteBody"),
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

  return { disable, enable, remove };
}
