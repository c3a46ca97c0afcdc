/**
 * What is wrong with a redirect URI, while it is typed.
 *
 * A mirror of `crates/oauth/src/redirect_uri.rs` (rules in `redirect_uri/rules.rs`), so that a slip is named before it
 * is sent; the engine checks again and has the last word. Beyond its rules this also advises against addresses that
 * the engine takes but that often fail in practice.
 */

type Rule =
  | "whiteSpace"
  | "tooLong"
  | "fragment"
  | "wildcard"
  | "character"
  | "percentEncoding"
  | "missingScheme"
  | "reservedScheme"
  | "capitals"
  | "schemeWithoutDot"
  | "missingSlash"
  | "userInfo"
  | "port"
  | "trailingDot"
  | "host"
  | "defaultPort"
  | "plainHttp"
  | "encodedCharacter"
  | "emptySegment"
  | "dotSegment"
  | "notNormal"
  | "duplicate";
type Advice = "localhost" | "loopbackPort" | "slashTwin";

export type Slip = {
  /** Whether the engine would refuse it. */
  refused: boolean;
  rule: Rule | Advice;
  /** The characters that break the rule. */
  part: string;
  /** What was probably meant. */
  fix?: string;
};

/** The app's own address, which may be registered though its scheme is reserved. */
export const OWN_REDIRECT_URI = "anteroom://oauth/callback";
const MAX_BYTES = 2000;
const REPAIRS = 4;

const RESERVED = new Set(
  (
    "about anteroom blob chrome chrome-extension data file filesystem ftp haip intent jar javascript mailto " +
    "moz-extension openid-credential-offer openid4vp resource sms smb tauri ipc asset tel urn vbscript view-source ws wss"
  ).split(" "),
);

type Refusal = { rule: Rule; part?: string; fix?: () => string | undefined };
type Parts = { scheme: string; authority: string | undefined; path: string };

/** The first slip in a redirect URI that is being added to those registered. */
export function checkRedirectUri(uri: string, registered: readonly string[]): Slip | undefined {
  if (uri === "") return undefined;
  if (registered.includes(uri)) return { refused: true, rule: "duplicate", part: uri };
  const refusal = firstRefusal(uri);
  if (refusal) {
    return { refused: true, rule: refusal.rule, part: refusal.part ?? "", fix: repaired(refusal, REPAIRS) };
  }
  return advise(uri, registered);
}

/** A repaired text that passes every rule, if need be after further repairs. */
function repaired(refusal: Refusal, repairs: number): string | undefined {
  const candidate = repairs > 0 ? refusal.fix?.() : undefined;
  if (candidate === undefined) return undefined;
  const next = firstRefusal(candidate);
  return next ? repaired(next, repairs - 1) : candidate;
}

function firstRefusal(uri: string): Refusal | undefined {
  if (uri === OWN_REDIRECT_URI) return undefined;
  const text = checkText(uri);
  if (text) return text;
  const parts = cut(uri);
  if (!parts) return { rule: "missingScheme", fix: () => withScheme(uri) };
  return (
    checkScheme(uri, parts) ??
    (parts.authority === undefined ? undefined : checkAuthority(uri, parts, parts.authority)) ??
    checkPath(uri, parts) ??
    checkPrinted(uri, parts)
  );
}

