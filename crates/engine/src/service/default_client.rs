//! The client that stands in where a login names none.
//!
//! Every token has a client. Medplum's `/auth/login` may be called without one; then the tokens are for this one, which a
//! project gets with its first such login. It is of type `medplum`, has no secret and no redirect URI, needs PKCE, and is
//! on the list of clients like any other: switched off, logins without a client are refused.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::cx::Cx;
use crate::engine::Engine;
use crate::entropy;
use crate::id::Id;
use crate::model::client::{ClientSettings, ClientStatus, ClientType};
use crate::model::{Client, Project};
use crate::service::clients::{self, NewClient};
use crate::stop::Outcome;
use crate::store::{StoreResult, Tx};
use crate::timestamp::Timestamp;

const NAME: &str = "Sign-in without a client";

/// Its id: made from the project's, so that two first logins make one client.
pub fn id(project: Id<Project>) -> Id<Client> {
    let mut hash = Sha256::new();
    hash.update(b"default client\0");
    hash.update(project.as_bytes());
    let digest: [u8; 32] = hash.finalize().into();
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest).for_each(|(own, byte)| *own = byte);
    Id::from_uuid(entropy::uuid_from(bytes))
}

/// The client of a project as it is, or as it would be made.
pub fn look(tx: &dyn Tx, project: Id<Project>, now: Timestamp) -> StoreResult<Arc<Client>> {
    if let Some(client) = tx.client(id(project))? {
        return Ok(client);
    }
    Ok(Arc::new(Client {
        id: id(project),
        project,
        name: NAME.to_owned(),
        client_type: ClientType::Medplum,
        status: ClientStatus::Active,
        secret: None,
        retiring_secret: None,
        settings: ClientSettings::default(),
        provider_secret: None,
        created_at: now,
        updated_at: now,
        version: 1,
    }))
}

/// The client of a project, made if it is not there. For people who have proved who they are.
pub fn take(cx: &mut Cx<'_>, engine: &Engine, project: Id<Project>) -> Outcome<Arc<Client>> {
    if let Some(client) = cx.tx.client(id(project))? {
        return Ok(client);
    }
    let new = NewClient { id: Some(id(project)), ..NewClient::named(project, NAME, ClientType::Medplum) };
    Ok(Arc::new(clients::create(cx, engine, new)?))
}
