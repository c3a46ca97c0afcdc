//! Every route, in one table.
//!
//! # To add an endpoint
//! A file named after it, a variant of [`Endpoint`], a line in [`ROUTES`] and its row in `tests/oauth/routes.rs`, which
//! fails while a route has none.

use std::sync::Arc;

use anteroom_engine::Engine;
use anteroom_engine::endpoint::management::{Resource, Trouble};
use anteroom_engine::issuer::Issuer;
use anteroom_engine::service::rates::Class;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use axum::routing::any;

use crate::admin_projects::Part;
use crate::auth::{self, Auth};
use crate::call::Call;
use crate::connected_accounts;
pub use crate::cors::Readers;
use crate::edge::{Edge, Shared};
use crate::landing::trust::{self, Trust};
use crate::respond::{self, Family};
use crate::{
    admin_projects, authorize, cors, discovery, exchange, external, fhir, healthcheck, interaction,
    introspect, jwks, landing, logout, management, page, preauthorize, rates, revoke, set_password, token,
    userinfo,
};

/// What answers a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Authorize,
    Interaction,
    Introspect,
    Revoke,
    Logout,
    Token,
    TokenAtAuth0,
    RevokeAtAuth0,
    Management(Resource),
    Userinfo,
    Exchange,
    External,
    Preauthorize,
    Auth(Auth),
    AuthorizationServerMetadata,
    ProtectedResourceMetadata,
    Jwks,
    SmartConfiguration,
    Fhir,
    AdminProjects(admin_projects::Part),
    ConnectedAccounts(connected_accounts::Part),
    ConnectTicket,
    LoginCallback,
    Healthcheck,
    SetPassword,
    LandingTyped,
    LandingLink,
    LandingOffer,
    LandingTrust(trust::Part),
}

/// A line of the table.
#[derive(Debug)]
pub struct Route {
    /// The path, in axum's notation.
    pub path: &'static str,
    /// The methods, as `Allow` names them.
    pub methods: &'static str,
    /// Which pages of other origins may read the answers.
    pub readers: Readers,
    endpoint: Endpoint,
}

const fn route(methods: &'static str, path: &'static str, readers: Readers, endpoint: Endpoint) -> Route {
    Route { path, methods, readers, endpoint }
}

/// Programs with tokens of their own call it, no pages.
const fn management(methods: &'static str, path: &'static str, resource: Resource) -> Route {
    route(methods, path, Readers::Nobody, Endpoint::Management(resource))
}

/// A collection of the Management API, and one of its resources.
const LIST: &str = "GET, HEAD, POST";
const ONE: &str = "GET, HEAD, PATCH, DELETE";
const READ: &str = "GET, HEAD, OPTIONS";
const POST: &str = "POST, OPTIONS";
const BOTH: &str = "GET, HEAD, POST, OPTIONS";
/// One resource.
const RESOURCE: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
const MEMBER: &str = "GET, HEAD, POST, DELETE, OPTIONS";
/// Pages answer no preflight.
const PAGE: &str = "GET, HEAD, POST";
/// Pages without a form, and what they link to.
const LOOK: &str = "GET, HEAD";

