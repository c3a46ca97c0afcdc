import { Button, PasswordInput, SegmentedControl, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import type { Client, Verdict } from "../../api/bindings";
import { useCommandMutation } from "../../api/commands";
import { paths } from "../../app/paths";
import { adviceOf } from "../../i18n/advice";
import { t, tNamed } from "../../i18n/i18n";
import { Chip, Dot } from "../../kit/chip";
import { Panel } from "../../kit/panel";
import { TraceTable } from "../activity/trace-table";
import { type ProviderForm, providerOf } from "./client-form";
import classes from "./provider.module.css";

const EXAMPLE = '{ "sub": "…", "email": "pat@example.org", "email_verified": true }';
const JSON_TYPE = "application/json";

/** Whom an answer of the provider would sign in, by the engine's own checks. Nothing is written. */
export function ProviderDryRun({ client, provider }: { client: Client; provider: ProviderForm }) {
  const [live, setLive] = useState(false);
  const [body, setBody] = useState("");
  const [status, setStatus] = useState("200");
  const [contentType, setContentType] = useState(JSON_TYPE);
  const [token, setToken] = useState("");
  const run = useCommandMutation("identity_provider_dry_run");
  /** A verdict about something else is no verdict. */
  const changed = (set: (value: string) => void) => (event: { currentTarget: { value: string } }) => {
    set(event.currentTarget.value);
    run.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const settings = { clientId: client.id, provider: providerOf(provider) };
    run.mutate(
      live
        ? { ...settings, accessToken: token.trim() }
        : { ...settings, answer: { status: Number(status) || 0, contentType: contentType.trim(), body } },
    );
  };
  const empty = live ? token.trim() === "" : body.trim() === "";
  return (
    <Panel title={t("dryRun.title")}>
      <form className={classes.form} onSubmit={submit}>
        <p className={classes.quiet}>{t("dryRun.lead")}</p>
        <SegmentedControl
          aria-label={t("dryRun.how")}
          className={classes.start}
          value={live ? "live" : "paste"}
          onChange={(next) => {
            setLive(next === "live");
            run.reset();
          }}
          data={[
            { value: "paste", label: t("dryRun.paste") },
            { value: "live", label: t("dryRun.live") },
          ]}
        />
        {live ? (
          <PasswordInput
            label={t("dryRun.token")}
            description={t("dryRun.tokenHelp")}
            value={token}
            onChange={changed(setToken)}
            autoComplete="off"
            spellCheck={false}
          />
        ) : (
          <>
            <Textarea
              label={t("dryRun.body")}
              placeholder={EXAMPLE}
              value={body}
              onChange={changed(setBody)}
              autosize
              minRows={4}
              maxRows={14}
              classNames={{ input: classes.mono }}
              spellCheck={false}
            />
            <div className={classes.pair}>
              <TextInput
                label={t("dryRun.status")}
                value={status}
                onChange={changed(setStatus)}
                inputMode="numeric"
                maxLength={3}
              />
              <TextInput
                label={t("dryRun.contentType")}
                value={contentType}
                onChange={changed(setContentType)}
                classNames={{ input: classes.mono }}
              />
            </div>
          </>
        )}
        <Button
          type="submit"
          variant="default"
          className={classes.start}
          loading={run.isPending}
          disabled={empty || provider.userInfoUrl === ""}
        >
          {t("dryRun.run")}
        </Button>
        {run.error && <p role="alert">{run.error.message}</p>}
      </form>
      {run.data && <Result verdict={run.data} />}
    </Panel>
  );
}

function Result({ verdict }: { verdict: Verdict }) {
  const { matched, refusal, claim, value, claims, checks } = verdict;
  return (
    <section className={classes.result} role="status" aria-label={t("dryRun.result")}>
      {matched ? (
        <p className={classes.headline}>
          <Dot tone="ok" /> <b>{t("dryRun.matched")}</b>{" "}
          <Link to={paths.person(matched.membershipId)}>{matched.name}</Link>
        </p>
      ) : (
        <p className={classes.headline}>
          <Dot tone="bad" /> <b>{t("dryRun.nobody")}</b> {refusal && tNamed("refusal", refusal.name)}
        </p>
      )}
      {claim !== null && value !== null && (
        <p>
          {t("dryRun.claim")} <code className={classes.code}>{claim}</code> ={" "}
          <code className={classes.code}>{value}</code>
        </p>
      )}
      {claims.length > 0 && (
        <p className={classes.claims}>
          <span className={classes.quiet}>{t("dryRun.claims")}</span>
          {claims.map((name) => (
            <Chip key={name} tone={name === claim ? "accent" : "plain"}>
              {name}
            </Chip>
          ))}
        </p>
      )}
      {verdict.elapsedMs !== null && (
        <p className={classes.quiet}>
          {[verdict.status !== null && `HTTP ${verdict.status}`, verdict.contentType]
            .filter(Boolean)
            .concat(t("probe.took", { ms: verdict.elapsedMs }))
            .join(" · ")}
        </p>
      )}
      {refusal && <p className={classes.quiet}>{adviceOf(refusal)}</p>}
      {refusal?.name === "no_member_found" && claim !== null && value !== null && (
        <Button
          component={Link}
          to={paths.personNew()}
          state={claim === "email" ? { email: value } : { externalId: value }}
          variant="default"
          className={classes.start}
        >
          {t("dryRun.addPerson")}
        </Button>
      )}
      <TraceTable trace={checks} />
    </section>
  );
}
