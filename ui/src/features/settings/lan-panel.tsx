import { Button, NumberInput } from "@mantine/core";
import { useState } from "react";
import type { LanState, Settings } from "../../api/bindings";
import { useCommandMutation } from "../../api/commands";
import { t } from "../../i18n/i18n";
import { clock } from "../../i18n/time";
import { CopyValue } from "../../kit/copyable";
import { Panel } from "../../kit/panel";
import { toast } from "../../kit/toast";
import { useNow } from "../../kit/use-now";
import classes from "./settings.module.css";
import { TrustCa } from "./trust-ca";

/** Serving the local network: what becomes reachable is said before, and it ends by itself. */
export function LanPanel({ settings }: { settings: Settings }) {
  const now = useNow(10);
  const on = settings.lan !== null && settings.lan.until > now;
  return (
    <Panel title={t("lan.title")}>
      <p className={classes.lead}>{t("lan.help")}</p>
      {on && settings.lan ? <On lan={settings.lan} now={now} /> : <Off />}
      <p className={classes.trust}>{t("lan.trust")}</p>
      <TrustCa lan={on ? settings.lan : null} />
    </Panel>
  );
}

const HOUR = 60;

function Off() {
  const start = useCommandMutation("settings_start_lan");
  const [hours, setHours] = useState(8);
  return (
    <div className={classes.lock}>
      <NumberInput
        label={t("lan.hours")}
        value={hours}
        onChange={(value) => setHours(Number(value) || 1)}
        min={1}
        max={12}
        allowDecimal={false}
        suffix=" h"
      />
      <Button
        variant="default"
        loading={start.isPending}
        onClick={() =>
          start.mutate({ minutes: hours * HOUR }, { onError: (error) => toast("bad", error.message) })
        }
      >
        {t("lan.start")}
      </Button>
    </div>
  );
}

function On({ lan, now }: { lan: LanState; now: number }) {
  const stop = useCommandMutation("settings_stop_lan");
  return (
    <div className={classes.lan}>
      <img
        className={`${classes.lanQr} always-light`}
        src={`data:image/svg+xml,${encodeURIComponent(lan.qrSvg)}`}
        alt={t("lan.qrAlt")}
      />
      <div className={classes.form}>
        <CopyValue text={`${lan.baseUrl}in`} what={t("lan.address")} />
        <span role="status">{t("lan.until", { time: clock(lan.until, now) })}</span>
        <div>
          <Button variant="default" loading={stop.isPending} onClick={() => stop.mutate({})}>
            {t("lan.stop")}
          </Button>
        </div>
      </div>
    </div>
  );
}
