import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import type { ResourceType } from "../../api/bindings";
import { useCommand } from "../../api/commands";
import { t } from "../../i18n/i18n";
import { Panel } from "../../kit/panel";
import { Answer } from "../../kit/states";
import classes from "./playground.module.css";

const kindWords = (kind: ResourceType): string => {
  if (kind === "Patient") return t("people.patient");
  return kind === "Practitioner" ? t("people.practitioner") : t("people.relatedPerson");
};

/** As many as fit beside each other; more are found by name. */
const SHOWN = 8;

/** People to sign in as with one press: the engine signs them in, and the log says who did it. */
export function Personas({ busy, onChoose }: { busy: boolean; onChoose: (membershipId: string) => void }) {
  const [search, setSearch] = useState("");
  const people = useCommand(
    "people_list",
    { search, resourceType: null, offset: 0, limit: SHOWN },
    { keepPrevious: true },
  );
  return (
    <Panel title={t("playground.personas")}>
      <div className={classes.stack}>
        <p className={classes.quiet}>{t("playground.personasHelp")}</p>
        <TextInput
          aria-label={t("playground.findPersona")}
          placeholder={t("playground.findPersona")}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <Answer query={people}>
          {({ items }) =>
            items.length === 0 ? (
              <p className={classes.quiet}>{t("playground.nobody")}</p>
            ) : (
              <ul className={classes.personas}>
                {items
                  .filter(({ active }) => active)
                  .map(({ membershipId, name, resourceType }) => (
                    <li key={membershipId}>
                      <Button
                        variant="default"
                        size="compact-md"
                        disabled={busy}
                        onClick={() => onChoose(membershipId)}
                      >
                        {name} <span className={classes.kindOf}>{kindWords(resourceType)}</span>
                      </Button>
                    </li>
                  ))}
              </ul>
            )
          }
        </Answer>
      </div>
    </Panel>
  );
}
