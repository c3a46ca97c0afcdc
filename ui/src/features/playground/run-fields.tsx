import {
  Checkbox,
  Group,
  MultiSelect,
  PasswordInput,
  SegmentedControl,
  Select,
  TextInput,
} from "@mantine/core";
import type { PlaygroundChoices, PlaygroundClient, ReturnBy, Switch } from "../../api/bindings";
import { FEDERATED_CONNECTION_ACCESS_TOKEN, PRE_AUTHORIZED_CODE } from "../../api/grant-types";
import { t } from "../../i18n/i18n";
import { Panel } from "../../kit/panel";
import { PersonSelect } from "../people/person-select";
import classes from "./playground.module.css";
import { GRANTS, grantWords, switchWords, THENS } from "./playground-words";
import { firstVault, fitting, needsToken, type RunForm, scopeOf, signsIn, usualAfterwards } from "./run-form";

export type FieldsProps = {
  choices: PlaygroundChoices;
  form: RunForm;
  set: (changes: Partial<RunForm>) => void;
  problem: (field: string) => string | undefined;
};

export function WhoFields({ choices, form, set, problem }: FieldsProps) {
  const client = choices.clients.find(({ id }) => id === form.clientId);
  const foreign = form.issuer !== null;
  const grants = foreign
    ? GRANTS.map(({ value }) => value).filter((value) => value !== FEDERATED_CONNECTION_ACCESS_TOKEN)
    : [...(client?.grants ?? []), "auth_exchange"];
  const vault = (grant: string) =>
    grant === FEDERATED_CONNECTION_ACCESS_TOKEN ? { vault: firstVault(choices) } : {};
  const choose = (next: PlaygroundClient | undefined) => {
    const grant = next?.grants.includes(form.grant) ? form.grant : (next?.grants[0] ?? form.grant);
    const scope = scopeOf(next, grant);
    const afterwards = grant === form.grant ? form.afterwards : usualAfterwards(grant);
    const rest = { grant, scope, afterwards, failures: [], ...vault(grant) };
    set({ clientId: next?.id ?? "", clientSecret: "", ...rest });
  };
  return (
    <Panel title={t("playground.who")}>
      <div className={classes.stack}>
        <SegmentedControl
          aria-label={t("playground.issuer")}
          value={foreign ? "other" : "own"}
          onChange={(value) => set({ issuer: value === "other" ? "" : null, clientId: "", clientSecret: "" })}
          data={[
            { value: "own", label: t("playground.ownIssuer") },
            { value: "other", label: t("playground.otherIssuer") },
          ]}
        />
        {foreign && (
          <TextInput
            label={t("playground.baseUrl")}
            description={t("playground.baseUrlHelp")}
            placeholder="https://api.medplum.com/"
            value={form.issuer ?? ""}
            onChange={(event) => set({ issuer: event.currentTarget.value })}
            error={problem("issuer")}
          />
        )}
        {foreign ? (
          <TextInput
            label={t("playground.client")}
            value={form.clientId}
            onChange={(event) => set({ clientId: event.currentTarget.value })}
            error={problem("clientId")}
          />
        ) : (
          <Select
            label={t("playground.client")}
            data={choices.clients.map(({ id, name }) => ({ value: id, label: name }))}
            value={form.clientId || null}
            onChange={(id) => choose(choices.clients.find((own) => own.id === id))}
            searchable
            allowDeselect={false}
            error={problem("clientId")}
          />
        )}
        <Select
          label={t("playground.grant")}
          data={grants.map((value) => ({ value, label: grantWords(value) }))}
          value={form.grant}
          onChange={(grant) =>
            grant &&
            set({
              grant,
              scope: scopeOf(client, grant),
              afterwards: usualAfterwards(grant),
              failures: [],
              ...vault(grant),
            })
          }
          allowDeselect={false}
          error={problem("grant")}
        />
        {(foreign || client?.hasSecret) && (
          <PasswordInput
            label={t("playground.secret")}
            description={foreign ? t("playground.secretForeignHelp") : t("playground.secretHelp")}
            value={form.clientSecret}
            onChange={(event) => set({ clientSecret: event.currentTarget.value })}
            autoComplete="off"
            error={problem("clientSecret")}
          />
        )}
      </div>
    </Panel>
  );
}

export function HowFields({ choices, form, set, problem }: FieldsProps) {
  const returns: { value: ReturnBy; label: string }[] = [
    { value: "auto", label: t("playground.returnAuto") },
    { value: "loopback", label: t("playground.returnLoopback") },
    { value: "deep_link", label: t("playground.returnDeepLink") },
    { value: "pages", label: t("playground.returnPages") },
    { value: "persona", label: t("playground.returnPersona") },
  ];
  const vault = form.grant === FEDERATED_CONNECTION_ACCESS_TOKEN;
  const asPersona = signsIn(form) && form.returnBy === "persona";
  return (
    <Panel title={t("playground.how")}>
      <div className={classes.stack}>
        <TextInput
          label={t("playground.scope")}
          value={form.scope}
          onChange={(event) => set({ scope: event.currentTarget.value })}
          spellCheck={false}
        />
        {signsIn(form) && (
          <Select
            label={t("playground.returnBy")}
            description={t("playground.returnHelp")}
            data={returns.filter(({ value }) => {
              if (value === "persona") return form.issuer === null;
              return value !== "deep_link" || (choices.receivesDeepLinks && !vault);
            })}
            value={form.returnBy}
            onChange={(returnBy) => returnBy && set({ returnBy: returnBy as ReturnBy })}
            allowDeselect={false}
          />
        )}
        {signsIn(form) && form.returnBy === "pages" && (
          <div className={classes.pair}>
            <TextInput
              label={t("playground.email")}
              value={form.email}
              onChange={(event) => set({ email: event.currentTarget.value })}
            />
            <PasswordInput
              label={t("playground.password")}
              value={form.password}
              onChange={(event) => set({ password: event.currentTarget.value })}
              autoComplete="off"
            />
          </div>
        )}
        {form.issuer === null && ((form.grant === PRE_AUTHORIZED_CODE && form.token === "") || asPersona) && (
          <PersonSelect
            label={t("playground.person")}
            value={form.membershipId}
            onChange={(membershipId) => set({ membershipId })}
            error={problem("membershipId")}
          />
        )}
        {(needsToken(form) || (form.grant === PRE_AUTHORIZED_CODE && form.token !== "")) && (
          <PasswordInput
            label={t("playground.token")}
            description={t("playground.tokenHelp")}
            value={form.token}
            onChange={(event) => set({ token: event.currentTarget.value })}
            autoComplete="off"
          />
        )}
        <Checkbox.Group
          label={t("playground.then")}
          value={form.afterwards}
          onChange={(chosen) =>
            set({ afterwards: THENS.map(({ value }) => value).filter((own) => chosen.includes(own)) })
          }
        >
          <Group gap="md" mt={6}>
            {THENS.map(({ value, label }) => (
              <Checkbox key={value} value={value} label={t(label)} />
            ))}
          </Group>
        </Checkbox.Group>
        <MultiSelect
          label={t("playground.failures")}
          description={t("playground.failuresHelp")}
          data={fitting(choices, form).map(({ name }) => ({ value: name, label: switchWords(name) }))}
          value={form.failures}
          onChange={(failures) => set({ failures: failures as Switch[] })}
          clearable
        />
      </div>
    </Panel>
  );
}
