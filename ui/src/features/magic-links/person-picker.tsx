import { CloseButton, Kbd, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import type { PersonSummary } from "../../api/bindings";
import { useCommand } from "../../api/commands";
import { t, tn } from "../../i18n/i18n";
import { useOptions } from "../../kit/use-options";
import { PersonLine } from "../people/person-line";
import classes from "./person-picker.module.css";

const MOST = 8;

/** Long enough that a fast typist asks once, too short to be noticed. */
const DEBOUNCE_MS = 60;

type Props = {
  search: string;
  onSearch: (search: string) => void;
  onPick: (person: PersonSummary) => void;
  hint: string;
};

/** Typing part of a name shows people at once; Enter takes the first. */
export function PersonPicker({ search, onSearch, onPick, hint }: Props) {
  const typed = search.trim();
  const [asked] = useDebouncedValue(typed, DEBOUNCE_MS);
  const found = useCommand(
    "people_list",
    { search: asked, resourceType: null, offset: 0, limit: MOST },
    { enabled: asked !== "", keepPrevious: true },
  );
  const people =
    typed === "" || asked === "" ? [] : (found.data?.items ?? []).filter((person) => person.active);
  const settled = asked === typed && !found.isPlaceholderData && !found.isFetching;
  const options = useOptions("people-found", people, onPick);

  // Enter that comes before the answer takes the first of it
  const [enterWaits, setEnterWaits] = useState(false);
  const first = people[0];
  useEffect(() => {
    if (!enterWaits || !settled) return;
    setEnterWaits(false);
    if (first) onPick(first);
  }, [enterWaits, settled, first, onPick]);

  return (
    <div className={classes.picker}>
      <TextInput
        {...options.field}
        onKeyDown={(event) => {
          if (event.key === "Escape" && search !== "") onSearch("");
          else if (event.key === "Enter" && !settled) setEnterWaits(true);
          else options.field.onKeyDown(event);
        }}
        aria-label={t("magicLinks.find")}
        placeholder={t("magicLinks.findPlaceholder")}
        value={search}
        onChange={(event) => {
          setEnterWaits(false);
          options.reset();
          onSearch(event.currentTarget.value);
        }}
        autoFocus
        leftSection={<IconSearch size={16} aria-hidden />}
        rightSection={
          search ? (
            <CloseButton size="sm" aria-label={t("kit.clearSearch")} onClick={() => onSearch("")} />
          ) : (
            <Kbd size="xs">{hint}</Kbd>
          )
        }
        rightSectionWidth={search ? 34 : 66}
        classNames={{ wrapper: classes.onPage }}
      />
      {typed !== "" && (
        <div className={classes.dropdown}>
          <div role="listbox" id="people-found" tabIndex={-1} aria-label={t("magicLinks.found")}>
            {people.map((person, index) => (
              <div key={person.membershipId} {...options.optionProps(index)} className={classes.option}>
                <PersonLine person={person} />
              </div>
            ))}
          </div>
          {settled && people.length === 0 && (
            <p className={classes.note}>
              {found.error?.message ?? t("magicLinks.nobody", { search: asked })}
            </p>
          )}
          {people.length > 0 && (found.data?.total ?? 0) > MOST && (
            <p className={classes.note}>{tn("magicLinks.more", (found.data?.total ?? 0) - MOST)}</p>
          )}
        </div>
      )}
    </div>
  );
}
