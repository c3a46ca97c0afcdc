import { Button, Checkbox, Group, PasswordInput, Radio, Select, TextInput } from "@mantine/core";
import { type FormEvent, useEffect, useState } from "react";
import { Link, useLocation, useNavigate } from "react-router";
import type { ResourceType } from "../../api/bindings";
import type { Req } from "../../api/call";
import { problemsOf, useCommand, useCommandMutation } from "../../api/commands";
import { unsavedWords, useLeaveGuard } from "../../app/leave-guard";
import { paths } from "../../app/paths";
import { t } from "../../i18n/i18n";
import { Page } from "../../kit/page";
import { Column, Panel } from "../../kit/panel";
import { toast } from "../../kit/toast";
import classes from "./people.module.css";

type Form = Req<"people_create">;

const EMPTY: Form = {
  resourceType: "Patient",
  given: "",
  family: "",
  birthDate: "",
  identifier: "",
  email: "",
  password: "",
  externalId: "",
  admin: false,
  desk: false,
  accessPolicy: "",
};

const KINDS: readonly ResourceType[] = ["Patient", "Practitioner", "RelatedPerson"];
const KIND_WORDS = {
  Patient: { label: "people.patient", description: "people.patientHelp" },
  Practitioner: { label: "people.practitioner", description: "people.practitionerHelp" },
  RelatedPerson: { label: "people.relatedPerson", description: "people.relatedPersonHelp" },
} as const;

/** What is known of the person already. It comes beside the address, in which no e-mail address stands. */
function whom(state: unknown): Partial<Form> {
  const known = typeof state === "object" && state !== null ? (state as Partial<Form>) : {};
  return {
    ...(typeof known.email === "string" && { email: known.email }),
    ...(typeof known.externalId === "string" && { externalId: known.externalId }),
  };
}

/** Adds a person: profile, membership, and a user account when there is an e-mail address. */
export function PersonCreatePage() {
  // a dry run of a provider found nobody, and leads here with what it looked for
  const found: unknown = useLocation().state;
  const [form, setForm] = useState<Form>(() => ({ ...EMPTY, ...whom(found) }));
  /** Where to go once the person is there. */
  const [done, setDone] = useState<"person" | "link">();
  const create = useCommandMutation("people_create");
  const navigate = useNavigate();
  const dirty = !done && JSON.stringify(form) !== JSON.stringify(EMPTY);
  useLeaveGuard(dirty, unsavedWords());

  const set = <F extends keyof Form>(field: F, value: Form[F]) =>
    setForm((before) => ({ ...before, [field]: value }));
  const problem: (field: keyof Form) => string | undefined = problemsOf(create.error);
  const text = (
    field: "given" | "family" | "birthDate" | "identifier" | "email" | "password" | "externalId",
  ) => ({
    value: form[field],
    onChange: (event: FormEvent<HTMLInputElement>) => set(field, event.currentTarget.value),
    error: problem(field),
  });

  const add = (then: "person" | "link") =>
    create.mutate(form, {
      onError: (error) => error.field === null && toast("bad", error.message),
      onSuccess: () => setDone(then),
    });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    add("person");
  };
  // once the guard is off, to the new person
  const created = done ? create.data?.summary.membershipId : undefined;
  useEffect(() => {
    if (created) navigate(done === "link" ? paths.magicLinks({ for: created }) : paths.person(created));
  }, [created, done, navigate]);

  return (
    <Page title={t("people.createTitle")} breadcrumb={<Link to={paths.people()}>{t("nav.people")}</Link>}>
      <form onSubmit={submit} className={classes.form}>
        <Column>
          <Panel title={t("people.who")}>
            <div className={classes.form}>
              <Radio.Group
                label={t("people.kind")}
                value={form.resourceType}
                onChange={(kind) => set("resourceType", kind as ResourceType)}
              >
                <Group gap="lg" mt={6} align="flex-start">
                  {KINDS.map((kind) => (
                    <Radio
                      key={kind}
                      value={kind}
                      label={t(KIND_WORDS[kind].label)}
                      description={t(KIND_WORDS[kind].description)}
                    />
                  ))}
                </Group>
              </Radio.Group>
              <div className={classes.pair}>
                <TextInput
                  label={t("people.given")}
                  placeholder="Pat"
                  {...text("given")}
                  autoFocus
                  required
                />
                <TextInput label={t("people.family")} placeholder="Doe" {...text("family")} required />
              </div>
              <div className={classes.pair}>
                <TextInput
                  type="date"
                  label={t("people.birthDate")}
                  description={t("people.birthDateHelp")}
                  {...text("birthDate")}
                />
                <TextInput
                  label={t("people.identifier")}
                  description={t("people.identifierHelp")}
                  {...text("identifier")}
                />
              </div>
            </div>
          </Panel>
          <Account text={text} form={form} />
          <RightsPanel form={form} set={set} problem={problem} />
          <Group gap="xs">
            <Button type="submit" loading={create.isPending}>
              {t("people.create")}
            </Button>
            <Button variant="default" disabled={create.isPending} onClick={() => add("link")}>
              {t("people.createAndInvite")}
            </Button>
            <Button variant="default" component={Link} to={paths.people()}>
              {t("kit.cancel")}
            </Button>
          </Group>
        </Column>
      </form>
    </Page>
  );
}

type TextProps = (field: "email" | "password" | "externalId") => {
  value: string;
  onChange: (event: FormEvent<HTMLInputElement>) => void;
  error: string | undefined;
};

function Account({ text, form }: { text: TextProps; form: Form }) {
  return (
    <Panel title={t("people.account")}>
      <div className={classes.form}>
        <p className={classes.none}>{t("people.accountHelp")}</p>
        <div className={classes.pair}>
          <TextInput
            type="email"
            label={t("people.email")}
            placeholder="pat@example.org"
            {...text("email")}
          />
          <PasswordInput
            label={t("people.password")}
            description={form.email ? t("people.passwordHelp") : t("people.passwordNeedsEmail")}
            disabled={form.email === ""}
            autoComplete="new-password"
            {...text("password")}
          />
        </div>
        <TextInput
          label={t("people.externalId")}
          description={t("people.externalIdHelp")}
          placeholder="idp|pat"
          {...text("externalId")}
        />
      </div>
    </Panel>
  );
}

type RightsProps = {
  form: Form;
  set: <F extends keyof Form>(field: F, value: Form[F]) => void;
  problem: (field: keyof Form) => string | undefined;
};

function RightsPanel({ form, set, problem }: RightsProps) {
  const policies = useCommand("policies_list", {});
  return (
    <Panel title={t("people.rights")}>
      <div className={classes.form}>
        <Checkbox
          label={t("people.admin")}
          description={t("people.adminHelp")}
          checked={form.admin}
          onChange={(event) => set("admin", event.currentTarget.checked)}
          error={problem("admin")}
        />
        <Checkbox
          label={t("people.desk")}
          description={t("people.deskHelp")}
          checked={form.desk}
          onChange={(event) => set("desk", event.currentTarget.checked)}
          error={problem("desk")}
        />
        {(policies.data?.names.length ?? 0) > 0 && (
          <Select
            label={t("people.accessPolicy")}
            description={t("people.accessPolicyHelp")}
            data={policies.data?.names}
            value={form.accessPolicy || null}
            onChange={(name) => set("accessPolicy", name ?? "")}
            placeholder={t("people.noPolicy")}
            clearable
            error={problem("accessPolicy")}
          />
        )}
      </div>
    </Panel>
  );
}
