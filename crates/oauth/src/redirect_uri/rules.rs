//! The rules of registration, in the order in which they are asked.
//!
//! The text is cut as it stands, and every part is judged before a URL parser sees it: parsers repair (they drop tabs,
//! turn backslashes, resolve dots, rewrite hosts). The parser has the last word only: what it prints must be the text.

use url::Url;

use super::{MAX_BYTES, OWN, Problem};

/// How many slips in a row a suggestion may repair.
pub(super) const REPAIRS: u8 = 8;

/// Schemes that run, read files, or belong to something else. All but the web's own would also fail for want of a dot;
/// they get a sentence of their own.
const RESERVED: &[&str] = &[
    "about",
    "anteroom",
    "blob",
    "chrome",
    "chrome-extension",
    "data",
    "file",
    "filesystem",
    "ftp",
    "haip",
    "intent",
    "jar",
    "javascript",
    "mailto",
    "moz-extension",
    "openid-credential-offer",
    "openid4vp",
    "resource",
    "sms",
    "smb",
    "tauri",
    "ipc",
    "asset",
    "tel",
    "urn",
    "vbscript",
    "view-source",
    "ws",
    "wss",
];

/// A URI cut at its separators: RFC 3986 §3.
struct Parts<'a> {
    scheme: &'a str,
    authority: Option<&'a str>,
    path: &'a str,
}

pub(super) fn check(uri: &str, repairs: u8) -> Result<(), Problem> {
    if uri == OWN {
        return Ok(());
    }
    check_text(uri, repairs)?;
    let parts = cut(uri, repairs)?;
    check_scheme(uri, &parts, repairs)?;
    if let Some(authority) = parts.authority {
        check_authority(uri, &parts, authority, repairs)?;
    }
    check_path(uri, &parts, repairs)?;
    check_printed(uri, &parts, repairs)
}

/// Rules about single characters, which hold wherever they stand.
fn check_text(uri: &str, repairs: u8) -> Result<(), Problem> {
    if uri.is_empty() {
        return Err(Problem::Empty);
    }
    if uri.trim() != uri {
        return Err(Problem::WhiteSpace { suggestion: offer(repairs, || Some(uri.trim().to_owned())) });
    }
    if uri.len() > MAX_BYTES {
        return Err(Problem::TooLong { bytes: uri.len() });
    }
    // [RFC6749 §3.1.2] no fragment component, not even an empty one
    if let Some(at) = uri.find('#') {
        let suggestion = offer(repairs, || Some(uri[..at].to_owned()));
        return Err(Problem::Fragment { part: uri[at..].to_owned(), suggestion });
    }
    if uri.contains('*') {
        return Err(Problem::Wildcard);
    }
    // [RFC6749 §3.1.2] an absolute URI: the characters of RFC 3986 §2 and no others
    let legal = |character: char| character.is_ascii_graphic() && !"\"<>\\^`{|}".contains(character);
    if let Some(character) = uri.chars().find(|&character| !legal(character)) {
        return Err(Problem::Character { character, suggestion: offer(repairs, || printed(uri)) });
    }
    let broken = uri.match_indices('%').map(|(at, _)| &uri[at..]).find(|rest| encoded_byte(rest).is_none());
    if let Some(rest) = broken {
        return Err(Problem::PercentEncoding { part: rest[..rest.len().min(3)].to_owned() });
    }
    Ok(())
}

/// [RFC6749 §3.1.2] The URI is absolute.
fn cut(uri: &str, repairs: u8) -> Result<Parts<'_>, Problem> {
    let missing = || Problem::MissingScheme { suggestion: offer(repairs, || with_scheme(uri)) };
    let (scheme, rest) = uri.split_once(':').ok_or_else(missing)?;
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    if !scheme.starts_with(|first: char| first.is_ascii_alphabetic()) || !scheme.bytes().all(legal) {
        return Err(missing());
    }
    // `app.example:8443/cb` is a host with a port, not a scheme
    let digits = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
    if digits > 0 && (rest.len() == digits || rest[digits..].starts_with(['/', '?'])) {
        return Err(missing());
    }
    let (authority, rest) = match rest.strip_prefix("//") {
        Some(rest) => {
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            (Some(&rest[..end]), &rest[end..])
        }
        None => (None, rest),
    };
    let path = rest.split('?').next().unwrap_or_default();
    Ok(Parts { scheme, authority, path })
}

