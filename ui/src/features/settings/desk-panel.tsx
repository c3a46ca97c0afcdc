import { Button, NumberInput, Select, Switch, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Settings } from "../../api/bindings";
import { useCommand, useCommandMutation } from "../../api/commands";
import { t } from "../../i18n/i18n";
import { confirm } from "../../kit/confirm";
import { hidesOnBlur, setHidesOnBlur } from "../../kit/hides-on-blur";
import { Panel } from "../../kit/panel";
import { toast } from "../../kit/toast";
import classes from "./settings.module.css";

/** The desk: whom people call, what is hidden, and the lock. */
export function DeskPanel({ settings }: { settings: Settings }) {
  return (
    <Panel title={t("desk.title")}>
      <div className={classes.form}>
        <Phone saved={settings.deskPhone ?? ""} />
        <HideOnBlur />
        <Lock />
      </div>
    </Panel>
  );
}

function Phone({ saved }: { saved: string }) {
  const [phone, setPhone] = useState(saved);
  const update = useCommandMutation("settings_update");
  return (
    <form
      className={classes.inline}
      onSubmit={(event) => {
        event.preventDefault();
        update.mutate(
          { deskPhone: phone.trim() },
          {
            onError: (error) => error.field === null && toast("bad", error.message),
            onSuccess: () => toast("ok", t("settings.saved")),
          },
        );
      }}
    >
      <TextInput
        label={t("desk.phone")}
        description={t("desk.phoneHelp")}
        value={phone}
        onChange={(event) => setPhone(event.currentTarget.value)}
        error={update.error?.field === "deskPhone" ? update.error.message : undefined}
        maxLength={40}
        inputMode="tel"
      />
      <Button type="submit" variant="default" loading={update.isPending} disabled={phone.trim() === saved}>
        {t("kit.save")}
      </Button>
    </form>
  );
}

function HideOnBlur() {
  const [on, setOn] = useState(hidesOnBlur);
  return (
    <Switch
      label={t("desk.hide")}
      description={t("desk.hideHelp")}
      checked={on}
      onChange={(event) => {
        setOn(event.currentTarget.checked);
        setHidesOnBlur(event.currentTarget.checked);
      }}
    />
  );
}

const MINUTE = 60;

/** Locks the window; the way out needs an admin's password, so it is said before. */
function Lock() {
  const people = useCommand("people_list", {
    search: "",
    resourceType: "Practitioner",
    offset: 0,
    limit: 200,
  });
  const enter = useCommandMutation("desk_enter");
  const able = (people.data?.items ?? []).filter((person) => person.active && (person.desk || person.admin));
  const [chosen, setChosen] = useState<string | null>(null);
  const [minutes, setMinutes] = useState(2);
  const membershipId =
    chosen ?? able.find((person) => person.desk)?.membershipId ?? able[0]?.membershipId ?? null;
  const lock = async () => {
    if (membershipId === null) return;
    const yes = await confirm({
      title: t("desk.lockTitle"),
      body: t("desk.lockBody"),
      action: t("desk.lock"),
      harmless: true,
    });
    if (yes) {
      enter.mutate(
        { membershipId, idleSeconds: minutes * MINUTE },
        { onError: (error) => toast("bad", error.message) },
      );
    }
  };
  return (
    <div>
      <div className={classes.label}>{t("desk.mode")}</div>
      <p className={classes.lead}>{t("desk.modeHelp")}</p>
      <div className={classes.lock}>
        <Select
          label={t("desk.who")}
          data={able.map((person) => ({ value: person.membershipId, label: person.name }))}
          value={membershipId}
          onChange={setChosen}
          allowDeselect={false}
        />
        <NumberInput
          label={t("desk.idle")}
          value={minutes}
          onChange={(value) => setMinutes(Number(value) || 1)}
          min={1}
          max={60}
          allowDecimal={false}
          suffix=" min"
          w={170}
        />
        <Button
          variant="default"
          loading={enter.isPending}
          disabled={membershipId === null}
          onClick={() => lock()}
        >
          {t("desk.lock")}
        </Button>
      </div>
    </div>
  );
}
