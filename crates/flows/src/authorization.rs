//! The authorization code flow from the client's side: [RFC6749 §4.1], PKCE [RFC7636], `iss` [RFC9207].

use oauth2::{AuthUrl, CsrfToken, PkceCodeChallenge, RedirectUrl, Scope};
use url::Url;

use crate::exchange::{Check, Lane, RunState, StepState};
use crate::flow::{AuthorizationCode, Secret};
use crate::returning::{Loopback, Returned};
use crate::run::{Early, Ended, Runner, Via, Waiting};
use crate::switch::Switch;
use crate::trouble::Trouble;

/// A redirect URI that nobody registers.
const OTHER_REDIRECT_URI: &str = "https://not-registered.invalid/callback";
/// An issuer nobody asked.
const OTHER_ISSUER: &str = "https://another-issuer.invalid/";
/// What stands behind [`Via::Person`] when the flow names no redirect URI.
const DEFAULT_REDIRECT_URI: &str = "http://127.0.0.1/callback";

/// An authorization request on its way.
struct Asked {
    url: Url,
    state: String,
    redirect_uri: String,
    verifier: Option<oauth2::PkceCodeVerifier>,
}

impl Runner {
    pub(crate) async fn authorization_code(&mut self, grant: &AuthorizationCode) -> Result<(), Ended> {
        if let Some((waiting, returned)) = self.options.resume.take() {
            return self.resume(waiting, &returned).await;
        }
        let step = self.begin("authorization", Lane::App, Lane::Browser);
        let loopback = match self.options.via {
            Via::Loopback => {
                Some(Loopback::bind(grant.redirect_uri.as_deref()).await.map_err(Trouble::Other)?)
            }
            Via::Person | Via::DeepLink(_) => None,
        };
        let redirect_uri = match &loopback {
            Some(loopback) => loopback.redirect_uri().to_owned(),
            None => grant.redirect_uri.clone().unwrap_or_else(|| DEFAULT_REDIRECT_URI.to_owned()),
        };
        let asked = self.ask(grant, redirect_uri)?;
        self.recorder().change(step, |own| {
            own.notes.push(asked.url.to_string());
            own.state = StepState::Done;
        });
        (self.options.joined)(&asked.state);
        let returned = self.through_browser(grant, &asked, loopback.as_ref()).await?;
        self.finish(&asked, &returned).await
    }

    /// Goes on where another start of the program stopped: with the answer it waited for.
    async fn resume(&mut self, waiting: Waiting, returned: &Returned) -> Result<(), Ended> {
        let verifier = waiting.verifier.map(|own| {
            self.recorder().secrets().add(own.expose());
            oauth2::PkceCodeVerifier::new(own.expose().to_owned())
        });
        self.nonce = waiting.nonce;
        let url = self.metadata.endpoint("authorization_endpoint")?;
        let asked = Asked { url, state: waiting.state, redirect_uri: waiting.redirect_uri, verifier };
        self.finish(&asked, returned).await
    }

    /// From the answer to the tokens.
    async fn finish(&mut self, asked: &Asked, returned: &Returned) -> Result<(), Ended> {
        let code = self.came_back(asked, returned)?;
        let verifier = asked.verifier.as_ref().map(|verifier| verifier.secret().as_str());
        self.end_early(Switch::ExpiredCode, Early::AuthorizationCode(&code)).await?;
        self.redeem("token", &code, &asked.redirect_uri, verifier).await?;
        if self.fails(Switch::ReplayCode) {
            self.redeem("token_again", &code, &asked.redirect_uri, verifier).await?;
        }
        Ok(())
    }

    /// The authorization request.
    fn ask(&mut self, grant: &AuthorizationCode, redirect_uri: String) -> Result<Asked, Trouble> {
        let wrong = |error: url::ParseError| Trouble::Other(error.to_string());
        let client =
            self.oauth2()?.set_auth_uri(AuthUrl::from_url(self.metadata.endpoint("authorization_endpoint")?));
        let sent =
            if self.fails(Switch::UnregisteredRedirectUri) { OTHER_REDIRECT_URI } else { &redirect_uri };
        let redirect = RedirectUrl::new(sent.to_owned()).map_err(wrong)?;
        let client = client.set_redirect_uri(redirect);
        let mut request =
            client.authorize_url(CsrfToken::new_random).add_scopes(self.scopes().into_iter().map(Scope::new));
        let mut verifier = None;
        if !self.fails(Switch::MissingCodeChallenge) {
            let (challenge, own) = PkceCodeChallenge::new_random_sha256();
            self.recorder().secrets().add(own.secret());
            request = if self.fails(Switch::PlainCodeChallenge) {
                let plain = request.add_extra_param("code_challenge", own.secret().clone());
                plain.add_extra_param("code_challenge_method", "plain")
            } else {
                request.set_pkce_challenge(challenge)
            };
            verifier = Some(own);
        }
        let nonce = CsrfToken::new_random();
        let openid = self.flow.scope.iter().any(|scope| scope == "openid");
        if openid && !self.fails(Switch::MissingNonce) {
            request = request.add_extra_param("nonce", nonce.secret().clone());
        }
        self.nonce = openid.then(|| nonce.secret().clone());
        if self.fails(Switch::NoSession) {
            request = request.add_extra_param("prompt", "none");
        }
        for (name, value) in &grant.parameters {
            request = request.add_extra_param(name.clone(), value.clone());
        }
        let (url, state) = request.url();
        Ok(Asked { url, state: state.into_secret(), redirect_uri, verifier })
    }

