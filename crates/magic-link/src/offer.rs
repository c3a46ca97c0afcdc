//! The credential offer of [OID4VCI 1.0 §4.1], with a pre-authorized code, for wallets.
//!
//! By value (`credential_offer`) it carries the code and is too long for a QR code that scans well, so it is a link to
//! tap. By reference (`credential_offer_uri`) it is short, and the wallet fetches the JSON.
//!
//! # Not supported
//! Offers with the authorization code grant, `authorization_server`, and transaction codes that are not digits.
//!
//! [OID4VCI 1.0 §4.1]: https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0.html#section-4.1

use serde::Serialize;
use thiserror::Error;
use url::{Host, Url};

use crate::base32::{self, CODE_BYTES};
use crate::link::{Link, has_user_info};
use crate::percent;
use crate::redacted::Redacted;

const SCHEME: &str = "openid-credential-offer://?";
const LONGEST_DESCRIPTION: usize = 300;

/// Why an offer cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OfferError {
    /// `credential_issuer` is no https URL (or http URL of this machine) without query and fragment.
    #[error("credential_issuer must be an https URL, or http on this machine, without query and fragment")]
    CredentialIssuer,
    /// `credential_configuration_ids` is empty, or one of them is.
    #[error("credential_configuration_ids must not be empty")]
    NoConfiguration,
    /// `credential_configuration_ids` names one twice.
    #[error("credential_configuration_ids must be unique")]
    RepeatedConfiguration,
    /// The transaction code has fewer than 4 or more than 8 digits.
    #[error("a transaction code has 4 to 8 digits")]
    TxCodeLength,
    /// The description of the transaction code is longer than 300 characters.
    #[error("the description of a transaction code has at most {LONGEST_DESCRIPTION} characters")]
    TxCodeDescription,
    /// `credential_offer_uri` is not an https URL (or http URL of this machine) without fragment.
    #[error("credential_offer_uri must be an https URL, or http on this machine, without a fragment")]
    OfferUri,
}

/// What a wallet must ask its user for: a PIN of digits that came another way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TxCode {
    /// `numeric`: only digits.
    input_mode: &'static str,
    length: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

impl TxCode {
    /// A PIN of `length` digits; the wallet shows `description` beside the field.
    ///
    /// # Errors
    /// When `length` is not 4 to 8, or `description` is longer than 300 characters.
    pub fn numeric(length: u8, description: Option<String>) -> Result<Self, OfferError> {
        if !(4..=8).contains(&length) {
            return Err(OfferError::TxCodeLength);
        }
        // [OID4VCI §4.1.1] "The length of the string MUST NOT exceed 300 characters."
        if description.as_deref().is_some_and(|text| text.chars().count() > LONGEST_DESCRIPTION) {
            return Err(OfferError::TxCodeDescription);
        }
        Ok(Self { input_mode: "numeric", length, description })
    }
}

/// What stands in the JSON. It borrows the code, and never leaves this file.
#[derive(Serialize)]
struct Offer<'a> {
    credential_issuer: &'a str,
    credential_configuration_ids: &'a [String],
    grants: Grants<'a>,
}

#[derive(Serialize)]
struct Grants<'a> {
    #[serde(rename = "urn:ietf:params:oauth:grant-type:pre-authorized_code")]
    pre_authorized_code: Grant<'a>,
}

#[derive(Serialize)]
struct Grant<'a> {
    #[serde(rename = "pre-authorized_code")]
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tx_code: Option<&'a TxCode>,
}

/// A credential offer. It holds the code and cannot be printed by accident.
#[derive(Debug)]
pub struct CredentialOffer {
    json: Redacted<String>,
}

impl CredentialOffer {
    /// Offers the credentials named by `credential_configuration_ids` for `code`.
    ///
    /// # Errors
    /// When the issuer is no such URL, or the names are missing or repeated.
    pub fn new(
        credential_issuer: &str,
        credential_configuration_ids: &[String],
        code: &[u8; CODE_BYTES],
        tx_code: Option<&TxCode>,
    ) -> Result<Self, OfferError> {
        check_issuer(credential_issuer)?;
        check_configurations(credential_configuration_ids)?;
        let code = base32::encode(code);
        let grants = Grants { pre_authorized_code: Grant { code: code.expose(), tx_code } };
        Ok(Self { json: json(&Offer { credential_issuer, credential_configuration_ids, grants }) })
    }

