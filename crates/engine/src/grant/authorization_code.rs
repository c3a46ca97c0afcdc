//! Authorization code grant: [RFC6749 §4.1.3], [RFC7636 §4.5].
//!
//! Redeems the code that a browser carried from the sign-in pages. One conditional UPDATE decides who wins; everything
//! before it only finds the right words for a refusal.
//!
//! A second presentation ends the session the first one made [RFC6749 §4.1.2]. A wrong verifier does not spend the code;
//! the third ends it. A verifier is required where a challenge was sent, and refused where none was.

use anteroom_oauth::form::Form;
use anteroom_oauth::grant_type::GrantType;
use anteroom_oauth::redirect_uri;
use anteroom_oauth::secret::{AuthorizationCode, Digest};
use zeroize::Zeroizing;

use crate::check;
use crate::client_auth::{self, Presented};
use crate::cx::{Cx, Topic};
use crate::engine::Engine;
use crate::id::Id;
use crate::model::authorization_code::WRONG_VERIFIERS;
use crate::model::client::ClientType;
use crate::model::client_grant::SubjectType;
use crate::model::event::{EventBody, EventKind};
use crate::model::{Client, IssuedCode, Login, Membership};
use crate::refusal::Refusal;
use crate::service::tokens::{self, NewFamily, NewLogin, PreparedTokens};
use crate::service::{api_access, refresh_tokens};
use crate::stop::{Fault, Outcome, refuse};

/// What the form says.
pub struct Request {
    pub(crate) presented: Presented,
    code: Option<Digest<AuthorizationCode>>,
    redirect_uri: Option<String>,
    code_verifier: Option<Zeroizing<String>>,
}

impl Request {
    /// Takes the parameters out of the form.
    pub fn read(presented: Presented, form: &mut Form) -> Self {
        Self {
            presented,
            code: form.take_secret::<AuthorizationCode>("code").map(|code| code.digest()),
            redirect_uri: form.get("redirect_uri").map(str::to_owned),
            code_verifier: form.get("code_verifier").map(|verifier| Zeroizing::new(verifier.to_owned())),
        }
    }
}

/// Redeems the code.
///
/// # Refusals
/// Everything [`client_auth::authenticate`] refuses; a confidential client without its secret; a code that is unknown,
/// another client's, expired, spent or ended by wrong verifiers; another redirect URI; a verifier that is missing,
/// unexpected or wrong; a member that is inactive or whose address is blocked.
pub fn redeem(cx: &mut Cx<'_>, engine: &Engine, request: Request) -> Outcome<PreparedTokens> {
    let Some(digest) = request.code else {
        return refuse(Refusal::MissingCode, "");
    };
    let code = cx.tx.issued_code(&digest)?;
    let presented = named_by_code(cx, request.presented, code.as_ref())?;
    let authenticated = client_auth::authenticate(cx, &presented, Refusal::UnknownClient)?;
    let client = authenticated.client;
    check::grant_allowed(&mut cx.trace, &client, GrantType::AuthorizationCode)?;
    check::confidential_proved(&mut cx.trace, &client, authenticated.proved)?;
    let Some(code) = code else {
        cx.trace.check("code.exists", false, "an issued code", || digest.fingerprint().into());
        return refuse(Refusal::UnknownAuthorizationCode, "");
    };
    cx.about.row = Some(code.id.uuid());
    cx.about.subject = Some(code.membership);
    check_owner(cx, &client, &code)?;
    check_state(cx, &code)?;
    check_redirect_uri(cx, &client, &code, request.redirect_uri.as_deref(), request.code_verifier.is_some())?;
    check_verifier(cx, &client, &code, request.code_verifier.as_deref().map(String::as_str))?;
    let membership =
        cx.tx.membership(code.membership)?.ok_or(Fault::Inconsistent("code without membership"))?;
    check::member_active(&mut cx.trace, &membership, Refusal::MemberInactive)?;
    check::address_allowed(cx, &membership, Refusal::MemberAddressBlocked)?;
    issue(cx, engine, &client, &code, &membership)
}

/// Medplum's clients may leave `client_id` out: then the code names the client.
fn named_by_code(cx: &Cx<'_>, presented: Presented, code: Option<&IssuedCode>) -> Outcome<Presented> {
    if presented.client_id.is_some() {
        return Ok(presented);
    }
    let Some(code) = code else { return Ok(presented) };
    let medplum = cx.tx.client(code.client)?.is_some_and(|client| client.client_type == ClientType::Medplum);
    let client_id = medplum.then(|| code.client.to_string());
    Ok(Presented { client_id, ..presented })
}

fn issue(
    cx: &mut Cx<'_>,
    engine: &Engine,
    client: &Client,
    code: &IssuedCode,
    membership: &Membership,
) -> Outcome<PreparedTokens> {
    let project = cx.tx.project(code.project)?.ok_or(Fault::Inconsistent("code without project"))?;
    // The client's settings of this moment: what was taken from its scope since is not given.
    let (scope, api) = match &code.audience {
        None => (tokens::granted_scope(cx, client, Some(&code.scope))?, None),
        Some(audience) => {
            let asked = api_access::ask(cx, engine, client, audience, SubjectType::User)?;
            let scope = asked.scope(cx, Some(&code.scope))?;
            (scope, Some(asked.token(engine, None)?))
        }
    };
    // The one statement that decides; a code that was spent since it was read above loses here.
    let won = cx.tx.redeem_issued_code(code.id, client.id, WRONG_VERIFIERS, cx.now)?;
    if !cx.trace.check("code.redeemed_at", won, "unredeemed", || "redeemed meanwhile".into()) {
        return refuse(Refusal::AuthorizationCodeSpent, "");
    }
    cx.about.actor = Some(code.membership);
    let refresh = refresh_tokens::wanted(client, &scope, code.remember, api.is_some())
        .then(|| NewFamily { session: code.session, offline: refresh_tokens::offline(&scope) });
    tokens::prepare(
        cx,
        NewLogin {
            id: code.login,
            project: &project,
            client,
            membership,
            auth_method: code.auth_method,
            auth_time: code.auth_time,
            scope,
            nonce: code.nonce.clone(),
            pre_authorized_code: None,
            refresh,
            api,
            launch: code.launch,
        },
    )
}

