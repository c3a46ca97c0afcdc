//! Everything that holds for every request: size of the target and the headers, `Host`, security headers, and that a
//! panic answers 500 and takes nothing else with it.
//!
//! One hand-written service around the router, because it runs for every request.

use std::any::Any;
use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use anteroom_engine::Engine;
use anteroom_engine::issuer::Issuer;
use axum::Router;
use axum::body::Body;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, Request, StatusCode, Uri, header};
use axum::response::Response;
use hyper::body::Bytes;
use tower::Service;

use crate::call::{Arrival, Peer};
use crate::discovery::Documents;
use crate::headers::{self, TEXT};
use crate::host::Hosts;
use crate::jwks::Jwks;
use crate::landing::offers::Offers;
use crate::landing::trust::Trust;
use crate::outcome::random_id;
use crate::respond::{oauth_error, response};

/// Most bytes of a request's target.
pub(crate) const TARGET_LIMIT: usize = 8 * 1024;
/// Most bytes of all headers of a request.
pub(crate) const HEADERS_LIMIT: usize = 32 * 1024;

/// What all requests share.
pub(crate) struct Shared {
    /// The engine.
    pub(crate) engine: Arc<Engine>,
    /// Discovery documents, as bytes.
    pub(crate) documents: Documents,
    /// The key set, as bytes.
    pub(crate) jwks: Jwks,
    /// Credential offers that wallets may fetch.
    pub(crate) offers: Offers,
    /// The local CA, where phones may come to trust it.
    pub(crate) trust: Option<Trust>,
    hosts: Hosts,
}

impl Shared {
    /// For the bases that are served: all of the engine's, or the one of a listener of its own.
    pub(crate) fn new(engine: Arc<Engine>, issuers: &[Issuer], trust: Option<Trust>) -> Self {
        let hosts = Hosts::new(issuers);
        let documents = Documents::new(issuers);
        let jwks = Jwks::new(&engine);
        Self { engine, documents, jwks, offers: Offers::default(), trust, hosts }
    }
}

/// The whole HTTP side of an engine, as a service. Cheap to clone.
#[derive(Clone)]
pub struct Edge {
    shared: Arc<Shared>,
    routes: Router,
}

impl Edge {
    pub(crate) fn new(shared: Arc<Shared>, routes: Router) -> Self {
        Self { shared, routes }
    }

    /// Lets a request pass, with what was found out about it, or answers it here.
    fn answer_at_once(&self, request: &mut Request<Body>) -> Option<Response> {
        let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
        if target > TARGET_LIMIT {
            return Some(closing(StatusCode::URI_TOO_LONG, "The address is too long\n"));
        }
        let headers: usize = request
            .headers()
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len())
            .sum();
        if headers > HEADERS_LIMIT {
            return Some(closing(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "The headers are too large\n"));
        }
        let Some(found) = self.shared.hosts.find(request.uri(), request.headers()) else {
            return Some(closing(
                StatusCode::MISDIRECTED_REQUEST,
                "This server does not answer for this host\n",
            ));
        };
        let issuer = found.issuer.clone();
        if found.prefix > 0 {
            let below = below(request.uri(), found.prefix);
            *request.uri_mut() = below;
        }
        let peer = request.extensions_mut().remove::<Peer>().unwrap_or_else(Peer::unknown);
        request.extensions_mut().insert(Arrival { issuer, peer });
        None
    }
}

/// The target without the first `prefix` bytes of its path.
fn below(uri: &Uri, prefix: usize) -> Uri {
    let rest = uri.path_and_query().and_then(|target| target.as_str().get(prefix..));
    rest.and_then(|rest| PathAndQuery::try_from(rest).ok()).map_or_else(Uri::default, Uri::from)
}

/// An answer after which nothing more is read from the connection.
fn closing(status: StatusCode, text: &'static str) -> Response {
    let mut response = response(status, TEXT, text);
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

impl<B> Service<Request<B>> for Edge
where
    B: hyper::body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Answering {
        let mut request = request.map(Body::new);
        let answered = self.answer_at_once(&mut request);
        let mut routes = self.routes.clone();
        let answer = async move {
            match answered {
                None => routes.call(request).await.unwrap_or_else(|never| match never {}),
                Some(response) => response,
            }
        };
        Answering { answer: Box::pin(answer), shared: Arc::clone(&self.shared) }
    }
}

/// The answer to one request, on its way.
pub struct Answering {
    answer: Pin<Box<dyn Future<Output = Response> + Send>>,
    shared: Arc<Shared>,
}

impl Future for Answering {
    type Output = Result<Response, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let polled = std::panic::catch_unwind(AssertUnwindSafe(|| self.answer.as_mut().poll(context)));
        let mut response = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(response)) => response,
            Err(panic) => panicked(&self.shared.engine, &*panic),
        };
        headers::secure(response.headers_mut());
        Poll::Ready(Ok(response))
    }
}

/// A handler panicked: 500 for this request, and nothing else.
fn panicked(engine: &Engine, panic: &(dyn Any + Send)) -> Response {
    // Chance may be what panicked: then the id is not random.
    let id = std::panic::catch_unwind(AssertUnwindSafe(|| random_id(engine)))
        .unwrap_or_else(|_| uuid::Uuid::nil().to_string());
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(request_id = %id, panic = text.unwrap_or("not a text"), "a request panicked");
    let description = format!("The server failed; its log has the cause under this id: {id}");
    oauth_error(StatusCode::INTERNAL_SERVER_ERROR, anteroom_oauth::ErrorCode::ServerError, &description)
}
