/** Words of the playground: grants, steps, lanes, switches. */
import type { Lane, RunShown, StepView } from "../../api/bindings";
import {
  FEDERATED_CONNECTION_ACCESS_TOKEN,
  PRE_AUTHORIZED_CODE,
  TOKEN_EXCHANGE,
} from "../../api/grant-types";
import { isKey, t } from "../../i18n/i18n";
import type { Tone } from "../../kit/chip";

/** The grants in the order of the form; Medplum's own exchange last. */
export const GRANTS = [
  { value: "authorization_code", label: "playground.grantCode" },
  { value: "client_credentials", label: "playground.grantMachine" },
  { value: PRE_AUTHORIZED_CODE, label: "playground.grantLink" },
  { value: "refresh_token", label: "playground.grantRefresh" },
  { value: TOKEN_EXCHANGE, label: "playground.grantExchange" },
  { value: FEDERATED_CONNECTION_ACCESS_TOKEN, label: "playground.grantVault" },
  { value: "auth_exchange", label: "playground.grantMedplumExchange" },
] as const;

export const grantWords = (grant: string): string => {
  const known = GRANTS.find(({ value }) => value === grant);
  return known ? t(known.label) : grant;
};

/** What is done with tokens, in the order it is offered. */
export const THENS = [
  { value: "userinfo", label: "playground.thenUserinfo" },
  { value: "introspect", label: "playground.thenIntrospect" },
  { value: "refresh", label: "playground.thenRefresh" },
  { value: "revoke", label: "playground.thenRevoke" },
  { value: "logout", label: "playground.thenLogout" },
] as const;

const LANES: readonly Lane[] = ["app", "browser", "issuer"];

/** Who takes part: the provider only where it is asked. */
export const lanesOf = (run: RunShown): readonly Lane[] =>
  run.client.steps.some(({ to }) => to === "provider") ? [...LANES, "provider"] : LANES;

export const laneWords = (lane: Lane, run: RunShown): string => {
  if (lane === "app") return t("playground.laneApp");
  if (lane === "browser") return t("playground.laneBrowser");
  if (lane === "provider") return t("playground.laneProvider");
  return run.own ? t("playground.laneEngine") : t("playground.laneIssuer");
};

const plain = (name: string): string => name.replaceAll("_", " ");

export const switchWords = (name: string): string => {
  const key = `playgroundSwitch.${name}`;
  return isKey(key) ? t(key) : plain(name);
};

const RUN_TONES: Record<string, Tone> = { done: "ok", refused: "bad", failed: "bad", waiting: "wait" };

/** The color of how a run stands. */
export const runTone = (state: string): Tone => RUN_TONES[state] ?? "plain";

/** How a run stands, in a word. */
export const runStateWords = (state: string): string => {
  const key = `playgroundRun.${state}`;
  return isKey(key) ? t(key) : state;
};

/** What a step is, in words. */
export const stepTitle = (step: StepView): string => {
  const key = `playgroundStep.${step.name}`;
  return isKey(key) ? t(key) : plain(step.name);
};

/** What the client checked, in words. */
export const checkWords = (name: string): string => {
  const key = `playgroundCheck.${name}`;
  return isKey(key) ? t(key) : plain(name);
};

/** The meaning of a claim, in the catalogue's words where it has some. */
export const claimWords = (name: string, meaning: string): string => {
  const key = `playgroundClaim.${name}`;
  return isKey(key) ? t(key) : meaning;
};

/** What a step does, with what came of it. */
export function stepWords(step: StepView): string {
  const words = stepTitle(step);
  const sent = step.request ? `${step.request.start.split("?")[0]}` : words;
  if (step.answer && step.error) return `${sent} → ${step.status} ${step.error}`;
  if (step.answer) return `${sent} → ${step.status}`;
  if (step.error) return `${words}: ${step.error}`;
  return step.request ? sent : words;
}