/// Every route. Medplum's are there twice, as Medplum has them.
pub const ROUTES: &[Route] = &[
    route(PAGE, "/oauth2/authorize", Readers::Nobody, Endpoint::Authorize),
    route(PAGE, "/api/oauth2/authorize", Readers::Nobody, Endpoint::Authorize),
    route(PAGE, "/oauth2/interaction/{id}", Readers::Nobody, Endpoint::Interaction),
    route(POST, "/oauth2/token", Readers::Registered, Endpoint::Token),
    route(POST, "/api/oauth2/token", Readers::Registered, Endpoint::Token),
    route(PAGE, "/authorize", Readers::Nobody, Endpoint::Authorize),
    route(POST, "/oauth/token", Readers::Registered, Endpoint::TokenAtAuth0),
    route(POST, "/oauth/revoke", Readers::Registered, Endpoint::RevokeAtAuth0),
    route(BOTH, "/userinfo", Readers::Registered, Endpoint::Userinfo),
    route(BOTH, "/v2/logout", Readers::Registered, Endpoint::Logout),
    management(LIST, "/api/v2/clients", Resource::Clients),
    management(ONE, "/api/v2/clients/{id}", Resource::Client),
    management("POST", "/api/v2/clients/{id}/rotate-secret", Resource::RotateSecret),
    management(LIST, "/api/v2/resource-servers", Resource::ResourceServers),
    management(ONE, "/api/v2/resource-servers/{id}", Resource::ResourceServer),
    management(LIST, "/api/v2/client-grants", Resource::ClientGrants),
    management(ONE, "/api/v2/client-grants/{id}", Resource::ClientGrant),
    management(LIST, "/api/v2/connections", Resource::Connections),
    management(ONE, "/api/v2/connections/{id}", Resource::Connection),
    management("GET, HEAD, PATCH", "/api/v2/connections/{id}/clients", Resource::ConnectionClients),
    management("GET, HEAD", "/api/v2/users/{id}/connected-accounts", Resource::UserConnectedAccounts),
    management("GET, HEAD", "/api/v2/logs", Resource::Logs),
    management("GET, HEAD", "/api/v2/logs/{id}", Resource::Log),
    route(BOTH, "/oauth2/userinfo", Readers::Registered, Endpoint::Userinfo),
    route(BOTH, "/api/oauth2/userinfo", Readers::Registered, Endpoint::Userinfo),
    route(POST, "/oauth2/introspect", Readers::Registered, Endpoint::Introspect),
    route(POST, "/api/oauth2/introspect", Readers::Registered, Endpoint::Introspect),
    route(POST, "/oauth2/revoke", Readers::Registered, Endpoint::Revoke),
    route(POST, "/api/oauth2/revoke", Readers::Registered, Endpoint::Revoke),
    route(BOTH, "/oauth2/logout", Readers::Registered, Endpoint::Logout),
    route(BOTH, "/api/oauth2/logout", Readers::Registered, Endpoint::Logout),
    route(POST, "/auth/exchange", Readers::Registered, Endpoint::Exchange),
    route(POST, "/api/auth/exchange", Readers::Registered, Endpoint::Exchange),
    route(LOOK, "/auth/external", Readers::Nobody, Endpoint::External),
    route(LOOK, "/api/auth/external", Readers::Nobody, Endpoint::External),
    route(POST, "/auth/preauthorize", Readers::Registered, Endpoint::Preauthorize),
    route(POST, "/api/auth/preauthorize", Readers::Registered, Endpoint::Preauthorize),
    route(POST, "/auth/login", Readers::Registered, Endpoint::Auth(Auth::Login)),
    route(POST, "/api/auth/login", Readers::Registered, Endpoint::Auth(Auth::Login)),
    route(READ, "/auth/login/{id}", Readers::Registered, Endpoint::Auth(Auth::Status)),
    route(READ, "/api/auth/login/{id}", Readers::Registered, Endpoint::Auth(Auth::Status)),
    route(POST, "/auth/profile", Readers::Registered, Endpoint::Auth(Auth::Profile)),
    route(POST, "/api/auth/profile", Readers::Registered, Endpoint::Auth(Auth::Profile)),
    route(POST, "/auth/scope", Readers::Registered, Endpoint::Auth(Auth::Scope)),
    route(POST, "/api/auth/scope", Readers::Registered, Endpoint::Auth(Auth::Scope)),
    route(POST, "/auth/method", Readers::Registered, Endpoint::Auth(Auth::Method)),
    route(POST, "/api/auth/method", Readers::Registered, Endpoint::Auth(Auth::Method)),
    route(READ, "/auth/clientinfo/{id}", Readers::Registered, Endpoint::Auth(Auth::ClientInfo)),
    route(READ, "/api/auth/clientinfo/{id}", Readers::Registered, Endpoint::Auth(Auth::ClientInfo)),
    route(READ, "/auth/me", Readers::Registered, Endpoint::Auth(Auth::Me)),
    route(READ, "/api/auth/me", Readers::Registered, Endpoint::Auth(Auth::Me)),
    route(POST, "/auth/revoke", Readers::Registered, Endpoint::Auth(Auth::Revoke)),
    route(POST, "/api/auth/revoke", Readers::Registered, Endpoint::Auth(Auth::Revoke)),
    route(POST, "/auth/changepassword", Readers::Registered, Endpoint::Auth(Auth::ChangePassword)),
    route(POST, "/api/auth/changepassword", Readers::Registered, Endpoint::Auth(Auth::ChangePassword)),
    route(POST, "/auth/setpassword", Readers::Registered, Endpoint::Auth(Auth::SetPassword)),
    route(POST, "/api/auth/setpassword", Readers::Registered, Endpoint::Auth(Auth::SetPassword)),
    route(PAGE, "/setpassword/{id}/{secret}", Readers::Nobody, Endpoint::SetPassword),
    route(READ, "/auth/mfa/status", Readers::Registered, Endpoint::Auth(Auth::MfaStatus)),
    route(READ, "/api/auth/mfa/status", Readers::Registered, Endpoint::Auth(Auth::MfaStatus)),
    route(POST, "/auth/mfa/enroll", Readers::Registered, Endpoint::Auth(Auth::MfaEnroll)),
    route(POST, "/api/auth/mfa/enroll", Readers::Registered, Endpoint::Auth(Auth::MfaEnroll)),
    route(POST, "/auth/mfa/disable", Readers::Registered, Endpoint::Auth(Auth::MfaDisable)),
    route(POST, "/api/auth/mfa/disable", Readers::Registered, Endpoint::Auth(Auth::MfaDisable)),
    route(POST, "/auth/mfa/verify", Readers::Registered, Endpoint::Auth(Auth::MfaVerify)),
    route(POST, "/api/auth/mfa/verify", Readers::Registered, Endpoint::Auth(Auth::MfaVerify)),
    route(POST, "/auth/mfa/login-enroll", Readers::Registered, Endpoint::Auth(Auth::MfaLoginEnroll)),
    route(POST, "/api/auth/mfa/login-enroll", Readers::Registered, Endpoint::Auth(Auth::MfaLoginEnroll)),
    route(READ, "/.well-known/openid-configuration", Readers::All, Endpoint::AuthorizationServerMetadata),
    route(READ, "/api/.well-known/openid-configuration", Readers::All, Endpoint::AuthorizationServerMetadata),
    route(
        READ,
        "/.well-known/oauth-authorization-server",
        Readers::All,
        Endpoint::AuthorizationServerMetadata,
    ),
    route(
        READ,
        "/api/.well-known/oauth-authorization-server",
        Readers::All,
        Endpoint::AuthorizationServerMetadata,
    ),
    route(
        READ,
        "/.well-known/oauth-authorization-server/{*base}",
        Readers::All,
        Endpoint::AuthorizationServerMetadata,
    ),
    route(READ, "/.well-known/oauth-protected-resource", Readers::All, Endpoint::ProtectedResourceMetadata),
    route(
        READ,
        "/api/.well-known/oauth-protected-resource",
        Readers::All,
        Endpoint::ProtectedResourceMetadata,
    ),
    route(READ, "/.well-known/jwks.json", Readers::All, Endpoint::Jwks),
    route(READ, "/api/.well-known/jwks.json", Readers::All, Endpoint::Jwks),
    route(READ, "/.well-known/smart-configuration", Readers::All, Endpoint::SmartConfiguration),
    route(READ, "/fhir/R4/.well-known/smart-configuration", Readers::All, Endpoint::SmartConfiguration),
    route(BOTH, "/fhir/R4/{resource_type}", Readers::Registered, Endpoint::Fhir),
    route(RESOURCE, "/fhir/R4/{resource_type}/{id}", Readers::Registered, Endpoint::Fhir),
    route(RESOURCE, "/fhir/R4/{resource_type}/{id}/{*deeper}", Readers::Registered, Endpoint::Fhir),
    route(
        POST,
        "/admin/projects/setpassword",
        Readers::Registered,
        Endpoint::AdminProjects(Part::SetPassword),
    ),
    route(READ, "/admin/projects/{id}", Readers::Registered, Endpoint::AdminProjects(Part::Project)),
    route(POST, "/admin/projects/{id}/client", Readers::Registered, Endpoint::AdminProjects(Part::Client)),
    route(POST, "/admin/projects/{id}/invite", Readers::Registered, Endpoint::AdminProjects(Part::Invite)),
    route(
        MEMBER,
        "/admin/projects/{id}/members/{member}",
        Readers::Registered,
        Endpoint::AdminProjects(Part::Member),
    ),
    route(
        POST,
        "/admin/projects/{id}/members/{member}/mfa/reset",
        Readers::Registered,
        Endpoint::AdminProjects(Part::ResetSecondFactor),
    ),
    route(
        POST,
        "/api/admin/projects/{id}/members/{member}/mfa/reset",
        Readers::Registered,
        Endpoint::AdminProjects(Part::ResetSecondFactor),
    ),
    route(READ, "/api/.well-known/smart-configuration", Readers::All, Endpoint::SmartConfiguration),
    route(READ, "/api/fhir/R4/.well-known/smart-configuration", Readers::All, Endpoint::SmartConfiguration),
    route(BOTH, "/api/fhir/R4/{resource_type}", Readers::Registered, Endpoint::Fhir),
    route(RESOURCE, "/api/fhir/R4/{resource_type}/{id}", Readers::Registered, Endpoint::Fhir),
    route(RESOURCE, "/api/fhir/R4/{resource_type}/{id}/{*deeper}", Readers::Registered, Endpoint::Fhir),
    route(
        POST,
        "/api/admin/projects/setpassword",
        Readers::Registered,
        Endpoint::AdminProjects(Part::SetPassword),
    ),
    route(READ, "/api/admin/projects/{id}", Readers::Registered, Endpoint::AdminProjects(Part::Project)),
    route(
        POST,
        "/api/admin/projects/{id}/client",
        Readers::Registered,
        Endpoint::AdminProjects(Part::Client),
    ),
    route(
        POST,
        "/api/admin/projects/{id}/invite",
        Readers::Registered,
        Endpoint::AdminProjects(Part::Invite),
    ),
    route(
        MEMBER,
        "/api/admin/projects/{id}/members/{member}",
        Readers::Registered,
        Endpoint::AdminProjects(Part::Member),
    ),
    route(
        POST,
        "/me/v1/connected-accounts/connect",
        Readers::Registered,
        Endpoint::ConnectedAccounts(connected_accounts::Part::Connect),
    ),
    route(
        POST,
        "/me/v1/connected-accounts/complete",
        Readers::Registered,
        Endpoint::ConnectedAccounts(connected_accounts::Part::Complete),
    ),
    route(
        READ,
        "/me/v1/connected-accounts/accounts",
        Readers::Registered,
        Endpoint::ConnectedAccounts(connected_accounts::Part::Accounts),
    ),
    route(
        "DELETE, OPTIONS",
        "/me/v1/connected-accounts/accounts/{id}",
        Readers::Registered,
        Endpoint::ConnectedAccounts(connected_accounts::Part::Account),
    ),
    route(
        READ,
        "/me/v1/connected-accounts/connections",
        Readers::Registered,
        Endpoint::ConnectedAccounts(connected_accounts::Part::Connections),
    ),
    route("GET, HEAD", "/connected-accounts/connect", Readers::Nobody, Endpoint::ConnectTicket),
    route("GET, HEAD", "/login/callback", Readers::Nobody, Endpoint::LoginCallback),
    route(READ, "/healthcheck", Readers::Nobody, Endpoint::Healthcheck),
    route(READ, "/api/healthcheck", Readers::Nobody, Endpoint::Healthcheck),
    route(PAGE, "/in", Readers::Nobody, Endpoint::LandingTyped),
    route(PAGE, "/IN", Readers::Nobody, Endpoint::LandingTyped),
    route(PAGE, "/in/{code}", Readers::Nobody, Endpoint::LandingLink),
    route(PAGE, "/IN/{code}", Readers::Nobody, Endpoint::LandingLink),
    route(READ, "/in/offers/{id}", Readers::All, Endpoint::LandingOffer),
    route(LOOK, "/in/trust", Readers::Nobody, Endpoint::LandingTrust(trust::Part::Page)),
    route(
        LOOK,
        "/in/trust/anteroom-ca.crt",
        Readers::Nobody,
        Endpoint::LandingTrust(trust::Part::Certificate),
    ),
    route(
        LOOK,
        "/in/trust/anteroom-ca.mobileconfig",
        Readers::Nobody,
        Endpoint::LandingTrust(trust::Part::Profile),
    ),
];

