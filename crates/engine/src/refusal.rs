//! The one table of refusals.
//!
//! A refusal is the caller's mistake. Each has a name, the RFC's answer, Medplum's answer, the section it comes from and a
//! sentence that tells a person what to do. The wire, the trace and the Activity screen all read this table, so that a
//! dialect changes words and never a check.

mod apis;
mod auth0;
mod authorization;
mod authorization_code;
mod bearer;
mod connected_accounts;
mod external;
mod federated_connection_access_token;
mod fhir;
mod login;
mod pre_authorized_code;
mod preauthorize;
mod private_key_jwt;
mod refresh_token;
mod token;
mod token_exchange;
mod unmet;
pub mod unpublished;

use anteroom_oauth::error_code::ErrorCode;

/// The answer of an OAuth endpoint: `{"error", "error_description"}` [RFC6749 §5.2].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OAuthAnswer {
    /// HTTP status.
    pub status: u16,
    /// `error`.
    pub code: ErrorCode,
    /// `error_description`: fixed text, nothing from the request or the store.
    pub description: &'static str,
}

/// The answer of a Medplum endpoint: a FHIR `OperationOutcome`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutcomeAnswer {
    /// HTTP status.
    pub status: u16,
    /// `id`; absent for plain 400s.
    pub id: Option<&'static str>,
    /// `issue[0].code`.
    pub code: &'static str,
    /// `issue[0].details.text`.
    pub text: &'static str,
    /// `issue[0].expression[0]`.
    pub expression: Option<&'static str>,
    /// `issue[0].diagnostics`.
    pub diagnostics: Option<&'static str>,
}

/// The answer of the My Account API: problem details [RFC9457] in Auth0's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProblemAnswer {
    /// `status`, and the HTTP status.
    pub status: u16,
    /// The end of `type`.
    pub kind: &'static str,
    /// `title`.
    pub title: &'static str,
    /// `detail`: fixed text.
    pub detail: &'static str,
    /// `validation_errors[0].field`, when one member is wrong.
    pub field: Option<&'static str>,
}

/// An answer in one of the three shapes, or plain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The shape of the OAuth endpoints.
    OAuth(OAuthAnswer),
    /// The shape of Medplum's other endpoints.
    Outcome(OutcomeAnswer),
    /// The shape of the My Account API.
    Problem(ProblemAnswer),
    /// Plain text, as Medplum answers a wrong content type.
    Text(u16, &'static str),
}

impl Answer {
    /// HTTP status.
    pub const fn status(&self) -> u16 {
        match self {
            Self::OAuth(answer) => answer.status,
            Self::Outcome(answer) => answer.status,
            Self::Problem(answer) => answer.status,
            Self::Text(status, _) => *status,
        }
    }
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Name, as stored in the log and used by the screens' catalogue.
    pub name: &'static str,
    /// The RFC's answer.
    pub rfc: Answer,
    /// Medplum's answer.
    pub medplum: Answer,
    /// Where the rule comes from.
    pub section: &'static str,
    /// What to do, for a person.
    pub advice: &'static str,
}

impl Row {
    /// The RFC's words, whatever the shape.
    pub const fn rfc_description(&self) -> &'static str {
        match self.rfc {
            Answer::OAuth(answer) => answer.description,
            Answer::Outcome(answer) => answer.text,
            Answer::Problem(answer) => answer.detail,
            Answer::Text(_, text) => text,
        }
    }
}

const fn oauth(status: u16, code: ErrorCode, description: &'static str) -> Answer {
    Answer::OAuth(OAuthAnswer { status, code, description })
}

const fn outcome(status: u16, id: Option<&'static str>, code: &'static str, text: &'static str) -> Answer {
    Answer::Outcome(OutcomeAnswer { status, id, code, text, expression: None, diagnostics: None })
}

