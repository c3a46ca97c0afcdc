//! Auth0's Management API, `/api/v2`: clients, resource servers, client grants, connections, connected accounts
//! and logs of the caller's project.
//!
//! Called with an access token for `<issuer>api/v2/` that a client got for itself. What the token allows is asked again on
//! every call: a scope that was taken from the client's grant since is not there any more.
//!
//! Beyond Auth0: nobody can give away rights over this API that they do not have (in a client grant, or by setting the secret
//! of a client that has more).
//!
//! # Not supported
//! Tokens of people, organizations, and members of the resources that would promise a check this server does not make; those
//! are refused with `operation_not_supported`.

mod client;
mod client_grants;
mod clients;
mod connections;
mod guard;
mod logs;
mod page;
mod payload;
mod resource_servers;
mod trouble;
mod users;

use std::sync::{Arc, OnceLock};

use anteroom_oauth::form::Form;
use anteroom_oauth::secret::{AccessToken, Secret};
use anteroom_sentence::Sentence;
use serde_json::Value;

pub use self::guard::Caller;
pub use self::trouble::Trouble;
use self::trouble::{Halt, Said};
use crate::cx::{Cx, Origin};
use crate::engine::Engine;
use crate::issuer::Issuer;
use crate::stop::{Outcome, Stop, invalid};
use crate::store::Tx;

/// The methods of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates.
    Post,
    /// Changes.
    Patch,
    /// Deletes.
    Delete,
}

/// What a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// `/clients`
    Clients,
    /// `/clients/{id}`
    Client,
    /// `/clients/{id}/rotate-secret`
    RotateSecret,
    /// `/resource-servers`
    ResourceServers,
    /// `/resource-servers/{id}`
    ResourceServer,
    /// `/client-grants`
    ClientGrants,
    /// `/client-grants/{id}`
    ClientGrant,
    /// `/connections`
    Connections,
    /// `/connections/{id}`
    Connection,
    /// `/connections/{id}/clients`
    ConnectionClients,
    /// `/users/{id}/connected-accounts`
    UserConnectedAccounts,
    /// `/logs`
    Logs,
    /// `/logs/{id}`
    Log,
}

/// A request, read but not yet believed.
pub struct Request {
    /// Method.
    pub method: Method,
    /// What the path names.
    pub resource: Resource,
    /// The id in the path, decoded; empty where the path has none.
    pub id: String,
    /// The query.
    pub query: Form,
    /// The body, if it could be read as JSON.
    pub body: Option<Value>,
    /// The token of the `Authorization` header.
    pub token: Option<Secret<AccessToken>>,
}

/// The answer to what went well.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// JSON; none for 204.
    pub body: Option<Value>,
}

impl Answer {
    const fn ok(body: Value) -> Self {
        Self { status: 200, body: Some(body) }
    }

    const fn created(body: Value) -> Self {
        Self { status: 201, body: Some(body) }
    }

    const fn nothing() -> Self {
        Self { status: 204, body: None }
    }
}

/// What a handler knows of its request.
struct Call<'a> {
    engine: &'a Engine,
    issuer: &'a Issuer,
    caller: &'a Caller,
    request: &'a Request,
}

impl Call<'_> {
    /// The body, which must be there.
    fn body(&self) -> Said<&Value> {
        self.request.body.as_ref().ok_or_else(|| payload::wrong("Invalid JSON"))
    }
}

