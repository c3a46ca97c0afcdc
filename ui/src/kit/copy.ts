import { t } from "../i18n/i18n";
import { announce } from "./announce";

/** Where the clipboard interface is refused (a page without focus, an old web view): the way of before. */
function copyBySelection(text: string): boolean {
  const holder = document.createElement("textarea");
  holder.value = text;
  holder.style.position = "fixed";
  holder.style.opacity = "0";
  document.body.append(holder);
  holder.select();
  const done = document.execCommand("copy");
  holder.remove();
  return done;
}

/** Copies and says so to screen readers. */
export async function copy(text: string, what: string): Promise<boolean> {
  const done = await navigator.clipboard.writeText(text).then(
    () => true,
    () => copyBySelection(text),
  );
  announce(done ? t("kit.copied", { what }) : t("kit.notCopied", { what }));
  return done;
}
