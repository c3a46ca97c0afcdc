import { Button } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import type { Api, IssuedSecret } from "../../api/bindings";
import { useCommandMutation } from "../../api/commands";
import { paths } from "../../app/paths";
import { t } from "../../i18n/i18n";
import { Chip } from "../../kit/chip";
import { Panel } from "../../kit/panel";
import { toast } from "../../kit/toast";
import { SecretDialog } from "../clients/secret-dialog";
import classes from "./vault.module.css";

/** The Custom API Clients of an API: its backend, which exchanges a person's token for one of a provider. */
export function ApiClients({ api }: { api: Api }) {
  const link = useCommandMutation("apis_link_client");
  const [issued, setIssued] = useState<IssuedSecret | null>(null);
  const make = () =>
    link.mutate(
      { id: api.id, name: t("vault.clientName", { api: api.name }) },
      { onSuccess: setIssued, onError: (error) => toast("bad", error.message) },
    );
  return (
    <Panel title={t("vault.exchangedBy")}>
      {api.clients.length === 0 ? (
        <p className={classes.mute}>{t("vault.noBackend")}</p>
      ) : (
        <ul className={classes.lines}>
          {api.clients.map((client) => (
            <li key={client.id}>
              <Link to={paths.client(client.id)} className={classes.name}>
                {client.name}
              </Link>
              <Chip tone={client.exchanges ? "ok" : "wait"}>
                {client.exchanges ? t("vault.exchanges") : t("vault.exchangesNot")}
              </Chip>
            </li>
          ))}
        </ul>
      )}
      <Button
        variant={api.clients.length === 0 ? "filled" : "default"}
        onClick={make}
        loading={link.isPending}
        mt="sm"
      >
        {t("vault.makeClient")}
      </Button>
      {issued && <SecretDialog issued={issued} onClose={() => setIssued(null)} />}
    </Panel>
  );
}
