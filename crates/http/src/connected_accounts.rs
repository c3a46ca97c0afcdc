//! `/me/v1/connected-accounts/…`, and the browser's part: `/connected-accounts/connect` and `/login/callback`.

use std::collections::BTreeMap;

use anteroom_engine::endpoint::connected_accounts::browser::{self, Answer, Callback, Next};
use anteroom_engine::endpoint::connected_accounts::fields::Invalid;
use anteroom_engine::endpoint::connected_accounts::{self as engine, Page, complete, connect};
use anteroom_engine::refusal::{Answer as RefusalAnswer, ProblemAnswer, Refusal, unpublished};
use anteroom_engine::stop::{Outcome, Stop};
use anteroom_oauth::authorization::{self, Authorization};
use anteroom_oauth::form::Form;
use anteroom_oauth::secret::{AccessToken, Secret};
use axum::body::Body;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::call::Call;
use crate::cookies;
use crate::extract::{self, JSON_LIMIT};
use crate::headers::{HTML, JSON};
use crate::interaction::pages;
use crate::page::words_for;
use crate::respond::{self, Family};

/// Which endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// `POST …/connect`
    Connect,
    /// `POST …/complete`
    Complete,
    /// `GET …/accounts`
    Accounts,
    /// `DELETE …/accounts/{id}`
    Account,
    /// `GET …/connections`
    Connections,
}

/// Answers one of the My Account API's endpoints.
pub(crate) async fn my_account(part: Part, call: Call, body: Body) -> Response {
    let token = bearer(&call);
    match part {
        Part::Connect => {
            let read = match json_body(&call, body).await {
                Ok(value) => connect::Body::read(&value),
                Err(response) => return response,
            };
            let (body, wrong) = split(read);
            let begun = connect::respond(&call.shared.engine, call.origin(), token, body).await;
            let shown = begun.map(|begun| {
                json!({
                    "auth_session": begun.auth_session.expose(),
                    "connect_uri": begun.connect_uri,
                    "connect_params": { "ticket": begun.ticket.expose() },
                    "expires_in": begun.expires_in,
                })
            });
            answer(&call, StatusCode::CREATED, shown, &wrong)
        }
        Part::Complete => {
            let read = match json_body(&call, body).await {
                Ok(value) => complete::Body::read(&value),
                Err(response) => return response,
            };
            let (body, wrong) = split(read);
            let completed = complete::respond(&call.shared.engine, call.origin(), token, body).await;
            answer(&call, StatusCode::CREATED, completed, &wrong)
        }
        Part::Accounts => {
            let Ok((page, connections)) = query(&call) else { return bad_query(&call) };
            let listed = engine::accounts(&call.shared.engine, call.origin(), token, connections, page).await;
            answer(&call, StatusCode::OK, listed, &[])
        }
        Part::Connections => {
            let Ok((page, _)) = query(&call) else { return bad_query(&call) };
            let listed = engine::connections(&call.shared.engine, call.origin(), token, page).await;
            answer(&call, StatusCode::OK, listed, &[])
        }
        Part::Account => {
            let id = call.parts.uri.path().rsplit('/').next().unwrap_or_default().to_owned();
            match engine::delete(&call.shared.engine, call.origin(), token, id).await {
                Ok(()) => no_content(),
                Err(stop) => answer(&call, StatusCode::OK, Err(stop), &[]),
            }
        }
    }
}

fn no_content() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// The bearer token; one that comes in another way, or twice, is none.
fn bearer(call: &Call) -> Option<Secret<AccessToken>> {
    let header = extract::single(call.headers(), &header::AUTHORIZATION).ok()??;
    match authorization::parse(header) {
        Ok(Authorization::Bearer(token)) => Some(token),
        _ => None,
    }
}

fn split<T>(read: Result<T, Vec<Invalid>>) -> (Option<T>, Vec<Invalid>) {
    match read {
        Ok(body) => (Some(body), Vec::new()),
        Err(wrong) => (None, wrong),
    }
}

/// The body as JSON. One that cannot be read is `null`, so that who calls is looked at first.
async fn json_body(call: &Call, body: Body) -> Result<Value, Response> {
    if !extract::is_json(call.headers()) {
        return Err(respond::stop(call, Family::MyAccount, call.refuse(Refusal::MeMediaType)));
    }
    match extract::body(call.headers(), body, JSON_LIMIT).await {
        Ok(bytes) => Ok(extract::strict_object(&bytes).unwrap_or_default()),
        Err(error) => Err(extract::refuse_body(call, Family::MyAccount, &error)),
    }
}