/// The whole HTTP side of an engine: every route, behind the edge.
pub fn router(engine: Arc<Engine>) -> Edge {
    let issuers = engine.issuers().to_vec();
    behind_the_edge(engine, &issuers, None, |_| true)
}

/// What the local network may reach on the base `issuer`: the pages of magic links and of password links, and what a client
/// needs to redeem and use them; and how to trust the CA behind it. Everything else is not there, a route that is added later
/// included.
pub fn lan_router(engine: Arc<Engine>, issuer: &Issuer, trust: Trust) -> Edge {
    behind_the_edge(engine, std::slice::from_ref(issuer), Some(trust), is_for_lan)
}

fn is_for_lan(route: &Route) -> bool {
    const REACHABLE: [&str; 7] =
        ["/in/", "/IN/", "/setpassword/", "/oauth2/", "/api/oauth2/", "/.well-known/", "/api/.well-known/"];
    matches!(route.path, "/in" | "/IN") || REACHABLE.iter().any(|prefix| route.path.starts_with(prefix))
}

fn behind_the_edge(
    engine: Arc<Engine>,
    issuers: &[Issuer],
    trust: Option<Trust>,
    serves: impl Fn(&Route) -> bool,
) -> Edge {
    let shared = Arc::new(Shared::new(engine, issuers, trust));
    let mut routes = Router::new();
    for route in ROUTES.iter().filter(|route| serves(route)) {
        let handler =
            move |State(shared): State<Arc<Shared>>, request: Request| answer(route, shared, request);
        routes = routes.route(route.path, any(handler));
    }
    let routes = routes.fallback(unknown).with_state(Arc::clone(&shared));
    Edge::new(shared, routes)
}

