import type { ConnectionSettings } from "../../api/bindings";

/** A provider one starts from: its strategy, and what of its settings is known. */
export type Preset = {
  /** As it is stored. */
  strategy: string;
  /** As the provider calls itself. */
  label: string;
  settings: Partial<ConnectionSettings>;
  /** Where the client ID comes from. */
  console: string | null;
};

export const PRESETS: readonly Preset[] = [
  {
    strategy: "google-oauth2",
    label: "Google",
    settings: { scopes: ["openid", "email", "https://www.googleapis.com/auth/calendar.readonly"] },
    console: "https://console.cloud.google.com/apis/credentials",
  },
  {
    strategy: "windowslive",
    label: "Microsoft",
    settings: { scopes: ["openid", "email", "offline_access", "Calendars.Read"] },
    console: "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps",
  },
  {
    strategy: "github",
    label: "GitHub",
    settings: { scopes: ["read:user"] },
    console: "https://github.com/settings/developers",
  },
  { strategy: "oidc", label: "OpenID Connect", settings: { scopes: ["openid"] }, console: null },
  { strategy: "oauth2", label: "OAuth 2.0", settings: {}, console: null },
];

/** What a strategy is called on screens. */
export const strategyWords = (strategy: string): string =>
  PRESETS.find((preset) => preset.strategy === strategy)?.label ?? strategy;
