import { CloseButton, Kbd, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { t } from "../i18n/i18n";

type Props = {
  label: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
  /** A shortcut that leads here, shown while the field is empty. */
  hint?: string;
  autoFocus?: boolean;
};

/** Text that narrows a list while it is typed. Escape clears it. */
export function SearchField({ label, placeholder, value, onChange, hint, autoFocus }: Props) {
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
        value ? (
          <CloseButton size="sm" aria-label={t("kit.clearSearch")} onClick={() => onChange("")} />
        ) : hint ? (
          <Kbd size="xs">{hint}</Kbd>
        ) : undefined
      }
      rightSectionWidth={value || !hint ? 34 : 66}
      styles={{ input: { "--input-bg": "var(--a-panel)" } }}
    />
  );
}
