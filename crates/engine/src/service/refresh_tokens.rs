//! Making and rotating refresh tokens. What a token is and when it is still good: [`crate::model::refresh_token`].

use anteroom_oauth::grant_type::GrantType;
use anteroom_oauth::scope::Scope;
use anteroom_oauth::secret::{RefreshToken, Secret};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::cx::Cx;
use crate::entropy::{self, EntropyFailed};
use crate::id::Id;
use crate::model::client::ClientType;
use crate::model::refresh_token::LOCATOR;
use crate::model::{Client, Login, RefreshFamily};
use crate::service::tokens::NewFamily;
use crate::stop::Outcome;
use crate::timestamp::Timestamp;

/// Whether the client gets a refresh token: it may use the grant, and the scope asks for one, the sign-in did
/// (`remember`), or its list names it.
///
/// Towards an API, and for clients that were made through the Management API, only `offline_access` asks for one; a public
/// client gets it only when it rotates.
pub fn wanted(client: &Client, scope: &Scope, remember: bool, for_api: bool) -> bool {
    if for_api || client.is_auth0s() {
        let rotates = client.client_type != ClientType::Public || client.rotates_refresh_tokens();
        return client.allows(GrantType::RefreshToken) && offline(scope) && rotates;
    }
    let listed =
        client.settings.grant_types.as_ref().is_some_and(|grants| grants.contains(&GrantType::RefreshToken));
    client.allows(GrantType::RefreshToken) && (listed || remember || offline(scope))
}

/// Whether the person agreed that the client acts while they are away.
pub fn offline(scope: &Scope) -> bool {
    scope.contains("offline_access") || scope.contains("offline")
}

/// When a token made now ends, in a family that began at `created_at`.
pub fn ends(cx: &Cx<'_>, client: &Client, created_at: Timestamp) -> Timestamp {
    (cx.now + client.refresh_token_lifetime()).min(created_at + client.refresh_family_lifetime())
}

/// Begins the family of a login; its first token and when that ends.
pub fn begin(
    cx: &mut Cx<'_>,
    login: Id<Login>,
    client: &Client,
    family: NewFamily,
) -> Outcome<(Secret<RefreshToken>, Timestamp)> {
    let locator = Secret::new(URL_SAFE_NO_PAD.encode(entropy::bytes::<{ LOCATOR / 4 * 3 }>(cx.entropy)?));
    let token = in_family(cx, &locator)?;
    let expires_at = ends(cx, client, cx.now);
    cx.tx.insert_refresh_family(&RefreshFamily {
        login,
        client: client.id,
        session: family.session,
        locator: locator.digest(),
        current: token.digest(),
        previous: None,
        rotated_at: None,
        graced: false,
        offline: family.offline,
        created_at: cx.now,
        expires_at,
    })?;
    Ok((token, expires_at))
}

/// A new token of the family that `token` belongs to.
pub fn next(cx: &mut Cx<'_>, token: &Secret<RefreshToken>) -> Result<Secret<RefreshToken>, EntropyFailed> {
    let locator = Secret::new(token.expose().chars().take(LOCATOR).collect());
    in_family(cx, &locator)
}

fn in_family(cx: &mut Cx<'_>, locator: &Secret<RefreshToken>) -> Result<Secret<RefreshToken>, EntropyFailed> {
    let own = cx.secret::<RefreshToken>()?;
    let mut token = String::with_capacity(locator.len() + own.len());
    token.push_str(locator.expose());
    token.push_str(own.expose());
    Ok(Secret::new(token))
}
