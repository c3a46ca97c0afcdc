import { Select, Switch, TagsInput, Textarea, TextInput } from "@mantine/core";
import { Link } from "react-router";
import type { Client } from "../../api/bindings";
import { useCommand } from "../../api/commands";
import { paths } from "../../app/paths";
import { t } from "../../i18n/i18n";
import { Panel, WithRail } from "../../kit/panel";
import { AdviceRail } from "./advice-rail";
import type { FormProps } from "./client-form";
import { typeWords } from "./client-words";
import classes from "./clients.module.css";
import { RedirectUris } from "./redirect-uris";

export function SettingsTab({ client, form, set, problem }: FormProps & { client: Client }) {
  return (
    <WithRail railFirst rail={<AdviceRail client={client} />}>
      <Panel>
        <div className={classes.form}>
          <RedirectUris client={client} />
          <UriList
            label={t("clients.postLogout")}
            help={t("clients.postLogoutHelp")}
            placeholder="https://portal.example.org/"
            value={form.postLogoutRedirectUris}
            onChange={(uris) => set("postLogoutRedirectUris", uris)}
            error={problem("postLogoutRedirectUris")}
          />
          <Policy client={client} form={form} set={set} problem={problem} />
        </div>
      </Panel>
      <Panel title={t("clients.basics")}>
        <Basics client={client} form={form} set={set} problem={problem} />
      </Panel>
      <Panel title={t("clients.advanced")}>
        <Advanced form={form} set={set} problem={problem} />
      </Panel>
    </WithRail>
  );
}

function Policy({ client, form, set, problem }: FormProps & { client: Client }) {
  const policies = useCommand("policies_list", {});
  const names = policies.data?.names ?? [];
  const further = client.furtherAccessPolicies.join(", ");
  const help =
    names.length > 0 ? (
      <>
        {t("clients.policyHelp")} <Link to={paths.accessPolicies()}>{t("policies.canRead")}</Link>
      </>
    ) : (
      <>
        {t("clients.noPolicies")} <Link to={paths.accessPolicyNew()}>{t("policies.createFirst")}</Link>
      </>
    );
  return (
    <Select
      label={t("people.accessPolicy")}
      description={further ? t("people.furtherPolicies", { names: further }) : help}
      data={names}
      disabled={names.length === 0}
      value={form.accessPolicy || null}
      onChange={(name) => set("accessPolicy", name ?? "")}
      placeholder={t("people.noPolicy")}
      clearable
      error={problem("accessPolicy")}
    />
  );
}

function Basics({ client, form, set, problem }: FormProps & { client: Client }) {
  const swappable = client.clientType !== "public";
  return (
    <div className={classes.form}>
      <TextInput
        label={t("clients.name")}
        value={form.name}
        onChange={(event) => set("name", event.currentTarget.value)}
        error={problem("name")}
        maxLength={100}
      />
      <Textarea
        label={t("clients.description")}
        value={form.description}
        onChange={(event) => set("description", event.currentTarget.value)}
        error={problem("description")}
        autosize
        minRows={2}
      />
      <Select
        label={t("clients.type")}
        description={swappable ? t("clients.typeSwap") : t("clients.typeFixed")}
        data={(swappable ? (["confidential", "medplum"] as const) : (["public"] as const)).map((type) => ({
          value: type,
          label: typeWords(type),
        }))}
        value={form.clientType}
        disabled={!swappable}
        allowDeselect={false}
        onChange={(type) => type && set("clientType", type as Client["clientType"])}
        error={problem("clientType")}
      />
      <Switch
        label={t("clients.admin")}
        description={t("clients.adminHelp")}
        checked={form.admin}
        onChange={(event) => set("admin", event.currentTarget.checked)}
      />
    </div>
  );
}

function Advanced({ form, set, problem }: FormProps) {
  return (
    <div className={classes.form}>
      <UriList
        label={t("clients.origins")}
        help={t("clients.originsHelp")}
        placeholder="https://portal.example.org"
        value={form.allowedOrigins}
        onChange={(origins) => set("allowedOrigins", origins)}
        error={problem("allowedOrigins")}
      />
      <TextInput
        label={t("clients.launchUri")}
        description={t("clients.launchUriHelp")}
        placeholder="https://portal.example.org/launch"
        value={form.launchUri}
        onChange={(event) => set("launchUri", event.currentTarget.value)}
        error={problem("launchUri")}
        classNames={{ input: classes.mono }}
      />
      <TextInput
        label={t("clients.template")}
        description={t("clients.templateHelp")}
        placeholder="https://portal.example.org/in/{code}"
        value={form.magicLinkTemplate}
        onChange={(event) => set("magicLinkTemplate", event.currentTarget.value)}
        error={problem("magicLinkTemplate")}
        classNames={{ input: classes.mono }}
      />
    </div>
  );
}

type UriListProps = {
  label: string;
  help: string;
  placeholder: string;
  value: string[];
  onChange: (value: string[]) => void;
  error?: string;
};

function UriList({ label, help, placeholder, value, onChange, error }: UriListProps) {
  return (
    <TagsInput
      label={label}
      description={help}
      placeholder={value.length === 0 ? placeholder : undefined}
      value={value}
      onChange={onChange}
      splitChars={[",", " "]}
      acceptValueOnBlur
      error={error}
      classNames={{ pill: classes.mono, inputField: classes.mono }}
    />
  );
}
