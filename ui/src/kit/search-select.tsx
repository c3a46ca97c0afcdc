import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { type ReactNode, useState } from "react";
import { t } from "../i18n/i18n";

const DEBOUNCE_MS = 80;

type Option = { value: string; label: string };

/**
 * What is searched for: the text of the field, unless it is the name of the one that is chosen. Nothing is asked before
 * somebody is in the field.
 */
export function useSearch(chosen: string | undefined) {
  const [text, setText] = useState("");
  const [begun, setBegun] = useState(false);
  const [asked] = useDebouncedValue(text.trim(), DEBOUNCE_MS);
  return { text, setText, term: asked === chosen ? "" : asked, begun, begin: () => setBegun(true) };
}

type Props = {
  label: string;
  /** Beside other filters: the label is for screen readers, and this stands in the field. */
  placeholder?: string;
  /** The one that is chosen, which stays among the options whatever is searched for. */
  chosen: Option | undefined;
  found: readonly Option[];
  /** More than the name of an option, to tell namesakes apart; the name alone without it. */
  renderOption?: (value: string) => ReactNode;
  value: string;
  onChange: (value: string) => void;
  search: ReturnType<typeof useSearch>;
  /** Said when nothing is found. */
  nothingFound?: string;
  error?: string;
};

/** One of many, found by the engine while somebody types. */
export function SearchSelect({
  label,
  placeholder,
  chosen,
  found,
  renderOption,
  value,
  onChange,
  search,
  nothingFound,
  error,
}: Props) {
  const small = placeholder !== undefined;
  const missing = chosen && !found.some((option) => option.value === chosen.value);
  return (
    <Select
      label={small ? undefined : label}
      aria-label={small ? label : undefined}
      placeholder={placeholder ?? t("activity.search")}
      size={small ? "xs" : undefined}
      w={small ? 200 : undefined}
      data={missing ? [chosen, ...found] : [...found]}
      renderOption={({ option }) => renderOption?.(option.value) ?? option.label}
      value={value || null}
      onChange={(id) => onChange(id ?? "")}
      onFocus={search.begin}
      searchValue={search.text}
      onSearchChange={search.setText}
      // the engine has searched already, in more than the name
      filter={({ options }) => options}
      searchable
      clearable
      nothingFoundMessage={nothingFound}
      error={error}
    />
  );
}
