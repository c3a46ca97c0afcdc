import { Button } from "@mantine/core";
import { useCommand, useCommandMutation } from "../../api/commands";
import { t } from "../../i18n/i18n";
import { toast } from "../../kit/toast";

/** Puts a host on the project's list, where that is what keeps the call back. */
export function AllowHost({ host, onAllowed }: { host: string; onAllowed: () => void }) {
  const settings = useCommand("settings_get", {});
  const update = useCommandMutation("settings_update");
  const listed = settings.data?.allowedOutboundHosts ?? [];
  return (
    <div>
      <p>{t("hosts.wouldHelp", { host })}</p>
      <Button
        variant="default"
        loading={update.isPending}
        disabled={!settings.data}
        onClick={() =>
          update.mutate(
            { allowedOutboundHosts: [...listed.filter((other) => other !== host), host] },
            { onError: (error) => toast("bad", error.message), onSuccess: onAllowed },
          )
        }
      >
        {t("hosts.allow", { host })}
      </Button>
    </div>
  );
}
