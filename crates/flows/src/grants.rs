//! What is sent to the token endpoint, grant by grant. The grants of RFC 6749 are written and read by the `oauth2` crate,
//! whose verdict on the answer is one of the client's checks.

use std::pin::Pin;
use std::sync::Arc;

use anteroom_oauth::GrantType;
use oauth2::basic::BasicClient;
use oauth2::http::{HeaderName, HeaderValue};
use oauth2::{
    AsyncHttpClient, AuthType, AuthorizationCode as Code, ClientId, ClientSecret, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError,
    Scope, TokenUrl,
};
use serde_json::{Value, json};
use url::Url;
use zeroize::Zeroizing;

use crate::client::basic;
use crate::exchange::{Check, Got, Lane, Sent, StepState};
use crate::flow::{AuthMethod, PreAuthorizedCode, TokenExchange};
use crate::run::{Early, Ended, Runner};
use crate::switch::Switch;
use crate::trouble::Trouble;
use crate::wire::{Body, Wire};

type Client = BasicClient<EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;
pub(crate) type Fields = Vec<(String, Zeroizing<String>)>;

/// A code that nobody issued.
pub(crate) const OTHER_CODE: &str = "nobody-issued-this-code-nobody-issued-this-code";

/// A text member of an answer; it may be a secret.
pub(crate) fn text(json: &Value, name: &str) -> Option<Zeroizing<String>> {
    json.get(name).and_then(Value::as_str).map(|text| Zeroizing::new(text.to_owned()))
}

pub(crate) fn field(name: &str, value: &str) -> (String, Zeroizing<String>) {
    (name.to_owned(), Zeroizing::new(value.to_owned()))
}

/// The way out for requests of the `oauth2` crate, as the switches leave them.
struct OverWire {
    wire: Arc<Wire>,
    step: u64,
    repeated: bool,
    unknown_grant: bool,
}

impl<'c> AsyncHttpClient<'c> for OverWire {
    type Error = Trouble;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Trouble>> + Send + Sync + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

impl OverWire {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Trouble> {
        let (parts, body) = request.into_parts();
        let url = Url::parse(&parts.uri.to_string()).map_err(|error| Trouble::Other(error.to_string()))?;
        let text = |value: &[u8]| Zeroizing::new(String::from_utf8_lossy(value).into_owned());
        let headers = parts
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes())))
            .collect();
        let body = self.switched(Zeroizing::new(body));
        let sent = Sent { method: parts.method.to_string(), url, headers, body };
        let got = self.wire.send(self.step, sent).await?;
        let mut response = HttpResponse::new(got.body.to_vec());
        *response.status_mut() = got.status.try_into().map_err(|_| Trouble::Other("no status".to_owned()))?;
        for (name, value) in &got.headers {
            if let (Ok(name), Ok(value)) =
                (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value))
            {
                response.headers_mut().append(name, value);
            }
        }
        Ok(response)
    }

    fn switched(&self, mut body: Zeroizing<Vec<u8>>) -> Zeroizing<Vec<u8>> {
        if self.repeated {
            body.extend_from_slice(b"&grant_type=again");
        }
        if !self.unknown_grant {
            return body;
        }
        let mut changed = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in url::form_urlencoded::parse(&body) {
            changed.append_pair(&name, if name == "grant_type" { "password" } else { &value });
        }
        Zeroizing::new(changed.finish().into_bytes())
    }
}

impl Runner {
    /// The client of the `oauth2` crate.
    pub(crate) fn oauth2(&self) -> Result<Client, Trouble> {
        let token = self.metadata.endpoint("token_endpoint")?;
        let client = BasicClient::new(ClientId::new(self.client_id().to_owned()))
            .set_auth_type(match self.flow.client.token_endpoint_auth_method {
                AuthMethod::ClientSecretPost => AuthType::RequestBody,
                AuthMethod::ClientSecretBasic | AuthMethod::None => AuthType::BasicAuth,
            })
            .set_token_uri(TokenUrl::from_url(token));
        Ok(match (self.client_secret(), self.flow.client.token_endpoint_auth_method) {
            (Some(secret), AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost) => {
                client.set_client_secret(ClientSecret::new(secret.to_owned()))
            }
            _ => client,
        })
    }

