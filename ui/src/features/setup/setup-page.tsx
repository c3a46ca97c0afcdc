import { Button, PasswordInput, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { Req } from "../../api/call";
import { problemsOf, useCommandMutation } from "../../api/commands";
import { t } from "../../i18n/i18n";
import classes from "./setup.module.css";

const EMPTY: Req<"setup_complete"> = { projectName: "", given: "", family: "", email: "", password: "" };

/** The engine's rule, said before it is broken. */
const LEAST_PASSWORD = 8;

/** First start: names the project and makes its first admin. Home follows by itself. */
export function SetupPage() {
  const [form, setForm] = useState(EMPTY);
  const setup = useCommandMutation("setup_complete");
  const text = (field: keyof typeof form) => ({
    value: form[field],
    onChange: (event: FormEvent<HTMLInputElement>) => {
      const { value } = event.currentTarget;
      setForm((before) => ({ ...before, [field]: value }));
    },
    error: problemsOf(setup.error)(field),
    required: true,
    withAsterisk: false,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setup.mutate(form);
  };
  return (
    <main className={classes.page}>
      <form className={classes.form} onSubmit={submit}>
        <header>
          <h1>{t("setup.title")}</h1>
          <p>{t("setup.lead")}</p>
        </header>
        <fieldset>
          <legend>{t("setup.project")}</legend>
          <TextInput
            label={t("setup.projectName")}
            description={t("setup.projectHelp")}
            placeholder="Riverside Clinic"
            maxLength={100}
            autoFocus
            {...text("projectName")}
          />
        </fieldset>
        <fieldset>
          <legend>{t("setup.admin")}</legend>
          <div className={classes.pair}>
            <TextInput
              label={t("people.given")}
              placeholder="Ada"
              autoComplete="given-name"
              {...text("given")}
            />
            <TextInput
              label={t("people.family")}
              placeholder="Byron"
              autoComplete="family-name"
              {...text("family")}
            />
          </div>
          <TextInput
            type="email"
            label={t("people.email")}
            placeholder="ada@example.org"
            autoComplete="email"
            {...text("email")}
          />
          <PasswordInput
            label={t("people.password")}
            description={t("people.passwordHelp")}
            autoComplete="new-password"
            minLength={LEAST_PASSWORD}
            {...text("password")}
          />
        </fieldset>
        {setup.error && setup.error.field === null && (
          <p className={classes.problem} role="alert">
            {setup.error.message}
          </p>
        )}
        <Button type="submit" size="md" loading={setup.isPending}>
          {t("setup.submit")}
        </Button>
        <p className={classes.note}>{t("setup.note")}</p>
      </form>
    </main>
  );
}
