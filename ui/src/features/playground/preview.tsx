import { useState } from "react";
import { useCommand } from "../../api/commands";
import { t } from "../../i18n/i18n";
import { Panel } from "../../kit/panel";
import { Answer } from "../../kit/states";
import { PersonSelect } from "../people/person-select";
import classes from "./playground.module.css";
import { Token } from "./tokens";

/** What the tokens of a person would say, before anybody signs in: by the code that makes them. */
export function PreviewPanel({ clientId, scope }: { clientId: string; scope: string }) {
  const [membershipId, setMembershipId] = useState("");
  const preview = useCommand(
    "playground_preview",
    { clientId, membershipId, scope: scope.split(/\s+/).filter(Boolean) },
    { enabled: membershipId !== "" && clientId !== "", keepPrevious: true },
  );
  return (
    <Panel title={t("playground.preview")}>
      <div className={classes.stack}>
        <p className={classes.quiet}>{t("playground.previewHelp")}</p>
        <PersonSelect label={t("playground.person")} value={membershipId} onChange={setMembershipId} />
        {membershipId !== "" && (
          <Answer query={preview}>
            {({ tokens }) => (
              <>
                {tokens.map((token) => (
                  <section key={token.name} className={classes.stack} aria-label={token.name}>
                    <h3 className={classes.small}>{token.name}</h3>
                    <Token token={token} />
                  </section>
                ))}
              </>
            )}
          </Answer>
        )}
      </div>
    </Panel>
  );
}
