//! Redeeming a pre-authorized code [OpenID4VCI §6.3].

macro_rules! rows {
    ($table:ident! $rest:tt $($before:tt)*) => {
        $table! { $rest $($before)*
            /// No `pre-authorized_code`.
            MissingPreAuthorizedCode = "missing_pre_authorized_code" {
                rfc: oauth(400, E::InvalidRequest, "Missing pre-authorized_code"),
                medplum: oauth(400, E::InvalidRequest, "Missing pre-authorized_code"),
                section: "OpenID4VCI 1.0 section 6.1",
                advice: "Send the code in the parameter pre-authorized_code, with a hyphen.",
            }
            /// No such code.
            UnknownCode = "unknown_code" {
                rfc: oauth(400, E::InvalidGrant, "Invalid pre-authorized_code"),
                medplum: oauth(400, E::InvalidRequest, "Invalid pre-authorized_code"),
                section: "OpenID4VCI 1.0 section 6.3",
                advice: "The code was never issued here, or was cleaned up long ago: issue a new one.",
            }
            /// The code was issued for another client; it stays usable for that one.
            CodeOfOtherClient = "code_of_other_client" {
                rfc: oauth(400, E::InvalidGrant, "Invalid client"),
                medplum: oauth(400, E::InvalidRequest, "Invalid client"),
                section: "OpenID4VCI 1.0 section 6.3",
                advice: "Redeem the code as the client it was issued for.",
            }
            /// Too old.
            CodeExpired = "code_expired" {
                rfc: oauth(400, E::InvalidGrant, "Pre-authorized code expired"),
                medplum: oauth(400, E::InvalidGrant, "Pre-authorized code expired"),
                section: "OpenID4VCI 1.0 section 6.3",
                advice: "Issue a new link; choose a longer hand-over if it is taken home.",
            }
            /// Redeemed before.
            CodeSpent = "code_spent" {
                rfc: oauth(400, E::InvalidGrant, "Token already granted"),
                medplum: oauth(400, E::InvalidGrant, "Token already granted"),
                section: "OpenID4VCI 1.0 section 6.3",
                advice: "A code works once. If the person is not signed in, issue a new link.",
            }
            /// Taken back at the desk.
            CodeRevoked = "code_revoked" {
                rfc: oauth(400, E::InvalidGrant, "Token revoked"),
                medplum: oauth(400, E::InvalidGrant, "Token revoked"),
                section: "OpenID4VCI 1.0 section 6.3",
                advice: "The link was taken back at the desk: issue a new one.",
            }
            /// A newer code was issued in its place.
            CodeReplaced = "code_replaced" {
                rfc: oauth(400, E::InvalidGrant, "Pre-authorized code replaced"),
                medplum: oauth(400, E::InvalidGrant, "Token revoked"),
                section: "OpenID4VCI 1.0 section 6.3",
                advice: "A newer link was issued in its place: use that one.",
            }
            /// Five wrong PINs.
            CodeLocked = "code_locked" {
                rfc: oauth(400, E::InvalidGrant, "Too many wrong transaction codes"),
                medplum: oauth(400, E::InvalidGrant, "Token revoked"),
                section: "OpenID4VCI 1.0 section 6.3",
                advice: "The PIN was wrong five times: issue a new link.",
            }
            /// The code needs a PIN and none was sent; nothing is spent.
            MissingTxCode = "missing_tx_code" {
                rfc: oauth(400, E::InvalidRequest, "Missing tx_code"),
                medplum: oauth(400, E::InvalidRequest, "Missing tx_code"),
                section: "OpenID4VCI 1.0 section 6.3",
                advice: "Ask the person for the PIN and send it as tx_code.",
            }
            /// A PIN was sent and the code has none; nothing is spent.
            UnexpectedTxCode = "unexpected_tx_code" {
                rfc: oauth(400, E::InvalidRequest, "Unexpected tx_code"),
                medplum: oauth(400, E::InvalidRequest, "Unexpected tx_code"),
                section: "OpenID4VCI 1.0 section 6.3",
                advice: "Leave tx_code out: this link needs no PIN.",
            }
            /// The PIN is wrong; nothing is spent.
            WrongTxCode = "wrong_tx_code" {
                rfc: oauth(400, E::InvalidGrant, "Invalid tx_code"),
                medplum: oauth(400, E::InvalidGrant, "Invalid tx_code"),
                section: "OpenID4VCI 1.0 section 6.3",
                advice: "Type the PIN again; five wrong tries lock the link.",
            }
            /// The member the code is for is inactive.
            MemberInactive = "member_inactive" {
                rfc: oauth(400, E::InvalidGrant, "Profile not active"),
                medplum: oauth(400, E::InvalidRequest, "Profile not active"),
                section: "RFC 6749 section 5.2",
                advice: "Activate the person's membership under People, then issue a new link.",
            }
            /// An IP rule keeps the member out; the code stays usable.
            MemberAddressBlocked = "member_address_blocked" {
                rfc: oauth(400, E::InvalidGrant, "IP address not allowed"),
                medplum: oauth(400, E::InvalidRequest, "IP address not allowed"),
                section: "Medplum: IP access rules",
                advice: "The person's access policy has an IP rule that blocks the address the code was redeemed from.",
            }
        }
    };
}

pub(super) use rows;
