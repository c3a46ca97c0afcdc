//! Serving the local network, so that a phone can open a magic link: off unless switched on, and off again by itself.
//!
//! On one private address of this machine, over TLS with a certificate of the local CA, and only what
//! [`anteroom_http::lan_router`] lets through: the pages of magic links and password links, the OAuth endpoints, and how to
//! trust the CA.
//!
//! # Not supported
//! Public addresses, several networks at once, and IPv6-only networks.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use anteroom_engine::Engine;
use anteroom_engine::issuer::Issuer;
use anteroom_engine::timestamp::Timestamp;
use anteroom_http::tls::Certificate;
use anteroom_http::{Listener, Trust, lan_router};
use anteroom_sentence::{Sentence, sentence};
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::host::{names_of, tls_base};
use crate::local_ca::{CaError, LocalCa};

/// The port phones reach; another one when it is taken.
const PORT: u16 = 8443;
/// Shortest time it stays on, seconds.
pub const SHORTEST: u32 = 60;
/// Longest: a long shift.
pub const LONGEST: u32 = 12 * 3_600;

/// The local network is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lan {
    /// Where.
    pub base: Issuer,
    /// Until when.
    pub until: Timestamp,
}

/// A listener for the local network; dropping it ends it.
pub(crate) struct Serving {
    pub(crate) lan: Lan,
    stop: watch::Sender<bool>,
}

impl Serving {
    /// Whether it still serves at `now`.
    pub(crate) fn is_on(&self, now: Timestamp) -> bool {
        now < self.lan.until && !self.stop.is_closed()
    }
}

/// Serves `address` for `seconds`.
///
/// # Errors
/// A sentence for the person at the window.
pub(crate) async fn serve(
    engine: &Arc<Engine>,
    runtime: &Handle,
    address: IpAddr,
    seconds: u32,
) -> Result<Serving, Sentence> {
    let listener = bind(address).await?;
    let base = tls_base(listener.local_addr());
    let ca = LocalCa::open_or_create(engine).await.map_err(|error| Sentence::from(&error))?;
    let made = ca.issue(engine, &names_of(address)).map_err(|error| Sentence::from(&error))?;
    let certificate =
        Certificate::new(&made.chain()).map_err(|error| Sentence::english(error.to_string()))?;
    let listener = listener.with_tls(&certificate).map_err(|error| Sentence::english(error.to_string()))?;
    engine.add_issuer(base.clone());
    let trust = Trust::new(ca.pem()).ok_or_else(|| Sentence::from(&CaError::Damaged))?;
    let routes = lan_router(Arc::clone(engine), &base, trust);
    let (stop, mut stopped) = watch::channel(false);
    let until = engine.now() + seconds;
    runtime.spawn(async move {
        let shutdown = async move {
            tokio::select! {
                // Who held the switch is gone, or switched it off.
                _ = stopped.wait_for(|stopped| *stopped) => {}
                () = tokio::time::sleep(Duration::from_secs(seconds.into())) => {}
            }
        };
        listener.serve_with(routes, shutdown).await;
        tracing::info!("the local network is no longer served");
    });
    tracing::info!(base = base.as_str(), seconds, "serving the local network");
    Ok(Serving { lan: Lan { base, until }, stop })
}

async fn bind(address: IpAddr) -> Result<Listener, Sentence> {
    match Listener::bind(SocketAddr::new(address, PORT)).await {
        Ok(listener) => Ok(listener),
        Err(anteroom_http::BindError::InUse { .. }) => {
            Listener::bind(SocketAddr::new(address, 0)).await.map_err(|error| Sentence::from(&error))
        }
        Err(error) => Err(Sentence::from(&error)),
    }
}

/// The private address of this machine in its network. Nothing is sent to find it.
///
/// # Errors
/// When the machine is in no network, or has a public address there.
pub fn private_address() -> Result<IpAddr, Sentence> {
    // [RFC 5737] an address that nobody has: asking for the way there sends nothing.
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0));
    let found = socket.and_then(|socket| {
        socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9))?;
        socket.local_addr()
    });
    match found.map(|address| address.ip()) {
        Ok(IpAddr::V4(address)) if address.is_private() || address.is_link_local() => Ok(address.into()),
        Ok(IpAddr::V4(address)) if !address.is_loopback() && !address.is_unspecified() => Err(sentence!(
            "this machine has the public address {address}; serving it would not be a local network",
            address = address.to_string()
        )),
        _ => Err(sentence!("this machine is in no network")),
    }
}
