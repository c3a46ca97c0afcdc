//! Client authentication with an assertion [RFC7523 §3]: what does not hold is `invalid_client` [RFC7523 §3.2].

macro_rules! rows {
    ($table:ident! $rest:tt $($before:tt)*) => {
        $table! { $rest $($before)*
            /// Another `client_assertion_type` than a JWT.
            UnsupportedAssertionType = "unsupported_assertion_type" {
                rfc: oauth(400, E::InvalidRequest, "Unsupported client assertion type"),
                medplum: oauth(400, E::InvalidRequest, "Unsupported client assertion type"),
                section: "RFC 7523 section 2.2",
                advice: "Send client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer.",
            }
            /// The assertion is no signed JWT, or brings its own key.
            MalformedAssertion = "malformed_assertion" {
                rfc: oauth(401, E::InvalidClient, "Invalid client assertion"),
                medplum: oauth(400, E::InvalidRequest, "Invalid client assertion"),
                section: "RFC 7523 section 3",
                advice: "Send a compact JWT whose header has alg and kid, and no jku, jwk or x5u.",
            }
            /// The assertion is for another server.
            AssertionAudience = "assertion_audience" {
                rfc: oauth(401, E::InvalidClient, "Invalid client assertion"),
                medplum: oauth(400, E::InvalidRequest, "Invalid client assertion audience"),
                section: "RFC 7523 section 3",
                advice: "Set aud to the issuer, or to the URL of the token endpoint, as one text and not as a list.",
            }
            /// `iss` and `sub` of the assertion differ.
            AssertionIssuer = "assertion_issuer" {
                rfc: oauth(401, E::InvalidClient, "Invalid client assertion"),
                medplum: oauth(400, E::InvalidRequest, "Invalid client assertion issuer"),
                section: "RFC 7523 section 3",
                advice: "Set both iss and sub to the client id.",
            }
            /// No client has the id in the assertion.
            UnknownClientOfAssertion = "unknown_client_of_assertion" {
                rfc: oauth(401, E::InvalidClient, "Invalid client assertion"),
                medplum: oauth(400, E::InvalidRequest, "Client not found"),
                section: "RFC 7523 section 3",
                advice: "Check iss and sub of the assertion: the client id is on the client's page.",
            }
            /// The client has no `jwksUri`.
            ClientWithoutKeySet = "client_without_key_set" {
                rfc: oauth(401, E::InvalidClient, "Invalid client assertion"),
                medplum: oauth(400, E::InvalidRequest, "Client must have a JWK Set URL"),
                section: "RFC 7523 section 3",
                advice: "Enter the address of the client's key set as its jwksUri.",
            }
            /// The client's key set cannot be read, or does not have the key.
            AssertionKey = "assertion_key" {
                rfc: oauth(401, E::InvalidClient, "Invalid client assertion"),
                medplum: oauth(400, E::InvalidRequest, "Invalid client assertion signature"),
                section: "RFC 7523 section 3",
                advice: "Publish the key under the kid of the assertion at the client's jwksUri, and allow that host if it is not public.",
            }
            /// The signature or the algorithm is wrong.
            AssertionSignature = "assertion_signature" {
                rfc: oauth(401, E::InvalidClient, "Invalid client assertion"),
                medplum: oauth(400, E::InvalidRequest, "Invalid client assertion signature"),
                section: "RFC 7523 section 3",
                advice: "Sign the assertion with ES256 or RS256 and the private key of the published one.",
            }
            /// The assertion has ended, or has not begun.
            AssertionExpired = "assertion_expired" {
                rfc: oauth(401, E::InvalidClient, "Invalid client assertion"),
                medplum: oauth(400, E::InvalidRequest, "Invalid client assertion signature"),
                section: "RFC 7523 section 3",
                advice: "Make a new assertion for each request, and check the clock of the client.",
            }
            /// The assertion has no `exp`, or one too far ahead.
            AssertionLifetime = "assertion_lifetime" {
                rfc: oauth(401, E::InvalidClient, "Invalid client assertion"),
                medplum: oauth(400, E::InvalidRequest, "Invalid client assertion"),
                section: "RFC 7523 section 3",
                advice: "Set exp to a time at most ten minutes ahead.",
            }
            /// The assertion has no `jti`.
            AssertionWithoutId = "assertion_without_id" {
                rfc: oauth(401, E::InvalidClient, "Invalid client assertion"),
                medplum: oauth(400, E::InvalidRequest, "Invalid client assertion"),
                section: "RFC 7523 section 3",
                advice: "Set jti to a new random text in each assertion.",
            }
            /// The assertion was used before.
            AssertionReplayed = "assertion_replayed" {
                rfc: oauth(401, E::InvalidClient, "Invalid client assertion"),
                medplum: oauth(400, E::InvalidRequest, "Invalid client assertion"),
                section: "RFC 7523 section 3",
                advice: "An assertion works once: make a new one, with a new jti, for each request.",
            }
        }
    };
}

pub(super) use rows;
