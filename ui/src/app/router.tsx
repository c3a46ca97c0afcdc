import { createHashRouter } from "react-router";
import { AccessPoliciesPage } from "../features/access-policies/access-policies-page";
import { AccessPolicyCreatePage, AccessPolicyPage } from "../features/access-policies/access-policy-page";
import { ActivityPage } from "../features/activity/activity-page";
import { ClientCreatePage } from "../features/clients/client-create";
import { ClientPage } from "../features/clients/client-page";
import { ClientsComparePage } from "../features/clients/clients-compare";
import { ClientsDeletedPage } from "../features/clients/clients-deleted";
import { ClientsLintPage } from "../features/clients/clients-lint";
import { ClientsPage } from "../features/clients/clients-page";
import { HomePage } from "../features/home/home-page";
import { BatchPage } from "../features/magic-links/batch-page";
import { LinkStagePage } from "../features/magic-links/link-stage-page";
import { MagicLinksPage } from "../features/magic-links/magic-links-page";
import { PeoplePage } from "../features/people/people-page";
import { PersonCreatePage } from "../features/people/person-create";
import { PersonPage } from "../features/people/person-page";
import { PlaygroundPage } from "../features/playground/playground-page";
import { DataPage } from "../features/settings/data-page";
import { SettingsPage } from "../features/settings/settings-page";
import { ApiCreatePage, ApiPage } from "../features/vault/api-page";
import { ConnectionCreatePage, ConnectionPage } from "../features/vault/connection-page";
import { LadderPage } from "../features/vault/ladder-page";
import { VaultPage } from "../features/vault/vault-page";
import { Broken, NotFound } from "./broken";
import { Shell } from "./shell";

/** The window's origin is fixed, so the address is kept behind the `#`. */
export const createRouter = () =>
  createHashRouter([
    {
      path: "/",
      Component: Shell,
      ErrorBoundary: Broken,
      children: [
        { index: true, Component: HomePage },
        { path: "clients", Component: ClientsPage },
        { path: "clients/new", Component: ClientCreatePage },
        { path: "clients/deleted", Component: ClientsDeletedPage },
        { path: "clients/check", Component: ClientsLintPage },
        { path: "clients/compare", Component: ClientsComparePage },
        { path: "clients/:id", Component: ClientPage },
        { path: "people", Component: PeoplePage },
        { path: "people/new", Component: PersonCreatePage },
        { path: "people/:membershipId", Component: PersonPage },
        { path: "magic-links", Component: MagicLinksPage },
        { path: "magic-links/batch", Component: BatchPage },
        { path: "magic-links/:id", Component: LinkStagePage },
        { path: "playground", Component: PlaygroundPage },
        { path: "access-policies", Component: AccessPoliciesPage },
        { path: "access-policies/new", Component: AccessPolicyCreatePage },
        { path: "access-policies/:id", Component: AccessPolicyPage },
        { path: "vault", Component: VaultPage },
        { path: "vault/apis/new", Component: ApiCreatePage },
        { path: "vault/apis/:id", Component: ApiPage },
        { path: "vault/connections/new", Component: ConnectionCreatePage },
        { path: "vault/connections/:id", Component: ConnectionPage },
        { path: "vault/ladder", Component: LadderPage },
        { path: "activity", Component: ActivityPage },
        { path: "settings", Component: SettingsPage },
        { path: "settings/data", Component: DataPage },
        { path: "*", Component: NotFound },
      ],
    },
  ]);
