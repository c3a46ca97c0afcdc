import { Button, Group } from "@mantine/core";
import { useEffect, useState } from "react";
import { Link, useNavigate } from "react-router";
import type { IssuedSecret } from "../../api/bindings";
import { useCommand } from "../../api/commands";
import { useLeaveGuard } from "../../app/leave-guard";
import { paths } from "../../app/paths";
import { t } from "../../i18n/i18n";
import { Chip } from "../../kit/chip";
import { CodeBlock } from "../../kit/code-block";
import { CopyIcon } from "../../kit/copyable";
import { Page } from "../../kit/page";
import { Column, Panel } from "../../kit/panel";
import { SecretOnce } from "../../kit/secret-once";
import { typeWords } from "./client-words";
import classes from "./clients.module.css";
import { EnvPanel } from "./env-panel";
import { curl, envBlock, envFileName } from "./snippets";

/** The success screen is the credentials: ID, secret once, environment block, a call to try. */
export function ClientCreated({ issued: { client, secret } }: { issued: IssuedSecret }) {
  const home = useCommand("home_get", {});
  const navigate = useNavigate();
  const [stored, setStored] = useState(secret === null);
  const [leaving, setLeaving] = useState<string>();
  useLeaveGuard(!stored && leaving === undefined, {
    title: t("created.leaveTitle"),
    body: t("created.leaveBody"),
    action: t("created.leave"),
  });
  // once the guard is off
  useEffect(() => {
    if (leaving !== undefined) navigate(leaving);
  }, [leaving, navigate]);

  const values = { baseUrl: home.data?.engine.baseUrl ?? "", client, secret };
  return (
    <Page
      title={t("created.title", { client: client.name })}
      breadcrumb={<Link to={paths.clients()}>{t("nav.clients")}</Link>}
      beside={<Chip>{typeWords(client.clientType)}</Chip>}
    >
      <Column>
        <Panel title={t("credentials.title")}>
          <div className={classes.credential}>
            <span className={classes.term}>{t("clients.idTerm")}</span>
            <span className={classes.monoText}>{client.clientId}</span>
            <CopyIcon text={client.clientId} what={t("clients.id")} />
          </div>
          {secret === null ? (
            <p className={classes.quiet}>{t("credentials.public")}</p>
          ) : (
            <SecretOnce
              secret={secret}
              file={{ name: envFileName(client), text: envBlock(values) }}
              stored={stored}
              onStored={setStored}
            />
          )}
        </Panel>
        {/* the secret itself stands above only, masked */}
        <EnvPanel values={values} />
        <Panel
          title={client.clientType === "public" ? t("quickStart.curlCode") : t("quickStart.curlMachine")}
        >
          <CodeBlock text={curl(values)} what="curl" />
        </Panel>
        <Group gap="xs">
          <Button disabled={!stored} onClick={() => setLeaving(paths.client(client.id))}>
            {t("created.done")}
          </Button>
          <Button
            variant="default"
            disabled={!stored}
            onClick={() => setLeaving(paths.playground({ client: client.id }))}
          >
            {t("created.run")}
          </Button>
          <Button variant="default" disabled={!stored} component={Link} to={paths.magicLinks()}>
            {t("created.link")}
          </Button>
        </Group>
      </Column>
    </Page>
  );
}
