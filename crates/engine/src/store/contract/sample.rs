//! Rows to begin with: a project with a client and its membership, a policy, and people.

use anteroom_oauth::secret::{ClientSecret, Digest, Secret};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::id::Id;
use crate::model::client::{ClientSettings, ClientStatus, ClientType, StoredSecret};
use crate::model::login::AuthMethod;
use crate::model::membership::{Principal, ProfileRef, ProfileType};
use crate::model::pre_authorized_code::{HandOver, Phone};
use crate::model::project::{Dialect, ProjectSettings};
use crate::model::{AccessPolicy, Client, Login, Membership, PreAuthorizedCode, Profile, Project, User};
use crate::store::{Store, StoreResult, write};
use crate::timestamp::Timestamp;

/// "Now" of the contract.
pub const NOW: Timestamp = Timestamp::from_seconds(1_778_962_500);

/// The id with this number.
pub fn id<K>(number: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(number))
}

/// The project most tests use.
pub fn project() -> Project {
    Project {
        id: id(1),
        name: "Riverside".to_owned(),
        dialect: Dialect::Rfc,
        settings: ProjectSettings::default(),
        created_at: NOW,
    }
}

/// A client of [`project`] without a secret.
pub fn client(number: u128, name: &str) -> Client {
    Client {
        id: id(number),
        project: id(1),
        name: name.to_owned(),
        client_type: ClientType::Public,
        status: ClientStatus::Active,
        secret: None,
        retiring_secret: None,
        settings: ClientSettings::default(),
        provider_secret: None,
        created_at: NOW,
        updated_at: NOW,
        version: 1,
    }
}

/// A stored client secret.
pub fn secret(text: &str) -> StoredSecret {
    StoredSecret {
        digest: Secret::<ClientSecret>::new(text.to_owned()).digest(),
        created_at: NOW,
        expires_at: None,
    }
}

/// A client's own membership.
pub fn membership_of(number: u128, client: &Client) -> Membership {
    Membership {
        id: id(number),
        project: client.project,
        principal: Principal::Client(client.id),
        profile: ProfileRef {
            resource_type: ProfileType::ClientApplication,
            id: Id::from_uuid(client.id.uuid()),
        },
        display: client.name.clone(),
        admin: false,
        desk: false,
        active: true,
        external_id: None,
        access_policy: None,
        access: Vec::new(),
        created_at: NOW,
    }
}

/// A policy of [`project`].
pub fn access_policy(number: u128, name: &str) -> AccessPolicy {
    AccessPolicy {
        id: id(number),
        project: id(1),
        name: name.to_owned(),
        ip_access_rule: Vec::new(),
        rest: Map::new(),
        created_at: NOW,
    }
}

/// A person: account, profile and membership share a number.
#[derive(Debug, Clone)]
pub struct Person {
    /// Account.
    pub user: User,
    /// Profile.
    pub profile: Profile,
    /// Membership.
    pub membership: Membership,
}

/// A patient of [`project`] with this given and family name.
pub fn person(number: u128, given: &str, family: &str) -> Person {
    let reference = ProfileRef { resource_type: ProfileType::Patient, id: id(number) };
    let resource = object(json!({"name": [{"given": [given], "family": family}]}));
    let profile = Profile { reference, project: id(1), resource, created_at: NOW };
    let user = User {
        id: id(number),
        project: id(1),
        email: None,
        email_verified: false,
        password: None,
        created_at: NOW,
    };
    let membership = Membership {
        id: id(number),
        project: id(1),
        principal: Principal::User(user.id),
        profile: reference,
        display: profile.display(),
        admin: false,
        desk: false,
        active: true,
        external_id: None,
        access_policy: None,
        access: Vec::new(),
        created_at: NOW,
    };
    Person { user, profile, membership }
}

/// The members of a JSON object.
pub fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// Writes people.
pub fn write_people(store: &dyn Store, people: Vec<Person>) -> StoreResult<()> {
    write(store, move |tx| {
        for Person { user, profile, membership } in &people {
            tx.insert_user(user)?;
            tx.insert_profile(profile)?;
            tx.insert_membership(membership)?;
        }
        Ok(())
    })
}

/// Writes [`project`], its client 10 "Portal" with membership 11, and the person 20 "Pat Doe".
pub fn write_project(store: &dyn Store) -> StoreResult<()> {
    write(store, |tx| {
        let portal = client(10, "Portal");
        tx.insert_project(&project())?;
        tx.insert_client(&portal)?;
        tx.insert_membership(&membership_of(11, &portal))
    })?;
    write_people(store, vec![person(20, "Pat", "Doe")])
}

/// A login of Pat Doe at "Portal", good for an hour.
pub fn login(number: u128) -> Login {
    Login {
        id: id(number),
        project: id(1),
        client: id(10),
        membership: id(20),
        auth_method: AuthMethod::PreAuthorized,
        auth_time: NOW,
        scope: "openid".to_owned(),
        remote_address: None,
        expires_at: NOW + 3_600,
        revoked_at: None,
        pre_authorized_code: None,
        audience: None,
        launch: None,
    }
}

/// A code for Pat Doe at "Portal", good for an hour, issued by the client. Its digest is made from its number.
pub fn code(number: u128) -> PreAuthorizedCode {
    PreAuthorizedCode {
        id: id(number),
        project: id(1),
        client: id(10),
        membership: id(20),
        digest: code_digest(number),
        typed_digest: None,
        tx_code: None,
        scope: "openid".to_owned(),
        nonce: "n".to_owned(),
        hand_over: HandOver::Waiting,
        language: None,
        phone: Phone::Own,
        issued_by: id(11),
        issued_at: NOW,
        expires_at: NOW + 3_600,
        opened_at: None,
        redeemed_at: None,
        login: None,
        ended: None,
        wrong_tx_codes: 0,
        refused: 0,
    }
}

/// The digest of code `number`.
pub fn code_digest<K: anteroom_oauth::secret::Kind>(number: u128) -> Digest<K> {
    Secret::new(format!("code {number}")).digest()
}
