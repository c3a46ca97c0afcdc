import type { HandOver, MagicLink } from "../../api/bindings";
import { LANGUAGES, t } from "../../i18n/i18n";
import { clock } from "../../i18n/time";
import type { Tone } from "../../kit/chip";

/** The engine's limit of wrong PINs; shown, never enforced here. */
export const MOST_WRONG_PINS = 5;

export const isOutstanding = (link: MagicLink, now: number): boolean =>
  (link.state === "waiting" || link.state === "opened") && link.expiresAt > now;

/** The state now: a link that ran out a moment ago is not shown as alive until the engine says so. */
export const stateNow = (link: MagicLink, now: number): MagicLink["state"] =>
  (link.state === "waiting" || link.state === "opened") && link.expiresAt <= now ? "expired" : link.state;

const TONES: Record<MagicLink["state"], Tone> = {
  waiting: "wait",
  opened: "accent",
  redeemed: "ok",
  expired: "plain",
  revoked: "plain",
  locked: "bad",
  replaced: "plain",
};

export const stateTone = (link: MagicLink, now: number): Tone => TONES[stateNow(link, now)];

/** "waiting · PIN", "signed in 15:11", "locked after 5 PINs". */
export function stateWords(link: MagicLink, now: number): string {
  const at = (seconds: number | null) => clock(seconds ?? link.expiresAt, now);
  switch (stateNow(link, now)) {
    case "waiting":
      return link.pin ? t("link.waitingPin") : t("link.waiting");
    case "opened":
      return t("link.opened");
    case "redeemed":
      return t("link.redeemed", { time: at(link.redeemedAt) });
    case "expired":
      return t("link.expired", { time: at(link.expiresAt) });
    case "revoked":
      return t("link.revoked", { time: at(link.endedAt) });
    case "locked":
      return t("link.locked", { count: MOST_WRONG_PINS });
    case "replaced":
      return t("link.replaced", { time: at(link.endedAt) });
  }
}

/** "for a carer's phone · page in Español". */
export function forWords(link: MagicLink): string {
  const phone = link.phone === "carer" ? t("link.forCarer") : t("link.forOwn");
  if (!link.language) return phone;
  const language = LANGUAGES[link.language as keyof typeof LANGUAGES];
  return `${phone} · ${t("link.inLanguage", { language })}`;
}

const HAND_OVERS = {
  waiting: "handOver.waiting",
  take_home: "handOver.takeHome",
  api: "handOver.api",
} as const;

/** "at the desk", "printed". */
export const handOverWords = (handOver: HandOver): string => t(HAND_OVERS[handOver]);
