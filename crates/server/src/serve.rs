//! `anteroom-server serve`.

use std::io::{Write as _, stdout};
use std::net::SocketAddr;
use std::time::Instant;

use anteroom_engine::issuer::Issuer;
use anteroom_sample_provider::{Options, Provider};
use anteroom_server::host::{Host, HostOptions, ListenerState};
use anteroom_server::master_key::Passphrase;
use anteroom_server::place::Place;
use anteroom_server::problem::HostError;
use anteroom_server::workspace_file::WorkspaceFile;
use serde::Serialize;
use tokio::runtime::{Builder, Runtime};

use crate::cli::Serve;

/// The one line on standard output: the server is ready.
#[derive(Serialize)]
struct Line<'a> {
    event: &'static str,
    base_url: &'a str,
    tls_base_url: Option<&'a str>,
    version: &'static str,
    ready_ms: u128,
    /// Issuer of the sample provider; a member only where one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    sample_provider: Option<String>,
}

pub(crate) fn run(
    arguments: Serve,
    passphrase: Option<Passphrase>,
    started: Instant,
) -> Result<(), HostError> {
    let place = if arguments.ephemeral { Place::Ephemeral } else { Place::Folder(arguments.store.folder()?) };
    // Before anything is opened or made: a file that cannot be read changes nothing.
    let files = arguments.workspace.iter().map(|file| WorkspaceFile::read(file));
    let workspaces = files.collect::<Result<Vec<_>, _>>()?;
    let runtime = Builder::new_multi_thread().enable_all().build().map_err(HostError::Runtime)?;
    let keys = arguments.store.keys(passphrase);
    let options = HostOptions {
        place,
        keys,
        listen: arguments.listen,
        tls_listen: arguments.tls_listen,
        base_urls: arguments.base_url,
        workspaces,
        needs_listener: true,
    };
    // Before the ready line, so that whoever reads it may end the server at once.
    let ending = runtime.block_on(async { Ending::new() }).map_err(HostError::Runtime)?;
    let host = Host::open(options, runtime.handle().clone())?;
    let sample = match arguments.sample_provider.map(|address| sample(&host, &runtime, address)).transpose() {
        Ok(sample) => sample,
        Err(error) => {
            runtime.block_on(host.close()).map_err(HostError::StoreFailed)?;
            return Err(error);
        }
    };
    announce(&host, sample.as_ref(), started);
    runtime
        .block_on(async {
            ending.wait().await;
            host.close().await
        })
        .map_err(HostError::StoreFailed)?;
    tracing::info!("stopped");
    Ok(())
}

/// Opens the sample provider beside the engine; it ends with the program.
fn sample(host: &Host, runtime: &Runtime, address: SocketAddr) -> Result<Provider, HostError> {
    let options = Options::sample(address, host.engine());
    let provider = runtime.block_on(Provider::open(options)).map_err(HostError::sample_provider)?;
    let issuer = provider.issuer();
    tracing::warn!(issuer, "the sample provider is running: it believes whoever types an e-mail address");
    Ok(provider)
}

fn announce(host: &Host, sample: Option<&Provider>, started: Instant) {
    let base_url = host.engine().issuer().as_str();
    let ready = Line {
        event: "listening",
        base_url,
        tls_base_url: host.tls_base().map(Issuer::as_str),
        version: env!("CARGO_PKG_VERSION"),
        ready_ms: started.elapsed().as_millis(),
        sample_provider: sample.map(Provider::issuer),
    };
    if let ListenerState::Listening(address) = host.listener_state() {
        tracing::info!(%address, base_url, "listening");
    }
    let line = serde_json::to_string(&ready).expect("texts and numbers always serialize");
    // Nobody has to read it.
    let _ = writeln!(stdout(), "{line}");
}

/// The signals that end a server.
struct Ending {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 2],
}

impl Ending {
    fn new() -> std::io::Result<Self> {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Ok(Self { signals: [signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?] })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    async fn wait(self) {
        #[cfg(unix)]
        {
            let [mut terminate, mut interrupt] = self.signals;
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        }
        #[cfg(not(unix))]
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
