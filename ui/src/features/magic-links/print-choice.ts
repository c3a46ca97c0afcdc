import { useState } from "react";
import { language } from "../../i18n/i18n";

/** How sheets are printed at this desk. */
export type PrintChoice = {
  paper: "a4" | "letter";
  language: string;
  /** Empty for one language. */
  second: string;
  withName: boolean;
};

const STORED = "anteroom.desk.print";

/** Countries where office paper is US Letter. */
const LETTER = /-(US|CA|MX|CL|CO|PH)$/;

const usual = (): PrintChoice => ({
  paper: LETTER.test(navigator.language) ? "letter" : "a4",
  language: language(),
  second: "",
  withName: true,
});

function remembered(): PrintChoice {
  try {
    return { ...usual(), ...(JSON.parse(localStorage.getItem(STORED) ?? "{}") as Partial<PrintChoice>) };
  } catch {
    return usual();
  }
}

/** In the person's language, if one was chosen for them. */
function inLanguage(choice: PrintChoice, tag: string | null): PrintChoice {
  if (!tag || tag === choice.language) return choice;
  return { ...choice, language: tag, second: choice.second === tag ? "" : choice.second };
}

/** The choice of this desk, remembered; `personal` is the language that was chosen for the person. */
export function usePrintChoice(
  personal: string | null,
): [PrintChoice, (changes: Partial<PrintChoice>) => void] {
  const [choice, setChoice] = useState(() => inLanguage(remembered(), personal));
  return [
    choice,
    (changes) => {
      // what was chosen for one person is not what this desk usually prints
      localStorage.setItem(STORED, JSON.stringify({ ...remembered(), ...changes }));
      setChoice({ ...choice, ...changes });
    },
  ];
}

/** How far this place's clock is ahead of UTC at that time. */
export const utcOffsetMinutes = (at: number): number => -new Date(at * 1000).getTimezoneOffset();