/// One request to one route: method, preflight, endpoint, CORS.
async fn answer(route: &'static Route, shared: Arc<Shared>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Some(call) = Call::new(shared, parts) else {
        return respond::response(StatusCode::MISDIRECTED_REQUEST, crate::headers::TEXT, "No base\n");
    };
    if route.readers != Readers::Nobody && cors::is_preflight(call.method(), call.headers()) {
        return cors::preflight(&call, route.readers, route.methods);
    }
    let allowed = cors::allowed_origin(&call, route.readers);
    let mut response = match rates::count(&call, Class::of(route.path)).await {
        Err(too_many) => too_many,
        Ok(counted) => {
            let mut response = if is_allowed(route, call.method()) {
                dispatch(route.endpoint, call, body).await
            } else {
                method_not_allowed(route, &call)
            };
            rates::say(&mut response, counted);
            response
        }
    };
    cors::allow(response.headers_mut(), route.readers, allowed.as_ref());
    response
}

fn is_allowed(route: &Route, method: &Method) -> bool {
    method != Method::OPTIONS && route.methods.split(", ").any(|allowed| allowed == method.as_str())
}

/// Asks the endpoint. The larger futures stand in boxes of their own, so that those that answer from memory are not moved
/// about in one as large as the largest.
async fn dispatch(endpoint: Endpoint, call: Call, body: Body) -> Response {
    match endpoint {
        Endpoint::Authorize => Box::pin(authorize::authorize(call, body)).await,
        Endpoint::Interaction => Box::pin(interaction::interaction(call, body)).await,
        Endpoint::Introspect => Box::pin(introspect::introspect(call, body)).await,
        Endpoint::Revoke => Box::pin(revoke::revoke(call, body)).await,
        Endpoint::Logout => Box::pin(logout::logout(call, body)).await,
        Endpoint::Token => Box::pin(token::token(call, body)).await,
        Endpoint::TokenAtAuth0 => Box::pin(token::at_auth0(call, body)).await,
        Endpoint::RevokeAtAuth0 => Box::pin(revoke::at_auth0(call, body)).await,
        Endpoint::Management(resource) => Box::pin(management::answer(resource, call, body)).await,
        Endpoint::Userinfo => Box::pin(userinfo::userinfo(call, body)).await,
        Endpoint::Exchange => Box::pin(exchange::exchange(call, body)).await,
        Endpoint::External => Box::pin(external::external(call)).await,
        Endpoint::Preauthorize => Box::pin(preauthorize::preauthorize(call, body)).await,
        Endpoint::Auth(endpoint) => Box::pin(auth::answer(endpoint, call, body)).await,
        Endpoint::AuthorizationServerMetadata => discovery::authorization_server(&call),
        Endpoint::ProtectedResourceMetadata => discovery::protected_resource(&call),
        Endpoint::Jwks => jwks::jwks(&call),
        Endpoint::SmartConfiguration => discovery::smart_configuration(&call),
        Endpoint::Fhir => Box::pin(fhir::fhir(call, body)).await,
        Endpoint::AdminProjects(part) => Box::pin(admin_projects::answer(part, call, body)).await,
        Endpoint::ConnectedAccounts(part) => Box::pin(connected_accounts::my_account(part, call, body)).await,
        Endpoint::ConnectTicket => Box::pin(connected_accounts::open(call)).await,
        Endpoint::LoginCallback => Box::pin(connected_accounts::callback(call)).await,
        Endpoint::Healthcheck => healthcheck::healthcheck(&call),
        Endpoint::SetPassword => Box::pin(set_password::page(call, body)).await,
        Endpoint::LandingTyped => Box::pin(landing::typed(call, body)).await,
        Endpoint::LandingLink => Box::pin(landing::link(call, body)).await,
        Endpoint::LandingOffer => landing::offers::fetch(&call),
        Endpoint::LandingTrust(part) => trust::answer(part, &call),
    }
}

