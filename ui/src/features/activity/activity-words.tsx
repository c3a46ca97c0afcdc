import type { ReactNode } from "react";
import { Link } from "react-router";
import type { ActivityEntry } from "../../api/bindings";
import { paths } from "../../app/paths";
import { isKey, t, tNamed } from "../../i18n/i18n";
import { Rich } from "../../i18n/rich";

/** An event as a sentence: who did what to whom. */
export function Sentence({ entry }: { entry: ActivityEntry }) {
  const key = `event.${entry.kind}`;
  const client: ReactNode = entry.clientId ? (
    <Link to={paths.client(entry.clientId)}>{entry.client ?? entry.clientId}</Link>
  ) : (
    <b>{entry.client ?? t("activity.someClient")}</b>
  );
  const values = {
    actor: <b>{entry.actor ?? t("activity.somebody")}</b>,
    subject: <b>{entry.subject ?? t("activity.somebodyObject")}</b>,
    client,
    refusal: <b>{entry.refusal ? tNamed("refusal", entry.refusal) : ""}</b>,
  };
  if (!isKey(key)) return tNamed("event", entry.kind);
  // a refusal whose client is not known has nothing to name
  if (entry.kind === "refused" && !entry.client && !entry.clientId) {
    return <Rich k="activity.refusedUnknown" values={values} />;
  }
  if (entry.kind === "token_issued" && !entry.subject)
    return <Rich k="activity.tokenForClient" values={values} />;
  return <Rich k={key} values={values} />;
}
