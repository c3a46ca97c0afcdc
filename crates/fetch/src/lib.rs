//! The guarded fetcher: the one place from which this program calls other servers on a project's behalf.
//!
//! It implements [`Fetch`]: the host is resolved once, every address it has is checked, and the connection goes to what
//! was resolved. A name that answers differently the second time is therefore never asked a second time, and a literal
//! address is checked like a name. Each call has a client of its own: no connection is used twice, so that a changed list
//! of allowed hosts counts at once.

mod address;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anteroom_engine::fetch::{
    Answer, BODY_LIMIT, Call, Fetch, FetchError, Fetching, Method, TIMEOUT_SECONDS,
};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::redirect::Policy;
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::{Host, Url};
use zeroize::Zeroizing;

/// Calls on their way at once.
const CALLS: usize = 256;
/// Calls on their way at once to one `host:port`. A provider that hangs holds up no other one.
const CALLS_TO_HOST: usize = 64;
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long everything may take.
const TIMEOUT: Duration = Duration::from_secs(TIMEOUT_SECONDS);
/// Hosts whose counts are kept before those without calls are forgotten.
const HOSTS: usize = 1_024;

/// The fetcher. Cheap to share.
pub struct Fetcher {
    tls: rustls::ClientConfig,
    all: Arc<Semaphore>,
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
}

/// The fetcher could not be made.
#[derive(Debug)]
pub struct NoTls(rustls::Error);

impl std::fmt::Display for NoTls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the certificates that this machine trusts cannot be read: {}", self.0)
    }
}

impl std::error::Error for NoTls {}

