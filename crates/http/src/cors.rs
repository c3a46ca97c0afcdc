//! Which web pages may read an answer (the Fetch standard's CORS protocol).
//!
//! Discovery and keys may be read by everyone. The endpoints of programs may be read by the origins that an active client
//! registered, echoed exactly. Pages have no CORS headers at all [RFC9700 §2.6]. Credentials are never allowed: nothing
//! here is known by a cookie.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;

use crate::call::Call;

/// Who may read the answers of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Every page.
    All,
    /// Pages of origins that an active client registered.
    Registered,
    /// No page of another origin.
    Nobody,
}

const ANY: HeaderValue = HeaderValue::from_static("*");
/// Seconds a browser may remember the answer to a preflight.
const PREFLIGHT_AGE: HeaderValue = HeaderValue::from_static("600");
const ALLOWED_HEADERS: HeaderValue = HeaderValue::from_static(ALLOWED);
const ALLOWED: &str = "authorization, content-type, auth0-client, if-match, if-none-match, x-medplum, x-medplum-on-behalf-of, \
                       x-trace-id, traceparent";
const EXPOSED_HEADERS: HeaderValue =
    HeaderValue::from_static("etag, location, ratelimit, retry-after, www-authenticate");

/// Whether a request is a preflight: a browser asking before it sends the real one.
pub(crate) fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS
        && headers.contains_key(header::ORIGIN)
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// Answers a preflight. An origin that may not read gets the same status, without the headers that would let it go on.
pub(crate) fn preflight(call: &Call, readers: Readers, methods: &'static str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let allowed = allowed_origin(call, readers);
    let headers = response.headers_mut();
    allow(headers, readers, allowed.as_ref());
    if allowed.is_some() {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS);
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, PREFLIGHT_AGE);
    }
    response
}

/// The value of `Access-Control-Allow-Origin`, if the caller may read the answer.
pub(crate) fn allowed_origin(call: &Call, readers: Readers) -> Option<HeaderValue> {
    match readers {
        Readers::Nobody => None,
        Readers::All => Some(ANY),
        Readers::Registered => {
            let mut origins = call.headers().get_all(header::ORIGIN).iter();
            let origin = origins.next()?;
            let text = origin.to_str().ok()?;
            // `null` is the origin of every sandboxed page: nobody in particular
            if text == "null" || origins.next().is_some() {
                return None;
            }
            let registered = call.shared.engine.read(|tx, _| Ok(tx.origin_allowed(text)?));
            registered.is_ok_and(|registered| registered).then(|| origin.clone())
        }
    }
}

/// Sets the headers of an answer.
pub(crate) fn allow(headers: &mut HeaderMap, readers: Readers, allowed: Option<&HeaderValue>) {
    if readers == Readers::Registered {
        headers.insert(header::VARY, HeaderValue::from_static("origin"));
        if allowed.is_some() {
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS);
        }
    }
    if let Some(allowed) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed.clone());
    }
}
