import { Button, Group, Modal, PasswordInput, Stack } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import type { Person } from "../../api/bindings";
import { useCommandMutation } from "../../api/commands";
import { paths } from "../../app/paths";
import { t } from "../../i18n/i18n";
import { Facts } from "../../kit/facts";
import { Panel } from "../../kit/panel";
import { toast } from "../../kit/toast";
import classes from "./people.module.css";

/** By what the person can sign in, and the way to each that is missing. */
export function SignInPanel({ person }: { person: Person }) {
  const { summary, hasPassword, externalId } = person;
  const [asking, setAsking] = useState(false);
  const facts: [string, React.ReactNode][] = [
    [
      t("signIn.password"),
      <div key="password" className={classes.method}>
        <span>
          {summary.email === null
            ? t("signIn.needsEmail")
            : hasPassword
              ? t("signIn.hasPassword", { email: summary.email })
              : t("signIn.noPassword")}
        </span>
        {summary.email !== null && (
          <Button variant="default" size="compact-sm" onClick={() => setAsking(true)}>
            {hasPassword ? t("signIn.another") : t("signIn.set")}
          </Button>
        )}
      </div>,
    ],
    [
      t("signIn.provider"),
      externalId
        ? t("signIn.byExternalId", { id: externalId })
        : summary.email !== null
          ? t("signIn.byEmail", { email: summary.email })
          : t("signIn.noProvider"),
    ],
    [
      t("signIn.link"),
      summary.active ? (
        <Link key="link" to={paths.magicLinks({ for: summary.membershipId })}>
          {t("signIn.handOver")}
        </Link>
      ) : (
        t("signIn.inactive")
      ),
    ],
  ];
  return (
    <Panel title={t("signIn.title")}>
      <Facts of={facts} />
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("signIn.setTitle", { person: summary.name })}
      >
        <SetPassword person={person} onDone={() => setAsking(false)} />
      </Modal>
    </Panel>
  );
}

function SetPassword({ person, onDone }: { person: Person; onDone: () => void }) {
  const { membershipId, name } = person.summary;
  const [password, setPassword] = useState("");
  const set = useCommandMutation("people_set_password");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    set.mutate(
      { membershipId, password },
      {
        onError: (error) => error.field !== "password" && toast("bad", error.message),
        onSuccess: () => {
          toast("ok", t("signIn.wasSet", { person: name }));
          onDone();
        },
      },
    );
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <p className={classes.none}>{t("signIn.setHelp")}</p>
        <PasswordInput
          label={t("people.password")}
          description={t("people.passwordHelp")}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={set.error?.field === "password" ? set.error.message : undefined}
          autoComplete="new-password"
          data-autofocus
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onDone}>
            {t("kit.cancel")}
          </Button>
          <Button type="submit" loading={set.isPending} disabled={password === ""}>
            {t("signIn.set")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
