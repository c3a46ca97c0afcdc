//! The parameters of a verified authorization request. Every refusal here goes to the redirect URI.

use anteroom_oauth::grant_type::GrantType;
use anteroom_oauth::jose;
use anteroom_oauth::pkce::{CodeChallenge, CodeChallengeMethod};
use serde::Deserialize;

use super::verified::LONGEST;
use super::{Asked, Prompt, Unverified, Verified};
use crate::check;
use crate::cx::Cx;
use crate::engine::Engine;
use crate::model::Client;
use crate::model::client::ClientType;
use crate::model::client_grant::SubjectType;
use crate::model::interaction::AuthorizationRequest;
use crate::refusal::Refusal;
use crate::service::{api_access, smart_app_launches, tokens};
use crate::stop::{Outcome, refuse};

/// Most bytes of what is only shown or looked at.
const LONGEST_HINT: usize = 256;

/// Checks everything else.
pub(super) fn check(
    cx: &mut Cx<'_>,
    engine: &Engine,
    unverified: &Unverified,
    verified: &Verified,
) -> Outcome<Asked> {
    let client = &verified.client;
    form(cx, unverified)?;
    response(cx, unverified)?;
    check::grant_allowed(&mut cx.trace, client, GrantType::AuthorizationCode)?;
    let For { audience, scope, consent_skipped } = purpose(cx, engine, unverified, verified)?;
    targets(cx, unverified)?;
    // [SMART §2.0.10]
    let launch =
        smart_app_launches::named(cx, client.project, unverified.get("launch"), Refusal::UnknownLaunch)?;
    let challenge = challenge(cx, client, unverified)?;
    let prompt = prompt(cx, unverified)?;
    let max_age = max_age(cx, unverified)?;
    let hinted = hinted(cx, engine, client, unverified)?;
    let short =
        |name: &str| unverified.get(name).filter(|text| text.len() <= LONGEST_HINT).map(str::to_owned);
    let request = AuthorizationRequest {
        redirect_uri: Some(verified.redirect_uri.clone()),
        scope,
        state: verified.state.clone(),
        nonce: unverified.get("nonce").map(str::to_owned),
        plain_challenge: challenge.as_ref().is_some_and(|own| own.method() == CodeChallengeMethod::Plain),
        code_challenge: challenge.map(|challenge| challenge.as_str().to_owned()),
        ask_login: prompt.login,
        ask_consent: prompt.consent,
        ask_profile: prompt.select_account,
        login_hint: short("login_hint"),
        ui_locales: short("ui_locales"),
        profile_type: None,
        remember: false,
        consent_skipped,
        audience,
        launch,
    };
    Ok(Asked { request, prompt, max_age, hinted })
}

/// Each parameter once [RFC6749 §3.1], none too long, and none by reference.
fn form(cx: &mut Cx<'_>, unverified: &Unverified) -> Outcome<()> {
    if !cx.trace.check("parameters", unverified.repeated.is_empty(), "each once", || {
        unverified.repeated.join(" ").chars().take(LONGEST_HINT).collect::<String>().into()
    }) {
        return refuse(Refusal::AuthorizeDuplicate, "");
    }
    for name in ["state", "nonce"] {
        let length = unverified.get(name).map_or(0, str::len);
        if !cx.trace.check(name, length <= LONGEST, "at most 4096 bytes", || format!("{length} bytes").into())
        {
            return refuse(Refusal::ParameterTooLong, "");
        }
    }
    // [OpenID Connect Core §6] [§7.2.1] nothing is fetched, whatever these say
    for (name, refusal) in [
        ("request", Refusal::RequestNotSupported),
        ("request_uri", Refusal::RequestUriNotSupported),
        ("registration", Refusal::RegistrationNotSupported),
    ] {
        if unverified.get(name).is_some() {
            cx.trace.check(name, false, "absent", || "sent".into());
            return refuse(refusal, "");
        }
    }
    Ok(())
}