/// Answers a request.
///
/// # Errors
/// A fault of ours; everything else is a [`Trouble`] in the words of Auth0.
pub async fn respond(
    engine: &Arc<Engine>,
    origin: Origin,
    request: Request,
) -> Outcome<Result<Answer, Trouble>> {
    if request.method == Method::Get {
        return read(engine, &origin, &request);
    }
    let slot = Arc::new(OnceLock::new());
    let (inner, said) = (Arc::clone(engine), Arc::clone(&slot));
    let issuer = origin.issuer.clone();
    let outcome = engine
        .transact(origin, move |cx| {
            let caller = guard::caller_of_write(cx, &inner, request.token.as_ref());
            let answer = caller.and_then(|caller| {
                let call = Call { engine: &inner, issuer: &issuer, caller: &caller, request: &request };
                write(&call, cx)
            });
            match answer {
                Ok(answer) => Ok(answer),
                Err(Halt::Stop(stop)) => Err(stop),
                Err(Halt::Trouble(trouble)) => {
                    let refusal = trouble.refusal;
                    let _ = said.set(trouble);
                    match refusal {
                        // A caller without the right is written down; a value that does not fit is not.
                        Some(refusal) => Err(Stop::refused(refusal)),
                        None => invalid("body", Sentence::english("not written")),
                    }
                }
            }
        })
        .await;
    match (outcome, slot.get()) {
        (Ok(answer), _) => Ok(Ok(answer)),
        (Err(Stop::Unfit(_) | Stop::Refused(_)), Some(trouble)) => Ok(Err(trouble.clone())),
        (Err(stop), _) => Err(stop),
    }
}

fn read(engine: &Engine, origin: &Origin, request: &Request) -> Outcome<Result<Answer, Trouble>> {
    engine.read_for(origin, |tx, now, trace| {
        let caller = guard::caller(tx, trace, engine, origin, request.token.as_ref(), now);
        let answer = caller.and_then(|caller| {
            let call = Call { engine, issuer: &origin.issuer, caller: &caller, request };
            get(&call, tx)
        });
        match answer {
            Ok(answer) => Ok(Ok(answer)),
            Err(Halt::Trouble(trouble)) => Ok(Err(trouble)),
            Err(Halt::Stop(stop)) => Err(stop),
        }
    })
}

fn get(call: &Call<'_>, tx: &dyn Tx) -> Said<Answer> {
    match call.request.resource {
        Resource::Clients => clients::list(call, tx),
        Resource::Client => clients::get(call, tx),
        Resource::ResourceServers => resource_servers::list(call, tx),
        Resource::ResourceServer => resource_servers::get(call, tx),
        Resource::ClientGrants => client_grants::list(call, tx),
        Resource::ClientGrant => client_grants::get(call, tx),
        Resource::Connections => connections::list(call, tx),
        Resource::Connection => connections::get(call, tx),
        Resource::ConnectionClients => connections::clients(call, tx),
        Resource::UserConnectedAccounts => users::connected_accounts(call, tx),
        Resource::Logs => logs::list(call, tx),
        Resource::Log => logs::get(call, tx),
        Resource::RotateSecret => Err(trouble::not_allowed()),
    }
}

fn write(call: &Call<'_>, cx: &mut Cx<'_>) -> Said<Answer> {
    match (call.request.resource, call.request.method) {
        (Resource::Clients, Method::Post) => clients::create(call, cx),
        (Resource::Client, Method::Patch) => clients::update(call, cx),
        (Resource::Client, Method::Delete) => clients::delete(call, cx),
        (Resource::RotateSecret, Method::Post) => clients::rotate_secret(call, cx),
        (Resource::ResourceServers, Method::Post) => resource_servers::create(call, cx),
        (Resource::ResourceServer, Method::Patch) => resource_servers::update(call, cx),
        (Resource::ResourceServer, Method::Delete) => resource_servers::delete(call, cx),
        (Resource::ClientGrants, Method::Post) => client_grants::create(call, cx),
        (Resource::ClientGrant, Method::Patch) => client_grants::update(call, cx),
        (Resource::ClientGrant, Method::Delete) => client_grants::delete(call, cx),
        (Resource::Connections, Method::Post) => connections::create(call, cx),
        (Resource::Connection, Method::Patch) => connections::update(call, cx),
        (Resource::Connection, Method::Delete) => connections::delete(call, cx),
        (Resource::ConnectionClients, Method::Patch) => connections::set_clients(call, cx),
        _ => Err(trouble::not_allowed()),
    }
}
