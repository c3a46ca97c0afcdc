import { UnstyledButton } from "@mantine/core";
import classes from "./filter-chips.module.css";

type Props<V extends string> = {
  label: string;
  options: readonly { value: V; label: string }[];
  value: V;
  onChange: (value: V) => void;
};

/** One choice of a few, as chips; the first means "all". */
export function FilterChips<V extends string>({ label, options, value, onChange }: Props<V>) {
  return (
    <fieldset className={classes.chips} aria-label={label}>
      {options.map((option) => (
        <UnstyledButton
          key={option.value}
          className={classes.chip}
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
        >
          {option.label}
        </UnstyledButton>
      ))}
    </fieldset>
  );
}
