//! The Token Vault from the client's side, from the person's sign-in to a request at the provider.
//!
//! Two clients take part: the app that people sign in to, which connects an account of theirs, and the API's own client,
//! which exchanges. The app asks for two tokens: one for the API (`audience`), one for the My Account API.

use anteroom_oauth::{GrantType, token_type};
use oauth2::{CsrfToken, PkceCodeChallenge, PkceCodeVerifier};
use serde_json::{Value, json};
use url::Url;
use zeroize::Zeroizing;

use crate::authorization::{SignIn, Steps, Trip, same};
use crate::client::{OTHER_SECRET, credentials};
use crate::exchange::{Lane, StepState};
use crate::flow::{AuthMethod, AuthorizationCode, FederatedConnectionAccessToken as Grant, Secret};
use crate::grants::{field, text};
use crate::protected::{bearer, tampered};
use crate::returning::Returned;
use crate::run::{Ended, Runner, Via};
use crate::switch::Switch;
use crate::trouble::Trouble;
use crate::wire::Body;

/// Below the issuer: the My Account API, which is an audience, too.
const MY_ACCOUNT: &str = "me/";
/// Below the issuer: Connected Accounts.
const ACCOUNTS: &str = "me/v1/connected-accounts";
const CREATE: &str = "create:me:connected_accounts";
const READ: &str = "read:me:connected_accounts";
const DELETE: &str = "delete:me:connected_accounts";
/// The token type that is asked for, and issued.
const REQUESTED: &str = token_type::FEDERATED_CONNECTION_ACCESS_TOKEN;
/// What the steps of the sign-in for the My Account API are called.
const STEPS_OF_ACCOUNT: Steps = Steps {
    authorization: "account_authorization",
    sign_in: "account_sign_in",
    back: "account_return",
    token: "account_token",
};
/// What nobody made.
const OTHER_API: &str = "https://no-such-api.invalid/";
const OTHER_CONNECTION: &str = "no-such-connection";
const OTHER_ACCOUNT: &str = "nobody-at-the-provider";

/// What the connect request was answered with, and what has to come back.
struct Begun {
    auth_session: Zeroizing<String>,
    open: Url,
    state: String,
    redirect_uri: String,
    verifier: PkceCodeVerifier,
}

impl Runner {
    /// The whole way: sign-in with `audience`, connect, exchange, a request to the provider.
    pub(crate) async fn federated_connection_access_token(&mut self, grant: &Grant) -> Result<(), Ended> {
        if matches!(self.options.via, Via::DeepLink(_)) {
            let words = "The browser comes back three times, which a deep link cannot: use a free port of this machine";
            return Err(Trouble::Other(words.to_owned()).into());
        }
        let audience = if self.fails(Switch::UnknownAudience) { OTHER_API } else { &grant.audience };
        self.sign_in_to(&signing_in(grant, audience, self.scopes(), Steps::OF_SIGN_IN)).await?;
        if self.recorder().record().tokens.id_token.is_some() {
            self.check_id_token().await?;
        }
        let for_api = self.access_token()?;
        let mut for_account = for_api.clone();
        if grant.connect || self.fails(Switch::SubjectTokenOfMyAccount) {
            for_account = self.account_token(grant).await?;
            // the token for the API is the one of the run
            self.recorder().record().tokens.access_token = Some(for_api.clone());
        }
        if grant.connect {
            self.connect_account(grant, &for_api, &for_account).await?;
        }
        if self.fails(Switch::RevokedSubjectToken) {
            self.revoke().await?;
        }
        let given = self.exchange_for_provider(grant, &for_api, &for_account).await?;
        match &grant.userinfo_endpoint {
            Some(endpoint) => self.ask_provider(endpoint, &given).await,
            None => Ok(()),
        }
    }

    /// A token for the My Account API. The browser has a session by now, so that nobody is asked again there.
    async fn account_token(&mut self, grant: &Grant) -> Result<Zeroizing<String>, Ended> {
        let audience = self.below_base(MY_ACCOUNT)?;
        let mut scope = vec![CREATE.to_owned(), READ.to_owned(), DELETE.to_owned()];
        if self.fails(Switch::MissingAccountScope) {
            scope.retain(|own| own != CREATE);
        }
        self.sign_in_to(&signing_in(grant, audience.as_str(), scope, STEPS_OF_ACCOUNT)).await?;
        Ok(self.access_token()?)
    }

