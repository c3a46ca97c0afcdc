//! The issuer's metadata and keys: [OpenID Connect Discovery 1.0 §4], [RFC8414 §3].

use serde_json::Value;
use url::Url;

use crate::exchange::{Check, Lane, StepState};
use crate::run::{Ended, Runner};
use crate::trouble::Trouble;

/// What an issuer says about itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Metadata {
    pub(crate) issuer: String,
    json: Value,
}

impl Metadata {
    /// An endpoint by the name of its metadata member.
    pub(crate) fn endpoint(&self, name: &'static str) -> Result<Url, Trouble> {
        let text =
            self.json.get(name).and_then(Value::as_str).ok_or(Trouble::NoEndpoint { endpoint: name })?;
        Url::parse(text).map_err(|_| Trouble::NoEndpoint { endpoint: name })
    }

    /// Whether answers carry `iss` [RFC9207 §3].
    pub(crate) fn sends_iss(&self) -> bool {
        self.json.get("authorization_response_iss_parameter_supported") == Some(&Value::Bool(true))
    }
}

impl Runner {
    /// Reads the metadata; the identifier in it has to be the one that was asked.
    pub(crate) async fn discover(&mut self) -> Result<(), Ended> {
        let mut json = None;
        for document in ["openid-configuration", "oauth-authorization-server"] {
            let step = self.begin("discovery", Lane::App, Lane::Issuer);
            let url = self.below_base(&format!(".well-known/{document}"))?;
            let got = self.wire.get(step, &url, Vec::new()).await?;
            if got.status == 404 && json.is_none() && document == "openid-configuration" {
                self.recorder().end(step, StepState::Done);
                continue;
            }
            let read = self.wire.json(step, &got)?;
            let named = read.get("issuer").and_then(Value::as_str).unwrap_or_default().to_owned();
            let asked = self.options.base_url.as_str().to_owned();
            // [OIDC-DISCOVERY §4.3] [RFC8414 §3.3] the same, but for a slash at the end
            let same = named.trim_end_matches('/') == asked.trim_end_matches('/');
            let check = Check {
                check: "issuer".to_owned(),
                expected: asked,
                found: named.clone(),
                passed: same,
                section: "OpenID Connect Discovery 1.0 section 4.3".to_owned(),
            };
            self.check(step, check)?;
            self.recorder().end(step, StepState::Done);
            self.recorder().record().issuer = Some(named.clone());
            json = Some(Metadata { issuer: named, json: read });
            break;
        }
        self.metadata = json.ok_or(Trouble::NoEndpoint { endpoint: "issuer" })?;
        Ok(())
    }

    /// Reads the keys the issuer signs with.
    pub(crate) async fn fetch_keys(&mut self) -> Result<Value, Ended> {
        let step = self.begin("jwks", Lane::App, Lane::Issuer);
        let url = self.metadata.endpoint("jwks_uri")?;
        let got = self.wire.get(step, &url, Vec::new()).await?;
        let keys = self.wire.json(step, &got)?;
        self.recorder().end(step, StepState::Done);
        self.recorder().record().keys = Some(keys.clone());
        Ok(keys)
    }
}
