import { Button, Menu } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useState } from "react";
import { useLocation, useSearchParams } from "react-router";
import type { ExportFormat, PlaygroundChoices, RunShown, Switch } from "../../api/bindings";
import { problemsOf, useCommand, useCommandMutation } from "../../api/commands";
import { FEDERATED_CONNECTION_ACCESS_TOKEN, PRE_AUTHORIZED_CODE } from "../../api/grant-types";
import { t } from "../../i18n/i18n";
import { Chip } from "../../kit/chip";
import { copy } from "../../kit/copy";
import { Page } from "../../kit/page";
import { Answer } from "../../kit/states";
import { ComparedRuns, CompareWith } from "./compare-runs";
import { LinkDoctor } from "./link-doctor";
import { Personas } from "./personas";
import classes from "./playground.module.css";
import { grantWords, runTone, stepTitle, switchWords } from "./playground-words";
import { PreviewPanel } from "./preview";
import { HowFields, WhoFields } from "./run-fields";
import { asRequest, firstForm, fitting, fromRequest, LOOPBACK, type RunForm, signsIn } from "./run-form";
import { isGoing, RunBody, useRun } from "./run-view";
import { SavedRunPage } from "./saved-run-page";
import { SavedRuns, SaveRun } from "./saved-runs";
import { PastedToken } from "./tokens";
import { VaultFields } from "./vault-fields";

const FORMATS: readonly { value: ExportFormat; label: string }[] = [
  { value: "curl", label: "curl" },
  { value: "http", label: "HTTP" },
  { value: "markdown", label: "Markdown" },
  { value: "har", label: "HAR" },
  { value: "javascript", label: "JavaScript" },
  { value: "python", label: "Python" },
  { value: "rust", label: "Rust" },
];

/** Run any grant against this engine or another issuer, and see both sides. */
export function PlaygroundPage() {
  const choices = useCommand("playground_options", {});
  // A code that is handed over while this page is open begins a new form.
  const handed = useHandedCode();
  return (
    <Answer query={choices} rows={8}>
      {(data) => <Playground key={handed.token} choices={data} />}
    </Answer>
  );
}

/** The code of a magic link that the landing page handed over to this window. */
function useHandedCode(): Partial<RunForm> {
  const state = useLocation().state as { code?: string } | null;
  return state?.code ? { grant: PRE_AUTHORIZED_CODE, token: state.code } : {};
}

function Playground({ choices }: { choices: PlaygroundChoices }) {
  const [params, setParams] = useSearchParams();
  const wanted = params.get("client");
  const handed = useHandedCode();
  const [form, setForm] = useState<RunForm>(() => ({
    ...firstForm(choices.clients.find(({ id }) => id === wanted) ?? choices.clients[0]),
    ...handed,
  }));
  const start = useCommandMutation("playground_run");
  const register = useCommandMutation("clients_add_redirect_uri");
  const [notice, setNotice] = useState<string>();
  const begin = (next: RunForm) => {
    const before = params.get("run");
    setForm(next);
    setNotice(undefined);
    start.mutate(asRequest(next), {
      onSuccess: (run: RunShown) =>
        setParams({ client: next.clientId, run: run.id, ...(before && { before }) }),
    });
  };
  const set = (changes: Partial<RunForm>) => setForm((before) => ({ ...before, ...changes }));
  const error = start.error;
  const problem = problemsOf(error);
  const run = params.get("run");

  const kept = params.get("saved");

  if (kept) {
    return (
      <SavedRunPage
        id={kept}
        busy={start.isPending}
        problem={error?.message}
        onAgain={(request, needsSecret) => {
          const next = fromRequest(request);
          if (!needsSecret) {
            begin(next);
            return;
          }
          setForm(next);
          setNotice(t("playground.needsSecret"));
          setParams({ client: next.clientId });
        }}
        onBack={() => setParams({ client: form.clientId })}
      />
    );
  }
  if (run) {
    return (
      <RunPage
        id={run}
        before={params.get("before") ?? undefined}
        choices={choices}
        form={form}
        busy={start.isPending}
        onAgain={begin}
        onChange={() => setParams({ client: form.clientId })}
      />
    );
  }
  const fields = { choices, form, set, problem };
  return (
    <Page
      title={t("nav.playground")}
      actions={
        <Button loading={start.isPending} disabled={form.clientId === ""} onClick={() => begin(form)}>
          {t("playground.run")}
        </Button>
      }
    >
      <div className={classes.stack}>
        {error && error.field !== "issuer" && (
          <div role="alert" className={classes.trouble}>
            {error.message}{" "}
            {error.field === "redirectUri" && (
              <Button
                size="compact-sm"
                variant="default"
                loading={register.isPending}
                onClick={() =>
                  register.mutate({ id: form.clientId, uri: LOOPBACK }, { onSuccess: () => begin(form) })
                }
              >
                {t("playground.register", { uri: LOOPBACK })}
              </Button>
            )}
          </div>
        )}
        {notice && <p role="status">{notice}</p>}
        <div className={classes.columns}>
          <WhoFields {...fields} />
          <HowFields {...fields} />
        </div>
        <div className={classes.columns}>
          {form.grant === FEDERATED_CONNECTION_ACCESS_TOKEN && <VaultFields {...fields} />}
          {form.issuer === null && signsIn(form) && (
            <Personas
              busy={start.isPending || form.clientId === ""}
              onChoose={(membershipId) => begin({ ...form, returnBy: "persona", membershipId })}
            />
          )}
          <SavedRuns onOpen={(id) => setParams({ saved: id })} />
          {form.issuer === null && <PreviewPanel clientId={form.clientId} scope={form.scope} />}
          <PastedToken />
          {choices.receivesDeepLinks && <LinkDoctor />}
        </div>
      </div>
    </Page>
  );
}

