//! Resource servers, client grants and connections.

use serde_json::json;

use crate::model::client::auth0::{AppType, Auth0Application};
use crate::model::client_grant::{ApiRef, ClientGrant, SubjectType};
use crate::model::resource_server::{ApiScope, ResourceServer, ResourceServerSettings, SystemApi};
use crate::model::{Client, Connection};
use crate::seal::Sealed;
use crate::store::contract::read;
use crate::store::contract::sample::{NOW, client, id, login, object, project, write_project};
use crate::store::{ClientGrantFilter, Store, StoreError, StoreResult, write};

const IDENTIFIER: &str = "https://my-api.example.com";

fn api(number: u128, identifier: &str) -> ResourceServer {
    ResourceServer {
        // The first twelve bytes are what the wire shows.
        id: id(number << 64),
        project: id(1),
        identifier: identifier.to_owned(),
        name: Some("My API".to_owned()),
        scopes: vec![ApiScope { value: "read:calendar".to_owned(), description: Some("Read".to_owned()) }],
        settings: ResourceServerSettings::default(),
        signing_secret: None,
        created_at: NOW,
        updated_at: NOW,
    }
}

fn grant(number: u128, api: ApiRef) -> ClientGrant {
    ClientGrant {
        id: id(number),
        project: id(1),
        client: id(10),
        api,
        subject_type: SubjectType::User,
        scope: vec!["read:calendar".to_owned()],
        allow_all_scopes: false,
        rest: object(json!({"organization_usage": "deny"})),
        created_at: NOW,
    }
}

fn connection(number: u128, name: &str) -> Connection {
    Connection {
        id: id(number),
        project: id(1),
        name: name.to_owned(),
        strategy: "oidc".to_owned(),
        display_name: None,
        options: object(json!({"client_id": "us", "scope": "openid offline_access"})),
        client_secret: Some(Sealed(vec![1, 2, 3])),
        authentication: true,
        connected_accounts: true,
        rest: object(json!({"metadata": {"a": "b"}})),
        created_at: NOW,
        updated_at: NOW,
    }
}

/// Every column; found by id, by the id on the wire and by identifier, in their project.
pub fn apis_come_back_as_they_were(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let mut row = api(40, IDENTIFIER);
    row.settings.rest = object(json!({"consent_policy": null}));
    row.signing_secret = Some(Sealed(vec![9]));
    let mut other = project();
    other.id = id(2);
    let rows = (row.clone(), api(41, "urn:other"));
    write(store, move |tx| {
        tx.insert_project(&other)?;
        tx.insert_resource_server(&rows.0)?;
        tx.insert_resource_server(&rows.1)
    })?;
    assert_eq!(read(store, |tx| tx.resource_server(row.id))?.as_ref(), Some(&row));
    let short = ResourceServer::parse_short_id(&row.short_id()).expect("its own");
    assert_eq!(read(store, |tx| tx.resource_server_by_short_id(id(1), &short))?.as_ref(), Some(&row));
    assert!(read(store, |tx| tx.resource_server_by_short_id(id(2), &short))?.is_none(), "another project");
    let named = |project, text: &'static str| {
        read(store, move |tx| tx.resource_server_by_identifier(id(project), text))
    };
    assert_eq!(named(1, IDENTIFIER)?.as_ref(), Some(&row));
    assert!(named(1, "https://my-api.example.com/")?.is_none(), "byte by byte");
    assert!(named(2, IDENTIFIER)?.is_none(), "another project");

    row.name = None;
    row.scopes.clear();
    row.signing_secret = None;
    row.updated_at = NOW + 1;
    let changed = row.clone();
    write(store, move |tx| tx.update_resource_server(&changed))?;
    assert_eq!(read(store, |tx| tx.list_resource_servers(id(1)))?, [row, api(41, "urn:other")]);
    Ok(())
}

/// Identifiers are taken once in a project; two grants for one API and type are one too many.
pub fn apis_and_grants_are_taken_once(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let again = write(store, |tx| {
        tx.insert_resource_server(&api(40, IDENTIFIER))?;
        tx.insert_resource_server(&api(41, IDENTIFIER))
    });
    assert!(matches!(again, Err(StoreError::Exists("identifier of an API"))), "{again:?}");
    write(store, |tx| {
        tx.insert_resource_server(&api(40, IDENTIFIER))?;
        tx.insert_client_grant(&grant(50, ApiRef::Own(api(40, "").id)))?;
        tx.insert_client_grant(&grant(51, ApiRef::System(SystemApi::MyAccount)))
    })?;
    for api in [ApiRef::Own(api(40, "").id), ApiRef::System(SystemApi::MyAccount)] {
        let again = write(store, move |tx| tx.insert_client_grant(&grant(52, api)));
        assert!(matches!(again, Err(StoreError::Exists("client grant"))), "{again:?}");
    }
    let twice = write(store, |tx| {
        tx.insert_connection(&connection(60, "acme-idp"))?;
        tx.insert_connection(&connection(61, "acme-idp"))
    });
    assert!(matches!(twice, Err(StoreError::Exists("name of a connection"))), "{twice:?}");
    Ok(())
}

