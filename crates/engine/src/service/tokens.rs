//! Issuing tokens: a login is written inside the transaction, the tokens are signed while its commit is in flight.

use anteroom_oauth::claims::{AccessTokenClaims, Aud, IdTokenClaims};
use anteroom_oauth::jose::hs256::SharedSecret;
use anteroom_oauth::jose::{Alg, SigningKey, Typ};
use anteroom_oauth::scope::Scope;
use anteroom_oauth::secret::{RefreshToken, Secret};
use anteroom_oauth::token_response::{Reference, TokenResponse};

use crate::cx::{Cx, Topic};
use crate::engine::Engine;
use crate::entropy;
use crate::id::Id;
use crate::issuer::Issuer;
use crate::model::event::{EventBody, EventKind};
use crate::model::login::AuthMethod;
use crate::model::membership::Principal;
use crate::model::resource_server::TokenDialect;
use crate::model::{Client, Login, Membership, PreAuthorizedCode, Project, Session, SmartAppLaunch, User};
use crate::refusal::Refusal;
use crate::runs::Ailment;
use crate::service::api_access::ApiAccess;
use crate::service::api_tokens::{ApiTokenClaims, userinfo_audience};
use crate::service::refresh_tokens;
use crate::service::smart_app_launches::LaunchContext;
use crate::stop::{Outcome, refuse};
use crate::timestamp::Timestamp;

/// Life of an id token: always one hour.
const ID_TOKEN_LIFETIME: u32 = 3_600;

/// Scope words the engine gives a meaning to; SMART scopes and `fhircast/…` besides.
const KNOWN_SCOPES: [&str; 9] = [
    "openid",
    "profile",
    "email",
    "phone",
    "address",
    "fhirUser",
    "online_access",
    "offline_access",
    "offline",
];

fn is_known(token: &str) -> bool {
    KNOWN_SCOPES.contains(&token)
        || token == "launch"
        || ["launch/", "patient/", "user/", "system/", "fhircast/"]
            .iter()
            .any(|prefix| token.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty()))
}

/// The scope a request gets: what it asked for, or the client's default; without words the engine does not know
/// [RFC6749 §3.3] [RFC8693 §2.2.1] and, when the client has a default scope, without words outside it.
///
/// # Refusals
/// [`Refusal::InvalidScope`] for illegal characters, or when nothing is left.
pub fn granted_scope(cx: &mut Cx<'_>, client: &Client, requested: Option<&str>) -> Outcome<Scope> {
    let default = client.default_scope();
    let requested = requested.unwrap_or(&default);
    let Ok(scope) = Scope::parse(requested) else {
        cx.trace.check("scope.characters", false, "RFC 6749 section 3.3", || "illegal characters".into());
        return refuse(Refusal::InvalidScope, "illegal characters");
    };
    let assigned = &client.settings.default_scope;
    let kept: Vec<&str> = scope
        .iter()
        .filter(|token| is_known(token))
        .filter(|token| assigned.is_empty() || assigned.iter().any(|word| word == token))
        .collect();
    let expected = || if assigned.is_empty() { "a known scope".to_owned() } else { assigned.join(" ") };
    if !cx.trace.check("scope.assigned", !kept.is_empty(), expected(), || "nothing is left".into()) {
        return refuse(Refusal::InvalidScope, "nothing is left");
    }
    match Scope::parse(&kept.join(" ")) {
        Ok(scope) => Ok(scope),
        Err(_) => refuse(Refusal::InvalidScope, "nothing is left"),
    }
}

/// What a new login is made from.
pub struct NewLogin<'a> {
    /// Id of the login, made before the code was redeemed with it.
    pub id: Id<Login>,
    /// Project.
    pub project: &'a Project,
    /// The client the tokens are for.
    pub client: &'a Client,
    /// Who signs in.
    pub membership: &'a Membership,
    /// How.
    pub auth_method: AuthMethod,
    /// When: now, or when the browser session began.
    pub auth_time: Timestamp,
    /// Granted scope.
    pub scope: Scope,
    /// `nonce` for the id token.
    pub nonce: Option<String>,
    /// The code it came from.
    pub pre_authorized_code: Option<Id<PreAuthorizedCode>>,
    /// Whether a refresh token goes along.
    pub refresh: Option<NewFamily>,
    /// The API the access token is for, if not this server's own endpoints.
    pub api: Option<ApiAccess>,
    /// The launch of an EHR it came from.
    pub launch: Option<Id<SmartAppLaunch>>,
}

/// The family of refresh tokens a new login gets.
#[derive(Debug, Clone, Copy)]
pub struct NewFamily {
    /// The browser session it came from.
    pub session: Option<Id<Session>>,
    /// Whether it outlives that session.
    pub offline: bool,
}