/// The code was issued for this client. Another client's presentation spends nothing; if the code is spent already, it is
/// in wrong hands, and the session it made ends.
fn check_owner(cx: &mut Cx<'_>, client: &Client, code: &IssuedCode) -> Outcome<()> {
    if cx.trace.check("code.client", code.client == client.id, code.client.to_string(), || {
        client.id.to_string().into()
    }) {
        return Ok(());
    }
    if code.redeemed_at.is_some() {
        end_login(cx, code.login)?;
    }
    refuse(Refusal::AuthorizationCodeOfOtherClient, "")
}

/// The code is still good. [RFC6749 §4.1.2] one that comes twice ends what came from it.
fn check_state(cx: &mut Cx<'_>, code: &IssuedCode) -> Outcome<()> {
    if let Some(at) = code.redeemed_at {
        cx.trace.check("code.redeemed_at", false, "unredeemed", || format!("redeemed at {at}").into());
        end_login(cx, code.login)?;
        return refuse(Refusal::AuthorizationCodeSpent, "");
    }
    let tried = code.wrong_verifiers < WRONG_VERIFIERS;
    let most = format!("fewer than {WRONG_VERIFIERS}");
    if !cx.trace.check("code.wrong_verifiers", tried, most, || code.wrong_verifiers.to_string().into()) {
        return refuse(Refusal::AuthorizationCodeEnded, "");
    }
    let fresh = cx.now < code.expires_at;
    if cx.trace.check("code.expires_at", fresh, "in the future", || code.expires_at.to_string().into()) {
        Ok(())
    } else {
        refuse(Refusal::AuthorizationCodeExpired, "")
    }
}

fn end_login(cx: &mut Cx<'_>, login: Id<Login>) -> Outcome<()> {
    if cx.tx.revoke_login(login, cx.now)? {
        let detail = Some("a spent code was presented again".to_owned());
        cx.event(EventKind::SessionRevoked, EventBody { detail, ..EventBody::default() })?;
        cx.changed(Topic::People);
    }
    Ok(())
}

/// [RFC6749 §4.1.3] the redirect URI is the one the code was sent to, and the client still has it. It may be left out where
/// a verifier ties the code to the client, and by Medplum's clients that may do without.
fn check_redirect_uri(
    cx: &mut Cx<'_>,
    client: &Client,
    code: &IssuedCode,
    sent: Option<&str>,
    verifier_sent: bool,
) -> Outcome<()> {
    let Some(issued) = code.redirect_uri.as_deref() else {
        // `/auth/login` handed the code out itself: there is nothing to compare.
        return Ok(());
    };
    let registered = client.settings.redirect_uris.iter().any(|own| redirect_uri::matches(own, issued));
    if !cx.trace.check("client.redirect_uris", registered, issued.to_owned(), || "registered no more".into())
    {
        return refuse(Refusal::RedirectUriDiffers, "registered no more");
    }
    let Some(sent) = sent else {
        let verified = code.challenge.is_some() && verifier_sent;
        let lenient = client.client_type == ClientType::Medplum && client.settings.pkce_optional;
        return if cx
            .trace
            .check("redirect_uri", verified || lenient, issued.to_owned(), || "none sent".into())
        {
            Ok(())
        } else {
            refuse(Refusal::MissingRedirectUriAtToken, "")
        };
    };
    if cx.trace.check("redirect_uri", sent == issued, issued.to_owned(), || sent.to_owned().into()) {
        Ok(())
    } else {
        refuse(Refusal::RedirectUriDiffers, "")
    }
}

/// [RFC7636 §4.6] the verifier is the one behind the challenge. [RFC9700 §2.1.1] one without a challenge is a downgrade.
fn check_verifier(
    cx: &mut Cx<'_>,
    client: &Client,
    code: &IssuedCode,
    verifier: Option<&str>,
) -> Outcome<()> {
    match (&code.challenge, verifier) {
        (Some(challenge), Some(verifier)) => {
            let right = challenge.verify(verifier).is_ok();
            let expected = format!("a verifier for the {} challenge", challenge.method().as_str());
            if cx.trace.check("code_verifier", right, expected, || "another one".into()) {
                return Ok(());
            }
            cx.tx.count_wrong_verifier(code.id)?;
            refuse(Refusal::WrongCodeVerifier, "")
        }
        (Some(_), None) => {
            cx.trace.check("code_verifier", false, "a verifier", || "none sent".into());
            refuse(Refusal::MissingCodeVerifier, "")
        }
        (None, Some(_)) => {
            cx.trace.check("code_verifier", false, "none, as there was no challenge", || "a verifier".into());
            refuse(Refusal::UnexpectedCodeVerifier, "")
        }
        (None, None) => {
            let optional = client.may_omit_pkce();
            if cx.trace.check("client.pkce_optional", optional, "true, or a challenge", || "false".into()) {
                Ok(())
            } else {
                refuse(Refusal::MissingVerificationContext, "")
            }
        }
    }
}
