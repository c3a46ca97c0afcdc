//! Coming back from an identity provider with a browser.

macro_rules! rows {
    ($table:ident! $rest:tt $($before:tt)*) => {
        $table! { $rest $($before)*
            /// An identity provider sent the browser back without a code.
            ExternalCodeMissing = "external_code_missing" {
                rfc: field("Missing code", "code"),
                medplum: field("Missing code", "code"),
                section: "Medplum: external sign-in",
                advice: "Only an identity provider sends browsers here; begin at the app.",
            }
            /// An identity provider sent the browser back without a state.
            ExternalStateMissing = "external_state_missing" {
                rfc: field("Missing state", "state"),
                medplum: field("Missing state", "state"),
                section: "RFC 6749 section 4.1.2",
                advice: "The provider must send back the state it was sent.",
            }
            /// The state was made by nobody here.
            ExternalStateInvalid = "external_state_invalid" {
                rfc: field("Invalid state", "state"),
                medplum: field("Invalid state", "state"),
                section: "RFC 6749 section 10.12",
                advice: "Send a JSON object with clientId and redirectUri as state, or begin on the sign-in page.",
            }
            /// The provider, or the person there, said no.
            ExternalDenied = "external_denied" {
                rfc: outcome(400, None, "invalid", "The identity provider refused the sign-in"),
                medplum: outcome(400, None, "invalid", "The identity provider refused the sign-in"),
                section: "RFC 6749 section 4.1.2.1",
                advice: "Sign in at the provider, or with a password; the provider's own log says why it refused.",
            }
            /// Neither the client nor the e-mail domain has a provider at which people can sign in.
            ExternalProviderMissing = "external_provider_missing" {
                rfc: outcome(400, None, "invalid", "Identity provider not found"),
                medplum: outcome(400, None, "invalid", "Identity provider not found"),
                section: "Medplum: external sign-in",
                advice: "Enter authorize URL, token URL and client ID on the client's Identity provider tab.",
            }
            /// Too many sign-ins through a provider that failed.
            TooManyExternalSignIns = "too_many_external_sign_ins" {
                rfc: THROTTLED,
                medplum: THROTTLED,
                section: "RFC 9700 section 2.1.1",
                advice: "Something keeps sending codes that the provider refuses; wait a minute, then sign in anew.",
            }
            /// The provider's token endpoint does not redeem the code.
            ExternalCodeRefused = "external_code_refused" {
                rfc: outcome(400, None, "invalid", "Failed to verify code - check your identity provider configuration"),
                medplum: outcome(400, None, "invalid", "Failed to verify code - check your identity provider configuration"),
                section: "OpenID Connect Core 1.0 section 3.1.3.3",
                advice: "Look at token URL, client ID, secret and tokenAuthMethod, and at what the provider's log says.",
            }
            /// The provider's ID token does not hold.
            ExternalIdTokenInvalid = "external_id_token_invalid" {
                rfc: outcome(400, None, "invalid", "Failed to verify code - check your identity provider configuration"),
                medplum: outcome(400, None, "invalid", "Failed to verify code - check your identity provider configuration"),
                section: "OpenID Connect Core 1.0 section 3.1.3.7",
                advice: "The trace names what does not fit: signature, iss, aud, exp or nonce.",
            }
            /// The userinfo endpoint speaks about somebody else than the ID token.
            ExternalSubjectDiffers = "external_subject_differs" {
                rfc: outcome(400, None, "invalid", "Failed to verify code - check your identity provider configuration"),
                medplum: outcome(400, None, "invalid", "Failed to verify code - check your identity provider configuration"),
                section: "OpenID Connect Core 1.0 section 5.3.2",
                advice: "Token URL and userinfo URL must be the same provider's; its userinfo answer must have a sub.",
            }
            /// The provider names no e-mail address.
            ExternalEmailMissing = "external_email_missing" {
                rfc: outcome(400, None, "invalid", "External token does not contain email address"),
                medplum: outcome(400, None, "invalid", "External token does not contain email address"),
                section: "OpenID Connect Core 1.0 section 5.3.2",
                advice: "Let the provider give the claim email, or match people by subject on the Identity provider tab.",
            }
            /// The provider names no subject.
            ExternalSubjectMissing = "external_subject_missing" {
                rfc: outcome(400, None, "invalid", "External token does not contain subject"),
                medplum: outcome(400, None, "invalid", "External token does not contain subject"),
                section: "OpenID Connect Core 1.0 section 2",
                advice: "The provider must give the claim sub.",
            }
            /// The person's e-mail address is in another domain.
            ExternalDomainDiffers = "external_domain_differs" {
                rfc: outcome(400, None, "invalid", "Email address does not match domain"),
                medplum: outcome(400, None, "invalid", "Email address does not match domain"),
                section: "Medplum: domain-level identity providers",
                advice: "Sign in with an address of the domain that was typed at first.",
            }
            /// Where the browser should go is not registered.
            ExternalRedirectUriInvalid = "external_redirect_uri_invalid" {
                rfc: field("Invalid redirect URI", "redirectUri"),
                medplum: field("Invalid redirect URI", "redirectUri"),
                section: "RFC 9700 section 2.1",
                advice: "Register redirectUri at the client, or returnTo at the e-mail domain, character for character.",
            }
        }
    };
}

pub(super) use rows;
