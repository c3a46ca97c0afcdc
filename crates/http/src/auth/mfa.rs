//! `/auth/mfa/…`: the second factor.

use anteroom_engine::endpoint::mfa::{self, Status};
use anteroom_engine::refusal::Refusal;
use serde_json::{Value, json};

use super::{Answered, all_ok, login, required, text};
use crate::call::Call;
use crate::{caller, respond};

/// Whether the caller is enrolled.
pub(super) async fn status(call: &Call) -> Answered {
    let status = mfa::status(&call.shared.engine, call.origin(), caller::credentials(call)?).await?;
    Ok(match status {
        Status::Enrolled => respond::json(&json!({ "enrolled": true })),
        Status::NotEnrolled(uri) => {
            let mut shown = json!({ "enrolled": false, "enrollUri": uri.expose() });
            if let Some(picture) = login::picture(&uri).await {
                shown["enrollQrCode"] = picture.into();
            }
            respond::json(&shown)
        }
    })
}

/// Enrolls the caller.
pub(super) async fn enroll(call: &Call, body: &Value) -> Answered {
    let token = text(body, "token").unwrap_or_default();
    mfa::enroll(&call.shared.engine, call.origin(), caller::credentials(call)?, token).await?;
    Ok(all_ok())
}

/// Takes the caller's second factor away.
pub(super) async fn disable(call: &Call, body: &Value) -> Answered {
    let token = text(body, "token");
    mfa::disable(&call.shared.engine, call.origin(), caller::credentials(call)?, token).await?;
    Ok(all_ok())
}

/// A login goes on with a code.
pub(super) async fn verify(call: &Call, body: &Value) -> Answered {
    let login = required(call, body, "login", Refusal::MissingLogin)?;
    let token = required(call, body, "token", Refusal::MissingSecondFactorCode)?;
    login::show(mfa::verify(&call.shared.engine, call.origin(), login, token).await?).await
}

/// A login enrolls and goes on.
pub(super) async fn login_enroll(call: &Call, body: &Value) -> Answered {
    let login = required(call, body, "login", Refusal::MissingLogin)?;
    let token = required(call, body, "token", Refusal::MissingSecondFactorCode)?;
    login::show(mfa::login_enroll(&call.shared.engine, call.origin(), login, token).await?).await
}
