import { Button } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconLink, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import type { PersonSummary, ResourceType } from "../../api/bindings";
import { useRows } from "../../api/rows";
import { paths } from "../../app/paths";
import { type Key, t, tn } from "../../i18n/i18n";
import { birthDate } from "../../i18n/time";
import { Chip } from "../../kit/chip";
import { FilterChips } from "../../kit/filter-chips";
import { Page } from "../../kit/page";
import { type Column, RowTable } from "../../kit/row-table";
import { SearchField } from "../../kit/search-field";
import { Answer, Empty, NoMatch } from "../../kit/states";
import classes from "./people.module.css";
import { kindWords } from "./person-line";

const DEBOUNCE_MS = 60;

const KINDS: readonly { value: ResourceType | ""; label: Key }[] = [
  { value: "", label: "people.all" },
  { value: "Patient", label: "people.patients" },
  { value: "Practitioner", label: "people.practitioners" },
  { value: "RelatedPerson", label: "people.relatedPeople" },
];

/** Everybody of the project, found while typing. */
export function PeoplePage() {
  const [params, setParams] = useSearchParams();
  const kind = (params.get("kind") ?? "") as ResourceType | "";
  const [search, setSearch] = useState(params.get("q") ?? "");
  const [asked] = useDebouncedValue(search.trim(), DEBOUNCE_MS);
  const people = useRows("people_list", { search: asked, resourceType: kind || null });

  const keep = (name: "q" | "kind", value: string) =>
    setParams(
      (before) => {
        if (value) before.set(name, value);
        else before.delete(name);
        return before;
      },
      { replace: true },
    );
  const find = (value: string) => {
    setSearch(value);
    keep("q", value);
  };
  const clear = () => {
    setSearch("");
    setParams({}, { replace: true });
  };

  return (
    <Page
      title={t("nav.people")}
      beside={people.answer && <span role="status">{tn("people.count", people.answer.total)}</span>}
      actions={
        <Button component={Link} to={paths.personNew()} leftSection={<IconPlus size={16} />}>
          {t("people.create")}
        </Button>
      }
    >
      <div className={classes.tools}>
        <SearchField
          label={t("people.search")}
          placeholder={t("people.searchPlaceholder")}
          value={search}
          onChange={find}
          autoFocus
        />
        <FilterChips
          label={t("people.kind")}
          options={KINDS.map(({ value, label }) => ({ value, label: t(label) }))}
          value={kind}
          onChange={(next) => keep("kind", next)}
        />
      </div>
      <Answer query={people.query} rows={8}>
        {({ total }) => {
          if (total > 0) {
            return (
              <RowTable
                label={t("nav.people")}
                columns={columns()}
                rows={people.rows}
                keyOf={(row) => row.membershipId}
              />
            );
          }
          return search || kind ? <NoMatch onClear={clear} /> : <NobodyYet />;
        }}
      </Answer>
    </Page>
  );
}

function NobodyYet() {
  return (
    <Empty
      title={t("people.emptyTitle")}
      action={
        <Button component={Link} to={paths.personNew()}>
          {t("people.create")}
        </Button>
      }
    >
      {t("people.emptyBody")}
    </Empty>
  );
}

const columns = (): Column<PersonSummary>[] => [
  {
    id: "name",
    header: t("people.name"),
    width: "2fr",
    cell: (person) => (
      <Link to={paths.person(person.membershipId)} className={classes.name}>
        {person.name}
      </Link>
    ),
  },
  { id: "kind", header: t("people.kind"), width: "1.5fr", cell: kindWords, optional: true },
  {
    id: "born",
    header: t("people.birthDate"),
    width: "116px",
    narrow: "132px",
    cell: (person) => (person.birthDate ? birthDate(person.birthDate) : "–"),
  },
  {
    id: "identifier",
    header: t("people.identifier"),
    width: "1.3fr",
    cell: (person) => <span className={classes.mono}>{person.identifier ?? "–"}</span>,
    optional: true,
  },
  {
    id: "rights",
    header: t("people.rights"),
    width: "190px",
    narrow: "160px",
    cell: (person) => <Rights person={person} />,
  },
  {
    id: "link",
    header: t("board.actions"),
    width: "150px",
    narrow: "166px",
    cell: (person) => <LinkButton person={person} />,
  },
];

/** Rights in words; a plain member has none to show. */
export function Rights({ person }: { person: PersonSummary }) {
  return (
    <span className={classes.rights}>
      {!person.active && <Chip tone="bad">{t("people.inactive")}</Chip>}
      {person.admin && <Chip>{t("people.admin")}</Chip>}
      {person.desk && <Chip tone="plain">{t("people.desk")}</Chip>}
    </span>
  );
}

/** The way to the desk with this person chosen. */
function LinkButton({ person }: { person: PersonSummary }) {
  if (!person.active) return null;
  return (
    <Link
      to={paths.magicLinks({ for: person.membershipId })}
      className={classes.hand}
      aria-label={t("people.linkFor", { person: person.name })}
    >
      <IconLink size={14} aria-hidden />
      {t("people.link")}
    </Link>
  );
}
