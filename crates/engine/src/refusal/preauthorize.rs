//! Issuing a pre-authorized code.

macro_rules! rows {
    ($table:ident! $rest:tt $($before:tt)*) => {
        $table! { $rest $($before)*
            /// No `clientId`, or not a UUID.
            ClientIdRequired = "client_id_required" {
                rfc: field("Client ID is required", "clientId"),
                medplum: field("Client ID is required", "clientId"),
                section: "Medplum: pre-authorized code",
                advice: "Name the client application that will redeem the code.",
            }
            /// `scope` is not text.
            ScopeNotString = "scope_not_string" {
                rfc: field("Scope must be a string", "scope"),
                medplum: field("Scope must be a string", "scope"),
                section: "Medplum: pre-authorized code",
                advice: "Send scope as one string of words.",
            }
            /// `nonce` is not text.
            NonceNotString = "nonce_not_string" {
                rfc: field("Nonce must be a string", "nonce"),
                medplum: field("Nonce must be a string", "nonce"),
                section: "Medplum: pre-authorized code",
                advice: "Send nonce as a string.",
            }
            /// `expiresIn` is not a whole number of seconds from 1 to 86400.
            ExpiresInInvalid = "expires_in_invalid" {
                rfc: field("expiresIn must be a positive integer not exceeding 86400 seconds", "expiresIn"),
                medplum: field("expiresIn must be a positive integer not exceeding 86400 seconds", "expiresIn"),
                section: "Medplum: pre-authorized code",
                advice: "Choose between one second and a day.",
            }
            /// `txCode` is neither a boolean nor `{\"length\": 4…8}`; or `magicLink` is not a boolean.
            LinkOptionInvalid = "link_option_invalid" {
                rfc: field("magicLink must be true or false, txCode true, false or an object with length 4 to 8", "txCode"),
                medplum: field("magicLink must be true or false, txCode true, false or an object with length 4 to 8", "txCode"),
                section: "Anteroom: /auth/preauthorize",
                advice: "Send \"txCode\": true, or {\"length\": 6}.",
            }
            /// No such client in the caller's project.
            ClientNotFound = "client_not_found" {
                rfc: NOT_FOUND,
                medplum: NOT_FOUND,
                section: "Medplum: pre-authorized code",
                advice: "Name a client application of the caller's own project.",
            }
            /// The member the code would be for is inactive.
            MemberInactiveAtIssue = "member_inactive_at_issue" {
                rfc: outcome(400, None, "invalid", "Profile not active"),
                medplum: outcome(400, None, "invalid", "Profile not active"),
                section: "RFC 6749 section 5.2",
                advice: "Activate the person's membership under People first.",
            }
            /// Too many codes in a minute.
            TooManyCodes = "too_many_codes" {
                rfc: THROTTLED,
                medplum: THROTTLED,
                section: "Anteroom: /auth/preauthorize",
                advice: "One client may issue 200 codes a minute; the limit is a setting of the project.",
            }
            /// Too many typed codes from one address.
            TooManyTypedCodes = "too_many_typed_codes" {
                rfc: THROTTLED,
                medplum: THROTTLED,
                section: "Anteroom: typed codes",
                advice: "Wait a minute before typing another code.",
            }
        }
    };
}

pub(super) use rows;
