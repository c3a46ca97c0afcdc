import { Button, Group } from "@mantine/core";
import { useState } from "react";
import type { Client, IssuedSecret, SecretSummary } from "../../api/bindings";
import { useCommandMutation } from "../../api/commands";
import { t } from "../../i18n/i18n";
import { ago, clock } from "../../i18n/time";
import { Ago } from "../../kit/ago";
import { Chip } from "../../kit/chip";
import { confirm } from "../../kit/confirm";
import { CopyIcon } from "../../kit/copyable";
import { Panel, WithRail } from "../../kit/panel";
import { toast } from "../../kit/toast";
import { useNow } from "../../kit/use-now";
import { AdviceRail } from "./advice-rail";
import classes from "./clients.module.css";
import { RotateDialog } from "./rotate-dialog";
import { SecretDialog } from "./secret-dialog";

/** A retiring secret that was used so recently is still needed by somebody, in seconds. */
const QUIET = 3600;

export function CredentialsTab({ client }: { client: Client }) {
  const [issued, setIssued] = useState<IssuedSecret>();
  return (
    <WithRail railFirst rail={<AdviceRail client={client} />}>
      <Panel title={t("credentials.title")}>
        <div className={classes.credential}>
          <span className={classes.term}>{t("clients.idTerm")}</span>
          <span className={classes.monoText}>{client.clientId}</span>
          <CopyIcon text={client.clientId} what={t("clients.id")} />
        </div>
        {client.clientType === "public" ? (
          <p className={classes.quiet}>{t("credentials.public")}</p>
        ) : (
          <Secrets client={client} onIssued={setIssued} />
        )}
      </Panel>
      {issued && <SecretDialog issued={issued} onClose={() => setIssued(undefined)} />}
    </WithRail>
  );
}

function Secrets({ client, onIssued }: { client: Client; onIssued: (issued: IssuedSecret) => void }) {
  const [rotating, setRotating] = useState(false);
  return (
    <>
      {client.secrets.length === 0 && <p className={classes.quiet}>{t("credentials.none")}</p>}
      {client.secrets.map((secret, index) => (
        <SecretRow
          key={`${secret.createdAt} ${secret.retiring}`}
          client={client}
          secret={secret}
          number={index + 1}
        />
      ))}
      <Timeline secrets={client.secrets} />
      <Group gap="xs" mt="md">
        <Button variant="default" onClick={() => setRotating(true)}>
          {client.secrets.length === 0 ? t("credentials.make") : t("credentials.rotateMenu")}
        </Button>
      </Group>
      {rotating && <RotateDialog client={client} onIssued={onIssued} onClose={() => setRotating(false)} />}
    </>
  );
}

/** When a secret ends: in words, with the day. */
function Ends({ at }: { at: number | null }) {
  const now = useNow(10);
  if (at === null) return t("credentials.never");
  return (
    <>
      {at <= now ? t("credentials.expired") : t("credentials.expires")} {clock(at, now)}
    </>
  );
}

function SecretRow({ client, secret, number }: { client: Client; secret: SecretSummary; number: number }) {
  const now = useNow(10);
  const ended = secret.expiresAt !== null && secret.expiresAt <= now;
  return (
    <div className={classes.secret}>
      <div>
        <b>{t("credentials.secret", { number })}</b>{" "}
        {ended ? (
          <Chip tone="bad">{t("credentials.expired")}</Chip>
        ) : (
          <Chip tone={secret.retiring ? "wait" : "ok"}>
            {secret.retiring ? t("credentials.retiring") : t("credentials.current")}
          </Chip>
        )}
        <p className={classes.help}>
          {t("credentials.created")} <Ago at={secret.createdAt} /> ·{" "}
          {secret.lastUsedAt === null ? (
            t("credentials.neverUsed")
          ) : (
            <>
              {t("credentials.lastUsed")} <Ago at={secret.lastUsedAt} />
            </>
          )}{" "}
          · <Ends at={secret.expiresAt} />
        </p>
      </div>
      {secret.retiring && <Retire client={client} secret={secret} ended={ended} />}
    </div>
  );
}

/** The old secret can be retired when nobody has used it for an hour; before, only on purpose. */
function Retire({ client, secret, ended }: { client: Client; secret: SecretSummary; ended: boolean }) {
  const now = useNow(10);
  const retire = useCommandMutation("clients_retire_secret");
  const used = secret.lastUsedAt;
  const inUse = !ended && used !== null && now - used < QUIET;
  const end = async () => {
    const yes = await confirm({
      title: t("credentials.retireTitle"),
      body: inUse ? t("credentials.retireInUse") : t("credentials.retireBody"),
      action: t("credentials.retire"),
    });
    if (yes) retire.mutate({ id: client.id }, { onError: (error) => toast("bad", error.message) });
  };
  return (
    <div className={classes.retire}>
      <Button variant="default" size="compact-sm" loading={retire.isPending} disabled={inUse} onClick={end}>
        {t("credentials.retire")}
      </Button>
      {inUse && (
        <>
          <span className={classes.help}>
            {t("credentials.retireLocked", { ago: ago(used, Math.max(now, used)) })}
          </span>
          <Button variant="subtle" color="bad" size="compact-sm" onClick={end}>
            {t("credentials.retireAnyway")}
          </Button>
        </>
      )}
    </div>
  );
}

/** Both secrets on one line of time: when each was made, when each was last used. */
function Timeline({ secrets }: { secrets: SecretSummary[] }) {
  const now = useNow(10);
  if (secrets.length < 2) return null;
  const start = Math.min(...secrets.map((secret) => secret.createdAt));
  const whole = Math.max(1, now - start);
  const at = (moment: number) => `${Math.min(100, Math.max(0, ((moment - start) / whole) * 100))}%`;
  return (
    <div className={classes.timeline} aria-hidden>
      {[...secrets].reverse().map((secret) => (
        <div key={secret.createdAt} className={classes.lane}>
          <span
            className={classes.bar}
            data-retiring={secret.retiring || undefined}
            style={{
              left: at(secret.createdAt),
              right:
                secret.expiresAt !== null && secret.expiresAt < now
                  ? `calc(100% - ${at(secret.expiresAt)})`
                  : 0,
            }}
          />
          {secret.lastUsedAt !== null && (
            <span className={classes.use} style={{ left: at(secret.lastUsedAt) }} />
          )}
        </div>
      ))}
      <div className={classes.scale}>
        <Ago at={start} />
        <span>{t("credentials.now")}</span>
      </div>
    </div>
  );
}
