import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useCommand } from "../../api/commands";
import { t } from "../../i18n/i18n";

const MOST = 50;
const DEBOUNCE_MS = 80;

/** One client application of many, found by name, ID or redirect URI. */
export function ClientPicker({
  label,
  value,
  onChange,
  small = false,
}: {
  label: string;
  value: string;
  onChange: (id: string) => void;
  /** Beside other filters: its label is its placeholder. */
  small?: boolean;
}) {
  const [search, setSearch] = useState("");
  const [asked] = useDebouncedValue(search.trim(), DEBOUNCE_MS);
  const chosen = useCommand("clients_get", { id: value }, { enabled: value !== "" });
  // what stands in the field of a chosen one is its name, which is no search
  const term = asked === chosen.data?.name ? "" : asked;
  const clients = useCommand(
    "clients_list",
    { search: term, clientType: null, status: null, offset: 0, limit: MOST },
    { keepPrevious: true },
  );
  const found = (clients.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const data =
    chosen.data && !found.some((option) => option.value === value)
      ? [{ value, label: chosen.data.name }, ...found]
      : found;
  return (
    <Select
      label={small ? undefined : label}
      aria-label={small ? label : undefined}
      placeholder={small ? t("activity.anyClient") : t("activity.search")}
      size={small ? "xs" : undefined}
      w={small ? 200 : undefined}
      data={data}
      value={value || null}
      onChange={(id) => onChange(id ?? "")}
      searchValue={search}
      onSearchChange={setSearch}
      // the engine has searched already, in more than the name
      filter={({ options }) => options}
      searchable
      clearable
    />
  );
}
