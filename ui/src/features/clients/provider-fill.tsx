import { Button, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { useCommand, useCommandMutation } from "../../api/commands";
import { t } from "../../i18n/i18n";
import { Panel } from "../../kit/panel";
import { AllowHost } from "./allow-host";
import type { ProviderForm } from "./client-form";
import classes from "./provider.module.css";
import { PRESETS } from "./provider-presets";

const DISCOVERY = "discovery";

/** Fills the provider's addresses: from its discovery document, or as those of a well-known one are called. */
export function ProviderFill({ onFill }: { onFill: (values: Partial<ProviderForm>) => void }) {
  const [chosen, setChosen] = useState(DISCOVERY);
  const [value, setValue] = useState("");
  const [filled, setFilled] = useState<string>();
  const discover = useCommandMutation("identity_provider_discover");
  const preset = PRESETS.find(({ id }) => id === chosen);
  const change = (next: string) => {
    setValue(next);
    setFilled(undefined);
    discover.reset();
  };
  const run = () => {
    if (preset) {
      onFill(preset.fill(value));
      setFilled(preset.name);
      return;
    }
    discover.mutate(
      { url: value.trim() },
      {
        onSuccess: (found) => {
          onFill({
            userInfoUrl: found.userInfoUrl ?? "",
            authorizeUrl: found.authorizeUrl ?? "",
            tokenUrl: found.tokenUrl ?? "",
            jwksUrl: found.jwksUrl ?? "",
            issuer: found.issuer,
          });
          setFilled(found.issuer);
        },
      },
    );
  };
  const part = preset
    ? preset.part
    : { label: "preset.issuer" as const, placeholder: "https://login.example.org" };
  return (
    <Panel title={t("preset.title")}>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          run();
        }}
      >
        <div className={classes.fill} data-part={part !== undefined || undefined}>
          <Select
            label={t("preset.which")}
            data={[
              { value: DISCOVERY, label: t("preset.discovery") },
              ...PRESETS.map(({ id, name }) => ({ value: id, label: name })),
            ]}
            value={chosen}
            onChange={(next) => {
              setChosen(next ?? DISCOVERY);
              change("");
            }}
            allowDeselect={false}
          />
          {part && (
            <TextInput
              label={t(part.label)}
              placeholder={part.placeholder}
              value={value}
              onChange={(event) => change(event.currentTarget.value)}
              error={discover.error?.message}
              classNames={{ input: classes.mono }}
              spellCheck={false}
              autoComplete="off"
            />
          )}
          <Button
            type="submit"
            variant="default"
            className={classes.besideField}
            loading={discover.isPending}
            disabled={part !== undefined && value.trim() === ""}
          >
            {t("preset.fill")}
          </Button>
        </div>
        {!preset && discover.error && <MaybeAllow address={value} onAllowed={run} />}
        {preset && <p className={classes.quiet}>{t(preset.note)}</p>}
        {filled !== undefined && (
          <p role="status" className={classes.quiet}>
            {t("preset.filled", { provider: filled })}
          </p>
        )}
      </form>
    </Panel>
  );
}

/** What is inside the own network, or speaks plain http, is called once it is allowed: here, where it was refused. */
function MaybeAllow({ address, onAllowed }: { address: string; onAllowed: () => void }) {
  const settings = useCommand("settings_get", {});
  const host = URL.parse(address.trim())?.host ?? "";
  const allowed = settings.data?.allowedOutboundHosts;
  if (host === "" || allowed === undefined || allowed.includes(host)) return null;
  return <AllowHost host={host} onAllowed={onAllowed} />;
}
