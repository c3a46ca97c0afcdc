//! The engine over HTTP: an axum adapter, the pages of magic links, and the accept loop.
//!
//! A request comes in through the [`listener`], passes the [`edge`] (Host, sizes, security headers), is routed by the one
//! table in [`router`], and reaches the file of its endpoint, which reads the request, asks the engine and hands what it
//! says to [`respond`]. Nothing is decided here that the engine decides.
//!
//! | File | Routes |
//! | --- | --- |
//! | [`authorize`] | `/oauth2/authorize` |
//! | [`interaction`] | `/oauth2/interaction/{id}`: sign in, choose a profile, agree |
//! | [`token`] | `/oauth2/token` |
//! | [`introspect`] | `/oauth2/introspect` |
//! | [`revoke`] | `/oauth2/revoke` |
//! | [`logout`] | `/oauth2/logout` |
//! | [`userinfo`] | `/oauth2/userinfo` |
//! | [`exchange`] | `/auth/exchange` |
//! | [`preauthorize`] | `/auth/preauthorize` |
//! | [`auth`] | `/auth/login` and what follows it, `/auth/me`, `/auth/mfa/…`, `/auth/clientinfo/{id}` … |
//! | [`admin_projects`] | `/admin/projects/…` |
//! | [`fhir`] | `/fhir/R4/…` |
//! | [`discovery`] | `/.well-known/openid-configuration`, `oauth-authorization-server`, `oauth-protected-resource` |
//! | [`jwks`] | `/.well-known/jwks.json` |
//! | [`healthcheck`] | `/healthcheck` |
//! | [`set_password`] | `/setpassword/{id}/{secret}` |
//! | [`landing`] | `/in/{code}` and `/in` |
//!
//! # Not supported
//! HTTP/2, and trusting a proxy: `X-Forwarded-*` and `Forwarded` are never read [RFC9700 §4.13].

mod admin_projects;
mod auth;
mod authorize;
mod call;
mod caller;
mod connected_accounts;
mod cookies;
mod cors;
mod discovery;
mod edge;
mod exchange;
mod external;
mod extract;
mod fhir;
mod headers;
mod healthcheck;
mod host;
mod interaction;
mod introspect;
mod jwks;
mod landing;
mod leave;
pub mod listener;
mod logout;
mod management;
mod outcome;
mod page;
mod preauthorize;
mod rates;
mod respond;
mod revoke;
pub mod router;
mod set_password;
pub mod tls;
mod token;
mod userinfo;

pub use edge::Edge;
pub use landing::trust::Trust;
pub use listener::{BindError, Listener};
pub use router::{ROUTES, Route, lan_router, router};
