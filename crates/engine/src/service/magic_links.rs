//! Issuing, opening, revoking and replacing pre-authorized codes.

use anteroom_oauth::scope::Scope;
use anteroom_oauth::secret::{Digest, Secret, TxCode, TypedCode};
use zeroize::Zeroizing;

use crate::cx::{Cx, Topic};
use crate::engine::Engine;
use crate::entropy::{self, Entropy, EntropyFailed};
use crate::grant::pre_authorized_code;
use crate::id::Id;
use crate::model::event::{EventBody, EventKind};
use crate::model::pre_authorized_code::{Ending, HandOver, Language, Phone, StoredTxCode};
use crate::model::{Client, Membership, PreAuthorizedCode};
use crate::stop::Outcome;

/// Longest life of a code: a day.
pub const LONGEST_LIFE: u32 = 86_400;
/// Life of a code when nobody chose one: an hour.
pub const DEFAULT_LIFE: u32 = 3_600;

/// The plain values of a new code, made before the transaction so that they never pass through it.
pub struct Plain {
    /// 256 random bits: the code, in whatever form it is written.
    pub code: Zeroizing<[u8; 32]>,
    /// The PIN, if one was asked for.
    pub tx_code: Option<Secret<TxCode>>,
}

/// Makes the plain values: a code, and a PIN of `tx_code_length` digits.
pub fn make(entropy: &dyn Entropy, tx_code_length: Option<u8>) -> Result<Plain, EntropyFailed> {
    let code = Zeroizing::new(entropy::bytes(entropy)?);
    let tx_code = tx_code_length.map(|length| digits(entropy, length)).transpose()?;
    Ok(Plain { code, tx_code })
}

/// `length` decimal digits, each as likely as the others.
fn digits(entropy: &dyn Entropy, length: u8) -> Result<Secret<TxCode>, EntropyFailed> {
    /// The largest multiple of ten a byte can hold: bytes above it would favor small digits.
    const EVEN: u8 = 250;
    let mut digits = String::with_capacity(usize::from(length));
    while digits.len() < usize::from(length) {
        let [byte] = entropy::bytes(entropy)?;
        if byte < EVEN {
            digits.push(char::from(b'0' + byte % 10));
        }
    }
    Ok(Secret::new(digits))
}

/// What a new code is for.
pub struct NewCode<'a> {
    /// The client that may redeem it.
    pub client: &'a Client,
    /// Who will be signed in.
    pub membership: &'a Membership,
    /// Who issues it.
    pub issued_by: Id<Membership>,
    /// Scope of the tokens.
    pub scope: Scope,
    /// `nonce` of the id token.
    pub nonce: String,
    /// Life in seconds, 1 to [`LONGEST_LIFE`].
    pub expires_in: u32,
    /// How it is handed over.
    pub hand_over: HandOver,
    /// The language of its page; `None` is whatever the browser asks for.
    pub language: Option<Language>,
    /// Whose phone it is for.
    pub phone: Phone,
    /// Digest of the short code for typing.
    pub typed: Option<Digest<TypedCode>>,
}

/// Stores a new code. The caller has checked that issuer, member and client belong to one project.
pub fn issue(
    cx: &mut Cx<'_>,
    engine: &Engine,
    plain: &Plain,
    new: NewCode<'_>,
) -> Outcome<PreAuthorizedCode> {
    let id = cx.time_ordered_id()?;
    let row = PreAuthorizedCode {
        id,
        project: new.client.project,
        client: new.client.id,
        membership: new.membership.id,
        digest: pre_authorized_code::encode(&plain.code).digest(),
        typed_digest: new.typed,
        tx_code: plain.tx_code.as_ref().map(|tx_code| StoredTxCode {
            mac: engine.tx_code_key().mac(id, tx_code.expose()),
            length: u8::try_from(tx_code.len()).unwrap_or(u8::MAX),
        }),
        scope: new.scope.as_str().to_owned(),
        nonce: new.nonce,
        hand_over: new.hand_over,
        language: new.language,
        phone: new.phone,
        issued_by: new.issued_by,
        issued_at: cx.now,
        expires_at: cx.now + new.expires_in.clamp(1, LONGEST_LIFE),
        opened_at: None,
        redeemed_at: None,
        login: None,
        ended: None,
        wrong_tx_codes: 0,
        refused: 0,
    };
    cx.tx.insert_pre_authorized_code(&row)?;
    cx.about.project = Some(row.project);
    cx.about.client = Some(row.client);
    cx.about.actor = Some(row.issued_by);
    cx.about.subject = Some(row.membership);
    cx.about.row = Some(id.uuid());
    let after = serde_json::json!({
        "expiresAt": row.expires_at.iso8601(),
        "handOver": row.hand_over.as_str(),
        "language": row.language.map(Language::tag),
        "phone": row.phone.as_str(),
        "pin": row.tx_code.is_some(),
    });
    cx.event(EventKind::LinkIssued, EventBody { after: Some(after), ..EventBody::default() })?;
    cx.changed(Topic::MagicLinks(Some(id.uuid())));
    Ok(row)
}

/// Ends a live code: taken back, or replaced by a newer one. Whether it was live.
pub fn end(cx: &mut Cx<'_>, code: &PreAuthorizedCode, ending: Ending, by: Id<Membership>) -> Outcome<bool> {
    if !cx.tx.end_pre_authorized_code(code.id, ending, cx.now)? {
        return Ok(false);
    }
    cx.about.project = Some(code.project);
    cx.about.client = Some(code.client);
    cx.about.actor = Some(by);
    cx.about.subject = Some(code.membership);
    cx.about.row = Some(code.id.uuid());
    let kind = match ending {
        Ending::Revoked => EventKind::LinkRevoked,
        Ending::Replaced => EventKind::LinkReplaced,
        Ending::Locked => EventKind::LinkLocked,
    };
    cx.event(kind, EventBody::default())?;
    cx.changed(Topic::MagicLinks(Some(code.id.uuid())));
    Ok(true)
}

/// Notes that the page of a code was opened, the first time. Spends nothing.
pub fn opened(cx: &mut Cx<'_>, code: &PreAuthorizedCode) -> Outcome<()> {
    if cx.tx.mark_opened(code.id, cx.now)? {
        cx.about.project = Some(code.project);
        cx.about.client = Some(code.client);
        cx.about.subject = Some(code.membership);
        cx.about.row = Some(code.id.uuid());
        cx.event(EventKind::LinkOpened, EventBody::default())?;
        cx.changed(Topic::MagicLinks(Some(code.id.uuid())));
    }
    Ok(())
}
