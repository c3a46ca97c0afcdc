//! What an authorization request still needs, and what it ends with.

use std::fmt::Write as _;
use std::sync::Arc;

use anteroom_oauth::scope::Scope;
use anteroom_oauth::secret::{AuthorizationCode, Cookie, Secret};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::check;
use crate::cx::Cx;
use crate::id::Id;
use crate::model::authorization_code::CODE_LIFETIME;
use crate::model::interaction::AuthorizationRequest;
use crate::model::{Client, Interaction, IssuedCode, Membership, Session};
use crate::refusal::Refusal;
use crate::service::api_access::OIDC_SCOPES;
use crate::service::second_factor::{self, Needed};
use crate::stop::{Fault, Outcome, refuse};
use crate::store::{StoreResult, Tx};
use crate::timestamp::Timestamp;

/// The cookies a browser brought.
#[derive(Debug, Default)]
pub struct Browser {
    /// Binds interactions to the browser that began them.
    pub cookie: Option<Secret<Cookie>>,
    /// Its session.
    pub session: Option<Secret<Cookie>>,
}

impl Browser {
    /// The session, if it counts.
    pub fn live_session(&self, tx: &dyn Tx, now: Timestamp) -> StoreResult<Option<Session>> {
        let Some(cookie) = &self.session else { return Ok(None) };
        Ok(tx.session(&cookie.digest())?.filter(|session| session.is_live(now)))
    }

    /// What a form of this interaction carries, so that no other page can send it. Known only to who knows the cookie.
    pub fn form_token(&self, interaction: Id<Interaction>) -> Option<String> {
        Some(keyed(self.cookie.as_ref()?, b"form", interaction.as_bytes()))
    }

    /// What goes to an identity provider as `state`, and comes back from it. Known only to who knows the cookie.
    pub fn provider_state(&self, interaction: Id<Interaction>) -> Option<String> {
        Some(keyed(self.cookie.as_ref()?, b"provider state", interaction.as_bytes()))
    }

    /// The `nonce` of a sign-in through a provider. The interaction is the transaction it is bound to.
    pub fn provider_nonce(&self, interaction: Id<Interaction>) -> Option<String> {
        Some(keyed(self.cookie.as_ref()?, b"provider nonce", interaction.as_bytes()))
    }

    /// The PKCE verifier of a sign-in through a provider: 43 characters [RFC7636 §4.1].
    pub fn provider_verifier(&self, interaction: Id<Interaction>) -> Option<String> {
        Some(keyed(self.cookie.as_ref()?, b"provider verifier", interaction.as_bytes()))
    }

    /// Whether this browser was sent to a provider with this `state`.
    pub fn made_provider_state(&self, interaction: Id<Interaction>, proof: &str) -> bool {
        self.provider_state(interaction)
            .is_some_and(|expected| expected.as_bytes().ct_eq(proof.as_bytes()).into())
    }

    /// What the form that signs out carries. Known only to who knows the session's cookie.
    pub fn logout_token(&self) -> Option<String> {
        Some(keyed(self.session.as_ref()?, b"logout", &[]))
    }

    /// Whether a form carries the right token: [RFC6749 §10.12] no other site can send it.
    pub fn made(&self, interaction: Id<Interaction>, form_token: &str) -> bool {
        self.form_token(interaction)
            .is_some_and(|expected| expected.as_bytes().ct_eq(form_token.as_bytes()).into())
    }
}

/// HMAC-SHA-256 keyed with a cookie, over what it is for.
pub(crate) fn keyed(cookie: &Secret<Cookie>, purpose: &[u8], about: &[u8]) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(cookie.expose().as_bytes()).expect("HMAC takes keys of any length");
    mac.update(purpose);
    mac.update(about);
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

/// Where the browser goes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// To the page of the interaction.
    Page(Id<Interaction>),
    /// To the client.
    Leave(String),
}

/// Where the browser goes next, and which cookies it gets.
#[derive(Debug)]
pub struct Answer {
    /// Where.
    pub next: Next,
    /// A browser cookie.
    pub new_browser: Option<Secret<Cookie>>,
    /// A session cookie.
    pub new_session: Option<Secret<Cookie>>,
}

impl Answer {
    /// To the client.
    pub fn leave(address: String) -> Self {
        Self { next: Next::Leave(address), new_browser: None, new_session: None }
    }

    /// To the page of the interaction.
    pub fn page(interaction: Id<Interaction>) -> Self {
        Self { next: Next::Page(interaction), new_browser: None, new_session: None }
    }
}

/// What an interaction needs next.
#[derive(Debug, Clone)]
pub enum Step {
    /// Somebody has to sign in.
    SignIn,
    /// The person has to give a code of the second factor, or, when `enrolled` is false, to enroll first.
    SecondFactor {
        /// Whether the person has one.
        enrolled: bool,
    },
    /// The person has several memberships.
    ChooseProfile(Vec<Arc<Membership>>),
    /// The person has to agree; `agreed` when they did before and a page is shown all the same.
    Consent {
        /// Whether a remembered consent covers the scope.
        agreed: bool,
    },
    /// Nothing: the code can go.
    Ready(Arc<Membership>),
}

