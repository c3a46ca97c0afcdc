//! The authorization code flow from the client's side: [RFC6749 §4.1], PKCE [RFC7636], `iss` [RFC9207].

use oauth2::{AuthUrl, CsrfToken, PkceCodeChallenge, RedirectUrl, Scope};
use url::Url;

use crate::exchange::{Check, Lane, RunState, StepState};
use crate::flow::{AuthorizationCode, Person, Secret};
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

/// One sign-in: what is asked for, and what its steps are called.
pub(crate) struct SignIn {
    pub(crate) grant: AuthorizationCode,
    pub(crate) scope: Vec<String>,
    pub(crate) steps: Steps,
}

/// What the steps of a sign-in are called.
#[derive(Clone, Copy)]
pub(crate) struct Steps {
    /// The authorization request.
    pub(crate) authorization: &'static str,
    /// The pages.
    pub(crate) sign_in: &'static str,
    /// The way back.
    pub(crate) back: &'static str,
    /// Redeeming the code.
    pub(crate) token: &'static str,
}

impl Steps {
    /// Those of the sign-in that a run begins with.
    pub(crate) const OF_SIGN_IN: Self =
        Self { authorization: "authorization", sign_in: "sign_in", back: "return", token: "token" };
}

/// What a browser is sent off with.
pub(crate) struct Trip<'a> {
    /// The step of its pages.
    pub(crate) step: &'static str,
    pub(crate) url: &'a Url,
    pub(crate) redirect_uri: &'a str,
    /// Who fills pages in, where there is no browser.
    pub(crate) person: Option<&'a Person>,
    /// Whether Cancel is pressed, where there is no browser.
    pub(crate) deny: bool,
    pub(crate) loopback: Option<&'a Loopback>,
    /// What is kept while it is away.
    pub(crate) waiting: Option<Waiting>,
    /// Whether what stands in for a browser names the run to the issuer: no `state` of an authorization request does.
    pub(crate) named: bool,
}

impl Runner {
    pub(crate) async fn authorization_code(&mut self, grant: &AuthorizationCode) -> Result<(), Ended> {
        if let Some((waiting, returned)) = self.options.resume.take() {
            return self.resume(waiting, &returned).await;
        }
        let scope = self.scopes();
        self.sign_in_to(&SignIn { grant: grant.clone(), scope, steps: Steps::OF_SIGN_IN }).await
    }

    /// A sign-in, from the authorization request to the tokens.
    pub(crate) async fn sign_in_to(&mut self, sign_in: &SignIn) -> Result<(), Ended> {
        let grant = &sign_in.grant;
        let step = self.begin(sign_in.steps.authorization, Lane::App, Lane::Browser);
        let (loopback, redirect_uri) = self.way_back(grant.redirect_uri.as_deref()).await?;
        let asked = self.ask(sign_in, redirect_uri)?;
        self.recorder().change(step, |own| {
            own.notes.push(asked.url.to_string());
            own.state = StepState::Done;
        });
        (self.options.joined)(&asked.state);
        let waiting = Waiting {
            state: asked.state.clone(),
            nonce: self.nonce.clone(),
            verifier: asked.verifier.as_ref().map(|own| Secret::Text(own.secret().clone())),
            redirect_uri: asked.redirect_uri.clone(),
        };
        let trip = Trip {
            step: sign_in.steps.sign_in,
            url: &asked.url,
            redirect_uri: &asked.redirect_uri,
            person: grant.person.as_ref(),
            deny: self.fails(Switch::DenyConsent),
            loopback: loopback.as_ref(),
            waiting: Some(waiting),
            named: false,
        };
        let returned = self.through_browser(trip).await?;
        self.finish(&asked, &returned, sign_in.steps).await
    }

    /// Where the browser comes back to: a listener on this machine, or an address nobody has to listen at.
    pub(crate) async fn way_back(&self, wanted: Option<&str>) -> Result<(Option<Loopback>, String), Trouble> {
        match self.options.via {
            Via::Loopback => {
                let loopback = Loopback::bind(wanted).await.map_err(Trouble::Other)?;
                let redirect_uri = loopback.redirect_uri().to_owned();
                Ok((Some(loopback), redirect_uri))
            }
            Via::Person | Via::DeepLink(_) => Ok((None, wanted.unwrap_or(DEFAULT_REDIRECT_URI).to_owned())),
        }
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
        self.finish(&asked, returned, Steps::OF_SIGN_IN).await
    }

