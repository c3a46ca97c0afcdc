import { Button, FileButton, Select, Switch, Textarea } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import type { BatchLine, BatchOutcome, BatchRow, ClientChoice, HandOverChoice } from "../../api/bindings";
import { useCommand, useCommandMutation } from "../../api/commands";
import { paths } from "../../app/paths";
import { type Key, t, tn } from "../../i18n/i18n";
import { span } from "../../i18n/time";
import { Chip, type Tone } from "../../kit/chip";
import { Page } from "../../kit/page";
import { Panel } from "../../kit/panel";
import { Answer } from "../../kit/states";
import { toast } from "../../kit/toast";
import { useNow } from "../../kit/use-now";
import classes from "./batch-page.module.css";
import { LanguageSelect, NoClient } from "./hand-over-panel";
import { PrintPanel } from "./print-panel";

/** Links for many people: paste or open a list, check it, issue, print. */
export function BatchPage() {
  const choices = useCommand("magic_links_options", {});
  return (
    <Page title={t("batch.title")} breadcrumb={<Link to={paths.magicLinks()}>{t("nav.magicLinks")}</Link>}>
      <Answer query={choices}>
        {({ clients, handOvers }) => {
          const takeHome = handOvers.find(({ handOver }) => handOver === "take_home");
          return clients.length === 0 || !takeHome ? (
            <NoClient />
          ) : (
            <Batch clients={clients} takeHome={takeHome} />
          );
        }}
      </Answer>
    </Page>
  );
}

function Batch({ clients, takeHome }: { clients: ClientChoice[]; takeHome: HandOverChoice }) {
  const [clientId, setClientId] = useState(clients[0]?.id ?? "");
  const [pin, setPin] = useState(takeHome.pinSuggested);
  const [text, setText] = useState("");
  const [language, setLanguage] = useState("");
  const check = useCommandMutation("magic_links_check_batch");
  const issue = useCommandMutation("magic_links_issue_batch");
  const failed = (error: Error) => toast("bad", error.message);
  const startOver = () => {
    check.reset();
    issue.reset();
  };
  const client = clients.find(({ id }) => id === clientId);
  const ready = (check.data?.lines ?? []).filter(({ outcome }) => outcome === "ready");
  const wanted = (check.data?.lines ?? [])
    .filter(({ outcome }) => outcome === "ready" || outcome === "live")
    .flatMap(({ membershipId }) => membershipId ?? []);

  if (issue.data)
    return (
      <Issued
        rows={issue.data.rows}
        life={takeHome.expiresIn}
        language={language || null}
        onAgain={startOver}
      />
    );
  return (
    <div className={classes.steps}>
      <Panel title={t("batch.listTitle")}>
        <div className={classes.form}>
          <Textarea
            label={t("batch.list")}
            description={t("batch.listHelp")}
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value);
              startOver();
            }}
            autosize
            minRows={6}
            maxRows={14}
            spellCheck={false}
          />
          <div className={classes.row}>
            <FileButton
              accept=".csv,.txt,text/csv,text/plain"
              onChange={(file) => file?.text().then(setText)}
            >
              {(props) => (
                <Button variant="default" {...props}>
                  {t("batch.open")}
                </Button>
              )}
            </FileButton>
            <Select
              aria-label={t("handOver.client")}
              data={clients.map(({ id, name }) => ({ value: id, label: t("handOver.to", { client: name }) }))}
              value={clientId}
              onChange={(id) => {
                if (id) setClientId(id);
                startOver();
              }}
              allowDeselect={false}
              w={280}
            />
            <LanguageSelect value={language} onChange={setLanguage} />
            <Switch
              label={t("handOver.pinSuggested")}
              checked={pin}
              onChange={(event) => setPin(event.currentTarget.checked)}
            />
          </div>
          <p className={classes.mute}>
            {t("handOver.life", { span: span(takeHome.expiresIn) })}.{" "}
            {client && t("handOver.session", { span: span(client.sessionSeconds), client: client.name })}.{" "}
            {t("handOver.after")}.
          </p>
          <div>
            <Button
              loading={check.isPending}
              disabled={text.trim() === ""}
              variant={check.data ? "default" : "filled"}
              onClick={() => check.mutate({ text, clientId }, { onError: failed })}
            >
              {t("batch.check")}
            </Button>
          </div>
        </div>
      </Panel>
      {check.data && (
        <Panel
          title={t("batch.checked")}
          actions={
            <Button
              loading={issue.isPending}
              disabled={wanted.length === 0}
              onClick={() =>
                issue.mutate(
                  {
                    membershipIds: wanted,
                    clientId,
                    handOver: "take_home",
                    pin,
                    ...(language && { language }),
                  },
                  { onError: failed },
                )
              }
            >
              {ready.length > 0 ? tn("batch.issue", ready.length) : t("batch.printLive")}
            </Button>
          }
        >
          <Lines lines={check.data.lines} />
        </Panel>
      )}
    </div>
  );
}

const TONES: Record<BatchOutcome, Tone> = {
  ready: "accent",
  issued: "ok",
  live: "wait",
  signed_in: "ok",
  unknown: "bad",
  ambiguous: "bad",
  inactive: "bad",
  beyond_desk: "bad",
  repeated: "plain",
};

const Outcome = ({ outcome }: { outcome: BatchOutcome }) => (
  <Chip tone={TONES[outcome]}>{t(`batch.${outcome}` as Key)}</Chip>
);

function Lines({ lines }: { lines: BatchLine[] }) {
  if (lines.length === 0) return <p className={classes.mute}>{t("batch.empty")}</p>;
  return (
    <div className={classes.scroll}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t("batch.line")}</th>
            <th scope="col">{t("batch.text")}</th>
            <th scope="col">{t("batch.person")}</th>
            <th scope="col">{t("batch.outcome")}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.number}>
              <td>{line.number}</td>
              <td>{line.text}</td>
              <td>{line.person ?? "–"}</td>
              <td>
                <Outcome outcome={line.outcome} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type IssuedProps = { rows: BatchRow[]; life: number; language: string | null; onAgain: () => void };

function Issued({ rows, life, language, onAgain }: IssuedProps) {
  const now = useNow(10);
  const issued = rows.filter(({ outcome }) => outcome === "issued").length;
  const ids = rows.flatMap(({ linkId }) => linkId ?? []);
  return (
    <div className={classes.steps}>
      <Panel
        title={tn("batch.done", issued)}
        actions={
          <Button variant="default" onClick={onAgain}>
            {t("batch.again")}
          </Button>
        }
      >
        {rows.length > issued && (
          <ul className={classes.skipped}>
            {rows
              .filter(({ outcome }) => outcome !== "issued")
              .map((row) => (
                <li key={row.membershipId}>
                  {row.person} <Outcome outcome={row.outcome} />
                </li>
              ))}
          </ul>
        )}
        {ids.length > 0 ? (
          <PrintPanel ids={ids} expiresAt={now + life} language={language} />
        ) : (
          <p className={classes.mute}>{t("batch.nothing")}</p>
        )}
      </Panel>
    </div>
  );
}
