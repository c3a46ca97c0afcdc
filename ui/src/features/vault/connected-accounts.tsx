import { Button, Select } from "@mantine/core";
import { useState } from "react";
import type { AccountState, ConnectedAccount } from "../../api/bindings";
import { call } from "../../api/call";
import { useCommand, useCommandMutation } from "../../api/commands";
import { t, tn } from "../../i18n/i18n";
import { Ago } from "../../kit/ago";
import { Chip, type Tone } from "../../kit/chip";
import { confirm } from "../../kit/confirm";
import { Panel } from "../../kit/panel";
import { Answer } from "../../kit/states";
import { toast } from "../../kit/toast";
import { useConnect } from "./use-connect";
import classes from "./vault.module.css";

const TONES: Record<AccountState, Tone> = {
  active: "ok",
  expiring: "wait",
  refreshable: "plain",
  refused: "bad",
};

/** What a person connected at providers, and the way to connect another account in their name; nothing where there is no provider. */
export function ConnectedAccounts({ membershipId }: { membershipId: string }) {
  const accounts = useCommand("vault_accounts", { membershipId });
  const connections = useCommand("connections_list", {});
  const names = (connections.data?.items ?? [])
    .filter(({ connectedAccounts }) => connectedAccounts)
    .map(({ name }) => name);
  if (names.length === 0 && (accounts.data?.items ?? []).length === 0) return null;
  return (
    <Panel title={t("vault.connectedAccounts")}>
      <Answer query={accounts} rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <p className={classes.mute}>{t("accounts.none")}</p>
          ) : (
            <ul className={classes.lines}>
              {items.map((account) => (
                <Account key={account.id} account={account} />
              ))}
            </ul>
          )
        }
      </Answer>
      {names.length > 0 && <ConnectAnother membershipId={membershipId} names={names} />}
    </Panel>
  );
}

function Account({ account }: { account: ConnectedAccount }) {
  const remove = useCommandMutation("vault_delete");
  const ask = async () => {
    const preview = await call("vault_delete_preview", { id: account.id }).catch((error) => {
      toast("bad", error.message);
    });
    if (!preview) return;
    const { clients, clientCount } = preview;
    const others = clientCount - clients.length;
    const named = clients.join(", ") + (others > 0 ? ` ${tn("policies.others", others)}` : "");
    const yes = await confirm({
      title: t("accounts.deleteTitle", { connection: account.connection }),
      body: clients.length === 0 ? t("accounts.deleteNobody") : t("accounts.deleteBody", { clients: named }),
      action: t("vault.delete"),
    });
    if (!yes) return;
    remove.mutate(
      { id: account.id },
      {
        onError: (error) => toast("bad", error.message),
        onSuccess: () => toast("ok", t("vault.deleted", { name: account.connection })),
      },
    );
  };
  return (
    <li>
      <div className={classes.what}>
        <span>
          {account.connection} <Chip tone={TONES[account.state]}>{stateWords(account.state)}</Chip>
        </span>
        <span className={classes.mono}>{account.scopes.join(" ")}</span>
        <span className={classes.mute}>{account.refusal ?? <LastUse account={account} />}</span>
      </div>
      <Button variant="default" onClick={ask} loading={remove.isPending}>
        {t("vault.delete")}
      </Button>
    </li>
  );
}

function LastUse({ account }: { account: ConnectedAccount }) {
  if (account.usedAt === null) return t("accounts.neverUsed");
  return (
    <>
      {t("accounts.lastUsed")} <Ago at={account.usedAt} />
    </>
  );
}

const stateWords = (state: AccountState) =>
  ({
    active: t("accounts.active"),
    expiring: t("accounts.expiring"),
    refreshable: t("accounts.refreshable"),
    refused: t("accounts.refused"),
  })[state];

function ConnectAnother({ membershipId, names }: { membershipId: string; names: string[] }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const connect = useConnect(membershipId);
  return (
    <div className={classes.add}>
      <Select label={t("ladder.connection")} data={names} value={chosen} onChange={setChosen} clearable />
      <Button
        onClick={() => chosen && connect.start(chosen)}
        disabled={chosen === null}
        loading={connect.busy}
      >
        {t("mend.connect")}
      </Button>
    </div>
  );
}