/// Finds out what is needed next, and fills in the membership where there is only one.
pub fn step(tx: &dyn Tx, client: &Client, interaction: &mut Interaction) -> Outcome<Step> {
    // [RFC6749 §3.1] who the person is comes first, whatever else was asked
    let Some(who) = interaction.who else { return Ok(Step::SignIn) };
    let mut active = tx.memberships_of_user(interaction.project, who.user)?;
    let fits = |own: &Membership| {
        let wanted = interaction.request.profile_type.as_deref();
        wanted.is_none_or(|wanted| own.profile.resource_type.as_str() == wanted)
    };
    active.retain(|membership| membership.active && fits(membership));
    let chosen = match (interaction.membership, active.as_slice()) {
        (Some(id), _) if !interaction.request.ask_profile || interaction.seen => {
            active.iter().find(|own| own.id == id).cloned()
        }
        (_, [only]) => Some(Arc::clone(only)),
        _ => None,
    };
    if active.is_empty() {
        // A session whose member was switched off is no session.
        return Ok(Step::SignIn);
    }
    interaction.membership = chosen.as_ref().map(|membership| membership.id);
    match second_factor::needed(tx, &who)? {
        Needed::Nothing => {}
        Needed::Code => return Ok(Step::SecondFactor { enrolled: true }),
        Needed::Enrolment => return Ok(Step::SecondFactor { enrolled: false }),
    }
    let Some(membership) = chosen else { return Ok(Step::ChooseProfile(active)) };
    if interaction.request.redirect_uri.is_none() {
        // A program that was given the password itself gets the code itself: there is no page to agree on.
        return Ok(Step::Ready(membership));
    }
    // [OIDC-CORE §3.1.2.4] the person agrees first
    let agreed = interaction.request.consent_skipped || agreed(tx, client, interaction, membership.id)?;
    // [RFC8252 §8.6] an app's own scheme can be claimed by another app: a page is shown before a code goes there
    let unseen_app = !interaction.seen && goes_to_app(interaction);
    if agreed && !unseen_app && !interaction.request.ask_consent {
        Ok(Step::Ready(membership))
    } else {
        Ok(Step::Consent { agreed: agreed && !interaction.request.ask_consent })
    }
}

fn agreed(
    tx: &dyn Tx,
    client: &Client,
    interaction: &Interaction,
    membership: Id<Membership>,
) -> Outcome<bool> {
    let Some(consent) = tx.consent(membership, client.id)? else { return Ok(false) };
    let remembered = Scope::parse(&consent.scope).map_err(|_| Fault::Inconsistent("scope of a consent"))?;
    let asked = Scope::parse(&of_consent(&interaction.request))
        .map_err(|_| Fault::Inconsistent("scope of a request"))?;
    Ok(asked.is_subset_of(&remembered))
}

/// The scope of a request as a consent remembers it: a word of an API is another word than the same of another API.
fn of_consent(request: &AuthorizationRequest) -> String {
    let Some(audience) = &request.audience else { return request.scope.clone() };
    let digest = Sha256::digest(audience.as_bytes());
    let api = URL_SAFE_NO_PAD.encode(&digest[..12]);
    let words = request
        .scope
        .split(' ')
        .filter(|word| !word.is_empty())
        .map(|word| if OIDC_SCOPES.contains(&word) { word.to_owned() } else { format!("{api}:{word}") });
    // That the API itself was agreed to, whatever of it.
    words.chain([api.clone()]).collect::<Vec<_>>().join(" ")
}

/// What a person has agreed to when this request is added to what is remembered.
pub fn remembered(
    tx: &dyn Tx,
    client: &Client,
    interaction: &Interaction,
    membership: Id<Membership>,
) -> Outcome<String> {
    let asked = of_consent(&interaction.request);
    if interaction.request.audience.is_none() {
        return Ok(asked);
    }
    let before = tx.consent(membership, client.id)?.map(|consent| consent.scope).unwrap_or_default();
    // Too much to remember: the newest counts.
    Ok(Scope::parse(&format!("{before} {asked}")).map_or(asked, |both| both.as_str().to_owned()))
}

fn goes_to_app(interaction: &Interaction) -> bool {
    interaction
        .request
        .redirect_uri
        .as_deref()
        .is_some_and(|uri| !uri.starts_with("https://") && !uri.starts_with("http://"))
}

/// Makes the code and the address that carries it: `code`, `state` if one was sent, `iss`. Nothing else [RFC9207 §2].
pub fn hand_out(
    cx: &mut Cx<'_>,
    client: &Client,
    interaction: &Interaction,
    membership: &Membership,
) -> Outcome<Answer> {
    let code = issue_code(cx, client, interaction, membership)?;
    let redirect_uri = interaction
        .request
        .redirect_uri
        .as_deref()
        .ok_or(Fault::Inconsistent("a request without address"))?;
    let mut parameters = vec![("code", code.expose())];
    parameters.extend(interaction.request.state.as_deref().map(|state| ("state", state)));
    parameters.push(("iss", cx.origin.issuer.as_str()));
    Ok(Answer::leave(address(redirect_uri, &parameters)))
}

