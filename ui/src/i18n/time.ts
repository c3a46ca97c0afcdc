/** Times in words. All of them take unix seconds, as the engine gives them. */
import { dateTimeFormat, numberFormat, relativeTimeFormat } from "./formats";
import { language, t } from "./i18n";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

const date = (at: number) => new Date(at * 1000);

/** The person's own variety of the language, where the system names one: `en-GB`, `de-AT`. */
const locale = (): string => navigator.languages.find((tag) => tag.startsWith(language())) ?? language();

const format = (at: number, options: Intl.DateTimeFormatOptions) =>
  dateTimeFormat(locale(), { hourCycle: "h23", ...options }).format(date(at));

const unit = (value: number, name: "second" | "minute" | "hour" | "day") =>
  numberFormat(locale(), { style: "unit", unit: name, unitDisplay: "long" }).format(value);

const isSameDay = (one: number, other: number) => date(one).toDateString() === date(other).toDateString();

/** `22 November 2026 at 15:42:10`, for the hover. */
export const absolute = (at: number): string => format(at, { dateStyle: "long", timeStyle: "medium" });

/** `15:42`, with the day in front when it is not today. */
export const clock = (at: number, now: number): string =>
  isSameDay(at, now)
    ? format(at, { hour: "2-digit", minute: "2-digit" })
    : format(at, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

/** `22 Nov 2026`. */
export const day = (at: number): string => format(at, { dateStyle: "medium" });

/** `today`, `yesterday`, then the date: the heading of a day. */
export function dayHeading(at: number, now: number): string {
  const back = [0, 1].find((days) => isSameDay(at, now - days * DAY));
  if (back === undefined) return day(at);
  const word = relativeTimeFormat(locale(), { numeric: "auto" }).format(-back, "day");
  return word.charAt(0).toLocaleUpperCase(locale()) + word.slice(1);
}

/** `12 Mar 1985` of an ISO date, which has no time zone. */
export const birthDate = (iso: string): string => {
  const parsed = new Date(`${iso}T00:00:00Z`);
  return Number.isNaN(parsed.getTime())
    ? iso
    : dateTimeFormat(locale(), { dateStyle: "medium", timeZone: "UTC" }).format(parsed);
};

/** `3 min ago`; a date when it is more than a month. */
export function ago(at: number, now: number): string {
  const seconds = Math.max(0, now - at);
  if (seconds < MINUTE) return t("time.justNow");
  if (seconds >= 30 * DAY) return day(at);
  const [size, name] =
    seconds < HOUR
      ? ([MINUTE, "minute"] as const)
      : seconds < DAY
        ? ([HOUR, "hour"] as const)
        : ([DAY, "day"] as const);
  const relative = relativeTimeFormat(locale(), { numeric: "auto", style: "short" });
  const words = relative.format(-Math.floor(seconds / size), name);
  // English needs no full stop after "min"
  return language() === "en" ? words.replace(".", "") : words;
}

/** `14 min`, `23 h`: time left on a board, rounded down so that it never promises too much. */
export function short(seconds: number): string {
  if (seconds < MINUTE) return t("time.seconds", { n: Math.max(0, Math.floor(seconds)) });
  if (seconds < HOUR) return t("time.minutes", { n: Math.floor(seconds / MINUTE) });
  if (seconds < 2 * DAY) return t("time.hours", { n: Math.floor(seconds / HOUR) });
  return t("time.days", { n: Math.floor(seconds / DAY) });
}

/** `14 minutes`, `one hour`: a span in words. */
export function span(seconds: number): string {
  if (seconds === HOUR) return t("time.oneHour");
  if (seconds < MINUTE) return unit(Math.max(0, Math.floor(seconds)), "second");
  if (seconds < HOUR || (seconds < 2 * HOUR && seconds % HOUR !== 0)) {
    return unit(Math.floor(seconds / MINUTE), "minute");
  }
  if (seconds <= 2 * DAY) return unit(Math.floor(seconds / HOUR), "hour");
  return unit(Math.floor(seconds / DAY), "day");
}

/** `281.7 MB` of so many bytes. */
export const megabytes = (bytes: number): string =>
  numberFormat(locale(), { style: "unit", unit: "megabyte", maximumFractionDigits: 1 }).format(bytes / 1e6);

/** `1.51`: a measure, with so many digits after the point. */
export const decimal = (value: number, digits: number): string =>
  numberFormat(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
