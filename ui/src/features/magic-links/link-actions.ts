import { useNavigate } from "react-router";
import type { MagicLink } from "../../api/bindings";
import { useCommandMutation } from "../../api/commands";
import { paths } from "../../app/paths";
import { t } from "../../i18n/i18n";
import { confirm } from "../../kit/confirm";
import { toast } from "../../kit/toast";

/** What can be done with a link from any screen that shows it. */
export function useLinkActions() {
  const navigate = useNavigate();
  const revoke = useCommandMutation("magic_links_revoke");
  const reissue = useCommandMutation("magic_links_reissue");
  const failed = (error: Error) => toast("bad", error.message);

  return {
    busy: revoke.isPending || reissue.isPending,
    revoke: async (link: MagicLink) => {
      const yes = await confirm({
        title: t("link.revokeTitle", { person: link.person }),
        body: t("link.revokeBody"),
        action: t("link.revokeAction"),
      });
      if (yes) revoke.mutate({ id: link.id }, { onError: failed });
    },
    /** Issues a new link in place of this one and shows it. */
    reissue: (link: MagicLink) =>
      reissue.mutate(
        { id: link.id },
        { onError: failed, onSuccess: (card) => navigate(paths.magicLink(card.link.id)) },
      ),
  };
}
