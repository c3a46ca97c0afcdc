import { UnstyledButton } from "@mantine/core";
import { Link } from "react-router";
import type { Board as BoardAnswer, LinkState, MagicLink } from "../../api/bindings";
import { paths } from "../../app/paths";
import { type Key, t } from "../../i18n/i18n";
import { clock, short } from "../../i18n/time";
import { Chip } from "../../kit/chip";
import { useIsDesk } from "../../kit/desk";
import { FilterChips } from "../../kit/filter-chips";
import { type Column, type Rows, RowTable } from "../../kit/row-table";
import { Empty, NoMatch } from "../../kit/states";
import { useNow } from "../../kit/use-now";
import classes from "./board.module.css";
import { useLinkActions } from "./link-actions";
import { handOverWords, isOutstanding, stateTone, stateWords } from "./link-words";

type BoardProps = {
  answer: BoardAnswer;
  rows: Rows<MagicLink>;
  state: LinkState | "";
  onState: (state: LinkState | "") => void;
};

const STATES: readonly { value: LinkState | ""; label: Key }[] = [
  { value: "", label: "board.all" },
  { value: "waiting", label: "link.waiting" },
  { value: "opened", label: "link.opened" },
  { value: "redeemed", label: "board.redeemed" },
  { value: "expired", label: "board.expired" },
  { value: "revoked", label: "board.revoked" },
  { value: "locked", label: "board.locked" },
  { value: "replaced", label: "board.replaced" },
];

/** All links with their state, live. */
export function Board({ answer, rows, state, onState }: BoardProps) {
  if (answer.total === 0 && state === "") {
    return <Empty title={t("board.emptyTitle")}>{t("board.emptyBody")}</Empty>;
  }
  return (
    <section aria-label={t("board.label")} className={classes.board}>
      <FilterChips
        label={t("board.filter")}
        options={STATES.map(({ value, label }) => ({ value, label: t(label) }))}
        value={state}
        onChange={onState}
      />
      {answer.total === 0 ? (
        <NoMatch onClear={() => onState("")} />
      ) : (
        <LinkTable rows={rows} label={t("board.label")} />
      )}
    </section>
  );
}

/** Links as rows: on the board, and on a person's page. */
export function LinkTable({
  rows,
  label,
  withPerson = true,
}: {
  rows: Rows<MagicLink>;
  label: string;
  withPerson?: boolean;
}) {
  const columns = linkColumns().filter((column) => withPerson || column.id !== "for");
  return <RowTable label={label} columns={columns} rows={rows} keyOf={(link) => link.id} />;
}

const linkColumns = (): Column<MagicLink>[] => [
  {
    id: "for",
    header: t("board.for"),
    width: "1.5fr",
    narrow: "1fr",
    cell: (link) => <For link={link} />,
  },
  {
    id: "state",
    header: t("board.state"),
    width: "196px",
    narrow: "178px",
    cell: (link) => <State link={link} />,
  },
  {
    id: "left",
    header: t("board.leftOrFrom"),
    width: "1.1fr",
    narrow: "92px",
    cell: (link) => <LeftOrFrom link={link} />,
  },
  {
    id: "handOver",
    header: t("board.handedOver"),
    width: "1.35fr",
    cell: (link) => handOverWords(link.handOver),
    optional: true,
  },
  {
    id: "issued",
    header: t("board.issuedBy"),
    width: "1.6fr",
    cell: (link) => <Issued link={link} />,
    optional: true,
  },
  {
    id: "actions",
    header: t("board.actions"),
    width: "256px",
    cell: (link) => <Actions link={link} />,
  },
];

/** The desk has no page of a person to go to. */
function For({ link }: { link: MagicLink }) {
  const isDesk = useIsDesk();
  return (
    <span>
      {isDesk ? (
        <span className={classes.name}>{link.person}</span>
      ) : (
        <Link to={paths.person(link.membershipId)} className={classes.person}>
          {link.person}
        </Link>
      )}
      {link.phone === "carer" && (
        <span className={classes.mute} title={t("link.forCarer")}>
          {" "}
          {t("link.carer")}
        </span>
      )}
    </span>
  );
}

function State({ link }: { link: MagicLink }) {
  const now = useNow();
  return <Chip tone={stateTone(link, now)}>{stateWords(link, now)}</Chip>;
}

/** How long the link still works; where it was redeemed, once it was. */
function LeftOrFrom({ link }: { link: MagicLink }) {
  const now = useNow();
  if (isOutstanding(link, now)) return short(link.expiresAt - now);
  if (link.redeemedFrom === null) return <span className={classes.mute}>–</span>;
  return <span title={link.redeemedFrom}>{link.redeemedFrom}</span>;
}

function Issued({ link }: { link: MagicLink }) {
  const now = useNow(10);
  return `${link.issuedBy}, ${clock(link.issuedAt, now)}`;
}

/** In one press: the old link says "replaced" from then on. */
function Reissue({ link }: { link: MagicLink }) {
  const actions = useLinkActions();
  return (
    <UnstyledButton
      onClick={() => actions.reissue(link)}
      disabled={actions.busy}
      aria-label={t("board.reissueFor", { person: link.person })}
    >
      {t("board.reissue")}
    </UnstyledButton>
  );
}

function Actions({ link }: { link: MagicLink }) {
  const now = useNow();
  const actions = useLinkActions();
  const isDesk = useIsDesk();
  const { person } = link;
  if (isOutstanding(link, now)) {
    return (
      <span className={classes.actions}>
        <Link to={paths.magicLink(link.id)} aria-label={t("board.showFor", { person })}>
          {t("board.show")}
        </Link>
        <span aria-hidden>·</span>
        <UnstyledButton onClick={() => actions.revoke(link)} aria-label={t("board.revokeFor", { person })}>
          {t("board.revoke")}
        </UnstyledButton>
        {link.handOver !== "api" && (
          <>
            <span aria-hidden>·</span>
            <Reissue link={link} />
          </>
        )}
      </span>
    );
  }
  return (
    <span className={classes.actions}>
      {link.state !== "redeemed" && link.state !== "replaced" && link.handOver !== "api" && (
        <>
          <Reissue link={link} />
          {!isDesk && <span aria-hidden>·</span>}
        </>
      )}
      {!isDesk && (
        <Link to={paths.activity({ about: link.id })} aria-label={t("board.activityFor", { person })}>
          {t("board.activity")}
        </Link>
      )}
    </span>
  );
}
