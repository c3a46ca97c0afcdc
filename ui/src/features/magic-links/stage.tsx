import { Button } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { Link } from "react-router";
import type { Card, MagicLink, Session } from "../../api/bindings";
import { useCommandMutation } from "../../api/commands";
import { paths } from "../../app/paths";
import { t, tn } from "../../i18n/i18n";
import { Rich } from "../../i18n/rich";
import { clock, span } from "../../i18n/time";
import { announce } from "../../kit/announce";
import { confirm } from "../../kit/confirm";
import { useIsDesk } from "../../kit/desk";
import { toast } from "../../kit/toast";
import { useNow } from "../../kit/use-now";
import { forWords, isOutstanding, MOST_WRONG_PINS, stateNow, stateWords } from "./link-words";
import classes from "./stage.module.css";
import { useHidden } from "./use-hidden";

/** The least a camera across a desk should get, in pixels. */
const QR_PX = 380;

/** Modules of margin on each side, which the engine's picture already has. */
const MARGIN_MODULES = 4;

/** Time left is read out at these moments only, in seconds. */
const ANNOUNCED_AT = [300, 60];

type Props = { card: Card; link: MagicLink; onRenew: () => void };

/** The white panel for the phone's camera and for the eyes of the person in front of the desk. */
export function Stage({ card, link, onRenew }: Props) {
  const now = useNow();
  const alive = isOutstanding(link, now);
  const [hidden, show] = useHidden();
  useAnnouncements(link, now);
  if (alive && hidden) {
    return (
      <section className={`${classes.stage} always-light`} aria-label={t("stage.label")}>
        <div className={classes.hidden}>
          <p className={classes.lead}>{t("stage.hidden")}</p>
          <Button size="md" onClick={show}>
            {t("stage.showAgain")}
          </Button>
        </div>
      </section>
    );
  }
  return (
    <section className={`${classes.stage} always-light`} aria-label={t("stage.label")}>
      <div className={classes.qr}>
        <Qr card={card} person={link.personShort} alive={alive} />
        {!alive && <Cover link={link} now={now} onRenew={onRenew} />}
      </div>
      {alive ? <Instructions card={card} link={link} now={now} /> : <Outcome link={link} now={now} />}
    </section>
  );
}

/** Whole pixels per module keep the edges sharp. */
function Qr({ card, person, alive }: { card: Card; person: string; alive: boolean }) {
  const modules = card.qrModules + 2 * MARGIN_MODULES;
  const size = Math.ceil(QR_PX / modules) * modules;
  return (
    <img
      className={classes.picture}
      src={`data:image/svg+xml,${encodeURIComponent(card.qrSvg)}`}
      width={size}
      height={size}
      alt={alive ? t("stage.qrAlt", { person }) : ""}
      data-covered={!alive || undefined}
    />
  );
}

function Instructions({ card, link, now }: { card: Card; link: MagicLink; now: number }) {
  const left = link.expiresAt - now;
  return (
    <div className={classes.words}>
      <div className={classes.name}>{link.personShort}</div>
      <p className={classes.mute}>{forWords(link)}</p>
      <p className={classes.lead}>{link.state === "opened" ? t("stage.opened") : t("stage.scan")}</p>
      <p className={classes.mute}>
        <Rich k="stage.typeAt" values={{ address: <b>{card.typedAt}</b> }} />
      </p>
      {/* biome-ignore lint/a11y/useSemanticElements: text read letter by letter, not a form's answer */}
      <div
        className={classes.typed}
        role="group"
        aria-label={t("stage.typedCode", { letters: card.typedCode.split("").join(" ") })}
      >
        <span aria-hidden>{card.typedCode}</span>
      </div>
      {card.pin && (
        <p className={classes.pin}>
          <Rich k="stage.pin" values={{ pin: <b>{card.pin}</b> }} />
        </p>
      )}
      <p className={classes.left} role="timer">
        <Rich
          k="stage.left"
          values={{
            left: <b>{t("stage.leftSpan", { span: span(left) })}</b>,
            until: (
              <span className={classes.mute}>{t("stage.until", { time: clock(link.expiresAt, now) })}</span>
            ),
          }}
        />
      </p>
      <p className={classes.mute}>
        {t("stage.once", { span: span(link.sessionSeconds), client: link.clientName })}
      </p>
      {link.wrongPins > 0 && (
        <p className={classes.warning}>{tn("stage.wrongPins", link.wrongPins, { most: MOST_WRONG_PINS })}</p>
      )}
      <Refused link={link} />
    </div>
  );
}

