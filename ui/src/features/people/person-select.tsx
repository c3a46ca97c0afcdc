import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useCommand } from "../../api/commands";
import { t } from "../../i18n/i18n";

const MOST = 30;
const DEBOUNCE_MS = 80;

/** One person of many, found as on the People screen. */
export function PersonSelect({
  label,
  value,
  onChange,
}: {
  /** Absent beside other filters: there its placeholder says what it is. */
  label?: string;
  /** Membership id; empty for nobody. */
  value: string;
  onChange: (membershipId: string) => void;
}) {
  const [search, setSearch] = useState("");
  const [asked] = useDebouncedValue(search.trim(), DEBOUNCE_MS);
  const chosen = useCommand("people_get", { membershipId: value }, { enabled: value !== "" });
  const name = chosen.data?.summary.name;
  const people = useCommand(
    "people_list",
    { search: asked === name ? "" : asked, resourceType: null, offset: 0, limit: MOST },
    { keepPrevious: true },
  );
  const found = (people.data?.items ?? []).map((person) => ({
    value: person.membershipId,
    label: person.identifier ? `${person.name} · ${person.identifier}` : person.name,
  }));
  const data =
    name && !found.some((option) => option.value === value) ? [{ value, label: name }, ...found] : found;
  return (
    <Select
      label={label}
      aria-label={label === undefined ? t("activity.person") : undefined}
      placeholder={label === undefined ? t("activity.anyPerson") : t("activity.search")}
      data={data}
      value={value || null}
      onChange={(id) => onChange(id ?? "")}
      searchValue={search}
      onSearchChange={setSearch}
      // the engine has searched already, in more than the name
      filter={({ options }) => options}
      searchable
      clearable
      size={label === undefined ? "xs" : undefined}
      w={label === undefined ? 200 : undefined}
    />
  );
}
