//! The ID token, as a client has to check it: [OpenID Connect Core §3.1.3.7].

use crate::authorization::same;
use crate::exchange::{Check, Lane, StepState};
use crate::inspect::{self, Signature};
use crate::run::{Ended, Runner};
use crate::switch::Switch;
use crate::trouble::Trouble;

/// A day.
const DAY: i64 = 24 * 60 * 60;
const SECTION: &str = "OpenID Connect Core 1.0 section 3.1.3.7";

impl Runner {
    pub(crate) async fn check_id_token(&mut self) -> Result<(), Ended> {
        let keys = self.fetch_keys().await?;
        let step = self.begin("id_token", Lane::App, Lane::App);
        let token = self.recorder().record().tokens.id_token.clone();
        let token = token.ok_or(Trouble::Missing("there is no ID token"))?;
        let keys = if self.fails(Switch::WrongKey) { inspect::no_keys(&keys) } else { keys };
        let signature = inspect::signature(&token, Some(&keys));
        self.check(
            step,
            Check {
                check: "signature".to_owned(),
                expected: "by a key of jwks_uri".to_owned(),
                passed: signature == Signature::Verified,
                found: signature.words().to_owned(),
                section: SECTION.to_owned(),
            },
        )?;
        let claim = |name: &str| inspect::claim(&token, name).unwrap_or_else(|| "absent".to_owned());
        self.check(step, same("iss", &self.metadata.issuer, claim("iss"), SECTION))?;
        let audience = if self.fails(Switch::WrongAudience) { "another client" } else { self.client_id() };
        self.check(step, same("aud", audience, claim("aud"), SECTION))?;
        let now = (self.options.now)() + if self.fails(Switch::ClockSkew) { DAY } else { 0 };
        let exp = claim("exp");
        self.check(
            step,
            Check {
                check: "exp".to_owned(),
                expected: format!("after {now}"),
                passed: exp.parse::<i64>().is_ok_and(|exp| exp > now),
                found: exp,
                section: SECTION.to_owned(),
            },
        )?;
        if let Some(nonce) = self.nonce.clone() {
            self.check(step, same("nonce", &nonce, claim("nonce"), SECTION))?;
        }
        self.recorder().end(step, StepState::Done);
        Ok(())
    }
}
