//! The check that a refusal fails when there is only one way to fail it.
//!
//! Most checks compare two values of their request and state both in the trace where they decide. What is found before
//! anything is looked up (a form that cannot be read, a parameter that is not there) has one side only: what had to be, and
//! that it was not. Those stand here, so that the trace of *every* refusal names its check.

use super::Refusal;
use crate::trace::Check;

/// The check of a refusal, and both sides of it.
struct Unmet {
    check: &'static str,
    expected: &'static str,
    found: &'static str,
}

impl Refusal {
    /// The failed check of this refusal, where the code that refused named none. `detail` is what was found, if more is
    /// known than that it was wrong. `None` for a refusal that always states its own.
    pub(crate) fn unmet(self, detail: &str) -> Option<Check> {
        let Unmet { check, expected, found } = unmet(self)?;
        let found = if detail.is_empty() { found.to_owned() } else { detail.to_owned() };
        Some(Check {
            check: check.into(),
            expected: Some(expected.into()),
            found: Some(found.into()),
            passed: false,
        })
    }
}

fn unmet(refusal: Refusal) -> Option<Unmet> {
    let row = |check, expected, found| Some(Unmet { check, expected, found });
    match refusal {
        Refusal::UnsupportedContentType => {
            row("content_type", "application/x-www-form-urlencoded", "another type, or none")
        }
        Refusal::MalformedForm => row("form", "percent-encoded UTF-8", "bytes that cannot be decoded"),
        Refusal::DuplicateParameter => row("parameters", "each once", "one came twice"),
        Refusal::AuthorizeMalformed => row("parameters", "a query that can be read", "one that cannot"),
        Refusal::InvalidAuthorizationHeader => {
            row("authorization", "one Basic header", "one that cannot be read, is not Basic, or came twice")
        }
        Refusal::TwoClientAuthentications => {
            row("client.authentication", "one way", "a header and client_secret in the body")
        }
        Refusal::ClientIdsDiffer => row("client_id", "the one of the header", "another one in the body"),
        Refusal::TokenInQuery => row("access_token", "in the header or the form", "in the query"),
        Refusal::TwoTokens => row("access_token", "once", "more than once"),
        Refusal::InteractionNotYours => {
            row("interaction.browser", "the browser that began it, with its form", "another one, or too late")
        }
        Refusal::AccessDenied => row("consent", "allowed", "the person pressed Cancel"),
        Refusal::LoginRequired => {
            row("session", "a session that answers prompt=none", "the person would have to sign in")
        }
        Refusal::ConsentRequired => row("consent", "remembered", "the person would have to agree"),
        Refusal::InteractionRequired => row("prompt", "nothing to ask", "the person would have to choose"),
        Refusal::Unauthenticated => row("authorization", "a bearer token or client credentials", "neither"),
        Refusal::InvalidToken => row("access_token", "a live access token of this server", "no such token"),
        Refusal::InsufficientScope => row("access_token.scope", "openid, of a person", "without it"),
        Refusal::OnBehalfOfForbidden => row("caller.admin", "a project admin", "no admin"),
        Refusal::OnBehalfOfNotFound => row("on_behalf_of", "a member of the project", "no such member"),
        Refusal::ClientNotFound => row("client.exists", "a client of the project", "no such client"),
        Refusal::LinkOptionInvalid => {
            row("link_option", "true, or an object of its members", "another value")
        }
        Refusal::WrongPassword => row("password", "the member's", "another one"),
        Refusal::InvalidProfile => row("membership", "one of those on the page", "another one"),
        Refusal::ClientWithoutMembership => row("client.membership", "a membership", "none"),
        Refusal::TooManyWrongSecrets
        | Refusal::TooManySignIns
        | Refusal::TooManySecondFactorCodes
        | Refusal::TooManyRequests => row("attempts", "fewer in the window", "too many"),
        Refusal::UnknownCode => row("code.exists", "an issued code", "no such code"),
        Refusal::CodeSpent => row("code.redeemed_at", "unredeemed", "redeemed meanwhile"),
        Refusal::ScopeNotString => row("scope", "a string", "another type"),
        Refusal::NonceNotString => row("nonce", "a string", "another type"),
        Refusal::ExpiresInInvalid => row("expiresIn", "whole seconds, 1 to 86400", "another value"),
        Refusal::MissingClientSecret => row("client.authenticated", "a secret", "none sent"),
        Refusal::InvalidScope => row("scope", "a scope that can be granted", "nothing is left"),
        Refusal::TooManyCodes | Refusal::TooManyTypedCodes => row("codes", "fewer outstanding", "too many"),
        other => of_a_login(other),
    }
}

