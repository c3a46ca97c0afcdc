import { Button, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import type { LanState, SavedCa } from "../../api/bindings";
import { useCommandMutation } from "../../api/commands";
import { t } from "../../i18n/i18n";
import { CopyValue } from "../../kit/copyable";
import { toast } from "../../kit/toast";
import classes from "./settings.module.css";

const SYSTEMS = {
  windows: "Windows",
  macos: "macOS",
  linux: "Linux",
  iphone: "iPhone",
  android: "Android",
} as const;
type System = keyof typeof SYSTEMS;

/** The system of this window: the desk itself is told first. */
function here(): System {
  const { userAgent } = navigator;
  if (userAgent.includes("Windows")) return "windows";
  return userAgent.includes("Mac OS") ? "macos" : "linux";
}

/** How each system comes to trust the local CA: what the app can do is a button, the rest is said. */
export function TrustCa({ lan }: { lan: LanState | null }) {
  const [system, setSystem] = useState<System>(here);
  return (
    <section aria-label={t("trust.title")} className={classes.told}>
      <SegmentedControl
        aria-label={t("trust.system")}
        value={system}
        onChange={(value) => setSystem(value as System)}
        data={Object.entries(SYSTEMS).map(([value, label]) => ({ value, label }))}
      />
      {system === "iphone" || system === "android" ? (
        <OnPhone system={system} lan={lan} />
      ) : (
        <OnComputer key={system} system={system} />
      )}
    </section>
  );
}

/** A phone fetches the certificate itself, from the page behind the QR code. */
function OnPhone({ system, lan }: { system: "iphone" | "android"; lan: LanState | null }) {
  if (lan === null) return <p className={classes.lead}>{t("trust.needsLan")}</p>;
  return (
    <div className={classes.lan}>
      <img
        className={`${classes.lanQr} always-light`}
        src={`data:image/svg+xml,${encodeURIComponent(lan.trustQrSvg)}`}
        alt={t("trust.qrAlt")}
      />
      <div className={classes.told}>
        <p className={classes.lead}>{t(`trust.${system}`)}</p>
        <CopyValue text={lan.trustUrl} what={t("lan.address")} />
        <p className={classes.lead}>{t("trust.compare", { fingerprint: lan.caFingerprint })}</p>
      </div>
    </div>
  );
}

function OnComputer({ system }: { system: "windows" | "macos" | "linux" }) {
  const save = useCommandMutation("settings_save_ca");
  return (
    <>
      <p className={classes.lead}>{t(`trust.${system}`)}</p>
      <div>
        <Button
          variant="default"
          loading={save.isPending}
          onClick={() => save.mutate({}, { onError: (error) => toast("bad", error.message) })}
        >
          {t("trust.save")}
        </Button>
      </div>
      {save.data && <Saved saved={save.data} system={system} />}
    </>
  );
}

function Saved({ saved, system }: { saved: SavedCa; system: "windows" | "macos" | "linux" }) {
  return (
    <div className={classes.told} role="status">
      <CopyValue text={saved.path} what={t("trust.path")} />
      <CopyValue text={saved[system]} what={t("trust.command")} />
      {system === "linux" && (
        <>
          <p className={classes.lead}>{t("trust.chromium")}</p>
          <CopyValue text={saved.chromium} what={t("trust.command")} />
        </>
      )}
      <p className={classes.lead}>{t("trust.compare", { fingerprint: saved.fingerprint })}</p>
    </div>
  );
}
