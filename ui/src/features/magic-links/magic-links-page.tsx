import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useCallback, useState } from "react";
import { Link, useSearchParams } from "react-router";
import type { LinkState, PersonSummary } from "../../api/bindings";
import { useRows } from "../../api/rows";
import { paths } from "../../app/paths";
import { MOD } from "../../app/screens";
import { formatCount, t, tn } from "../../i18n/i18n";
import { Page } from "../../kit/page";
import { Answer } from "../../kit/states";
import { Board } from "./board";
import { HandOverPanel } from "./hand-over-panel";
import classes from "./magic-links-page.module.css";
import { PersonPicker } from "./person-picker";

/** The desk: find the person, choose how the link is handed over; below, the board of all links. */
export function MagicLinksPage() {
  const [params, setParams] = useSearchParams();
  const membershipId = params.get("for") ?? "";
  const state = (params.get("state") ?? "") as LinkState | "";
  const [search, setSearch] = useState("");

  const choose = useCallback(
    (name: "for" | "state", value: string) =>
      setParams(
        (before) => {
          if (value) before.set(name, value);
          else before.delete(name);
          return before;
        },
        { replace: name === "state" },
      ),
    [setParams],
  );
  const pick = useCallback(
    (person: PersonSummary) => {
      setSearch("");
      choose("for", person.membershipId);
    },
    [choose],
  );

  const board = useRows("magic_links_list", { search: "", state: state || null });
  const counts = board.answer;

  return (
    <Page
      title={t("nav.magicLinks")}
      beside={
        counts && (
          <span role="status">
            {tn("magicLinks.waiting", counts.waiting)} ·{" "}
            {t("magicLinks.today", { count: formatCount(counts.today) })}
          </span>
        )
      }
      actions={
        <>
          <Button component={Link} to={paths.magicLinkBatch()} variant="default">
            {t("batch.title")}
          </Button>
          <Button leftSection={<IconPlus size={16} />} onClick={() => startNew(() => choose("for", ""))}>
            {t("magicLinks.new")}
          </Button>
        </>
      }
    >
      <div className={classes.desk}>
        {membershipId ? (
          <HandOverPanel key={membershipId} membershipId={membershipId} onOther={() => choose("for", "")} />
        ) : (
          <PersonPicker search={search} onSearch={setSearch} onPick={pick} hint={`${MOD} K`} />
        )}
        <Answer query={board.query} rows={6}>
          {(answer) => (
            <Board
              answer={answer}
              rows={board.rows}
              state={state}
              onState={(next) => choose("state", next)}
            />
          )}
        </Answer>
      </div>
    </Page>
  );
}

/** A new link begins with the search field, which may first have to come back. */
function startNew(clearPerson: () => void) {
  clearPerson();
  requestAnimationFrame(() => document.querySelector<HTMLInputElement>("main input")?.focus());
}
