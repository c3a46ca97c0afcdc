//! The authorization endpoint, its pages, introspection, revocation, and logout.

macro_rules! rows {
    ($table:ident! $rest:tt $($before:tt)*) => {
        $table! { $rest $($before)*
            /// No client has the `client_id` of the authorization request, or it is switched off.
            AuthorizeUnknownClient = "authorize_unknown_client" {
                rfc: oauth(400, E::InvalidRequest, "Client not found"),
                medplum: Answer::Text(400, "Client not found"),
                section: "RFC 6749 section 4.1.2.1",
                advice: "Check the client_id: it is on the client's page, where the client can also be switched on.",
            }
            /// `client_id` or `redirect_uri` came twice, or the query cannot be read.
            AuthorizeMalformed = "authorize_malformed" {
                rfc: oauth(400, E::InvalidRequest, "Malformed authorization request"),
                medplum: Answer::Text(400, "Invalid redirect URI"),
                section: "RFC 6749 section 3.1",
                advice: "Send each parameter once, percent-encoded as UTF-8.",
            }
            /// No `redirect_uri` in the authorization request.
            MissingRedirectUri = "missing_redirect_uri" {
                rfc: oauth(400, E::InvalidRequest, "Missing redirect URI"),
                medplum: Answer::Text(400, "Missing redirect URI"),
                section: "OpenID Connect Core 1.0 section 3.1.2.1",
                advice: "Send the redirect_uri, exactly as it is registered.",
            }
            /// The `redirect_uri` is not registered.
            UnregisteredRedirectUri = "unregistered_redirect_uri" {
                rfc: oauth(400, E::InvalidRequest, "Invalid redirect URI"),
                medplum: Answer::Text(400, "Invalid redirect URI"),
                section: "RFC 9700 section 2.1",
                advice: "Register the redirect URI on the client's Settings tab, or send one that is registered, character by character.",
            }
            /// A parameter came twice.
            AuthorizeDuplicate = "authorize_duplicate" {
                rfc: oauth(400, E::InvalidRequest, "Duplicate parameter"),
                medplum: oauth(400, E::InvalidRequest, "Duplicate parameter"),
                section: "RFC 6749 section 3.1",
                advice: "Send each parameter once.",
            }
            /// `state`, `nonce` or another parameter is too long.
            ParameterTooLong = "parameter_too_long" {
                rfc: oauth(400, E::InvalidRequest, "Parameter too long"),
                medplum: oauth(400, E::InvalidRequest, "Parameter too long"),
                section: "RFC 6749 section 3.1",
                advice: "State and nonce have at most 4096 bytes.",
            }
            /// No `response_type`.
            MissingResponseType = "missing_response_type" {
                rfc: oauth(400, E::InvalidRequest, "Missing response type"),
                medplum: oauth(400, E::UnsupportedResponseType, "Invalid response type"),
                section: "RFC 6749 section 4.1.1",
                advice: "Send response_type=code.",
            }
            /// Another `response_type` than `code`.
            UnsupportedResponseType = "unsupported_response_type" {
                rfc: oauth(400, E::UnsupportedResponseType, "Invalid response type"),
                medplum: oauth(400, E::UnsupportedResponseType, "Invalid response type"),
                section: "RFC 9700 section 2.1.2",
                advice: "Send response_type=code: tokens never travel in addresses.",
            }
            /// Another `response_mode` than `query`.
            UnsupportedResponseMode = "unsupported_response_mode" {
                rfc: oauth(400, E::UnsupportedResponseMode, "Unsupported response mode"),
                medplum: oauth(400, E::UnsupportedResponseMode, "Unsupported response mode"),
                section: "OAuth 2.0 Multiple Response Types section 2.1",
                advice: "Leave response_mode out.",
            }
            /// A `request` object.
            RequestNotSupported = "request_not_supported" {
                rfc: oauth(400, E::RequestNotSupported, "Unsupported request parameter"),
                medplum: oauth(400, E::RequestNotSupported, "Unsupported request parameter"),
                section: "OpenID Connect Core 1.0 section 6.1",
                advice: "Send the parameters themselves.",
            }
            /// A `request_uri`.
            RequestUriNotSupported = "request_uri_not_supported" {
                rfc: oauth(400, E::RequestUriNotSupported, "Unsupported request_uri parameter"),
                medplum: oauth(400, E::RequestUriNotSupported, "Unsupported request_uri parameter"),
                section: "OpenID Connect Core 1.0 section 6.2",
                advice: "Send the parameters themselves.",
            }
            /// A `registration`.
            RegistrationNotSupported = "registration_not_supported" {
                rfc: oauth(400, E::RegistrationNotSupported, "Unsupported registration parameter"),
                medplum: oauth(400, E::RegistrationNotSupported, "Unsupported registration parameter"),
                section: "OpenID Connect Core 1.0 section 7.2.1",
                advice: "Create the client in Anteroom first.",
            }
            /// No `scope`, and the client has no default scope.
            MissingScope = "missing_scope" {
                rfc: oauth(400, E::InvalidRequest, "Missing scope"),
                medplum: oauth(400, E::InvalidRequest, "Missing scope"),
                section: "RFC 6749 section 3.3",
                advice: "Send scope=openid, or give the client a default scope.",
            }
            /// A SMART `aud` of another server.
            InvalidAudience = "invalid_audience" {
                rfc: oauth(400, E::InvalidRequest, "Invalid audience"),
                medplum: oauth(400, E::InvalidRequest, "Invalid audience"),
                section: "SMART App Launch 2.2 section 2.0.11",
                advice: "Send the base URL of this server as aud.",
            }
            /// A `resource` that is not this server.
            UnknownResource = "unknown_resource" {
                rfc: oauth(400, E::InvalidTarget, "Invalid resource"),
                medplum: oauth(400, E::InvalidTarget, "Invalid resource"),
                section: "RFC 8707 section 2",
                advice: "Send the base URL of this server as resource, or leave it out.",
            }
            /// A SMART `launch` nobody knows.
            UnknownLaunch = "unknown_launch" {
                rfc: oauth(400, E::InvalidRequest, "Invalid launch"),
                medplum: oauth(400, E::InvalidRequest, "Invalid launch"),
                section: "SMART App Launch 2.2 section 2.0.10",
                advice: "Send the id of a SmartAppLaunch of the client's project as launch, or leave launch out.",
            }
            /// No `code_challenge` from a client that needs one.
            MissingCodeChallenge = "missing_code_challenge" {
                rfc: oauth(400, E::InvalidRequest, "Missing code challenge"),
                medplum: oauth(400, E::InvalidRequest, "Missing code challenge"),
                section: "RFC 9700 section 2.1.1",
                advice: "Use PKCE: send code_challenge with code_challenge_method=S256.",
            }
            /// A `code_challenge` without a method.
            MissingCodeChallengeMethod = "missing_code_challenge_method" {
                rfc: oauth(400, E::InvalidRequest, "Missing code challenge method"),
                medplum: oauth(400, E::InvalidRequest, "Missing code challenge method"),
                section: "RFC 7636 section 4.3",
                advice: "Send code_challenge_method=S256.",
            }
            /// A method without a `code_challenge`.
            MethodWithoutChallenge = "method_without_challenge" {
                rfc: oauth(400, E::InvalidRequest, "Invalid code challenge"),
                medplum: oauth(400, E::InvalidRequest, "Invalid code challenge"),
                section: "RFC 7636 section 4.3",
                advice: "Send the code_challenge with its method, or neither.",
            }
            /// A `code_challenge_method` that is unknown, or `plain` from a client that may not use it.
            InvalidCodeChallengeMethod = "invalid_code_challenge_method" {
                rfc: oauth(400, E::InvalidRequest, "Invalid code challenge method"),
                medplum: oauth(400, E::InvalidRequest, "Invalid code challenge method"),
                section: "RFC 9700 section 2.1.1",
                advice: "Send code_challenge_method=S256.",
            }
            /// A `code_challenge` of another length or with other characters.
            InvalidCodeChallenge = "invalid_code_challenge" {
                rfc: oauth(400, E::InvalidRequest, "Invalid code challenge"),
                medplum: oauth(400, E::InvalidRequest, "Invalid code challenge"),
                section: "RFC 7636 section 4.2",
                advice: "The S256 challenge has 43 base64url characters, without padding.",
            }
            /// A `prompt` that is unknown, or `none` beside another.
            InvalidPrompt = "invalid_prompt" {
                rfc: oauth(400, E::InvalidRequest, "Invalid prompt"),
                medplum: oauth(400, E::InvalidRequest, "Invalid prompt"),
                section: "OpenID Connect Core 1.0 section 3.1.2.1",
                advice: "Send none alone, or any of login, consent and select_account.",
            }
            /// A `max_age` that is no number of seconds.
            InvalidMaxAge = "invalid_max_age" {
                rfc: oauth(400, E::InvalidRequest, "Invalid max_age"),
                medplum: oauth(400, E::InvalidRequest, "Invalid max_age"),
                section: "OpenID Connect Core 1.0 section 3.1.2.1",
                advice: "Send max_age as whole seconds.",
            }
            /// An `id_token_hint` that is not ours, or another client's.
            InvalidIdTokenHint = "invalid_id_token_hint" {
                rfc: oauth(400, E::InvalidRequest, "Invalid id_token_hint"),
                medplum: oauth(400, E::InvalidRequest, "Invalid id_token_hint"),
                section: "OpenID Connect Core 1.0 section 3.1.2.1",
                advice: "Send an id token that this server issued to this client.",
            }
            /// `prompt=none`, and nobody is signed in in this browser.
            LoginRequired = "login_required" {
                rfc: oauth(400, E::LoginRequired, "Login required"),
                medplum: oauth(400, E::LoginRequired, "Login required"),
                section: "OpenID Connect Core 1.0 section 3.1.2.6",
                advice: "Ask again without prompt=none, so that the person can sign in.",
            }
            /// `prompt=none`, and the person has to agree first.
            ConsentRequired = "consent_required" {
                rfc: oauth(400, E::ConsentRequired, "Consent required"),
                medplum: oauth(400, E::ConsentRequired, "Consent required"),
                section: "OpenID Connect Core 1.0 section 3.1.2.6",
                advice: "Ask again without prompt=none, so that the person can agree.",
            }
            /// `prompt=none`, and a page has to be shown.
            InteractionRequired = "interaction_required" {
                rfc: oauth(400, E::InteractionRequired, "Interaction required"),
                medplum: oauth(400, E::InteractionRequired, "Interaction required"),
                section: "RFC 8252 section 8.6",
                advice: "Ask again without prompt=none: before a code goes to an app, a page is shown.",
            }
            /// The person pressed Cancel.
            AccessDenied = "access_denied" {
                rfc: oauth(400, E::AccessDenied, "The person did not agree"),
                medplum: oauth(400, E::AccessDenied, "The person did not agree"),
                section: "RFC 6749 section 4.1.2.1",
                advice: "The person pressed Cancel; ask again when they want to sign in.",
            }
            /// No account, no password, or another password.
            WrongPassword = "wrong_password" {
                rfc: oauth(400, E::AccessDenied, "Email or password is invalid"),
                medplum: outcome(400, None, "invalid", "Email or password is invalid"),
                section: "Anteroom: sign-in",
                advice: "Check the e-mail address and the password; an admin can set a new password under People.",
            }
            /// Too many sign-ins of one account from one address.
            TooManySignIns = "too_many_sign_ins" {
                rfc: THROTTLED,
                medplum: THROTTLED,
                section: "Anteroom: sign-in",
                advice: "Wait a few minutes before typing another password.",
            }
            /// The account has no active membership.
            NoActiveMembership = "no_active_membership" {
                rfc: oauth(400, E::AccessDenied, "User not found"),
                medplum: outcome(400, None, "invalid", "User not found"),
                section: "Anteroom: sign-in",
                advice: "Activate the person's membership under People.",
            }
            /// The page belongs to another browser, is too old, or its form was not made here.
            InteractionNotYours = "interaction_not_yours" {
                rfc: oauth(403, E::AccessDenied, "This page has ended"),
                medplum: outcome(403, Some("forbidden"), "forbidden", "Forbidden"),
                section: "Anteroom: sign-in",
                advice: "Go back to the app and start again, in one browser, with cookies switched on.",
            }
            /// An IP rule keeps the browser out.
            SignInAddressBlocked = "sign_in_address_blocked" {
                rfc: oauth(400, E::AccessDenied, "IP address not allowed"),
                medplum: outcome(400, None, "invalid", "IP address not allowed"),
                section: "Medplum: IP access rules",
                advice: "The person's access policy has an IP rule that blocks the address of the browser.",
            }
            /// The membership is not one of the person's own.
            InvalidProfile = "invalid_profile" {
                rfc: oauth(400, E::AccessDenied, "Invalid profile"),
                medplum: outcome(400, None, "invalid", "Invalid profile"),
                section: "Anteroom: sign-in",
                advice: "Choose one of the profiles on the page.",
            }
            /// No `token` at the introspection endpoint.
            MissingToken = "missing_token" {
                rfc: oauth(400, E::InvalidRequest, "Missing token"),
                medplum: Answer::Text(400, "Token to introspect must be provided"),
                section: "RFC 7662 section 2.1",
                advice: "Send the token in the form body.",
            }
            /// No `token` at the revocation endpoint.
            MissingTokenToRevoke = "missing_token_to_revoke" {
                rfc: oauth(400, E::InvalidRequest, "Missing token"),
                medplum: oauth(400, E::InvalidRequest, "Missing token"),
                section: "RFC 7009 section 2.1",
                advice: "Send the access token or the refresh token in the form body.",
            }
            /// `client_id` is not the client of the `id_token_hint`.
            LogoutClientsDiffer = "logout_clients_differ" {
                rfc: oauth(400, E::InvalidRequest, "client_id differs from the id_token_hint"),
                medplum: outcome(400, None, "invalid", "client_id differs from the id_token_hint"),
                section: "OpenID Connect RP-Initiated Logout 1.0 section 2",
                advice: "Send an id token of the client that is named, or leave client_id out.",
            }
        }
    };
}

pub(super) use rows;
