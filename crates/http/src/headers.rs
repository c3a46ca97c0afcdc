//! Headers that every answer carries, and the stricter ones of pages.

use std::sync::LazyLock;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// `application/json`
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// `application/fhir+json; charset=utf-8`
pub(crate) const FHIR_JSON: HeaderValue = HeaderValue::from_static("application/fhir+json; charset=utf-8");
/// `text/plain; charset=utf-8`
pub(crate) const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
/// `text/html; charset=utf-8`
pub(crate) const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");
const DENY: HeaderValue = HeaderValue::from_static("DENY");

/// Sets what every answer carries. An answer that says how long it may be kept keeps that; everything else is not kept.
pub(crate) fn secure(headers: &mut HeaderMap) {
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, NO_STORE);
        // [RFC6749 §5.1] beside no-store, for caches of HTTP/1.0
        headers.insert(header::PRAGMA, NO_CACHE);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    headers.insert(header::REFERRER_POLICY, NO_REFERRER);
}

/// The style sheet of the pages, written into each of them.
pub(crate) const STYLE: &str = include_str!("../templates/page.css");

/// `'sha256-…'` of [`STYLE`], for the content security policy.
static STYLE_HASH: LazyLock<String> =
    LazyLock::new(|| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(STYLE.as_bytes()))));

/// Where the forms of a page may lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FormAction {
    /// The page has no form.
    None,
    /// Back to this server, and from there nowhere else.
    Own,
    /// Back to this server, which sends the browser on to this origin or scheme. Chromium holds a redirect after a form
    /// post against the policy, too.
    OnTo(String),
}

/// Sets what a page carries: nothing is loaded, nothing runs, nobody frames it [RFC6749 §10.13] [RFC9700 §4.16].
pub(crate) fn page(headers: &mut HeaderMap, form_action: &FormAction) {
    let form_action = match form_action {
        FormAction::None => "'none'".to_owned(),
        FormAction::Own => "'self'".to_owned(),
        FormAction::OnTo(target) => format!("'self' {target}"),
    };
    let policy = format!(
        "default-src 'none'; style-src {}; form-action {form_action}; base-uri 'none'; frame-ancestors 'none'",
        *STYLE_HASH
    );
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::X_FRAME_OPTIONS, DENY);
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=()"),
    );
}

/// The origin or scheme of a checked link template, as a source of a content security policy.
pub(crate) fn source_of(template: &str) -> Option<String> {
    let colon = template.find(':')?;
    let source = match template.strip_prefix("https://").or_else(|| template.strip_prefix("http://")) {
        Some(rest) => {
            let host = rest.split(['/', '?', '#']).next()?;
            format!("{}://{host}", &template[..colon])
        }
        None => template[..=colon].to_owned(),
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:/[]+".contains(&byte);
    source.bytes().all(plain).then_some(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ht_17_form_action_names_the_origin_or_the_scheme_only() {
        for (template, source) in [
            ("https://portal.example.org/in/{code}", Some("https://portal.example.org")),
            ("https://portal.example.org:8443/#{code}", Some("https://portal.example.org:8443")),
            ("http://[::1]:3000/{code}", Some("http://[::1]:3000")),
            ("com.example.app:/in/{code}", Some("com.example.app:")),
            ("https://portal.example.org;script-src/{code}", None),
            ("https://a b/{code}", None),
            ("nothing", None),
        ] {
            assert_eq!(source_of(template).as_deref(), source, "{template}");
        }
    }
}
