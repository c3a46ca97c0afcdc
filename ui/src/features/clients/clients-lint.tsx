import { Link } from "react-router";
import type { LintedClient } from "../../api/bindings";
import { useCommand } from "../../api/commands";
import { paths } from "../../app/paths";
import { formatCount, t, tn } from "../../i18n/i18n";
import { Chip } from "../../kit/chip";
import { Page } from "../../kit/page";
import { Panel } from "../../kit/panel";
import { Answer, Empty } from "../../kit/states";
import { Remark } from "./advice-rail";
import classes from "./clients.module.css";

/** Every client of the project that has something to mend, the worst first. */
export function ClientsLintPage() {
  const linted = useCommand("clients_lint_all", {});
  const clients = linted.data?.clients ?? [];
  const broken = clients.filter(({ advice }) => advice.some(({ severity }) => severity === "error")).length;
  return (
    <Page
      title={t("lint.title")}
      breadcrumb={<Link to={paths.clients()}>{t("nav.clients")}</Link>}
      beside={
        linted.data && (
          <>
            {broken > 0 && <Chip tone="bad">{tn("lint.errors", broken)}</Chip>}
            {clients.length > broken && (
              <Chip tone="wait">{tn("lint.warnings", clients.length - broken)}</Chip>
            )}
          </>
        )
      }
    >
      <Answer query={linted} rows={6}>
        {({ checked, rules, clients }) => (
          <>
            <p className={classes.lead} role="status">
              {t("lint.lead", { rules: formatCount(rules), checked: formatCount(checked) })}
            </p>
            {clients.length === 0 ? (
              <Empty title={t("lint.none")} />
            ) : (
              <div className={classes.form}>
                {clients.map((client) => (
                  <Linted key={client.id} client={client} />
                ))}
              </div>
            )}
          </>
        )}
      </Answer>
    </Page>
  );
}

function Linted({ client }: { client: LintedClient }) {
  return (
    <Panel>
      <h2 className={classes.panelName}>
        <Link to={paths.client(client.id)} className={classes.name}>
          {client.name}
        </Link>
      </h2>
      {client.advice.map((advice) => (
        <Remark key={`${advice.rule} ${advice.values.join()}`} advice={advice} clientId={client.id} />
      ))}
    </Panel>
  );
}
