import { TextInput } from "@mantine/core";
import { Link, useParams } from "react-router";
import type { Policy } from "../../api/bindings";
import type { CommandFailed } from "../../api/call";
import { problemsOf, useCommand, useCommandMutation } from "../../api/commands";
import { DeleteButton, EditorBar, useEditor } from "../../app/editor";
import { paths } from "../../app/paths";
import { t, tn } from "../../i18n/i18n";
import { Rich } from "../../i18n/rich";
import { Chip } from "../../kit/chip";
import { CopyValue } from "../../kit/copyable";
import { Page } from "../../kit/page";
import { Panel, WithRail } from "../../kit/panel";
import { Answer } from "../../kit/states";
import { toast } from "../../kit/toast";
import classes from "./access-policies.module.css";
import { Entries } from "./entries";
import { IpRules } from "./ip-rules";
import { complaint, type Draft, POLICY_FORM } from "./policy-form";

/** One policy, to look at and to change. */
export function AccessPolicyPage() {
  const { id = "" } = useParams();
  const policy = useCommand("access_policies_get", { id });
  return <Answer query={policy}>{(policy) => <Editor key={policy.id} policy={policy} />}</Answer>;
}

/** A new policy. */
export function AccessPolicyCreatePage() {
  return <Editor policy={null} />;
}

function Editor({ policy }: { policy: Policy | null }) {
  const editor = useEditor(policy, POLICY_FORM);
  const save = useCommandMutation("access_policies_save");
  const submit = () =>
    save.mutate(
      { id: policy?.id ?? null, version: editor.version, ...editor.draft },
      {
        onSuccess: (saved) => {
          toast("ok", t("policies.saved", { name: saved.name }));
          editor.wasSaved(saved);
          if (editor.isNew) editor.leaveFor(paths.accessPolicy(saved.id));
        },
      },
    );
  return (
    <Page
      title={policy?.name ?? t("policies.createTitle")}
      breadcrumb={<Link to={paths.accessPolicies()}>{t("nav.accessPolicies")}</Link>}
      beside={policy && <CopyValue text={policy.id} what={t("policies.id")} />}
      actions={policy && <Delete policy={policy} onDeleted={() => editor.leaveFor(paths.accessPolicies())} />}
    >
      <WithRail rail={<Members policy={policy} />}>
        <Fields draft={editor.draft} onChange={editor.setDraft} error={save.error} />
      </WithRail>
      <EditorBar editor={editor} save={save} onSave={submit} />
    </Page>
  );
}

type FieldsProps = { draft: Draft; onChange: (draft: Draft) => void; error: CommandFailed | null };

function Fields({ draft, onChange, error }: FieldsProps) {
  const problem = problemsOf(error);
  const wrong = complaint(problem("resource") ?? problem("entries") ?? "");
  return (
    <>
      <Panel>
        <TextInput
          label={t("policies.name")}
          value={draft.name}
          onChange={(event) => onChange({ ...draft, name: event.currentTarget.value })}
          error={problem("name")}
          maxLength={100}
          required
        />
      </Panel>
      <Panel title={t("policies.entries")}>
        <p className={classes.mute}>{t("policies.entriesHelp")}</p>
        <Entries
          entries={draft.entries}
          onChange={(entries) => onChange({ ...draft, entries })}
          problem={wrong.text === "" ? null : wrong}
        />
      </Panel>
      <Panel title={t("policies.ipRules")}>
        <p className={classes.mute}>{t("policies.ipRulesHelp")}</p>
        <IpRules
          rules={draft.ipRules}
          onChange={(ipRules) => onChange({ ...draft, ipRules })}
          problem={problem("ipAccessRule")}
        />
      </Panel>
    </>
  );
}

function Members({ policy }: { policy: Policy | null }) {
  const members = policy?.members ?? [];
  const others = (policy?.memberCount ?? 0) - members.length;
  return (
    <Panel title={t("policies.members")}>
      {members.length === 0 ? (
        <p className={classes.mute}>
          <Rich
            k="policies.nobodyHelp"
            values={{
              person: <Link to={paths.people()}>{t("policies.nobodyPerson")}</Link>,
              client: <Link to={paths.clients()}>{t("policies.nobodyClient")}</Link>,
            }}
          />
        </p>
      ) : (
        <p>
          {members.join(", ")}
          {others > 0 && ` ${tn("policies.others", others)}`}
        </p>
      )}
      <p className={classes.always}>
        <Chip tone="plain">{t("policies.always")}</Chip> {t("policies.adminsAlways")}
      </p>
    </Panel>
  );
}

/** A policy somebody has cannot go: without one they could do everything. */
function Delete({ policy, onDeleted }: { policy: Policy; onDeleted: () => void }) {
  return (
    <DeleteButton
      command="access_policies_delete"
      id={policy.id}
      question={{
        title: t("policies.deleteTitle", { name: policy.name }),
        body: t("policies.deleteBody"),
        action: t("policies.delete"),
      }}
      done={t("policies.deleted", { name: policy.name })}
      onDeleted={onDeleted}
      blocked={policy.memberCount > 0 ? tn("policies.deleteUsed", policy.memberCount) : undefined}
    />
  );
}
