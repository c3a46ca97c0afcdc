/** Identity providers that many have: what their endpoints are called, from the one value that differs. */
import type { Key } from "../../i18n/i18n";
import type { ProviderForm } from "./client-form";

/** What is asked for: a host, a tenant, or a whole address. */
type Part = { label: Key; placeholder: string };

export type Preset = {
  id: string;
  /** Its brand, the same in every language. */
  name: string;
  /** Absent where every address is the same for everybody. */
  part?: Part;
  fill: (value: string) => Partial<ProviderForm>;
  /** How people are matched there, and why. */
  note: Key;
};

/** `tenant.okta.com` of whatever was pasted. */
const host = (value: string) =>
  value
    .trim()
    .replace(/^https?:\/\//, "")
    .replace(/\/.*$/, "");
const address = (value: string) =>
  `https://${value
    .trim()
    .replace(/^https?:\/\//, "")
    .replace(/\/+$/, "")}`;

/** The provider says whether it verified the address. */
const BY_VERIFIED_EMAIL = { useSubject: false, requireVerifiedEmail: true };
/** Its e-mail claim can be changed by whoever runs the tenant. */
const BY_SUBJECT = { useSubject: true, requireVerifiedEmail: false };

const DOMAIN: Key = "preset.domain";

export const PRESETS: readonly Preset[] = [
  {
    id: "google",
    name: "Google",
    fill: () => ({
      userInfoUrl: "https://openidconnect.googleapis.com/v1/userinfo",
      authorizeUrl: "https://accounts.google.com/o/oauth2/v2/auth",
      tokenUrl: "https://oauth2.googleapis.com/token",
      jwksUrl: "https://www.googleapis.com/oauth2/v3/certs",
      issuer: "https://accounts.google.com",
      ...BY_VERIFIED_EMAIL,
    }),
    note: "preset.byEmail",
  },
  {
    id: "entra",
    name: "Microsoft Entra ID",
    part: { label: "preset.tenant", placeholder: "contoso.onmicrosoft.com" },
    fill: (tenant) => {
      const base = `https://login.microsoftonline.com/${encodeURIComponent(tenant.trim())}`;
      return {
        userInfoUrl: "https://graph.microsoft.com/oidc/userinfo",
        authorizeUrl: `${base}/oauth2/v2.0/authorize`,
        tokenUrl: `${base}/oauth2/v2.0/token`,
        jwksUrl: `${base}/discovery/v2.0/keys`,
        issuer: `${base}/v2.0`,
        ...BY_SUBJECT,
      };
    },
    note: "preset.bySubject",
  },
  {
    id: "okta",
    name: "Okta",
    part: { label: DOMAIN, placeholder: "clinic.okta.com" },
    fill: (value) => {
      const base = `https://${host(value)}`;
      return {
        userInfoUrl: `${base}/oauth2/v1/userinfo`,
        authorizeUrl: `${base}/oauth2/v1/authorize`,
        tokenUrl: `${base}/oauth2/v1/token`,
        jwksUrl: `${base}/oauth2/v1/keys`,
        issuer: base,
        ...BY_VERIFIED_EMAIL,
      };
    },
    note: "preset.byEmail",
  },
  {
    id: "auth0",
    name: "Auth0",
    part: { label: DOMAIN, placeholder: "clinic.eu.auth0.com" },
    fill: (value) => {
      const base = `https://${host(value)}`;
      return {
        userInfoUrl: `${base}/userinfo`,
        authorizeUrl: `${base}/authorize`,
        tokenUrl: `${base}/oauth/token`,
        jwksUrl: `${base}/.well-known/jwks.json`,
        issuer: `${base}/`,
        ...BY_VERIFIED_EMAIL,
      };
    },
    note: "preset.byEmail",
  },
  {
    id: "keycloak",
    name: "Keycloak",
    part: { label: "preset.realm", placeholder: "login.example.org/realms/clinic" },
    fill: (value) => {
      const base = address(value);
      const endpoint = (name: string) => `${base}/protocol/openid-connect/${name}`;
      return {
        userInfoUrl: endpoint("userinfo"),
        authorizeUrl: endpoint("auth"),
        tokenUrl: endpoint("token"),
        jwksUrl: endpoint("certs"),
        issuer: base,
        ...BY_VERIFIED_EMAIL,
      };
    },
    note: "preset.byEmail",
  },
  {
    id: "cognito",
    name: "Amazon Cognito",
    part: { label: DOMAIN, placeholder: "clinic.auth.eu-central-1.amazoncognito.com" },
    fill: (value) => {
      const base = `https://${host(value)}`;
      return {
        userInfoUrl: `${base}/oauth2/userInfo`,
        authorizeUrl: `${base}/oauth2/authorize`,
        tokenUrl: `${base}/oauth2/token`,
        jwksUrl: "",
        issuer: "",
        ...BY_SUBJECT,
      };
    },
    note: "preset.bySubject",
  },
];