    /// From the answer to the tokens.
    async fn finish(&mut self, asked: &Asked, returned: &Returned, steps: Steps) -> Result<(), Ended> {
        let code = self.came_back(steps.back, asked, returned)?;
        let verifier = asked.verifier.as_ref().map(|verifier| verifier.secret().as_str());
        self.end_early(Switch::ExpiredCode, Early::AuthorizationCode(&code)).await?;
        self.redeem(steps.token, &code, &asked.redirect_uri, verifier).await?;
        if self.fails(Switch::ReplayCode) {
            self.redeem("token_again", &code, &asked.redirect_uri, verifier).await?;
        }
        Ok(())
    }

    /// The authorization request.
    fn ask(&mut self, sign_in: &SignIn, redirect_uri: String) -> Result<Asked, Trouble> {
        let wrong = |error: url::ParseError| Trouble::Other(error.to_string());
        let client =
            self.oauth2()?.set_auth_uri(AuthUrl::from_url(self.metadata.endpoint("authorization_endpoint")?));
        let sent =
            if self.fails(Switch::UnregisteredRedirectUri) { OTHER_REDIRECT_URI } else { &redirect_uri };
        let redirect = RedirectUrl::new(sent.to_owned()).map_err(wrong)?;
        let client = client.set_redirect_uri(redirect);
        let scopes = sign_in.scope.iter().cloned().map(Scope::new);
        let mut request = client.authorize_url(CsrfToken::new_random).add_scopes(scopes);
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
        let openid = sign_in.scope.iter().any(|scope| scope == "openid");
        if openid && !self.fails(Switch::MissingNonce) {
            request = request.add_extra_param("nonce", nonce.secret().clone());
        }
        self.nonce = openid.then(|| nonce.secret().clone());
        if self.fails(Switch::NoSession) {
            request = request.add_extra_param("prompt", "none");
        }
        for (name, value) in &sign_in.grant.parameters {
            request = request.add_extra_param(name.clone(), value.clone());
        }
        let (url, state) = request.url();
        Ok(Asked { url, state: state.into_secret(), redirect_uri, verifier })
    }

    /// Sends the browser off, and waits until it is back.
    pub(crate) async fn through_browser(&mut self, trip: Trip<'_>) -> Result<Returned, Ended> {
        let step = self.begin(trip.step, Lane::Browser, Lane::Issuer);
        if let Via::Person = self.options.via {
            let back = self.sign_in(step, &trip).await?;
            self.recorder().end(step, StepState::Done);
            return Ok(Returned::from_query(back.query().unwrap_or_default()));
        }
        self.recorder().end(step, StepState::Waiting);
        {
            let mut record = self.recorder().record();
            record.state = RunState::Waiting;
            record.open = Some(trip.url.to_string());
        }
        if let (Via::DeepLink(_), Some(keeper), Some(waiting)) =
            (&self.options.via, self.options.keeper.clone(), &trip.waiting)
        {
            keeper.keep(waiting).await;
        }
        (self.options.open)(trip.url.as_str());
        let patience = self.options.patience;
        let returned = tokio::time::timeout(patience, async {
            match (trip.loopback, &mut self.options.via) {
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
    fn came_back(&self, name: &'static str, asked: &Asked, returned: &Returned) -> Result<String, Ended> {
        let step = self.begin(name, Lane::Browser, Lane::App);
        self.note_returned(step, returned, "code", &["iss"]);
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
        self.not_refused(step, returned)?;
        let code = returned.get("code").ok_or(Trouble::Missing("the answer has no code"))?;
        self.recorder().end(step, StepState::Done);
        Ok(code.to_owned())
    }

    /// Notes what came back; the code is a secret from now on.
    pub(crate) fn note_returned(&self, step: u64, returned: &Returned, code: &str, more: &[&str]) {
        if let Some(code) = returned.get(code) {
            self.recorder().secrets().add(code);
        }
        let names = [code, "error", "error_description", "state"].into_iter().chain(more.iter().copied());
        let notes = names.filter_map(|name| Some(format!("{name}={}", returned.get(name)?))).collect();
        self.recorder().change(step, |own| own.notes = notes);
    }

    /// An `error` that came back refuses the step [RFC6749 §4.1.2.1].
    pub(crate) fn not_refused(&self, step: u64, returned: &Returned) -> Result<(), Ended> {
        if returned.get("error").is_some() {
            self.recorder().end(step, StepState::Refused);
            return Err(Ended::Refused);
        }
        Ok(())
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
