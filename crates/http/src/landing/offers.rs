//! Credential offers by reference ([OID4VCI 1.0 §4.1.3]): what a wallet fetches after a press.
//!
//! The wallet is opened with an address that holds a random id and no code; the offer with the code is in its answer. Offers
//! are in memory only, for five minutes at most: who is slower presses again, which spends nothing.
//!
//! # Not supported
//! Issuing credentials: what is offered is a sign-in to the client, and the wallet redeems it at the token endpoint.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use anteroom_engine::endpoint::landing::ForWallet;
use anteroom_engine::entropy;
use anteroom_engine::issuer::Issuer;
use anteroom_engine::stop::{Fault, Stop};
use anteroom_engine::timestamp::Timestamp;
use anteroom_magic_link::offer::{CredentialOffer, TxCode, link_to};
use anteroom_magic_link::{Link, Redacted};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::call::Call;
use crate::headers::JSON;
use crate::respond::{self, Family};

/// Seconds an offer can be fetched.
const LIFE: u32 = 300;
/// Offers kept at most; the one that ends first goes.
const MOST: usize = 1_000;

/// Offers that wait to be fetched.
#[derive(Default)]
pub(crate) struct Offers(Mutex<HashMap<String, Offer>>);

struct Offer {
    json: CredentialOffer,
    until: Timestamp,
}

impl Offers {
    fn put(&self, id: String, offer: Offer, now: Timestamp) {
        let mut offers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        offers.retain(|_, offer| now < offer.until);
        if offers.len() >= MOST {
            let first = offers.iter().min_by_key(|(_, offer)| offer.until).map(|(id, _)| id.clone());
            first.and_then(|id| offers.remove(&id));
        }
        offers.insert(id, offer);
    }

    fn get(&self, id: &str, now: Timestamp) -> Option<Redacted<String>> {
        let offers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let offer = offers.get(id).filter(|offer| now < offer.until)?;
        Some(Redacted::new(offer.json.json().expose().clone()))
    }
}

/// Keeps an offer of `code` and gives the link that opens a wallet with it.
pub(super) fn offer(call: &Call, code: &[u8; 32], wallet: &ForWallet) -> Result<Link, Stop> {
    let engine = &call.shared.engine;
    let fault = |_| Stop::Fault(Fault::Inconsistent("credential offer"));
    let tx_code =
        wallet.tx_code_length.map(|length| TxCode::numeric(length, None)).transpose().map_err(fault)?;
    let base = call.issuer();
    let json = CredentialOffer::new(base.as_str(), &[wallet.client.to_string()], code, tx_code.as_ref())
        .map_err(fault)?;
    let random = Zeroizing::new(entropy::bytes::<32>(engine.entropy())?);
    let id = URL_SAFE_NO_PAD.encode(*random);
    let link = link_to(&address(base, &id)).map_err(fault)?;
    let now = engine.now();
    let until = wallet.expires_at.min(now + LIFE);
    call.shared.offers.put(id, Offer { json, until }, now);
    Ok(link)
}

fn address(base: &Issuer, id: &str) -> String {
    format!("{}in/offers/{id}", base.as_str())
}

/// `/in/offers/{id}`
pub(crate) fn fetch(call: &Call) -> Response {
    let id = call.parts.uri.path().rsplit('/').next().unwrap_or_default();
    let Some(json) = call.shared.offers.get(id, call.shared.engine.now()) else {
        let status = StatusCode::NOT_FOUND;
        return respond::problem(call, Family::OAuth, status, (None, "not-found"), "Not found");
    };
    let body = if call.method() == Method::HEAD { Body::empty() } else { Body::from(json.expose().clone()) };
    respond::response(StatusCode::OK, JSON, body)
}
