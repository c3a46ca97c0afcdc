//! What can be made to fail, as data: the name of each switch, what it does, and the answer it has to yield.
//!
//! A switch changes what this one client does in this one run, or what the issuer does for this one run
//! ([`Switch::needs_issuer`]): then the issuer has to be in the same program. Nothing leaks into other runs.

use anteroom_oauth::GrantType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Which grants a switch fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fits {
    /// The authorization code grant.
    Code,
    /// Every grant of a client that shows a secret.
    Secret,
    /// Client credentials.
    Machine,
    /// Every grant.
    All,
    /// The authorization code and the pre-authorized code.
    AnyCode,
    /// The pre-authorized code.
    PreAuthorized,
    /// The exchange of another issuer's token.
    Exchange,
    /// The Token Vault.
    Vault,
    /// The Token Vault, where the provider is the sample provider.
    Sample,
}

/// A row of the switchboard.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub does: &'static str,
    /// The step that is refused.
    pub step: &'static str,
    /// `error` of Anteroom's answer in the RFC's words; the name of the check that fails when the client refuses.
    pub answer: &'static str,
    /// Names of Anteroom's refusal, one for each grant; none when the client refuses.
    pub refusals: &'static [&'static str],
    fits: Fits,
}

macro_rules! switches {
    ($($variant:ident = $name:literal { $does:literal, $step:literal, $answer:literal, $refusal:expr, $fits:expr })+) => {
        /// Something that is made to fail.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TS)]
        #[serde(rename_all = "snake_case")]
        pub enum Switch { $(#[doc = $does] $variant,)+ }

        impl Switch {
            /// The switchboard.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The row of this switch.
            pub const fn row(self) -> Row {
                match self {
                    $(Self::$variant => Row {
                        name: $name, does: $does, step: $step, answer: $answer, refusals: $refusal, fits: $fits,
                    },)+
                }
            }
        }
    };
}

switches! {
    UnknownClient = "unknown_client" {
        "Sends a `client_id` that nobody has.", "token", "invalid_client", &["unknown_client"], Fits::Machine
    }
    WrongSecret = "wrong_secret" {
        "Sends another client secret.", "token", "invalid_client", &["wrong_secret"], Fits::Secret
    }
    MissingSecret = "missing_secret" {
        "Leaves the client secret out.", "token", "invalid_client", &["missing_client_secret"], Fits::Secret
    }
    UnknownScope = "unknown_scope" {
        "Asks for a scope with a character that no scope may have.", "token", "invalid_scope", &["invalid_scope"],
        Fits::Machine
    }
    RepeatedParameter = "repeated_parameter" {
        "Sends `grant_type` twice.", "token", "invalid_request", &["duplicate_parameter"], Fits::All
    }
    UnknownGrant = "unknown_grant" {
        "Sends the `grant_type` password.", "token", "unsupported_grant_type", &["unsupported_grant_type"], Fits::All
    }
    UnregisteredRedirectUri = "unregistered_redirect_uri" {
        "Sends a `redirect_uri` that is not registered: the issuer must not send the browser there.",
        "sign_in", "invalid_request", &["unregistered_redirect_uri"], Fits::Code
    }
    MissingCodeChallenge = "missing_code_challenge" {
        "Leaves PKCE out.", "return", "invalid_request", &["missing_code_challenge"], Fits::Code
    }
    PlainCodeChallenge = "plain_code_challenge" {
        "Sends the challenge as plain.", "return", "invalid_request", &["invalid_code_challenge_method"],
        Fits::Code
    }
    DenyConsent = "deny_consent" {
        "Presses Cancel on the sign-in page.", "return", "access_denied", &["access_denied"], Fits::Code
    }
    NoSession = "no_session" {
        "Asks with prompt=none where nobody is signed in.", "return", "login_required", &["login_required"],
        Fits::Code
    }
    WrongState = "wrong_state" {
        "Reads another state than was sent, as after a forged answer.", "return", "state", &[], Fits::Code
    }
    WrongIssuer = "wrong_issuer" {
        "Expects the answer of another issuer, as in a mix-up.", "return", "iss", &[], Fits::Code
    }
    MissingNonce = "missing_nonce" {
        "Sends no nonce and expects one in the ID token.", "id_token", "nonce", &[], Fits::Code
    }
    WrongKey = "wrong_key" {
        "Checks the ID token against another key.", "id_token", "signature", &[], Fits::Code
    }
    WrongAudience = "wrong_audience" {
        "Expects an ID token for another client.", "id_token", "aud", &[], Fits::Code
    }
    ClockSkew = "clock_skew" {
        "Sets the client's clock a day ahead: the ID token is over.", "id_token", "exp", &[], Fits::Code
    }
    RedirectUriMismatch = "redirect_uri_mismatch" {
        "Sends the `redirect_uri` with one more slash to the token endpoint.", "token", "invalid_grant",
        &["redirect_uri_differs"], Fits::Code
    }
    WrongCodeVerifier = "wrong_code_verifier" {
        "Sends another `code_verifier`.", "token", "invalid_grant", &["wrong_code_verifier"], Fits::Code
    }
    MissingCodeVerifier = "missing_code_verifier" {
        "Leaves the `code_verifier` out.", "token", "invalid_grant", &["missing_code_verifier"], Fits::Code
    }
    UnknownCode = "unknown_code" {
        "Redeems a code that nobody issued.", "token", "invalid_grant", &["unknown_authorization_code", "unknown_code"],
        Fits::AnyCode
    }
    ReplayCode = "replay_code" {
        "Redeems the code a second time.", "token_again", "invalid_grant", &["authorization_code_spent", "code_spent"],
        Fits::AnyCode
    }
    ReplayRefreshToken = "replay_refresh_token" {
        "Presents a refresh token again after it was replaced twice.", "refresh_again", "invalid_grant",
        &["refresh_token_reused"], Fits::Code
    }
    TamperedToken = "tampered_token" {
        "Changes one character of the access token's signature.", "userinfo", "invalid_token", &["invalid_token"],
        Fits::AnyCode
    }
    TokenInQuery = "token_in_query" {
        "Sends the access token in the query of userinfo.", "userinfo", "invalid_request", &["token_in_query"],
        Fits::AnyCode
    }
    RevokedToken = "revoked_token" {
        "Revokes the access token, then uses it.", "userinfo", "invalid_token", &["invalid_token"], Fits::AnyCode
    }
    ExpiredCode = "expired_code" {
        "Lets the code end before it is redeemed.", "token", "invalid_grant", &["authorization_code_expired"], Fits::Code
    }
    CodeTakenBack = "code_taken_back" {
        "Takes the link back at the desk before its code is redeemed.", "token", "invalid_grant", &["code_revoked"],
        Fits::PreAuthorized
    }
    ExpiredAccessToken = "expired_access_token" {
        "Lets the access token end before it is used.", "userinfo", "invalid_token", &["invalid_token"], Fits::AnyCode
    }
    ExpiredRefreshToken = "expired_refresh_token" {
        "Lets the refresh token end before it is presented.", "refresh", "invalid_grant", &["refresh_token_expired"],
        Fits::Code
    }
    SlowUserinfo = "slow_userinfo" {
        "The provider does not answer in time.", "token", "invalid_request", &["provider_unreachable"], Fits::Exchange
    }
    BrokenUserinfo = "broken_userinfo" {
        "The provider answers with a page in place of claims.", "token", "invalid_request", &["user_info_content_type"],
        Fits::Exchange
    }
    UserinfoWithoutEmail = "userinfo_without_email" {
        "The provider says neither an e-mail address nor a subject.", "token", "invalid_request",
        &["missing_subject_claim"], Fits::Exchange
    }
    UnverifiedEmail = "unverified_email" {
        "The provider says that nobody verified the e-mail address.", "token", "invalid_request",
        &["provider_email_not_verified"], Fits::Exchange
    }
    TokenUnknownToProvider = "token_unknown_to_provider" {
        "The provider does not know the token.", "token", "invalid_request", &["provider_refuses"], Fits::Exchange
    }
    ThrottlingProvider = "throttling_provider" {
        "The provider has been asked too often.", "token", "temporarily_unavailable", &["provider_throttles"],
        Fits::Exchange
    }
    UnknownAudience = "unknown_audience" {
        "Signs in for an API that nobody made.", "return", "access_denied", &["service_not_found"], Fits::Vault
    }
    TokenOfTheApi = "token_of_the_api" {
        "Connects with the token for the API in place of the My Account API's.", "connect", "A0E-401-0003",
        &["me_invalid_token"], Fits::Vault
    }
    MissingAccountScope = "missing_account_scope" {
        "Asks for a My Account token without the scope that connecting needs.", "connect", "A0E-403-0002",
        &["me_insufficient_scope"], Fits::Vault
    }
    UnknownConnection = "unknown_connection" {
        "Connects through a connection that nobody made.", "connect", "A0E-400-0003", &["me_unknown_connection"],
        Fits::Vault
    }
    WrongConnectState = "wrong_connect_state" {
        "Reads another state than was sent when the browser is back from the provider.", "connect_return", "state", &[],
        Fits::Vault
    }
    WrongConnectVerifier = "wrong_connect_verifier" {
        "Completes with another `code_verifier`.", "complete", "A0E-400-0003", &["me_verifier"], Fits::Vault
    }
    ReplayConnectCode = "replay_connect_code" {
        "Completes a second time.", "complete_again", "A0E-409-0001", &["me_session_completed"], Fits::Vault
    }
    WrongExchangeSecret = "wrong_exchange_secret" {
        "Exchanges with another secret of the API's client.", "exchange", "invalid_client", &["wrong_secret"], Fits::Vault
    }
    ExchangeAsTheApp = "exchange_as_the_app" {
        "Exchanges as the app people sign in to, not as the API's client.", "exchange", "unauthorized_client",
        &["vault_grant_not_allowed"], Fits::Vault
    }
    WrongSubjectTokenType = "wrong_subject_token_type" {
        "Says that the subject token is an ID token.", "exchange", "invalid_request", &["vault_subject_token_type"],
        Fits::Vault
    }
    MissingRequestedTokenType = "missing_requested_token_type" {
        "Leaves `requested_token_type` out.", "exchange", "invalid_request", &["vault_missing_requested_token_type"],
        Fits::Vault
    }
    TamperedSubjectToken = "tampered_subject_token" {
        "Changes one character of the subject token's signature.", "exchange", "invalid_grant", &["vault_access_token"],
        Fits::Vault
    }
    RevokedSubjectToken = "revoked_subject_token" {
        "Revokes the subject token, then exchanges it.", "exchange", "invalid_grant", &["vault_access_token"], Fits::Vault
    }
    SubjectTokenOfMyAccount = "subject_token_of_my_account" {
        "Exchanges the token for the My Account API.", "exchange", "unauthorized_client", &["vault_audience"], Fits::Vault
    }
    WrongConnection = "wrong_connection" {
        "Asks for the token of a connection that nobody made.", "exchange",
        "federated_connection_refresh_token_not_found", &["vault_account_not_found"], Fits::Vault
    }
    AccountDeleted = "account_deleted" {
        "Deletes the account that it has just connected, then exchanges.", "exchange",
        "federated_connection_refresh_token_not_found", &["vault_account_not_found"], Fits::Vault
    }
    WrongLoginHint = "wrong_login_hint" {
        "Names an account at the provider that nobody connected.", "exchange", "user_not_found", &["vault_login_hint"],
        Fits::Vault
    }
    ProviderDenies = "provider_denies" {
        "Presses Cancel on the provider's page.", "connect_return", "access_denied", &[], Fits::Sample
    }
    ProviderGivesNoRefreshToken = "provider_gives_no_refresh_token" {
        "The provider gives no refresh token, as without offline access.", "exchange",
        "federated_connection_refresh_token_not_found", &["vault_account_not_found"], Fits::Sample
    }
    ProviderRefusesRefresh = "provider_refuses_refresh" {
        "The provider's token has ended, and it refuses to renew it.", "exchange",
        "federated_connection_refresh_token_flow_failed", &["vault_refresh_refused"], Fits::Sample
    }
    ProviderTokenEnded = "provider_token_ended" {
        "The provider takes its own token no more, although its time is not over.", "provider", "invalid_token", &[],
        Fits::Sample
    }
}

impl Switch {
    /// Whether the issuer does it, and therefore has to be in the same program.
    pub const fn needs_issuer(self) -> bool {
        matches!(
            self,
            Self::ExpiredCode
                | Self::CodeTakenBack
                | Self::ExpiredAccessToken
                | Self::ExpiredRefreshToken
                | Self::SlowUserinfo
                | Self::BrokenUserinfo
                | Self::UserinfoWithoutEmail
                | Self::UnverifiedEmail
                | Self::TokenUnknownToProvider
                | Self::ThrottlingProvider
        )
    }

    /// Whether the sample provider does it, and therefore has to be the provider.
    pub const fn needs_sample_provider(self) -> bool {
        matches!(self.row().fits, Fits::Sample)
    }

    /// Whether the switch does anything for a grant of the token endpoint; `secret` says whether the client shows one.
    pub fn fits(self, grant: GrantType, secret: bool) -> bool {
        match self.row().fits {
            Fits::All => true,
            Fits::Secret => secret,
            Fits::Machine => grant == GrantType::ClientCredentials,
            Fits::Code => grant == GrantType::AuthorizationCode,
            Fits::AnyCode => matches!(grant, GrantType::AuthorizationCode | GrantType::PreAuthorizedCode),
            Fits::PreAuthorized => grant == GrantType::PreAuthorizedCode,
            Fits::Exchange => grant == GrantType::TokenExchange,
            Fits::Vault | Fits::Sample => grant == GrantType::FederatedConnectionAccessToken,
        }
    }

    /// Whether the switch does anything for Medplum's `/auth/exchange`.
    pub const fn fits_auth_exchange(self) -> bool {
        matches!(self.row().fits, Fits::All | Fits::Secret | Fits::Exchange)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_switch_is_written_as_its_row_names_it() {
        for switch in Switch::ALL {
            assert_eq!(serde_json::to_value(switch).unwrap(), switch.row().name);
            assert!(switch.row().does.ends_with('.'));
        }
    }
}
