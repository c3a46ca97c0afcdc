import { isKey, t } from "../../i18n/i18n";

/** Where the master key is, in words. */
export function masterKeyWords(place: string): string {
  const key = `settings.masterKey.${place}`;
  return isKey(key) ? t(key) : place;
}
