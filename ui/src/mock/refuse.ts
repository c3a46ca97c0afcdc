import type { Code, CommandError } from "../api/bindings";

/** A refusal as the engine would send it. */
export function refuse(code: Code, message: string, field: string | null = null): never {
  throw { code, message, field, sentence: null, refusal: null } satisfies CommandError;
}

/** Text that fails on purpose, so that every error can be seen by hand. */
export function sentinel(text: string, field: string | null = null) {
  if (text === "error-503")
    refuse("unavailable", "The engine is not open: the store is being checked. Try again in a moment.");
  if (text === "error-500")
    refuse("fault", "Something went wrong on our side. Quote 7f3a-19c2 when you report it.");
  if (text === "error-field")
    refuse("invalid", `"${text}" is taken by another one; choose another name.`, field);
  if (text === "error-409")
    refuse("conflict", "Somebody changed this meanwhile. Load it again, then repeat your change.");
}
