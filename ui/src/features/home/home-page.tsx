import { Button } from "@mantine/core";
import { IconCheck, IconPlus } from "@tabler/icons-react";
import { Link } from "react-router";
import type { ChecklistItem, Home } from "../../api/bindings";
import { useCommand } from "../../api/commands";
import { paths } from "../../app/paths";
import { isKey, type Key, t, tn } from "../../i18n/i18n";
import { Dot } from "../../kit/chip";
import { CopyButton } from "../../kit/copyable";
import { Page } from "../../kit/page";
import { Panel } from "../../kit/panel";
import { Answer } from "../../kit/states";
import { Entries } from "../activity/activity-log";
import classes from "./home.module.css";

/** Is it up, what is still to do, what happened last, and the main job. */
export function HomePage() {
  const home = useCommand("home_get", {});
  return <Answer query={home}>{(home) => <Overview home={home} />}</Answer>;
}

function Overview({ home }: { home: Home }) {
  const done = home.checklist.every((item) => item.done);
  return (
    <Page title={home.project?.name ?? t("nav.home")} actions={<NewLink />}>
      <div className={classes.grid}>
        {home.engine.running ? <Running home={home} /> : <Stopped home={home} />}
        <Outstanding home={home} />
      </div>
      {!done && <Checklist items={home.checklist} />}
      <section className={classes.recent} aria-label={t("home.recent")}>
        <header>
          <h2>{t("home.recent")}</h2>
          <Link to={paths.activity()}>{t("home.allActivity")}</Link>
        </header>
        {home.recent.length === 0 ? (
          <p className={classes.mute}>{t("activity.emptyTitle")}</p>
        ) : (
          <Entries entries={home.recent} />
        )}
      </section>
    </Page>
  );
}

function NewLink() {
  return (
    <Button component={Link} to={paths.magicLinks()} size="md" leftSection={<IconPlus size={18} />}>
      {t("home.newLink")}
    </Button>
  );
}

function Running({ home: { engine } }: { home: Home }) {
  return (
    <Panel title={t("home.engine")}>
      <p className={classes.state}>
        <Dot tone="ok" /> {t("home.running", { version: engine.version })}
      </p>
      <div className={classes.address}>
        <span>{engine.baseUrl}</span>
        <CopyButton text={engine.baseUrl} what={t("engine.address")} label={t("home.copyAddress")} />
      </div>
      {engine.tlsBaseUrl && (
        <div className={classes.address}>
          <span>{engine.tlsBaseUrl}</span>
          <CopyButton text={engine.tlsBaseUrl} what={t("engine.tlsAddress")} label={t("home.copyAddress")} />
        </div>
      )}
      <p className={classes.mute}>{t("home.engineHelp")}</p>
    </Panel>
  );
}

function Stopped({ home: { engine } }: { home: Home }) {
  return (
    <Panel title={t("home.engine")} tone="bad">
      <p className={classes.state}>
        <Dot tone="bad" /> <b>{t("home.stopped")}</b>
      </p>
      <p role="alert">{engine.problem ?? t("home.noReason")}</p>
      <p className={classes.mute}>{t("home.stoppedHelp", { address: engine.baseUrl })}</p>
    </Panel>
  );
}

function Outstanding({ home }: { home: Home }) {
  return (
    <Panel title={t("home.outstanding")}>
      <p className={classes.number}>
        <b>{home.outstandingLinks}</b> <span>{tn("home.outstandingWords", home.outstandingLinks)}</span>
      </p>
      <Link to={paths.magicLinks()}>{t("home.board")}</Link>
    </Panel>
  );
}

const STEPS: Record<string, string> = {
  client: paths.clientNew(),
  person: paths.personNew(),
  link: paths.magicLinks(),
  redeemed: paths.magicLinks(),
};

function Checklist({ items }: { items: ChecklistItem[] }) {
  const next = items.find((item) => !item.done);
  return (
    <section className={classes.checklist} aria-label={t("home.checklist")}>
      <h2>{t("home.checklist")}</h2>
      <ol>
        {items.map((item) => (
          <li key={item.step} data-done={item.done || undefined}>
            <span className={classes.tick} aria-hidden>
              {item.done && <IconCheck size={14} stroke={3} />}
            </span>
            <span>
              {stepWords(item.step, "title")}
              {item.done && <span className="visually-hidden"> – {t("home.done")}</span>}
              {item === next && <span className={classes.mute}> {stepWords(item.step, "help")}</span>}
            </span>
            {item === next && (
              <Button
                component={Link}
                to={STEPS[item.step] ?? paths.home()}
                size="compact-sm"
                variant="default"
              >
                {stepWords(item.step, "action")}
              </Button>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

function stepWords(step: string, part: "title" | "help" | "action"): string {
  const key = `step.${step}.${part}`;
  return isKey(key) ? t(key as Key) : step;
}