    /// Connected Accounts: connect, the browser's way through the provider, complete.
    async fn connect_account(
        &mut self,
        grant: &Grant,
        for_api: &str,
        for_account: &str,
    ) -> Result<(), Ended> {
        let (loopback, redirect_uri) = self.way_back(grant.redirect_uri.as_deref()).await?;
        let token = if self.fails(Switch::TokenOfTheApi) { for_api } else { for_account };
        let begun = self.begin_to_connect(grant, token, redirect_uri).await?;
        let trip = Trip {
            step: "connect_sign_in",
            url: &begun.open,
            redirect_uri: &begun.redirect_uri,
            person: None,
            deny: self.fails(Switch::ProviderDenies),
            loopback: loopback.as_ref(),
            waiting: None,
            named: true,
        };
        let returned = self.through_browser(trip).await?;
        let code = self.connect_code(&begun, &returned)?;
        let account = self.complete("complete", &begun, &code, for_account).await?;
        if self.fails(Switch::ReplayConnectCode) {
            self.complete("complete_again", &begun, &code, for_account).await?;
        }
        if self.fails(Switch::AccountDeleted) {
            let step = self.begin("delete_account", Lane::App, Lane::Issuer);
            let url = self.below_base(&format!("{ACCOUNTS}/accounts/{account}"))?;
            let got = self.wire.request(step, "DELETE", &url, bearer(for_account), Body::Nothing).await?;
            self.settle(step, &got)?;
        }
        Ok(())
    }

    async fn begin_to_connect(
        &self,
        grant: &Grant,
        token: &str,
        redirect_uri: String,
    ) -> Result<Begun, Ended> {
        let step = self.begin("connect", Lane::App, Lane::Issuer);
        let url = self.below_base(&format!("{ACCOUNTS}/connect"))?;
        let connection =
            if self.fails(Switch::UnknownConnection) { OTHER_CONNECTION } else { &grant.connection };
        let state = CsrfToken::new_random().into_secret();
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        self.recorder().secrets().add(verifier.secret());
        let mut body = json!({
            "connection": connection,
            "redirect_uri": redirect_uri,
            "state": state,
            "code_challenge": challenge.as_str(),
            "code_challenge_method": "S256",
        });
        if !grant.scopes.is_empty() {
            body["scopes"] = grant.scopes.clone().into();
        }
        let wrongs = self.wrongs();
        if !wrongs.is_empty() {
            body["authorization_params"] = wrongs.into_iter().collect::<serde_json::Map<_, _>>().into();
        }
        let answer = self.json_request(step, &url, bearer(token), &body).await?;
        let auth_session =
            text(&answer, "auth_session").ok_or(Trouble::Missing("the answer has no auth_session"))?;
        let ticket = text(&answer["connect_params"], "ticket")
            .ok_or(Trouble::Missing("the answer has no connect_params.ticket"))?;
        let uri = text(&answer, "connect_uri").ok_or(Trouble::Missing("the answer has no connect_uri"))?;
        let mut open = Url::parse(&uri).map_err(|error| Trouble::Other(error.to_string()))?;
        open.query_pairs_mut().append_pair("ticket", &ticket);
        Ok(Begun { auth_session, open, state, redirect_uri, verifier })
    }

    /// What the sample provider is to do wrong with this grant: parameters of its authorization endpoint.
    fn wrongs(&self) -> Vec<(String, Value)> {
        let mut wrongs = Vec::new();
        let mut add = |name: &str, value: &str| wrongs.push((name.to_owned(), Value::from(value)));
        if self.fails(Switch::ProviderGivesNoRefreshToken) {
            add("sample_no_refresh_token", "true");
        }
        if self.fails(Switch::ProviderRefusesRefresh) {
            add("sample_expires_in", "0");
            add("sample_refuse_refresh", "true");
        }
        if self.fails(Switch::ProviderTokenEnded) {
            add("sample_ended_tokens", "true");
        }
        wrongs
    }

    /// What the browser brought back belongs to what was asked; then the code, or the refusal.
    fn connect_code(&self, begun: &Begun, returned: &Returned) -> Result<Zeroizing<String>, Ended> {
        let step = self.begin("connect_return", Lane::Browser, Lane::App);
        self.note_returned(step, returned, "connect_code", &[]);
        let sent = if self.fails(Switch::WrongConnectState) { "another state" } else { &begun.state };
        let found = returned.get("state").unwrap_or("absent").to_owned();
        self.check(step, same("state", sent, found, "Auth0: connected accounts"))?;
        self.not_refused(step, returned)?;
        let code = returned.get("connect_code").ok_or(Trouble::Missing("the answer has no connect_code"))?;
        self.recorder().end(step, StepState::Done);
        Ok(Zeroizing::new(code.to_owned()))
    }