fn check_scheme(uri: &str, parts: &Parts<'_>, repairs: u8) -> Result<(), Problem> {
    let scheme = parts.scheme.to_ascii_lowercase();
    if RESERVED.contains(&scheme.as_str()) {
        let suggestion = offer(repairs, || (scheme == "anteroom").then(|| OWN.to_owned()));
        return Err(Problem::ReservedScheme { scheme, suggestion });
    }
    if scheme != parts.scheme {
        let suggestion = offer(repairs, || Some(uri.replacen(parts.scheme, &scheme, 1)));
        return Err(Problem::Capitals { part: parts.scheme.to_owned(), suggestion });
    }
    if is_web(&scheme) {
        return match parts.authority {
            Some(_) => Ok(()),
            None => Err(not_normal(uri, repairs)),
        };
    }
    // [RFC8252 §7.1] a domain name under the app's control, in reverse order: at least one dot
    if !scheme.contains('.') || scheme.split('.').any(str::is_empty) {
        return Err(Problem::SchemeWithoutDot { scheme });
    }
    // [RFC8252 §7.1] a slash follows the scheme
    if parts.authority.is_none() && !parts.path.starts_with('/') {
        let suggestion = offer(repairs, || Some(uri.replacen(':', ":/", 1)));
        return Err(Problem::MissingSlash { scheme, suggestion });
    }
    Ok(())
}

fn check_authority(uri: &str, parts: &Parts<'_>, authority: &str, repairs: u8) -> Result<(), Problem> {
    let replaced = |with: &str| Some(uri.replacen(authority, with, 1));
    // Nobody can misread a host that has nothing before it.
    if let Some((user, host)) = authority.rsplit_once('@') {
        return Err(Problem::UserInfo {
            part: user.to_owned(),
            suggestion: offer(repairs, || replaced(host)),
        });
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let port_ok =
        |port: &str| port.parse().is_ok_and(|number: u16| number != 0 && number.to_string() == port);
    if let Some(port) = port.filter(|port| !port_ok(port)) {
        return Err(Problem::Port { port: port.to_owned() });
    }
    if let Some(trimmed) = host.strip_suffix('.') {
        let suggestion = offer(repairs, || replaced(&authority.replacen(host, trimmed, 1)));
        return Err(Problem::TrailingDot { host: host.to_owned(), suggestion });
    }
    if host.split('.').any(str::is_empty) && (is_web(parts.scheme) || !host.is_empty()) {
        // `https:///host` is read as `https://host`
        return Err(if authority.is_empty() {
            not_normal(uri, repairs)
        } else {
            Problem::Host { host: host.to_owned() }
        });
    }
    // Beyond ASCII letters the parser decides, and hosts of private-use schemes would keep their capitals.
    if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
        let suggestion = offer(repairs, || replaced(&authority.to_ascii_lowercase()));
        return Err(Problem::Capitals { part: host.to_owned(), suggestion });
    }
    if matches!((parts.scheme, port), ("https", Some("443")) | ("http", Some("80"))) {
        let port = port.unwrap_or_default().to_owned();
        return Err(Problem::DefaultPort { port, suggestion: offer(repairs, || replaced(host)) });
    }
    // [RFC8252 §7.3] [RFC9700 §2.6] http never leaves this computer; the text decides, not what it resolves to
    if parts.scheme == "http" && !["127.0.0.1", "[::1]", "localhost"].contains(&host) {
        let suggestion = offer(repairs, || {
            if means_loopback(host) {
                replaced(&authority.replacen(host, "127.0.0.1", 1))
            } else {
                Some(uri.replacen("http:", "https:", 1))
            }
        });
        return Err(Problem::PlainHttp { host: host.to_owned(), suggestion });
    }
    Ok(())
}

