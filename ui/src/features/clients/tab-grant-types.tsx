import { Checkbox, Switch } from "@mantine/core";
import type { Client } from "../../api/bindings";
import { t } from "../../i18n/i18n";
import { Panel, WithRail } from "../../kit/panel";
import { AdviceRail } from "./advice-rail";
import type { FormProps } from "./client-form";
import { GRANT_TYPES } from "./client-words";
import classes from "./clients.module.css";

/** A public client has nothing to prove itself with, so it never acts for itself. */
const neverFor = (type: Client["clientType"], grant: string) =>
  type === "public" && grant === "client_credentials";

export function GrantTypesTab({ client, form, set, problem }: FormProps & { client: Client }) {
  const fitting = GRANT_TYPES.filter(({ value }) => !neverFor(form.clientType, value)).map(
    ({ value }) => value as string,
  );
  // an empty list means all that fit the type
  const allowed = form.grantTypes.length === 0 ? fitting : form.grantTypes;
  const toggle = (grant: string, on: boolean) => {
    const next = GRANT_TYPES.map(({ value }) => value as string).filter((value) =>
      value === grant ? on : allowed.includes(value),
    );
    const all = fitting.every((value) => next.includes(value));
    set("grantTypes", all && client.grantTypes.length === 0 ? [] : next);
  };
  const lastOne = (grant: string) => allowed.length === 1 && allowed[0] === grant;
  return (
    <WithRail railFirst rail={<AdviceRail client={client} />}>
      <Panel title={t("grants.title")}>
        <div className={classes.form}>
          <p className={classes.quiet}>{t("grants.lead")}</p>
          {GRANT_TYPES.map(({ value, key }) => (
            <Checkbox
              key={value}
              label={
                <>
                  {t(`grants.${key}`)} <code className={classes.wire}>{value}</code>
                </>
              }
              description={
                neverFor(form.clientType, value) ? t("grants.neverPublic") : t(`grants.${key}Help`)
              }
              checked={allowed.includes(value)}
              disabled={neverFor(form.clientType, value) || lastOne(value)}
              onChange={(event) => toggle(value, event.currentTarget.checked)}
            />
          ))}
          {problem("grantTypes") && <p className={classes.problem}>{problem("grantTypes")}</p>}
        </div>
      </Panel>
      <Panel title={t("grants.pkceTitle")}>
        <Switch
          label={t("grants.pkceOptional")}
          description={form.clientType === "medplum" ? t("grants.pkceHelp") : t("grants.pkceOnlyMedplum")}
          checked={form.pkceOptional}
          disabled={form.clientType !== "medplum" && !form.pkceOptional}
          color="bad"
          onChange={(event) => set("pkceOptional", event.currentTarget.checked)}
          error={form.pkceOptional ? t("grants.pkceRisk") : problem("pkceOptional")}
        />
      </Panel>
    </WithRail>
  );
}
