import { Button, Group, Modal } from "@mantine/core";
import { useState } from "react";
import type { IssuedSecret } from "../../api/bindings";
import { useCommand } from "../../api/commands";
import { useLeaveGuard } from "../../app/leave-guard";
import { t } from "../../i18n/i18n";
import { SecretOnce } from "../../kit/secret-once";
import classes from "./clients.module.css";
import { envBlock, envFileName } from "./snippets";

/** A new secret, shown this once; closes only when it is stored. */
export function SecretDialog({ issued, onClose }: { issued: IssuedSecret; onClose: () => void }) {
  const [stored, setStored] = useState(false);
  const home = useCommand("home_get", {});
  const { client, secret } = issued;
  useLeaveGuard(secret !== null && !stored, {
    title: t("created.leaveTitle"),
    body: t("created.leaveBody"),
    action: t("created.leave"),
  });
  if (secret === null) return null;
  const env = envBlock({ baseUrl: home.data?.engine.baseUrl ?? "", client, secret });
  return (
    <Modal
      opened
      onClose={() => stored && onClose()}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={stored}
      title={t("secret.title", { client: client.name })}
      size="lg"
    >
      <div className={classes.form}>
        <SecretOnce
          secret={secret}
          file={{ name: envFileName(client), text: env }}
          stored={stored}
          onStored={setStored}
        />
        <Group justify="flex-end">
          <Button disabled={!stored} onClick={onClose}>
            {t("kit.close")}
          </Button>
        </Group>
      </div>
    </Modal>
  );
}
