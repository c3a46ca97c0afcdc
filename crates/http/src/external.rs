//! `GET /auth/external`: an identity provider sends the browser back [RFC6749 §4.1.2]. The answer is a 303 to a page of ours,
//! to the client or to the app; what went wrong stands on the page that the browser came from, or is an `OperationOutcome`.

use std::sync::Arc;

use anteroom_engine::endpoint::external::{self, Request};
use anteroom_engine::refusal::Refusal;
use anteroom_engine::stop::Stop;
use anteroom_oauth::form::Form;
use axum::body::Body;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use zeroize::Zeroizing;

use crate::call::Call;
use crate::headers::HTML;
use crate::interaction::{self, pages};
use crate::page::words_for;
use crate::respond::{self, Family};
use crate::{authorize, cookies};

/// Signs in whom the provider names.
pub(crate) async fn external(call: Call) -> Response {
    if call.method() == Method::HEAD {
        return respond::response(StatusCode::OK, HTML, Body::empty());
    }
    // [RFC6749 §3.1] a query that cannot be read, or that says something twice, says nothing
    let form = Form::decode(call.parts.uri.query().unwrap_or_default().as_bytes()).unwrap_or_default();
    let text = |name: &str| form.get(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let request = Request {
        code: text("code").map(Zeroizing::new),
        state: text("state"),
        error: text("error").is_some(),
    };
    let browser = Arc::new(cookies::read(&call));
    let page = request.interaction();
    let engine = &call.shared.engine;
    match external::respond(engine, call.origin(), request, Arc::clone(&browser)).await {
        Ok(answer) => authorize::go(&call, &answer),
        Err(Stop::Refused(refused)) if refused.refusal == Refusal::InteractionNotYours => {
            pages::ended(words_for(call.headers()))
        }
        Err(stop) => match (stop, page) {
            (Stop::Refused(refused), Some(id)) => {
                interaction::show(&call, words_for(call.headers()), id, &browser, "", Some(&refused))
            }
            (stop, _) => respond::stop(&call, Family::Medplum, stop),
        },
    }
}
