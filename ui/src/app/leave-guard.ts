import { useEffect } from "react";
import { useBlocker } from "react-router";
import { t } from "../i18n/i18n";
import { confirm } from "../kit/confirm";

/** Asks before the page is left while `dirty`, whether by a link, by Back or by closing the window. */
export function useLeaveGuard(dirty: boolean, words: { title: string; body: string; action: string }) {
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => dirty && currentLocation.pathname !== nextLocation.pathname,
  );
  const { title, body, action } = words;
  useEffect(() => {
    if (blocker.state !== "blocked") return;
    confirm({ title, body, action }).then((leave) => (leave ? blocker.proceed() : blocker.reset()));
  }, [blocker, title, body, action]);
  useEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [dirty]);
}

/** The words for edits that are not saved. */
export const unsavedWords = () => ({
  title: t("leave.title"),
  body: t("leave.body"),
  action: t("leave.action"),
});
