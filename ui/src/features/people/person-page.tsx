import { Button, Select, Switch, TextInput } from "@mantine/core";
import { IconLink } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useParams } from "react-router";
import type { Person, Session } from "../../api/bindings";
import type { Req } from "../../api/call";
import { useCommand, useCommandMutation } from "../../api/commands";
import { paths } from "../../app/paths";
import { t, tNamed } from "../../i18n/i18n";
import { birthDate, clock, day } from "../../i18n/time";
import { Ago } from "../../kit/ago";
import { roomFor } from "../../kit/button-in-field";
import { confirm } from "../../kit/confirm";
import { CopyValue } from "../../kit/copyable";
import { Facts } from "../../kit/facts";
import { Page } from "../../kit/page";
import { Column, Panel, WithRail } from "../../kit/panel";
import { Answer } from "../../kit/states";
import { toast } from "../../kit/toast";
import { useNow } from "../../kit/use-now";
import { LinkTable } from "../magic-links/board";
import { ConnectedAccounts } from "../vault/connected-accounts";
import classes from "./people.module.css";
import { Rights } from "./people-page";
import { kindWords } from "./person-line";
import { SignInPanel } from "./sign-in-panel";

/** One person: who it is, what they may do, where they are signed in, which links they were given. */
export function PersonPage() {
  const { membershipId = "" } = useParams();
  const person = useCommand("people_get", { membershipId });
  return <Answer query={person}>{(person) => <Detail person={person} />}</Answer>;
}

function Detail({ person }: { person: Person }) {
  const { summary } = person;
  return (
    <Page
      title={summary.name}
      breadcrumb={<Link to={paths.people()}>{t("nav.people")}</Link>}
      beside={
        <>
          <span>{kindWords(summary)}</span>
          <Rights person={summary} />
          <CopyValue
            text={summary.profile}
            shown={`${summary.profile.slice(0, 24)}…`}
            what={t("people.reference")}
          />
        </>
      }
      actions={
        <Button
          component={Link}
          to={paths.magicLinks({ for: summary.membershipId })}
          leftSection={<IconLink size={16} />}
          data-disabled={!summary.active || undefined}
        >
          {t("people.link")}
        </Button>
      }
    >
      <Column wide>
        <WithRail rail={<RightsPanel person={person} />}>
          <Who person={person} />
          <SignInPanel person={person} />
          {summary.email !== null && <SecondFactorPanel person={person} />}
          <Sessions person={person} />
          <ConnectedAccounts membershipId={summary.membershipId} />
        </WithRail>
        <Links person={person} />
      </Column>
    </Page>
  );
}

function Who({ person }: { person: Person }) {
  const { summary } = person;
  const facts: [string, React.ReactNode][] = [
    [t("people.birthDate"), summary.birthDate ? birthDate(summary.birthDate) : "–"],
    [t("people.identifier"), summary.identifier ?? "–"],
    [t("people.email"), summary.email ?? t("people.noAccount")],
    [
      t("people.membership"),
      <CopyValue key="id" text={summary.membershipId} what={t("people.membership")} />,
    ],
    [t("people.since"), day(person.createdAt)],
  ];
  return (
    <Panel title={t("people.who")}>
      <Facts of={facts} />
    </Panel>
  );
}

/** The second step of signing in; a lost phone is helped by taking it away. */
function SecondFactorPanel({ person }: { person: Person }) {
  const { membershipId, name } = person.summary;
  const { enrolled, required } = person.secondFactor;
  const update = useCommandMutation("people_update");
  const reset = useCommandMutation("people_reset_second_factor");
  const takeAway = async () => {
    const yes = await confirm({
      title: t("factor.resetTitle", { person: name }),
      body: required ? t("factor.resetBodyRequired") : t("factor.resetBody"),
      action: t("factor.reset"),
    });
    if (yes) {
      reset.mutate(
        { membershipId },
        {
          onError: (error) => toast("bad", error.message),
          onSuccess: () => toast("ok", t("factor.wasReset", { person: name })),
        },
      );
    }
  };
  return (
    <Panel title={t("factor.title")}>
      <div className={classes.session}>
        <p>{enrolled ? t("factor.enrolled") : t("factor.notEnrolled")}</p>
        {enrolled && (
          <Button variant="default" size="compact-sm" loading={reset.isPending} onClick={takeAway}>
            {t("factor.reset")}
          </Button>
        )}
      </div>
      <Switch
        label={t("factor.required")}
        description={t("factor.requiredHelp")}
        checked={required}
        disabled={update.isPending}
        onChange={(event) =>
          update.mutate(
            { membershipId, secondFactorRequired: event.currentTarget.checked },
            {
              onError: (error) => toast("bad", error.message),
              onSuccess: () => toast("ok", t("people.saved", { person: name })),
            },
          )
        }
      />
    </Panel>
  );
}