/// Grants are found by what they are for, and go with their API and their client.
pub fn client_grants_are_found_and_go_with_their_api(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let own = ApiRef::Own(api(40, "").id);
    let system = ApiRef::System(SystemApi::MyAccount);
    write(store, move |tx| {
        tx.insert_resource_server(&api(40, IDENTIFIER))?;
        tx.insert_client_grant(&grant(50, own))?;
        tx.insert_client_grant(&grant(51, system))
    })?;
    assert_eq!(read(store, |tx| tx.client_grant(id(50)))?, Some(grant(50, own)));
    let of = |api, subject_type| read(store, move |tx| tx.client_grant_for(id(10), api, subject_type));
    assert_eq!(of(own, SubjectType::User)?, Some(grant(50, own)));
    assert_eq!(of(own, SubjectType::Client)?, None);
    assert_eq!(of(system, SubjectType::User)?, Some(grant(51, system)));
    let listed = |filter: ClientGrantFilter| read(store, move |tx| tx.list_client_grants(id(1), &filter));
    assert_eq!(listed(ClientGrantFilter::default())?.len(), 2);
    assert_eq!(
        listed(ClientGrantFilter { api: Some(system), ..ClientGrantFilter::default() })?,
        [grant(51, system)]
    );
    let nobody = ClientGrantFilter { client: Some(id(11)), ..ClientGrantFilter::default() };
    assert_eq!(listed(nobody)?, []);

    let mut changed = grant(50, own);
    changed.scope.clear();
    changed.allow_all_scopes = true;
    let row = changed.clone();
    write(store, move |tx| tx.update_client_grant(&row))?;
    assert_eq!(read(store, |tx| tx.client_grant(id(50)))?, Some(changed));
    write(store, |tx| tx.delete_resource_server(api(40, "").id))?;
    assert_eq!(listed(ClientGrantFilter::default())?, [grant(51, system)], "it went with its API");
    write(store, |tx| tx.delete_client_grant(id(51)))?;
    assert_eq!(listed(ClientGrantFilter::default())?, []);
    Ok(())
}

/// Connections, and who may use them.
pub fn connections_know_their_clients(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    write(store, |tx| {
        tx.insert_connection(&connection(60, "acme-idp"))?;
        tx.set_connection_client(id(60), id(10), true)?;
        tx.set_connection_client(id(60), id(10), true)
    })?;
    assert_eq!(read(store, |tx| tx.connection(id(60)))?, Some(connection(60, "acme-idp")));
    assert_eq!(read(store, |tx| tx.connection_by_name(id(1), "acme-idp"))?, Some(connection(60, "acme-idp")));
    assert!(read(store, |tx| tx.connection_by_name(id(2), "acme-idp"))?.is_none(), "another project");
    assert_eq!(read(store, |tx| tx.connection_clients(id(60)))?, [id(10)]);
    assert!(read(store, |tx| tx.connection_enabled(id(60), id(10)))?);

    let mut changed = connection(60, "acme-idp");
    changed.client_secret = None;
    changed.connected_accounts = false;
    changed.options.clear();
    let row = changed.clone();
    write(store, move |tx| {
        tx.update_connection(&row)?;
        tx.set_connection_client(id(60), id(10), false)
    })?;
    assert_eq!(read(store, |tx| tx.list_connections(id(1)))?, [changed]);
    assert!(!read(store, |tx| tx.connection_enabled(id(60), id(10)))?);
    write(store, |tx| {
        tx.set_connection_client(id(60), id(10), true)?;
        tx.delete_connection(id(60))
    })?;
    assert!(read(store, |tx| tx.connection_clients(id(60)))?.is_empty());
    Ok(())
}

/// Custom API Clients are found by the API they act for, newest first; and what is for an API remembers it.
pub fn custom_api_clients_are_found_by_their_api(store: &dyn Store) -> StoreResult<()> {
    write_project(store)?;
    let linked = |number: u128, at: u32| {
        let mut row: Client = client(number, "Custom API Client");
        row.created_at = NOW + at;
        row.settings.auth0 = Some(Box::new(Auth0Application {
            app_type: Some(AppType::ResourceServer),
            resource_server_identifier: Some(IDENTIFIER.to_owned()),
            ..Auth0Application::default()
        }));
        row
    };
    let mut session = login(70);
    session.audience = Some(IDENTIFIER.to_owned());
    let row = session.clone();
    write(store, move |tx| {
        tx.insert_client(&linked(11, 0))?;
        tx.insert_client(&linked(12, 1))?;
        tx.insert_login(&row)
    })?;
    let ids: Vec<_> = read(store, |tx| tx.clients_of_resource_server(id(1), IDENTIFIER))?
        .iter()
        .map(|client| client.id)
        .collect();
    assert_eq!(ids, [id(12), id(11)]);
    assert!(read(store, |tx| tx.clients_of_resource_server(id(2), IDENTIFIER))?.is_empty());
    assert!(read(store, |tx| tx.clients_of_resource_server(id(1), "urn:other"))?.is_empty());
    assert_eq!(read(store, |tx| tx.live_login(id(70)))?.map(|live| live.login), Some(session));
    Ok(())
}
