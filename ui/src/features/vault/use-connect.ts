import { useCommandMutation } from "../../api/commands";
import { t } from "../../i18n/i18n";
import { toast } from "../../kit/toast";

/** Opens a provider's page in the system's browser, in a person's name. */
export function useConnect(membershipId: string) {
  const connect = useCommandMutation("vault_connect");
  const start = (connection: string) =>
    connect.mutate(
      { membershipId, connection, scopes: [] },
      {
        onError: (error) => toast("bad", error.message),
        onSuccess: (begun) =>
          toast("ok", begun.opened ? t("ladder.opened") : t("ladder.open", { address: begun.address })),
      },
    );
  return { start, busy: connect.isPending };
}
