//! The hosted pages behind the authorization endpoint: sign in, choose a profile, agree.
//!
//! Every call names the interaction, and the browser proves with its cookie that it began it; every form carries the token
//! of that browser and that interaction. A session gets a new cookie at every sign-in.

use std::sync::{Arc, OnceLock};

use anteroom_oauth::secret::Secret;

use crate::check;
use crate::cx::{Cx, Origin};
use crate::endpoint::authorization::error_address;
use crate::endpoint::external::{self, Offer};
use crate::engine::Engine;
use crate::id::Id;
use crate::issuer::Issuer;
use crate::model::interaction::Who;
use crate::model::login::AuthMethod;
use crate::model::membership::ProfileType;
use crate::model::session::SESSION_LIFETIME;
use crate::model::{Client, Consent, Interaction, Membership, Session};
use crate::refusal::Refusal;
use crate::service::interactions::{self, Answer, Browser, Step};
use crate::service::second_factor::{self, EnrollUri, Needed};
use crate::service::sign_in::{self, Credentials, Proven};
use crate::stop::{Fault, Outcome, Stop, refuse};
use crate::store::Tx;
use crate::timestamp::Timestamp;

/// What a page shows.
#[derive(Debug)]
pub struct View {
    /// Name of the client.
    pub client_name: String,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// Goes into every form of the page.
    pub form_token: String,
    /// `login_hint` of the request.
    pub login_hint: Option<String>,
    /// `ui_locales` of the request.
    pub ui_locales: Option<String>,
    /// Display name of the person, once one is there.
    pub person: Option<String>,
    /// Which form it is.
    pub form: ViewForm,
}

/// The form of a page.
#[derive(Debug)]
pub enum ViewForm {
    /// E-mail address and password, or the client's identity provider, if people can sign in there.
    SignIn(Option<Offer>),
    /// A code of the second factor.
    SecondFactor,
    /// The secret of a new second factor, and a code that proves that the person has it.
    Enroll(Secret<EnrollUri>),
    /// One of several profiles.
    ChooseProfile(Vec<Profile>),
    /// Agree to these scope words.
    Consent(Vec<String>),
}

/// A profile to choose.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Membership.
    pub id: Id<Membership>,
    /// Name.
    pub display: String,
    /// Kind.
    pub resource_type: ProfileType,
}

/// The page of an interaction as it stands. A provider that it offers sends the browser back to `issuer`.
///
/// # Refusals
/// [`Refusal::InteractionNotYours`].
pub fn view(engine: &Engine, issuer: &Issuer, id: Id<Interaction>, browser: &Browser) -> Outcome<View> {
    engine.read(|tx, now| {
        let mut interaction = interactions::waiting(tx, id, browser, now)?;
        let client = client_of(tx, &interaction)?;
        let form_token = browser.form_token(id).ok_or(Fault::Inconsistent("a page without a cookie"))?;
        let step = interactions::step(tx, &client, &mut interaction)?;
        let provider = client.settings.identity_provider.as_ref();
        let offer = provider.and_then(|own| external::offer(own, issuer, browser, &interaction));
        let person = match interaction.membership {
            // Nobody's name before the second factor.
            Some(membership) if !matches!(step, Step::SignIn | Step::SecondFactor { .. }) => {
                tx.membership(membership)?
            }
            _ => None,
        };
        Ok(View {
            client_name: client.name.clone(),
            redirect_uri: interaction.request.redirect_uri.clone().unwrap_or_default(),
            form_token,
            login_hint: interaction.request.login_hint.clone(),
            ui_locales: interaction.request.ui_locales.clone(),
            person: person.map(|membership| membership.display.clone()),
            form: form_of(tx, engine, step, &interaction, offer)?,
        })
    })
}

fn form_of(
    tx: &dyn Tx,
    engine: &Engine,
    step: Step,
    interaction: &Interaction,
    offer: Option<Offer>,
) -> Outcome<ViewForm> {
    Ok(match step {
        Step::SignIn => ViewForm::SignIn(offer),
        Step::SecondFactor { enrolled: true } => ViewForm::SecondFactor,
        Step::SecondFactor { enrolled: false } => {
            let who = interaction.who.ok_or(Fault::Inconsistent("a second factor of nobody"))?;
            let factor = tx.second_factor(who.user)?;
            let uri = match &factor {
                Some(factor) => second_factor::enroll_uri(tx, engine, factor)?,
                None => None,
            };
            ViewForm::Enroll(uri.ok_or(Fault::Inconsistent("a second factor without secret"))?)
        }
        Step::ChooseProfile(memberships) => {
            let profile = |own: &Arc<Membership>| Profile {
                id: own.id,
                display: own.display.clone(),
                resource_type: own.profile.resource_type,
            };
            ViewForm::ChooseProfile(memberships.iter().map(profile).collect())
        }
        Step::Consent { .. } | Step::Ready(_) => {
            ViewForm::Consent(interaction.request.scope.split(' ').map(str::to_owned).collect())
        }
    })
}