/// [RFC9110 §15.5.6] names the methods that would do.
fn method_not_allowed(route: &'static Route, call: &Call) -> Response {
    if matches!(route.endpoint, Endpoint::Management(_)) {
        let mut response = management::said(&Trouble::of(405, None, "Method not allowed"));
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(route.methods));
        return response;
    }
    let family = match route.endpoint {
        Endpoint::Preauthorize
        | Endpoint::Exchange
        | Endpoint::External
        | Endpoint::Auth(_)
        | Endpoint::Fhir
        | Endpoint::AdminProjects(_) => Family::Medplum,
        Endpoint::ConnectedAccounts(_) => Family::MyAccount,
        _ => Family::OAuth,
    };
    let status = StatusCode::METHOD_NOT_ALLOWED;
    let mut response = respond::problem(call, family, status, (None, "not-supported"), "Method not allowed");
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(route.methods));
    response
}

/// No such route: a page for people, JSON for programs.
async fn unknown(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    const PROGRAMS: [&str; 7] =
        ["/api/", "/oauth2/", "/oauth/", "/auth/", "/.well-known/", "/fhir/", "/admin/"];
    let (parts, _) = request.into_parts();
    let path = parts.uri.path();
    if path.starts_with("/api/v2/") {
        return management::said(&Trouble::of(404, None, "Not Found"));
    }
    let program = PROGRAMS.iter().any(|prefix| path.starts_with(prefix));
    let wants_page = page::accepts_html(&parts.headers);
    if wants_page && !program {
        return page::not_found(&parts.headers);
    }
    match Call::new(shared, parts) {
        Some(call) => {
            let status = StatusCode::NOT_FOUND;
            respond::problem(&call, Family::Medplum, status, (Some("not-found"), "not-found"), "Not found")
        }
        None => respond::response(StatusCode::NOT_FOUND, crate::headers::TEXT, "Not found\n"),
    }
}