type RunPageProps = {
  id: string;
  before: string | undefined;
  choices: PlaygroundChoices;
  form: RunForm;
  busy: boolean;
  onAgain: (form: RunForm) => void;
  onChange: () => void;
};

function RunPage({ id, before, choices, form, busy, onAgain, onChange }: RunPageProps) {
  const run = useRun(id);
  const [other, setOther] = useState<{ id: string; name: string }>();
  const shown = run.data;
  const wrong = shown?.client.steps.find((step) => step.state === "refused" || step.state === "failed");
  const client = choices.clients.find((own) => own.id === shown?.clientId);
  return (
    <Page
      title={shown ? grantWords(shown.grant) : t("nav.playground")}
      beside={
        shown && (
          <>
            <span>{client?.name ?? shown.clientId}</span>
            <Chip tone={runTone(shown.client.state)}>
              {wrong
                ? t("playground.stoppedAt", { number: wrong.number, step: stepTitle(wrong) })
                : t(`playgroundRun.${shown.client.state}`)}
            </Chip>
            {shown.failures.map((name) => (
              <Chip key={name} tone="wait">
                {switchWords(name)}
              </Chip>
            ))}
          </>
        )
      }
      actions={
        <>
          <MakeItFail choices={choices} form={form} onAgain={onAgain} />
          <CopyAs id={id} />
          <CompareWith id={id} before={before} onChoose={(one, name) => setOther({ id: one, name })} />
          {shown && !isGoing(shown.client.state) && (
            <SaveRun key={id} id={id} first={client?.name ?? grantWords(shown.grant)} />
          )}
          <Button variant="default" onClick={onChange}>
            {t("playground.change")}
          </Button>
          <Button loading={busy} onClick={() => onAgain(form)}>
            {t("playground.again")}
          </Button>
        </>
      }
    >
      <div className={classes.stack}>
        {other && <ComparedRuns one={other.id} other={id} name={other.name} />}
        <RunBody key={id} run={run} />
      </div>
    </Page>
  );
}

/** Runs again with one thing made to fail. */
function MakeItFail({
  choices,
  form,
  onAgain,
}: {
  choices: PlaygroundChoices;
  form: RunForm;
  onAgain: (form: RunForm) => void;
}) {
  const only = (failures: Switch[]) => onAgain({ ...form, failures });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" rightSection={<IconChevronDown size={16} />}>
          {t("playground.makeItFail")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={420} style={{ overflowY: "auto" }}>
        {form.failures.length > 0 && (
          <Menu.Item onClick={() => only([])}>{t("playground.failNothing")}</Menu.Item>
        )}
        {fitting(choices, form).map(({ name }) => (
          <Menu.Item key={name} onClick={() => only([name])}>
            {switchWords(name)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Copies the run in a form others can use; nothing secret is in it. */
function CopyAs({ id }: { id: string }) {
  const take = useCommandMutation("playground_export");
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" rightSection={<IconChevronDown size={16} />} loading={take.isPending}>
          {t("playground.copyAs")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {FORMATS.map(({ value, label }) => (
          <Menu.Item
            key={value}
            onClick={() =>
              take.mutate({ id, format: value, step: null }, { onSuccess: ({ text }) => copy(text, label) })
            }
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
