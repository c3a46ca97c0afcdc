import { SegmentedControl, TagsInput, TextInput } from "@mantine/core";
import type { Client } from "../../api/bindings";
import { t } from "../../i18n/i18n";
import { span } from "../../i18n/time";
import { Panel, WithRail } from "../../kit/panel";
import { AdviceRail } from "./advice-rail";
import type { FormProps } from "./client-form";
import classes from "./clients.module.css";

const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_557_600 };
const MAX_SECONDS = 31_557_600;

/** `30m`, `1h`, `2w` in seconds; the engine's rule is in `crates/oauth/src/lifetime.rs`. */
export function lifetime(text: string): number | undefined {
  const found = text.match(/^(\d+)([smhdwy])$/);
  if (!found) return undefined;
  const seconds = Number(found[1]) * (SECONDS[found[2] ?? ""] ?? 0);
  return seconds >= 1 && seconds <= MAX_SECONDS ? seconds : undefined;
}

export function TokensTab({ client, form, set, problem }: FormProps & { client: Client }) {
  return (
    <WithRail railFirst rail={<AdviceRail client={client} />}>
      <Panel title={t("tokens.lifetimes")}>
        <div className={classes.form}>
          <Lifetime
            label={t("tokens.access")}
            preset="1h"
            value={form.accessTokenLifetime}
            onChange={(value) => set("accessTokenLifetime", value)}
            problem={problem("accessTokenLifetime")}
          />
          <Lifetime
            label={t("tokens.refresh")}
            preset="2w"
            value={form.refreshTokenLifetime}
            onChange={(value) => set("refreshTokenLifetime", value)}
            problem={problem("refreshTokenLifetime")}
          />
        </div>
      </Panel>
      <Panel title={t("tokens.content")}>
        <div className={classes.form}>
          <TagsInput
            label={t("tokens.defaultScope")}
            description={t("tokens.defaultScopeHelp")}
            value={form.defaultScope}
            onChange={(scope) => set("defaultScope", scope)}
            placeholder={form.defaultScope.length === 0 ? "openid" : undefined}
            splitChars={[" ", ","]}
            acceptValueOnBlur
            error={problem("defaultScope")}
            classNames={{ pill: classes.mono, inputField: classes.mono }}
          />
          <div>
            <div className={classes.label} id="signing-alg">
              {t("tokens.alg")}
            </div>
            <SegmentedControl
              aria-labelledby="signing-alg"
              data={["ES256", "RS256"]}
              value={form.idTokenSignedResponseAlg}
              onChange={(alg) => set("idTokenSignedResponseAlg", alg)}
            />
            <p className={classes.help}>{t("tokens.algHelp")}</p>
          </div>
          <TextInput
            label={t("tokens.jwksUri")}
            description={t("tokens.jwksUriHelp")}
            placeholder="https://portal.example.org/.well-known/jwks.json"
            value={form.jwksUri}
            onChange={(event) => set("jwksUri", event.currentTarget.value.trim())}
            error={problem("jwksUri")}
            classNames={{ input: classes.mono }}
          />
        </div>
      </Panel>
    </WithRail>
  );
}

type LifetimeProps = {
  label: string;
  preset: string;
  value: string;
  onChange: (value: string) => void;
  problem: string | undefined;
};

/** A lifetime as Medplum writes it, with what it comes to in words. */
function Lifetime({ label, preset, value, onChange, problem }: LifetimeProps) {
  const seconds = lifetime(value || preset);
  return (
    <TextInput
      label={label}
      description={
        seconds === undefined
          ? undefined
          : value === ""
            ? t("tokens.preset", { span: span(seconds) })
            : t("tokens.span", { span: span(seconds) })
      }
      placeholder={preset}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value.trim())}
      error={problem ?? (seconds === undefined ? t("tokens.bad", { value }) : undefined)}
      classNames={{ input: classes.mono }}
      maw={220}
    />
  );
}