/// A form that came back.
pub struct Form {
    /// Which interaction.
    pub id: Id<Interaction>,
    /// From which browser.
    pub browser: Arc<Browser>,
    /// The token of the form.
    pub form_token: String,
    /// What was pressed.
    pub press: Press,
}

/// What was pressed on a page.
pub enum Press {
    /// Sign in.
    SignIn(Credentials),
    /// A code of the second factor.
    SecondFactor(String),
    /// Go on as this member.
    Choose(Option<Id<Membership>>),
    /// Agree; `true` remembers it.
    Allow(bool),
    /// Cancel.
    Cancel,
    /// Somebody else wants to sign in.
    OtherPerson,
}

/// Answers a form: the next page, or the client.
///
/// # Refusals
/// [`Refusal::InteractionNotYours`]; wrong password, too many of them; nobody's profile; no active membership; blocked
/// address.
pub async fn respond(engine: &Arc<Engine>, origin: Origin, form: Form) -> Outcome<Answer> {
    let Form { id, browser, form_token, press } = form;
    let proven = match press {
        Press::SignIn(credentials) => {
            // Nothing of what was typed is looked at before the page is known to be this browser's.
            let (client, state) = engine.read(|tx, now| {
                let interaction = own(tx, id, &browser, &form_token, now)?;
                Ok((client_of(tx, &interaction)?, interaction.request.state))
            })?;
            let run = state.and_then(|state| engine.runs().of_state(&state)).or(origin.run);
            let origin = Origin { run, ..origin };
            let asks = (client.project, Some(client.id));
            let proven = sign_in::prove_in(engine, &origin, asks, credentials).await?;
            return signed_in(engine, origin, id, browser, form_token, proven).await;
        }
        other => other,
    };
    let cancelled = Arc::new(OnceLock::new());
    let slot = Arc::clone(&cancelled);
    let issuer = origin.issuer.clone();
    let inner = Arc::clone(engine);
    let outcome = engine
        .transact(origin, move |cx| {
            let mut interaction = own(cx.tx, id, &browser, &form_token, cx.now)?;
            let client = client_of(cx.tx, &interaction)?;
            about(cx, &client, &interaction);
            match proven {
                Press::SecondFactor(code) => {
                    prove_second_factor(cx, &inner, &client, &browser, &mut interaction, &code)
                }
                Press::Choose(membership) => choose(cx, &client, &mut interaction, membership),
                Press::Allow(remember) => allow(cx, &client, &mut interaction, remember),
                Press::OtherPerson => {
                    interaction.who = None;
                    interaction.membership = None;
                    go_on(cx, &client, &mut interaction)
                }
                Press::Cancel | Press::SignIn(_) => {
                    cx.tx.finish_interaction(interaction.id, cx.now)?;
                    let _ = slot.set(interaction.request);
                    refuse(Refusal::AccessDenied, "")
                }
            }
        })
        .await;
    match (outcome, cancelled.get()) {
        (Err(Stop::Refused(refused)), Some(request)) => {
            let to = request.redirect_uri.as_deref().unwrap_or_default();
            Ok(Answer::leave(error_address(to, request.state.as_deref(), &issuer, &refused)))
        }
        (outcome, _) => outcome,
    }
}

/// The client, while it may sign people in.
pub(crate) fn client_of(tx: &dyn Tx, interaction: &Interaction) -> Outcome<Arc<Client>> {
    match tx.client(interaction.client)? {
        Some(client) if check::is_active(&client) => Ok(client),
        _ => refuse(Refusal::InteractionNotYours, "the client was deleted or switched off"),
    }
}

fn own(
    tx: &dyn Tx,
    id: Id<Interaction>,
    browser: &Browser,
    form_token: &str,
    now: Timestamp,
) -> Outcome<Interaction> {
    let interaction = interactions::waiting(tx, id, browser, now)?;
    if browser.made(id, form_token) {
        Ok(interaction)
    } else {
        refuse(Refusal::InteractionNotYours, "the form was not made here")
    }
}

/// Says in the log what a request is about.
pub(crate) fn about(cx: &mut Cx<'_>, client: &Client, interaction: &Interaction) {
    cx.about.project = Some(client.project);
    cx.about.client = Some(client.id);
    cx.about.row = Some(interaction.id.uuid());
    cx.join_run(interaction.request.state.as_deref());
}

async fn signed_in(
    engine: &Arc<Engine>,
    origin: Origin,
    id: Id<Interaction>,
    browser: Arc<Browser>,
    form_token: String,
    proven: Proven,
) -> Outcome<Answer> {
    let inner = Arc::clone(engine);
    engine
        .transact(origin, move |cx| {
            let mut interaction = own(cx.tx, id, &browser, &form_token, cx.now)?;
            let client = client_of(cx.tx, &interaction)?;
            about(cx, &client, &interaction);
            sign_in::confirm(cx, &proven)?;
            let memberships = cx.tx.memberships_of_user(client.project, proven.user.id)?;
            let active = memberships.iter().any(|membership| membership.active);
            if !cx.trace.check("membership.active", active, "an active membership", || "none".into()) {
                return refuse(Refusal::NoActiveMembership, "");
            }
            interaction.who = Some(Who {
                user: proven.user.id,
                session: None,
                auth_method: AuthMethod::Password,
                auth_time: cx.now,
                second_factor: false,
            });
            interaction.membership = None;
            interaction.seen = true;
            match second_factor::needed_by(cx.tx, proven.user.id)? {
                Needed::Nothing => in_session(cx, &client, &browser, &mut interaction),
                Needed::Code => go_on(cx, &client, &mut interaction),
                Needed::Enrolment => {
                    second_factor::begin(cx, &inner, proven.user.id)?;
                    go_on(cx, &client, &mut interaction)
                }
            }
        })
        .await
}

