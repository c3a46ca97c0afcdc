/** The catalogue: every visible string, in three languages. Keys are checked by the compiler and by a test. */

import { useSyncExternalStore } from "react";
import de from "./de.json";
import en from "./en.json";
import es from "./es.json";
import { numberFormat, pluralRules } from "./formats";

export type Key = keyof typeof en;
export type Language = "en" | "de" | "es";
export type Values = Record<string, string | number>;

/** A sentence whose number decides its form: `links_one`, `links_other`. */
type Counted<K extends string = Key> = K extends `${infer Stem}_other` ? Stem : never;
export type CountedKey = Counted;

export const LANGUAGES: Record<Language, string> = { en: "English", de: "Deutsch", es: "Español" };

const CATALOGUES: Record<Language, Record<Key, string>> = { en, de, es };
const STORED = "anteroom.language";

function preferred(): Language {
  const wanted = [localStorage.getItem(STORED) ?? "", ...navigator.languages.map((tag) => tag.slice(0, 2))];
  return wanted.find((tag): tag is Language => tag in LANGUAGES) ?? "en";
}

let current: Language = preferred();
const listeners = new Set<() => void>();
document.documentElement.lang = current;

export function setLanguage(language: Language) {
  current = language;
  localStorage.setItem(STORED, language);
  document.documentElement.lang = language;
  for (const listener of listeners) listener();
}

export const language = (): Language => current;

/** The language, for the one component that redraws everything when it changes. */
export const useLanguage = (): Language =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, language);

const fill = (sentence: string, values: Values): string =>
  sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));

/** The sentence of a key, its `{names}` replaced. */
export const t = (key: Key, values: Values = {}): string => fill(CATALOGUES[current][key], values);

/** The form of a sentence that fits a number; `{count}` is the number. */
export function tn(key: CountedKey, count: number, values: Values = {}): string {
  const one = pluralRules(current, {}).select(count) === "one";
  return t(`${key}_${one ? "one" : "other"}` as Key, { count: formatCount(count), ...values });
}

/** The sentence of a key the engine named; its name in plain words when the catalogue does not know it. */
export function tNamed(group: "event" | "refusal" | "check" | "method", name: string): string {
  const key = `${group}.${name}`;
  return key in en ? t(key as Key) : name.replaceAll(/[_-]/g, " ");
}

/** Whether the catalogue has a sentence under this key. */
export const isKey = (key: string): key is Key => key in en;

export const formatCount = (count: number): string => numberFormat(current, {}).format(count);