    async fn through_browser(
        &mut self,
        grant: &AuthorizationCode,
        asked: &Asked,
        loopback: Option<&Loopback>,
    ) -> Result<Returned, Ended> {
        let step = self.begin("sign_in", Lane::Browser, Lane::Issuer);
        if let Via::Person = self.options.via {
            let deny = self.fails(Switch::DenyConsent);
            let person = grant.person.as_ref();
            let back = self.sign_in(step, &asked.url, &asked.redirect_uri, person, deny).await?;
            self.recorder().end(step, StepState::Done);
            return Ok(Returned::from_query(back.query().unwrap_or_default()));
        }
        self.recorder().end(step, StepState::Waiting);
        {
            let mut record = self.recorder().record();
            record.state = RunState::Waiting;
            record.open = Some(asked.url.to_string());
        }
        if let (Some(keeper), Via::DeepLink(_)) = (&self.options.keeper, &self.options.via) {
            let waiting = Waiting {
                state: asked.state.clone(),
                nonce: self.nonce.clone(),
                verifier: asked.verifier.as_ref().map(|own| Secret::Text(own.secret().clone())),
                redirect_uri: asked.redirect_uri.clone(),
            };
            keeper.keep(&waiting).await;
        }
        (self.options.open)(asked.url.as_str());
        let patience = self.options.patience;
        let returned = tokio::time::timeout(patience, async {
            match (loopback, &mut self.options.via) {
                (Some(loopback), _) => Some(loopback.wait().await),
                (None, Via::DeepLink(returns)) => returns.recv().await,
                (None, _) => None,
            }
        })
        .await;
        let returned = returned.ok().flatten().ok_or(Trouble::NoReturn)?;
        let mut record = self.recorder().record();
        record.state = RunState::Running;
        record.open = None;
        drop(record);
        self.recorder().end(step, StepState::Done);
        Ok(returned)
    }

    /// What came back belongs to what was asked: `state` [RFC6749 §10.12], `iss` [RFC9207 §2.4] [RFC9700 §4.4] as the same
    /// text; parameters that are not known are ignored [RFC6749 §4.1.2]; then the code, or the refusal.
    fn came_back(&self, asked: &Asked, returned: &Returned) -> Result<String, Ended> {
        let step = self.begin("return", Lane::Browser, Lane::App);
        let shown = ["code", "error", "error_description", "state", "iss"]
            .into_iter()
            .filter_map(|name| {
                let value = returned.get(name)?;
                if name == "code" {
                    self.recorder().secrets().add(value);
                }
                Some(format!("{name}={value}"))
            })
            .collect::<Vec<_>>();
        self.recorder().change(step, |own| own.notes = shown);
        let sent = if self.fails(Switch::WrongState) { "another state" } else { &asked.state };
        let found = returned.get("state").unwrap_or("absent").to_owned();
        self.check(step, same("state", sent, found, "RFC 6749 section 10.12"))?;
        let expected = if self.fails(Switch::WrongIssuer) { OTHER_ISSUER } else { &self.metadata.issuer };
        match returned.get("iss") {
            Some(iss) => self.check(step, same("iss", expected, iss.to_owned(), "RFC 9207 section 2.4"))?,
            None if self.metadata.sends_iss() || self.fails(Switch::WrongIssuer) => {
                self.check(step, same("iss", expected, "absent".to_owned(), "RFC 9207 section 2.4"))?;
            }
            None => {}
        }
        if returned.get("error").is_some() {
            self.recorder().end(step, StepState::Refused);
            return Err(Ended::Refused);
        }
        let code = returned.get("code").ok_or(Trouble::Missing("the answer has no code"))?;
        self.recorder().end(step, StepState::Done);
        Ok(code.to_owned())
    }
}

/// Two texts have to be the same.
pub(crate) fn same(check: &str, expected: &str, found: String, section: &str) -> Check {
    Check {
        check: check.to_owned(),
        passed: expected == found,
        expected: expected.to_owned(),
        found,
        section: section.to_owned(),
    }
}
