//! From what the engine says to an HTTP answer.
//!
//! Refusals are answered in the words of the table of refusals. The OAuth endpoints use the dialect of the project; the
//! endpoints Medplum alone has always use Medplum's column. A fault is logged here, once, with its chain; the caller sees
//! an id to quote.

use std::borrow::Cow;
use std::error::Error as _;
use std::fmt::Write as _;

use anteroom_engine::refusal::{Answer, OAuthAnswer, unpublished};
use anteroom_engine::stop::{Fault, Refused, Stop, Unfit, UnfitKind};
use anteroom_engine::store::StoreError;
use anteroom_oauth::error_code::ErrorCode;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::call::Call;
use crate::connected_accounts;
use crate::headers::{FHIR_JSON, JSON, TEXT};
use crate::outcome::{self, Outcome, RequestIds};

/// Which shape an endpoint's errors have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// `{"error", "error_description"}`, in the dialect of the project.
    OAuth,
    /// `OperationOutcome`, always.
    Medplum,
    /// `{"error", "error_description"}` in Auth0's words, at the addresses Auth0 has.
    Auth0,
    /// Medplum's answers in the shape each of them has: `/auth/exchange` answers now like one family, now like the other.
    Exchange,
    /// `{"type", "status", "title", "detail"}`: the My Account API.
    MyAccount,
}

/// Medplum's answer to what went well.
pub(crate) const ALL_OK: &str = r#"{"resourceType":"OperationOutcome","id":"ok","issue":[{"severity":"information","code":"informational","details":{"text":"All OK"}}]}"#;

/// Seconds after which a request that met a busy store may come again.
const RETRY_BUSY: u32 = 1;

/// An answer with a body.
pub(crate) fn response(status: StatusCode, content_type: HeaderValue, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}

