import { describe, expect, test } from "vitest";
import { paths } from "../src/app/paths";
import { linesOf } from "../src/app/same-command";
import { changesOf, countOf, formOf } from "../src/features/clients/client-form";
import { checkRedirectUri, OWN_REDIRECT_URI } from "../src/features/clients/redirect-uri";
import { lifetime } from "../src/features/clients/tab-tokens";
import { db } from "../src/mock/db";
import { read, sources } from "./sources";

describe("redirect URIs, as crates/oauth/src/redirect_uri.rs", () => {
  test.each([
    ["https://portal.example.org/callback", undefined, undefined],
    [OWN_REDIRECT_URI, undefined, undefined],
    ["org.example.app:/callback", undefined, undefined],
    ["http://127.0.0.1/callback", undefined, undefined],
    ["http://[::1]/callback", undefined, undefined],
    [" https://portal.example.org/cb", "whiteSpace", "https://portal.example.org/cb"],
    ["https://portal.example.org/cb#f", "fragment", "https://portal.example.org/cb"],
    ["https://*.example.org/cb", "wildcard", undefined],
    ["https://portal.example.org\\cb", "character", "https://portal.example.org/cb"],
    ["https://portal.example.org/%zz", "percentEncoding", undefined],
    ["portal.example.org/cb", "missingScheme", "https://portal.example.org/cb"],
    ["portal.example.org:8443/cb", "missingScheme", "https://portal.example.org:8443/cb"],
    ["localhost:3000/cb", "missingScheme", "http://localhost:3000/cb"],
    ["javascript:alert(1)", "reservedScheme", undefined],
    ["data:text/html,x", "reservedScheme", undefined],
    ["file:///etc/passwd", "reservedScheme", undefined],
    ["anteroom://elsewhere", "reservedScheme", OWN_REDIRECT_URI],
    ["HTTPS://portal.example.org/cb", "capitals", "https://portal.example.org/cb"],
    ["https://Portal.example.org/cb", "capitals", "https://portal.example.org/cb"],
    ["myapp:/callback", "schemeWithoutDot", undefined],
    ["org.example.app:callback", "missingSlash", "org.example.app:/callback"],
    ["http://portal.example.org/cb", "plainHttp", "https://portal.example.org/cb"],
    ["http://0.0.0.0:3000/cb", "plainHttp", "http://127.0.0.1:3000/cb"],
    ["https://u@portal.example.org/cb", "userInfo", "https://portal.example.org/cb"],
    ["https://portal.example.org./cb", "trailingDot", "https://portal.example.org/cb"],
    ["https://portal.example.org:0/cb", "port", undefined],
    ["https://portal.example.org:65536/cb", "port", undefined],
    ["https://portal.example.org:443/cb", "defaultPort", "https://portal.example.org/cb"],
    ["https://portal.example.org/a//b", "emptySegment", "https://portal.example.org/a/b"],
    ["https://portal.example.org/x/../cb", "dotSegment", undefined],
    ["https://portal.example.org/%63b", "encodedCharacter", "https://portal.example.org/cb"],
    ["https://portal.example.org", "notNormal", "https://portal.example.org/"],
    // two slips, one suggestion
    ["HTTP://Portal.example.org/cb#x", "fragment", "https://portal.example.org/cb"],
  ])("%s", (uri, rule, fix) => {
    const slip = checkRedirectUri(uri, []);
    expect([slip?.rule, slip?.fix]).toEqual([rule, fix]);
    expect(slip?.refused ?? true).toBe(true);
    if (fix) expect(checkRedirectUri(fix, [])?.refused ?? false).toBe(false);
  });

  test("what the engine takes but often disappoints is only advised against", () => {
    expect(checkRedirectUri("http://localhost:3000/cb", [])).toMatchObject({
      refused: false,
      rule: "localhost",
      fix: "http://127.0.0.1/cb",
    });
    expect(checkRedirectUri("http://127.0.0.1:3000/cb", [])).toMatchObject({
      refused: false,
      rule: "loopbackPort",
    });
    expect(checkRedirectUri("https://a.example/cb/", ["https://a.example/cb"])).toMatchObject({
      refused: false,
      rule: "slashTwin",
    });
  });

  test("the same address twice is refused", () => {
    expect(checkRedirectUri("https://a.example/cb", ["https://a.example/cb"])).toMatchObject({
      rule: "duplicate",
    });
  });
});

test.each([
  ["30m", 1800],
  ["1h", 3600],
  ["2w", 1_209_600],
  ["1y", 31_557_600],
  ["2y", undefined],
  ["0s", undefined],
  ["60", undefined],
  ["1 h", undefined],
  ["1H", undefined],
])("lifetime %s, as crates/oauth/src/lifetime.rs", (text, seconds) => {
  expect(lifetime(text)).toBe(seconds);
});

test("a draft sends what differs, and counts each member of the provider", () => {
  const client = db.clients[0];
  if (!client) throw new Error("the mock has clients");
  const saved = formOf(client);
  const identityProvider = { ...saved.identityProvider, useSubject: true, tokenUrl: "" };
  expect(countOf({ name: "New name", identityProvider }, saved)).toBe(3);
  const changes = changesOf({ name: "New name", identityProvider });
  expect(Object.keys(changes)).toEqual(["name", "identityProvider"]);
  expect(changes.identityProvider).toMatchObject({ tokenUrl: null, clientSecret: null, useSubject: true });
});