    /// The way out for requests of the `oauth2` crate.
    fn over_wire(&self, step: u64) -> OverWire {
        OverWire {
            wire: Arc::clone(&self.wire),
            step,
            repeated: self.fails(Switch::RepeatedParameter),
            unknown_grant: self.fails(Switch::UnknownGrant),
        }
    }

    /// Redeems a code at the token endpoint.
    pub(crate) async fn redeem(
        &self,
        name: &'static str,
        code: &str,
        redirect_uri: &str,
        verifier: Option<&str>,
    ) -> Result<(), Ended> {
        let step = self.begin(name, Lane::App, Lane::Issuer);
        let client = self.oauth2()?;
        let code = if self.fails(Switch::UnknownCode) { OTHER_CODE } else { code };
        let redirect_uri = if self.fails(Switch::RedirectUriMismatch) {
            format!("{redirect_uri}/")
        } else {
            redirect_uri.to_owned()
        };
        let redirect = RedirectUrl::new(redirect_uri).map_err(|error| Trouble::Other(error.to_string()))?;
        let mut request = client
            .exchange_code(Code::new(code.to_owned()))
            .set_redirect_uri(std::borrow::Cow::Owned(redirect));
        if let Some(verifier) = verifier.filter(|_| !self.fails(Switch::MissingCodeVerifier)) {
            let verifier =
                if self.fails(Switch::WrongCodeVerifier) { "A".repeat(43) } else { verifier.to_owned() };
            request = request.set_pkce_verifier(PkceCodeVerifier::new(verifier));
        }
        let read = request.request_async(&self.over_wire(step)).await;
        self.read_by_oauth2(step, read.map(drop))
    }

    pub(crate) async fn client_credentials(&self) -> Result<(), Ended> {
        let step = self.begin("token", Lane::App, Lane::Issuer);
        let client = self.oauth2()?;
        let scopes = self.scopes();
        let request = client.exchange_client_credentials().add_scopes(scopes.into_iter().map(Scope::new));
        let read = request.request_async(&self.over_wire(step)).await;
        self.read_by_oauth2(step, read.map(drop))
    }

    /// The scope, as the switches leave it.
    pub(crate) fn scopes(&self) -> Vec<String> {
        let mut scopes = self.flow.scope.clone();
        if self.fails(Switch::UnknownScope) {
            scopes.push("no\"scope".to_owned());
        }
        scopes
    }

    /// Presents the refresh token, which is replaced by a new one.
    pub(crate) async fn refresh(&self, name: &'static str) -> Result<(), Ended> {
        let token = self.recorder().record().tokens.refresh_token.clone();
        let token = token.ok_or(Trouble::Missing("there is no refresh token"))?;
        self.end_early(Switch::ExpiredRefreshToken, Early::RefreshToken(&token)).await?;
        self.present_refresh_token(name, &token).await
    }

    async fn present_refresh_token(&self, name: &'static str, token: &str) -> Result<(), Ended> {
        let step = self.begin(name, Lane::App, Lane::Issuer);
        let client = self.oauth2()?;
        let token = RefreshToken::new(token.to_owned());
        let request = client.exchange_refresh_token(&token);
        let read = request.request_async(&self.over_wire(step)).await;
        self.read_by_oauth2(step, read.map(drop))
    }

    /// A token that was replaced, and whose successor was used, comes again.
    pub(crate) async fn replay_refresh_token(&self) -> Result<(), Ended> {
        let first = self.recorder().record().tokens.refresh_token.clone();
        let first = first.ok_or(Trouble::Missing("there is no refresh token"))?;
        self.refresh("refresh").await?;
        self.refresh("refresh").await?;
        self.present_refresh_token("refresh_again", &first).await
    }

