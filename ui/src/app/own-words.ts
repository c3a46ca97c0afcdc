/** What the browser says about a field that is empty or too short, in the language of the screens instead of the system's. */
import { t } from "../i18n/i18n";

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

const isField = (target: EventTarget | null): target is Field =>
  target instanceof HTMLInputElement ||
  target instanceof HTMLTextAreaElement ||
  target instanceof HTMLSelectElement;

function wordsFor(field: Field): string {
  const { validity } = field;
  if (validity.valueMissing) return t(field.type === "radio" ? "field.choose" : "field.missing");
  if (validity.tooShort && "minLength" in field) {
    return t("field.tooShort", { least: field.minLength, count: field.value.length });
  }
  if (validity.typeMismatch && field.type === "email") return t("field.email");
  return "";
}

export function sayInOwnWords(): () => void {
  const invalid = ({ target }: Event) => {
    if (!isField(target)) return;
    target.setCustomValidity("");
    target.setCustomValidity(wordsFor(target));
  };
  const changed = ({ target }: Event) => isField(target) && target.setCustomValidity("");
  document.addEventListener("invalid", invalid, true);
  document.addEventListener("input", changed, true);
  return () => {
    document.removeEventListener("invalid", invalid, true);
    document.removeEventListener("input", changed, true);
  };
}
