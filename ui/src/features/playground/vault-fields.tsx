import { PasswordInput, Select, Switch } from "@mantine/core";
import type { VaultRun } from "../../api/bindings";
import { t } from "../../i18n/i18n";
import { Panel } from "../../kit/panel";
import { UseSampleProvider } from "../vault/sample-provider";
import classes from "./playground.module.css";
import type { FieldsProps } from "./run-fields";

/** What the Token Vault needs besides: the API, who exchanges for it, and the connection. */
export function VaultFields({ choices, form, set, problem }: FieldsProps) {
  const apis = choices.apis.filter(({ clients }) => clients.length > 0);
  const put = (changes: Partial<VaultRun>) => set({ vault: { ...form.vault, ...changes } });
  const chosen = apis.find(({ identifier }) => identifier === form.vault.audience);
  return (
    <Panel
      title={t("playground.vaultTitle")}
      actions={
        !choices.connections.some(({ sample }) => sample) && (
          <UseSampleProvider onStarted={({ connection }) => connection && put({ connection })} />
        )
      }
    >
      <div className={classes.stack}>
        {apis.length === 0 && <p className={classes.quiet}>{t("playground.vaultNoApi")}</p>}
        <Select
          label={t("playground.vaultApi")}
          data={apis.map(({ identifier, name }) => ({ value: identifier, label: name }))}
          value={form.vault.audience || null}
          onChange={(audience) => {
            const [first] = apis.find(({ identifier }) => identifier === audience)?.clients ?? [];
            put({ audience: audience ?? "", exchangeClientId: first?.id ?? "", exchangeClientSecret: "" });
          }}
          allowDeselect={false}
          error={problem("audience")}
        />
        <div className={classes.pair}>
          <Select
            label={t("playground.vaultExchangeClient")}
            data={(chosen?.clients ?? []).map(({ id, name }) => ({ value: id, label: name }))}
            value={form.vault.exchangeClientId || null}
            onChange={(id) => put({ exchangeClientId: id ?? "" })}
            allowDeselect={false}
            error={problem("exchangeClientId")}
          />
          <PasswordInput
            label={t("playground.vaultExchangeSecret")}
            description={t("playground.secretHelp")}
            value={form.vault.exchangeClientSecret}
            onChange={(event) => put({ exchangeClientSecret: event.currentTarget.value })}
            autoComplete="off"
          />
        </div>
        <Select
          label={t("playground.vaultConnection")}
          data={choices.connections.map(({ name }) => name)}
          value={form.vault.connection || null}
          onChange={(connection) => put({ connection: connection ?? "" })}
          allowDeselect={false}
          error={problem("connection")}
        />
        <Switch
          label={t("playground.vaultConnect")}
          description={t("playground.vaultConnectHelp")}
          checked={form.vault.connect}
          onChange={(event) => put({ connect: event.currentTarget.checked })}
        />
      </div>
    </Panel>
  );
}
