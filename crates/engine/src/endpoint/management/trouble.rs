//! What the Management API says when it does not do what it was asked: `{statusCode, error, message, errorCode?}`.

use crate::refusal::Refusal;
use crate::stop::{Stop, Unfit, UnfitKind};
use crate::store::StoreError;

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// HTTP status, and `statusCode`.
    pub status: u16,
    /// `errorCode`; absent where Auth0 leaves it out.
    pub error_code: Option<&'static str>,
    /// `message`.
    pub message: String,
    /// The row of the table of refusals, for a caller who lacks the right: written to the log.
    pub(super) refusal: Option<Refusal>,
}

impl Trouble {
    /// One that the edge found.
    pub fn of(status: u16, error_code: Option<&'static str>, message: &str) -> Self {
        Self { status, error_code, message: message.to_owned(), refusal: None }
    }
}

/// Why a handler stopped.
pub(super) enum Halt {
    /// The caller's mistake, in Auth0's words.
    Trouble(Trouble),
    /// A fault.
    Stop(Stop),
}

/// What a handler comes to.
pub(super) type Said<T> = Result<T, Halt>;

impl From<Trouble> for Halt {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl From<Stop> for Halt {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Self::Stop(error.into())
    }
}

pub(super) fn trouble(status: u16, error_code: &'static str, message: impl Into<String>) -> Halt {
    Trouble { status, error_code: Some(error_code), message: message.into(), refusal: None }.into()
}

/// 405: the path has no such method. The edge answers those first.
pub(super) fn not_allowed() -> Halt {
    Trouble { status: 405, error_code: None, message: "Method not allowed".to_owned(), refusal: None }.into()
}

/// 401, without an `errorCode`.
pub(super) fn unauthorized(message: &str) -> Halt {
    Trouble {
        status: 401,
        error_code: None,
        message: message.to_owned(),
        refusal: Some(Refusal::ManagementTokenRefused),
    }
    .into()
}

/// 403: the token has none of these scopes.
pub(super) fn insufficient_scope(expected: &[&str]) -> Halt {
    Trouble {
        status: 403,
        error_code: Some("insufficient_scope"),
        message: format!("Insufficient scope, expected any of: {}", expected.join(",")),
        refusal: Some(Refusal::ManagementScopeMissing),
    }
    .into()
}

/// 403: the caller would give away, or take over, rights over this API that it does not have.
pub(super) fn beyond_own_rights(scope: &str) -> Halt {
    Trouble {
        status: 403,
        error_code: Some("insufficient_scope"),
        message: format!("Insufficient scope, expected any of: {scope}"),
        refusal: Some(Refusal::ManagementScopeMissing),
    }
    .into()
}

/// 400: this server makes no such check, and promises none.
pub(super) fn not_supported(what: &str) -> Halt {
    trouble(400, "operation_not_supported", format!("{what} is not supported by this server."))
}

/// Auth0's names of members that the services call otherwise.
fn property(field: &str) -> &str {
    match field {
        "redirectUris" => "callbacks",
        "postLogoutRedirectUris" => "allowed_logout_urls",
        "allowedOrigins" => "allowed_origins",
        "grantTypes" => "grant_types",
        "clientType" => "token_endpoint_auth_method",
        "secret" => "client_secret",
        other => other,
    }
}

/// What a service found wrong, in Auth0's words. `conflict` is the `errorCode` of something that exists already.
pub(super) fn of_service(stop: Stop, conflict: &'static str) -> Halt {
    let Stop::Unfit(Unfit { kind, field, message }) = stop else { return Halt::Stop(stop) };
    let message = message.to_string();
    match (kind, field) {
        (UnfitKind::Conflict, _) => trouble(409, conflict, message),
        (UnfitKind::NotFound, _) => trouble(404, "inexistent_resource", message),
        // Auth0's very words.
        (UnfitKind::Invalid, Some("scope")) if message.starts_with("scope must be") => {
            trouble(400, "invalid_body", format!("Payload validation error: {message}"))
        }
        (UnfitKind::Invalid, Some(field)) => {
            let on = property(field);
            trouble(
                400,
                "invalid_body",
                format!("Payload validation error: '{}' on property {on}.", message.trim_end_matches('.')),
            )
        }
        (UnfitKind::Invalid, None) => {
            trouble(400, "invalid_body", format!("Payload validation error: '{message}'."))
        }
    }
}