/// Signing in as a program does it, and what a person may do afterwards.
fn of_a_login(refusal: Refusal) -> Option<Unmet> {
    let row = |check, expected, found| Some(Unmet { check, expected, found });
    match refusal {
        Refusal::InvalidEmail => row("email", "an e-mail address", "none, or no address"),
        Refusal::PasswordTooShort => row("password", "at least 8 characters", "fewer, or none"),
        Refusal::NewPasswordInvalid => row("newPassword", "8 to 256 characters", "fewer, more, or none"),
        Refusal::PasswordTooLong => row("password", "at most 256 bytes", "more"),
        Refusal::InvalidRequestId => row("id", "the id of a link", "no id"),
        Refusal::SecurityRequestUsed => row("request.used_at", "unused", "used meanwhile"),
        Refusal::IncorrectPassword => row("password", "the account's present one", "another one"),
        Refusal::LoginIdRequired => row("login", "the id of a login", "no id"),
        Refusal::LoginIdRequiredToRevoke => row("loginId", "the id of a login", "no id"),
        Refusal::ProfileNotFound => row("profile", "a membership", "no such membership"),
        Refusal::SecondFactorSecretMissing => row("second_factor.secret", "a secret", "none was made yet"),
        Refusal::SecondFactorEnrolled => row("second_factor.enrolled", "not yet", "already"),
        Refusal::NotAPerson => row("caller", "a person", "a client"),
        other => of_fhir(other),
    }
}

/// The interface of FHIR.
fn of_fhir(refusal: Refusal) -> Option<Unmet> {
    let row = |check, expected, found| Some(Unmet { check, expected, found });
    match refusal {
        Refusal::NotInAuthSlice => row("resourceType", "one of the auth slice", "another type or operation"),
        Refusal::ResourceNotFound => row("resource.exists", "a resource that may be seen", "none of this id"),
        Refusal::ResourceGone => row("resource.exists", "a resource", "deleted"),
        Refusal::IncorrectResourceType => row("resourceType", "the type of the address", "another, or none"),
        Refusal::IncorrectResourceId => row("id", "the id of the address", "another, or none"),
        Refusal::VersionsDiffer => row("version", "the one that If-Match names", "another"),
        Refusal::PatchNotApplied => row("patch", "operations that fit the resource", "one that does not"),
        Refusal::ManagementTokenRefused => {
            row("access_token", "a live access token for <issuer>api/v2/", "no such token")
        }
        Refusal::ManagementScopeMissing => {
            row("access_token.scope", "one of the scopes the call needs", "none of them")
        }
        other => vault(other).or_else(|| missing(other)),
    }
}

/// What the My Account API finds in a request before it looks anything up, and steps that somebody else took meanwhile.
fn vault(refusal: Refusal) -> Option<Unmet> {
    let row = |check, expected, found| Some(Unmet { check, expected, found });
    match refusal {
        Refusal::MeInvalidBody => row("body", "the members of the request, in their bounds", "others"),
        Refusal::MeMediaType => row("content_type", "application/json", "another type, or none"),
        Refusal::MeInvalidToken => row("access_token", "a live one of a person", "another one"),
        Refusal::MeSessionCompleted => {
            row("auth_session.finished_at", "not completed", "completed meanwhile")
        }
        Refusal::ConnectTicket => row("connect_session", "one that waits", "one that ended meanwhile"),
        _ => None,
    }
}

/// Parameters that are not there.
fn missing(refusal: Refusal) -> Option<Unmet> {
    let parameter = match refusal {
        Refusal::MissingGrantType => "grant_type",
        Refusal::UnsupportedGrantType => {
            let (expected, found) = ("one of grant_types_supported", "another one");
            return Some(Unmet { check: "grant_type", expected, found });
        }
        Refusal::MissingClientId => "client_id",
        Refusal::MissingPreAuthorizedCode => "pre-authorized_code",
        Refusal::MissingCode => "code",
        Refusal::MissingRefreshToken => "refresh_token",
        Refusal::MissingToken | Refusal::MissingTokenToRevoke | Refusal::MissingSecondFactorCode => "token",
        Refusal::MissingTxCode => "tx_code",
        Refusal::MissingLogin => "login",
        Refusal::MissingProfile => "profile",
        Refusal::MissingLoginScope => "scope",
        Refusal::MissingSecret => "secret",
        Refusal::MissingOldPassword => "oldPassword",
        Refusal::ClientIdRequired => "clientId",
        Refusal::OnBehalfOfMissing => "x-medplum-on-behalf-of",
        _ => return None,
    };
    Some(Unmet { check: parameter, expected: "present", found: "absent" })
}