/// Everything two tokens say, ready to be signed off the writer's thread.
pub struct PreparedTokens {
    issuer: Issuer,
    alg: Alg,
    issued_at: Timestamp,
    auth_time: Timestamp,
    access_lifetime: u32,
    refresh_token: Option<Secret<RefreshToken>>,
    jti: [[u8; 16]; 2],
    login_id: String,
    client_id: String,
    sub: String,
    scope: Scope,
    profile: String,
    display: String,
    project: Reference,
    context: LaunchContext,
    nonce: Option<String>,
    email: Option<String>,
    api: Option<ApiAccess>,
}

/// Writes the login and its event, and prepares the tokens.
pub fn prepare(cx: &mut Cx<'_>, new: NewLogin<'_>) -> Outcome<PreparedTokens> {
    let NewLogin { id, project, client, membership, auth_method, auth_time, scope, nonce, .. } = new;
    let api = new.api;
    let lifetime = api.as_ref().map_or_else(|| client.access_token_lifetime(), |api| api.lifetime);
    let mut expires_at = cx.now + lifetime.max(ID_TOKEN_LIFETIME);
    let mut refresh_token = None;
    if let Some(family) = new.refresh {
        let (token, ends) = refresh_tokens::begin(cx, id, client, family)?;
        expires_at = expires_at.max(ends);
        refresh_token = Some(token);
    }
    let login = Login {
        id,
        project: project.id,
        client: client.id,
        membership: membership.id,
        auth_method,
        auth_time,
        scope: scope.as_str().to_owned(),
        remote_address: cx.origin.remote_address.clone(),
        expires_at,
        revoked_at: None,
        pre_authorized_code: new.pre_authorized_code,
        audience: api.as_ref().map(|api| api.audience.clone()),
        launch: new.launch,
    };
    cx.tx.insert_login(&login)?;
    cx.about.row = Some(id.uuid());
    // A client that acts for itself is named as the client already.
    cx.about.subject = (auth_method != AuthMethod::Client).then_some(membership.id);
    cx.event(EventKind::TokenIssued, EventBody::default())?;
    if auth_method != AuthMethod::Client {
        cx.changed(Topic::People);
    }
    of_login(cx, &login, project, client, membership, Extras { scope, nonce, refresh_token, api })
}

/// What goes into the tokens besides the login's own.
pub struct Extras {
    /// Scope of these tokens: the login's, or less.
    pub scope: Scope,
    /// `nonce` for the id token.
    pub nonce: Option<String>,
    /// The refresh token that goes along.
    pub refresh_token: Option<Secret<RefreshToken>>,
    /// The API the access token is for, if not this server's own endpoints.
    pub api: Option<ApiAccess>,
}

/// Prepares tokens of a login that is stored.
pub fn of_login(
    cx: &mut Cx<'_>,
    login: &Login,
    project: &Project,
    client: &Client,
    membership: &Membership,
    extras: Extras,
) -> Outcome<PreparedTokens> {
    let Extras { scope, nonce, refresh_token, api } = extras;
    let email = match membership.principal {
        Principal::User(user) if scope.contains("email") => cx.tx.user(user)?.and_then(|user| user.email),
        _ => None,
    };
    let jti = [entropy::bytes(cx.entropy)?, entropy::bytes(cx.entropy)?];
    let context = LaunchContext::of(cx.tx, login.launch, client, membership)?;
    Ok(PreparedTokens {
        issuer: cx.origin.issuer.clone(),
        // [RFC9068 §2.1] RS256 where the client asks for it
        alg: if client.signs_with_rs256() { Alg::RS256 } else { Alg::ES256 },
        issued_at: cx.now,
        auth_time: login.auth_time,
        access_lifetime: if cx.ails(Ailment::ShortTokens) {
            0
        } else {
            api.as_ref().map_or_else(|| client.access_token_lifetime(), |api| api.lifetime)
        },
        refresh_token,
        jti,
        login_id: login.id.to_string(),
        client_id: client.client_id(),
        sub: subject(membership, client, api.is_some()),
        scope,
        profile: membership.profile.to_string(),
        display: membership.display.clone(),
        project: Reference {
            reference: format!("Project/{}", project.id),
            display: Some(project.name.clone()),
        },
        context,
        nonce,
        email,
        api,
    })
}

/// `sub`: the id of the person or client, at most 255 characters of ASCII [OIDC-CORE §5.1]; towards an API, and for clients
/// that were made through the Management API, in the form Auth0 gives it.
fn subject(membership: &Membership, client: &Client, for_api: bool) -> String {
    let auth0s = for_api || client.is_auth0s();
    match membership.principal {
        Principal::User(user) if auth0s => User::user_id(user),
        Principal::Client(_) if auth0s => format!("{}@clients", client.client_id()),
        _ => membership.subject(),
    }
}

