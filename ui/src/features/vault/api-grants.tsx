import { Button, Checkbox, Group, SegmentedControl, TagsInput } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import type { Api, ApiGrant, GrantSubject } from "../../api/bindings";
import { useCommandMutation } from "../../api/commands";
import { paths } from "../../app/paths";
import { t } from "../../i18n/i18n";
import { Panel } from "../../kit/panel";
import { toast } from "../../kit/toast";
import { ClientPicker } from "../clients/client-picker";
import classes from "./vault.module.css";

/** Which clients may ask for which scopes, and in whose name. */
export function ApiGrants({ api }: { api: Api }) {
  const [adding, setAdding] = useState(false);
  const revoke = useCommandMutation("apis_revoke_grant");
  const remove = (grant: ApiGrant) =>
    revoke.mutate(
      { id: grant.id },
      {
        onError: (error) => toast("bad", error.message),
        onSuccess: () => toast("ok", t("vault.grantRevoked", { name: grant.clientName })),
      },
    );
  return (
    <Panel
      title={t("vault.grants")}
      actions={
        !adding && (
          <Button variant="default" onClick={() => setAdding(true)}>
            {t("vault.addGrant")}
          </Button>
        )
      }
    >
      {api.grants.length === 0 ? (
        <p className={classes.mute}>{t("vault.noGrants")}</p>
      ) : (
        <ul className={classes.lines}>
          {api.grants.map((grant) => (
            <li key={grant.id}>
              <div className={classes.what}>
                <span>
                  <Link to={paths.client(grant.clientId)} className={classes.name}>
                    {grant.clientName}
                  </Link>{" "}
                  {subjectWords(grant.subject)}
                </span>
                <span className={classes.mono}>
                  {grant.allScopes ? t("vault.everyScope") : grant.scopes.join(" ") || t("vault.noScope")}
                </span>
              </div>
              <Button variant="default" onClick={() => remove(grant)} loading={revoke.isPending}>
                {t("vault.revoke")}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {adding && <AddGrant api={api} onDone={() => setAdding(false)} />}
    </Panel>
  );
}

const subjectWords = (subject: GrantSubject) =>
  subject === "user" ? t("vault.forPeopleShort") : t("vault.forItselfShort");

function AddGrant({ api, onDone }: { api: Api; onDone: () => void }) {
  const own: GrantSubject = api.clientAccess === "deny_all" ? "user" : "client";
  const only = api.clientAccess === "deny_all" || api.userAccess === "deny_all";
  const [client, setClient] = useState("");
  const [subject, setSubject] = useState<GrantSubject>(own);
  const [scopes, setScopes] = useState<string[]>([]);
  const [allScopes, setAllScopes] = useState(false);
  const save = useCommandMutation("apis_save_grant");
  const submit = () =>
    save.mutate({ id: api.id, clientId: client, subject, scopes, allScopes }, { onSuccess: onDone });
  return (
    <div className={classes.add}>
      <ClientPicker label={t("vault.whichClient")} value={client} onChange={setClient} />
      {!only && (
        <SegmentedControl
          aria-label={t("vault.whoseName")}
          data={[
            { value: "client", label: t("vault.forItself") },
            { value: "user", label: t("vault.forAPerson") },
          ]}
          value={subject}
          onChange={(next) => setSubject(next as GrantSubject)}
        />
      )}
      <Checkbox
        label={t("vault.everyScope")}
        checked={allScopes}
        onChange={(event) => setAllScopes(event.currentTarget.checked)}
      />
      {!allScopes && (
        <TagsInput
          label={t("vault.scopes")}
          data={api.scopes.map(({ value }) => value)}
          value={scopes}
          onChange={setScopes}
          splitChars={[" ", ","]}
          acceptValueOnBlur
          classNames={{ pill: classes.mono, inputField: classes.mono }}
        />
      )}
      {save.error && (
        <p role="alert" className={classes.problem}>
          {save.error.message}
        </p>
      )}
      <Group gap="xs">
        <Button onClick={submit} disabled={client === ""} loading={save.isPending}>
          {t("vault.allow")}
        </Button>
        <Button variant="default" onClick={onDone}>
          {t("kit.cancel")}
        </Button>
      </Group>
    </div>
  );
}