    /// Hands in what the browser brought back; the id of the account.
    async fn complete(
        &self,
        name: &'static str,
        begun: &Begun,
        code: &str,
        token: &str,
    ) -> Result<String, Ended> {
        let step = self.begin(name, Lane::App, Lane::Issuer);
        let url = self.below_base(&format!("{ACCOUNTS}/complete"))?;
        let other = "A".repeat(43);
        let verifier =
            if self.fails(Switch::WrongConnectVerifier) { &other } else { begun.verifier.secret() };
        let body = json!({
            "auth_session": begun.auth_session.as_str(),
            "connect_code": code,
            "redirect_uri": begun.redirect_uri,
            "code_verifier": verifier,
        });
        let answer = self.json_request(step, &url, bearer(token), &body).await?;
        let id = text(&answer, "id").ok_or(Trouble::Missing("the answer has no id"))?;
        Ok(id.to_string())
    }

    /// The exchange; the provider's token.
    async fn exchange_for_provider(
        &self,
        grant: &Grant,
        for_api: &str,
        for_account: &str,
    ) -> Result<Zeroizing<String>, Ended> {
        let step = self.begin("exchange", Lane::App, Lane::Issuer);
        let url = self.metadata.endpoint("token_endpoint")?;
        let as_app = self.fails(Switch::ExchangeAsTheApp);
        let client = if as_app { &self.flow.client } else { &grant.exchange_client };
        let secret = client.client_secret.as_ref().map(Secret::expose);
        let wrong = self.fails(Switch::WrongExchangeSecret);
        let proof = credentials(
            &client.client_id,
            if wrong { Some(OTHER_SECRET) } else { secret },
            if wrong && client.token_endpoint_auth_method == AuthMethod::None {
                AuthMethod::ClientSecretPost
            } else {
                client.token_endpoint_auth_method
            },
        );
        let subject = if self.fails(Switch::SubjectTokenOfMyAccount) { for_account } else { for_api };
        let subject = if self.fails(Switch::TamperedSubjectToken) {
            tampered(subject)
        } else {
            Zeroizing::new(subject.to_owned())
        };
        let kind = if self.fails(Switch::WrongSubjectTokenType) {
            token_type::ID_TOKEN
        } else {
            token_type::ACCESS_TOKEN
        };
        let connection =
            if self.fails(Switch::WrongConnection) { OTHER_CONNECTION } else { &grant.connection };
        let mut fields = vec![field("grant_type", GrantType::FederatedConnectionAccessToken.as_str())];
        fields.extend(proof.fields);
        fields.extend([field("subject_token", &subject), field("subject_token_type", kind)]);
        if !self.fails(Switch::MissingRequestedTokenType) {
            fields.push(field("requested_token_type", REQUESTED));
        }
        fields.push(field("connection", connection));
        let hint = if self.fails(Switch::WrongLoginHint) {
            Some(OTHER_ACCOUNT)
        } else {
            grant.login_hint.as_deref()
        };
        fields.extend(hint.map(|hint| field("login_hint", hint)));
        let got = self.wire.request(step, "POST", &url, proof.headers, Body::Form(fields)).await?;
        let answer = self.wire.json(step, &got)?;
        self.settle(step, &got)?;
        let issued = text(&answer, "issued_token_type").map_or("absent".to_owned(), |own| own.to_string());
        self.check(step, same("issued_token_type", REQUESTED, issued, "RFC 8693 section 2.2.1"))?;
        self.check_no_store(step, &got)?;
        Ok(text(&answer, "access_token").ok_or(Trouble::Missing("the answer has no access_token"))?)
    }

    /// Asks the provider who the person is, with its own token.
    async fn ask_provider(&self, endpoint: &str, token: &str) -> Result<(), Ended> {
        let step = self.begin("provider", Lane::App, Lane::Provider);
        let url = Url::parse(endpoint).map_err(|error| Trouble::Other(format!("{endpoint}: {error}")))?;
        let got = self.wire.get(step, &url, bearer(token)).await?;
        self.settle(step, &got)?;
        self.wire.json(step, &got)?;
        Ok(())
    }
}

/// A sign-in for an audience.
fn signing_in(grant: &Grant, audience: &str, scope: Vec<String>, steps: Steps) -> SignIn {
    let grant = AuthorizationCode {
        redirect_uri: grant.redirect_uri.clone(),
        person: grant.person.clone(),
        parameters: [("audience".to_owned(), audience.to_owned())].into(),
    };
    SignIn { grant, scope, steps }
}