impl Fetcher {
    /// A fetcher that trusts the certificates this machine trusts.
    ///
    /// # Errors
    /// When those cannot be read.
    pub fn new() -> Result<Self, NoTls> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| Ok(builder.with_platform_verifier()?.with_no_client_auth()))
            .map_err(NoTls)?;
        Ok(Self { tls, all: Arc::new(Semaphore::new(CALLS)), hosts: Mutex::default() })
    }

    /// Waits for a place: one of all, and one of the host's.
    async fn place(&self, host: &str) -> Result<(OwnedSemaphorePermit, OwnedSemaphorePermit), FetchError> {
        let of_host = {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            if hosts.len() >= HOSTS {
                hosts.retain(|_, places| places.available_permits() < CALLS_TO_HOST);
            }
            Arc::clone(
                hosts.entry(host.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(CALLS_TO_HOST))),
            )
        };
        let of_host = of_host.acquire_owned().await.map_err(|_| FetchError::Busy)?;
        let of_all = Arc::clone(&self.all).acquire_owned().await.map_err(|_| FetchError::Busy)?;
        Ok((of_host, of_all))
    }

    async fn call(&self, call: Call) -> Result<Answer, FetchError> {
        let target = Target::read(&call)?;
        let (client, url) = (self.client(&target).await?, target.url);
        let request = match call.method {
            Method::Get => client.get(url),
            Method::PostForm(form) => client
                .post(url)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form.as_bytes().to_vec()),
        };
        let request = request.header(ACCEPT, call.accept);
        let request = match call.authorization {
            Some(value) => {
                let mut value = HeaderValue::try_from(value.as_str()).map_err(|_| FetchError::Url)?;
                value.set_sensitive(true);
                request.header(AUTHORIZATION, value)
            }
            None => request,
        };
        let mut response = request.send().await.map_err(|error| why(&error))?;
        if response.content_length().is_some_and(|length| length > BODY_LIMIT as u64) {
            return Err(FetchError::TooLarge);
        }
        let mut body = Zeroizing::new(Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(|error| why(&error))? {
            if body.len() + chunk.len() > BODY_LIMIT {
                return Err(FetchError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let content_type = response.headers().get(CONTENT_TYPE);
        Ok(Answer {
            status: response.status().as_u16(),
            content_type: content_type.and_then(|value| Some(value.to_str().ok()?.to_owned())),
            body,
        })
    }

    /// A client that can reach the target, and nothing else.
    async fn client(&self, target: &Target) -> Result<reqwest::Client, FetchError> {
        let addresses = target.resolve().await?;
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .redirect(Policy::none())
            .no_proxy()
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .http1_only()
            .pool_max_idle_per_host(0)
            .connect_timeout(CONNECT)
            .timeout(TIMEOUT)
            .user_agent("Anteroom");
        let builder = match &target.name {
            Some(name) => builder.resolve_to_addrs(name, &addresses),
            None => builder,
        };
        builder.build().map_err(|error| {
            tracing::error!(%error, "no client for outside calls could be made");
            FetchError::Unreachable
        })
    }
}

impl Fetch for Fetcher {
    fn fetch(&self, call: Call) -> Fetching<'_> {
        Box::pin(async move {
            let host = Target::read(&call)?.host_and_port;
            let deadline = tokio::time::Instant::now() + TIMEOUT;
            let Ok(places) = tokio::time::timeout_at(deadline, self.place(&host)).await else {
                return Err(FetchError::Busy);
            };
            let _places = places?;
            let answer = tokio::time::timeout_at(deadline, self.call(call)).await;
            answer.unwrap_or(Err(FetchError::TimedOut))
        })
    }
}

/// Where a call goes.
struct Target {
    url: Url,
    /// The host if it is a name; a literal address otherwise.
    name: Option<String>,
    literal: Option<std::net::IpAddr>,
    port: u16,
    host_and_port: String,
    allowed: bool,
}

impl Target {
    fn read(call: &Call) -> Result<Self, FetchError> {
        let url = Url::parse(&call.url).map_err(|_| FetchError::Url)?;
        let plain = match url.scheme() {
            "https" => false,
            "http" => true,
            _ => return Err(FetchError::Url),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::Url);
        }
        let port = url.port_or_known_default().ok_or(FetchError::Url)?;
        // The parser has turned every way of writing an IPv4 address into dotted numbers.
        let (name, literal) = match url.host().ok_or(FetchError::Url)? {
            Host::Domain(name) => (Some(name.to_owned()), None),
            Host::Ipv4(address) => (None, Some(address.into())),
            Host::Ipv6(address) => (None, Some(address.into())),
        };
        let host_and_port = format!("{}:{port}", url.host_str().ok_or(FetchError::Url)?);
        let allowed = call.allowed_hosts.contains(&host_and_port);
        if plain && !allowed {
            return Err(FetchError::PlainHttp);
        }
        Ok(Self { url, name, literal, port, host_and_port, allowed })
    }

    /// The addresses to connect to, each of them allowed.
    async fn resolve(&self) -> Result<Vec<SocketAddr>, FetchError> {
        let addresses: Vec<SocketAddr> = match (&self.name, self.literal) {
            (Some(name), _) => {
                let found = tokio::net::lookup_host((name.as_str(), self.port)).await;
                found.map_err(|_| FetchError::Unresolved)?.collect()
            }
            (None, Some(address)) => vec![SocketAddr::new(address, self.port)],
            (None, None) => return Err(FetchError::Url),
        };
        if addresses.is_empty() {
            return Err(FetchError::Unresolved);
        }
        if !self.allowed && !addresses.iter().all(|address| address::is_public(address.ip())) {
            return Err(FetchError::NotPublic);
        }
        Ok(addresses)
    }
}

/// What went wrong, by the errors behind the error.
fn why(error: &reqwest::Error) -> FetchError {
    if error.is_timeout() {
        return FetchError::TimedOut;
    }
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(one) = cause {
        if one.is::<rustls::Error>() {
            return FetchError::Certificate;
        }
        // An I/O error does not name the error it holds as its source.
        let held = one.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause = match held {
            Some(held) => Some(held),
            None => one.source(),
        };
    }
    if error.is_connect() { FetchError::Unreachable } else { FetchError::BrokenOff }
}
