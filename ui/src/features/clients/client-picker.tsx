import { useCommand } from "../../api/commands";
import { t } from "../../i18n/i18n";
import { SearchSelect, useSearch } from "../../kit/search-select";

const MOST = 50;

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
  /** Beside other filters. */
  small?: boolean;
}) {
  const chosen = useCommand("clients_get", { id: value }, { enabled: value !== "" });
  const name = chosen.data?.name;
  const search = useSearch(name);
  const clients = useCommand(
    "clients_list",
    { search: search.term, clientType: null, status: null, offset: 0, limit: MOST },
    { keepPrevious: true, enabled: search.begun },
  );
  return (
    <SearchSelect
      label={label}
      placeholder={small ? t("activity.anyClient") : undefined}
      chosen={name === undefined ? undefined : { value, label: name }}
      found={(clients.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
      value={value}
      onChange={onChange}
      search={search}
    />
  );
}
