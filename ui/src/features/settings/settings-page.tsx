import {
  Button,
  NumberInput,
  Radio,
  SegmentedControl,
  Select,
  Switch,
  TextInput,
  useMantineColorScheme,
} from "@mantine/core";
import { type ReactNode, useDeferredValue, useState } from "react";
import { Link } from "react-router";
import type { RateLimits, Settings, SigningKeySummary } from "../../api/bindings";
import type { Req } from "../../api/call";
import { useCommand, useCommandMutation } from "../../api/commands";
import { paths } from "../../app/paths";
import { LANGUAGES, type Language, language, setLanguage, t } from "../../i18n/i18n";
import { day, span } from "../../i18n/time";
import { Ago } from "../../kit/ago";
import { Chip } from "../../kit/chip";
import { confirm } from "../../kit/confirm";
import { CopyValue } from "../../kit/copyable";
import { Facts } from "../../kit/facts";
import { Page } from "../../kit/page";
import { Column, Panel } from "../../kit/panel";
import { Answer } from "../../kit/states";
import { toast } from "../../kit/toast";
import { useNow } from "../../kit/use-now";
import { AllowedHosts } from "./allowed-hosts";
import { DeskPanel } from "./desk-panel";
import { DomainConfigurations } from "./domain-configurations";
import { LanPanel } from "./lan-panel";
import { masterKeyWords } from "./master-key-words";
import classes from "./settings.module.css";

export function SettingsPage() {
  const settings = useCommand("settings_get", {});
  return (
    <Page title={t("nav.settings")}>
      <Column>
        <Answer query={settings}>
          {(settings) => (
            <>
              <Project settings={settings} />
              <Words settings={settings} />
              <DeskPanel settings={settings} />
              <Engine settings={settings} />
              <Later>
                <LanPanel settings={settings} />
                <DomainConfigurations saved={settings.domainConfigurations ?? []} />
                <AllowedHosts />
                <Keys keys={settings.signingKeys} />
                <Rates key={JSON.stringify(settings.rateLimits)} saved={settings.rateLimits} />
                <Panel title={t("settings.data")}>
                  <p className={classes.lead}>{t("settings.dataHelp")}</p>
                  <Button variant="default" component={Link} to={paths.data()}>
                    {t("settings.data")}
                  </Button>
                </Panel>
              </Later>
            </>
          )}
        </Answer>
        <Later>
          <Appearance />
        </Later>
      </Column>
    </Page>
  );
}

/** What stands below the first panels is drawn right after them: nobody waits for what is not yet in sight. */
const Later = ({ children }: { children: ReactNode }) => useDeferredValue(true, false) && children;

/** A setting saves where it is. */
function useSave() {
  const update = useCommandMutation("settings_update");
  const save = (changes: Req<"settings_update">) =>
    update.mutate(changes, {
      onError: (error) => error.field === null && toast("bad", error.message),
      onSuccess: () => toast("ok", t("settings.saved")),
    });
  return { save, update };
}

function Project({ settings }: { settings: Settings }) {
  const saved = settings.project.name;
  const [name, setName] = useState(saved);
  const { save, update } = useSave();
  return (
    <Panel title={t("settings.project")}>
      <form
        className={classes.inline}
        onSubmit={(event) => {
          event.preventDefault();
          save({ projectName: name.trim() });
        }}
      >
        <TextInput
          label={t("setup.projectName")}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={update.error?.field === "projectName" ? update.error.message : undefined}
          maxLength={100}
        />
        <Button
          type="submit"
          variant="default"
          loading={update.isPending}
          disabled={name.trim() === saved || name.trim() === ""}
        >
          {t("kit.save")}
        </Button>
      </form>
      <p className={classes.help}>
        <CopyValue text={settings.project.id} what={t("settings.projectId")} />
      </p>
    </Panel>
  );
}

function Words({ settings }: { settings: Settings }) {
  const { save, update } = useSave();
  return (
    <Panel title={t("settings.refusals")}>
      <div className={classes.form}>
        <Radio.Group
          label={t("settings.dialect")}
          value={settings.project.dialect}
          onChange={(dialect) => save({ dialect })}
        >
          <div className={classes.choices}>
            <Radio value="rfc" label={t("settings.rfc")} description={t("settings.rfcHelp")} />
            <Radio value="medplum" label={t("settings.medplum")} description={t("settings.medplumHelp")} />
          </div>
        </Radio.Group>
        <Switch
          label={t("settings.replay")}
          description={t("settings.replayHelp")}
          checked={settings.revokeOnReplay}
          disabled={update.isPending}
          onChange={(event) => save({ revokeOnReplay: event.currentTarget.checked })}
        />
      </div>
    </Panel>
  );
}

