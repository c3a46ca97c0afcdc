//! `POST /auth/preauthorize`: JSON in, a one-time code out.

use anteroom_engine::endpoint::preauthorize::{self, Body as Fields, Issued, Request};
use anteroom_engine::entropy;
use anteroom_engine::grant::pre_authorized_code;
use anteroom_engine::issuer::Issuer;
use anteroom_engine::stop::{Fault, Stop};
use anteroom_magic_link::offer::{CredentialOffer, TxCode};
use anteroom_magic_link::{TypedCode, magic_link};
use axum::body::Body;
use axum::response::Response;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::call::Call;
use crate::caller;
use crate::extract;
use crate::respond::{self, Family};

/// Answers with a code.
pub(crate) async fn preauthorize(call: Call, body: Body) -> Response {
    let fields = match extract::json(&call, body).await {
        Ok(json) => Fields::read(&json),
        Err(response) => return response,
    };
    match issue(&call, fields).await {
        Ok((issued, typed)) => respond::json(&Answer::new(call.issuer(), &issued, typed.as_ref())),
        Err(stop) => respond::stop(&call, Family::Medplum, stop),
    }
}

async fn issue(call: &Call, body: Result<Fields, Stop>) -> Result<(Issued, Option<TypedCode>), Stop> {
    let engine = &call.shared.engine;
    let typed = if body.as_ref().is_ok_and(|fields| fields.magic_link) {
        let random = Zeroizing::new(entropy::bytes::<7>(engine.entropy())?);
        Some(TypedCode::from_random(&random))
    } else {
        None
    };
    let request = Request {
        credentials: caller::credentials(call)?,
        on_behalf_of: caller::on_behalf_of(call.headers()),
        body,
        typed: typed.as_ref().map(TypedCode::digest),
    };
    let issued = preauthorize::respond(engine, call.origin(), request).await?;
    Ok((issued, typed))
}

/// The answer. It is written once and wiped after.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    pre_authorized_code: Zeroized,
    expires_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    magic_link: Option<Zeroized>,
    #[serde(skip_serializing_if = "Option::is_none")]
    typed_code: Option<Zeroized>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offer_uri: Option<Zeroized>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tx_code: Option<Zeroized>,
}

/// A text that opens something, on its way into the answer.
struct Zeroized(Zeroizing<String>);

impl Zeroized {
    fn new(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }
}

impl Serialize for Zeroized {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl Answer {
    fn new(base: &Issuer, issued: &Issued, typed: Option<&TypedCode>) -> Self {
        let code = &*issued.plain.code;
        let wanted = typed.is_some();
        // A base that is too long for a QR code, or an http base beyond this machine, carries no link or no offer.
        let link = wanted.then(|| magic_link(base.as_str(), code).ok()).flatten();
        let offer = wanted.then(|| offer(base, issued).ok()).flatten();
        Self {
            pre_authorized_code: Zeroized::new(
                pre_authorized_code::encode_for(issued.dialect, code).expose(),
            ),
            expires_at: issued.expires_at.iso8601(),
            magic_link: link.map(|link| Zeroized::new(link.expose())),
            typed_code: typed.map(|typed| Zeroized::new(typed.grouped().expose())),
            offer_uri: offer.map(|offer| Zeroized::new(offer.link().expose())),
            tx_code: issued.tx_code().map(|tx_code| Zeroized::new(tx_code.expose())),
        }
    }
}

/// [OID4VCI 1.0 §4.1.1] the offer; what is offered is a sign-in to the client, named by its id.
fn offer(base: &Issuer, issued: &Issued) -> Result<CredentialOffer, Fault> {
    let fault = |_| Fault::Inconsistent("credential offer");
    let tx_code = match issued.tx_code() {
        Some(tx_code) => {
            let length = u8::try_from(tx_code.len()).unwrap_or(u8::MAX);
            Some(TxCode::numeric(length, None).map_err(fault)?)
        }
        None => None,
    };
    let client = [issued.client.id.to_string()];
    CredentialOffer::new(base.as_str(), &client, &issued.plain.code, tx_code.as_ref()).map_err(fault)
}