function checkText(uri: string): Refusal | undefined {
  if (uri.trim() !== uri) return { rule: "whiteSpace", fix: () => uri.trim() };
  if (new TextEncoder().encode(uri).length > MAX_BYTES) return { rule: "tooLong", part: String(MAX_BYTES) };
  const hash = uri.indexOf("#");
  if (hash >= 0) return { rule: "fragment", part: uri.slice(hash), fix: () => uri.slice(0, hash) };
  if (uri.includes("*")) return { rule: "wildcard", part: "*" };
  const strange = uri.match(/[^\x21-\x7e]|["<>\\^`{|}]/u);
  if (strange) return { rule: "character", part: strange[0], fix: () => printed(uri) };
  const broken = uri.match(/%(?![0-9a-fA-F]{2}).{0,2}/);
  return broken ? { rule: "percentEncoding", part: broken[0] } : undefined;
}

function cut(uri: string): Parts | undefined {
  const found = uri.match(/^([a-zA-Z][a-zA-Z0-9+.-]*):(.*)$/s);
  if (!found) return undefined;
  const [, scheme = "", after = ""] = found;
  // `app.example:8443/cb` is a host with a port, not a scheme
  if (/^\d+($|[/?])/.test(after)) return undefined;
  const slashes = after.match(/^\/\/([^/?]*)(.*)$/s);
  const path = (slashes ? (slashes[2] ?? "") : after).split("?")[0] ?? "";
  return { scheme, authority: slashes?.[1], path };
}

const isWeb = (scheme: string) => scheme === "http" || scheme === "https";

function checkScheme(uri: string, parts: Parts): Refusal | undefined {
  const scheme = parts.scheme.toLowerCase();
  if (RESERVED.has(scheme)) {
    return {
      rule: "reservedScheme",
      part: scheme,
      fix: () => (scheme === "anteroom" ? OWN_REDIRECT_URI : undefined),
    };
  }
  if (scheme !== parts.scheme) {
    return { rule: "capitals", part: parts.scheme, fix: () => uri.replace(parts.scheme, scheme) };
  }
  if (isWeb(scheme)) return parts.authority === undefined ? notNormal(uri) : undefined;
  if (!scheme.includes(".") || scheme.split(".").includes(""))
    return { rule: "schemeWithoutDot", part: scheme };
  if (parts.authority === undefined && !parts.path.startsWith("/")) {
    return { rule: "missingSlash", part: `${scheme}:`, fix: () => uri.replace(":", ":/") };
  }
  return undefined;
}

function checkAuthority(uri: string, { scheme }: Parts, authority: string): Refusal | undefined {
  const replaced = (by: string) => uri.replace(authority, by);
  const at = authority.lastIndexOf("@");
  if (at >= 0) {
    return {
      rule: "userInfo",
      part: authority.slice(0, at + 1),
      fix: () => replaced(authority.slice(at + 1)),
    };
  }
  const withPort = authority.match(/^(.*):([^\]]*)$/s);
  const host = withPort?.[1] ?? authority;
  const port = withPort?.[2];
  if (port !== undefined && !(/^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535)) {
    return { rule: "port", part: port };
  }
  if (host.endsWith(".")) {
    return {
      rule: "trailingDot",
      part: host,
      fix: () => replaced(authority.replace(host, host.slice(0, -1))),
    };
  }
  if (host.split(".").includes("") && (isWeb(scheme) || host !== "")) {
    return authority === "" ? notNormal(uri) : { rule: "host", part: host };
  }
  if (/[A-Z]/.test(host))
    return { rule: "capitals", part: host, fix: () => replaced(authority.toLowerCase()) };
  if ((scheme === "https" && port === "443") || (scheme === "http" && port === "80")) {
    return { rule: "defaultPort", part: `:${port}`, fix: () => replaced(host) };
  }
  if (scheme === "http" && !["127.0.0.1", "[::1]", "localhost"].includes(host)) {
    const fix = () =>
      meansLoopback(host) ? replaced(authority.replace(host, "127.0.0.1")) : uri.replace("http:", "https:");
    return { rule: "plainHttp", part: host, fix };
  }
  return undefined;
}

function checkPath(uri: string, { path }: Parts): Refusal | undefined {
  for (const [part, hex] of [...path.matchAll(/%([0-9a-fA-F]{2})/g)].map(
    (found) => [found[0], found[1]] as const,
  )) {
    const byte = Number.parseInt(hex ?? "", 16);
    const character = String.fromCharCode(byte);
    const unreserved = /[A-Za-z0-9\-._~]/.test(character);
    const twice = character === "%" && /^%25[0-9a-fA-F]{2}/.test(path.slice(path.indexOf(part)));
    if (unreserved || twice || byte < 32 || byte === 127 || character === "/" || character === "\\") {
      return {
        rule: "encodedCharacter",
        part,
        fix: () => (unreserved ? uri.replaceAll(part, character) : undefined),
      };
    }
  }
  const segments = path.split("/").slice(1);
  for (const [index, segment] of segments.entries()) {
    if (segment === "" && index < segments.length - 1) {
      return { rule: "emptySegment", part: "//", fix: () => uri.replace(path, path.replace(/\/+/g, "/")) };
    }
    const start = segment.replaceAll(/%3b/gi, ";").split(";")[0];
    if (start === "." || start === "..") return { rule: "dotSegment", part: segment };
  }
  return undefined;
}

function checkPrinted(uri: string, { authority = "" }: Parts): Refusal | undefined {
  const normal = printed(uri);
  if (normal === undefined) return { rule: "host", part: authority };
  return normal === uri ? undefined : notNormal(uri);
}

function notNormal(uri: string): Refusal {
  const normal = printed(uri);
  return normal === undefined
    ? { rule: "host", part: uri }
    : { rule: "notNormal", part: normal, fix: () => normal };
}

const printed = (uri: string): string | undefined => (URL.canParse(uri) ? new URL(uri).href : undefined);

function withScheme(uri: string): string | undefined {
  const rest = uri.replace(/^[/:]+/, "");
  const host = rest.split(/[/?:]/)[0] ?? "";
  const local = host === "localhost" || rest.startsWith("[::1]") || meansLoopback(host);
  return rest !== "" && (local || host.includes(".")) ? `${local ? "http" : "https"}://${rest}` : undefined;
}

const meansLoopback = (host: string) =>
  host === "0.0.0.0" || host === "localhost.localdomain" || /^127\.[\d.]*$/.test(host);

/** Addresses that may be registered and still disappoint. */
function advise(uri: string, registered: readonly string[]): Slip | undefined {
  const local = uri.match(/^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(\/.*)?$/);
  const free = (host: string) => {
    const fix = `http://${host}${local?.[3] ?? "/"}`;
    return registered.includes(fix) ? undefined : fix;
  };
  if (local?.[1] === "localhost")
    return { refused: false, rule: "localhost", part: "localhost", fix: free("127.0.0.1") };
  // [RFC 8252 §7.3] the port of a loopback address is free; one that is written is only misleading
  if (local?.[2])
    return { refused: false, rule: "loopbackPort", part: local[2], fix: free(local[1] ?? "127.0.0.1") };
  const twin = uri.endsWith("/") ? uri.slice(0, -1) : `${uri}/`;
  if (registered.includes(twin)) return { refused: false, rule: "slashTwin", part: "/" };
  return undefined;
}
