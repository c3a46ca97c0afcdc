import { ActionIcon, Button, TextInput, UnstyledButton } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import type { Client } from "../../api/bindings";
import { useCommandMutation } from "../../api/commands";
import { type Key, t } from "../../i18n/i18n";
import { Rich } from "../../i18n/rich";
import { announce } from "../../kit/announce";
import { roomFor } from "../../kit/button-in-field";
import { confirm } from "../../kit/confirm";
import { CopyIcon } from "../../kit/copyable";
import { toast } from "../../kit/toast";
import { checkRedirectUri, type Slip } from "./redirect-uri";
import classes from "./redirect-uris.module.css";

/** Redirect URIs, one per row: saved when added, gone when removed, checked while typed. */
export function RedirectUris({ client }: { client: Client }) {
  const remove = useCommandMutation("clients_remove_redirect_uri");
  const ask = async (uri: string) => {
    const yes = await confirm({
      title: t("redirect.removeTitle"),
      body: <Rich k="redirect.removeBody" values={{ uri: <code>{uri}</code>, client: client.name }} />,
      action: t("redirect.remove"),
    });
    if (yes) remove.mutate({ id: client.id, uri }, { onError: (error) => toast("bad", error.message) });
  };
  return (
    <section aria-label={t("redirect.label")}>
      <h2 className={classes.heading}>{t("redirect.label")}</h2>
      <ul className={classes.rows}>
        {client.redirectUris.map((uri) => (
          <li key={uri} className={classes.row}>
            <span className={classes.uri}>{uri}</span>
            <CopyIcon text={uri} what={uri} />
            <span className={classes.saved}>{t("redirect.saved")}</span>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={t("redirect.removeOne", { uri })}
              onClick={() => ask(uri)}
            >
              <IconX size={15} />
            </ActionIcon>
          </li>
        ))}
      </ul>
      <AddUri client={client} />
    </section>
  );
}

const PLACEHOLDERS = {
  public: "http://127.0.0.1/callback",
  confidential: "https://portal.example.org/callback",
  medplum: "https://portal.example.org/callback",
} as const;

function AddUri({ client }: { client: Client }) {
  const add = useCommandMutation("clients_add_redirect_uri");
  const [uri, setUri] = useState("");
  const slip = checkRedirectUri(uri, client.redirectUris);
  const type = (value: string) => {
    setUri(value);
    add.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (uri === "" || slip?.refused) return;
    add.mutate(
      { id: client.id, uri },
      {
        onSuccess: () => {
          setUri("");
          announce(t("redirect.added", { uri }));
        },
      },
    );
  };
  return (
    <form onSubmit={submit}>
      <TextInput
        aria-label={t("redirect.add")}
        placeholder={PLACEHOLDERS[client.clientType]}
        value={uri}
        onChange={(event) => type(event.currentTarget.value)}
        error={slip?.refused || add.error !== null}
        autoComplete="off"
        spellCheck={false}
        classNames={{ input: classes.input }}
        rightSectionWidth={roomFor(t("redirect.addWord"))}
        rightSection={
          <Button
            type="submit"
            variant="default"
            size="compact-sm"
            loading={add.isPending}
            disabled={uri === "" || slip?.refused}
          >
            {t("redirect.addWord")}
          </Button>
        }
      />
      {slip && <SlipLine slip={slip} uri={uri} onFix={type} />}
      {add.error && (
        <p className={classes.slip} data-refused role="alert">
          {add.error.message}
        </p>
      )}
      <p className={classes.help}>{t("redirect.help")}</p>
    </form>
  );
}

/** What is wrong, the characters that are, and the address that was probably meant. */
export function SlipLine({ slip, uri, onFix }: { slip: Slip; uri: string; onFix: (uri: string) => void }) {
  const { fix } = slip;
  return (
    <p className={classes.slip} data-refused={slip.refused || undefined} role="status">
      <Rich
        k={`redirect.${slip.rule}` as Key}
        values={{ part: <mark>{slip.part}</mark>, scheme: <mark>{uri.split(":")[0]}</mark> }}
      />
      {fix !== undefined && (
        <>
          {" "}
          <UnstyledButton className={classes.fix} onClick={() => onFix(fix)}>
            {t("redirect.use", { uri: fix })}
          </UnstyledButton>
        </>
      )}
    </p>
  );
}
