//! A flow as a file: `*.flow.json`, described by `docs/flow.schema.json`.

use std::collections::BTreeMap;
use std::fmt;

use anteroom_oauth::token_type;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use zeroize::Zeroize;

use crate::switch::Switch;

/// One run of one grant, what is done with its tokens, and what has to come of it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Anteroom flow file")]
pub struct Flow {
    /// Where the schema of this file is, for editors. Not read.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Its name, as the report shows it.
    pub name: String,
    /// The issuer's base URL, ending with a slash. `--base-url` goes before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The client application.
    pub client: Client,
    /// The grant.
    pub grant: Grant,
    /// The scope that is asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scope: Vec<String>,
    /// What is done with the tokens, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<Then>,
    /// What is made to fail.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Switch>,
    /// What has to come of it. Without any, every step has to succeed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<Expectation>,
}

/// The client application.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Client {
    /// `client_id`.
    pub client_id: String,
    /// Its secret, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<Secret>,
    /// How it proves who it is.
    #[serde(default)]
    pub token_endpoint_auth_method: AuthMethod,
}

/// `token_endpoint_auth_method` [RFC7591 §2].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// `client_secret_basic`: in the header, if there is a secret.
    #[default]
    ClientSecretBasic,
    /// `client_secret_post`: in the form, if there is a secret.
    ClientSecretPost,
    /// `none`: never.
    None,
}

/// A secret: in clear, or the name of a variable of the environment that holds it.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Secret {
    /// In clear.
    Text(String),
    /// Taken from the environment.
    Env(Env),
}

/// The name of a variable of the environment.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Env {
    /// Its name.
    pub env: String,
}

impl Secret {
    /// The value; empty for one that was not resolved.
    pub fn expose(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Env(_) => "",
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_) => f.write_str("Secret(redacted)"),
            Self::Env(Env { env }) => write!(f, "Secret(${env})"),
        }
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        if let Self::Text(text) = self {
            text.zeroize();
        }
    }
}

/// The grant, by its `grant_type`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "grantType", deny_unknown_fields)]
pub enum Grant {
    /// `authorization_code`, with PKCE [RFC6749 §4.1] [RFC7636].
    #[serde(rename = "authorization_code")]
    AuthorizationCode(AuthorizationCode),
    /// `client_credentials` [RFC6749 §4.4].
    #[serde(rename = "client_credentials")]
    ClientCredentials {},
    /// `refresh_token` [RFC6749 §6].
    #[serde(rename = "refresh_token", rename_all = "camelCase")]
    RefreshToken {
        /// The token.
        refresh_token: Secret,
    },
    /// `urn:ietf:params:oauth:grant-type:pre-authorized_code` [OID4VCI §6.1].
    #[serde(rename = "urn:ietf:params:oauth:grant-type:pre-authorized_code")]
    PreAuthorizedCode(PreAuthorizedCode),
    /// `urn:ietf:params:oauth:grant-type:token-exchange` [RFC8693 §2.1].
    #[serde(rename = "urn:ietf:params:oauth:grant-type:token-exchange")]
    TokenExchange(TokenExchange),
    /// Auth0's Token Vault: a person's access token for an API is exchanged for an external provider's, with the whole way
    /// to it: sign-in with `audience`, connecting an account, the exchange, a request to the provider.
    #[serde(rename = "urn:auth0:params:oauth:grant-type:token-exchange:federated-connection-access-token")]
    FederatedConnectionAccessToken(Box<FederatedConnectionAccessToken>),
    /// Medplum's `/auth/exchange`.
    #[serde(rename = "auth_exchange", rename_all = "camelCase")]
    AuthExchange {
        /// The external provider's access token.
        external_access_token: Secret,
        /// Which of several memberships.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        membership_id: Option<String>,
    },
}

/// The authorization code grant.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthorizationCode {
    /// Where the answer comes back. Without one, a loopback address on a free port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    /// Who signs in, when no browser is opened: the forms of the issuer's pages are filled in with this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
    /// More parameters of the authorization request, such as `prompt` or `audience`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
}

/// Who signs in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Person {
    /// E-mail address, or whatever the page asks for beside the password.
    pub email: String,
    /// Password.
    pub password: Secret,
}