test("every address", () => {
  expect({
    home: paths.home(),
    clients: paths.clients(),
    clientNew: paths.clientNew(),
    clientsDeleted: paths.clientsDeleted(),
    clientsLint: paths.clientsLint(),
    clientsCompare: paths.clientsCompare({ one: "a", other: "b" }),
    client: paths.client("a/b", "quick-start"),
    people: paths.people(),
    personNew: paths.personNew(),
    person: paths.person("m 1"),
    magicLinks: paths.magicLinks(),
    magicLinksFor: paths.magicLinks({ for: "m1" }),
    magicLink: paths.magicLink("l1"),
    activity: paths.activity({ about: "l1", refused: "1" }),
    settings: paths.settings(),
    data: paths.data(),
  }).toMatchInlineSnapshot(`
    {
      "activity": "/activity?about=l1&refused=1",
      "client": "/clients/a%2Fb?tab=quick-start",
      "clientNew": "/clients/new",
      "clients": "/clients",
      "clientsCompare": "/clients/compare?one=a&other=b",
      "clientsDeleted": "/clients/deleted",
      "clientsLint": "/clients/check",
      "data": "/settings/data",
      "home": "/",
      "magicLink": "/magic-links/l1",
      "magicLinks": "/magic-links",
      "magicLinksFor": "/magic-links?for=m1",
      "people": "/people",
      "person": "/people/m%201",
      "personNew": "/people/new",
      "settings": "/settings",
    }
  `);
});

describe("who may know whom", () => {
  const imports = (text: string) => [...text.matchAll(/from "([^"]+)"/g)].map((found) => found[1] ?? "");
  const offenders = (folder: string, forbidden: RegExp, except: string[] = []) =>
    sources(folder)
      .filter(({ path }) => !except.includes(path))
      .flatMap(({ path, text }) =>
        imports(text)
          .filter((name) => forbidden.test(name))
          .map((name) => `${path}: ${name}`),
      );

  test("only call.ts imports Tauri", () => {
    expect(offenders("src", /@tauri-apps/, ["src/api/call.ts"])).toEqual([]);
  });

  test("kit knows neither router nor API nor features", () => {
    expect(offenders("src/kit", /react-router|\/api\/|\/features\/|\/app\//)).toEqual([]);
  });

  test("nothing but the seam reaches for the mock", () => {
    const reaching = sources("src").filter(
      ({ path, text }) => !path.startsWith("src/mock/") && text.includes("/mock/"),
    );
    expect(reaching.map(({ path }) => path)).toEqual(["src/api/call.ts"]);
  });
});

describe("contrast of text on its ground is at least 4.5:1", () => {
  const css = read("src/app/tokens.css");
  const block = (selector: string) => {
    const body = css.slice(css.indexOf(selector)).split("}")[0] ?? "";
    return Object.fromEntries(
      [...body.matchAll(/--a-([a-z-]+): (#[0-9a-f]{6})/g)].map((found) => [found[1], found[2]]),
    );
  };
  const luminance = (hex: string) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5]
      .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
      .map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one: string, other: string) => {
    const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const PAIRS = [
    ["ink", "bg"],
    ["ink", "panel"],
    ["ink", "hover"],
    ["mute", "bg"],
    ["mute", "panel"],
    ["mute", "hover"],
    ["accent", "bg"],
    ["accent", "panel"],
    ["accent", "accent-weak"],
    ["mute", "accent-weak"],
    ["wait", "wait-weak"],
    ["wait", "panel"],
    ["ok", "ok-weak"],
    ["bad", "bad-weak"],
    ["bad", "panel"],
    ["bad", "bg"],
    ["on-accent", "accent"],
    ["on-bad", "bad"],
    ["ink", "wait-weak"],
  ] as const;

  test.each([
    ["light", '[data-mantine-color-scheme="light"]'],
    ["dark", '[data-mantine-color-scheme="dark"]'],
  ])("%s", (_, selector) => {
    const tokens = block(selector);
    const weak = PAIRS.map(
      ([text, ground]) => [`${text} on ${ground}`, ratio(tokens[text] ?? "", tokens[ground] ?? "")] as const,
    );
    expect(weak.filter(([, value]) => !(value >= 4.5))).toEqual([]);
  });
});

test("every screen has a command that does the same", () => {
  const values = { baseUrl: "http://127.0.0.1:8103/", projectId: "a-project" };
  const routes = [...read("src/app/router.tsx").matchAll(/path: "([^"*]+)"/g)].map((found) => found[1] ?? "");
  expect(routes.length).toBeGreaterThan(15);
  for (const route of routes) {
    const address = `/${route.replace(/^\//, "").replace(/:\w+/, "an-id")}`;
    expect([address, linesOf(address, values).length > 0]).toEqual([address, true]);
  }
});

test("a class of a stylesheet has one rule of its own", () => {
  const twice = sources("src", /\.module\.css$/).flatMap(({ path, text }) => {
    const plain = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/@[^{]*\{(?:[^{}]*\{[^}]*\})*[^}]*\}/g, "");
    const rules = [...plain.matchAll(/(?:^|\})\s*(\.[A-Za-z]+) \{/g)].map((found) => found[1]);
    return rules.filter((name, at) => rules.indexOf(name) !== at).map((name) => `${path}: ${name}`);
  });
  expect(twice).toEqual([]);
});
