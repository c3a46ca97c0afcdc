import { Button, Popover, TextInput } from "@mantine/core";
import { useState } from "react";
import type { SavedRow } from "../../api/bindings";
import { useCommand, useCommandMutation } from "../../api/commands";
import { t } from "../../i18n/i18n";
import { Ago } from "../../kit/ago";
import { Chip } from "../../kit/chip";
import { confirm } from "../../kit/confirm";
import { Panel } from "../../kit/panel";
import { Answer } from "../../kit/states";
import { toast } from "../../kit/toast";
import classes from "./playground.module.css";
import { grantWords, runStateWords, runTone } from "./playground-words";

/** How a run stands, in a word. */
export function StateChip({ state }: { state: SavedRow["state"] }) {
  return <Chip tone={runTone(state)}>{runStateWords(state)}</Chip>;
}

/** The runs that somebody kept. */
export function SavedRuns({ onOpen }: { onOpen: (id: string) => void }) {
  const saved = useCommand("playground_saved", {});
  return (
    <Panel title={t("playground.savedRuns")}>
      <Answer query={saved}>
        {({ items }) =>
          items.length === 0 ? (
            <p className={classes.quiet}>{t("playground.savedNone")}</p>
          ) : (
            <ul className={classes.saved}>
              {items.map((row) => (
                <li key={row.id}>
                  <button type="button" className={classes.savedName} onClick={() => onOpen(row.id)}>
                    {row.name}
                  </button>
                  <StateChip state={row.state} />
                  <span className={classes.kindOf}>
                    {row.clientName} · {grantWords(row.grant)} · <Ago at={row.savedAt} />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Answer>
    </Panel>
  );
}

type NameProps = {
  label: string;
  action: string;
  first: string;
  busy: boolean;
  problem: string | undefined;
  onName: (name: string, close: () => void) => void;
};

/** A button that asks for a name first. */
function NameButton({ label, action, first, busy, problem, onName }: NameProps) {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState(first);
  return (
    <Popover opened={open} onChange={setOpen} trapFocus position="bottom-end">
      <Popover.Target>
        <Button variant="default" onClick={() => setOpen(!open)}>
          {action}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          className={classes.nameForm}
          onSubmit={(event) => {
            event.preventDefault();
            onName(name, () => setOpen(false));
          }}
        >
          <TextInput
            label={label}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            maxLength={80}
            error={problem}
            data-autofocus
          />
          <Button type="submit" loading={busy} disabled={name.trim() === ""}>
            {action}
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

/** Keeps a run under a name. */
export function SaveRun({ id, first }: { id: string; first: string }) {
  const save = useCommandMutation("playground_save");
  return (
    <NameButton
      label={t("playground.saveAs")}
      action={t("playground.save")}
      first={first}
      busy={save.isPending}
      problem={save.error?.message}
      onName={(name, close) =>
        save.mutate(
          { id, name },
          {
            onSuccess: (row) => {
              close();
              toast("ok", t("playground.savedAs", { name: row.name }));
            },
          },
        )
      }
    />
  );
}

/** Gives a kept run another name, or throws it away. */
export function KeepOrNot({ id, name, onGone }: { id: string; name: string; onGone: () => void }) {
  const rename = useCommandMutation("playground_rename_saved");
  const remove = useCommandMutation("playground_delete_saved");
  const ask = async () => {
    const yes = await confirm({
      title: t("playground.deleteTitle", { name }),
      body: t("playground.deleteBody"),
      action: t("playground.delete"),
    });
    if (yes) remove.mutate({ id }, { onSuccess: onGone });
  };
  return (
    <>
      <NameButton
        key={name}
        label={t("playground.saveAs")}
        action={t("playground.rename")}
        first={name}
        busy={rename.isPending}
        problem={rename.error?.message}
        onName={(next, close) => rename.mutate({ id, name: next }, { onSuccess: close })}
      />
      <Button variant="default" loading={remove.isPending} onClick={ask}>
        {t("playground.delete")}
      </Button>
    </>
  );
}
