//! What is done with tokens: userinfo, introspection, revocation, logout.

use url::Url;
use zeroize::Zeroizing;

use crate::authorization::same;
use crate::exchange::{Got, Lane, StepState};
use crate::grants::Fields;
use crate::inspect;
use crate::run::{Ended, Runner};
use crate::switch::Switch;
use crate::trouble::Trouble;
use crate::wire::Body;

impl Runner {
    pub(crate) fn access_token(&self) -> Result<Zeroizing<String>, Trouble> {
        let token = self.recorder().record().tokens.access_token.clone();
        token.ok_or(Trouble::Missing("there is no access token"))
    }

    /// A refusal ends the run; anything else ends the step.
    pub(crate) fn settle(&self, step: u64, got: &Got) -> Result<(), Ended> {
        if got.status >= 400 {
            self.recorder().end(step, StepState::Refused);
            return Err(Ended::Refused);
        }
        self.recorder().end(step, StepState::Done);
        Ok(())
    }

    /// [OpenID Connect Core §5.3]: the claims; `sub` has to be that of the ID token.
    pub(crate) async fn userinfo(&self) -> Result<(), Ended> {
        let step = self.begin("userinfo", Lane::App, Lane::Issuer);
        let mut url = self.metadata.endpoint("userinfo_endpoint")?;
        let mut token = self.access_token()?;
        if self.fails(Switch::TamperedToken) {
            token = tampered(&token);
        }
        let mut headers = Vec::new();
        if self.fails(Switch::TokenInQuery) {
            url.query_pairs_mut().append_pair("access_token", &token);
        } else {
            headers = bearer(&token);
        }
        let got = self.wire.get(step, &url, headers).await?;
        self.settle(step, &got)?;
        let claims = self.wire.json(step, &got)?;
        let id_token = self.recorder().record().tokens.id_token.clone();
        if let Some(sub) = id_token.as_deref().and_then(|token| inspect::claim(token, "sub")) {
            let found = claims["sub"].as_str().unwrap_or("absent").to_owned();
            self.check(step, same("sub", &sub, found, "OpenID Connect Core 1.0 section 5.3.2"))?;
        }
        Ok(())
    }

    /// A form with a token and the client's credentials.
    async fn present(&self, step: u64, url: &Url, token: &str) -> Result<Got, Trouble> {
        let mut credentials = self.credentials();
        credentials.fields.push(("token".to_owned(), Zeroizing::new(token.to_owned())));
        self.wire.request(step, "POST", url, credentials.headers, Body::Form(credentials.fields)).await
    }

    /// [RFC7662 §2]
    pub(crate) async fn introspect(&self) -> Result<(), Ended> {
        let step = self.begin("introspection", Lane::App, Lane::Issuer);
        let url = self.metadata.endpoint("introspection_endpoint")?;
        let got = self.present(step, &url, &self.access_token()?).await?;
        self.settle(step, &got)?;
        self.wire.json(step, &got)?;
        Ok(())
    }

    /// [RFC7009 §2]
    pub(crate) async fn revoke(&self) -> Result<(), Ended> {
        let step = self.begin("revocation", Lane::App, Lane::Issuer);
        let url = self.metadata.endpoint("revocation_endpoint")?;
        let got = self.present(step, &url, &self.access_token()?).await?;
        self.settle(step, &got)
    }

    /// [OpenID Connect RP-Initiated Logout 1.0 §2], with the ID token as hint.
    pub(crate) async fn logout(&self) -> Result<(), Ended> {
        let step = self.begin("logout", Lane::Browser, Lane::Issuer);
        let mut url = self.metadata.endpoint("end_session_endpoint")?;
        if let Some(token) = self.recorder().record().tokens.id_token.clone() {
            url.query_pairs_mut().append_pair("id_token_hint", &token);
        }
        url.query_pairs_mut().append_pair("client_id", self.client_id());
        let got = self.wire.get(step, &url, Vec::new()).await?;
        self.settle(step, &got)
    }
}

/// A token in the `Authorization` header [RFC6750 §2.1].
pub(crate) fn bearer(token: &str) -> Fields {
    vec![("authorization".to_owned(), Zeroizing::new(format!("Bearer {token}")))]
}

/// The token with one character of its signature changed.
pub(crate) fn tampered(token: &str) -> Zeroizing<String> {
    let at = token.rfind('.').map_or(0, |dot| dot + 1);
    let (head, signature) = token.split_at(at);
    let first = signature.chars().next().unwrap_or('A');
    let other = if first == 'A' { 'B' } else { 'A' };
    Zeroizing::new(format!("{head}{other}{}", signature.get(first.len_utf8()..).unwrap_or_default()))
}
