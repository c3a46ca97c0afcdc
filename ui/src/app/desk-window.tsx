import { Button, Modal, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { Navigate, Outlet, useLocation, useNavigate } from "react-router";
import type { DeskState, Home } from "../api/bindings";
import { problemsOf, useCommandMutation } from "../api/commands";
import { t } from "../i18n/i18n";
import { announce } from "../kit/announce";
import { Dot } from "../kit/chip";
import { DeskMode } from "../kit/desk";
import classes from "./desk-window.module.css";
import { paths } from "./paths";

const TOUCHES = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;

/** The window while it is locked to the desk: magic links and nothing else, cleared when nobody touches it. */
export function DeskWindow({ home, project, desk }: { home: Home; project: string; desk: DeskState }) {
  const location = useLocation();
  const navigate = useNavigate();
  const cache = useQueryClient();
  const [cleared, setCleared] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const clear = useCallback(() => {
    setLeaving(false);
    setCleared(true);
    navigate(paths.magicLinks(), { replace: true });
    // names and codes are not only covered but forgotten
    cache.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "home" });
    announce(t("desk.cleared"));
  }, [navigate, cache]);
  useIdle(desk.idleSeconds, clear);

  if (!location.pathname.startsWith(paths.magicLinks())) return <Navigate to={paths.magicLinks()} replace />;
  return (
    <DeskMode value={true}>
      <div className={classes.window}>
        <header className={classes.bar}>
          <strong>{project}</strong>
          <span>{t("desk.person", { person: desk.person })}</span>
          <span className={classes.state} role="status">
            <Dot tone={home.engine.running ? "ok" : "bad"} />
            {home.engine.running ? t("engine.running") : t("engine.stopped")}
          </span>
          <Button variant="default" size="xs" onClick={() => setLeaving(true)}>
            {t("desk.leave")}
          </Button>
        </header>
        <main className={classes.main} id="main" data-scroll tabIndex={-1}>
          {cleared ? <Cleared onBack={() => setCleared(false)} /> : <Outlet />}
        </main>
        <Modal opened={leaving} onClose={() => setLeaving(false)} title={t("desk.leaveTitle")}>
          <Leave />
        </Modal>
      </div>
    </DeskMode>
  );
}

/** Calls `idle` once nobody has touched the window for so long. */
function useIdle(seconds: number, idle: () => void) {
  const latest = useRef(idle);
  latest.current = idle;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const touched = () => {
      clearTimeout(timer);
      timer = setTimeout(() => latest.current(), seconds * 1000);
    };
    touched();
    for (const touch of TOUCHES) window.addEventListener(touch, touched, { passive: true });
    return () => {
      clearTimeout(timer);
      for (const touch of TOUCHES) window.removeEventListener(touch, touched);
    };
  }, [seconds]);
}

function Cleared({ onBack }: { onBack: () => void }) {
  return (
    <section className={classes.cleared} aria-label={t("desk.cleared")}>
      <h1>{t("desk.cleared")}</h1>
      <p>{t("desk.clearedBody")}</p>
      <Button size="md" autoFocus onClick={onBack}>
        {t("desk.back")}
      </Button>
    </section>
  );
}

/** An admin's password unlocks. */
function Leave() {
  const leave = useCommandMutation("desk_leave");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const problem = problemsOf(leave.error);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        leave.mutate({ email, password });
      }}
    >
      <Stack gap="md">
        <p className={classes.lead}>{t("desk.leaveBody")}</p>
        <TextInput
          label={t("desk.email")}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
          error={problem("email")}
          autoComplete="off"
          data-autofocus
        />
        <PasswordInput
          label={t("desk.password")}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={problem("password")}
          autoComplete="off"
        />
        {leave.error && leave.error.field === null && <p role="alert">{leave.error.message}</p>}
        <Button type="submit" loading={leave.isPending} disabled={!email || !password}>
          {t("desk.unlock")}
        </Button>
      </Stack>
    </form>
  );
}
