import { Anchor, Button, SegmentedControl, Select, Switch } from "@mantine/core";
import { IconLanguage } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import type { Choices, ClientChoice, HandOver, HandOverChoice, Person, Phone } from "../../api/bindings";
import { useCommand, useCommandMutation } from "../../api/commands";
import { paths } from "../../app/paths";
import { LANGUAGES, t } from "../../i18n/i18n";
import { span } from "../../i18n/time";
import { useIsDesk } from "../../kit/desk";
import { Panel } from "../../kit/panel";
import { Answer, Empty } from "../../kit/states";
import { toast } from "../../kit/toast";
import { PersonLine } from "../people/person-line";
import classes from "./hand-over-panel.module.css";

/** Which client application a link of this desk was last for. */
const LAST_CLIENT = "anteroom.desk.client";

type Props = { membershipId: string; onOther: () => void };

/** One person, and the ways to hand a link over; each card issues. */
export function HandOverPanel({ membershipId, onOther }: Props) {
  const person = useCommand("people_get", { membershipId });
  const choices = useCommand("magic_links_options", {});
  return (
    <Answer query={person}>
      {(person) => (
        <Answer query={choices}>
          {(choices) => <Chooser person={person} choices={choices} onOther={onOther} />}
        </Answer>
      )}
    </Answer>
  );
}

function Chooser({ person, choices, onOther }: { person: Person; choices: Choices; onOther: () => void }) {
  const remembered = localStorage.getItem(LAST_CLIENT);
  const preset = choices.clients.find((client) => client.id === remembered) ?? choices.clients[0];
  const [clientId, setClientId] = useState(preset?.id);
  const client = choices.clients.find((candidate) => candidate.id === clientId);
  const [phone, setPhone] = useState<Phone>("own");
  const [language, setLanguage] = useState("");
  const navigate = useNavigate();
  const issue = useCommandMutation("magic_links_issue");

  if (!client) return <NoClient />;

  const hand = (handOver: HandOver, pin: boolean) => {
    localStorage.setItem(LAST_CLIENT, client.id);
    const chosen = { handOver, pin, phone, ...(language && { language }) };
    issue.mutate(
      { membershipId: person.summary.membershipId, clientId: client.id, ...chosen },
      {
        onSuccess: (card) => navigate(paths.magicLink(card.link.id)),
        onError: (error) => toast("bad", error.message),
      },
    );
  };

  return (
    <Panel
      title={t("handOver.title", { person: person.summary.name })}
      actions={
        <Anchor component="button" size="xs" onClick={onOther}>
          {t("handOver.other")}
        </Anchor>
      }
    >
      <div className={classes.who}>
        <PersonLine person={person.summary} />
        <ClientSelect clients={choices.clients} value={client.id} onChange={setClientId} />
      </div>
      <div className={classes.forWhom}>
        <div>
          <SegmentedControl
            aria-label={t("handOver.phone")}
            value={phone}
            onChange={(value) => setPhone(value as Phone)}
            data={[
              { value: "own", label: t("handOver.phoneOwn") },
              { value: "carer", label: t("handOver.phoneCarer") },
            ]}
          />
          {phone === "carer" && <p className={classes.to}>{t("handOver.phoneCarerHelp")}</p>}
        </div>
        <LanguageSelect value={language} onChange={setLanguage} />
      </div>
      <div className={classes.cards}>
        {choices.handOvers.filter(isAtDesk).map((choice) => (
          <HandOverCard
            key={choice.handOver}
            choice={choice}
            client={client}
            busy={issue.isPending}
            onHand={(pin) => hand(choice.handOver, pin)}
          />
        ))}
        <LetterCard />
      </div>
    </Panel>
  );
}

/** One possible client is only named; of several, one is chosen. */
function ClientSelect({
  clients,
  value,
  onChange,
}: {
  clients: ClientChoice[];
  value: string;
  onChange: (id: string) => void;
}) {
  if (clients.length === 1)
    return <span className={classes.to}>{t("handOver.to", { client: clients[0]?.name ?? "" })}</span>;
  return (
    <Select
      aria-label={t("handOver.client")}
      data={clients.map((client) => ({ value: client.id, label: t("handOver.to", { client: client.name }) }))}
      value={value}
      onChange={(id) => id && onChange(id)}
      allowDeselect={false}
      searchable={clients.length > 8}
      w={300}
    />
  );
}

/** The language of the person, which may be another than the phone's. */
export function LanguageSelect({ value, onChange }: { value: string; onChange: (tag: string) => void }) {
  return (
    <Select
      aria-label={t("handOver.language")}
      data={[
        { value: "", label: t("handOver.languageAny") },
        ...Object.entries(LANGUAGES).map(([tag, label]) => ({ value: tag, label })),
      ]}
      value={value}
      onChange={(tag) => onChange(tag ?? "")}
      allowDeselect={false}
      leftSection={<IconLanguage size={16} aria-hidden />}
      w={230}
    />
  );
}

export function NoClient() {
  const isDesk = useIsDesk();
  return (
    <Empty
      title={t("handOver.noClientTitle")}
      action={
        !isDesk && (
          <Button component={Link} to={paths.clientNew()}>
            {t("clients.create")}
          </Button>
        )
      }
    >
      {t("handOver.noClientBody")}
    </Empty>
  );
}

/** Hand-overs of the desk; a link over HTTP is not one of them. */
const isAtDesk = (choice: HandOverChoice): choice is DeskChoice => choice.handOver !== "api";
type DeskChoice = HandOverChoice & { handOver: "waiting" | "take_home" };

const WORDS = {
  waiting: { title: "handOver.waitingTitle", body: "handOver.waitingBody", action: "handOver.waitingAction" },
  take_home: {
    title: "handOver.takeHomeTitle",
    body: "handOver.takeHomeBody",
    action: "handOver.takeHomeAction",
  },
} as const;

type CardProps = { choice: DeskChoice; client: ClientChoice; busy: boolean; onHand: (pin: boolean) => void };

/** States what is issued – how long the link lives, how long the sign-in, what comes after – before it is. */
function HandOverCard({ choice, client, busy, onHand }: CardProps) {
  const [pin, setPin] = useState(choice.pinSuggested);
  const words = WORDS[choice.handOver];
  const life = span(choice.expiresIn);
  return (
    <article className={classes.card}>
      <h3>
        {t(words.title)} <span>– {life}</span>
      </h3>
      <p>{t(words.body)}</p>
      <ul>
        <li>{t("handOver.life", { span: life })}</li>
        <li>{t("handOver.session", { span: span(client.sessionSeconds), client: client.name })}</li>
        <li>{t("handOver.after")}</li>
      </ul>
      <Switch
        size="sm"
        className={classes.pin}
        label={choice.pinSuggested ? t("handOver.pinSuggested") : t("handOver.pin")}
        checked={pin}
        onChange={(event) => setPin(event.currentTarget.checked)}
      />
      <Button fullWidth className={classes.issue} loading={busy} onClick={() => onHand(pin)}>
        {t(words.action)}
      </Button>
    </article>
  );
}

/** Why no live code is put into a letter, and what to do instead. */
function LetterCard() {
  return (
    <article className={classes.card} data-quiet>
      <h3>{t("handOver.letterTitle")}</h3>
      <p>{t("handOver.letterWhy")}</p>
      <p>{t("handOver.letterInstead")}</p>
    </article>
  );
}
