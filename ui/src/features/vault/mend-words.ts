import { type Key, t } from "../../i18n/i18n";

const MENDS: Record<string, Key> = {
  allow_grant: "mend.allowGrant",
  make_first_party: "mend.firstParty",
  make_confidential: "mend.confidential",
  make_conformant: "mend.conformant",
  make_secret: "mend.secret",
  allow_refresh: "mend.allowRefresh",
  stop_rotation: "mend.stopRotation",
  link_client: "mend.linkClient",
  activate_person: "mend.person",
  create_connection: "mend.createConnection",
  connect_account: "mend.connect",
  ask_for_refresh_token: "mend.connectAgain",
  choose_account: "mend.chooseAccount",
  activate_connected_accounts: "mend.activate",
  enable_connection: "mend.enable",
};

/** What the button of a mend says. */
export const mendWords = (mend: string): string => {
  const key = MENDS[mend];
  return key ? t(key) : mend;
};
