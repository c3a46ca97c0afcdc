/**
 * The one way to the engine, and the only file that imports Tauri.
 *
 * In the desktop window a command goes over Tauri's IPC, in a page served beside the engine over the loopback bridge,
 * and in development and tests to the mock backend, which no production build contains.
 */
import { invoke } from "@tauri-apps/api/core";
import { emit, listen } from "@tauri-apps/api/event";
import { t } from "../i18n/i18n";
import { saidBy } from "../i18n/sentences";
import type { Changed, Code, CommandError, Commands } from "./bindings";

export type Name = keyof Commands;
export type Req<N extends Name> = Commands[N]["request"];
export type Res<N extends Name> = Commands[N]["response"];

/** What the desktop passes on of an `anteroom://` link. */
export type DeepLink =
  | { kind: "open" }
  | { kind: "magic_link"; code: string }
  | {
      kind: "oauth_callback";
      state: string;
      code: string | null;
      iss: string | null;
      error: string | null;
      error_description: string | null;
    };

export type Listener = { changed: (change: Changed) => void; deepLink: (link: DeepLink) => void };

export type Backend = {
  call: (name: Name, request: unknown) => Promise<unknown>;
  /** Starts passing events on; the answer stops it. */
  listen: (listener: Listener) => () => void;
};

/** A command's refusal. Screens branch on `code`; `message` is for people, in the language the screens have now. */
export class CommandFailed extends Error {
  readonly code: Code;
  readonly field: string | null;

  constructor(error: CommandError) {
    super(error.message);
    this.name = "CommandFailed";
    this.code = error.code;
    this.field = error.field;
    Object.defineProperty(this, "message", { get: () => saidBy(error) });
  }
}

const isCommandError = (value: unknown): value is CommandError =>
  typeof value === "object" && value !== null && "code" in value && "message" in value;

/** Whatever was thrown, as a refusal. */
export function asFailure(thrown: unknown): CommandFailed {
  if (thrown instanceof CommandFailed) return thrown;
  if (isCommandError(thrown)) return new CommandFailed(thrown);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new CommandFailed({ code: "unavailable", message, field: null, sentence: null, refusal: null });
}

const tauri: Backend = {
  call: (name, request) => invoke("call", { name, request }),
  listen(listener) {
    const attached = Promise.all([
      listen<Changed>("changed", (event) => listener.changed(event.payload)),
      listen<DeepLink>("deep-link", (event) => listener.deepLink(event.payload)),
    ]);
    // links that came before the page listened wait for this word
    attached.then(() => emit("ready"));
    return () => {
      attached.then((detach) => {
        for (const stop of detach) stop();
      });
    };
  },
};

const bridge: Backend = {
  async call(name, request) {
    const response = await fetch(`/__call/${name}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
    });
    if (response.ok) return response.json();
    if (response.status === 422) throw await response.json();
    throw new Error(t("call.answered", { status: response.status, name }));
  },
  listen(listener) {
    const source = new EventSource("/__events");
    source.addEventListener("changed", (event) => listener.changed(JSON.parse(event.data)));
    source.addEventListener("deep-link", (event) => listener.deepLink(JSON.parse(event.data)));
    return () => source.close();
  },
};

/** Development and tests without an engine: the branch is cut out of production builds, and the mock with it. */
async function mock(): Promise<Backend> {
  if (import.meta.env.MODE !== "production") return (await import("../mock/backend")).mockBackend;
  return bridge;
}

function isBridged(): boolean {
  return (
    import.meta.env.VITE_BACKEND === "bridge" ||
    document.querySelector('meta[name="anteroom-backend"][content="bridge"]') !== null
  );
}

let chosen: Promise<Backend> | undefined;

function backend(): Promise<Backend> {
  chosen ??= (async () => {
    if ("__TAURI_INTERNALS__" in window) return tauri;
    return isBridged() ? bridge : mock();
  })();
  return chosen;
}

/** Runs a command. Fails with `CommandFailed` and nothing else. */
export async function call<N extends Name>(name: N, request: Req<N>): Promise<Res<N>> {
  try {
    return (await (await backend()).call(name, request)) as Res<N>;
  } catch (thrown) {
    throw asFailure(thrown);
  }
}

/** Passes the engine's events on until the answer is called. */
export function subscribe(listener: Listener): () => void {
  let stop: (() => void) | undefined;
  let stopped = false;
  backend().then((chosen) => {
    if (!stopped) stop = chosen.listen(listener);
  });
  return () => {
    stopped = true;
    stop?.();
  };
}
