import type { Card, MagicLink } from "../../api/bindings";
import { t } from "../../i18n/i18n";
import { Rich } from "../../i18n/rich";
import { fullMoment, span } from "../../i18n/time";
import classes from "./print-sheet.module.css";

/**
 * One page of paper: what this is, the code, until when. No birth date, no record number, and the PIN on a slip of its
 * own, to be cut off.
 */
export function PrintSheet({ card, link }: { card: Card; link: MagicLink }) {
  return (
    <section className={`${classes.sheet} always-light`} aria-hidden>
      <h1>{t("print.title", { client: link.clientName })}</h1>
      <p className={classes.for}>{t("print.for", { person: link.personShort })}</p>
      <ol>
        <li>{t("print.scan")}</li>
        {card.pin && <li>{t("print.pin")}</li>}
        <li>{t("print.press")}</li>
      </ol>
      <img src={`data:image/svg+xml,${encodeURIComponent(card.qrSvg)}`} alt="" className={classes.qr} />
      <p>
        <Rich k="print.typeAt" values={{ address: <b>{card.typedAt}</b> }} />
      </p>
      <p className={classes.typed}>{card.typedCode}</p>
      <p className={classes.until}>
        <Rich k="print.until" values={{ time: <b>{fullMoment(link.expiresAt)}</b> }} />
      </p>
      <p>{t("print.once", { span: span(link.sessionSeconds) })}</p>
      <p>{t("print.keep")}</p>
      {card.pin && (
        <footer className={classes.slip}>
          <span>✂</span>
          <p>
            <Rich k="print.slip" values={{ person: link.personShort, pin: <b>{card.pin}</b> }} />
          </p>
        </footer>
      )}
    </section>
  );
}
