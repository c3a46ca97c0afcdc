import { Button } from "@mantine/core";
import type { Client, Tested } from "../../api/bindings";
import { useCommand, useCommandMutation } from "../../api/commands";
import { isKey, t, tNamed } from "../../i18n/i18n";
import { Ago } from "../../kit/ago";
import { Dot } from "../../kit/chip";
import { Panel } from "../../kit/panel";
import { Answer } from "../../kit/states";
import { AllowHost } from "./allow-host";
import { type ProviderForm, providerOf } from "./client-form";
import classes from "./provider.module.css";

/** Calls the userinfo address as it stands in the form, and says how far the call came. */
export function ProviderTest({ client, provider }: { client: Client; provider: ProviderForm }) {
  const test = useCommandMutation("identity_provider_test");
  const run = () => test.mutate({ clientId: client.id, provider: providerOf(provider) });
  return (
    <Panel
      title={t("probe.title")}
      actions={
        <Button
          variant="default"
          loading={test.isPending}
          disabled={provider.userInfoUrl === ""}
          onClick={run}
        >
          {t("probe.run")}
        </Button>
      }
    >
      <p className={classes.quiet}>{t("probe.lead")}</p>
      {test.error && <p role="alert">{test.error.message}</p>}
      {test.data && <Result tested={test.data} onAllowed={run} />}
    </Panel>
  );
}

/** What an answer without a token means. */
function meaning(tested: Tested): string {
  if (tested.problem !== null) {
    const key = `probe.${tested.problem}`;
    return isKey(key) ? t(key) : tested.message;
  }
  const status = tested.status ?? 0;
  if (status === 401) return t("probe.asksForToken");
  if (status === 400 || status === 403) return t("probe.refusesWithout");
  if (status === 404 || status === 410) return t("probe.nothingThere");
  if (status === 429) return t("probe.throttles");
  if (status < 300) return t("probe.open");
  if (status < 400) return t("probe.redirects");
  return status >= 500 ? t("probe.broken") : t("probe.unexpected");
}

function Result({ tested, onAllowed }: { tested: Tested; onAllowed: () => void }) {
  return (
    <div className={classes.result} role="status">
      <p className={classes.headline}>
        <Dot tone={tested.healthy ? "ok" : tested.reached ? "wait" : "bad"} />{" "}
        <b>{tested.healthy ? t("probe.healthy") : tested.reached ? t("probe.odd") : t("probe.failed")}</b>{" "}
        {meaning(tested)}
      </p>
      <p className={classes.quiet}>
        {[
          tested.status !== null && `HTTP ${tested.status}`,
          tested.contentType,
          t("probe.took", { ms: tested.elapsedMs }),
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      {tested.allowHost !== null && <AllowHost host={tested.allowHost} onAllowed={onAllowed} />}
    </div>
  );
}

/** How the provider did lately, without calling it. */
export function ProviderHealth({ client }: { client: Client }) {
  const health = useCommand("identity_provider_health", { clientId: client.id });
  return (
    <Panel title={t("health.title")}>
      <Answer query={health} rows={2}>
        {({ lastSuccessAt, refusedSince, lastRefusal }) => (
          <div className={classes.health}>
            {lastSuccessAt === null ? (
              <p>
                <Dot tone="plain" /> {t("health.never")}
              </p>
            ) : (
              <p>
                <Dot tone="ok" /> {t("health.lastSuccess")} <Ago at={lastSuccessAt} />
              </p>
            )}
            {lastRefusal === null ? (
              lastSuccessAt !== null && <p className={classes.quiet}>{t("health.noneSince")}</p>
            ) : (
              <p>
                <Dot tone="bad" /> {t("health.refusedSince", { count: refusedSince })}{" "}
                {tNamed("refusal", lastRefusal.refusal)}, <Ago at={lastRefusal.at} />
              </p>
            )}
          </div>
        )}
      </Answer>
    </Panel>
  );
}
