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
import { PasswordLinkDialog, PasswordLinkState } from "./password-link";
import classes from "./people.module.css";

/** By what the person can sign in, and the way to each that is missing. */
export function SignInPanel({ person }: { person: Person }) {
  const { summary, hasPassword, externalId } = person;
  const [asking, setAsking] = useState<"password" | "link" | null>(null);
  const facts: [string, React.ReactNode][] = [
    [
      t("signIn.password"),
      <div key="password" className={classes.method}>
        <span>
          {summary.email === null
            ? t("signIn.needsEmail")
            : hasPassword
              ? t("signIn.hasPassword", { email: summary.email })
              : t("signIn.noPassword")}{" "}
          <PasswordLinkState person={person} />
        </span>
        {summary.email !== null && (
          <Group gap="xs">
            {summary.active && (
              <Button variant="default" size="compact-sm" onClick={() => setAsking("link")}>
                {t("passwordLink.make")}
              </Button>
            )}
            <Button variant="default" size="compact-sm" onClick={() => setAsking("password")}>
              {hasPassword ? t("signIn.another") : t("signIn.set")}
            </Button>
          </Group>
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
        opened={asking === "password"}
        onClose={() => setAsking(null)}
        title={t("signIn.setTitle", { person: summary.name })}
      >
        <SetPassword person={person} onDone={() => setAsking(null)} />
      </Modal>
      {asking === "link" && <PasswordLinkDialog person={person} onClose={() => setAsking(null)} />}
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
