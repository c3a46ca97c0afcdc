//! `POST /auth/login`, `/auth/profile`, `/auth/scope` and `GET /auth/login/{id}`.

use anteroom_engine::endpoint::login::{self, Answer, Choice, Next, Request};
use anteroom_engine::refusal::Refusal;
use anteroom_engine::service::second_factor::EnrollUri;
use anteroom_magic_link::qr::QrPicture;
use anteroom_oauth::secret::Secret;
use axum::http::header;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Answered, last_part, required};
use crate::call::Call;
use crate::{extract, respond};

/// Begins a login.
pub(super) async fn begin(call: &Call, body: &Value) -> Answered {
    let origin = match extract::single(call.headers(), &header::ORIGIN) {
        Ok(origin) => origin.map(|origin| String::from_utf8_lossy(origin).into_owned()),
        Err(()) => return Err(call.refuse(Refusal::LoginOriginNotAllowed)),
    };
    let request = match Request::read(body, origin) {
        Ok(request) => request,
        // A refusal gets its words from the store.
        Err(stop) => return call.shared.engine.refuse_unread(&call.origin(), stop),
    };
    let answer = login::respond(&call.shared.engine, call.origin(), request).await?;
    show(answer).await
}

/// Where a login stands.
pub(super) async fn status(call: &Call) -> Answered {
    show(login::status(&call.shared.engine, call.origin(), last_part(call)).await?).await
}

/// Chooses a membership.
pub(super) async fn profile(call: &Call, body: &Value) -> Answered {
    let login = required(call, body, "login", Refusal::MissingLogin)?;
    let profile = required(call, body, "profile", Refusal::MissingProfile)?;
    show(login::choose_profile(&call.shared.engine, call.origin(), login, profile).await?).await
}

/// Narrows the scope.
pub(super) async fn scope(call: &Call, body: &Value) -> Answered {
    let login = required(call, body, "login", Refusal::MissingLogin)?;
    let scope = required(call, body, "scope", Refusal::MissingLoginScope)?;
    show(login::narrow_scope(&call.shared.engine, call.origin(), login, scope).await?).await
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    login: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    mfa_required: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    mfa_enroll_required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    enroll_uri: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enroll_qr_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memberships: Option<Vec<Value>>,
}

/// The answer of a login.
pub(super) async fn show(answer: Answer) -> Answered {
    let mut shown = Shown {
        login: answer.login.to_string(),
        code: None,
        mfa_required: false,
        mfa_enroll_required: false,
        enroll_uri: None,
        enroll_qr_code: None,
        memberships: None,
    };
    match &answer.next {
        Next::Code(code) => shown.code = Some(code.expose()),
        Next::SecondFactor => shown.mfa_required = true,
        Next::Enroll(uri) => {
            shown.mfa_enroll_required = true;
            shown.enroll_uri = Some(uri.expose());
            shown.enroll_qr_code = picture(uri).await;
        }
        Next::Memberships(choices) => shown.memberships = Some(choices.iter().map(membership).collect()),
    }
    Ok(respond::json(&shown))
}

fn membership(choice: &Choice) -> Value {
    let mut shown = json!({
        "id": choice.id.to_string(),
        "project": { "reference": format!("Project/{}", choice.project), "display": choice.project_name },
        "profile": { "reference": choice.profile.to_string(), "display": choice.display },
    });
    if let Some(identifier) = &choice.identifier {
        shown["identifier"] = identifier.clone();
    }
    shown
}

/// The QR code of an address as a `data:` URL. None when the address is too long for one that scans well: it can be typed.
pub(super) async fn picture(uri: &Secret<EnrollUri>) -> Option<String> {
    let text = zeroize::Zeroizing::new(uri.expose().to_owned());
    // Drawing it and reading it back takes some milliseconds.
    let drawn = tokio::task::spawn_blocking(move || QrPicture::of_text(&text).map(|picture| picture.png(4)));
    let png = drawn.await.ok()?.ok()?;
    Some(format!("data:image/png;base64,{}", STANDARD.encode(png)))
}
