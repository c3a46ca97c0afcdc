/** What to do about a refusal, in the language of the screens. The engine says it in English; here are the other languages. */
import de from "./advice.de.json";
import es from "./advice.es.json";
import { type Language, language } from "./i18n";

const SENTENCES: Record<Language, Record<string, string>> = { en: {}, de, es };

/** The advice about a refusal; in English when there is no other. */
export const adviceOf = ({ name, advice }: { name: string; advice: string }): string =>
  SENTENCES[language()][name] ?? advice;
