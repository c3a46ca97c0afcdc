/** Every address of the window. Links are built here and nowhere else. */

type Query = Record<string, string | undefined>;

const withQuery = (path: string, query: Query): string => {
  const set = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return set.length === 0 ? path : `${path}?${new URLSearchParams(set)}`;
};

const id = encodeURIComponent;

export const paths = {
  home: () => "/",
  clients: () => "/clients",
  clientNew: () => "/clients/new",
  clientsDeleted: () => "/clients/deleted",
  clientsLint: () => "/clients/check",
  clientsCompare: (query: { one?: string; other?: string } = {}) => withQuery("/clients/compare", query),
  client: (clientId: string, tab?: string) => withQuery(`/clients/${id(clientId)}`, { tab }),
  people: () => "/people",
  personNew: () => "/people/new",
  person: (membershipId: string) => `/people/${id(membershipId)}`,
  magicLinks: (query: { for?: string } = {}) => withQuery("/magic-links", query),
  magicLinkBatch: () => "/magic-links/batch",
  magicLink: (linkId: string) => `/magic-links/${id(linkId)}`,
  playground: (query: { client?: string; run?: string } = {}) => withQuery("/playground", query),
  accessPolicies: (query: { person?: string } = {}) => withQuery("/access-policies", query),
  accessPolicyNew: () => "/access-policies/new",
  accessPolicy: (policyId: string) => `/access-policies/${id(policyId)}`,
  vault: () => "/vault",
  apiNew: () => "/vault/apis/new",
  api: (apiId: string) => `/vault/apis/${id(apiId)}`,
  connectionNew: () => "/vault/connections/new",
  connection: (connectionId: string) => `/vault/connections/${id(connectionId)}`,
  ladder: (query: { person?: string; api?: string; client?: string; connection?: string } = {}) =>
    withQuery("/vault/ladder", query),
  activity: (query: { about?: string; refused?: "1" } = {}) => withQuery("/activity", query),
  settings: () => "/settings",
  data: () => "/settings/data",
};