/// Somebody has proved everything: a session begins.
pub(crate) fn in_session(
    cx: &mut Cx<'_>,
    client: &Client,
    browser: &Browser,
    interaction: &mut Interaction,
) -> Outcome<Answer> {
    let who = interaction.who.ok_or(Fault::Inconsistent("a session of nobody"))?;
    // A new id at every sign-in: one that somebody planted before is worth nothing.
    if let Some(before) = browser.live_session(cx.tx, cx.now)? {
        cx.tx.end_session(before.id, cx.now)?;
    }
    let cookie = cx.secret()?;
    let session = Session {
        id: cx.time_ordered_id()?,
        project: client.project,
        digest: cookie.digest(),
        user: who.user,
        membership: None,
        auth_method: who.auth_method,
        auth_time: who.auth_time,
        expires_at: cx.now + SESSION_LIFETIME,
        ended_at: None,
    };
    cx.tx.insert_session(&session)?;
    interaction.who = Some(Who { session: Some(session.id), second_factor: true, ..who });
    let answer = go_on(cx, client, interaction)?;
    Ok(Answer { new_session: Some(cookie), ..answer })
}

/// A code of the second factor, of the person whose password was right.
fn prove_second_factor(
    cx: &mut Cx<'_>,
    engine: &Engine,
    client: &Client,
    browser: &Browser,
    interaction: &mut Interaction,
    code: &str,
) -> Outcome<Answer> {
    let step = interactions::step(cx.tx, client, interaction)?;
    let (Step::SecondFactor { enrolled }, Some(who)) = (step, interaction.who) else {
        return Ok(Answer::page(interaction.id));
    };
    cx.about.subject = interaction.membership;
    if enrolled {
        let factor = cx.tx.second_factor(who.user)?.ok_or(Fault::Inconsistent("an enrolled factor"))?;
        second_factor::check(cx, engine, &factor, code, Refusal::WrongSecondFactorCode)?;
    } else {
        second_factor::enroll(cx, engine, who.user, code, Refusal::WrongSecondFactorCode)?;
    }
    in_session(cx, client, browser, interaction)
}

fn choose(
    cx: &mut Cx<'_>,
    client: &Client,
    interaction: &mut Interaction,
    membership: Option<Id<Membership>>,
) -> Outcome<Answer> {
    let Some(who) = interaction.who else { return Ok(Answer::page(interaction.id)) };
    let own = cx.tx.memberships_of_user(interaction.project, who.user)?;
    let chosen = own.iter().find(|own| own.active && Some(own.id) == membership);
    if !cx.trace.check("membership", chosen.is_some(), "one of the person's own", || "another".into()) {
        return refuse(Refusal::InvalidProfile, "");
    }
    interaction.membership = membership;
    interaction.seen = true;
    go_on(cx, client, interaction)
}

/// The person agrees to what the page showed, and only when it showed it.
fn allow(cx: &mut Cx<'_>, client: &Client, interaction: &mut Interaction, remember: bool) -> Outcome<Answer> {
    let step = interactions::step(cx.tx, client, interaction)?;
    let (Step::Consent { .. } | Step::Ready(_), Some(membership)) = (step, interaction.membership) else {
        return Ok(Answer::page(interaction.id));
    };
    if remember {
        let scope = interactions::remembered(cx.tx, client, interaction, membership)?;
        cx.tx.put_consent(&Consent { membership, client: client.id, scope, given_at: cx.now })?;
    }
    let membership =
        cx.tx.membership(membership)?.ok_or(Fault::Inconsistent("a person without membership"))?;
    finish(cx, client, interaction, &membership)
}

fn go_on(cx: &mut Cx<'_>, client: &Client, interaction: &mut Interaction) -> Outcome<Answer> {
    let step = interactions::step(cx.tx, client, interaction)?;
    cx.tx.update_interaction(interaction, cx.now)?;
    match step {
        Step::Ready(membership) => finish(cx, client, interaction, &membership),
        _ => Ok(Answer::page(interaction.id)),
    }
}

/// One conditional UPDATE ends the interaction: two presses give one code.
fn finish(
    cx: &mut Cx<'_>,
    client: &Client,
    interaction: &Interaction,
    membership: &Membership,
) -> Outcome<Answer> {
    if !cx.tx.finish_interaction(interaction.id, cx.now)? {
        return refuse(Refusal::InteractionNotYours, "ended meanwhile");
    }
    interactions::hand_out(cx, client, interaction, membership)
}
