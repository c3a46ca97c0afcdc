// @medplum/core outside a browser.
// It names WebSocket while it is loaded, for subscriptions that no test uses; Node 20 has none. And it hashes its PKCE
// verifier only where there is a window; elsewhere it falls back to the method plain.
globalThis.WebSocket ??= class WebSocket {};
globalThis.window = globalThis;
globalThis.location = new URL("http://127.0.0.1:8999/callback");

const { ClientStorage, MedplumClient, MemoryStorage, OperationOutcomeError } = await import("@medplum/core");
export { OperationOutcomeError };

/** A client with a storage of its own, and the requests it sent. */
export function connect(baseUrl, { id: clientId, secret: clientSecret } = {}, more = {}) {
  const sent = [];
  const medplum = new MedplumClient({
    baseUrl,
    clientId,
    clientSecret,
    storage: new ClientStorage(new MemoryStorage()),
    fetch: (url, init) => {
      sent.push(`${init?.method ?? "GET"} ${new URL(url).pathname}`);
      return fetch(url, init);
    },
    ...more,
  });
  return { medplum, sent };
}
