import { CloseButton, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { t } from "../i18n/i18n";
import classes from "./search-field.module.css";

type Props = {
  label: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
  autoFocus?: boolean;
};

/** Text that narrows a list while it is typed. Escape clears it. */
export function SearchField({ label, placeholder, value, onChange, autoFocus }: Props) {
  return (
    <TextInput
      aria-label={label}
      placeholder={placeholder}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Escape" && value !== "") {
          event.stopPropagation();
          onChange("");
        }
      }}
      data-autofocus={autoFocus || undefined}
      autoFocus={autoFocus}
      autoComplete="off"
      spellCheck={false}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        value && <CloseButton size="sm" aria-label={t("kit.clearSearch")} onClick={() => onChange("")} />
      }
      classNames={{ wrapper: classes.onPage }}
    />
  );
}
