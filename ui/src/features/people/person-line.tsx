import type { PersonSummary } from "../../api/bindings";
import { t } from "../../i18n/i18n";
import { birthDate } from "../../i18n/time";
import classes from "./person-line.module.css";

const KINDS = {
  Patient: "people.patient",
  Practitioner: "people.practitioner",
  RelatedPerson: "people.relatedPerson",
} as const;

export const kindWords = (person: Pick<PersonSummary, "resourceType">): string =>
  t(KINDS[person.resourceType]);

/** A person with what tells two people of one name apart. */
export function PersonLine({ person }: { person: PersonSummary }) {
  const facts = [
    person.birthDate && t("people.born", { date: birthDate(person.birthDate) }),
    person.identifier,
    person.resourceType !== "Patient" && kindWords(person),
    !person.birthDate && !person.identifier && person.email,
  ].filter(Boolean);
  return (
    <span className={classes.line}>
      <b>{person.name}</b>
      <span>{facts.join(" · ")}</span>
    </span>
  );
}
