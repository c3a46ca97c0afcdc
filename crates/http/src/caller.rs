//! Who calls an API endpoint, by the headers of the request: read here, decided in the engine.

use anteroom_engine::caller::Credentials;
use anteroom_engine::client_auth::Presented;
use anteroom_engine::refusal::Refusal;
use anteroom_engine::stop::Stop;
use anteroom_oauth::authorization::{self, Authorization};
use axum::http::{HeaderMap, header};

use crate::call::Call;
use crate::extract;

const ON_BEHALF_OF: &str = "x-medplum-on-behalf-of";

/// The credentials of the `Authorization` header. A header that cannot be read is nobody.
pub(crate) fn credentials(call: &Call) -> Result<Option<Credentials>, Stop> {
    let Ok(header) = extract::single(call.headers(), &header::AUTHORIZATION) else {
        return Err(call.refuse(Refusal::Unauthenticated));
    };
    Ok(match header.map(authorization::parse) {
        None | Some(Err(_)) => None,
        Some(Ok(Authorization::Bearer(token))) => Some(Credentials::Bearer(token)),
        Some(Ok(Authorization::Basic { user, password })) => Some(Credentials::Basic(Presented {
            client_id: (!user.is_empty()).then_some(user),
            secret: (!password.is_empty()).then(|| password.digest()),
            assertion: None,
        })),
    })
}

/// The values of `X-Medplum-On-Behalf-Of`, each as text. One that is no text stays a value: it must be refused, not
/// overlooked.
pub(crate) fn on_behalf_of(headers: &HeaderMap) -> Vec<String> {
    headers
        .get_all(ON_BEHALF_OF)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .collect()
}
