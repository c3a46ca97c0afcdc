/**
 * Whoever works by keyboard must not be sent back to the top of the window. A button that is pressed is disabled while its
 * command runs, a dialog goes with the button that opened the next one, a screen goes with the button that led on: each
 * time the focus would be lost. Here it goes back to what had it last, or to the content of the screen.
 */
import type { QueryClient } from "@tanstack/react-query";

/** So many are remembered: a dialog over a dialog over a list. */
const MOST = 12;
/** A dialog gives the focus back by itself, after its fade. */
const SETTLED_MS = 200;

export function keepFocus(cache: QueryClient): () => void {
  const had: HTMLElement[] = [];
  let place = location.hash.split("?")[0];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const restore = () => {
    if (document.activeElement !== null && document.activeElement !== document.body) return;
    const here = location.hash.split("?")[0];
    // never behind an open dialog
    const dialog = [...document.querySelectorAll<HTMLElement>('[role="dialog"][aria-modal="true"]')].at(-1);
    const within = (element: HTMLElement) => isThere(element) && (dialog?.contains(element) ?? true);
    const again = here === place ? had.findLast(within) : undefined;
    place = here;
    (again ?? dialog ?? document.getElementById("main"))?.focus({ preventScroll: true });
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(restore, SETTLED_MS);
  };
  const remember = ({ target }: FocusEvent) => {
    if (!(target instanceof HTMLElement) || target.id === "main") return;
    if (location.hash.split("?")[0] !== place) had.length = 0;
    place = location.hash.split("?")[0];
    had.push(target);
    if (had.length > MOST) had.shift();
  };

  document.addEventListener("focusin", remember);
  // a press by keyboard is a click, too
  document.addEventListener("click", soon);
  const forget = cache.getMutationCache().subscribe(soon);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("focusin", remember);
    document.removeEventListener("click", soon);
    forget();
  };
}

const isThere = (element: HTMLElement) => element.isConnected && !element.matches(":disabled");