impl PreparedTokens {
    /// Signs the access token [RFC9068 §2] and, when the scope has `openid`, the id token [OIDC-CORE §2], which stands in the
    /// answer [OIDC-CORE §3.1.3.3].
    pub fn sign(self, engine: &Engine) -> Outcome<TokenResponse> {
        let key = engine.key_ring().signing(self.alg);
        let iat = self.issued_at.seconds();
        let jti = self.jti.map(|bytes| entropy::uuid_from(bytes).to_string());
        let access_token = if let Some(api) = &self.api {
            self.sign_for_api(engine, api, &jti[0])?
        } else {
            self.sign_for_us(&key, &jti[0])?
        };
        let id_token = if self.scope.contains("openid") {
            Some(key.sign_jws(
                Typ::Jwt,
                &IdTokenClaims {
                    iss: self.issuer.as_str(),
                    sub: &self.sub,
                    aud: &self.client_id,
                    exp: iat + i64::from(ID_TOKEN_LIFETIME),
                    iat,
                    nbf: Some(iat),
                    auth_time: self.auth_time.seconds(),
                    nonce: self.nonce.as_deref(),
                    client_id: &self.client_id,
                    login_id: &self.login_id,
                    fhir_user: &self.profile,
                    email: self.email.as_deref(),
                    jti: &jti[1],
                },
            )?)
        } else {
            None
        };
        let mut response = TokenResponse::bearer(
            Secret::new(access_token),
            self.access_lifetime,
            self.scope.as_str().to_owned(),
        );
        response.id_token = id_token.map(Secret::new);
        response.refresh_token = self.refresh_token;
        if self.api.is_some() {
            // Auth0's answer has no more members than these.
            return Ok(response);
        }
        response.project = Some(self.project);
        response.profile = Some(Reference { reference: self.profile, display: Some(self.display) });
        // [SMART §3.0.1] beside the access token, on every answer that has one
        let LaunchContext { patient, encounter, fhir_context } = self.context;
        response.need_patient_banner = patient.as_ref().map(|_| true);
        response.patient = patient;
        response.encounter = encounter;
        response.fhir_context = fhir_context;
        Ok(response)
    }

    /// For this server's own endpoints: [RFC9068 §2].
    fn sign_for_us(&self, key: &SigningKey, jti: &str) -> Outcome<String> {
        let iat = self.issued_at.seconds();
        Ok(key.sign_jws(
            Typ::AtJwt,
            &AccessTokenClaims {
                iss: self.issuer.as_str(),
                exp: iat + i64::from(self.access_lifetime),
                // [RFC9068 §3] without `resource` or `audience` a token is for this server
                aud: Aud::One(self.issuer.as_str()),
                sub: &self.sub,
                client_id: &self.client_id,
                iat,
                nbf: iat,
                jti,
                login_id: &self.login_id,
                username: &self.sub,
                scope: self.scope.as_str(),
                profile: &self.profile,
                email: self.email.as_deref(),
            },
        )?)
    }

    /// For an API, in the profile it asks for. [Auth0 access tokens] two audiences only with `openid` and RS256.
    fn sign_for_api(&self, engine: &Engine, api: &ApiAccess, jti: &str) -> Outcome<String> {
        let iat = self.issued_at.seconds();
        let userinfo = userinfo_audience(&self.issuer);
        let both = [api.audience.as_str(), userinfo.as_str()];
        let two = self.scope.contains("openid") && api.shared_secret.is_none();
        let rfc9068 = api.dialect == TokenDialect::Rfc9068Profile;
        let claims = ApiTokenClaims {
            iss: self.issuer.as_str(),
            sub: &self.sub,
            aud: if two { Aud::Many(&both) } else { Aud::One(&api.audience) },
            iat,
            exp: iat + i64::from(self.access_lifetime),
            azp: (!rfc9068).then_some(self.client_id.as_str()),
            client_id: rfc9068.then_some(self.client_id.as_str()),
            jti: rfc9068.then_some(jti),
            gty: api.gty.filter(|_| !rfc9068),
            scope: self.scope.as_str(),
            login_id: &self.login_id,
        };
        let typ = if rfc9068 { Typ::AtJwt } else { Typ::Jwt };
        Ok(match &api.shared_secret {
            Some(secret) => SharedSecret::new(secret).sign_jws(typ, &claims)?,
            None => engine.key_ring().signing(Alg::RS256).sign_jws(typ, &claims)?,
        })
    }
}
