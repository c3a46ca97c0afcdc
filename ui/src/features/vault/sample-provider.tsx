import { Button } from "@mantine/core";
import { Link, useNavigate } from "react-router";
import type { SampleProvider } from "../../api/bindings";
import { useCommand, useCommandMutation } from "../../api/commands";
import { paths } from "../../app/paths";
import { t } from "../../i18n/i18n";
import { Chip } from "../../kit/chip";
import { confirm } from "../../kit/confirm";
import { CopyValue } from "../../kit/copyable";
import { Panel } from "../../kit/panel";
import { Answer } from "../../kit/states";
import { toast } from "../../kit/toast";
import classes from "./vault.module.css";

/** Starts the sample provider once somebody agreed to what that changes. */
export function UseSampleProvider({ onStarted }: { onStarted: (sample: SampleProvider) => void }) {
  const start = useCommandMutation("sample_provider_start");
  const ask = async () => {
    const yes = await confirm({
      title: t("sample.askTitle"),
      body: t("sample.askBody"),
      action: t("sample.use"),
      harmless: true,
    });
    if (!yes) return;
    start.mutate(
      { allowHost: true },
      {
        onError: (error) => toast("bad", error.message),
        onSuccess: (sample) => {
          toast("ok", t("sample.started"));
          onStarted(sample);
        },
      },
    );
  };
  return (
    <Button variant="default" onClick={ask} loading={start.isPending}>
      {t("sample.use")}
    </Button>
  );
}

/** A provider for whoever has none: what it is, whether it runs, and where. */
export function SampleProviderPanel() {
  const sample = useCommand("sample_provider_get", {});
  const stop = useCommandMutation("sample_provider_stop");
  const navigate = useNavigate();
  const running = typeof sample.data?.issuer === "string";
  const end = () =>
    stop.mutate(
      {},
      {
        onError: (error) => toast("bad", error.message),
        onSuccess: () => toast("ok", t("sample.stopped")),
      },
    );
  return (
    <Panel
      title={t("sample.title")}
      actions={
        <>
          <Chip tone={running ? "ok" : "plain"}>{running ? t("sample.on") : t("sample.off")}</Chip>
          {running && (
            <Button variant="default" onClick={end} loading={stop.isPending}>
              {t("sample.stop")}
            </Button>
          )}
          {sample.data && !(running && sample.data.allowed) && (
            <UseSampleProvider
              onStarted={({ connectionId }) => connectionId && navigate(paths.connection(connectionId))}
            />
          )}
        </>
      }
    >
      <div className={classes.form}>
        <p className={classes.mute}>{t("sample.about")}</p>
        <Answer query={sample} rows={1}>
          {(sample) => <Running sample={sample} />}
        </Answer>
      </div>
    </Panel>
  );
}

function Running({ sample }: { sample: SampleProvider }) {
  if (sample.issuer === null) return null;
  return (
    <>
      <CopyValue text={sample.issuer} what={t("sample.issuer")} />
      <p className={sample.allowed ? classes.mute : classes.problem}>
        {sample.allowed ? t("sample.allowed", { host: sample.host ?? "" }) : t("sample.notAllowed")}
      </p>
      {sample.connectionId && (
        <p className={classes.mute}>
          <Link to={paths.connection(sample.connectionId)} className={classes.name}>
            {t("sample.connection", { name: sample.connection ?? "" })}
          </Link>
        </p>
      )}
    </>
  );
}
