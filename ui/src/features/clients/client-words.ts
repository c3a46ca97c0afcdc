import type { ClientStatus, ClientType } from "../../api/bindings";
import { PRE_AUTHORIZED_CODE, TOKEN_EXCHANGE } from "../../api/grant-types";
import { t } from "../../i18n/i18n";
import type { Tone } from "../../kit/chip";

export const CLIENT_TYPES: readonly ClientType[] = ["public", "confidential", "medplum"];

const TYPES = {
  public: "clientType.public",
  confidential: "clientType.confidential",
  medplum: "clientType.medplum",
} as const;

export const typeWords = (type: ClientType): string => t(TYPES[type]);

export const statusWords = (status: ClientStatus): string =>
  t(status === "active" ? "clients.active" : "clients.off");

export const statusTone = (status: ClientStatus): Tone => (status === "active" ? "ok" : "bad");

/** The grants of the token endpoint, in the engine's order: `crates/oauth/src/grant_type.rs`. */
export const GRANT_TYPES = [
  { value: "authorization_code", key: "authorizationCode" },
  { value: "refresh_token", key: "refreshToken" },
  { value: "client_credentials", key: "clientCredentials" },
  { value: PRE_AUTHORIZED_CODE, key: "preAuthorizedCode" },
  { value: TOKEN_EXCHANGE, key: "tokenExchange" },
] as const;
