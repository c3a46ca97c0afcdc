import { useEffect } from "react";
import { useBlocker } from "react-router";
import { t } from "../i18n/i18n";
import { confirm } from "../kit/confirm";

type Words = { title: string; body: string; action: string };

/** What would be lost, in the order in which it came up: the newest is on top, and asks. */
const guards = new Map<symbol, Words>();

/** Asks before the page is left while `dirty`, whether by a link, by Back or by closing the window. */
export function useLeaveGuard(dirty: boolean, { title, body, action }: Words) {
  useEffect(() => {
    if (!dirty) return;
    const own = Symbol(title);
    guards.set(own, { title, body, action });
    return () => {
      guards.delete(own);
    };
  }, [dirty, title, body, action]);
}

/** The router takes one blocker, however many things on the page have something to lose: this one. */
export function LeaveGuard() {
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      guards.size > 0 && currentLocation.pathname !== nextLocation.pathname,
  );
  useEffect(() => {
    if (blocker.state !== "blocked") return;
    const words = [...guards.values()].at(-1);
    // what was to be lost has been saved in the meantime
    if (!words) return blocker.proceed();
    confirm(words).then((leave) => (leave ? blocker.proceed() : blocker.reset()));
  }, [blocker]);
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => guards.size > 0 && event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, []);
  return null;
}

/** The words for edits that are not saved. */
export const unsavedWords = (): Words => ({
  title: t("leave.title"),
  body: t("leave.body"),
  action: t("leave.action"),
});
