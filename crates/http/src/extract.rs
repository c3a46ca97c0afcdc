//! Reading requests, strictly: one content type per endpoint, bodies of bounded size in bounded time.
//!
//! A web page may send form and plain text bodies anywhere without asking; JSON it may not. So an endpoint that takes
//! JSON refuses the others, and one that takes forms takes nothing else. Query parameters are never read as parameters of
//! a request.

use std::time::Duration;

use anteroom_engine::refusal::Refusal;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Bytes;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::call::Call;
use crate::respond::{self, Family};

/// Most bytes of a form.
pub(crate) const FORM_LIMIT: usize = 64 * 1024;
/// Most bytes of a JSON body.
pub(crate) const JSON_LIMIT: usize = 1024 * 1024;
/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Why a body is not there.
pub(crate) enum BodyError {
    /// More than the limit.
    TooLarge,
    /// It took too long.
    TooSlow,
    /// The connection broke off.
    BrokenOff,
}

/// The value of a header that may come once. `Err` when it comes more often.
pub(crate) fn single<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Result<Option<&'a [u8]>, ()> {
    let mut values = headers.get_all(name).iter();
    let first = values.next().map(HeaderValue::as_bytes);
    if values.next().is_some() { Err(()) } else { Ok(first) }
}

/// The media type of the body, without parameters.
fn media_type(headers: &HeaderMap) -> Option<&[u8]> {
    let value = single(headers, &header::CONTENT_TYPE).ok()??;
    value.split(|&byte| byte == b';').next().map(<[u8]>::trim_ascii)
}

/// Whether the body is a form.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    media_type(headers).is_some_and(|own| own.eq_ignore_ascii_case(b"application/x-www-form-urlencoded"))
}

/// Whether the body is JSON: `application/json` or `application/…+json`.
fn is_json(headers: &HeaderMap) -> bool {
    media_type(headers).is_some_and(|own| {
        let own = own.to_ascii_lowercase();
        own == b"application/json" || (own.starts_with(b"application/") && own.ends_with(b"+json"))
    })
}

/// Reads a body of at most `limit` bytes.
pub(crate) async fn body(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, BodyError> {
    let announced =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|announced| announced > limit) {
        return Err(BodyError::TooLarge);
    }
    if announced == Some(0) {
        return Ok(Bytes::new());
    }
    match tokio::time::timeout(BODY_TIMEOUT, Limited::new(body, limit).collect()).await {
        Err(_) => Err(BodyError::TooSlow),
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => Err(BodyError::TooLarge),
        Ok(Err(_)) => Err(BodyError::BrokenOff),
    }
}

