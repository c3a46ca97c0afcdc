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

/** The choice of this desk, remembered. */
export function usePrintChoice(): [PrintChoice, (changes: Partial<PrintChoice>) => void] {
  const [choice, setChoice] = useState(remembered);
  return [
    choice,
    (changes) => {
      const next = { ...choice, ...changes };
      localStorage.setItem(STORED, JSON.stringify(next));
      setChoice(next);
    },
  ];
}

/** How far this place's clock is ahead of UTC at that time. */
export const utcOffsetMinutes = (at: number): number => -new Date(at * 1000).getTimezoneOffset();
