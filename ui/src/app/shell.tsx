import { Tooltip, UnstyledButton } from "@mantine/core";
import { IconSearch, IconTerminal2 } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { NavLink, Outlet, useLocation, useNavigate } from "react-router";
import type { EngineState, Home } from "../api/bindings";
import { call, type DeepLink } from "../api/call";
import { useCommand } from "../api/commands";
import { useEvents } from "../api/events";
import { prefetchRows } from "../api/rows";
import { SetupPage } from "../features/setup/setup-page";
import { formatCount, t } from "../i18n/i18n";
import { Chip, Dot } from "../kit/chip";
import { CopyValue } from "../kit/copyable";
import { Failed, Loading } from "../kit/states";
import { toast } from "../kit/toast";
import { DeskWindow } from "./desk-window";
import { LeaveGuard } from "./leave-guard";
import { Palette } from "./palette";
import { paths } from "./paths";
import { SameCommand } from "./same-command-drawer";
import { MOD, SCREENS, type Screen } from "./screens";
import classes from "./shell.module.css";
import { Shortcuts, useShortcuts } from "./shortcuts";

/** Nothing tells the window when the listener dies, so it asks now and then. */
const ENGINE_POLL_MS = 5000;
/** After the first screen, not beside it. */
const PREFETCH_MS = 0;

/** A sign-in that came back from the browser, or a code to redeem: for the playground. Nothing else acts on it. */
function useReceive() {
  const navigate = useNavigate();
  return useCallback(
    async (link: DeepLink) => {
      // The code goes into a field of the playground; a person presses. It is in no address.
      if (link.kind === "magic_link") navigate(paths.playground({}), { state: { code: link.code } });
      if (link.kind !== "oauth_callback") return;
      const { state, code, iss, error, error_description: errorDescription } = link;
      const taken = await call("playground_return", { state, code, iss, error, errorDescription }).catch(
        () => null,
      );
      if (taken?.run) navigate(paths.playground({ run: taken.run }));
      else toast("plain", error ? t("deepLink.refused", { error }) : t("deepLink.unexpected"));
    },
    [navigate],
  );
}

export function Shell() {
  return (
    <>
      <LeaveGuard />
      <Inside />
    </>
  );
}

function Inside() {
  useEvents(useReceive());
  const home = useCommand("home_get", {}, { pollMs: ENGINE_POLL_MS });
  if (!home.data) {
    return (
      <div className={classes.alone}>
        {home.error ? (
          <Failed message={home.error.message} onRetry={() => home.refetch()} />
        ) : (
          <Loading rows={6} />
        )}
      </div>
    );
  }
  const { project, desk } = home.data;
  if (project === null) return <SetupPage />;
  return desk ? (
    <DeskWindow home={home.data} project={project.name} desk={desk} />
  ) : (
    <Window home={home.data} project={project.name} />
  );
}

/** The long lists are asked for once the first screen is drawn: whoever opens one waits for nothing. */
function usePrefetch() {
  const cache = useQueryClient();
  useEffect(() => {
    const timer = setTimeout(() => {
      prefetchRows(cache, "clients_list", { search: "", clientType: null, status: null });
      prefetchRows(cache, "people_list", { search: "", resourceType: null });
      prefetchRows(cache, "magic_links_list", { search: "", state: null });
    }, PREFETCH_MS);
    return () => clearTimeout(timer);
  }, [cache]);
}

function Window({ home, project }: { home: Home; project: string }) {
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const [command, setCommand] = useState(false);
  const navigate = useNavigate();
  const location = useLocation();
  const open = useCallback(
    (index: number) => {
      const screen = SCREENS[index];
      if (screen) navigate(screen.to);
    },
    [navigate],
  );
  useShortcuts({
    palette: () => setPalette(true),
    help: () => setHelp(true),
    command: () => setCommand(true),
    open,
  });
  usePrefetch();
  useEffect(() => {
    if (location.pathname) document.getElementById("main")?.scrollTo(0, 0);
  }, [location.pathname]);
  return (
    <div className={classes.window}>
      <button type="button" className={classes.skip} onClick={focusMain}>
        {t("nav.skip")}
      </button>
      <nav className={classes.nav} aria-label={t("nav.label")}>
        <div className={classes.project} title={project}>
          <span className={classes.word}>{project}</span>
          <span className={classes.initial} aria-hidden>
            {project.slice(0, 1)}
          </span>
        </div>
        {SCREENS.map((screen) => (
          <NavItem
            key={screen.to}
            screen={screen}
            badge={screen.name === "nav.magicLinks" ? home.outstandingLinks : 0}
          />
        ))}
        <UnstyledButton className={classes.find} onClick={() => setPalette(true)}>
          <span className="visually-hidden">{t("nav.find")}</span>
          <span className={classes.icon}>
            <IconSearch size={20} />
          </span>
          <span className={classes.word} aria-hidden>
            {t("nav.find")}
          </span>
          <kbd className={classes.word} aria-hidden>
            {MOD} K
          </kbd>
        </UnstyledButton>
        <UnstyledButton
          className={classes.command}
          onClick={() => setCommand(true)}
          aria-label={t("same.show")}
          aria-haspopup="dialog"
        >
          <IconTerminal2 size={18} />
          <span className={classes.word}>{t("same.show")}</span>
        </UnstyledButton>
        <Engine engine={home.engine} />
      </nav>
      <main className={classes.main} id="main" data-scroll tabIndex={-1}>
        <Outlet />
      </main>
      <Palette opened={palette} onClose={() => setPalette(false)} />
      <Shortcuts opened={help} onClose={() => setHelp(false)} />
      <SameCommand home={home} opened={command} onClose={() => setCommand(false)} />
    </div>
  );
}

/** A link to an anchor would change the hash, which is the router's. */
function focusMain() {
  document.getElementById("main")?.focus();
}

function NavItem({ screen, badge }: { screen: Screen; badge: number }) {
  const Icon = screen.icon;
  const name = t(screen.name);
  const label = badge > 0 ? t("nav.withOutstanding", { name, count: formatCount(badge) }) : name;
  return (
    <Tooltip label={label} position="right" classNames={{ tooltip: classes.narrowOnly }}>
      <NavLink to={screen.to} end={screen.to === "/"} className={classes.item}>
        {/* the name for screen readers, whatever is shown of it */}
        <span className="visually-hidden">{label}</span>
        <span className={classes.icon}>
          <Icon size={20} />
        </span>
        <span className={classes.word} aria-hidden>
          {name}
        </span>
        {badge > 0 && (
          <span className={classes.badge} aria-hidden>
            <Chip tone="wait">{formatCount(badge)}</Chip>
          </span>
        )}
      </NavLink>
    </Tooltip>
  );
}

function Engine({ engine }: { engine: EngineState }) {
  const state = engine.running ? t("engine.running") : t("engine.stopped");
  return (
    <section className={classes.engine} aria-label={t("engine.here")}>
      <Tooltip
        label={`${state} · ${engine.baseUrl}`}
        position="right"
        classNames={{ tooltip: classes.narrowOnly }}
      >
        <div className={classes.state} role="status">
          <Dot tone={engine.running ? "ok" : "bad"} />
          <span className={classes.word}>{state}</span>
        </div>
      </Tooltip>
      <div className={classes.word}>
        <CopyValue text={engine.baseUrl} what={t("engine.address")} />
      </div>
    </section>
  );
}