/// 200 with JSON.
pub(crate) fn json(value: &impl Serialize) -> Response {
    /// A token answer has some 1,200 bytes.
    const USUAL: usize = 1_536;
    let mut body = Vec::with_capacity(USUAL);
    match serde_json::to_writer(&mut body, value) {
        Ok(()) => response(StatusCode::OK, JSON, body),
        // Not reached by the types that are answered: text keys, no maps with other keys.
        Err(_) => response(StatusCode::INTERNAL_SERVER_ERROR, JSON, r#"{"error":"server_error"}"#),
    }
}

/// A FHIR resource, or something Medplum sends as one.
pub(crate) fn fhir_json(status: StatusCode, members: &Map<String, Value>) -> Response {
    match serde_json::to_vec(members) {
        Ok(body) => response(status, FHIR_JSON, body),
        // Not reached: what was read from JSON can be written as JSON.
        Err(_) => response(StatusCode::INTERNAL_SERVER_ERROR, JSON, r#"{"error":"server_error"}"#),
    }
}

#[derive(Serialize)]
struct OAuthError<'a> {
    error: ErrorCode,
    error_description: &'a str,
}

/// An error in the shape of the OAuth endpoints.
pub(crate) fn oauth_error(status: StatusCode, error: ErrorCode, error_description: &str) -> Response {
    let body = serde_json::to_vec(&OAuthError { error, error_description })
        .expect("strings under fixed names always serialize");
    response(status, JSON, body)
}

/// An error in the shape of Medplum's endpoints.
pub(crate) fn outcome(call: &Call, status: StatusCode, outcome: &Outcome<'_>) -> Response {
    let engine = &call.shared.engine;
    let ids = RequestIds::new(engine, call.headers());
    response(status, FHIR_JSON, outcome::json(outcome, &ids, engine))
}

/// An error that stands in no table: too large, wrong method, wrong type. `id` and `code` are Medplum's.
pub(crate) fn problem(
    call: &Call,
    family: Family,
    status: StatusCode,
    (id, code): (Option<&str>, &str),
    text: &str,
) -> Response {
    match family {
        Family::OAuth | Family::Auth0 => oauth_error(status, ErrorCode::InvalidRequest, text),
        Family::MyAccount => my_account_problem(status, text),
        Family::Medplum | Family::Exchange => {
            outcome(call, status, &Outcome { id, code, text, expression: None, diagnostics: None })
        }
    }
}

/// A problem of the My Account API that stands in no table.
fn my_account_problem(status: StatusCode, text: &str) -> Response {
    let kind = format!("{}A0E-{}-0001", unpublished::PROBLEM_TYPE, status.as_u16());
    let title = status.canonical_reason().unwrap_or("Problem");
    let body = json!({ "type": kind, "status": status.as_u16(), "title": title, "detail": text });
    response(status, JSON, body.to_string())
}

/// What stopped a request.
pub(crate) fn stop(call: &Call, family: Family, stop: Stop) -> Response {
    match stop {
        Stop::Refused(refused) => refusal(call, family, &refused),
        Stop::Fault(fault) => self::fault(call, family, &fault),
        Stop::Unfit(unfit) => self::unfit(call, family, &unfit),
    }
}

/// A value of a resource does not fit: what is wrong with it, and where. Only endpoints that write resources get here; the
/// OAuth endpoints take no values of an admin.
fn unfit(call: &Call, family: Family, unfit: &Unfit) -> Response {
    if matches!(family, Family::OAuth | Family::Auth0 | Family::MyAccount) {
        return fault(call, family, &Fault::Inconsistent("an admin's refusal at an OAuth endpoint"));
    }
    let (status, id, code) = match unfit.kind {
        UnfitKind::Invalid => (StatusCode::BAD_REQUEST, None, "invalid"),
        UnfitKind::NotFound => (StatusCode::NOT_FOUND, Some("not-found"), "not-found"),
        UnfitKind::Conflict => (StatusCode::CONFLICT, Some("conflict"), "conflict"),
    };
    let (text, expression) = (unfit.message.to_string(), unfit.field);
    outcome(call, status, &Outcome { id, code, text: &text, expression, diagnostics: None })
}

fn refusal(call: &Call, family: Family, refused: &Refused) -> Response {
    let answer = match family {
        Family::OAuth | Family::MyAccount => refused.answer(),
        Family::Auth0 => refused.auth0_answer(),
        Family::Medplum | Family::Exchange => refused.refusal.row().medplum,
    };
    let status = StatusCode::from_u16(answer.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = match answer {
        Answer::OAuth(answer) if family != Family::Medplum => {
            let description = refused.description(family == Family::Auth0);
            oauth_error(status, answer.code, &printable(description.unwrap_or(answer.description)))
        }
        // The endpoints Medplum alone has know one shape: 400 and the same words.
        Answer::OAuth(OAuthAnswer { description: text, .. }) => {
            problem(call, family, StatusCode::BAD_REQUEST, (None, "invalid"), text)
        }
        Answer::Outcome(answer) => outcome(call, status, &Outcome::from(answer)),
        Answer::Problem(answer) => connected_accounts::problem(&answer, &[]),
        Answer::Text(_, text) => self::response(status, TEXT, text),
    };
    if let Some(challenge) = challenge(call, family, &answer) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    if let Some(seconds) = refused.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// [RFC6749 §5.2] ASCII that can be printed: Auth0's words hold a value of the request.
fn printable(description: &str) -> Cow<'_, str> {
    let allowed = |character: char| matches!(character, ' '..='~');
    if description.chars().all(allowed) {
        return Cow::Borrowed(description);
    }
    description.chars().map(|character| if allowed(character) { character } else { '?' }).collect()
}

/// `WWW-Authenticate` of an answer, if it has one.
fn challenge(call: &Call, family: Family, answer: &Answer) -> Option<HeaderValue> {
    let realm = call.issuer().as_str();
    let sent = call.headers().get(header::AUTHORIZATION).map(HeaderValue::as_bytes);
    // Medplum's way to have a browser ask for a password.
    let wants_basic =
        call.parts.uri.query().is_some_and(|query| query.contains("_medplum-prompt-basic-auth"));
    let sent_basic =
        sent.is_some_and(|value| value.get(..5).is_some_and(|word| word.eq_ignore_ascii_case(b"basic")));
    let text = match answer {
        // [RFC6749 §5.2] the scheme the client used, if it used the header
        Answer::OAuth(OAuthAnswer { code: ErrorCode::InvalidClient, status: 401, .. }) => {
            sent?;
            format!("Basic realm=\"{realm}\"")
        }
        // [RFC6750 §3] every refusal of a token is challenged, each attribute once
        // [RFC6750 §3.1]
        Answer::Problem(answer) if answer.status == 401 => {
            format!("Bearer realm=\"{realm}\", error=\"invalid_token\"")
        }
        Answer::OAuth(OAuthAnswer { code: ErrorCode::InvalidToken, .. }) => {
            format!("Bearer realm=\"{realm}\", error=\"invalid_token\"")
        }
        Answer::OAuth(OAuthAnswer { code: ErrorCode::InsufficientScope, .. }) => {
            format!("Bearer realm=\"{realm}\", error=\"insufficient_scope\", scope=\"openid\"")
        }
        Answer::Outcome(answer)
            if answer.status == 401
                && family == Family::Medplum
                && (sent_basic || (sent.is_none() && wants_basic)) =>
        {
            format!("Basic realm=\"{realm}\"")
        }
        // [RFC6750 §3.1] without a token there is no error to name
        Answer::Outcome(answer) if answer.status == 401 => {
            let error = if sent.is_some() { ", error=\"invalid_token\"" } else { "" };
            format!("Bearer realm=\"{realm}\"{error}")
        }
        _ => return None,
    };
    HeaderValue::try_from(text).ok()
}

/// The id a fault was logged under, beside its answer.
#[derive(Debug, Clone)]
pub(crate) struct FaultId(pub(crate) String);

/// Ours. Logged once, with everything that led to it.
pub(crate) fn fault(call: &Call, family: Family, fault: &Fault) -> Response {
    let unavailable =
        matches!(fault, Fault::Store(StoreError::Busy | StoreError::NotWritable(_) | StoreError::Closed));
    let engine = &call.shared.engine;
    let ids = RequestIds::new(engine, call.headers());
    if matches!(fault, Fault::Store(StoreError::Busy)) {
        tracing::warn!(request_id = %ids.request, "the store's queue is full; a request was turned away");
    } else {
        tracing::error!(request_id = %ids.request, error = %chain(fault), "a request failed");
    }
    let (status, error, id, code, text) = if unavailable {
        let text = "The server cannot store anything right now; try again";
        (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::TemporarilyUnavailable, None, "transient", text)
    } else {
        let text = "The server failed; its log has the cause under this id";
        (StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::ServerError, None, "exception", text)
    };
    let mut response = match family {
        Family::OAuth | Family::Auth0 => oauth_error(status, error, &format!("{text}: {}", ids.request)),
        Family::MyAccount => my_account_problem(status, &format!("{text}: {}", ids.request)),
        Family::Medplum | Family::Exchange => {
            let outcome = Outcome { id, code, text, expression: None, diagnostics: None };
            self::response(status, FHIR_JSON, outcome::json(&outcome, &ids, engine))
        }
    };
    if unavailable {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_BUSY));
    }
    response.extensions_mut().insert(FaultId(ids.request));
    response
}

/// An error and what caused it, in one line.
fn chain(fault: &Fault) -> String {
    let mut text = fault.to_string();
    let mut source = fault.source();
    while let Some(error) = source {
        let _ = write!(text, ": {error}");
        source = error.source();
    }
    text
}