/// [RFC6749 §3.1.1] `response_type` is there and known. [RFC9700 §2.1.2] a code, in the query.
fn response(cx: &mut Cx<'_>, unverified: &Unverified) -> Outcome<()> {
    let shown = |text: &str| text.chars().take(64).collect::<String>();
    let Some(response_type) = unverified.get("response_type") else {
        cx.trace.check("response_type", false, "code", || "absent".into());
        return refuse(Refusal::MissingResponseType, "");
    };
    if !cx.trace.check("response_type", response_type == "code", "code", || shown(response_type).into()) {
        return refuse(Refusal::UnsupportedResponseType, "");
    }
    let mode = unverified.get("response_mode").unwrap_or("query");
    if cx.trace.check("response_mode", mode == "query", "query", || shown(mode).into()) {
        Ok(())
    } else {
        refuse(Refusal::UnsupportedResponseMode, "")
    }
}

/// What the tokens are for.
struct For {
    audience: Option<String>,
    scope: String,
    consent_skipped: bool,
}

/// `audience` and `scope`: an API with its scopes, or this server's own endpoints.
fn purpose(cx: &mut Cx<'_>, engine: &Engine, unverified: &Unverified, verified: &Verified) -> Outcome<For> {
    let client = &verified.client;
    let Some(audience) = unverified.get("audience").map(str::to_owned) else {
        return Ok(For { audience: None, scope: scope(cx, client, unverified)?, consent_skipped: false });
    };
    let asked = api_access::ask(cx, engine, client, &audience, SubjectType::User)?;
    let scope = asked.scope(cx, unverified.get("scope"))?.as_str().to_owned();
    let consent_skipped = asked.skips_consent() && is_verifiable(client, &verified.redirect_uri);
    Ok(For { audience: Some(audience), scope, consent_skipped })
}

/// A first-party client at an address that nobody else can have: neither this machine nor an app's own scheme.
fn is_verifiable(client: &Client, redirect_uri: &str) -> bool {
    let first_party = client.settings.auth0.as_ref().is_none_or(|auth0| auth0.is_first_party);
    let own = url::Url::parse(redirect_uri).is_ok_and(|url| {
        let local = matches!(url.host_str(), None | Some("localhost" | "127.0.0.1" | "[::1]"));
        url.scheme() == "https" && !local
    });
    first_party && own
}

fn scope(cx: &mut Cx<'_>, client: &Client, unverified: &Unverified) -> Outcome<String> {
    let requested = unverified.get("scope");
    // [RFC6749 §3.3] without a scope: the default one, or a refusal
    let named = requested.is_some() || !client.settings.default_scope.is_empty();
    if !cx.trace.check("scope", named, "a scope, or a default scope of the client", || "neither".into()) {
        return refuse(Refusal::MissingScope, "");
    }
    Ok(tokens::granted_scope(cx, client, requested)?.as_str().to_owned())
}

/// SMART `aud` [SMART §2.0.11], and `resource` [RFC8707 §2].
fn targets(cx: &mut Cx<'_>, unverified: &Unverified) -> Outcome<()> {
    let issuer = cx.origin.issuer.clone();
    if let Some(aud) = unverified.get("aud") {
        let own = url::Url::parse(issuer.as_str()).map(|url| url.origin());
        let same = url::Url::parse(aud).map(|url| url.origin()) == own && own.is_ok();
        if !cx.trace.check("aud", same, issuer.as_str().to_owned(), || {
            aud.chars().take(200).collect::<String>().into()
        }) {
            return refuse(Refusal::InvalidAudience, "");
        }
    }
    if let Some(resource) = unverified.get("resource") {
        let base = issuer.as_str().trim_end_matches('/');
        let rest = resource.strip_prefix(base);
        let ours = rest.is_some_and(|rest| matches!(rest, "" | "/" | "/fhir/R4" | "/fhir/R4/"));
        if !cx.trace.check("resource", ours, issuer.as_str().to_owned(), || {
            resource.chars().take(200).collect::<String>().into()
        }) {
            return refuse(Refusal::UnknownResource, "");
        }
    }
    Ok(())
}