    /// What the `oauth2` crate makes of an answer is the client's check of its form [RFC6749 §5.1, §5.2].
    fn read_by_oauth2<E>(
        &self,
        step: u64,
        read: Result<(), RequestTokenError<Trouble, E>>,
    ) -> Result<(), Ended>
    where
        E: oauth2::ErrorResponse + 'static,
    {
        let malformed = match read {
            Ok(()) | Err(RequestTokenError::ServerResponse(_)) => None,
            Err(RequestTokenError::Request(trouble)) => return Err(trouble.into()),
            Err(RequestTokenError::Parse(error, _)) => Some(error.to_string()),
            Err(RequestTokenError::Other(text)) => Some(text),
        };
        self.read_answer(step, malformed.as_deref())
    }

    /// Takes the tokens out of an answer, or the refusal.
    pub(crate) fn read_answer(&self, step: u64, malformed: Option<&str>) -> Result<(), Ended> {
        let got = self
            .recorder()
            .record()
            .steps
            .iter()
            .find(|own| own.number == step)
            .and_then(|own| own.answer.clone());
        let got = got.ok_or(Trouble::Missing("there is no answer"))?;
        let json = self.wire.json(step, &got)?;
        if got.status >= 400 {
            self.recorder().end(step, StepState::Refused);
            return Err(Ended::Refused);
        }
        self.check(
            step,
            Check {
                check: "token_response".to_owned(),
                expected: "access_token and token_type".to_owned(),
                found: malformed.unwrap_or("both").to_owned(),
                passed: malformed.is_none(),
                section: "RFC 6749 section 5.1".to_owned(),
            },
        )?;
        self.check_no_store(step, &got)?;
        self.keep_tokens(&json);
        self.recorder().end(step, StepState::Done);
        Ok(())
    }

    /// [RFC6749 §5.1] tokens are not to be stored by caches.
    pub(crate) fn check_no_store(&self, step: u64, got: &Got) -> Result<(), Ended> {
        let found = got.header("cache-control").unwrap_or("none").to_owned();
        let check = Check {
            check: "cache_control".to_owned(),
            expected: "no-store".to_owned(),
            passed: found.contains("no-store"),
            found,
            section: "RFC 6749 section 5.1".to_owned(),
        };
        self.check(step, check)
    }

    fn keep_tokens(&self, json: &Value) {
        let text = |name| text(json, name);
        let mut record = self.recorder().record();
        let tokens = &mut record.tokens;
        tokens.access_token =
            text("access_token").or_else(|| text("accessToken")).or(tokens.access_token.take());
        tokens.refresh_token =
            text("refresh_token").or_else(|| text("refreshToken")).or(tokens.refresh_token.take());
        tokens.id_token = text("id_token").or(tokens.id_token.take());
    }

    /// A token request of a grant that RFC 6749 does not have.
    async fn token(&self, name: &'static str, grant_type: GrantType, own: Fields) -> Result<(), Ended> {
        let step = self.begin(name, Lane::App, Lane::Issuer);
        let url = self.metadata.endpoint("token_endpoint")?;
        let credentials = self.credentials();
        let grant_type = if self.fails(Switch::UnknownGrant) { "password" } else { grant_type.as_str() };
        let mut fields = vec![field("grant_type", grant_type)];
        if self.fails(Switch::RepeatedParameter) {
            fields.push(field("grant_type", "again"));
        }
        fields.extend(credentials.fields);
        fields.extend(own);
        if !self.scopes().is_empty() {
            fields.push(field("scope", &self.scopes().join(" ")));
        }
        self.wire.request(step, "POST", &url, credentials.headers, Body::Form(fields)).await?;
        self.read_answer(step, None)
    }

