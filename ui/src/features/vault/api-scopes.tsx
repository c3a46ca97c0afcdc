import { ActionIcon, Button, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import type { ScopeOfApi } from "../../api/bindings";
import { t } from "../../i18n/i18n";
import classes from "./vault.module.css";
import { EMPTY_SCOPE } from "./vault-form";

type Props = { scopes: ScopeOfApi[]; onChange: (scopes: ScopeOfApi[]) => void; problem: string | undefined };

/** What can be asked of an API, a word and what it means in each row. */
export function ApiScopes({ scopes, onChange, problem }: Props) {
  const put = (at: number, changes: Partial<ScopeOfApi>) =>
    onChange(scopes.map((scope, index) => (index === at ? { ...scope, ...changes } : scope)));
  return (
    <div className={classes.scopes}>
      {scopes.map((scope, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a scope is edited in its place
        <div className={classes.scope} key={at}>
          <TextInput
            label={t("vault.scope", { number: at + 1 })}
            value={scope.value}
            onChange={(event) => put(at, { value: event.currentTarget.value })}
            placeholder="read:calendar"
            classNames={{ input: classes.mono }}
          />
          <TextInput
            label={t("vault.scopeMeans", { number: at + 1 })}
            value={scope.description}
            onChange={(event) => put(at, { description: event.currentTarget.value })}
            placeholder={t("vault.scopeExample")}
          />
          <ActionIcon
            variant="subtle"
            size="lg"
            aria-label={t("vault.removeScope", { number: at + 1 })}
            onClick={() => onChange(scopes.filter((_, index) => index !== at))}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </div>
      ))}
      {problem && (
        <p role="alert" className={classes.problem}>
          {problem}
        </p>
      )}
      <Button
        variant="default"
        leftSection={<IconPlus size={16} />}
        onClick={() => onChange([...scopes, EMPTY_SCOPE])}
      >
        {t("vault.addScope")}
      </Button>
    </div>
  );
}