/// [RFC7636 §4.3], [RFC7636 §4.4.1], [RFC9700 §2.1.1] S256, for everybody who has no permission to do without.
fn challenge(cx: &mut Cx<'_>, client: &Client, unverified: &Unverified) -> Outcome<Option<CodeChallenge>> {
    let (value, method) = (unverified.get("code_challenge"), unverified.get("code_challenge_method"));
    let Some(value) = value else {
        if method.is_some() {
            cx.trace
                .check("code_challenge", false, "a challenge with its method", || "a method alone".into());
            return refuse(Refusal::MethodWithoutChallenge, "");
        }
        let optional = client.may_omit_pkce();
        return if cx.trace.check("code_challenge", optional, "a challenge", || "absent".into()) {
            Ok(None)
        } else {
            refuse(Refusal::MissingCodeChallenge, "")
        };
    };
    let Some(method) = method else {
        // It would mean `plain`.
        cx.trace.check("code_challenge_method", false, "S256", || "absent".into());
        return refuse(Refusal::MissingCodeChallengeMethod, "");
    };
    let plain_allowed = client.client_type == ClientType::Medplum;
    let known = method == "S256" || (method == "plain" && plain_allowed);
    if !cx
        .trace
        .check("code_challenge_method", known, "S256", || method.chars().take(32).collect::<String>().into())
    {
        return refuse(Refusal::InvalidCodeChallengeMethod, "");
    }
    let challenge = CodeChallenge::parse(value, Some(method)).ok();
    if !cx.trace.check("code_challenge", challenge.is_some(), "43 base64url characters", || {
        format!("{} characters", value.chars().count()).into()
    }) {
        return refuse(Refusal::InvalidCodeChallenge, "");
    }
    Ok(challenge)
}

fn prompt(cx: &mut Cx<'_>, unverified: &Unverified) -> Outcome<Prompt> {
    let mut prompt = Prompt::default();
    let Some(text) = unverified.get("prompt") else { return Ok(prompt) };
    let mut known = true;
    for word in text.split(' ') {
        match word {
            "none" => prompt.none = true,
            "login" => prompt.login = true,
            "consent" => prompt.consent = true,
            "select_account" => prompt.select_account = true,
            _ => known = false,
        }
    }
    // [OpenID Connect Core §3.1.2.1] none stands alone
    let alone = !prompt.none || !(prompt.login || prompt.consent || prompt.select_account);
    if cx.trace.check("prompt", known && alone, "none, or login, consent, select_account", || {
        text.chars().take(64).collect::<String>().into()
    }) {
        Ok(prompt)
    } else {
        refuse(Refusal::InvalidPrompt, "")
    }
}

fn max_age(cx: &mut Cx<'_>, unverified: &Unverified) -> Outcome<Option<u32>> {
    let Some(text) = unverified.get("max_age") else { return Ok(None) };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = if digits { text.parse().ok() } else { None };
    if cx
        .trace
        .check("max_age", seconds.is_some(), "seconds", || text.chars().take(32).collect::<String>().into())
    {
        Ok(seconds)
    } else {
        refuse(Refusal::InvalidMaxAge, "")
    }
}

#[derive(Deserialize)]
struct HintClaims {
    iss: String,
    aud: String,
    sub: String,
}

/// `sub` of the `id_token_hint`. [OpenID Connect Core §3.1.2.1] it may have expired.
pub(crate) fn hint(engine: &Engine, token: &str) -> Option<(String, String)> {
    let verified = jose::verify_jws(token, |kid| engine.key_ring().verifying(kid)).ok()?;
    if verified.typ.eq_ignore_ascii_case("at+jwt") {
        return None;
    }
    let claims: HintClaims = serde_json::from_slice(&verified.payload).ok()?;
    let ours = engine.is_issuer(&claims.iss);
    ours.then_some((claims.aud, claims.sub))
}

fn hinted(
    cx: &mut Cx<'_>,
    engine: &Engine,
    client: &Client,
    unverified: &Unverified,
) -> Outcome<Option<String>> {
    let Some(token) = unverified.get("id_token_hint") else { return Ok(None) };
    let sub = hint(engine, token)
        .filter(|(aud, _)| Client::parse_client_id(aud) == Some(client.id))
        .map(|(_, sub)| sub);
    if cx.trace.check("id_token_hint", sub.is_some(), "an id token of this client", || "another text".into())
    {
        Ok(sub)
    } else {
        refuse(Refusal::InvalidIdTokenHint, "")
    }
}
