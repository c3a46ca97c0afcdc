//! Medplum's `/auth` endpoints: login, profile, scope, second factor, passwords; and the limits of rates.

macro_rules! rows {
    ($table:ident! $rest:tt $($before:tt)*) => {
        $table! { $rest $($before)*
            /// `email` of a sign-in is no e-mail address.
            InvalidEmail = "invalid_email" {
                rfc: field("Valid email address is required", "email"),
                medplum: field("Valid email address is required", "email"),
                section: "Medplum: sign-in",
                advice: "Send an e-mail address as email.",
            }
            /// `password` of a sign-in is too short to be one.
            PasswordTooShort = "password_too_short" {
                rfc: field("Invalid password, must be at least 8 characters", "password"),
                medplum: field("Invalid password, must be at least 8 characters", "password"),
                section: "Medplum: sign-in",
                advice: "Send the password; every password has at least eight characters.",
            }
            /// `projectId` is not the client's project.
            InvalidProjectId = "invalid_project_id" {
                rfc: outcome(400, None, "invalid", "Invalid projectId"),
                medplum: outcome(400, None, "invalid", "Invalid projectId"),
                section: "Medplum: sign-in",
                advice: "Send the id of the client's project, or leave projectId out.",
            }
            /// A page of an origin that the client does not list.
            LoginOriginNotAllowed = "login_origin_not_allowed" {
                rfc: outcome(400, None, "invalid", "Invalid origin"),
                medplum: outcome(400, None, "invalid", "Invalid origin"),
                section: "Medplum: sign-in",
                advice: "Add the page's origin to the client's allowed origins.",
            }
            /// A PKCE method without a challenge, or a challenge that is none.
            LoginChallengeMissing = "login_challenge_missing" {
                rfc: field("Invalid code challenge", "code_challenge"),
                medplum: field("Invalid code challenge", "code_challenge"),
                section: "RFC 7636 section 4.3",
                advice: "Send codeChallenge with codeChallengeMethod, or neither.",
            }
            /// A PKCE challenge without a method, or with another than the client may use.
            LoginChallengeMethodInvalid = "login_challenge_method_invalid" {
                rfc: field("Invalid code challenge method", "code_challenge_method"),
                medplum: field("Invalid code challenge method", "code_challenge_method"),
                section: "RFC 7636 section 4.3",
                advice: "Send codeChallengeMethod S256; clients of type medplum may send plain.",
            }
            /// A SMART `launch` nobody knows.
            LoginLaunchUnknown = "login_launch_unknown" {
                rfc: NOT_FOUND,
                medplum: NOT_FOUND,
                section: "Medplum: sign-in",
                advice: "Send the id of a SmartAppLaunch of the client's project as launch, or leave launch out.",
            }
            /// No `login`.
            MissingLogin = "missing_login" {
                rfc: field("Missing login", "login"),
                medplum: field("Missing login", "login"),
                section: "Medplum: sign-in",
                advice: "Send the login id that /auth/login answered with.",
            }
            /// No `profile`.
            MissingProfile = "missing_profile" {
                rfc: field("Missing profile", "profile"),
                medplum: field("Missing profile", "profile"),
                section: "Medplum: sign-in",
                advice: "Send the id of one of the memberships that the login answered with.",
            }
            /// No `scope` to narrow to.
            MissingLoginScope = "missing_login_scope" {
                rfc: field("Missing scope", "scope"),
                medplum: field("Missing scope", "scope"),
                section: "Medplum: sign-in",
                advice: "Send the scope words the person agreed to.",
            }
            /// No login has this id, or it is not the caller's.
            LoginNotFound = "login_not_found" {
                rfc: NOT_FOUND,
                medplum: NOT_FOUND,
                section: "Medplum: sign-in",
                advice: "Begin again with /auth/login.",
            }
            /// What is sent as a login id is none.
            LoginIdRequired = "login_id_required" {
                rfc: field("Login ID is required", "login"),
                medplum: field("Login ID is required", "login"),
                section: "Medplum: sign-in",
                advice: "Put the login id that /auth/login answered with into the path.",
            }
            /// The login was ended.
            LoginRevoked = "login_revoked" {
                rfc: outcome(400, None, "invalid", "Login revoked"),
                medplum: outcome(400, None, "invalid", "Login revoked"),
                section: "Medplum: sign-in",
                advice: "Begin again with /auth/login.",
            }
            /// Tokens were made from the login.
            LoginGranted = "login_granted" {
                rfc: outcome(400, None, "invalid", "Login granted"),
                medplum: outcome(400, None, "invalid", "Login granted"),
                section: "Medplum: sign-in",
                advice: "Begin again with /auth/login.",
            }
            /// Tokens were made from the login whose state is asked for.
            LoginAlreadyGranted = "login_already_granted" {
                rfc: outcome(400, None, "invalid", "Login already granted"),
                medplum: outcome(400, None, "invalid", "Login already granted"),
                section: "Medplum: sign-in",
                advice: "Begin again with /auth/login.",
            }
            /// The login waited too long.
            LoginExpired = "login_expired" {
                rfc: outcome(400, None, "invalid", "Login expired"),
                medplum: outcome(400, None, "invalid", "Login expired"),
                section: "Medplum: sign-in",
                advice: "Begin again with /auth/login; a login waits for thirty minutes.",
            }
            /// No membership has this id.
            ProfileNotFound = "profile_not_found" {
                rfc: outcome(400, None, "invalid", "Profile not found"),
                medplum: outcome(400, None, "invalid", "Profile not found"),
                section: "Medplum: sign-in",
                advice: "Send the id of one of the memberships that the login answered with.",
            }
            /// The login has a membership already.
            ProfileAlreadySet = "profile_already_set" {
                rfc: outcome(400, None, "invalid", "Login profile already set"),
                medplum: outcome(400, None, "invalid", "Login profile already set"),
                section: "Medplum: sign-in",
                advice: "Begin again with /auth/login to go on as somebody else.",
            }
            /// The login has no membership yet.
            ProfileNotSet = "profile_not_set" {
                rfc: outcome(400, None, "invalid", "Login profile not set"),
                medplum: outcome(400, None, "invalid", "Login profile not set"),
                section: "Medplum: sign-in",
                advice: "Choose a membership with /auth/profile first.",
            }
            /// The chosen membership is inactive.
            ProfileNotActive = "profile_not_active" {
                rfc: outcome(400, None, "invalid", "Profile not active"),
                medplum: outcome(400, None, "invalid", "Profile not active"),
                section: "Medplum: sign-in",
                advice: "Activate the membership under People, or choose another.",
            }
            /// A scope word that the login did not ask for.
            ScopeNotRequested = "scope_not_requested" {
                rfc: outcome(400, None, "invalid", "Invalid scope"),
                medplum: outcome(400, None, "invalid", "Invalid scope"),
                section: "SMART App Launch 2.2 section 3.0.2",
                advice: "Send words of the requested scope, or SMART scopes that one of them covers.",
            }
            /// No code of the second factor.
            MissingSecondFactorCode = "missing_second_factor_code" {
                rfc: field("Missing token", "token"),
                medplum: field("Missing token", "token"),
                section: "Medplum: second factor",
                advice: "Send the six digits of the authenticator app as token.",
            }
            /// The account has no second factor.
            SecondFactorNotEnrolled = "second_factor_not_enrolled" {
                rfc: outcome(400, None, "invalid", "User not enrolled in MFA"),
                medplum: outcome(400, None, "invalid", "User not enrolled in MFA"),
                section: "Medplum: second factor",
                advice: "Enroll with /auth/mfa/enroll first.",
            }
            /// The account has a second factor already.
            SecondFactorEnrolled = "second_factor_enrolled" {
                rfc: outcome(400, None, "invalid", "Already enrolled"),
                medplum: outcome(400, None, "invalid", "Already enrolled"),
                section: "Medplum: second factor",
                advice: "Disable the second factor first, or have an admin reset it.",
            }
            /// No secret was made for the account.
            SecondFactorSecretMissing = "second_factor_secret_missing" {
                rfc: outcome(400, None, "invalid", "Secret not found"),
                medplum: outcome(400, None, "invalid", "Secret not found"),
                section: "Medplum: second factor",
                advice: "Ask /auth/mfa/status first: it makes the secret.",
            }
            /// The login's second factor was given already.
            SecondFactorVerified = "second_factor_verified" {
                rfc: outcome(400, None, "invalid", "Login already verified"),
                medplum: outcome(400, None, "invalid", "Login already verified"),
                section: "Medplum: second factor",
                advice: "Go on with the login.",
            }
            /// A wrong code of the second factor, or one that was used before, while signing in.
            WrongSecondFactorCode = "wrong_second_factor_code" {
                rfc: oauth(400, E::AccessDenied, "Invalid MFA token"),
                medplum: outcome(400, None, "invalid", "Invalid MFA token"),
                section: "RFC 6238 section 5.2",
                advice: "Wait for the next code of the authenticator app; each code counts once. Check the clock of the phone.",
            }
            /// A wrong code of the second factor, or one that was used before, while changing it.
            WrongEnrollCode = "wrong_enroll_code" {
                rfc: outcome(400, None, "invalid", "Invalid token"),
                medplum: outcome(400, None, "invalid", "Invalid token"),
                section: "RFC 6238 section 5.2",
                advice: "Wait for the next code of the authenticator app; each code counts once. Check the clock of the phone.",
            }
            /// Too many wrong codes of the second factor of one account.
            TooManySecondFactorCodes = "too_many_second_factor_codes" {
                rfc: THROTTLED,
                medplum: THROTTLED,
                section: "RFC 4226 section 7.3",
                advice: "Wait a few minutes before typing another code; an admin can reset the second factor.",
            }
            /// A client's own token where only a person's will do.
            NotAPerson = "not_a_person" {
                rfc: FORBIDDEN,
                medplum: FORBIDDEN,
                section: "Medplum: second factor",
                advice: "Use the access token of a person who signed in.",
            }
            /// No `loginId` to revoke.
            LoginIdRequiredToRevoke = "login_id_required_to_revoke" {
                rfc: field("Login ID is required.", "loginId"),
                medplum: field("Login ID is required.", "loginId"),
                section: "Medplum: sessions",
                advice: "Send the id of one of the sessions that /auth/me lists.",
            }
            /// No `oldPassword`.
            MissingOldPassword = "missing_old_password" {
                rfc: field("Missing oldPassword", "oldPassword"),
                medplum: field("Missing oldPassword", "oldPassword"),
                section: "Medplum: passwords",
                advice: "Send the password the account has now.",
            }
            /// `newPassword` is too short or too long.
            NewPasswordInvalid = "new_password_invalid" {
                rfc: field("Invalid password, must be at least 8 characters", "newPassword"),
                medplum: field("Invalid password, must be at least 8 characters", "newPassword"),
                section: "Medplum: passwords",
                advice: "Choose a password of eight characters or more, and at most 256 bytes.",
            }
            /// The account has no password.
            NoPassword = "no_password" {
                rfc: outcome(400, None, "invalid", "Existing password not set"),
                medplum: outcome(400, None, "invalid", "Existing password not set"),
                section: "Medplum: passwords",
                advice: "An admin can set a first password under People.",
            }
            /// The old password is another one.
            IncorrectPassword = "incorrect_password" {
                rfc: outcome(400, None, "invalid", "Incorrect password"),
                medplum: outcome(400, None, "invalid", "Incorrect password"),
                section: "Medplum: passwords",
                advice: "Type the password the account has now.",
            }
            /// A password is longer than one may be.
            PasswordTooLong = "password_too_long" {
                rfc: field("Invalid password, must be at most 256 bytes", "password"),
                medplum: field("Invalid password, must be at most 256 bytes", "password"),
                section: "Medplum: passwords",
                advice: "Choose a password of at most 256 bytes.",
            }
            /// `id` is not the id of a link to choose a password.
            InvalidRequestId = "invalid_request_id" {
                rfc: field("Invalid request ID", "id"),
                medplum: field("Invalid request ID", "id"),
                section: "Medplum: passwords",
                advice: "Send the id that stands in the link, before its secret.",
            }
            /// No `secret` of a link to choose a password.
            MissingSecret = "missing_secret" {
                rfc: field("Missing secret", "secret"),
                medplum: field("Missing secret", "secret"),
                section: "Medplum: passwords",
                advice: "Send the secret that stands last in the link.",
            }
            /// Nobody made this link to choose a password, or a newer one or another password took its place.
            SecurityRequestNotFound = "security_request_not_found" {
                rfc: NOT_FOUND,
                medplum: NOT_FOUND,
                section: "Medplum: passwords",
                advice: "Use the newest link, or have an admin make another under People.",
            }
            /// The secret of a link to choose a password is another one.
            IncorrectSecret = "incorrect_secret" {
                rfc: outcome(400, None, "invalid", "Incorrect secret"),
                medplum: outcome(400, None, "invalid", "Incorrect secret"),
                section: "Medplum: passwords",
                advice: "Open the link as a whole; the end of it may have been lost on the way.",
            }
            /// A link to choose a password was used.
            SecurityRequestUsed = "security_request_used" {
                rfc: outcome(400, None, "invalid", "Already used"),
                medplum: outcome(400, None, "invalid", "Already used"),
                section: "Medplum: passwords",
                advice: "Sign in with the password that was chosen, or have an admin make another link under People.",
            }
            /// A link to choose a password is too old.
            SecurityRequestExpired = "security_request_expired" {
                rfc: outcome(400, None, "invalid", "Expired"),
                medplum: outcome(400, None, "invalid", "Expired"),
                section: "Medplum: passwords",
                advice: "Have an admin make another link under People, and use it before it ends.",
            }
            /// Too many requests from one address.
            TooManyRequests = "too_many_requests" {
                rfc: THROTTLED,
                medplum: THROTTLED,
                section: "RFC 6585 section 4",
                advice: "Wait until the minute is over, or raise the limits under Settings.",
            }
        }
    };
}

pub(super) use rows;