/// The answer to a body that is not there. The connection is closed, because the rest of the body may still be on it.
pub(crate) fn refuse_body(call: &Call, family: Family, error: &BodyError) -> Response {
    let (status, id, code, text) = match error {
        BodyError::TooLarge => {
            (StatusCode::PAYLOAD_TOO_LARGE, Some("content-too-large"), "too-long", "Request body too large")
        }
        BodyError::TooSlow => (StatusCode::REQUEST_TIMEOUT, None, "timeout", "Request body too slow"),
        BodyError::BrokenOff => (StatusCode::BAD_REQUEST, None, "invalid", "Content could not be parsed"),
    };
    let mut response = respond::problem(call, family, status, (id, code), text);
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// The body of a form endpoint.
pub(crate) async fn form(call: &Call, body: Body) -> Result<Bytes, Response> {
    if !is_form(call.headers()) {
        return Err(respond::stop(call, Family::OAuth, call.refuse(Refusal::UnsupportedContentType)));
    }
    self::body(call.headers(), body, FORM_LIMIT)
        .await
        .map_err(|error| refuse_body(call, Family::OAuth, &error))
}

/// The body of a form endpoint that Auth0 has: a form, or a JSON object with the same members. `null` is as good as absent;
/// a member that is neither text, number nor switch is refused.
pub(crate) async fn form_or_json(call: &Call, body: Body) -> Result<Bytes, Response> {
    let refused = |refusal| respond::stop(call, Family::Auth0, call.refuse(refusal));
    if !is_form(call.headers()) && !is_json(call.headers()) {
        return Err(refused(Refusal::UnsupportedContentType));
    }
    let bytes = self::body(call.headers(), body, FORM_LIMIT)
        .await
        .map_err(|error| refuse_body(call, Family::Auth0, &error))?;
    if is_form(call.headers()) {
        return Ok(bytes);
    }
    let parsed = parsed(serde_json::from_slice::<Strict>(&bytes).ok().map(|Strict(value)| value));
    let Some(Value::Object(members)) = parsed else {
        return Err(refused(Refusal::MalformedForm));
    };
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in &members {
        match value {
            Value::Null => {}
            Value::String(text) => drop(form.append_pair(name, text)),
            Value::Number(_) | Value::Bool(_) => drop(form.append_pair(name, &value.to_string())),
            Value::Array(_) | Value::Object(_) => return Err(refused(Refusal::MalformedForm)),
        }
    }
    Ok(Bytes::from(form.finish()))
}

/// Any JSON value of a body, if it can be read; no body is none. `Err` is a status and why.
pub(crate) async fn json_value(
    headers: &HeaderMap,
    body: Body,
) -> Result<Option<Value>, (u16, &'static str)> {
    if headers.contains_key(header::CONTENT_TYPE) && !is_json(headers) {
        return Err((415, "Unsupported media type"));
    }
    let bytes = self::body(headers, body, JSON_LIMIT).await.map_err(|error| match error {
        BodyError::TooLarge => (413, "Request body too large"),
        BodyError::TooSlow => (408, "Request body too slow"),
        BodyError::BrokenOff => (400, "Content could not be parsed"),
    })?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let value = if bytes.trim_ascii_start().first() == Some(&b'{') {
        serde_json::from_slice::<Strict>(&bytes).ok().map(|Strict(value)| value)
    } else {
        serde_json::from_slice::<Value>(&bytes).ok()
    };
    Ok(parsed(value))
}

/// The body of a JSON endpoint. No body at all is an empty object, so that the caller learns which field is missing.
pub(crate) async fn json(call: &Call, body: Body) -> Result<Value, Response> {
    let bytes = json_bytes(call, body).await?;
    if bytes.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    parsed(serde_json::from_slice::<Strict>(&bytes).ok().map(|Strict(value)| value))
        .ok_or_else(|| unreadable(call))
}

/// The body of an endpoint that takes a list, such as a JSON Patch.
pub(crate) async fn json_list(call: &Call, body: Body) -> Result<Value, Response> {
    let bytes = json_bytes(call, body).await?;
    parsed(serde_json::from_slice::<Vec<Value>>(&bytes).ok().map(Value::Array))
        .ok_or_else(|| unreadable(call))
}

/// The bytes of a JSON body. Some without a type are no JSON.
async fn json_bytes(call: &Call, body: Body) -> Result<Bytes, Response> {
    let family = Family::Medplum;
    let typed = call.headers().contains_key(header::CONTENT_TYPE);
    if typed && !is_json(call.headers()) {
        let (id, code) = (Some("unsupported-media-type"), "not-supported");
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(respond::problem(call, family, status, (id, code), "Unsupported media type"));
    }
    let bytes = self::body(call.headers(), body, JSON_LIMIT)
        .await
        .map_err(|error| refuse_body(call, family, &error))?;
    if typed || bytes.is_empty() { Ok(bytes) } else { Err(unreadable(call)) }
}

/// A value that was read and holds no zero byte.
fn parsed(value: Option<Value>) -> Option<Value> {
    value.filter(|value| !has_nul(value))
}

/// The answer to content that could not be read.
fn unreadable(call: &Call) -> Response {
    let (status, text) = (StatusCode::BAD_REQUEST, "Content could not be parsed");
    respond::problem(call, Family::Medplum, status, (None, "invalid"), text)
}

/// Whether a text anywhere in `value` holds a zero byte.
fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(has_nul),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A JSON value whose outermost object names no member twice: two programs may read such a text differently.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Strict;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Strict, A::Error> {
                let mut members = Map::new();
                while let Some((name, value)) = access.next_entry::<String, Value>()? {
                    if members.insert(name, value).is_some() {
                        return Err(A::Error::custom("a member comes twice"));
                    }
                }
                Ok(Strict(Value::Object(members)))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(content_type: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers
    }

    #[test]
    fn one_content_type_is_told_from_another() {
        for (content_type, form, json) in [
            ("application/x-www-form-urlencoded", true, false),
            ("Application/X-WWW-Form-Urlencoded; charset=utf-8", true, false),
            ("application/json", false, true),
            ("application/fhir+json;charset=utf-8", false, true),
            ("application/json-patch+json", false, true),
            ("text/json", false, false),
            ("text/plain", false, false),
            ("multipart/form-data; boundary=x", false, false),
            ("application/jsonx", false, false),
            ("application/x-www-form-urlencoded, text/plain", false, false),
            ("", false, false),
        ] {
            assert_eq!(
                (is_form(&headers(content_type)), is_json(&headers(content_type))),
                (form, json),
                "{content_type}"
            );
        }
        let mut twice = headers("application/json");
        twice.append(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        assert!(!is_json(&twice), "two content types are none");
    }

    #[test]
    fn a_json_text_that_can_be_read_two_ways_is_refused() {
        let parse = |text: &str| serde_json::from_str::<Strict>(text).ok().map(|Strict(value)| value);
        assert_eq!(parse(r#"{"a":1,"b":{"c":2}}"#), Some(serde_json::json!({"a": 1, "b": {"c": 2}})));
        for text in [r#"{"a":1,"a":1}"#, "[]", "1", "", r#"{"a":"\ud800"}"#, "{\"a\":1}x"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert!(has_nul(&serde_json::json!({"a": [{"b": "x\0"}]})));
        assert!(has_nul(&serde_json::json!({"a\0": 1})));
        assert!(!has_nul(&serde_json::json!({"a": ["b", 1, null, true]})));
    }
}
