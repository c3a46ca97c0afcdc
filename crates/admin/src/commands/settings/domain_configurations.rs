//! `DomainConfiguration`: which client's identity provider signs in the people of an e-mail domain.

use anteroom_engine::id::Id;
use anteroom_engine::model::{Client, Project, project};
use anteroom_engine::stop::{Outcome, invalid};
use anteroom_engine::store::Tx;
use anteroom_sentence::sentence;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::text;

/// People with an e-mail address in this domain sign in at the identity provider of this client.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DomainConfiguration {
    /// The domain; kept in lower case. One project of the server has it.
    pub domain: String,
    /// `client_id` of the client whose provider it is.
    pub client: String,
    /// Where `returnTo` of a sign-in may lead, character for character.
    #[serde(default)]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub allowed_post_login_redirect_urls: Vec<String>,
}

/// As they are stored.
pub(super) fn shown(stored: &[project::DomainConfiguration]) -> Vec<DomainConfiguration> {
    let one = |stored: &project::DomainConfiguration| DomainConfiguration {
        domain: stored.domain.clone(),
        client: stored.client.to_string(),
        allowed_post_login_redirect_urls: stored.allowed_post_login_redirect_urls.clone(),
    };
    stored.iter().map(one).collect()
}

/// As they are to be stored: lower case, without empty addresses.
///
/// Refused: a client that the project does not have. The domains and addresses themselves are checked where they are saved.
pub(super) fn wanted(
    tx: &dyn Tx,
    project: Id<Project>,
    asked: &[DomainConfiguration],
) -> Outcome<Vec<project::DomainConfiguration>> {
    let one = |asked: &DomainConfiguration| {
        let client = match Client::parse_client_id(&asked.client) {
            Some(id) => tx.client(id)?.filter(|client| client.project == project),
            None => None,
        };
        let Some(client) = client else {
            let message = sentence!(
                "{domain}: there is no client application with the id {client:?}.",
                domain = &asked.domain,
                client = &asked.client
            );
            return invalid("domainConfigurations", message);
        };
        Ok(project::DomainConfiguration {
            domain: asked.domain.trim().to_lowercase(),
            client: client.id,
            allowed_post_login_redirect_urls: asked
                .allowed_post_login_redirect_urls
                .iter()
                .filter_map(|url| text::filled(url))
                .collect(),
        })
    };
    asked.iter().map(one).collect()
}
