//! One request on its way through an endpoint.

use std::sync::Arc;

use anteroom_engine::cx::Origin;
use anteroom_engine::issuer::Issuer;
use anteroom_engine::refusal::Refusal;
use anteroom_engine::runs::RunStep;
use anteroom_engine::stop::Stop;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};

use crate::edge::Shared;

/// The peer's address as text, put into each request by the listener.
#[derive(Debug, Clone)]
pub(crate) struct Peer(pub(crate) Arc<str>);

impl Peer {
    /// For requests that no listener accepted. Matches no address rule but `*`, so that a rule that lets some addresses
    /// in keeps it out.
    pub(crate) fn unknown() -> Self {
        Self("unknown".into())
    }
}

/// What the edge found out about a request.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    /// The base it came in on.
    pub(crate) issuer: Issuer,
    /// Who sent it.
    pub(crate) peer: Peer,
}

/// One request without its body.
pub(crate) struct Call {
    /// What all requests share.
    pub(crate) shared: Arc<Shared>,
    /// Method, target, headers.
    pub(crate) parts: Parts,
    arrival: Arrival,
}

impl Call {
    /// Takes the request apart; `None` when it did not come through the edge.
    pub(crate) fn new(shared: Arc<Shared>, mut parts: Parts) -> Option<Self> {
        let arrival = parts.extensions.remove::<Arrival>()?;
        Some(Self { shared, parts, arrival })
    }

    /// The headers.
    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// The method.
    pub(crate) fn method(&self) -> &Method {
        &self.parts.method
    }

    /// The base the request came in on.
    pub(crate) fn issuer(&self) -> &Issuer {
        &self.arrival.issuer
    }

    /// Where the request came from, for the engine.
    pub(crate) fn origin(&self) -> Origin {
        Origin {
            issuer: self.arrival.issuer.clone(),
            remote_address: Some(String::from(&*self.arrival.peer.0)),
            run: self.run(),
        }
    }

    /// The step of a watched run, if one sent this.
    fn run(&self) -> Option<RunStep> {
        let traceparent = self.headers().get("traceparent")?.to_str().ok()?;
        self.shared.engine.runs().step_of(traceparent)
    }

    /// A refusal found before the engine was asked. The engine gives it its dialect and logs it.
    pub(crate) fn refuse(&self, refusal: Refusal) -> Stop {
        match self.shared.engine.refuse_unread::<()>(&self.origin(), Stop::refused(refusal)) {
            Err(stop) => stop,
            Ok(()) => Stop::refused(refusal),
        }
    }
}
