//! Authorization endpoint: [RFC6749 §4.1.1], [OpenID Connect Core §3.1.2], [RFC9207].
//!
//! A request goes through three types. [`Unverified`] is what the browser brought; a fault in it is shown to the person and
//! redirects nowhere. [`Verified`] knows a client and a redirect URI that belong together; from here on a refusal goes to
//! that address. What passes every check becomes an [`Interaction`] that waits for the person, or a code at once.
//!
//! Parameters that nobody here knows are ignored, and none may come twice [RFC6749 §3.1].
//!
//! `display`, `acr_values` and `claims_locales` are taken and change nothing [OIDC-CORE §15.1].
//!
//! # Not supported
//! Request objects, `response_mode` other than `query`, response types other than `code`.

mod parameters;
mod persona;
mod verified;

use std::sync::{Arc, OnceLock};

use anteroom_oauth::form::Form;

pub use self::verified::Verified;
pub(crate) use self::verified::error as error_address;
use crate::check;
use crate::cx::{Cx, Origin};
use crate::engine::Engine;
use crate::model::interaction::{AuthorizationRequest, INTERACTION_LIFETIME, Interaction, Who};
use crate::model::{Client, Session, User};
use crate::refusal::Refusal;
use crate::service::interactions::{self, Answer, Browser, Step};
use crate::stop::{Outcome, Stop, refuse};

/// What the browser brought, not yet believed.
pub struct Unverified {
    form: Form,
    repeated: Vec<String>,
}

impl Unverified {
    /// Reads a query or a form body.
    ///
    /// # Refusals
    /// [`Refusal::AuthorizeMalformed`] when it cannot be decoded.
    pub fn read(parameters: &[u8]) -> Outcome<Self> {
        match Form::decode_with_repeated(parameters) {
            Ok((form, repeated)) => Ok(Self { form, repeated }),
            Err(_) => refuse(Refusal::AuthorizeMalformed, ""),
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.form.get(name)
    }

    fn is_repeated(&self, name: &str) -> bool {
        self.repeated.iter().any(|repeated| repeated == name)
    }

    /// `client_id`, as it was sent.
    pub fn client_id(&self) -> Option<&str> {
        self.get("client_id")
    }

    /// `redirect_uri`, as it was sent.
    pub fn redirect_uri(&self) -> Option<&str> {
        self.get("redirect_uri")
    }

    /// `ui_locales`.
    pub fn ui_locales(&self) -> Option<&str> {
        self.get("ui_locales")
    }
}

/// What the page shows about a request that was refused before its redirect URI was proven.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// Name of the client, if it is known.
    pub client_name: Option<String>,
    /// The redirect URI that was sent.
    pub sent: Option<String>,
    /// The ones that are registered.
    pub registered: Vec<String>,
}

/// Explains a refusal to the person in front of the browser. An unknown client and one that is switched off look the same.
pub fn explain(engine: &Engine, unverified: &Unverified) -> Outcome<Explanation> {
    engine.read(|tx, _| {
        let client = match unverified.client_id().and_then(Client::parse_client_id) {
            Some(id) => tx.client(id)?.filter(|client| check::is_active(client)),
            None => None,
        };
        Ok(Explanation {
            client_name: client.as_ref().map(|client| client.name.clone()),
            sent: client.is_some().then(|| unverified.redirect_uri().map(str::to_owned)).flatten(),
            registered: client.map(|client| client.settings.redirect_uris.clone()).unwrap_or_default(),
        })
    })
}

/// Answers an authorization request: a page to show, or an address to go to.
///
/// # Refusals
/// Only those before client and redirect URI are proven; every other one is an address with `error`.
pub async fn respond(
    engine: &Arc<Engine>,
    origin: Origin,
    unverified: Arc<Unverified>,
    browser: Browser,
) -> Outcome<Answer> {
    let proven = Arc::new(OnceLock::new());
    let (inner, slot) = (Arc::clone(engine), Arc::clone(&proven));
    let outcome = engine
        .transact(origin, move |cx| {
            cx.join_run(unverified.get("state"));
            let verified = Verified::prove(cx, &unverified)?;
            let verified = slot.get_or_init(|| verified);
            begin(cx, &inner, &unverified, verified, &browser)
        })
        .await;
    match (outcome, proven.get()) {
        (Err(Stop::Refused(refused)), Some(verified)) => Ok(Answer::leave(verified.error(&refused))),
        (outcome, _) => outcome,
    }
}

