import { Anchor } from "@mantine/core";
import { Link } from "react-router";
import type { Advice, Client } from "../../api/bindings";
import { paths } from "../../app/paths";
import { isKey, t } from "../../i18n/i18n";
import { ago } from "../../i18n/time";
import { Dot, type Tone } from "../../kit/chip";
import { Panel } from "../../kit/panel";
import { useNow } from "../../kit/use-now";
import classes from "./clients.module.css";

const TONES: Record<string, Tone> = { error: "bad", warning: "wait", ok: "ok" };
const SEVERITIES: Record<string, "severity.error" | "severity.warning" | "severity.ok"> = {
  error: "severity.error",
  warning: "severity.warning",
  ok: "severity.ok",
};

/** Where each remark is put right. */
const TAB_OF: Record<string, string> = {
  confidential_without_secret: "credentials",
  secret_old: "credentials",
  retiring_secret_used: "credentials",
  retiring_secret_idle: "credentials",
  no_redirect_uri: "settings",
  loopback_name: "settings",
  public_admin: "settings",
  provider_without_userinfo: "identity-provider",
  provider_http: "identity-provider",
  provider_email_unverified: "identity-provider",
  pkce_optional: "grant-types",
};

/** Rules whose value is a moment: `crates/admin/src/commands/clients/advice.rs` says what each value is. */
const MOMENTS = new Set(["retiring_secret_used", "never_used", "ok"]);

/** The sentence of a rule; its values fill `{0}`, `{1}`. A rule the catalogue does not know still says its name. */
function words({ rule, values }: Advice, now: number): string {
  const key = `advice.${rule}`;
  if (!isKey(key)) return [rule.replaceAll("_", " "), ...values].join(" · ");
  const shown = MOMENTS.has(rule) ? values.map((at) => ago(Number(at), Math.max(now, Number(at)))) : values;
  return t(key, Object.fromEntries(shown.map((value, index) => [String(index), value])));
}

/** What the engine says about a client: what keeps it from working, what puts it at risk, what is well. */
export function AdviceRail({ client }: { client: Client }) {
  const now = useNow(10);
  const wrong = client.advice.some((advice) => advice.severity === "error");
  return (
    <Panel title={wrong ? t("rail.titleBefore") : t("rail.title")}>
      {client.advice.length === 0 && <p className={classes.quiet}>{t("rail.none")}</p>}
      {client.advice.map((advice) => (
        <div key={`${advice.rule} ${advice.values.join()}`} className={classes.advice}>
          <Dot tone={TONES[advice.severity] ?? "plain"} />
          <div>
            <span className="visually-hidden">{t(SEVERITIES[advice.severity] ?? "severity.warning")}: </span>
            {words(advice, now)}{" "}
            {TAB_OF[advice.rule] && (
              <Anchor
                component={Link}
                to={paths.client(client.id, TAB_OF[advice.rule])}
                size="xs"
                underline="always"
              >
                {t("rail.open")}
              </Anchor>
            )}
          </div>
        </div>
      ))}
    </Panel>
  );
}
