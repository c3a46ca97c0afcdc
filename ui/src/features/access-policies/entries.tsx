import {
  ActionIcon,
  Autocomplete,
  Button,
  Checkbox,
  Group,
  Select,
  TagsInput,
  TextInput,
} from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from "@tabler/icons-react";
import type { PolicyEntry } from "../../api/bindings";
import { t } from "../../i18n/i18n";
import classes from "./access-policies.module.css";
import { EMPTY_ENTRY, moved, withItem } from "./policy-form";
import { INTERACTIONS, interactionWords } from "./policy-words";

/** The types this server keeps; a policy may name others, for the FHIR server beside it. */
const TYPES = [
  "Patient",
  "Practitioner",
  "RelatedPerson",
  "ClientApplication",
  "AccessPolicy",
  "SmartAppLaunch",
  "*",
];

type Wrong = { entry: number | null; text: string } | null;

type Props = { entries: PolicyEntry[]; onChange: (entries: PolicyEntry[]) => void; problem: Wrong };

export function Entries({ entries, onChange, problem }: Props) {
  return (
    <div>
      {entries.map((entry, at) => (
        <EntryFields
          // biome-ignore lint/suspicious/noArrayIndexKey: an entry is known by its place, which is what decides
          key={at}
          at={at}
          last={at === entries.length - 1}
          entry={entry}
          onChange={(next) => onChange(withItem(entries, at, next))}
          onMove={(step) => onChange(moved(entries, at, step))}
          problem={problem?.entry === at ? problem.text : undefined}
        />
      ))}
      {problem && problem.entry === null && (
        <p role="alert" className={classes.problem}>
          {problem.text}
        </p>
      )}
      <Button
        variant="default"
        leftSection={<IconPlus size={16} />}
        onClick={() => onChange([...entries, EMPTY_ENTRY])}
      >
        {t("policies.addEntry")}
      </Button>
    </div>
  );
}

type EntryProps = {
  at: number;
  last: boolean;
  entry: PolicyEntry;
  onChange: (entry: PolicyEntry | null) => void;
  onMove: (step: -1 | 1) => void;
  problem?: string;
};

function EntryFields({ at, last, entry, onChange, onMove, problem }: EntryProps) {
  const set = (changes: Partial<PolicyEntry>) => onChange({ ...entry, ...changes });
  const name = t("policies.entry", { number: at + 1 });
  return (
    <section className={classes.entry} aria-label={name}>
      <div className={classes.entryHead}>
        <h3>{name}</h3>
        <EntryButtons at={at} last={last} onMove={onMove} onRemove={() => onChange(null)} />
      </div>
      <div className={classes.pair}>
        <Autocomplete
          label={t("policies.resourceType")}
          data={TYPES}
          value={entry.resourceType}
          onChange={(resourceType) => set({ resourceType })}
          classNames={{ input: classes.mono }}
          required
        />
        <May entry={entry} set={set} />
      </div>
      <TextInput
        label={t("policies.criteria")}
        description={t("policies.criteriaHelp")}
        placeholder={`${entry.resourceType || "Patient"}?_compartment=%patient`}
        value={entry.criteria}
        onChange={(event) => set({ criteria: event.currentTarget.value })}
        classNames={{ input: classes.mono }}
      />
      <div className={classes.pair}>
        <TagsInput
          label={t("policies.hiddenFields")}
          placeholder={entry.hiddenFields.length === 0 ? "birthDate" : undefined}
          value={entry.hiddenFields}
          onChange={(hiddenFields) => set({ hiddenFields })}
          splitChars={[",", " "]}
          acceptValueOnBlur
        />
        <TagsInput
          label={t("policies.readonlyFields")}
          placeholder={entry.readonlyFields.length === 0 ? "identifier" : undefined}
          value={entry.readonlyFields}
          onChange={(readonlyFields) => set({ readonlyFields })}
          splitChars={[",", " "]}
          acceptValueOnBlur
        />
      </div>
      {problem && (
        <p role="alert" className={classes.problem}>
          {problem}
        </p>
      )}
    </section>
  );
}

function EntryButtons({
  at,
  last,
  onMove,
  onRemove,
}: {
  at: number;
  last: boolean;
  onMove: (step: -1 | 1) => void;
  onRemove: () => void;
}) {
  const number = at + 1;
  return (
    <Group gap={4}>
      <ActionIcon
        variant="subtle"
        aria-label={t("policies.moveUp", { number })}
        disabled={at === 0}
        onClick={() => onMove(-1)}
      >
        <IconArrowUp size={16} />
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        aria-label={t("policies.moveDown", { number })}
        disabled={last}
        onClick={() => onMove(1)}
      >
        <IconArrowDown size={16} />
      </ActionIcon>
      <ActionIcon variant="subtle" aria-label={t("policies.removeEntry", { number })} onClick={onRemove}>
        <IconTrash size={16} />
      </ActionIcon>
    </Group>
  );
}

/** Everything, reading only, or chosen interactions. */
function May({ entry, set }: { entry: PolicyEntry; set: (changes: Partial<PolicyEntry>) => void }) {
  const chosen = entry.interaction.length > 0;
  const value = entry.readonly ? "readonly" : chosen ? "chosen" : "all";
  const choose = (next: string | null) => {
    if (next === "readonly") set({ readonly: true, interaction: [] });
    else if (next === "chosen") set({ readonly: false, interaction: ["read", "search"] });
    else set({ readonly: false, interaction: [] });
  };
  return (
    <div>
      <Select
        label={t("policies.may")}
        data={[
          { value: "all", label: t("policies.mayAll") },
          { value: "readonly", label: t("policies.mayReadOnly") },
          { value: "chosen", label: t("policies.mayChosen") },
        ]}
        value={value}
        allowDeselect={false}
        onChange={choose}
      />
      {value === "chosen" && (
        <Checkbox.Group
          mt={8}
          aria-label={t("policies.mayChosen")}
          value={entry.interaction}
          onChange={(interaction) => set({ interaction })}
        >
          <Group gap="sm">
            {INTERACTIONS.map((word) => (
              <Checkbox key={word} value={word} label={interactionWords(word)} />
            ))}
          </Group>
        </Checkbox.Group>
      )}
    </div>
  );
}
