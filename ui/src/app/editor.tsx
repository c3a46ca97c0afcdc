import { Button } from "@mantine/core";
import { useEffect, useState } from "react";
import { useNavigate } from "react-router";
import type { CommandFailed, Req } from "../api/call";
import { useCommandMutation } from "../api/commands";
import { confirm, type Question } from "../kit/confirm";
import { SaveBar } from "../kit/save-bar";
import { toast } from "../kit/toast";
import { unsavedWords, useLeaveGuard } from "./leave-guard";

/** How a thing is edited: what may be typed of it, and how much of that differs from what is saved. */
export type Form<Thing, Draft> = {
  empty: Draft;
  draftOf: (thing: Thing) => Draft;
  differing: (saved: Draft, draft: Draft) => number;
};

/** What is typed over a thing, or for a new one; it asks before it is lost. */
export function useEditor<Thing extends { version: string }, Draft>(
  thing: Thing | null,
  { empty, draftOf, differing }: Form<Thing, Draft>,
) {
  const draftFrom = (from: Thing | null) => (from ? draftOf(from) : empty);
  const saved = draftFrom(thing);
  const [draft, setDraft] = useState(saved);
  // what the draft began with: who saves meanwhile is not overwritten
  const [version, setVersion] = useState(thing?.version ?? null);
  const [target, setTarget] = useState<string | null>(null);
  const navigate = useNavigate();
  const count = differing(saved, draft);
  useLeaveGuard(target === null && count > 0, unsavedWords());
  // once the guard is off
  useEffect(() => {
    if (target) navigate(target, { replace: true });
  }, [target, navigate]);
  const begin = (from: Thing | null) => {
    setDraft(draftFrom(from));
    setVersion(from?.version ?? null);
  };
  return {
    draft,
    setDraft,
    version,
    count,
    isNew: thing === null,
    /** Goes on from what was just saved. */
    wasSaved: begin,
    /** Goes back to what is saved. */
    discard: () => begin(thing),
    /** Goes to another page without asking. */
    leaveFor: setTarget,
  };
}

type EditorBarProps = {
  editor: { count: number; isNew: boolean; discard: () => void };
  save: { isPending: boolean; error: CommandFailed | null; reset: () => void };
  onSave: () => void;
};

/** The save bar of an editor. A problem of one field stands at that field; any other stands here. */
export function EditorBar({ editor, save, onSave }: EditorBarProps) {
  return (
    <SaveBar
      changes={editor.count}
      isNew={editor.isNew}
      saving={save.isPending}
      onSave={onSave}
      onDiscard={() => {
        save.reset();
        editor.discard();
      }}
      problem={save.error && save.error.field === null ? save.error.message : undefined}
    />
  );
}

type DeleteCommand = "access_policies_delete" | "apis_delete" | "connections_delete";

type DeleteButtonProps = {
  command: DeleteCommand;
  id: Req<DeleteCommand>["id"];
  question: Question;
  /** Said once it is gone. */
  done: string;
  onDeleted: () => void;
  /** Why it cannot be deleted now. */
  blocked?: string;
};

/** Deletes a thing after asking; says why where it cannot. */
export function DeleteButton({ command, id, question, done, onDeleted, blocked }: DeleteButtonProps) {
  const remove = useCommandMutation(command);
  const ask = async () => {
    if (!(await confirm(question))) return;
    remove.mutate(
      { id },
      {
        onError: (error) => toast("bad", error.message),
        onSuccess: () => {
          toast("ok", done);
          onDeleted();
        },
      },
    );
  };
  return (
    <Button
      variant="default"
      onClick={ask}
      loading={remove.isPending}
      disabled={blocked !== undefined}
      title={blocked}
    >
      {question.action}
    </Button>
  );
}
