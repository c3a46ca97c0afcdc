import { Button, PasswordInput, Switch, TextInput } from "@mantine/core";
import type { Client } from "../../api/bindings";
import { t } from "../../i18n/i18n";
import { Panel, WithRail } from "../../kit/panel";
import { AllowedHosts } from "../settings/allowed-hosts";
import { AdviceRail } from "./advice-rail";
import type { FormProps, ProviderForm } from "./client-form";
import classes from "./clients.module.css";
import { ProviderDryRun } from "./provider-dry-run";
import { ProviderFill } from "./provider-fill";
import { ProviderHealth, ProviderTest } from "./provider-test";

const NONE: ProviderForm = {
  userInfoUrl: "",
  authorizeUrl: "",
  tokenUrl: "",
  clientId: "",
  clientSecret: "",
  useSubject: false,
  requireVerifiedEmail: false,
  jwksUrl: "",
  issuer: "",
  audience: "",
};

type TextField = "userInfoUrl" | "authorizeUrl" | "tokenUrl" | "clientId" | "jwksUrl" | "issuer" | "audience";

/** The provider whose people are let in: its addresses, whether it answers, and whom its answers mean. */
export function IdentityProviderTab({ client, form, set, problem }: FormProps & { client: Client }) {
  const provider = form.identityProvider;
  const change = (changes: Partial<ProviderForm>) => set("identityProvider", { ...provider, ...changes });
  const text = (field: TextField) => ({
    value: provider[field],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) =>
      change({ [field]: event.currentTarget.value.trim() }),
    error: problem(`identityProvider.${field}`) ?? problem(field),
    classNames: { input: classes.mono },
  });
  return (
    <WithRail
      railFirst
      rail={
        <>
          <AdviceRail client={client} />
          {client.identityProvider && <ProviderHealth client={client} />}
        </>
      }
    >
      <ProviderFill onFill={change} />
      <Panel title={t("provider.title")}>
        <div className={classes.form}>
          <p className={classes.quiet}>{t("provider.lead")}</p>
          <TextInput
            label={t("provider.userInfoUrl")}
            description={t("provider.userInfoUrlHelp")}
            placeholder="https://login.example.org/userinfo"
            {...text("userInfoUrl")}
          />
          <TextInput
            label={t("provider.authorizeUrl")}
            placeholder="https://login.example.org/authorize"
            {...text("authorizeUrl")}
          />
          <TextInput
            label={t("provider.tokenUrl")}
            placeholder="https://login.example.org/token"
            {...text("tokenUrl")}
          />
          <TextInput
            label={t("provider.clientId")}
            description={t("provider.clientIdHelp")}
            {...text("clientId")}
          />
          <PasswordInput
            label={t("provider.clientSecret")}
            description={
              client.identityProvider?.hasClientSecret ? t("provider.secretStored") : t("provider.secretNone")
            }
            placeholder={client.identityProvider?.hasClientSecret ? "••••••••••••" : ""}
            value={provider.clientSecret}
            onChange={(event) => change({ clientSecret: event.currentTarget.value })}
            autoComplete="off"
            error={problem("identityProvider.clientSecret")}
          />
          <TextInput
            label={t("provider.audience")}
            description={t("provider.audienceHelp")}
            {...text("audience")}
          />
          <TextInput
            label={t("provider.jwksUrl")}
            description={t("provider.jwksUrlHelp")}
            placeholder="https://login.example.org/jwks.json"
            {...text("jwksUrl")}
          />
          <TextInput
            label={t("provider.issuer")}
            description={t("provider.issuerHelp")}
            placeholder="https://login.example.org"
            {...text("issuer")}
          />
        </div>
      </Panel>
      <Panel title={t("provider.matching")}>
        <div className={classes.form}>
          <Switch
            label={t("provider.useSubject")}
            description={t("provider.useSubjectHelp")}
            checked={provider.useSubject}
            onChange={(event) => change({ useSubject: event.currentTarget.checked })}
          />
          <Switch
            label={t("provider.requireVerified")}
            description={t("provider.requireVerifiedHelp")}
            checked={provider.requireVerifiedEmail}
            onChange={(event) => change({ requireVerifiedEmail: event.currentTarget.checked })}
          />
          {provider.userInfoUrl !== "" && (
            <Button
              variant="subtle"
              color="bad"
              onClick={() => set("identityProvider", NONE)}
              className={classes.start}
            >
              {t("provider.remove")}
            </Button>
          )}
        </div>
      </Panel>
      <ProviderTest client={client} provider={provider} />
      <ProviderDryRun client={client} provider={provider} />
      <AllowedHosts />
    </WithRail>
  );
}
