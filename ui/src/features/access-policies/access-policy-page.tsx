import { Button, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import type { Policy } from "../../api/bindings";
import type { CommandFailed } from "../../api/call";
import { useCommand, useCommandMutation } from "../../api/commands";
import { unsavedWords, useLeaveGuard } from "../../app/leave-guard";
import { paths } from "../../app/paths";
import { t, tn } from "../../i18n/i18n";
import { Chip } from "../../kit/chip";
import { confirm } from "../../kit/confirm";
import { CopyValue } from "../../kit/copyable";
import { Page } from "../../kit/page";
import { Panel, WithRail } from "../../kit/panel";
import { SaveBar } from "../../kit/save-bar";
import { Answer } from "../../kit/states";
import { toast } from "../../kit/toast";
import classes from "./access-policies.module.css";
import { Entries } from "./entries";
import { IpRules } from "./ip-rules";
import { changes, complaint, type Draft, draftOf, EMPTY_DRAFT } from "./policy-form";

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
  const saved = policy ? draftOf(policy) : EMPTY_DRAFT;
  const [draft, setDraft] = useState<Draft>(saved);
  const [version, setVersion] = useState(policy?.version ?? null);
  const [leaving, setLeaving] = useState<string | null>(null);
  const save = useCommandMutation("access_policies_save");
  const navigate = useNavigate();
  const count = changes(saved, draft);
  useLeaveGuard(leaving === null && count > 0, unsavedWords());
  // once the guard is off, to the new policy or back to the list
  useEffect(() => {
    if (leaving) navigate(leaving, { replace: true });
  }, [leaving, navigate]);

  const submit = () =>
    save.mutate(
      { id: policy?.id ?? null, version, ...draft },
      {
        onSuccess: (written) => {
          toast("ok", t("policies.saved", { name: written.name }));
          setVersion(written.version);
          setDraft(draftOf(written));
          if (policy === null) setLeaving(paths.accessPolicy(written.id));
        },
      },
    );
  const discard = () => {
    save.reset();
    setDraft(saved);
    setVersion(policy?.version ?? null);
  };
  return (
    <Page
      title={policy?.name ?? t("policies.createTitle")}
      breadcrumb={<Link to={paths.accessPolicies()}>{t("nav.accessPolicies")}</Link>}
      beside={policy && <CopyValue text={policy.id} what={t("policies.id")} />}
      actions={policy && <Delete policy={policy} onDeleted={() => setLeaving(paths.accessPolicies())} />}
    >
      <WithRail rail={<Members policy={policy} />}>
        <Fields draft={draft} onChange={setDraft} error={save.error} />
      </WithRail>
      <SaveBar
        changes={count}
        isNew={policy === null}
        saving={save.isPending}
        onSave={submit}
        onDiscard={discard}
        problem={save.error && save.error.field === null ? save.error.message : undefined}
      />
    </Page>
  );
}

type FieldsProps = { draft: Draft; onChange: (draft: Draft) => void; error: CommandFailed | null };

function Fields({ draft, onChange, error }: FieldsProps) {
  const problem = (field: string) => (error?.field === field ? error.message : undefined);
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
        <p className={classes.mute}>{t("policies.nobodyHelp")}</p>
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
  const remove = useCommandMutation("access_policies_delete");
  const ask = async () => {
    const yes = await confirm({
      title: t("policies.deleteTitle", { name: policy.name }),
      body: t("policies.deleteBody"),
      action: t("policies.delete"),
    });
    if (yes) {
      remove.mutate(
        { id: policy.id },
        {
          onError: (error) => toast("bad", error.message),
          onSuccess: () => {
            toast("ok", t("policies.deleted", { name: policy.name }));
            onDeleted();
          },
        },
      );
    }
  };
  const used = policy.memberCount > 0;
  return (
    <Button
      variant="default"
      onClick={ask}
      loading={remove.isPending}
      disabled={used}
      title={used ? tn("policies.deleteUsed", policy.memberCount) : undefined}
    >
      {t("policies.delete")}
    </Button>
  );
}