fn check_path(uri: &str, parts: &Parts<'_>, repairs: u8) -> Result<(), Problem> {
    for (at, _) in parts.path.match_indices('%') {
        let rest = &parts.path[at..];
        let Some(byte) = encoded_byte(rest) else { continue };
        let unreserved = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let twice = byte == b'%' && encoded_byte(&format!("%{}", &rest[3..])).is_some();
        if unreserved || twice || byte.is_ascii_control() || byte == b'/' || byte == b'\\' {
            let suggestion = offer(repairs, || {
                unreserved.then(|| uri.replace(&rest[..3], char::from(byte).encode_utf8(&mut [0; 4])))
            });
            return Err(Problem::EncodedCharacter { part: rest[..3].to_owned(), suggestion });
        }
    }
    let mut segments = parts.path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        // A path may end with one slash.
        if segment.is_empty() && segments.peek().is_some() {
            let suggestion =
                offer(repairs, || Some(uri.replacen(parts.path, &single_slashes(parts.path), 1)));
            return Err(Problem::EmptySegment { suggestion });
        }
        // Some servers cut a segment at its semicolon before they resolve dots: `..;` climbs there.
        let decoded = segment.replace("%3b", ";").replace("%3B", ";");
        if matches!(decoded.split(';').next(), Some("." | "..")) {
            return Err(Problem::DotSegment { segment: segment.to_owned() });
        }
    }
    Ok(())
}

/// [RFC9700 §4.1.3] The text is what a parser would print, so that comparing texts compares addresses.
fn check_printed(uri: &str, parts: &Parts<'_>, repairs: u8) -> Result<(), Problem> {
    match Url::parse(uri) {
        Ok(parsed) if parsed.as_str() == uri => Ok(()),
        Ok(_) => Err(not_normal(uri, repairs)),
        Err(_) => Err(Problem::Host { host: parts.authority.unwrap_or_default().to_owned() }),
    }
}

fn not_normal(uri: &str, repairs: u8) -> Problem {
    match printed(uri) {
        Some(printed) => {
            let suggestion = offer(repairs, || Some(printed.clone()));
            Problem::NotNormal { printed, suggestion }
        }
        None => Problem::Host { host: uri.to_owned() },
    }
}

fn printed(uri: &str) -> Option<String> {
    Url::parse(uri).ok().map(String::from)
}

/// A candidate that passes every rule, if need be after further repairs.
fn offer(repairs: u8, candidate: impl FnOnce() -> Option<String>) -> Option<String> {
    let repairs = repairs.checked_sub(1)?;
    let candidate = candidate()?;
    match check(&candidate, repairs) {
        Ok(()) => Some(candidate),
        Err(problem) => problem.suggestion(),
    }
}

/// What a person meant who typed a host first.
fn with_scheme(uri: &str) -> Option<String> {
    let rest = uri.trim_start_matches(['/', ':']);
    let host = rest.split(['/', '?', ':']).next()?;
    let local = host == "localhost" || rest.starts_with("[::1]") || means_loopback(host);
    let name = local || host.contains('.');
    (name && !rest.is_empty()).then(|| format!("{}://{rest}", if local { "http" } else { "https" }))
}

/// Other spellings of this computer that people type: `0.0.0.0`, `127.0.0.2`, `localhost.localdomain`.
fn means_loopback(host: &str) -> bool {
    let numeric = |prefix: &str| {
        host.starts_with(prefix) && host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    host == "0.0.0.0" || host == "localhost.localdomain" || numeric("127.")
}

fn is_web(scheme: &str) -> bool {
    scheme == "http" || scheme == "https"
}

/// The byte that the first three characters of `text` (`%XX`) stand for.
fn encoded_byte(text: &str) -> Option<u8> {
    let digits = text.strip_prefix('%')?.get(..2)?;
    let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    hexadecimal.then(|| u8::from_str_radix(digits, 16).ok())?
}

fn single_slashes(path: &str) -> String {
    let mut last = ' ';
    path.chars().filter(|&next| std::mem::replace(&mut last, next) != '/' || next != '/').collect()
}
