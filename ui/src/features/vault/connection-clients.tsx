import { Button } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import type { Connection } from "../../api/bindings";
import { useCommandMutation } from "../../api/commands";
import { paths } from "../../app/paths";
import { t } from "../../i18n/i18n";
import { Panel } from "../../kit/panel";
import { toast } from "../../kit/toast";
import { ClientPicker } from "../clients/client-picker";
import classes from "./vault.module.css";

/** The clients that may use a connection. */
export function ConnectionClients({ connection }: { connection: Connection }) {
  const [chosen, setChosen] = useState("");
  const change = useCommandMutation("connections_set_client");
  const put = (clientId: string, enabled: boolean) =>
    change.mutate(
      { id: connection.id, clientId, enabled },
      { onSuccess: () => setChosen(""), onError: (error) => toast("bad", error.message) },
    );
  return (
    <Panel title={t("vault.enabledClients")}>
      {connection.clients.length === 0 ? (
        <p className={classes.mute}>{t("vault.nobodyEnabled")}</p>
      ) : (
        <ul className={classes.lines}>
          {connection.clients.map((client) => (
            <li key={client.id}>
              <Link to={paths.client(client.id)} className={classes.name}>
                {client.name}
              </Link>
              <Button variant="default" onClick={() => put(client.id, false)}>
                {t("vault.disable")}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <div className={classes.add}>
        <ClientPicker label={t("vault.whichClient")} value={chosen} onChange={setChosen} />
        <Button onClick={() => put(chosen, true)} disabled={chosen === ""} loading={change.isPending}>
          {t("vault.enable")}
        </Button>
      </div>
    </Panel>
  );
}
