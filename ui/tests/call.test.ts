import { mockIPC } from "@tauri-apps/api/mocks";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

/** A fresh seam, which chooses its backend anew. */
const seam = async () => {
  vi.resetModules();
  return import("../src/api/call");
};

class FakeEventSource {
  static last: FakeEventSource;
  listeners = new Map<string, (event: { data: string }) => void>();
  closed = false;
  constructor(readonly url: string) {
    FakeEventSource.last = this;
  }
  addEventListener(name: string, listener: (event: { data: string }) => void) {
    this.listeners.set(name, listener);
  }
  close() {
    this.closed = true;
  }
}

afterEach(() => {
  vi.unstubAllEnvs();
  document.head.innerHTML = "";
  Reflect.deleteProperty(window, "__TAURI_INTERNALS__");
});

describe("in the desktop window", () => {
  test("a command goes through the one IPC command with its name and request", async () => {
    const calls: unknown[] = [];
    mockIPC((command, payload) => {
      calls.push([command, payload]);
      return { names: ["Staff"] };
    });
    const { call } = await seam();
    await expect(call("policies_list", {})).resolves.toEqual({ names: ["Staff"] });
    expect(calls).toEqual([["call", { name: "policies_list", request: {} }]]);
  });

  test("a refusal keeps its code, its words and its field", async () => {
    mockIPC(() => {
      throw { code: "invalid", message: "A name is needed.", field: "name" };
    });
    const { call } = await seam();
    const refused = call("clients_create", {
      name: "",
      clientType: "public",
      redirectUris: [],
      admin: false,
    });
    await expect(refused).rejects.toMatchObject({
      code: "invalid",
      message: "A name is needed.",
      field: "name",
    });
  });

  test("a refusal is said in the language of the screens, as it is now", async () => {
    const sentence = {
      template: "{uri}: {problem}",
      values: {
        uri: "x",
        problem: {
          template: 'The path cannot contain "{part}": write the character itself, or leave it out.',
          values: { part: "%41" },
        },
      },
    };
    const thrown: unknown[] = [
      { code: "invalid", message: "English.", field: null, sentence, refusal: null },
      { code: "invalid", message: "English.", field: null, sentence: null, refusal: "code_locked" },
      { code: "invalid", message: "English.", field: null, sentence: null, refusal: null },
      {
        code: "invalid",
        message: "English.",
        field: null,
        sentence: { template: "New: {a:?}.", values: { a: "b" } },
        refusal: null,
      },
    ];
    mockIPC(() => {
      throw thrown.shift();
    });
    const { call } = await seam();
    const { setLanguage } = await import("../src/i18n/i18n");
    const failures: Error[] = [];
    for (let left = thrown.length; left > 0; left -= 1)
      failures.push(await call("home_get", {}).catch((failure) => failure));
    const said = () => failures.map((failure) => failure.message);
    expect(said()).toEqual(["English.", "English.", "English.", "English."]);
    setLanguage("de");
    expect(said()).toEqual([
      "x: Der Pfad kann „%41“ nicht enthalten: Schreiben Sie das Zeichen selbst, oder lassen Sie es weg.",
      "Die PIN war fünfmal falsch: Geben Sie einen neuen Link aus.",
      "English.",
      'New: "b".',
    ]);
    setLanguage("en");
  });

  test("events reach the listener, and the page says that it listens", async () => {
    const { emit, listen } = await import("@tauri-apps/api/event");
    mockIPC(() => {}, { shouldMockEvents: true });
    const ready = vi.fn();
    await listen("ready", ready);
    const { subscribe } = await seam();
    const changed = vi.fn();
    const deepLink = vi.fn();
    const stop = subscribe({ changed, deepLink });
    await vi.waitFor(() => expect(ready).toHaveBeenCalledOnce());
    await emit("changed", { topic: "clients", id: "1" });
    await emit("deep-link", { kind: "open" });
    expect(changed).toHaveBeenCalledWith({ topic: "clients", id: "1" });
    expect(deepLink).toHaveBeenCalledWith({ kind: "open" });
    stop();
  });
});

describe("beside the engine", () => {
  beforeEach(() => {
    document.head.innerHTML = '<meta name="anteroom-backend" content="bridge">';
    vi.stubGlobal("EventSource", FakeEventSource);
  });

  const answer = (status: number, body: unknown) =>
    vi.stubGlobal(
      "fetch",
      vi.fn(async () => new Response(JSON.stringify(body), { status })),
    );

  test("a command is a POST of its request", async () => {
    answer(200, { names: [] });
    const { call } = await seam();
    await expect(call("policies_list", {})).resolves.toEqual({ names: [] });
    expect(fetch).toHaveBeenCalledWith(
      "/__call/policies_list",
      expect.objectContaining({ method: "POST", body: "{}" }),
    );
  });

  test("status 422 carries the refusal", async () => {
    answer(422, { code: "not_held", message: "No longer in memory.", field: null });
    const { call } = await seam();
    await expect(call("magic_links_show", { id: "1" })).rejects.toMatchObject({ code: "not_held" });
  });

  test("any other failure is unavailable, with a sentence", async () => {
    answer(502, {});
    const { call } = await seam();
    await expect(call("home_get", {})).rejects.toMatchObject({
      code: "unavailable",
      message: "The engine answered 502 to home_get.",
    });
  });

  test("events come from the stream until the listener stops", async () => {
    const { subscribe } = await seam();
    const changed = vi.fn();
    const stop = subscribe({ changed, deepLink: vi.fn() });
    await vi.waitFor(() => expect(FakeEventSource.last?.url).toBe("/__events"));
    FakeEventSource.last.listeners.get("changed")?.({ data: '{"topic":"people","id":null}' });
    expect(changed).toHaveBeenCalledWith({ topic: "people", id: null });
    stop();
    expect(FakeEventSource.last.closed).toBe(true);
  });

  test("a production build never falls back to the mock", async () => {
    document.head.innerHTML = "";
    vi.stubEnv("MODE", "production");
    answer(200, { names: ["from the engine"] });
    const { call } = await seam();
    await expect(call("policies_list", {})).resolves.toEqual({ names: ["from the engine"] });
  });
});

test("without an engine the mock answers", async () => {
  const { call } = await seam();
  const { names } = await call("policies_list", {});
  expect(names).toContain("Staff");
});
