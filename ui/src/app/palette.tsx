import { Modal, useMantineColorScheme } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useCommand } from "../api/commands";
import { type Key, t } from "../i18n/i18n";
import { useOptions } from "../kit/use-options";
import classes from "./palette.module.css";
import { paths } from "./paths";
import { SCREENS } from "./screens";

type Entry = { id: string; group: Key; label: string; detail?: string; run: () => void };

const MOST = 6;

/** Finds anything: screens, actions, client applications and people. */
export function Palette({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal.Root opened={opened} onClose={onClose} padding={0} yOffset="12vh" centered={false} size={560}>
      <Modal.Overlay />
      <Modal.Content aria-label={t("palette.label")}>
        <Finder onClose={onClose} />
      </Modal.Content>
    </Modal.Root>
  );
}

const matches = (label: string, search: string) =>
  search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => label.toLowerCase().includes(word));

/** Screens and actions, those that match. */
function useFixedEntries(search: string): Entry[] {
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const screens = SCREENS.map(
    (screen): Entry => ({
      id: screen.to,
      group: "palette.screens",
      label: t(screen.name),
      run: () => navigate(screen.to),
    }),
  );
  const actions: [Key, () => void][] = [
    ["magicLinks.new", () => navigate(paths.magicLinks())],
    ["clients.create", () => navigate(paths.clientNew())],
    ["people.create", () => navigate(paths.personNew())],
    ["palette.refusals", () => navigate(paths.activity({ refused: "1" }))],
    ["palette.lint", () => navigate(paths.clientsLint())],
    ["palette.compare", () => navigate(paths.clientsCompare())],
    ["palette.deleted", () => navigate(paths.clientsDeleted())],
    ["palette.data", () => navigate(paths.data())],
    ["palette.light", () => setColorScheme("light")],
    ["palette.dark", () => setColorScheme("dark")],
    ["palette.auto", () => setColorScheme("auto")],
  ];
  return [
    ...screens,
    ...actions.map(([key, run]): Entry => ({ id: key, group: "palette.actions", label: t(key), run })),
  ].filter((entry) => matches(entry.label, search));
}

/** Client applications and people that match; nothing before something is typed. */
function useFound(search: string): Entry[] {
  const navigate = useNavigate();
  const enabled = search !== "";
  const clients = useCommand(
    "clients_list",
    { search, clientType: null, status: null, offset: 0, limit: MOST },
    { enabled, keepPrevious: true },
  );
  const people = useCommand(
    "people_list",
    { search, resourceType: null, offset: 0, limit: MOST },
    { enabled, keepPrevious: true },
  );
  if (!enabled) return [];
  return [
    ...(people.data?.items ?? []).map(
      (person): Entry => ({
        id: person.membershipId,
        group: "palette.people",
        label: person.name,
        detail: person.identifier ?? person.email ?? undefined,
        run: () => navigate(paths.person(person.membershipId)),
      }),
    ),
    ...(clients.data?.items ?? []).map(
      (client): Entry => ({
        id: client.id,
        group: "palette.clients",
        label: client.name,
        detail: client.clientId,
        run: () => navigate(paths.client(client.id)),
      }),
    ),
  ];
}

type Group = { group: Key; first: number; members: Entry[] };

/** Entries that follow each other and belong together; `first` is the place of the first among all. */
function groupsOf(entries: readonly Entry[]): Group[] {
  const groups: Group[] = [];
  for (const [index, entry] of entries.entries()) {
    const last = groups.at(-1);
    if (last?.group === entry.group) last.members.push(entry);
    else groups.push({ group: entry.group, first: index, members: [entry] });
  }
  return groups;
}

function Finder({ onClose }: { onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const [search] = useDebouncedValue(typed.trim(), 60);
  const fixed = useFixedEntries(typed.trim());
  const entries = [...fixed, ...useFound(search)];
  const options = useOptions("palette-list", entries, (entry) => {
    onClose();
    entry.run();
  });

  return (
    <div className={classes.palette}>
      <input
        {...options.field}
        className={classes.input}
        aria-label={t("palette.label")}
        placeholder={t("palette.placeholder")}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          options.reset();
        }}
        data-autofocus
      />
      <div
        role="listbox"
        id="palette-list"
        tabIndex={-1}
        aria-label={t("palette.results")}
        className={classes.list}
      >
        {groupsOf(entries).map(({ group, first, members }) => (
          // biome-ignore lint/a11y/useSemanticElements: a group of options, not a fieldset
          <div key={group} role="group" aria-label={t(group)}>
            <div className={classes.group} aria-hidden>
              {t(group)}
            </div>
            {members.map((entry, index) => (
              <div key={entry.id} {...options.optionProps(first + index)} className={classes.option}>
                <span>{entry.label}</span>
                {entry.detail && <span className={classes.detail}>{entry.detail}</span>}
              </div>
            ))}
          </div>
        ))}
      </div>
      {entries.length === 0 && <p className={classes.none}>{t("kit.noMatch")}</p>}
    </div>
  );
}
