import { useCommand } from "../../api/commands";
import { t } from "../../i18n/i18n";
import { SearchSelect, useSearch } from "../../kit/search-select";
import { PersonLine } from "./person-line";

const MOST = 30;

/** One person of many, found as on the People screen. */
export function PersonSelect({
  label,
  value,
  onChange,
  error,
}: {
  /** Absent beside other filters: there its placeholder says what it is. */
  label?: string;
  /** Membership id; empty for nobody. */
  value: string;
  onChange: (membershipId: string) => void;
  error?: string;
}) {
  const chosen = useCommand("people_get", { membershipId: value }, { enabled: value !== "" });
  const name = chosen.data?.summary.name;
  const search = useSearch(name);
  const people = useCommand(
    "people_list",
    { search: search.term, resourceType: null, offset: 0, limit: MOST },
    { keepPrevious: true, enabled: search.begun },
  );
  return (
    <SearchSelect
      label={label ?? t("activity.person")}
      placeholder={label === undefined ? t("activity.anyPerson") : undefined}
      chosen={name === undefined ? undefined : { value, label: name }}
      found={(people.data?.items ?? []).map(({ membershipId, name, identifier }) => ({
        value: membershipId,
        label: identifier ? `${name} · ${identifier}` : name,
      }))}
      renderOption={(id) => {
        const one = people.data?.items.find(({ membershipId }) => membershipId === id);
        return one && <PersonLine person={one} />;
      }}
      value={value}
      onChange={onChange}
      search={search}
      nothingFound={t("people.nobodyFound")}
      error={error}
    />
  );
}
