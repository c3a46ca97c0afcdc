import { Button, Menu, Modal } from "@mantine/core";
import { IconDots, IconPrinter } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useNavigate, useParams } from "react-router";
import type { Card, MagicLink } from "../../api/bindings";
import { type CommandFailed, call } from "../../api/call";
import { useCommand } from "../../api/commands";
import { paths } from "../../app/paths";
import { t } from "../../i18n/i18n";
import { Chip } from "../../kit/chip";
import { copy } from "../../kit/copy";
import { CopyButton } from "../../kit/copyable";
import { useIsDesk } from "../../kit/desk";
import { Page } from "../../kit/page";
import { Answer, Empty, Failed, Loading } from "../../kit/states";
import { useNow } from "../../kit/use-now";
import { useLinkActions } from "./link-actions";
import { isOutstanding, stateTone, stateWords } from "./link-words";
import { PrintPanel } from "./print-panel";
import { Stage } from "./stage";

/** Under the events, which should be faster. */
const POLL_MS = 1000;

/** One link with its QR code, full screen, changing by itself when it is used. */
export function LinkStagePage() {
  const { id = "" } = useParams();
  const link = useCommand("magic_links_get", { id }, { pollMs: POLL_MS });
  return (
    <Answer query={link} rows={8}>
      {(link) => <WithCard key={link.id} link={link} />}
    </Answer>
  );
}

/**
 * The card holds a live code, so it is asked for once and forgotten when the page is left: its key is no noun's, and
 * no event asks for it again.
 */
function useCard(id: string) {
  return useQuery<Card, CommandFailed>({
    queryKey: ["card", id],
    queryFn: () => call("magic_links_show", { id }),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
}

function WithCard({ link }: { link: MagicLink }) {
  const card = useCard(link.id);
  const navigate = useNavigate();
  const actions = useLinkActions();
  const now = useNow();
  const [printing, setPrinting] = useState(false);
  const done = () => navigate(paths.magicLinks());
  useEscape(done);

  const alive = isOutstanding(link, now);
  return (
    <Page
      title={t("stage.title", { person: link.person })}
      beside={<Chip tone={stateTone(link, now)}>{stateWords(link, now)}</Chip>}
      actions={
        <>
          {alive && card.data && <LiveActions card={card.data} onPrint={() => setPrinting(true)} />}
          {alive && <More link={link} card={card.data} onRevoke={() => actions.revoke(link)} />}
          <Button variant="default" loading={actions.busy} onClick={() => actions.reissue(link)}>
            {t("stage.renew")}
          </Button>
          <Button onClick={done}>{t("stage.done")}</Button>
        </>
      }
    >
      {card.data ? (
        <>
          <Stage card={card.data} link={link} onRenew={() => actions.reissue(link)} />
          <Modal
            opened={printing && alive}
            onClose={() => setPrinting(false)}
            title={t("print.dialog", { person: link.personShort })}
            size={820}
          >
            <PrintPanel ids={[link.id]} expiresAt={link.expiresAt} language={link.language} />
          </Modal>
        </>
      ) : (
        <WithoutCard
          link={link}
          error={card.error}
          onRetry={() => card.refetch()}
          onRenew={() => actions.reissue(link)}
        />
      )}
    </Page>
  );
}

/** Escape is "Done", unless a dialog or a menu takes it. */
function useEscape(done: () => void) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const taken =
        event.defaultPrevented || document.querySelector('[role="dialog"], [role="menu"]') !== null;
      if (event.key === "Escape" && !taken) done();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [done]);
}

function LiveActions({ card, onPrint }: { card: Card; onPrint: () => void }) {
  return (
    <>
      <Button variant="default" leftSection={<IconPrinter size={16} />} onClick={onPrint}>
        {t("stage.print")}
      </Button>
      <CopyButton text={card.url} what={t("stage.link")} label={t("stage.copyLink")} />
    </>
  );
}

function More({ link, card, onRevoke }: { link: MagicLink; card: Card | undefined; onRevoke: () => void }) {
  const navigate = useNavigate();
  const isDesk = useIsDesk();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" aria-label={t("stage.more")} px={9}>
          <IconDots size={16} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {card && !isDesk && (
          <Menu.Item onClick={() => copy(card.command, t("stage.command"))}>
            {t("stage.copyCommand")}
          </Menu.Item>
        )}
        {!isDesk && (
          <Menu.Item onClick={() => navigate(paths.activity({ about: link.id }))}>
            {t("stage.activity")}
          </Menu.Item>
        )}
        <Menu.Item color="bad" onClick={onRevoke}>
          {t("stage.revoke")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

type WithoutProps = {
  link: MagicLink;
  error: CommandFailed | null;
  onRetry: () => void;
  onRenew: () => void;
};

/** The code is not here: still on its way, no longer in memory, or not to be had. */
function WithoutCard({ link, error, onRetry, onRenew }: WithoutProps) {
  const now = useNow();
  if (error === null) return <Loading rows={8} />;
  if (error.code !== "not_held") return <Failed message={error.message} onRetry={onRetry} />;
  const alive = isOutstanding(link, now);
  return (
    <Empty
      title={alive ? t("stage.notHeldTitle") : t("stage.overTitle", { state: stateWords(link, now) })}
      action={<Button onClick={onRenew}>{t("stage.reissue")}</Button>}
    >
      {alive ? t("stage.notHeldBody") : t("stage.overBody")}
    </Empty>
  );
}