const fn field(text: &'static str, expression: &'static str) -> Answer {
    Answer::Outcome(OutcomeAnswer {
        status: 400,
        id: None,
        code: "invalid",
        text,
        expression: Some(expression),
        diagnostics: None,
    })
}

const fn authentication_error(diagnostics: &'static str) -> Answer {
    Answer::Outcome(OutcomeAnswer {
        status: 400,
        id: None,
        code: "invalid",
        text: "Authentication error",
        expression: None,
        diagnostics: Some(diagnostics),
    })
}

const UNAUTHORIZED: Answer = outcome(401, Some("unauthorized"), "login", "Unauthorized");
const FORBIDDEN: Answer = outcome(403, Some("forbidden"), "forbidden", "Forbidden");
const NOT_FOUND: Answer = outcome(404, Some("not-found"), "not-found", "Not found");
const GONE: Answer = outcome(410, Some("gone"), "deleted", "Gone");
const PRECONDITION_FAILED: Answer =
    outcome(412, Some("precondition-failed"), "processing", "Precondition Failed");
const AUTH_SLICE: Answer = outcome(
    404,
    Some("not-found"),
    "not-found",
    "This server holds the auth slice of FHIR only: ClientApplication, ProjectMembership, AccessPolicy, Patient, \
     Practitioner, RelatedPerson, SmartAppLaunch and Project",
);
const THROTTLED: Answer = outcome(429, Some("too-many-requests"), "throttled", "Too Many Requests");

// Makes the one table of the families' parts, in the order they are named. A family's `rows!` hands back what came before it,
// with its own rows after it.
macro_rules! refusals {
    ([$family:ident $($families:ident)*] $($rows:tt)*) => {
        $family::rows! { refusals! [$($families)*] $($rows)* }
    };
    ([] $($(#[doc = $doc:literal])+ $variant:ident = $name:literal {
        rfc: $rfc:expr, medplum: $medplum:expr, section: $section:literal, advice: $advice:literal $(,)?
    })+) => {
        /// Why a request is refused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Refusal { $($(#[doc = $doc])+ $variant,)+ }

        impl Refusal {
            /// All refusals, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The row of this refusal.
            pub const fn row(self) -> &'static Row {
                match self {
                    $(Self::$variant => const {
                        &Row { name: $name, rfc: $rfc, medplum: $medplum, section: $section, advice: $advice }
                    },)+
                }
            }
        }
    };
}

impl Refusal {
    /// Name, as stored.
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// From the stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|refusal| refusal.name() == name)
    }
}

use ErrorCode as E;

refusals! { [
    apis
    token
    pre_authorized_code
    bearer
    preauthorize
    authorization_code
    refresh_token
    authorization
    login
    token_exchange
    external
    private_key_jwt
    fhir
    federated_connection_access_token
    connected_accounts
] }

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_refusal_has_a_name_of_its_own_and_says_what_to_do() {
        let mut names = HashSet::new();
        for refusal in Refusal::ALL {
            let row = refusal.row();
            assert!(names.insert(row.name), "{} twice", row.name);
            assert!(row.advice.ends_with('.') && row.advice.len() > 20, "{}: {}", row.name, row.advice);
            assert!(!row.section.is_empty());
            assert_eq!(Refusal::parse(row.name), Some(*refusal));
        }
    }

    #[test]
    fn rfc6749_5_2_descriptions_are_printable_ascii_without_quotes_and_backslashes() {
        for refusal in Refusal::ALL {
            for answer in [refusal.row().rfc, refusal.row().medplum] {
                if let Answer::OAuth(answer) = answer {
                    assert!(
                        answer
                            .description
                            .bytes()
                            .all(|byte| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\'),
                        "{}",
                        answer.description
                    );
                }
            }
        }
    }

    #[test]
    fn an_unknown_client_and_a_wrong_secret_look_alike_in_the_rfc_dialect() {
        assert_eq!(Refusal::UnknownClient.row().rfc, Refusal::WrongSecret.row().rfc);
    }
}