/// The pre-authorized code grant: a code that is there, or one that is issued first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreAuthorizedCode {
    /// The code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Secret>,
    /// The PIN that goes with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tx_code: Option<Secret>,
    /// Issues a code first, at `/auth/preauthorize`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preauthorize: Option<Preauthorize>,
}

/// Who issues a code, and for whom.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Preauthorize {
    /// `client_id` of a project admin.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Secret,
    /// The member, such as `Patient/<id>` or `ProjectMembership/<id>`.
    pub on_behalf_of: String,
    /// With a PIN.
    #[serde(default)]
    pub tx_code: bool,
}

/// The token exchange grant.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TokenExchange {
    /// `subject_token`.
    pub subject_token: Secret,
    /// `subject_token_type`.
    #[serde(default = "access_token_type")]
    pub subject_token_type: String,
    /// More parameters, such as `audience` or `requested_token_type`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
}

/// The Token Vault exchange, and the way to it. The flow's client is the app that people sign in to.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FederatedConnectionAccessToken {
    /// `audience` of the sign-in: the identifier of the API.
    pub audience: String,
    /// `connection`: the name of the connection.
    pub connection: String,
    /// The client that exchanges: the API's own.
    pub exchange_client: Client,
    /// Where answers come back. Without one, a loopback address on a free port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    /// Who signs in, when no browser is opened: the forms of the issuer's pages are filled in with this. A provider's page
    /// is answered as it stands, so that only the sample provider's can be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
    /// Whether an account is connected first. Otherwise the exchange uses the one that the person connected before.
    #[serde(default = "yes")]
    pub connect: bool,
    /// `scopes` that are asked of the provider in place of the connection's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// `login_hint`: which of the person's accounts, by the person's id at the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// The provider's userinfo endpoint, which is asked with the provider's token. Without one, nobody is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_endpoint: Option<String>,
}

const fn yes() -> bool {
    true
}

fn access_token_type() -> String {
    token_type::ACCESS_TOKEN.to_owned()
}

/// What is done with the tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// Asks the userinfo endpoint [OpenID Connect Core §5.3].
    Userinfo,
    /// Asks the introspection endpoint [RFC7662 §2].
    Introspect,
    /// Presents the refresh token [RFC6749 §6].
    Refresh,
    /// Revokes the access token [RFC7009 §2].
    Revoke,
    /// Signs out [OpenID Connect RP-Initiated Logout 1.0 §2].
    Logout,
}

/// What has to come of a step.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Expectation {
    /// The name of the step; the last one of that name counts.
    pub step: String,
    /// The status of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// `error` of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Members of the JSON answer by JSON pointer [RFC6901]; `null` asks that there is none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub json: BTreeMap<String, Value>,
    /// Claims of the ID token by name; `null` asks that there is none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub id_token: BTreeMap<String, Value>,
    /// Checks of the client by name, and whether they hold.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub checks: BTreeMap<String, bool>,
}

/// Why a file is no flow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {rule}")]
pub struct Misfit {
    /// The place in the file.
    pub path: String,
    /// The rule it breaks.
    pub rule: String,
}

impl Flow {
    /// Reads a file.
    ///
    /// # Errors
    /// What does not fit, and where.
    pub fn read(text: &str) -> Result<Self, Misfit> {
        let mut json = serde_json::Deserializer::from_str(text);
        serde_path_to_error::deserialize(&mut json)
            .map_err(|error| Misfit { path: error.path().to_string(), rule: error.inner().to_string() })
    }

    /// Puts the variables of the environment in the place of their names.
    ///
    /// # Errors
    /// The name of a variable that is not set.
    pub fn resolve(&mut self, variable: impl Fn(&str) -> Option<String>) -> Result<(), Misfit> {
        for secret in self.secrets_mut() {
            if let Secret::Env(Env { env }) = secret {
                let value = variable(env).ok_or_else(|| Misfit {
                    path: env.clone(),
                    rule: "this variable of the environment is not set".to_owned(),
                })?;
                *secret = Secret::Text(value);
            }
        }
        Ok(())
    }