    /// The JSON, as it is served below a `credential_offer_uri`, with the media type `application/json`.
    pub fn json(&self) -> &Redacted<String> {
        &self.json
    }

    /// `openid-credential-offer://?credential_offer=<JSON>`: the offer by value, as a link to tap.
    pub fn link(&self) -> Link {
        // every byte of the JSON may take three
        let mut text = String::with_capacity(64 + 3 * self.json.expose().len());
        text.push_str(SCHEME);
        text.push_str("credential_offer=");
        percent::push_encoded(&mut text, self.json.expose());
        Link::verbatim(Redacted::new(text))
    }
}

/// `openid-credential-offer://?credential_offer_uri=<URL>`: the offer by reference, short enough for a QR code.
///
/// # Errors
/// [OID4VCI §4.1.3] When `offer_uri` is not https; http is for trials on the same machine.
pub fn link_to(offer_uri: &str) -> Result<Link, OfferError> {
    let url = Url::parse(offer_uri).map_err(|_| OfferError::OfferUri)?;
    if !is_allowed(&url) || url.as_str() != offer_uri || url.fragment().is_some() || has_user_info(&url) {
        return Err(OfferError::OfferUri);
    }
    let mut text = String::with_capacity(64 + 3 * offer_uri.len());
    text.push_str(SCHEME);
    text.push_str("credential_offer_uri=");
    percent::push_encoded(&mut text, offer_uri);
    Ok(Link::verbatim(Redacted::new(text)))
}

fn json(offer: &Offer<'_>) -> Redacted<String> {
    Redacted::new(
        serde_json::to_string(offer).expect("strings and numbers under fixed names always serialize"),
    )
}

/// [OID4VCI §12.2.1] https, no query, no fragment; http is for trials on the same machine.
fn check_issuer(credential_issuer: &str) -> Result<(), OfferError> {
    let url = Url::parse(credential_issuer).map_err(|_| OfferError::CredentialIssuer)?;
    // `https://clinic.example` is an identifier too; the parser would add the slash
    let is_normal =
        url.as_str() == credential_issuer || url.as_str().strip_suffix('/') == Some(credential_issuer);
    if is_allowed(&url)
        && is_normal
        && url.query().is_none()
        && url.fragment().is_none()
        && !has_user_info(&url)
    {
        Ok(())
    } else {
        Err(OfferError::CredentialIssuer)
    }
}

/// https, or http on this machine.
fn is_allowed(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback)
}

