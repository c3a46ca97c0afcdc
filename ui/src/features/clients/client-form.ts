import { useState } from "react";
import type { Client, ClientChanges, ClientType, IdentityProvider } from "../../api/bindings";

export type ProviderForm = {
  userInfoUrl: string;
  authorizeUrl: string;
  tokenUrl: string;
  clientId: string;
  /** A new secret; the stored one is never shown. */
  clientSecret: string;
  useSubject: boolean;
  requireVerifiedEmail: boolean;
  jwksUrl: string;
  issuer: string;
  audience: string;
};

/** A client as its form shows it: an absent text is an empty one. */
export type ClientForm = {
  name: string;
  description: string;
  clientType: ClientType;
  postLogoutRedirectUris: string[];
  allowedOrigins: string[];
  launchUri: string;
  grantTypes: string[];
  pkceOptional: boolean;
  defaultScope: string[];
  jwksUri: string;
  accessTokenLifetime: string;
  refreshTokenLifetime: string;
  idTokenSignedResponseAlg: string;
  magicLinkTemplate: string;
  identityProvider: ProviderForm;
  accessPolicy: string;
  admin: boolean;
};

export function formOf(client: Client): ClientForm {
  const provider = client.identityProvider;
  return {
    name: client.name,
    description: client.description ?? "",
    clientType: client.clientType,
    postLogoutRedirectUris: client.postLogoutRedirectUris,
    allowedOrigins: client.allowedOrigins,
    launchUri: client.launchUri ?? "",
    grantTypes: client.grantTypes,
    pkceOptional: client.pkceOptional,
    defaultScope: client.defaultScope,
    jwksUri: client.jwksUri ?? "",
    accessTokenLifetime: client.accessTokenLifetime ?? "",
    refreshTokenLifetime: client.refreshTokenLifetime ?? "",
    idTokenSignedResponseAlg: client.idTokenSignedResponseAlg,
    magicLinkTemplate: client.magicLinkTemplate ?? "",
    identityProvider: {
      userInfoUrl: provider?.userInfoUrl ?? "",
      authorizeUrl: provider?.authorizeUrl ?? "",
      tokenUrl: provider?.tokenUrl ?? "",
      clientId: provider?.clientId ?? "",
      clientSecret: "",
      useSubject: provider?.useSubject ?? false,
      requireVerifiedEmail: provider?.requireVerifiedEmail ?? false,
      jwksUrl: provider?.jwksUrl ?? "",
      issuer: provider?.issuer ?? "",
      audience: provider?.audience ?? "",
    },
    accessPolicy: client.accessPolicy ?? "",
    admin: client.admin,
  };
}

export type Draft = Partial<ClientForm>;

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** What the engine is told: only what differs, in its own shape. */
export function changesOf({ identityProvider, ...draft }: Draft): ClientChanges {
  return identityProvider ? { ...draft, identityProvider: providerOf(identityProvider) } : draft;
}

/** The provider's settings in the engine's shape. An empty secret keeps the stored one. */
export function providerOf(provider: ProviderForm): IdentityProvider {
  const text = (value: string) => value || null;
  return {
    ...provider,
    authorizeUrl: text(provider.authorizeUrl),
    tokenUrl: text(provider.tokenUrl),
    clientId: text(provider.clientId),
    clientSecret: text(provider.clientSecret),
    hasClientSecret: false,
  };
}

/** How many fields differ; each member of the provider counts. */
export function countOf({ identityProvider, ...draft }: Draft, saved: ClientForm): number {
  const provider = identityProvider
    ? Object.entries(identityProvider).filter(
        ([name, value]) => value !== saved.identityProvider[name as keyof ProviderForm],
      ).length
    : 0;
  return Object.keys(draft).length + provider;
}

export type FormProps = {
  form: ClientForm;
  set: <F extends keyof ClientForm>(field: F, value: ClientForm[F]) => void;
  /** The engine's words about a field, after a refused save. */
  problem: (field: string) => string | undefined;
};

/** Edits over a saved client. A field that is set back is no edit; a client that changes elsewhere shows through. */
export function useDraft(client: Client) {
  const saved = formOf(client);
  const [draft, setDraft] = useState<Draft>({});
  const set: FormProps["set"] = (field, value) =>
    setDraft((before) => {
      const { [field]: _, ...others } = before;
      return same(value, saved[field]) ? (others as Draft) : { ...before, [field]: value };
    });
  return {
    form: { ...saved, ...draft },
    set,
    changes: changesOf(draft),
    count: countOf(draft, saved),
    discard: () => setDraft({}),
  };
}
