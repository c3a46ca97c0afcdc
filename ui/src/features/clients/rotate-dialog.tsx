import { Button, Group, Modal, NumberInput, Radio, Select } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { Client, IssuedSecret } from "../../api/bindings";
import { useCommandMutation } from "../../api/commands";
import { t, tn } from "../../i18n/i18n";
import { ago } from "../../i18n/time";
import { Dot } from "../../kit/chip";
import { toast } from "../../kit/toast";
import { useNow } from "../../kit/use-now";
import classes from "./clients.module.css";

const LIVES = [90, 180, 365] as const;
/** As the engine's bound: `crates/admin/src/commands/clients/secrets.rs`. */
const MOST_HOURS = 744;

type Old = "keep" | "hours" | "cut";

/** A new secret: what happens to the old one, and when the new one ends. */
export function RotateDialog({
  client,
  onIssued,
  onClose,
}: {
  client: Client;
  onIssued: (issued: IssuedSecret) => void;
  onClose: () => void;
}) {
  const rotate = useCommandMutation("clients_rotate_secret");
  const first = client.secrets.length === 0;
  const [old, setOld] = useState<Old>("keep");
  const [hours, setHours] = useState<number | string>(24);
  const [life, setLife] = useState("180");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    rotate.mutate(
      {
        id: client.id,
        overlap: old !== "cut",
        overlapHours: old === "hours" ? Number(hours) : undefined,
        expiresInDays: life === "" ? undefined : Number(life),
      },
      {
        onError: (error) => toast("bad", error.message),
        onSuccess: (issued) => {
          onClose();
          onIssued(issued);
        },
      },
    );
  };
  const leaked = old === "cut" && !first;
  const third = leaked ? -1 : client.secrets.findIndex((secret) => secret.retiring);
  return (
    <Modal opened onClose={onClose} title={t("credentials.rotateTitle", { client: client.name })} size="lg">
      <form onSubmit={submit} className={classes.form}>
        {!first && (
          <Radio.Group
            label={t("credentials.rotateLead")}
            value={old}
            onChange={(value) => setOld(value as Old)}
          >
            <div className={classes.choices}>
              <Radio value="keep" label={t("credentials.keepUntil")} />
              <Radio value="hours" label={t("credentials.keepHours")} />
              {old === "hours" && (
                <NumberInput
                  label={t("credentials.hours")}
                  value={hours}
                  onChange={setHours}
                  min={1}
                  max={MOST_HOURS}
                  maw={240}
                  required
                />
              )}
              <Radio
                value="cut"
                label={t("credentials.keepNot")}
                description={t("credentials.keepNotHelp")}
              />
            </div>
          </Radio.Group>
        )}
        {third >= 0 && <Third number={third + 1} lastUsedAt={client.secrets[third]?.lastUsedAt ?? null} />}
        <Select
          label={t("credentials.life")}
          description={t("credentials.lifeHelp")}
          data={[
            ...LIVES.map((days) => ({ value: String(days), label: tn("credentials.lifeDays", days) })),
            { value: "", label: t("credentials.lifeNever") },
          ]}
          value={life}
          onChange={(next) => setLife(next ?? "")}
          allowDeselect={false}
          maw={240}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t("kit.cancel")}
          </Button>
          <Button type="submit" color={leaked ? "bad" : "accent"} loading={rotate.isPending}>
            {t("credentials.make")}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}

/** Two secrets can work at a time: what a third one ends. */
function Third({ number, lastUsedAt }: { number: number; lastUsedAt: number | null }) {
  const now = useNow(10);
  const used =
    lastUsedAt === null
      ? t("credentials.thirdUnused")
      : t("credentials.thirdUsed", { ago: ago(lastUsedAt, now) });
  return (
    <p role="status" className={classes.third}>
      <Dot tone="wait" /> {t("credentials.third", { number, used })}
    </p>
  );
}