function Engine({ settings: { engine, dataDir, masterKey } }: { settings: Settings }) {
  const facts: [string, ReactNode][] = [
    [t("settings.address"), <CopyValue key="base" text={engine.baseUrl} what={t("engine.address")} />],
    [t("settings.state"), engine.running ? t("engine.running") : (engine.problem ?? t("engine.stopped"))],
    [t("settings.dataDir"), <CopyValue key="dir" text={dataDir} what={t("settings.dataDir")} />],
    [t("settings.masterKeyLabel"), masterKeyWords(masterKey)],
    [t("settings.version"), engine.version],
  ];
  if (engine.tlsBaseUrl) {
    facts.splice(1, 0, [
      t("settings.tlsAddress"),
      <CopyValue key="tls" text={engine.tlsBaseUrl} what={t("engine.tlsAddress")} />,
    ]);
  }
  return (
    <Panel title={t("engine.label")}>
      <Facts of={facts} />
    </Panel>
  );
}

function Keys({ keys }: { keys: SigningKeySummary[] }) {
  const rotate = useCommandMutation("settings_rotate_key");
  const publish = useCommandMutation("settings_publish_key");
  const now = useNow(10);
  const next = (alg: string) => keys.find((key) => key.alg === alg && key.state === "next");
  const announce = (alg: string) =>
    publish.mutate(
      { alg },
      {
        onError: (error) => toast("bad", error.message),
        onSuccess: () => toast("ok", t("keys.published", { alg })),
      },
    );
  const run = async (alg: string) => {
    const ready = next(alg);
    const yes = await confirm({
      title: t("keys.rotateTitle", { alg }),
      body: ready
        ? t("keys.rotateReady", { span: span(Math.max(1, now - ready.createdAt)) })
        : t("keys.rotateUnknown"),
      action: t("keys.rotate", { alg }),
      harmless: true,
    });
    if (!yes) return;
    rotate.mutate(
      { alg },
      {
        onError: (error) => toast("bad", error.message),
        onSuccess: () => toast("ok", t("keys.rotated", { alg })),
      },
    );
  };
  const algs = [...new Set(keys.map((key) => key.alg))];
  return (
    <Panel title={t("keys.title")}>
      <p className={classes.lead}>{t("keys.lead")}</p>
      <table className={classes.keys}>
        <thead>
          <tr>
            <th scope="col">{t("keys.kid")}</th>
            <th scope="col">{t("keys.alg")}</th>
            <th scope="col">{t("keys.state")}</th>
            <th scope="col">{t("keys.created")}</th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key.kid}>
              <td>
                <CopyValue text={key.kid} shown={`${key.kid.slice(0, 14)}…`} what={t("keys.kid")} />
              </td>
              <td>{key.alg}</td>
              <td>
                <Chip tone={key.state === "current" ? "ok" : key.state === "next" ? "accent" : "plain"}>
                  {key.state === "current"
                    ? t("keys.current")
                    : key.state === "next"
                      ? t("keys.next")
                      : key.leavesAt === null
                        ? t("keys.previous")
                        : t("keys.leaves", { date: day(key.leavesAt) })}
                </Chip>
              </td>
              <td>
                <Ago at={key.createdAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className={classes.buttons}>
        {algs.map((alg) => (
          <Button key={alg} variant="default" loading={rotate.isPending} onClick={() => run(alg)}>
            {t("keys.rotate", { alg })}
          </Button>
        ))}
        {algs
          .filter((alg) => !next(alg))
          .map((alg) => (
            <Button key={alg} variant="subtle" loading={publish.isPending} onClick={() => announce(alg)}>
              {t("keys.publish", { alg })}
            </Button>
          ))}
      </div>
    </Panel>
  );
}

/** How many requests one address may send in a minute; 0 is no limit. */
function Rates({ saved }: { saved: RateLimits }) {
  const [limits, setLimits] = useState(saved);
  const { save, update } = useSave();
  const fields: [keyof RateLimits, string][] = [
    ["login", t("rates.login")],
    ["auth", t("rates.auth")],
    ["other", t("rates.other")],
  ];
  const unchanged = fields.every(([name]) => limits[name] === saved[name]);
  return (
    <Panel title={t("rates.title")}>
      <p className={classes.lead}>{t("rates.lead")}</p>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          save({ rateLimits: limits });
        }}
      >
        {fields.map(([name, label]) => (
          <NumberInput
            key={name}
            label={label}
            value={limits[name]}
            min={0}
            max={1_000_000}
            allowDecimal={false}
            clampBehavior="strict"
            maw={220}
            onChange={(value) => setLimits({ ...limits, [name]: typeof value === "number" ? value : 0 })}
          />
        ))}
        <div>
          <Button type="submit" variant="default" loading={update.isPending} disabled={unchanged}>
            {t("kit.save")}
          </Button>
        </div>
      </form>
    </Panel>
  );
}

function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Panel title={t("settings.appearance")}>
      <div className={classes.form}>
        <div>
          <div className={classes.label} id="theme">
            {t("settings.theme")}
          </div>
          <SegmentedControl
            aria-labelledby="theme"
            value={colorScheme}
            onChange={(scheme) => setColorScheme(scheme as typeof colorScheme)}
            data={[
              { value: "light", label: t("settings.light") },
              { value: "dark", label: t("settings.dark") },
              { value: "auto", label: t("settings.system") },
            ]}
          />
        </div>
        <Select
          label={t("settings.language")}
          data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
          value={language()}
          onChange={(next) => next && setLanguage(next as Language)}
          allowDeselect={false}
          maw={220}
        />
      </div>
    </Panel>
  );
}
