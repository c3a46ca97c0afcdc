//! `POST …/complete`: the client hands in what the browser brought back, and the account is written.

use std::sync::Arc;

use anteroom_oauth::pkce::CodeChallenge;
use anteroom_oauth::pkce::CodeChallengeMethod::S256;
use anteroom_oauth::secret::{AccessToken, AuthSession, ConnectCode, Secret};
use serde_json::Value;

use super::fields::{Fields, Invalid};
use super::{CREATE, Caller};
use crate::cx::{Cx, Origin};
use crate::engine::Engine;
use crate::model::ConnectSession;
use crate::refusal::Refusal;
use crate::service::connected_accounts;
use crate::stop::{Fault, Outcome, refuse};

const MEMBERS: [&str; 4] = ["auth_session", "connect_code", "redirect_uri", "code_verifier"];

/// The body.
#[derive(Debug)]
pub struct Body {
    auth_session: Secret<AuthSession>,
    connect_code: Secret<ConnectCode>,
    redirect_uri: String,
    code_verifier: Option<String>,
}

impl Body {
    /// Reads the JSON body.
    ///
    /// # Errors
    /// Every member that is wrong.
    pub fn read(body: &Value) -> Result<Self, Vec<Invalid>> {
        let mut fields = Fields::new(body, &MEMBERS)?;
        let auth_session = Secret::new(fields.required("auth_session", 1, 64));
        let connect_code = Secret::new(fields.required("connect_code", 1, 46));
        let redirect_uri = fields.required("redirect_uri", 1, 2_048);
        let code_verifier = fields.text("code_verifier", 43, 128);
        fields.finish(Self { auth_session, connect_code, redirect_uri, code_verifier })
    }
}

/// Completes, and shows the account.
///
/// # Refusals
/// As [`super::authenticate`]; a body that is wrong; a session that is not the caller's, has ended or was completed before;
/// a wrong code, redirect URI or verifier.
pub async fn respond(
    engine: &Arc<Engine>,
    origin: Origin,
    token: Option<Secret<AccessToken>>,
    body: Option<Body>,
) -> Outcome<Value> {
    let inner = Arc::clone(engine);
    let completed = engine.transact(origin, move |cx| {
        let caller = super::authenticate(cx, &inner, token.as_ref(), CREATE)?;
        let Some(body) = body else { return refuse(Refusal::MeInvalidBody, "") };
        let session = check_session(cx, &caller, &body)?;
        check_code(cx, &session, &body)?;
        let connection = cx.tx.connection(session.connection)?;
        cx.trace.check("connection.exists", connection.is_some(), "the connection", || "deleted".into());
        let Some(connection) = connection else { return refuse(Refusal::MeUnknownConnection, "") };
        let granted = connected_accounts::open_granted(&inner, &session)?;
        // The one statement that decides: a second call loses here.
        if !cx.tx.finish_connect_session(session.id, cx.now)? {
            return refuse(Refusal::MeSessionCompleted, "completed meanwhile");
        }
        let account = connected_accounts::keep(cx, &inner, &session, &connection, &granted)?;
        Ok(connected_accounts::account_json(&account, &connection.name))
    });
    completed.await
}

/// The session: of this person and this client, still waiting.
fn check_session(cx: &mut Cx<'_>, caller: &Caller, body: &Body) -> Outcome<ConnectSession> {
    let session = cx.tx.connect_session(&body.auth_session.digest())?;
    let own =
        session.filter(|session| session.user == caller.user && session.client == Some(caller.client.id));
    cx.trace
        .check("auth_session.exists", own.is_some(), "a session of this person and client", || "none".into());
    let Some(session) = own else { return refuse(Refusal::MeSession, "") };
    let open = session.finished_at.is_none();
    if !cx.trace.check("auth_session.finished_at", open, "not completed", || "completed before".into()) {
        return refuse(Refusal::MeSessionCompleted, "");
    }
    let (now, ends) = (cx.now, session.expires_at);
    if cx.trace.check("auth_session.expires_at", now < ends, "in the future", || ends.to_string().into()) {
        Ok(session)
    } else {
        refuse(Refusal::MeSession, "expired")
    }
}

/// What the browser brought back, and who it was for.
fn check_code(cx: &mut Cx<'_>, session: &ConnectSession, body: &Body) -> Outcome<()> {
    let sent = body.connect_code.digest();
    let right = session.connect_code.as_ref() == Some(&sent);
    let wanted = session.connect_code.as_ref().map_or_else(
        || "a code, once the browser came back".to_owned(),
        anteroom_oauth::secret::Digest::fingerprint,
    );
    if !cx.trace.check("connect_code", right, wanted, || sent.fingerprint().into()) {
        return refuse(Refusal::MeConnectCode, "");
    }
    let first = session.request.redirect_uri.clone().unwrap_or_default();
    let same = first == body.redirect_uri;
    if !cx
        .trace
        .check("redirect_uri", same, first, || body.redirect_uri.chars().take(200).collect::<String>().into())
    {
        return refuse(Refusal::MeRedirectUri, "differs from the one of connect");
    }
    let Some(challenge) = session.request.code_challenge.as_deref() else { return Ok(()) };
    let challenge = CodeChallenge::new(S256, challenge);
    let challenge = challenge.map_err(|_| Fault::Inconsistent("the challenge of a connect session"))?;
    let verified = body.code_verifier.as_deref().is_some_and(|verifier| challenge.verify(verifier).is_ok());
    let found = || if body.code_verifier.is_some() { "another verifier" } else { "none" }.into();
    if cx.trace.check("code_verifier", verified, "the verifier of the challenge", found) {
        Ok(())
    } else {
        refuse(Refusal::MeVerifier, "")
    }
}
