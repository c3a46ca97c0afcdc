//! Token endpoint: [RFC6749 §3.2].

use std::str::FromStr as _;
use std::sync::Arc;

use anteroom_oauth::form::{Form, FormError};
use anteroom_oauth::grant_type::GrantType;
use anteroom_oauth::token_response::TokenResponse;

use crate::client_auth::{Presented, private_key_jwt};
use crate::cx::Origin;
use crate::engine::Engine;
use crate::grant::{
    authorization_code, client_credentials, federated_connection_access_token, pre_authorized_code,
    refresh_token, token_exchange,
};
use crate::refusal::Refusal;
use crate::stop::{Outcome, Stop, refuse};

/// A token request, read but not yet believed.
pub enum Request {
    /// `authorization_code`
    AuthorizationCode(authorization_code::Request),
    /// `refresh_token`
    RefreshToken(refresh_token::Request),
    /// `client_credentials`
    ClientCredentials(client_credentials::Request),
    /// `urn:ietf:params:oauth:grant-type:pre-authorized_code`
    PreAuthorizedCode(pre_authorized_code::Request),
    /// `urn:ietf:params:oauth:grant-type:token-exchange`
    TokenExchange(token_exchange::Request),
    /// `urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token`
    FederatedConnectionAccessToken(federated_connection_access_token::Request),
}

impl Request {
    /// Reads the form body and the `Authorization` header. Nothing is looked up.
    ///
    /// # Refusals
    /// A body that is no form or names a parameter twice; no `grant_type`, or one that is not supported; credentials in
    /// two places.
    pub fn read(authorization: Option<&[u8]>, body: &[u8]) -> Outcome<Self> {
        let mut form = Form::decode(body).map_err(|error| {
            // [RFC6749 §3.2] request and response parameters must not be included more than once
            Stop::refused(match error {
                FormError::Duplicate(_) => Refusal::DuplicateParameter,
                _ => Refusal::MalformedForm,
            })
        })?;
        let Some(grant_type) = form.get("grant_type") else {
            return refuse(Refusal::MissingGrantType, "");
        };
        let Ok(grant_type) = GrantType::from_str(grant_type) else {
            return refuse(Refusal::UnsupportedGrantType, grant_type.chars().take(64).collect::<String>());
        };
        let presented = Presented::read(authorization, &mut form)?;
        match grant_type {
            GrantType::AuthorizationCode => {
                Ok(Self::AuthorizationCode(authorization_code::Request::read(presented, &mut form)))
            }
            GrantType::RefreshToken => {
                Ok(Self::RefreshToken(refresh_token::Request::read(presented, &mut form)))
            }
            GrantType::ClientCredentials => {
                Ok(Self::ClientCredentials(client_credentials::Request::read(presented, &form)))
            }
            GrantType::PreAuthorizedCode => {
                Ok(Self::PreAuthorizedCode(pre_authorized_code::Request::read(presented, &mut form)))
            }
            GrantType::TokenExchange => {
                Ok(Self::TokenExchange(token_exchange::Request::read(presented, &mut form)))
            }
            GrantType::FederatedConnectionAccessToken => Ok(Self::FederatedConnectionAccessToken(
                federated_connection_access_token::Request::read(presented, &mut form),
            )),
        }
    }
}

impl Request {
    /// What the request says about its client.
    fn presented(&mut self) -> &mut Presented {
        match self {
            Self::AuthorizationCode(request) => &mut request.presented,
            Self::RefreshToken(request) => &mut request.presented,
            Self::ClientCredentials(request) => &mut request.presented,
            Self::PreAuthorizedCode(request) => &mut request.presented,
            Self::TokenExchange(request) => &mut request.presented,
            Self::FederatedConnectionAccessToken(request) => &mut request.presented,
        }
    }
}

/// A request that one transaction answers.
enum Redemption {
    AuthorizationCode(authorization_code::Request),
    RefreshToken(refresh_token::Request),
    ClientCredentials(client_credentials::Request),
    PreAuthorizedCode(pre_authorized_code::Request),
}

// [RFC9700 §2.4] no password grant
/// The grants this server redeems, as discovery names them.
pub const GRANT_TYPES_SUPPORTED: [GrantType; 5] = [
    GrantType::AuthorizationCode,
    GrantType::RefreshToken,
    GrantType::ClientCredentials,
    GrantType::PreAuthorizedCode,
    GrantType::TokenExchange,
];

/// Answers a token request. The tokens are signed while the commit is in flight; the answer is there only after it.
pub async fn respond(
    engine: &Arc<Engine>,
    origin: Origin,
    request: Outcome<Request>,
) -> Outcome<TokenResponse> {
    // A request that cannot even be read leaves nothing in the store.
    let mut request = match request {
        Ok(request) => request,
        Err(stop) => return engine.refuse_unread(&origin, stop),
    };
    private_key_jwt::judge(engine, &origin, request.presented()).await?;
    let request = match request {
        Request::TokenExchange(request) => return token_exchange::respond(engine, origin, request).await,
        Request::FederatedConnectionAccessToken(request) => {
            return federated_connection_access_token::respond(engine, origin, request).await;
        }
        Request::AuthorizationCode(request) => Redemption::AuthorizationCode(request),
        Request::RefreshToken(request) => Redemption::RefreshToken(request),
        Request::ClientCredentials(request) => Redemption::ClientCredentials(request),
        Request::PreAuthorizedCode(request) => Redemption::PreAuthorizedCode(request),
    };
    let inner = Arc::clone(engine);
    engine
        .transact(origin, move |cx| match request {
            Redemption::AuthorizationCode(request) => authorization_code::redeem(cx, &inner, request),
            Redemption::RefreshToken(request) => refresh_token::redeem(cx, &inner, request),
            Redemption::ClientCredentials(request) => client_credentials::redeem(cx, &inner, &request),
            Redemption::PreAuthorizedCode(request) => pre_authorized_code::redeem(cx, &inner, request),
        })
        .finish(|prepared| prepared.sign(engine))
        .await
}
