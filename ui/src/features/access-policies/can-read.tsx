import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useSearchParams } from "react-router";
import type { CanReadAnswer, PolicyVerdict } from "../../api/bindings";
import { problemsOf, useCommand, useCommandMutation } from "../../api/commands";
import { t, tn } from "../../i18n/i18n";
import { Chip } from "../../kit/chip";
import { Panel } from "../../kit/panel";
import { PersonSelect } from "../people/person-select";
import classes from "./access-policies.module.css";
import { interactionWords, ruleWords } from "./policy-words";

/** Can this person read this? Asked of the function that answers over HTTP. */
export function CanRead() {
  const [params] = useSearchParams();
  const [membershipId, setMembershipId] = useState(params.get("person") ?? "");
  const person = useCommand("people_get", { membershipId }, { enabled: membershipId !== "" });
  const [resource, setResource] = useState("");
  const [scope, setScope] = useState("");
  const ask = useCommandMutation("access_policies_can_read");
  const problem = problemsOf(ask.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask.mutate({ membershipId, resource: resource.trim(), scope });
  };
  return (
    <Panel title={t("policies.canRead")}>
      <form onSubmit={submit} className={classes.question}>
        <PersonSelect
          label={t("policies.person")}
          value={membershipId}
          onChange={(picked) => {
            setMembershipId(picked);
            ask.reset();
          }}
        />
        <TextInput
          label={t("policies.resource")}
          placeholder="Patient/…"
          value={resource}
          onChange={(event) => setResource(event.currentTarget.value)}
          error={problem("resource")}
          classNames={{ input: classes.mono }}
          required
        />
        <TextInput
          label={t("policies.scope")}
          placeholder="patient/*.rs"
          value={scope}
          onChange={(event) => setScope(event.currentTarget.value)}
          classNames={{ input: classes.mono }}
        />
        <Button type="submit" loading={ask.isPending} disabled={membershipId === ""}>
          {t("policies.ask")}
        </Button>
      </form>
      {ask.error && ask.error.field === null && (
        <p role="alert" className={classes.problem}>
          {ask.error.message}
        </p>
      )}
      <div aria-live="polite">
        {ask.data && person.data && <Verdicts answer={ask.data} person={person.data.summary.name} />}
      </div>
    </Panel>
  );
}

function Verdicts({ answer, person }: { answer: CanReadAnswer; person: string }) {
  const read = answer.verdicts[0];
  return (
    <div className={classes.answer}>
      <p className={classes.verdict}>
        <Chip tone={answer.allowed ? "ok" : "bad"}>
          {answer.allowed ? t("policies.yes") : t("policies.no")}
        </Chip>
        {answer.allowed ? t("policies.mayRead", { person }) : t("policies.mayNotRead", { person })}
      </p>
      {read && <p className={classes.mute}>{ruleWords(read, answer.policy)}</p>}
      {answer.hiddenFields.length > 0 && (
        <p className={classes.mute}>
          {tn("policies.withoutFields", answer.hiddenFields.length, {
            fields: answer.hiddenFields.join(", "),
          })}
        </p>
      )}
      <dl className={classes.verdicts}>
        {answer.verdicts.map((verdict) => (
          <VerdictRow key={verdict.interaction} verdict={verdict} policy={answer.policy} />
        ))}
      </dl>
    </div>
  );
}

function VerdictRow({ verdict, policy }: { verdict: PolicyVerdict; policy: string | null }) {
  return (
    <div>
      <dt>{interactionWords(verdict.interaction)}</dt>
      <dd>
        <Chip tone={verdict.allowed ? "ok" : "bad"}>
          {verdict.allowed ? t("policies.yes") : t("policies.no")}
        </Chip>
      </dd>
      <dd>{ruleWords(verdict, policy)}</dd>
    </div>
  );
}
