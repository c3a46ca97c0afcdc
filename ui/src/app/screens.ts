import {
  IconActivity,
  IconApps,
  IconFlask,
  IconHome,
  IconKey,
  IconLink,
  IconLock,
  IconSettings,
  IconUsers,
} from "@tabler/icons-react";
import type { ComponentType } from "react";
import type { Key } from "../i18n/i18n";
import { paths } from "./paths";

export type Screen = { to: string; name: Key; icon: ComponentType<{ size: number }> };

/** The screens that exist, in the order of the navigation. */
export const SCREENS: readonly Screen[] = [
  { to: paths.home(), name: "nav.home", icon: IconHome },
  { to: paths.clients(), name: "nav.clients", icon: IconApps },
  { to: paths.people(), name: "nav.people", icon: IconUsers },
  { to: paths.magicLinks(), name: "nav.magicLinks", icon: IconLink },
  { to: paths.vault(), name: "nav.vault", icon: IconKey },
  { to: paths.playground(), name: "nav.playground", icon: IconFlask },
  { to: paths.accessPolicies(), name: "nav.accessPolicies", icon: IconLock },
  { to: paths.activity(), name: "nav.activity", icon: IconActivity },
  { to: paths.settings(), name: "nav.settings", icon: IconSettings },
];

/** What the shortcut key is called here. */
export const MOD = navigator.userAgent.includes("Mac") ? "⌘" : "Ctrl";
