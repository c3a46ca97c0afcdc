import { Button, CloseButton, Select, TextInput } from "@mantine/core";
import { IconShieldCheck } from "@tabler/icons-react";
import { useSearchParams } from "react-router";
import { useCommandMutation } from "../../api/commands";
import { t, tn } from "../../i18n/i18n";
import { Chip } from "../../kit/chip";
import { FilterChips } from "../../kit/filter-chips";
import { Page } from "../../kit/page";
import { toast } from "../../kit/toast";
import { ClientPicker } from "../clients/client-picker";
import { PersonSelect } from "../people/person-select";
import classes from "./activity.module.css";
import { Export } from "./activity-export";
import { ActivityLog } from "./activity-log";
import { EVENT_KINDS } from "./event-kinds";

type Filter = "kind" | "refused" | "about" | "person" | "client" | "from" | "until";

/** A day and time as the field writes it, in seconds; nothing while it is being typed. */
const seconds = (local: string): number | null => {
  const time = local === "" ? Number.NaN : new Date(local).getTime();
  return Number.isNaN(time) ? null : Math.floor(time / 1000);
};

/** Every change and every token event. */
export function ActivityPage() {
  const [params, setParams] = useSearchParams();
  const param = (name: Filter) => params.get(name) ?? "";
  const keep = (name: Filter, value: string) =>
    setParams(
      (before) => {
        if (value) before.set(name, value);
        else before.delete(name);
        return before;
      },
      { replace: true },
    );
  const about = param("about");
  const selection = {
    kind: param("kind"),
    refusedOnly: param("refused") === "1",
    // a link has no field of its own: its page leads here
    about: about || param("person"),
    client: param("client"),
    from: seconds(param("from")),
    until: seconds(param("until")),
  };
  const filtered = [...params.keys()].length > 0;
  const clear = () => setParams({}, { replace: true });
  return (
    <Page
      title={t("nav.activity")}
      beside={<span>{t("activity.live")}</span>}
      actions={
        <>
          <Export selection={selection} />
          <Verify />
        </>
      }
    >
      <div className={classes.tools}>
        <FilterChips
          label={t("activity.filter")}
          options={[
            { value: "", label: t("activity.all") },
            { value: "1", label: t("activity.refusalsOnly") },
          ]}
          value={selection.refusedOnly ? "1" : ""}
          onChange={(next) => keep("refused", next)}
        />
        <Select
          aria-label={t("activity.kind")}
          placeholder={t("activity.anyKind")}
          data={EVENT_KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))}
          value={selection.kind || null}
          onChange={(next) => keep("kind", next ?? "")}
          clearable
          searchable
          size="xs"
          w={200}
        />
        <ClientPicker
          label={t("activity.client")}
          value={selection.client}
          onChange={(id) => keep("client", id)}
          small
        />
        {about ? (
          <span>
            <Chip>{t("activity.about", { id: `${about.slice(0, 13)}…` })}</Chip>
            <CloseButton size="xs" aria-label={t("activity.aboutAll")} onClick={() => keep("about", "")} />
          </span>
        ) : (
          <PersonSelect value={param("person")} onChange={(id) => keep("person", id)} />
        )}
        {(["from", "until"] as const).map((name) => (
          <TextInput
            key={name}
            type="datetime-local"
            size="xs"
            leftSection={t(`activity.${name}`)}
            leftSectionWidth={52}
            aria-label={t(`activity.${name}`)}
            value={param(name)}
            onChange={(event) => keep(name, event.currentTarget.value)}
          />
        ))}
        {filtered && (
          <Button variant="subtle" size="compact-sm" onClick={clear}>
            {t("activity.clear")}
          </Button>
        )}
      </div>
      <ActivityLog filter={selection} onClear={filtered ? clear : undefined} />
    </Page>
  );
}

/** Walks the chain of hashes: is the log as it was written? */
function Verify() {
  const verify = useCommandMutation("activity_verify");
  const run = () =>
    verify.mutate(
      {},
      {
        onError: (error) => toast("bad", error.message),
        onSuccess: ({ checked, firstBad }) => {
          if (firstBad === null) toast("ok", tn("activity.verified", checked));
          else toast("bad", t("activity.broken", { number: firstBad }));
        },
      },
    );
  return (
    <Button
      variant="default"
      leftSection={<IconShieldCheck size={16} />}
      loading={verify.isPending}
      onClick={run}
    >
      {t("activity.verify")}
    </Button>
  );
}
