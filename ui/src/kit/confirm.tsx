import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { type ReactNode, useState, useSyncExternalStore } from "react";
import { t } from "../i18n/i18n";

export type Question = {
  /** Names the thing: "Revoke the link for Pat Doe?" */
  title: string;
  /** What stops working. */
  body: ReactNode;
  /** The verb again. */
  action: string;
  /** What must be typed before the button works. */
  typed?: string;
  /** For questions that destroy nothing. */
  harmless?: boolean;
};

type Asked = Question & { answer: (yes: boolean) => void };

let asked: Asked | undefined;
const watchers = new Set<() => void>();

function set(next: Asked | undefined) {
  asked = next;
  for (const watcher of watchers) watcher();
}

/** Asks before something is destroyed; the one dialog for all such acts. */
export const confirm = (question: Question): Promise<boolean> =>
  new Promise((resolve) => {
    set({
      ...question,
      answer: (yes) => {
        set(undefined);
        resolve(yes);
      },
    });
  });

export function Confirmations() {
  const question = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => asked,
  );
  return (
    <Modal opened={question !== undefined} onClose={() => question?.answer(false)} title={question?.title}>
      {question && <Body question={question} />}
    </Modal>
  );
}

function Body({ question }: { question: Asked }) {
  const [typed, setTyped] = useState("");
  const ready = question.typed === undefined || typed === question.typed;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) question.answer(true);
      }}
    >
      <Stack gap="md">
        <div>{question.body}</div>
        {question.typed !== undefined && (
          <TextInput
            label={t("kit.typeName", { name: question.typed })}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
          />
        )}
        <Group justify="flex-end" gap="xs">
          <Button
            variant="default"
            onClick={() => question.answer(false)}
            data-autofocus={question.typed === undefined}
          >
            {t("kit.cancel")}
          </Button>
          <Button type="submit" color={question.harmless ? "accent" : "bad"} disabled={!ready}>
            {question.action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
