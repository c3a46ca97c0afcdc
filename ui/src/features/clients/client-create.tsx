import { ActionIcon, Button, Checkbox, Group, Radio, TextInput } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import type { ClientType } from "../../api/bindings";
import { useCommandMutation } from "../../api/commands";
import { unsavedWords, useLeaveGuard } from "../../app/leave-guard";
import { paths } from "../../app/paths";
import { t } from "../../i18n/i18n";
import { roomFor } from "../../kit/button-in-field";
import { Chip } from "../../kit/chip";
import { Page } from "../../kit/page";
import { Column, Panel } from "../../kit/panel";
import { toast } from "../../kit/toast";
import { Remark } from "./advice-rail";
import { ClientCreated } from "./client-created";
import classes from "./clients.module.css";
import { checkRedirectUri } from "./redirect-uri";
import { SlipLine } from "./redirect-uris";
import { useLintNew } from "./use-lint";

/** In the user's words first, the protocol's in brackets. */
const CHOICES = [
  { type: "public", title: "create.public", why: "create.publicWhy", recommended: true },
  { type: "confidential", title: "create.confidential", why: "create.confidentialWhy", recommended: false },
  { type: "medplum", title: "create.medplum", why: "create.medplumWhy", recommended: false },
] as const;

/** Two questions on one page: where does it run, what is it called. Then its credentials. */
export function ClientCreatePage() {
  const create = useCommandMutation("clients_create");
  const [type, setType] = useState<ClientType>("public");
  const [name, setName] = useState("");
  const [uris, setUris] = useState<readonly string[]>([]);
  const [uri, setUri] = useState("");
  const [admin, setAdmin] = useState(false);
  useLeaveGuard(name !== "" && !create.isSuccess, unsavedWords());

  const slip = checkRedirectUri(uri, uris);
  const addUri = () => {
    if (uri === "" || slip?.refused) return false;
    setUris([...uris, uri]);
    setUri("");
    return true;
  };
  const advice = useLintNew({
    name: name.trim(),
    clientType: type,
    redirectUris: uri === "" || slip?.refused ? [...uris] : [...uris, uri],
    admin: admin && type !== "public",
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (slip?.refused) return;
    // what stands in the field was meant, whether or not "Add" was pressed
    const redirectUris = uri === "" ? [...uris] : [...uris, uri];
    create.mutate(
      { name: name.trim(), clientType: type, redirectUris, admin: admin && type !== "public" },
      { onError: (error) => error.field === null && toast("bad", error.message) },
    );
  };
  const problem = (field: string) =>
    create.error?.field === field || create.error?.field?.startsWith(`${field}[`)
      ? create.error.message
      : undefined;

  if (create.data) return <ClientCreated issued={create.data} />;
  return (
    <Page title={t("clients.createTitle")} breadcrumb={<Link to={paths.clients()}>{t("nav.clients")}</Link>}>
      <form onSubmit={submit}>
        <Column>
          <Panel title={t("create.where")}>
            <TypeChoice value={type} onChange={setType} />
          </Panel>
          <Panel title={t("create.details")}>
            <div className={classes.form}>
              <TextInput
                label={t("clients.name")}
                description={t("create.nameHelp")}
                placeholder={type === "public" ? "Patient app" : "Patient portal"}
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
                error={problem("name")}
                maxLength={100}
                required
              />
              <div>
                <div className={classes.label}>{t("create.redirect")}</div>
                {uris.map((added) => (
                  <Group key={added} gap={4} mb={4}>
                    <span className={classes.monoText}>{added}</span>
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      size="sm"
                      aria-label={t("redirect.removeOne", { uri: added })}
                      onClick={() => setUris(uris.filter((other) => other !== added))}
                    >
                      <IconX size={15} />
                    </ActionIcon>
                  </Group>
                ))}
                <TextInput
                  aria-label={t("redirect.add")}
                  placeholder={
                    type === "public" ? "http://127.0.0.1/callback" : "https://portal.example.org/callback"
                  }
                  value={uri}
                  onChange={(event) => setUri(event.currentTarget.value)}
                  onKeyDown={(event) => {
                    if (event.key === "Enter" && addUri()) event.preventDefault();
                  }}
                  error={problem("redirectUris") ?? slip?.refused}
                  classNames={{ input: classes.mono }}
                  autoComplete="off"
                  spellCheck={false}
                  rightSectionWidth={roomFor(t("redirect.addWord"))}
                  rightSection={
                    <Button
                      variant="default"
                      size="compact-sm"
                      disabled={uri === "" || slip?.refused}
                      onClick={addUri}
                    >
                      {t("redirect.addWord")}
                    </Button>
                  }
                />
                {slip && <SlipLine slip={slip} uri={uri} onFix={setUri} />}
                <p className={classes.help}>{t("create.redirectHelp")}</p>
              </div>
              {type !== "public" && (
                <Checkbox
                  label={t("clients.admin")}
                  description={t("clients.adminHelp")}
                  checked={admin}
                  onChange={(event) => setAdmin(event.currentTarget.checked)}
                />
              )}
            </div>
          </Panel>
          {advice.length > 0 && (
            <Panel title={t("create.lint")}>
              {advice.map((one) => (
                <Remark key={`${one.rule} ${one.values.join()}`} advice={one} />
              ))}
            </Panel>
          )}
          <Group gap="xs">
            <Button type="submit" loading={create.isPending} disabled={slip?.refused}>
              {t("clients.create")}
            </Button>
            <Button variant="default" component={Link} to={paths.clients()}>
              {t("kit.cancel")}
            </Button>
          </Group>
        </Column>
      </form>
    </Page>
  );
}

function TypeChoice({ value, onChange }: { value: ClientType; onChange: (type: ClientType) => void }) {
  return (
    <Radio.Group
      value={value}
      onChange={(type) => onChange(type as ClientType)}
      aria-label={t("create.where")}
    >
      <div className={classes.choices}>
        {CHOICES.map(({ type, title, why, recommended }) => (
          <Radio.Card key={type} value={type} className={classes.choice} aria-label={t(title)}>
            <span className={classes.choiceTitle}>
              <Radio.Indicator />
              {t(title)}
              {recommended && <Chip tone="plain">{t("create.recommended")}</Chip>}
            </span>
            <p>{t(why)}</p>
          </Radio.Card>
        ))}
      </div>
      <p className={classes.help}>{t("create.typeLater")}</p>
    </Radio.Group>
  );
}