/** Covers the code the moment it is no use any more. */
function Cover({ link, now, onRenew }: { link: MagicLink; now: number; onRenew: () => void }) {
  const state = stateNow(link, now);
  if (state === "redeemed") {
    return (
      <div className={classes.cover} data-state="redeemed">
        <span className={classes.tick}>
          <IconCheck size={120} stroke={2.2} aria-hidden />
        </span>
        <span className={classes.verdict}>{t("stage.redeemed")}</span>
      </div>
    );
  }
  return (
    <div className={classes.cover} data-state={state}>
      <span className={classes.verdict}>{stateWords(link, now)}</span>
      <Button size="md" onClick={onRenew}>
        {t("stage.reissue")}
      </Button>
    </div>
  );
}

const AFTERWARDS = {
  expired: "stage.afterExpired",
  revoked: "stage.afterRevoked",
  locked: "stage.afterLocked",
  replaced: "stage.afterReplaced",
} as const;

/** What came out of it. */
function Outcome({ link, now }: { link: MagicLink; now: number }) {
  const state = stateNow(link, now);
  const isDesk = useIsDesk();
  if (state !== "redeemed") {
    return (
      <div className={classes.words}>
        <div className={classes.name}>{link.personShort}</div>
        <p className={classes.lead}>
          {state in AFTERWARDS && t(AFTERWARDS[state as keyof typeof AFTERWARDS])}
        </p>
        <Refused link={link} />
      </div>
    );
  }
  return (
    <div className={classes.words}>
      <div className={classes.name}>{link.personShort}</div>
      <dl className={classes.facts}>
        <Fact name={t("stage.signedIn")} value={clock(link.redeemedAt ?? now, now)} />
        <Fact name={t("stage.toClient")} value={link.clientName} />
        <Fact name={t("stage.forSpan")} value={span(link.sessionSeconds)} />
        {link.redeemedFrom && <Fact name={t("stage.from")} value={link.redeemedFrom} />}
      </dl>
      {isDesk ? null : link.session ? (
        <EndSession link={link} session={link.session} now={now} />
      ) : (
        <p className={classes.mute}>{t("stage.sessionOver")}</p>
      )}
      <Refused link={link} />
    </div>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function EndSession({ link, session, now }: { link: MagicLink; session: Session; now: number }) {
  const revoke = useCommandMutation("people_revoke_session");
  const end = async () => {
    const yes = await confirm({
      title: t("session.endTitle", { person: link.person }),
      body: t("session.endBody", { client: session.clientName }),
      action: t("session.end"),
    });
    if (!yes) return;
    revoke.mutate(
      { membershipId: link.membershipId, loginId: session.loginId },
      { onError: (error) => toast("bad", error.message), onSuccess: () => toast("ok", t("session.ended")) },
    );
  };
  return (
    <div className={classes.session}>
      <span>{t("stage.sessionUntil", { time: clock(session.expiresAt, now) })}</span>
      <Button variant="default" loading={revoke.isPending} onClick={end}>
        {t("session.endThis")}
      </Button>
    </div>
  );
}

/** Presentations that were turned away: a second scan, or somebody else's try. */
function Refused({ link }: { link: MagicLink }) {
  const isDesk = useIsDesk();
  if (link.refused === 0) return null;
  return (
    <p className={classes.warning}>
      {tn("stage.refused", link.refused)}{" "}
      {!isDesk && <Link to={paths.activity({ about: link.id })}>{t("stage.refusedWhy")}</Link>}
    </p>
  );
}

/** Says what others see: each change of state, and the time left at two fixed moments. */
function useAnnouncements(link: MagicLink, now: number) {
  const state = stateNow(link, now);
  const spoken = useRef(state);
  useEffect(() => {
    if (spoken.current === state) return;
    spoken.current = state;
    announce(`${link.personShort}: ${stateWords(link, now)}`);
  }, [state, link, now]);
  const left = link.expiresAt - now;
  useEffect(() => {
    if (ANNOUNCED_AT.includes(left)) announce(t("stage.leftSpan", { span: span(left) }));
  }, [left]);
}
