//! Medplum's `/auth/…`: signing in as a program does it, and what a person may ask and do once signed in. JSON in, JSON out.

mod login;
mod mfa;

use anteroom_engine::endpoint::external::{self, Method};
use anteroom_engine::endpoint::{change_password, client_info, me, session, set_password};
use anteroom_engine::refusal::Refusal;
use anteroom_engine::service::people;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::call::Call;
use crate::headers::{FHIR_JSON, JSON};
use crate::respond::{self, ALL_OK, Family};
use crate::{caller, extract};

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Auth {
    Login,
    Status,
    Profile,
    Scope,
    Method,
    ClientInfo,
    Me,
    Revoke,
    ChangePassword,
    SetPassword,
    MfaStatus,
    MfaEnroll,
    MfaDisable,
    MfaVerify,
    MfaLoginEnroll,
}

/// Answers a request.
pub(crate) async fn answer(endpoint: Auth, call: Call, body: Body) -> Response {
    if call.method() == axum::http::Method::HEAD {
        return respond::response(StatusCode::OK, JSON, Body::empty());
    }
    let body = if call.method() == axum::http::Method::POST {
        match extract::json(&call, body).await {
            Ok(body) => body,
            Err(response) => return response,
        }
    } else {
        Value::Null
    };
    let answered = match endpoint {
        Auth::Login => login::begin(&call, &body).await,
        Auth::Status => login::status(&call).await,
        Auth::Profile => login::profile(&call, &body).await,
        Auth::Scope => login::scope(&call, &body).await,
        Auth::Method => method(&call, &body),
        Auth::ClientInfo => client_info(&call),
        Auth::Me => me(&call).await,
        Auth::Revoke => revoke(&call, &body).await,
        Auth::ChangePassword => change_password(&call, &body).await,
        Auth::SetPassword => set_password(&call, &body).await,
        Auth::MfaStatus => mfa::status(&call).await,
        Auth::MfaEnroll => mfa::enroll(&call, &body).await,
        Auth::MfaDisable => mfa::disable(&call, &body).await,
        Auth::MfaVerify => mfa::verify(&call, &body).await,
        Auth::MfaLoginEnroll => mfa::login_enroll(&call, &body).await,
    };
    answered.unwrap_or_else(|stop| respond::stop(&call, Family::Medplum, stop))
}

/// What an endpoint comes to.
type Answered = anteroom_engine::stop::Outcome<Response>;

/// A text member of the body; an empty one counts as absent.
fn text(body: &Value, member: &str) -> Option<String> {
    body.get(member)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A text member that must be there.
fn required(
    call: &Call,
    body: &Value,
    member: &str,
    missing: Refusal,
) -> anteroom_engine::stop::Outcome<String> {
    text(body, member).ok_or_else(|| call.refuse(missing))
}

/// The last part of the path.
fn last_part(call: &Call) -> &str {
    call.parts.uri.path().rsplit('/').next().unwrap_or_default()
}

/// What went well and has nothing to say.
fn all_ok() -> Response {
    respond::response(StatusCode::OK, FHIR_JSON, ALL_OK)
}

/// `POST /auth/method`: at which identity provider an e-mail address signs in. An empty object: at none.
fn method(call: &Call, body: &Value) -> Answered {
    let Some(Ok(email)) = text(body, "email").map(|email| people::email(&email)) else {
        return Err(call.refuse(Refusal::InvalidEmail));
    };
    Ok(match external::method(&call.shared.engine, call.issuer(), &email)? {
        Some(Method { domain, authorize_url }) => {
            respond::json(&json!({ "domain": domain, "authorizeUrl": authorize_url }))
        }
        None => respond::json(&json!({})),
    })
}

fn client_info(call: &Call) -> Answered {
    Ok(respond::json(&client_info::respond(&call.shared.engine, last_part(call))?))
}

async fn me(call: &Call) -> Answered {
    let (credentials, on_behalf_of) = (caller::credentials(call)?, caller::on_behalf_of(call.headers()));
    Ok(respond::json(&me::respond(&call.shared.engine, call.origin(), credentials, on_behalf_of).await?))
}

async fn revoke(call: &Call, body: &Value) -> Answered {
    let credentials = caller::credentials(call)?;
    session::revoke(&call.shared.engine, call.origin(), credentials, text(body, "loginId")).await?;
    Ok(all_ok())
}

async fn change_password(call: &Call, body: &Value) -> Answered {
    let credentials = caller::credentials(call)?;
    let request = change_password::Request::read(text(body, "oldPassword"), text(body, "newPassword"));
    change_password::respond(&call.shared.engine, call.origin(), credentials, request).await?;
    Ok(all_ok())
}

async fn set_password(call: &Call, body: &Value) -> Answered {
    let engine = &call.shared.engine;
    let request = match set_password::Request::read(text(body, "id").as_deref(), text(body, "secret")) {
        Ok(request) => request,
        // A refusal gets its words from the store.
        Err(stop) => return engine.refuse_unread(&call.origin(), stop),
    };
    let password = Zeroizing::new(text(body, "password").unwrap_or_default());
    set_password::respond(engine, call.origin(), request, password).await?;
    Ok(all_ok())
}
