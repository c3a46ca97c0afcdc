import { ActionIcon, Button, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useCommand, useCommandMutation } from "../../api/commands";
import { t } from "../../i18n/i18n";
import { Panel } from "../../kit/panel";
import { Answer } from "../../kit/states";
import { toast } from "../../kit/toast";
import classes from "./settings.module.css";

/** Hosts that the engine may call although they are not on the public internet, or over plain http. */
export function AllowedHosts() {
  const settings = useCommand("settings_get", {});
  return (
    <Panel title={t("hosts.title")}>
      <p className={classes.lead}>{t("hosts.lead")}</p>
      <Answer query={settings} rows={2}>
        {({ allowedOutboundHosts = [] }) => <Hosts hosts={allowedOutboundHosts} />}
      </Answer>
    </Panel>
  );
}

function Hosts({ hosts }: { hosts: readonly string[] }) {
  const [host, setHost] = useState("");
  const update = useCommandMutation("settings_update");
  const save = (next: string[], done?: () => void) =>
    update.mutate(
      { allowedOutboundHosts: next },
      {
        onError: (error) => error.field !== "allowedOutboundHosts" && toast("bad", error.message),
        onSuccess: done,
      },
    );
  return (
    <>
      {hosts.length > 0 && (
        <ul className={classes.hosts}>
          {hosts.map((one) => (
            <li key={one}>
              <code>{one}</code>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t("hosts.remove", { host: one })}
                onClick={() => save(hosts.filter((other) => other !== one))}
              >
                <IconTrash size={16} />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      <form
        className={classes.inline}
        onSubmit={(event) => {
          event.preventDefault();
          save([...hosts, host.trim()], () => setHost(""));
        }}
      >
        <TextInput
          label={t("hosts.new")}
          placeholder="login.clinic.internal:8443"
          value={host}
          onChange={(event) => {
            setHost(event.currentTarget.value);
            update.reset();
          }}
          error={update.error?.field === "allowedOutboundHosts" ? update.error.message : undefined}
          classNames={{ input: classes.mono }}
          spellCheck={false}
          autoComplete="off"
        />
        <Button type="submit" variant="default" loading={update.isPending} disabled={host.trim() === ""}>
          {t("hosts.add")}
        </Button>
      </form>
    </>
  );
}
