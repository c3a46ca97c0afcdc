//! Counting requests by address: the `RateLimit` header, and 429 with Medplum's body.

use anteroom_engine::refusal::{Answer, Refusal};
use anteroom_engine::service::rates::{self, Class, Counted};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::call::Call;
use crate::headers::{HTML, JSON};
use crate::interaction::pages;
use crate::outcome::{self, Outcome, RequestIds};
use crate::page::{self, words_for};
use crate::respond::{self, Family};

/// As Medplum writes it.
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Counts a request. `Err` answers it here: there were too many.
pub(crate) async fn count(call: &Call, class: Class) -> Result<Option<Counted>, Response> {
    match rates::count(&call.shared.engine, call.origin(), class).await {
        Ok(Some(counted)) if counted.is_over() => Err(too_many(call, counted)),
        Ok(counted) => Ok(counted),
        Err(stop) => Err(respond::stop(call, Family::Medplum, stop)),
    }
}

/// Says on an answer how many requests are left.
pub(crate) fn say(response: &mut Response, counted: Option<Counted>) {
    let Some(counted) = counted else { return };
    let text = format!("\"requests\";r={};t={}", counted.left(), counted.resets_in);
    if let Ok(value) = HeaderValue::try_from(text) {
        response.headers_mut().insert(RATE_LIMIT, value);
    }
}

/// [RFC6585 §4] a page for people; for programs Medplum's outcome, whose `diagnostics` is JSON again.
fn too_many(call: &Call, counted: Counted) -> Response {
    let mut response = if page::accepts_html(call.headers()) {
        let words = words_for(call.headers());
        let (title, text) = words.throttled;
        let text = page::fill(text, &[("seconds", &counted.resets_in.to_string())]);
        let mut page = pages::message(StatusCode::TOO_MANY_REQUESTS, words, (title, &text));
        page.headers_mut().insert(header::CONTENT_TYPE, HTML);
        page
    } else {
        outcome_of(call, counted)
    };
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(counted.resets_in));
    say(&mut response, Some(counted));
    response
}

fn outcome_of(call: &Call, counted: Counted) -> Response {
    let diagnostics = serde_json::json!({
        "_remainingPoints": counted.left(),
        "_msBeforeNext": u64::from(counted.resets_in) * 1_000,
        "_consumedPoints": counted.count,
        "_isFirstInDuration": counted.count == 1,
        "limit": counted.limit,
    })
    .to_string();
    let Answer::Outcome(answer) = Refusal::TooManyRequests.row().medplum else {
        return respond::stop(call, Family::Medplum, call.refuse(Refusal::TooManyRequests));
    };
    let outcome = Outcome { diagnostics: Some(&diagnostics), ..Outcome::from(answer) };
    let engine = &call.shared.engine;
    let ids = RequestIds::new(engine, call.headers());
    respond::response(StatusCode::TOO_MANY_REQUESTS, JSON, outcome::json(&outcome, &ids, engine))
}
