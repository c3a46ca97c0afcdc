import type { Client } from "../../api/bindings";
import { useCommand } from "../../api/commands";
import { t } from "../../i18n/i18n";
import { CodeBlock } from "../../kit/code-block";
import { CopyIcon } from "../../kit/copyable";
import { Panel, WithRail } from "../../kit/panel";
import { AdviceRail } from "./advice-rail";
import classes from "./clients.module.css";
import { EnvPanel } from "./env-panel";
import { curl, javascript, preauthorize, python, redeem, rust } from "./snippets";

const ENDPOINTS = [
  ["quickStart.token", "oauth2/token"],
  ["quickStart.userinfo", "oauth2/userinfo"],
  ["quickStart.preauthorize", "auth/preauthorize"],
  ["quickStart.discovery", ".well-known/openid-configuration"],
  ["quickStart.jwks", ".well-known/jwks.json"],
] as const;

/** Values and calls to paste, filled in for this client. */
export function QuickStartTab({ client }: { client: Client }) {
  const home = useCommand("home_get", {});
  const baseUrl = home.data?.engine.baseUrl ?? "";
  const values = { baseUrl, client };
  const machine = client.clientType !== "public";
  return (
    <WithRail railFirst rail={<AdviceRail client={client} />}>
      <EnvPanel values={values} help={machine ? t("quickStart.secretOnce") : undefined} />
      <Panel title={machine ? t("quickStart.curlMachine") : t("quickStart.curlCode")}>
        <CodeBlock text={curl(values)} what="curl" />
      </Panel>
      {machine && (
        <Panel title={t("quickStart.curlCode")}>
          <CodeBlock text={redeem()} what="curl" />
        </Panel>
      )}
      {machine && client.admin && (
        <Panel title={t("quickStart.curlLink")}>
          <CodeBlock text={preauthorize()} what="curl" />
        </Panel>
      )}
      <Panel title={t("quickStart.javascript")}>
        <CodeBlock text={javascript(values)} what="JavaScript" />
      </Panel>
      <Panel title={t("quickStart.python")}>
        <CodeBlock text={python(values)} what="Python" />
      </Panel>
      <Panel title={t("quickStart.rust")}>
        <CodeBlock text={rust(values)} what="Rust" />
      </Panel>
      <Endpoints baseUrl={baseUrl} />
    </WithRail>
  );
}

function Endpoints({ baseUrl }: { baseUrl: string }) {
  const all = ENDPOINTS.map(([key, path]) => `${t(key)}: ${baseUrl}${path}`).join("\n");
  return (
    <Panel
      title={t("quickStart.endpoints")}
      actions={<CopyIcon text={all} what={t("quickStart.endpoints")} />}
    >
      <table className={classes.endpoints}>
        <tbody>
          {ENDPOINTS.map(([key, path]) => (
            <tr key={key}>
              <th scope="row">{t(key)}</th>
              <td className={classes.monoText}>
                {baseUrl}
                {path}
              </td>
              <td>
                <CopyIcon text={`${baseUrl}${path}`} what={t(key)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
