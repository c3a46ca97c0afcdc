//! `GET` and `POST /oauth2/authorize`: [RFC6749 §4.1.1], [OpenID Connect Core §3.1.2.1]. The answer is a 303 to a page of
//! ours or to the client, or a page that says what is wrong with the request.

use std::sync::Arc;

use anteroom_engine::endpoint::authorization::{self, Unverified};
use anteroom_engine::model::project::Dialect;
use anteroom_engine::refusal::Answer as RefusalAnswer;
use anteroom_engine::service::interactions::{Answer, Next};
use anteroom_engine::stop::{Refused, Stop};
use axum::body::Body;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;

use crate::call::Call;
use crate::extract::{self, FORM_LIMIT};
use crate::headers::{HTML, TEXT};
use crate::interaction::pages;
use crate::page::words_for;
use crate::{cookies, respond};

/// Answers an authorization request.
pub(crate) async fn authorize(call: Call, body: Body) -> Response {
    if call.method() == Method::HEAD {
        return respond::response(StatusCode::OK, HTML, Body::empty());
    }
    let read = if call.method() == Method::POST {
        let words = words_for(call.headers());
        if !extract::is_form(call.headers()) {
            return pages::message(StatusCode::UNSUPPORTED_MEDIA_TYPE, words, words.unreadable);
        }
        match extract::body(call.headers(), body, FORM_LIMIT).await {
            Ok(bytes) => Unverified::read(&bytes),
            Err(_) => return pages::message(StatusCode::BAD_REQUEST, words, words.unreadable),
        }
    } else {
        Unverified::read(call.parts.uri.query().unwrap_or_default().as_bytes())
    };
    let unverified = match read {
        Ok(unverified) => Arc::new(unverified),
        Err(stop) => return refused(&call, None, stop),
    };
    let browser = cookies::read(&call);
    let engine = &call.shared.engine;
    match authorization::respond(engine, call.origin(), Arc::clone(&unverified), browser).await {
        Ok(answer) => go(&call, &answer),
        Err(stop) => refused(&call, Some(&unverified), stop),
    }
}

/// Sends the browser on: [RFC9700 §4.12] with 303, so that nothing that was posted is posted again.
pub(crate) fn go(call: &Call, answer: &Answer) -> Response {
    let to = match &answer.next {
        Next::Page(id) => call.issuer().endpoint(&format!("oauth2/interaction/{id}")),
        Next::Leave(address) => address.clone(),
    };
    let mut response = Response::new(Body::empty());
    match HeaderValue::try_from(to) {
        Ok(to) => {
            *response.status_mut() = StatusCode::SEE_OTHER;
            response.headers_mut().insert(header::LOCATION, to);
        }
        // Not reached: what is registered is ASCII, and what is appended is percent-encoded.
        Err(_) => *response.status_mut() = StatusCode::BAD_REQUEST,
    }
    cookies::set(call, response.headers_mut(), answer);
    response
}

/// A request that redirects nowhere.
fn refused(call: &Call, unverified: Option<&Unverified>, stop: Stop) -> Response {
    let words = words_for(call.headers());
    let refused: Refused = match stop {
        Stop::Refused(refused) => refused,
        other => return pages::failed(call, words, other),
    };
    // A tester who wants Medplum's very answer gets its one line.
    if let (Dialect::Medplum, RefusalAnswer::Text(status, text)) = (refused.dialect, refused.answer()) {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        return respond::response(status, TEXT, text);
    }
    let explained = unverified.map(|unverified| authorization::explain(&call.shared.engine, unverified));
    match explained.transpose() {
        Ok(explanation) => pages::authorize_error(words, refused.refusal, explanation.as_ref()),
        Err(stop) => pages::failed(call, words, stop),
    }
}