/** Each switch saves where it is; losing a right asks first. */
function RightsPanel({ person }: { person: Person }) {
  const { summary } = person;
  const update = useCommandMutation("people_update");
  const policies = useCommand("policies_list", {});
  const further = person.furtherAccessPolicies.join(", ");
  const save = (changes: Omit<Req<"people_update">, "membershipId">) =>
    update.mutate(
      { membershipId: summary.membershipId, ...changes },
      {
        onError: (error) => toast("bad", error.message),
        onSuccess: () => toast("ok", t("people.saved", { person: summary.name })),
      },
    );
  const setActive = async (active: boolean) => {
    const asked = {
      title: t("people.deactivateTitle", { person: summary.name }),
      body: t("people.deactivateBody"),
    };
    if (active || (await confirm({ ...asked, action: t("people.deactivate") }))) save({ active });
  };
  return (
    <Panel title={t("people.rights")}>
      <div className={classes.switches}>
        <Switch
          label={t("people.active")}
          description={t("people.activeHelp")}
          checked={summary.active}
          disabled={update.isPending}
          onChange={(event) => setActive(event.currentTarget.checked)}
        />
        <Switch
          label={t("people.admin")}
          description={t("people.adminHelp")}
          checked={summary.admin}
          disabled={update.isPending}
          onChange={(event) => save({ admin: event.currentTarget.checked })}
        />
        <Switch
          label={t("people.desk")}
          description={t("people.deskHelp")}
          checked={summary.desk}
          disabled={update.isPending}
          onChange={(event) => save({ desk: event.currentTarget.checked })}
        />
        {(policies.data?.names.length ?? 0) > 0 && (
          <Select
            label={t("people.accessPolicy")}
            description={further && t("people.furtherPolicies", { names: further })}
            data={policies.data?.names}
            value={person.accessPolicy}
            placeholder={t("people.noPolicy")}
            clearable
            onChange={(name) => save({ accessPolicy: name ?? "" })}
          />
        )}
        <Link to={paths.accessPolicies({ person: summary.membershipId })}>
          {t("policies.askHere", { person: summary.name })}
        </Link>
        <ExternalId
          key={person.externalId}
          saved={person.externalId ?? ""}
          onSave={(externalId) => save({ externalId })}
        />
      </div>
    </Panel>
  );
}

function ExternalId({ saved, onSave }: { saved: string; onSave: (externalId: string) => void }) {
  const [value, setValue] = useState(saved);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSave(value.trim());
      }}
    >
      <TextInput
        label={t("people.externalId")}
        description={t("people.externalIdHelp")}
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
        rightSectionWidth={roomFor(t("kit.save"))}
        rightSection={
          value.trim() !== saved && (
            <Button type="submit" size="compact-sm" variant="default">
              {t("kit.save")}
            </Button>
          )
        }
      />
    </form>
  );
}

function Sessions({ person }: { person: Person }) {
  return (
    <Panel title={t("people.sessions")}>
      {person.sessions.length === 0 && <p className={classes.none}>{t("people.noSessions")}</p>}
      {person.sessions.map((session) => (
        <SessionRow key={session.loginId} person={person} session={session} />
      ))}
    </Panel>
  );
}

function SessionRow({ person, session }: { person: Person; session: Session }) {
  const now = useNow(10);
  const { membershipId, name } = person.summary;
  const revoke = useCommandMutation("people_revoke_session");
  const end = async () => {
    const yes = await confirm({
      title: t("session.endTitle", { person: name }),
      body: t("session.endBody", { client: session.clientName }),
      action: t("session.end"),
    });
    if (yes) {
      revoke.mutate(
        { membershipId, loginId: session.loginId },
        { onError: (error) => toast("bad", error.message), onSuccess: () => toast("ok", t("session.ended")) },
      );
    }
  };
  return (
    <div className={classes.session}>
      <div>
        <p>
          <b>{session.clientName}</b> · {tNamed("method", session.authMethod)}
        </p>
        <p className={classes.mute}>
          <Ago at={session.signedInAt} /> · {t("session.until", { time: clock(session.expiresAt, now) })}
          {session.remoteAddress && ` · ${t("session.from", { address: session.remoteAddress })}`} ·{" "}
          {session.scope}
        </p>
      </div>
      <Button variant="default" size="compact-sm" loading={revoke.isPending} onClick={end}>
        {t("session.end")}
      </Button>
    </div>
  );
}

const nothing = () => {};

function Links({ person }: { person: Person }) {
  const links = person.magicLinks;
  const rows = { total: links.length, at: (index: number) => links[index], want: nothing };
  return (
    <Panel title={t("people.links")}>
      {links.length === 0 ? (
        <p className={classes.none}>{t("people.noLinks")}</p>
      ) : (
        <LinkTable rows={rows} label={t("people.links")} withPerson={false} />
      )}
    </Panel>
  );
}
