/** What a command says, in the language of the screens. The engine says it in English; here are the other languages. */
import type { CommandError, Sentence, SentenceValue } from "../api/bindings";
import { adviceOf } from "./advice";
import { type Language, language } from "./i18n";
import de from "./sentences.de.json";
import es from "./sentences.es.json";

const SENTENCES: Record<Language, Record<string, string>> = { en: {}, de, es };

/** A reason inside a sentence is translated like the sentence around it. */
const said = (value: SentenceValue): string => (typeof value === "string" ? value : filled(value));

/** The sentence, its `{slots}` filled; in English when there is no other. */
function filled({ template, values }: Sentence): string {
  const words = SENTENCES[language()][template] ?? template;
  return words.replace(/\{(\w+)(:\?)?\}/g, (whole, name: string, quoted?: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return quoted ? JSON.stringify(said(value)) : said(value);
  });
}

/** What a command says when it cannot, in the language of the screens. English stays as the engine wrote it. */
export function saidBy({ message, sentence, refusal }: CommandError): string {
  if (language() === "en") return message;
  if (refusal) return adviceOf({ name: refusal, advice: message });
  return sentence ? filled(sentence) : message;
}
