import { Button, Group, Modal, SegmentedControl, Stack } from "@mantine/core";
import { useState } from "react";
import type { IssuedPasswordLink, Person } from "../../api/bindings";
import { useCommandMutation } from "../../api/commands";
import { t } from "../../i18n/i18n";
import { Rich } from "../../i18n/rich";
import { ago, clock } from "../../i18n/time";
import { CopyButton } from "../../kit/copyable";
import { toast } from "../../kit/toast";
import { useNow } from "../../kit/use-now";
import classes from "./people.module.css";

const HOUR = 3600;
const DAY = 24 * HOUR;
/** An address that no other device can open. */
const LOOPBACK = /^https?:\/\/(127\.|localhost[:/]|\[::1\])/;

/** What became of the link that was made last; nothing when it says nothing any more. */
export function PasswordLinkState({ person }: { person: Person }) {
  const now = useNow(10);
  const link = person.passwordLink;
  if (link === null) return null;
  if (link.usedAt !== null) return t("passwordLink.used", { ago: ago(link.usedAt, now) });
  return link.expiresAt > now ? t("passwordLink.waiting", { time: clock(link.expiresAt, now) }) : null;
}

/** Makes a link with which the person chooses a password, and shows it this once. */
export function PasswordLinkDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const [issued, setIssued] = useState<IssuedPasswordLink | null>(null);
  return (
    <Modal
      opened
      onClose={onClose}
      closeOnClickOutside={issued === null}
      title={t("passwordLink.title", { person: person.summary.name })}
    >
      {issued === null ? (
        <Make person={person} onIssued={setIssued} onClose={onClose} />
      ) : (
        <Issued person={person} issued={issued} onClose={onClose} />
      )}
    </Modal>
  );
}

type MakeProps = { person: Person; onIssued: (issued: IssuedPasswordLink) => void; onClose: () => void };

function Make({ person, onIssued, onClose }: MakeProps) {
  const [expiresIn, setExpiresIn] = useState(String(DAY));
  const issue = useCommandMutation("people_issue_password_link");
  const make = () =>
    issue.mutate(
      { membershipId: person.summary.membershipId, expiresIn: Number(expiresIn) },
      { onError: (error) => toast("bad", error.message), onSuccess: onIssued },
    );
  return (
    <Stack gap="md">
      <p className={classes.none}>{t("passwordLink.help")}</p>
      <div>
        <p className={classes.choiceLabel} id="password-link-life">
          {t("passwordLink.life")}
        </p>
        <SegmentedControl
          aria-labelledby="password-link-life"
          value={expiresIn}
          onChange={setExpiresIn}
          data={[
            { value: String(HOUR), label: t("passwordLink.hour") },
            { value: String(DAY), label: t("passwordLink.day") },
            { value: String(7 * DAY), label: t("passwordLink.week") },
          ]}
        />
      </div>
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          {t("kit.cancel")}
        </Button>
        <Button loading={issue.isPending} onClick={make} data-autofocus>
          {t("passwordLink.make")}
        </Button>
      </Group>
    </Stack>
  );
}

type IssuedProps = { person: Person; issued: IssuedPasswordLink; onClose: () => void };

function Issued({ person, issued, onClose }: IssuedProps) {
  const now = useNow(10);
  const here = LOOPBACK.test(issued.url);
  return (
    <Stack gap="md">
      <p className={classes.none}>
        <Rich k="passwordLink.once" values={{ person: <b>{person.summary.name}</b> }} />
      </p>
      <output className={classes.link} aria-label={t("passwordLink.what")}>
        {issued.url}
      </output>
      <p className={classes.none}>{t("passwordLink.until", { time: clock(issued.expiresAt, now) })}</p>
      {here && <p className={classes.mute}>{t("passwordLink.here")}</p>}
      <Group justify="flex-end" gap="xs">
        <CopyButton text={issued.url} what={t("passwordLink.what")} label={t("passwordLink.copy")} />
        <Button onClick={onClose}>{t("kit.close")}</Button>
      </Group>
    </Stack>
  );
}
