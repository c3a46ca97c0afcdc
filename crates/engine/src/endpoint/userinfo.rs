//! UserInfo endpoint: [OpenID Connect Core §5.3].
//!
//! Claims about the person an access token acts for. Refuses tokens without the scope `openid` and tokens of clients that
//! act for themselves. The login behind the token is asked for on every use.

use anteroom_oauth::secret::{AccessToken, Secret};
use serde_json::{Map, Value, json};

use crate::check;
use crate::cx::Origin;
use crate::engine::Engine;
use crate::id::Id;
use crate::model::membership::Principal;
use crate::model::project::Dialect;
use crate::model::{Login, Profile, User};
use crate::refusal::Refusal;
use crate::stop::{Outcome, refuse};
use crate::store::Tx;

/// The claims for the scopes of the token. `sub` is the user's id, as in the id token; in the `medplum` dialect it is the
/// profile's id, as Medplum answers.
pub fn respond(engine: &Engine, origin: &Origin, token: &Secret<AccessToken>) -> Outcome<Map<String, Value>> {
    // A refusal gets its words from the store, so the token is verified inside the read.
    engine.read_for(origin, |tx, now, trace| {
        let verified = match engine.verify_access_token(token) {
            Ok(verified) => {
                Presented { login: verified.login, sub: verified.sub.clone(), scope: verified.scope.clone() }
            }
            Err(stop) => of_api(engine, token).ok_or(stop)?,
        };
        let alive = check::login_alive(tx, trace, tx.live_login(verified.login)?, now)?;
        let member = &alive.membership;
        let Principal::User(user) = member.principal else {
            trace.check("access_token.principal", false, "a person", || "a client application".into());
            return refuse(Refusal::InsufficientScope, "the token is a client's own");
        };
        let has = |word: &str| verified.scope.split(' ').any(|token| token == word);
        if !trace.check("access_token.scope", has("openid"), "openid", || verified.scope.clone().into()) {
            return refuse(Refusal::InsufficientScope, "no openid");
        }
        let dialect = tx.project(alive.login.project)?.map_or(Dialect::Rfc, |project| project.dialect);
        let mut claims = Map::new();
        let sub = match dialect {
            Dialect::Rfc => verified.sub.clone(),
            // Towards an API the subject is the token's, as in its id token.
            Dialect::Medplum if User::parse_user_id(&verified.sub).is_some() => verified.sub.clone(),
            Dialect::Medplum => member.profile.id.to_string(),
        };
        claims.insert("sub".into(), sub.into());
        if ["profile", "phone", "address"].iter().any(|word| has(word))
            && let Some(profile) = tx.profile(member.profile)?
        {
            profile_claims(&mut claims, &profile, &has);
        }
        if has("email") {
            email_claims(tx, &mut claims, user)?;
        }
        Ok(claims)
    })
}

/// What a token says that is asked for here.
struct Presented {
    login: Id<Login>,
    sub: String,
    scope: String,
}

/// An access token for an API that is for this endpoint too: its audience has two members.
fn of_api(engine: &Engine, token: &Secret<AccessToken>) -> Option<Presented> {
    let verified = engine.verify_api_token(token).ok().filter(|token| token.is_for_userinfo(engine))?;
    Some(Presented { login: verified.login, sub: verified.sub, scope: verified.scope })
}

fn profile_claims(claims: &mut Map<String, Value>, profile: &Profile, has: &impl Fn(&str) -> bool) {
    let name = profile.resource.get("name").and_then(|names| names.get(0));
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    if has("profile") {
        claims.insert("profile".into(), profile.reference.to_string().into());
        claims.insert("name".into(), profile.display().into());
        let given = name.and_then(|name| text(name.get("given").and_then(|given| given.get(0))));
        let family = name.and_then(|name| text(name.get("family")));
        for (claim, value) in [
            ("given_name", given),
            ("family_name", family),
            ("birthdate", profile.birth_date().map(str::to_owned)),
            ("gender", text(profile.resource.get("gender"))),
        ] {
            if let Some(value) = value {
                claims.insert(claim.into(), value.into());
            }
        }
        claims.insert("locale".into(), "en-US".into());
    }
    if has("phone") {
        let phone = profile
            .resource
            .get("telecom")
            .and_then(Value::as_array)
            .and_then(|telecom| telecom.iter().find(|contact| contact.get("system") == Some(&json!("phone"))))
            .and_then(|contact| text(contact.get("value")));
        if let Some(phone) = phone {
            claims.insert("phone_number".into(), phone.into());
            claims.insert("phone_number_verified".into(), false.into());
        }
    }
    if has("address") {
        let address = profile.resource.get("address").and_then(|addresses| addresses.get(0));
        if let Some(address) = address {
            claims.insert("address".into(), json!({ "formatted": formatted(address) }));
        }
    }
}

/// An address on one line.
fn formatted(address: &Value) -> String {
    if let Some(text) = address.get("text").and_then(Value::as_str) {
        return text.to_owned();
    }
    let mut parts: Vec<&str> = address
        .get("line")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    parts.extend(["city", "state", "postalCode"].iter().filter_map(|part| address.get(part)?.as_str()));
    parts.join(", ")
}

/// [OpenID Connect Core §5.4] `email_verified` always goes with `email`.
fn email_claims(tx: &dyn Tx, claims: &mut Map<String, Value>, user: Id<User>) -> Outcome<()> {
    if let Some(user) = tx.user(user)?
        && let Some(email) = user.email
    {
        claims.insert("email".into(), email.into());
        claims.insert("email_verified".into(), user.email_verified.into());
    }
    Ok(())
}