    pub(crate) async fn pre_authorized_code(&self, grant: &PreAuthorizedCode) -> Result<(), Ended> {
        let (mut code, mut tx_code) = (
            grant.code.as_ref().map(|code| Zeroizing::new(code.expose().to_owned())),
            grant.tx_code.as_ref().map(|code| Zeroizing::new(code.expose().to_owned())),
        );
        if grant.preauthorize.is_some() {
            let issued = self.preauthorize(grant).await?;
            code = text(&issued, "preAuthorizedCode");
            tx_code = text(&issued, "txCode").or(tx_code);
        }
        let code = code.ok_or(Trouble::Missing("there is no pre-authorized code"))?;
        self.end_early(Switch::CodeTakenBack, Early::PreAuthorizedCode(&code)).await?;
        let code = if self.fails(Switch::UnknownCode) { Zeroizing::new(OTHER_CODE.to_owned()) } else { code };
        let mut fields = vec![field("pre-authorized_code", &code)];
        fields.extend(tx_code.map(|tx_code| field("tx_code", &tx_code)));
        self.token("token", GrantType::PreAuthorizedCode, fields.clone()).await?;
        if self.fails(Switch::ReplayCode) {
            self.token("token_again", GrantType::PreAuthorizedCode, fields).await?;
        }
        Ok(())
    }

    /// Has a project admin issue a code for a member: Medplum's `/auth/preauthorize`.
    async fn preauthorize(&self, grant: &PreAuthorizedCode) -> Result<Value, Ended> {
        let Some(issuer) = &grant.preauthorize else { return Ok(Value::Null) };
        let step = self.begin("preauthorize", Lane::App, Lane::Issuer);
        let url = self.below_base("auth/preauthorize")?;
        let headers = vec![
            ("authorization".to_owned(), basic(&issuer.client_id, issuer.client_secret.expose())),
            ("x-medplum-on-behalf-of".to_owned(), Zeroizing::new(issuer.on_behalf_of.clone())),
        ];
        let mut body = json!({ "clientId": self.flow.client.client_id });
        if issuer.tx_code {
            body["txCode"] = Value::Bool(true);
        }
        if !self.flow.scope.is_empty() {
            body["scope"] = self.flow.scope.join(" ").into();
        }
        self.json_request(step, &url, headers, &body).await
    }

    pub(crate) async fn token_exchange(&self, grant: &TokenExchange) -> Result<(), Ended> {
        let mut fields = vec![
            field("subject_token", grant.subject_token.expose()),
            field("subject_token_type", &grant.subject_token_type),
        ];
        fields.extend(grant.parameters.iter().map(|(name, value)| field(name, value)));
        self.token("token", GrantType::TokenExchange, fields).await
    }

    /// Medplum's `/auth/exchange`: an external provider's token in JSON.
    pub(crate) async fn auth_exchange(&self, token: &str, membership: Option<&str>) -> Result<(), Ended> {
        let step = self.begin("token", Lane::App, Lane::Issuer);
        let url = self.below_base("auth/exchange")?;
        let credentials = self.credentials();
        let mut body = json!({ "clientId": self.client_id(), "externalAccessToken": token });
        if let Some(membership) = membership {
            body["membershipId"] = membership.into();
        }
        let json = self.json_request(step, &url, credentials.headers, &body).await?;
        self.keep_tokens(&json);
        Ok(())
    }

    pub(crate) async fn json_request(
        &self,
        step: u64,
        url: &Url,
        headers: Fields,
        body: &Value,
    ) -> Result<Value, Ended> {
        let body = Zeroizing::new(body.to_string().into_bytes());
        let got = self.wire.request(step, "POST", url, headers, Body::Json(body)).await?;
        let json = self.wire.json(step, &got)?;
        if got.status >= 400 {
            self.recorder().end(step, StepState::Refused);
            return Err(Ended::Refused);
        }
        self.recorder().end(step, StepState::Done);
        Ok(json)
    }
}
