import { ActionIcon, Button, Select, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import type { IpRule } from "../../api/bindings";
import { t } from "../../i18n/i18n";
import classes from "./access-policies.module.css";
import { EMPTY_RULE, withItem } from "./policy-form";

type Props = { rules: IpRule[]; onChange: (rules: IpRule[]) => void; problem?: string };

/** From where members may come; the first rule that fits decides, none lets everybody in. */
export function IpRules({ rules, onChange, problem }: Props) {
  return (
    <div className={classes.form}>
      {rules.map((rule, at) => (
        <Rule
          // biome-ignore lint/suspicious/noArrayIndexKey: a rule is known by its place, which is what decides
          key={at}
          number={at + 1}
          rule={rule}
          onChange={(next) => onChange(withItem(rules, at, next))}
        />
      ))}
      {problem && (
        <p role="alert" className={classes.problem}>
          {problem}
        </p>
      )}
      <div>
        <Button
          variant="default"
          leftSection={<IconPlus size={16} />}
          onClick={() => onChange([...rules, EMPTY_RULE])}
        >
          {t("policies.addRule")}
        </Button>
      </div>
    </div>
  );
}

function Rule({
  number,
  rule,
  onChange,
}: {
  number: number;
  rule: IpRule;
  onChange: (rule: IpRule | null) => void;
}) {
  return (
    <section className={classes.rule} aria-label={t("policies.rule", { number })}>
      <TextInput
        label={t("policies.address")}
        placeholder="10.1."
        value={rule.value}
        onChange={(event) => onChange({ ...rule, value: event.currentTarget.value })}
        classNames={{ input: classes.mono }}
        required
      />
      <TextInput
        label={t("policies.ruleName")}
        value={rule.name}
        onChange={(event) => onChange({ ...rule, name: event.currentTarget.value })}
      />
      <Select
        label={t("policies.action")}
        data={[
          { value: "allow", label: t("policies.allow") },
          { value: "block", label: t("policies.block") },
        ]}
        value={rule.block ? "block" : "allow"}
        allowDeselect={false}
        onChange={(action) => onChange({ ...rule, block: action === "block" })}
      />
      <ActionIcon
        variant="subtle"
        size="lg"
        aria-label={t("policies.removeRule", { number })}
        onClick={() => onChange(null)}
      >
        <IconTrash size={16} />
      </ActionIcon>
    </section>
  );
}
