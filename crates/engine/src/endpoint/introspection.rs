//! Introspection endpoint: [RFC7662 §2]. Tells a client about its own tokens, and a project's admin client about all tokens
//! of the project. Only a client that proves who it is learns anything.

use std::sync::Arc;

use anteroom_oauth::secret::AccessToken;
use anteroom_oauth::secret::Secret;
use serde::Serialize;

use super::revocation::{Found, Request, recognize};
use crate::check::{self, Alive};
use crate::client_auth;
use crate::cx::{Cx, Origin};
use crate::engine::Engine;
use crate::model::Client;
use crate::model::refresh_token::Place;
use crate::refusal::Refusal;
use crate::service::api_tokens::ApiToken;
use crate::service::bearer::VerifiedToken;
use crate::service::smart_app_launches::LaunchContext;
use crate::stop::{Outcome, refuse};
use crate::timestamp::Timestamp;
use anteroom_oauth::claims::Audience;
use serde_json::Value;

/// The answer. [RFC7662 §2.2] an inactive token has no other member.
#[derive(Debug, Default, Serialize)]
pub struct Introspection {
    /// Whether it can be used now.
    pub active: bool,
    /// What it allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Whom it acts for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// For which server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<Value>,
    /// Made by which server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// `Bearer` for access tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
    /// The patient in context, as the token response said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient: Option<String>,
    /// The encounter in context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encounter: Option<String>,
    /// Whatever else is in context.
    #[serde(rename = "fhirContext", skip_serializing_if = "Option::is_none")]
    pub fhir_context: Option<Value>,
}

/// Looks at the token: signature, time, and what ended it before [RFC7662 §4]. Who does not prove who it is gets 401
/// [RFC7662 §2.3].
///
/// # Refusals
/// Everything [`client_auth::authenticate`] refuses; no secret; no `token`.
pub async fn respond(
    engine: &Arc<Engine>,
    origin: Origin,
    request: Outcome<Request>,
) -> Outcome<Introspection> {
    let mut request = match request {
        Ok(request) => request,
        Err(stop) => return engine.refuse_unread(&origin, stop),
    };
    client_auth::private_key_jwt::judge(engine, &origin, &mut request.presented).await?;
    let inner = Arc::clone(engine);
    engine
        .transact(origin, move |cx| {
            let authenticated = client_auth::authenticate(cx, &request.presented, Refusal::UnknownClient)?;
            // [RFC7662 §2.1] the endpoint must require authorization
            let proved = authenticated.proved;
            if !cx.trace.check("client.authenticated", proved, "a secret", || "none sent".into()) {
                return refuse(Refusal::MissingClientSecret, "");
            }
            // [RFC7662 §2.1] `token` is required
            let Some(token) = request.token else {
                return refuse(Refusal::MissingToken, "");
            };
            look(cx, &inner, &authenticated.client, &token)
        })
        .await
}

fn look(
    cx: &mut Cx<'_>,
    engine: &Engine,
    client: &Client,
    token: &Secret<AccessToken>,
) -> Outcome<Introspection> {
    let (login, access, family) = match recognize(engine, token) {
        Found::Nothing => return Ok(Introspection::default()),
        Found::Access(token) => (token.login, Some(Access::of(&token)), None),
        Found::ForApi(token) => (token.login, Some(Access::for_api(&token)), None),
        Found::Refresh(locator, digest) => match cx.tx.refresh_family(&locator)? {
            Some(family) if family.place(&digest, cx.now) == Place::Newest && cx.now < family.expires_at => {
                (family.login, None, Some(family))
            }
            _ => return Ok(Introspection::default()),
        },
    };
    let live = cx.tx.live_login(login)?;
    let Ok(alive) = check::login_alive(cx.tx, &mut cx.trace, live, cx.now) else {
        return Ok(Introspection::default());
    };
    let admin = cx.tx.membership_of_client(client.id)?.is_some_and(|own| own.active && own.admin);
    if alive.client.id != client.id && !(admin && alive.login.project == client.project) {
        return Ok(Introspection::default());
    }
    let answer = of_login(cx, &alive)?;
    Ok(match (access, family) {
        (Some(token), _) => Introspection {
            scope: Some(token.scope),
            sub: token.sub.or(answer.sub),
            aud: Some(token.aud),
            iss: Some(token.iss),
            exp: Some(token.exp.seconds()),
            iat: Some(token.iat.seconds()),
            token_type: Some("Bearer"),
            ..answer
        },
        (None, Some(family)) => Introspection {
            exp: Some(family.expires_at.seconds()),
            iat: Some(family.rotated_at.unwrap_or(family.created_at).seconds()),
            ..answer
        },
        (None, None) => Introspection::default(),
    })
}

/// What an access token says of itself.
struct Access {
    scope: String,
    /// Where it is not the one of the login: an API sees it in Auth0's form.
    sub: Option<String>,
    aud: Value,
    iss: String,
    exp: Timestamp,
    iat: Timestamp,
}

impl Access {
    fn of(token: &VerifiedToken) -> Self {
        let (scope, iss) = (token.scope.clone(), token.iss.clone());
        Self { scope, sub: None, aud: iss.clone().into(), iss, exp: token.exp, iat: token.iat }
    }

    fn for_api(token: &ApiToken) -> Self {
        let aud = match &token.aud {
            Audience::One(one) => one.clone().into(),
            Audience::Many(many) => many.clone().into(),
        };
        let (scope, sub, iss) = (token.scope.clone(), Some(token.sub.clone()), token.iss.clone());
        Self { scope, sub, aud, iss, exp: token.exp, iat: token.iat }
    }
}

fn of_login(cx: &Cx<'_>, alive: &Alive) -> Outcome<Introspection> {
    // [SMART §6.0.3] the launch context of the token response stands here, too
    let context = LaunchContext::of(cx.tx, alive.login.launch, &alive.client, &alive.membership)?;
    Ok(Introspection {
        active: true,
        scope: Some(alive.login.scope.clone()),
        client_id: Some(alive.client.client_id()),
        sub: Some(alive.membership.subject()),
        iss: Some(cx.origin.issuer.as_str().to_owned()),
        patient: context.patient,
        encounter: context.encounter,
        fhir_context: context.fhir_context,
        ..Introspection::default()
    })
}
