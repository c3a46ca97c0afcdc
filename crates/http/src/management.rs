//! Auth0's Management API, `/api/v2/…`: JSON in, JSON out, errors in Auth0's shape.

use anteroom_engine::endpoint::management::{self, Method, Request, Resource, Trouble};
use anteroom_engine::stop::{Fault, Stop};
use anteroom_engine::store::StoreError;
use anteroom_oauth::authorization::{self, Authorization};
use anteroom_oauth::form::Form;
use anteroom_oauth::secret::{AccessToken, Secret};
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Map, Value};

use crate::call::Call;
use crate::extract;
use crate::respond::{self, Family};

/// As Auth0 writes it.
const JSON_UTF8: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// Answers a request.
pub(crate) async fn answer(resource: Resource, call: Call, body: Body) -> Response {
    let method = match call.method().as_str() {
        "POST" => Method::Post,
        "PATCH" => Method::Patch,
        "DELETE" => Method::Delete,
        _ => Method::Get,
    };
    let Some(id) = id(call.parts.uri.path()) else {
        return said(&Trouble::of(400, Some("invalid_uri"), "Path validation error: 'Cannot be decoded'."));
    };
    let Ok(query) = Form::decode(call.parts.uri.query().unwrap_or_default().as_bytes()) else {
        let message = "Query validation error: 'Cannot be decoded'.";
        return said(&Trouble::of(400, Some("invalid_query_string"), message));
    };
    let token = match token(&call) {
        Ok(token) => token,
        Err(trouble) => return said(&trouble),
    };
    let body = match method {
        Method::Get | Method::Delete => None,
        Method::Post | Method::Patch => match extract::json_value(call.headers(), body).await {
            Ok(body) => body,
            Err((status, text)) => return said(&Trouble::of(status, Some("invalid_body"), text)),
        },
    };
    let request = Request { method, resource, id, query, body, token };
    match management::respond(&call.shared.engine, call.origin(), request).await {
        Ok(Ok(answer)) => {
            let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
            if let Some(body) = answer.body {
                return respond::response(status, JSON_UTF8, body.to_string());
            }
            let mut response = Response::new(Body::empty());
            *response.status_mut() = status;
            response
        }
        Ok(Err(trouble)) => said(&trouble),
        Err(stop) => failed(&call, stop),
    }
}

/// The segment after the name of the collection, decoded; empty where there is none. `None` when it cannot be decoded.
fn id(path: &str) -> Option<String> {
    let Some(segment) = path.split('/').nth(4) else { return Some(String::new()) };
    decode(segment)
}

/// [RFC3986 §2.1] `%XX` is a byte, and nothing else means anything else.
fn decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

/// [RFC6750 §2.1] the token in the header, and nowhere else.
fn token(call: &Call) -> Result<Option<Secret<AccessToken>>, Trouble> {
    let wrong = || Trouble::of(401, None, "Invalid token");
    let header = extract::single(call.headers(), &header::AUTHORIZATION).map_err(|()| wrong())?;
    match header.map(authorization::parse) {
        None => Ok(None),
        Some(Ok(Authorization::Bearer(token))) => Ok(Some(token)),
        Some(_) => Err(wrong()),
    }
}

/// `{statusCode, error, message, errorCode?}`
pub(crate) fn said(trouble: &Trouble) -> Response {
    let status = StatusCode::from_u16(trouble.status).unwrap_or(StatusCode::BAD_REQUEST);
    let mut members = Map::new();
    members.insert("statusCode".to_owned(), trouble.status.into());
    members.insert("error".to_owned(), status.canonical_reason().unwrap_or("Error").into());
    members.insert("message".to_owned(), trouble.message.clone().into());
    if let Some(code) = trouble.error_code {
        members.insert("errorCode".to_owned(), code.into());
    }
    let mut response = respond::response(status, JSON_UTF8, Value::Object(members).to_string());
    if status == StatusCode::UNAUTHORIZED {
        // [RFC6750 §3] every 401 names the scheme, with an attribute at least
        let challenge = HeaderValue::from_static("Bearer realm=\"Management API\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// Ours, in Auth0's shape; logged as every fault is.
fn failed(call: &Call, stop: Stop) -> Response {
    let fault = match stop {
        Stop::Fault(fault) => fault,
        Stop::Refused(_) | Stop::Unfit(_) => Fault::Inconsistent("a refusal without Auth0's words"),
    };
    let busy =
        matches!(&fault, Fault::Store(StoreError::Busy | StoreError::NotWritable(_) | StoreError::Closed));
    let logged = respond::fault(call, Family::OAuth, &fault);
    let (status, text) = if busy {
        (503, "The server cannot store anything right now; try again")
    } else {
        (500, "Internal Server Error")
    };
    let mut response = said(&Trouble::of(status, None, text));
    if let Some(after) = logged.headers().get(header::RETRY_AFTER) {
        response.headers_mut().insert(header::RETRY_AFTER, after.clone());
    }
    if let Some(id) = logged.extensions().get::<respond::FaultId>() {
        response.extensions_mut().insert(id.clone());
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_in_the_path_is_one_segment_that_is_decoded_once() {
        for (path, expected) in [
            ("/api/v2/clients", Some("")),
            ("/api/v2/resource-servers/0123456789ab", Some("0123456789ab")),
            ("/api/v2/resource-servers/https%3A%2F%2Fmy-api.example.com", Some("https://my-api.example.com")),
            ("/api/v2/resource-servers/a%252Fb", Some("a%2Fb")),
            ("/api/v2/resource-servers/a+b", Some("a+b")),
            ("/api/v2/clients/x/rotate-secret", Some("x")),
            ("/api/v2/resource-servers/%", None),
            ("/api/v2/resource-servers/%zz", None),
            ("/api/v2/resource-servers/%ff", None),
            ("/api/v2/resource-servers/%00", None),
        ] {
            assert_eq!(id(path).as_deref(), expected, "{path}");
        }
    }
}