/// `from` (some clients say `next`), `take`, and `connection` as often as it comes.
fn query(call: &Call) -> Result<(Page, Vec<String>), ()> {
    let mut read: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let query = call.parts.uri.query().unwrap_or_default();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        read.entry(name.into_owned()).or_default().push(value.into_owned());
    }
    let mut one = |names: [&str; 2]| names.into_iter().find_map(|name| read.remove(name)?.pop());
    let take = match one(["take", "take"]) {
        None => None,
        Some(digits) => Some(digits.parse().ok().filter(|take| *take >= 1).ok_or(())?),
    };
    let page = Page { from: one(["from", "next"]), take };
    let mut connections = read.remove("connection").unwrap_or_default();
    connections.extend(read.remove("connection[]").unwrap_or_default());
    if connections.len() > 20 { Err(()) } else { Ok((page, connections)) }
}

fn bad_query(call: &Call) -> Response {
    respond::stop(call, Family::MyAccount, call.refuse(Refusal::MeInvalidBody))
}

fn answer(call: &Call, status: StatusCode, outcome: Outcome<Value>, wrong: &[Invalid]) -> Response {
    match outcome {
        Ok(value) => respond::response(status, JSON, value.to_string()),
        Err(Stop::Refused(refused)) if refused.refusal == Refusal::MeInvalidBody => {
            let RefusalAnswer::Problem(answer) = refused.answer() else {
                return respond::stop(call, Family::MyAccount, Stop::Refused(refused));
            };
            problem(&answer, wrong)
        }
        Err(stop) => respond::stop(call, Family::MyAccount, stop),
    }
}

/// Problem details in the form of the My Account API.
pub(crate) fn problem(answer: &ProblemAnswer, wrong: &[Invalid]) -> Response {
    let mut errors: Vec<Value> = wrong
        .iter()
        .map(|wrong| {
            json!({ "detail": wrong.detail, "field": wrong.field, "pointer": format!("/{}", wrong.field), "source": "body" })
        })
        .collect();
    if let (true, Some(field)) = (errors.is_empty(), answer.field) {
        errors.push(json!({ "detail": answer.detail, "field": field }));
    }
    let mut body = json!({
        "type": format!("{}{}", unpublished::PROBLEM_TYPE, answer.kind),
        "status": answer.status,
        "title": answer.title,
        "detail": answer.detail,
    });
    if !errors.is_empty() {
        body["validation_errors"] = errors.into();
    }
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_REQUEST);
    respond::response(status, JSON, body.to_string())
}

/// `GET /connected-accounts/connect?ticket=…`: on to the provider.
pub(crate) async fn open(call: Call) -> Response {
    if call.method() == Method::HEAD {
        return respond::response(StatusCode::OK, HTML, Body::empty());
    }
    let form = Form::decode(call.parts.uri.query().unwrap_or_default().as_bytes());
    let ticket = form.ok().and_then(|mut form| form.take_secret("ticket"));
    let browser = cookies::read(&call);
    go(&call, browser::open(&call.shared.engine, call.origin(), ticket, browser).await)
}

/// `GET /login/callback`: back from the provider.
pub(crate) async fn callback(call: Call) -> Response {
    if call.method() == Method::HEAD {
        return respond::response(StatusCode::OK, HTML, Body::empty());
    }
    let form = Form::decode(call.parts.uri.query().unwrap_or_default().as_bytes());
    let callback = match form {
        Ok(mut form) => Callback {
            code: form.get("code").map(|code| Zeroizing::new(code.to_owned())),
            error: form.get("error").map(str::to_owned),
            state: form.take_secret("state"),
        },
        Err(_) => Callback { code: None, error: None, state: None },
    };
    let browser = cookies::read(&call);
    go(&call, browser::callback(&call.shared.engine, call.origin(), callback, browser).await)
}

/// Sends the browser on, or shows it what there is to say.
fn go(call: &Call, outcome: Outcome<Answer>) -> Response {
    let words = words_for(call.headers());
    let answer = match outcome {
        Ok(answer) => answer,
        Err(Stop::Refused(_)) => return pages::message(StatusCode::BAD_REQUEST, words, words.connect_over),
        Err(stop) => return pages::failed(call, words, stop),
    };
    let mut response = match &answer.next {
        Next::Connected => pages::message(StatusCode::OK, words, words.connected),
        Next::Failed(why) => {
            pages::message(StatusCode::BAD_REQUEST, words, (words.not_connected, why.as_str()))
        }
        Next::Leave(address) => {
            let mut response = Response::new(Body::empty());
            match HeaderValue::try_from(address.as_str()) {
                Ok(to) => {
                    *response.status_mut() = StatusCode::SEE_OTHER;
                    response.headers_mut().insert(header::LOCATION, to);
                }
                // Not reached: addresses are URLs, and what is appended is percent-encoded.
                Err(_) => *response.status_mut() = StatusCode::BAD_REQUEST,
            }
            response
        }
    };
    cookies::set_browser(call, response.headers_mut(), answer.new_browser.as_ref());
    response
}
