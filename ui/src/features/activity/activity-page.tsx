import { Button, CloseButton, Select } from "@mantine/core";
import { IconShieldCheck } from "@tabler/icons-react";
import { useSearchParams } from "react-router";
import { useCommandMutation } from "../../api/commands";
import { t, tn } from "../../i18n/i18n";
import { Chip } from "../../kit/chip";
import { FilterChips } from "../../kit/filter-chips";
import { Page } from "../../kit/page";
import { toast } from "../../kit/toast";
import classes from "./activity.module.css";
import { ActivityLog } from "./activity-log";
import { EVENT_KINDS } from "./event-kinds";

type Filter = "kind" | "refused" | "about";

/** Every change and every token event. */
export function ActivityPage() {
  const [params, setParams] = useSearchParams();
  const kind = params.get("kind") ?? "";
  const about = params.get("about") ?? "";
  const refused = params.get("refused") === "1";
  const keep = (name: Filter, value: string) =>
    setParams(
      (before) => {
        if (value) before.set(name, value);
        else before.delete(name);
        return before;
      },
      { replace: true },
    );
  const filtered = kind !== "" || about !== "" || refused;
  return (
    <Page title={t("nav.activity")} beside={<span>{t("activity.live")}</span>} actions={<Verify />}>
      <div className={classes.tools}>
        <FilterChips
          label={t("activity.filter")}
          options={[
            { value: "", label: t("activity.all") },
            { value: "1", label: t("activity.refusalsOnly") },
          ]}
          value={refused ? "1" : ""}
          onChange={(next) => keep("refused", next)}
        />
        <Select
          aria-label={t("activity.kind")}
          placeholder={t("activity.anyKind")}
          data={EVENT_KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))}
          value={kind || null}
          onChange={(next) => keep("kind", next ?? "")}
          clearable
          searchable
          size="xs"
          w={240}
        />
        {about && (
          <span>
            <Chip>{t("activity.about", { id: `${about.slice(0, 13)}…` })}</Chip>
            <CloseButton size="xs" aria-label={t("activity.aboutAll")} onClick={() => keep("about", "")} />
          </span>
        )}
      </div>
      <ActivityLog
        filter={{ kind, refusedOnly: refused, about }}
        onClear={filtered ? () => setParams({}, { replace: true }) : undefined}
      />
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