/// Makes and stores the code of an interaction.
///
/// # Refusals
/// The member is inactive; its policy blocks the browser's address.
pub fn issue_code(
    cx: &mut Cx<'_>,
    client: &Client,
    interaction: &Interaction,
    membership: &Membership,
) -> Outcome<Secret<AuthorizationCode>> {
    let who = interaction.who.ok_or(Fault::Inconsistent("a code for nobody"))?;
    cx.about.subject = Some(membership.id);
    check::member_active(&mut cx.trace, membership, Refusal::NoActiveMembership)?;
    check::address_allowed(cx, membership, Refusal::SignInAddressBlocked)?;
    if let Some(session) = who.session {
        cx.tx.choose_membership(session, membership.id)?;
    }
    let code = cx.secret::<AuthorizationCode>()?;
    let row = IssuedCode {
        id: cx.time_ordered_id()?,
        digest: code.digest(),
        project: interaction.project,
        client: client.id,
        membership: membership.id,
        session: who.session,
        // The login keeps the id of the interaction it came from.
        login: Id::from_uuid(interaction.id.uuid()),
        redirect_uri: interaction.request.redirect_uri.clone(),
        scope: interaction.request.scope.clone(),
        nonce: interaction.request.nonce.clone(),
        remember: interaction.request.remember,
        // [RFC7636 §4.4] the code keeps its challenge
        challenge: interaction.request.challenge(),
        auth_method: who.auth_method,
        auth_time: who.auth_time,
        issued_at: cx.now,
        expires_at: cx.now + CODE_LIFETIME,
        redeemed_at: None,
        wrong_verifiers: 0,
        audience: interaction.request.audience.clone(),
        launch: interaction.request.launch,
    };
    cx.tx.insert_issued_code(&row)?;
    Ok(code)
}

/// The interaction, if it waits and belongs to this browser.
///
/// # Refusals
/// [`Refusal::InteractionNotYours`].
pub fn waiting(tx: &dyn Tx, id: Id<Interaction>, browser: &Browser, now: Timestamp) -> Outcome<Interaction> {
    let digest = browser.cookie.as_ref().map(Secret::digest);
    match tx.interaction(id)? {
        Some(row) if row.browser.is_some() && row.browser == digest && row.is_waiting(now) => Ok(row),
        Some(_) => refuse(Refusal::InteractionNotYours, "another browser's, ended, or too old"),
        None => refuse(Refusal::InteractionNotYours, "no such interaction"),
    }
}

/// The redirect URI with parameters appended. The text before them is not touched: [RFC6749 §3.1.2] a query stays.
pub fn address(redirect_uri: &str, parameters: &[(&str, &str)]) -> String {
    let mut address = redirect_uri.to_owned();
    let mut glue = match redirect_uri.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    for (name, value) in parameters {
        address.push_str(glue);
        address.push_str(name);
        address.push('=');
        percent_encode(&mut address, value);
        glue = "&";
    }
    address
}

/// Everything but unreserved characters [RFC3986 §2.3] becomes `%XX`: form decoders and URI decoders read the same.
fn percent_encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn az_17_a_registered_query_stays_and_ar_08_state_is_encoded_once() {
        for (uri, address_is) in [
            ("https://c.test/cb", "https://c.test/cb?code=a%20b"),
            ("https://c.test/cb?x=1", "https://c.test/cb?x=1&code=a%20b"),
            ("https://c.test/cb?", "https://c.test/cb?code=a%20b"),
            ("com.example.app:/cb", "com.example.app:/cb?code=a%20b"),
        ] {
            assert_eq!(address(uri, &[("code", "a b")]), address_is);
        }
        let state = "&=#+%20é\"<>";
        assert_eq!(
            address("https://c.test/cb", &[("state", state)]),
            "https://c.test/cb?state=%26%3D%23%2B%2520%C3%A9%22%3C%3E"
        );
    }

    #[test]
    fn a_form_token_is_for_one_browser_and_one_interaction() {
        let browser = |text: &str| Browser { cookie: Some(Secret::new(text.to_owned())), session: None };
        let (one, other) = (Id::from_uuid(uuid::Uuid::from_u128(1)), Id::from_uuid(uuid::Uuid::from_u128(2)));
        let token = browser("a").form_token(one).unwrap();
        assert!(browser("a").made(one, &token));
        assert!(!browser("a").made(other, &token));
        assert!(!browser("b").made(one, &token));
        assert!(!Browser::default().made(one, &token));
        assert!(!browser("a").made(one, ""));
        let states = [
            browser("a").provider_state(one),
            browser("a").provider_nonce(one),
            browser("a").provider_verifier(one),
            browser("a").provider_state(other),
            browser("b").provider_state(one),
            Some(token),
        ];
        let different: std::collections::BTreeSet<_> = states.iter().flatten().collect();
        assert_eq!(different.len(), states.len(), "each is for one thing");
        assert!(browser("a").made_provider_state(one, states[0].as_deref().unwrap()));
        assert!(!browser("b").made_provider_state(one, states[0].as_deref().unwrap()));
        assert!(!Browser::default().made_provider_state(one, ""));
    }
}