/// `prompt`: [OpenID Connect Core §3.1.2.1].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "the four words of the standard, in any combination")]
struct Prompt {
    none: bool,
    login: bool,
    consent: bool,
    select_account: bool,
}

/// An authorization request that passed every check.
struct Asked {
    request: AuthorizationRequest,
    prompt: Prompt,
    max_age: Option<u32>,
    /// `sub` of the `id_token_hint`: who is expected. It signs nobody in.
    hinted: Option<String>,
}

fn begin(
    cx: &mut Cx<'_>,
    engine: &Engine,
    unverified: &Unverified,
    verified: &Verified,
    browser: &Browser,
) -> Outcome<Answer> {
    let client = &verified.client;
    let asked = parameters::check(cx, engine, unverified, verified)?;
    if let Some(persona) = cx.take_persona(unverified.get("state"), client.id) {
        return persona::sign_in(cx, client, asked.request, &persona);
    }
    let session = usable_session(cx, client, &asked, browser)?;
    let mut interaction = Interaction {
        id: cx.time_ordered_id()?,
        project: client.project,
        client: client.id,
        browser: None,
        request: asked.request,
        who: session.as_ref().map(|session| Who {
            user: session.user,
            session: Some(session.id),
            auth_method: session.auth_method,
            auth_time: session.auth_time,
            second_factor: true,
        }),
        membership: session.as_ref().and_then(|session| session.membership),
        seen: false,
        created_at: cx.now,
        expires_at: cx.now + INTERACTION_LIFETIME,
        finished_at: None,
    };
    let step = interactions::step(cx.tx, client, &mut interaction)?;
    // [OIDC-CORE §3.1.2.6] nothing is shown: a code, or an error
    if asked.prompt.none {
        return match step {
            Step::Ready(membership) => interactions::hand_out(cx, client, &interaction, &membership),
            Step::SignIn | Step::SecondFactor { .. } => refuse(Refusal::LoginRequired, ""),
            Step::Consent { agreed: false } => refuse(Refusal::ConsentRequired, ""),
            Step::ChooseProfile(_) | Step::Consent { agreed: true } => {
                refuse(Refusal::InteractionRequired, "")
            }
        };
    }
    if let Step::Ready(membership) = step {
        return interactions::hand_out(cx, client, &interaction, &membership);
    }
    let (cookie, new_browser) = if let Some(cookie) = &browser.cookie {
        (cookie.digest(), None)
    } else {
        let made = cx.secret()?;
        (made.digest(), Some(made))
    };
    interaction.browser = Some(cookie);
    cx.tx.insert_interaction(&interaction)?;
    Ok(Answer { new_browser, ..Answer::page(interaction.id) })
}

/// The browser's session, if it answers what was asked: live, of the client's project, young enough, of the person that is
/// expected.
fn usable_session(
    cx: &Cx<'_>,
    client: &Client,
    asked: &Asked,
    browser: &Browser,
) -> Outcome<Option<Session>> {
    // [OIDC-CORE §3.1.2.3] who must sign in anew is not known by a session
    // [OIDC-CORE §3.1.2.1] max_age=0 says the same
    if asked.prompt.login || asked.prompt.select_account || asked.max_age == Some(0) {
        return Ok(None);
    }
    let Some(session) = browser.live_session(cx.tx, cx.now)? else { return Ok(None) };
    let young = asked.max_age.is_none_or(|max_age| cx.now <= session.auth_time + max_age);
    let expected = asked.hinted.as_ref().is_none_or(|sub| User::parse_subject(sub) == Some(session.user));
    Ok((session.project == client.project && young && expected).then_some(session))
}