    /// The same without any secret in clear: what may be kept and handed on.
    #[must_use]
    pub fn without_secrets(&self) -> Self {
        let mut bare = self.clone();
        bare.client.client_secret = None;
        let gone = |secret: &mut Secret| *secret = Secret::Env(Env { env: "REMOVED".to_owned() });
        match &mut bare.grant {
            Grant::AuthorizationCode(grant) => grant.person = None,
            Grant::ClientCredentials {} => {}
            Grant::RefreshToken { refresh_token } => gone(refresh_token),
            Grant::PreAuthorizedCode(grant) => {
                grant.code = None;
                grant.tx_code = None;
                if let Some(preauthorize) = &mut grant.preauthorize {
                    gone(&mut preauthorize.client_secret);
                }
            }
            Grant::TokenExchange(grant) => gone(&mut grant.subject_token),
            Grant::FederatedConnectionAccessToken(grant) => {
                grant.person = None;
                grant.exchange_client.client_secret = None;
            }
            Grant::AuthExchange { external_access_token, .. } => gone(external_access_token),
        }
        bare
    }

    pub(crate) fn secrets_mut(&mut self) -> Vec<&mut Secret> {
        let mut all: Vec<&mut Secret> = self.client.client_secret.iter_mut().collect();
        match &mut self.grant {
            Grant::AuthorizationCode(grant) => {
                all.extend(grant.person.iter_mut().map(|person| &mut person.password));
            }
            Grant::ClientCredentials {} => {}
            Grant::RefreshToken { refresh_token } => all.push(refresh_token),
            Grant::PreAuthorizedCode(grant) => {
                all.extend(grant.code.iter_mut());
                all.extend(grant.tx_code.iter_mut());
                all.extend(grant.preauthorize.iter_mut().map(|own| &mut own.client_secret));
            }
            Grant::TokenExchange(grant) => all.push(&mut grant.subject_token),
            Grant::FederatedConnectionAccessToken(grant) => {
                all.extend(grant.person.iter_mut().map(|person| &mut person.password));
                all.extend(grant.exchange_client.client_secret.iter_mut());
            }
            Grant::AuthExchange { external_access_token, .. } => all.push(external_access_token),
        }
        all
    }

    /// The schema of the file, as it is published.
    pub fn published_schema() -> String {
        let schema = schemars::schema_for!(Self);
        let mut text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
        text.push('\n');
        text
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    #[test]
    fn published_schema_is_that_of_the_types() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/flow.schema.json");
        let generated = Flow::published_schema();
        if option_env!("ANTEROOM_UPDATE_BINDINGS").is_some() {
            fs::write(&path, &generated).expect("write the schema");
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == generated, "docs/flow.schema.json is out of date: run `make gen`");
    }

    #[test]
    fn a_file_that_does_not_fit_is_refused_with_the_path_inside_it() {
        for (text, path) in [
            (r#"{"name":"x","client":{"clientId":1}}"#, "client.clientId"),
            (r#"{"name":"x","client":{"clientId":"a"},"grant":{"grantType":"password"}}"#, "grant"),
            (
                r#"{"name":"x","client":{"clientId":"a"},"grant":{"grantType":"client_credentials"},"then":["x"]}"#,
                "then[0]",
            ),
        ] {
            let misfit = Flow::read(text).unwrap_err();
            assert!(misfit.path.starts_with(path), "{misfit}");
        }
    }

    #[test]
    fn a_variable_of_the_environment_takes_the_place_of_a_secret() {
        let text = r#"{"name":"x","client":{"clientId":"a","clientSecret":{"env":"S"}},"grant":{"grantType":"client_credentials"}}"#;
        let mut flow = Flow::read(text).unwrap();
        assert_eq!(flow.clone().resolve(|_| None).unwrap_err().path, "S");
        flow.resolve(|name| Some(format!("value of {name}"))).unwrap();
        assert_eq!(flow.client.client_secret.as_ref().unwrap().expose(), "value of S");
        let debug = format!("{flow:?}");
        assert!(!debug.contains("value of S"), "{debug}");
        assert!(!serde_json::to_string(&flow.without_secrets()).unwrap().contains("value of S"));
    }
}