fn check_configurations(ids: &[String]) -> Result<(), OfferError> {
    if ids.is_empty() || ids.iter().any(String::is_empty) {
        return Err(OfferError::NoConfiguration);
    }
    if ids.iter().enumerate().any(|(index, id)| ids[..index].contains(id)) {
        return Err(OfferError::RepeatedConfiguration);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use anteroom_oauth::GrantType;
    use serde_json::{Value, json};

    use super::*;
    use crate::link::LONGEST_LINK;

    const CODE: [u8; 32] = [3; 32];
    const GRANT_TYPE: &str = GrantType::PreAuthorizedCode.as_str();

    fn ids(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    fn offer(issuer: &str, names: &[&str], tx_code: Option<&TxCode>) -> Result<CredentialOffer, OfferError> {
        CredentialOffer::new(issuer, &ids(names), &CODE, tx_code)
    }

    fn refusal(issuer: &str, names: &[&str]) -> OfferError {
        offer(issuer, names, None).expect_err("this offer must be refused")
    }

    #[test]
    fn oid4vci_4_1_1_members_of_an_offer() {
        let offer = offer("https://clinic.example/", &["PatientAccess"], None).unwrap();
        let value: Value = serde_json::from_str(offer.json().expose()).unwrap();
        assert_eq!(
            value,
            json!({
                "credential_issuer": "https://clinic.example/",
                "credential_configuration_ids": ["PatientAccess"],
                "grants": { GRANT_TYPE: { "pre-authorized_code": base32::encode(&CODE).expose() } },
            })
        );
    }

    #[test]
    fn oid4vci_4_1_1_tx_code() {
        let tx_code = TxCode::numeric(6, Some("The PIN on the second slip".into())).unwrap();
        let with_pin = offer("https://clinic.example", &["A", "B"], Some(&tx_code)).unwrap();
        let value: Value = serde_json::from_str(with_pin.json().expose()).unwrap();
        assert_eq!(
            value["grants"][GRANT_TYPE]["tx_code"],
            json!({ "input_mode": "numeric", "length": 6, "description": "The PIN on the second slip" })
        );

        let bare = TxCode::numeric(4, None).unwrap();
        assert_eq!(serde_json::to_value(bare).unwrap(), json!({ "input_mode": "numeric", "length": 4 }));
        for length in [0, 3, 9, 255] {
            assert_eq!(TxCode::numeric(length, None).unwrap_err(), OfferError::TxCodeLength, "{length}");
        }
        // characters, not bytes
        assert!(TxCode::numeric(4, Some("ü".repeat(300))).is_ok());
        assert_eq!(TxCode::numeric(4, Some("ü".repeat(301))).unwrap_err(), OfferError::TxCodeDescription);
    }

    #[test]
    fn oid4vci_12_2_1_credential_issuer_is_https_without_query_and_fragment() {
        for issuer in
            ["https://clinic.example", "https://clinic.example/a", "http://127.0.0.1:8103/", "http://[::1]/"]
        {
            assert!(offer(issuer, &["A"], None).is_ok(), "{issuer}");
        }
        for issuer in [
            "",
            "clinic.example",
            "http://clinic.example/",
            "ftp://clinic.example/",
            "https://clinic.example/?a",
            "https://clinic.example/#a",
            "https://user@clinic.example/",
            "https://Clinic.example/",
            "https://clinic.example/\n",
        ] {
            assert_eq!(refusal(issuer, &["A"]), OfferError::CredentialIssuer, "{issuer:?}");
        }
    }

    #[test]
    fn oid4vci_4_1_1_configurations_are_non_empty_and_unique() {
        assert_eq!(refusal("https://clinic.example/", &[]), OfferError::NoConfiguration);
        assert_eq!(refusal("https://clinic.example/", &["A", ""]), OfferError::NoConfiguration);
        assert_eq!(refusal("https://clinic.example/", &["A", "B", "A"]), OfferError::RepeatedConfiguration);
    }

    #[test]
    fn oid4vci_4_1_2_by_value_the_wallet_reads_the_same_json() {
        let offer = offer("https://clinic.example/", &["Zugang für Patienten & Angehörige"], None).unwrap();
        let link = offer.link();
        let url = Url::parse(link.expose()).unwrap();
        assert_eq!(url.scheme(), "openid-credential-offer");
        let pairs: Vec<_> = url.query_pairs().collect();
        assert_eq!(pairs.len(), 1);
        assert_eq!((&*pairs[0].0, &*pairs[0].1), ("credential_offer", offer.json().expose().as_str()));
        assert!(link.expose().len() > LONGEST_LINK, "if it fitted, it could be drawn");
        assert_eq!(link.expose_for_qr(), link.expose());
    }

    #[test]
    fn oid4vci_4_1_3_by_reference_is_https_only() {
        let link = link_to("https://clinic.example/offers/7f3a?x=1&y=2").unwrap();
        assert_eq!(
            link.expose(),
            "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fclinic.example%2Foffers%2F7f3a%3Fx%3D1%26y%3D2"
        );
        assert!(link_to("http://127.0.0.1:8103/in/offers/x").is_ok(), "a trial on the same machine");
        for uri in [
            "",
            "http://clinic.example/o",
            "https://clinic.example/#o",
            "https://a@clinic.example/",
            "HTTPS://c.example/",
            "http://localhost.example/o",
        ] {
            assert_eq!(link_to(uri).unwrap_err(), OfferError::OfferUri, "{uri:?}");
        }
    }

    #[test]
    fn debug_does_not_show_the_code() {
        let printed = format!("{:?}", offer("https://clinic.example/", &["A"], None).unwrap());
        assert!(!printed.contains(&base32::encode(&CODE).expose()[..4]), "{printed}");
    }
}
