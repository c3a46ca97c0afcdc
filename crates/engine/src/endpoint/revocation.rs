//! Revocation endpoint: [RFC7009 §2]. Ends the login behind an access token or a refresh token of the asking client.

use std::sync::Arc;

use anteroom_oauth::form::{Form, FormError};
use anteroom_oauth::secret::{AccessToken, Digest, RefreshToken, Secret};

use crate::check;
use crate::client_auth::{self, Presented};
use crate::cx::{Cx, Origin};
use crate::engine::Engine;
use crate::id::Id;
use crate::model::{Login, refresh_token};
use crate::refusal::Refusal;
use crate::service::api_tokens::ApiToken;
use crate::service::bearer::VerifiedToken;
use crate::service::people;
use crate::stop::{Outcome, Stop, refuse};

/// A token as a client presents it to be revoked or looked at. Its kind is found out; `token_type_hint` is not needed
/// [RFC7009 §2.1].
pub struct Request {
    pub(super) presented: Presented,
    pub(super) token: Option<Secret<AccessToken>>,
}

impl Request {
    /// Reads the form body and the `Authorization` header.
    pub fn read(authorization: Option<&[u8]>, body: &[u8]) -> Outcome<Self> {
        let mut form = Form::decode(body).map_err(|error| {
            Stop::refused(match error {
                FormError::Duplicate(_) => Refusal::DuplicateParameter,
                _ => Refusal::MalformedForm,
            })
        })?;
        let presented = Presented::read(authorization, &mut form)?;
        Ok(Self { presented, token: form.take_secret("token") })
    }
}

/// What a presented token turned out to be.
pub(super) enum Found {
    /// An access token, verified.
    Access(Arc<VerifiedToken>),
    /// An access token for an API, verified.
    ForApi(Box<ApiToken>),
    /// A refresh token: its family's locator, and itself.
    Refresh(Digest<RefreshToken>, Digest<RefreshToken>),
    /// Neither.
    Nothing,
}

/// Finds out what a token is. An access token has dots, a refresh token has none.
pub(super) fn recognize(engine: &Engine, token: &Secret<AccessToken>) -> Found {
    if token.expose().contains('.') {
        return match (engine.verify_access_token(token), engine.verify_api_token(token)) {
            (Ok(token), _) => Found::Access(token),
            (Err(_), Ok(token)) => Found::ForApi(Box::new(token)),
            (Err(_), Err(_)) => Found::Nothing,
        };
    }
    let token = Secret::<RefreshToken>::new(token.expose().to_owned());
    refresh_token::locator(&token).map_or(Found::Nothing, |locator| Found::Refresh(locator, token.digest()))
}

/// Revokes the token. [RFC7009 §2.2] an unknown one, and one of another client, is answered the same. [RFC7009 §2.2.1] who
/// asks wrongly gets the errors of the token endpoint.
///
/// # Refusals
/// Everything [`client_auth::authenticate`] refuses; a confidential client without its secret; no `token`.
pub async fn respond(engine: &Arc<Engine>, origin: Origin, request: Outcome<Request>) -> Outcome<()> {
    let mut request = match request {
        Ok(request) => request,
        Err(stop) => return engine.refuse_unread(&origin, stop),
    };
    client_auth::private_key_jwt::judge(engine, &origin, &mut request.presented).await?;
    let inner = Arc::clone(engine);
    engine
        .transact(origin, move |cx| {
            let authenticated = client_auth::authenticate(cx, &request.presented, Refusal::UnknownClient)?;
            let client = authenticated.client;
            check::confidential_proved(&mut cx.trace, &client, authenticated.proved)?;
            // [RFC7009 §2.1] `token` is required
            let Some(token) = request.token else {
                return refuse(Refusal::MissingTokenToRevoke, "");
            };
            let login = match recognize(&inner, &token) {
                Found::Access(token) => Some(token.login),
                Found::ForApi(token) => Some(token.login),
                Found::Refresh(locator, _) => cx.tx.refresh_family(&locator)?.map(|family| family.login),
                Found::Nothing => None,
            };
            login.map_or(Ok(()), |login| revoke(cx, login, client.id))
        })
        .await
}

fn revoke(cx: &mut Cx<'_>, login: Id<Login>, client: Id<crate::model::Client>) -> Outcome<()> {
    let Some(live) = cx.tx.live_login(login)? else { return Ok(()) };
    if cx.trace.check("token.client", live.login.client == client, client.to_string(), || {
        live.login.client.to_string().into()
    }) {
        people::revoke_session(cx, &live.login)?;
    }
    Ok(())
}
