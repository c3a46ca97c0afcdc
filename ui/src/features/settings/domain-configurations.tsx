import { ActionIcon, Button, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import type { DomainConfiguration } from "../../api/bindings";
import { useCommand, useCommandMutation } from "../../api/commands";
import { paths } from "../../app/paths";
import { t } from "../../i18n/i18n";
import { Panel } from "../../kit/panel";
import { toast } from "../../kit/toast";
import { ClientPicker } from "../clients/client-picker";
import classes from "./settings.module.css";

const FIELD = "domainConfigurations";

/** Whose people sign in at which identity provider, by the domain of their e-mail address. */
export function DomainConfigurations({ saved }: { saved: readonly DomainConfiguration[] }) {
  const update = useCommandMutation("settings_update");
  const save = (next: DomainConfiguration[], done?: () => void) =>
    update.mutate(
      { domainConfigurations: next },
      {
        onError: (error) => error.field !== FIELD && toast("bad", error.message),
        onSuccess: done,
      },
    );
  return (
    <Panel title={t("domains.title")}>
      <p className={classes.lead}>{t("domains.lead")}</p>
      {saved.length > 0 && (
        <ul className={classes.hosts}>
          {saved.map((one) => (
            <li key={one.domain}>
              <Configured configuration={one} />
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t("domains.remove", { domain: one.domain })}
                onClick={() => save(saved.filter((other) => other !== one))}
              >
                <IconTrash size={16} />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      <Add
        busy={update.isPending}
        problem={update.error?.field === FIELD ? update.error.message : undefined}
        onTyped={update.reset}
        onAdd={(added, done) => save([...saved, added], done)}
      />
    </Panel>
  );
}

function Configured({ configuration }: { configuration: DomainConfiguration }) {
  const { domain, client: id, allowedPostLoginRedirectUrls = [] } = configuration;
  const client = useCommand("clients_get", { id });
  return (
    <div className={classes.domain}>
      <code>{domain}</code> <Link to={paths.client(id, "identity-provider")}>{client.data?.name ?? id}</Link>
      {client.data && !client.data.identityProvider?.authorizeUrl && (
        <p className={classes.bad}>{t("domains.noProvider")}</p>
      )}
      {client.isError && <p className={classes.bad}>{t("domains.noClient")}</p>}
      {allowedPostLoginRedirectUrls.map((url) => (
        <p key={url} className={classes.mono}>
          {url}
        </p>
      ))}
    </div>
  );
}

type AddProps = {
  busy: boolean;
  problem: string | undefined;
  onTyped: () => void;
  onAdd: (added: DomainConfiguration, done: () => void) => void;
};

function Add({ busy, problem, onTyped, onAdd }: AddProps) {
  const [domain, setDomain] = useState("");
  const [client, setClient] = useState("");
  const [returnTo, setReturnTo] = useState("");
  const clear = () => {
    setDomain("");
    setClient("");
    setReturnTo("");
  };
  const mono = { classNames: { input: classes.mono }, spellCheck: false, autoComplete: "off" };
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        const allowedPostLoginRedirectUrls = returnTo.trim() === "" ? [] : [returnTo.trim()];
        onAdd({ domain: domain.trim(), client, allowedPostLoginRedirectUrls }, clear);
      }}
    >
      <TextInput
        label={t("domains.domain")}
        placeholder="clinic.example.org"
        value={domain}
        onChange={(event) => {
          setDomain(event.currentTarget.value);
          onTyped();
        }}
        error={problem}
        {...mono}
      />
      <ClientPicker label={t("domains.client")} value={client} onChange={setClient} />
      <TextInput
        label={t("domains.returnTo")}
        description={t("domains.returnToHelp")}
        placeholder="https://app.example.org/signed-in"
        value={returnTo}
        onChange={(event) => {
          setReturnTo(event.currentTarget.value);
          onTyped();
        }}
        {...mono}
      />
      <div>
        <Button
          type="submit"
          variant="default"
          loading={busy}
          disabled={domain.trim() === "" || client === ""}
        >
          {t("domains.add")}
        </Button>
      </div>
    </form>
  );
}
