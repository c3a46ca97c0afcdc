//! Providers that take every call and answer none, and the exchanges that wait for them: what the other endpoints do
//! meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::anyhow;
use crate::clinic::HANGING;
use crate::load::post;

/// Calls that hang at once.
pub(crate) const CALLS: usize = 100;
/// How long they may take until they hang.
const PATIENCE: Duration = Duration::from_secs(30);

/// Two providers, because calls to one host are bounded.
pub(crate) struct Providers {
    /// `host:port` of each.
    pub(crate) hosts: [String; 2],
    held: Arc<AtomicUsize>,
    serving: JoinSet<()>,
}

impl Providers {
    /// Listens.
    pub(crate) async fn start() -> Result<Self, String> {
        let (held, mut serving) = (Arc::new(AtomicUsize::new(0)), JoinSet::new());
        let mut hosts = [String::new(), String::new()];
        for host in &mut hosts {
            let listener = TcpListener::bind("127.0.0.1:0").await.map_err(anyhow)?;
            *host = listener.local_addr().map_err(anyhow)?.to_string();
            serving.spawn(serve(listener, Arc::clone(&held)));
        }
        Ok(Self { hosts, held, serving })
    }

    /// Has [`CALLS`] exchanges wait, and new ones in place of those that were given up.
    pub(crate) async fn keep_waiting(&mut self, server: &str) -> Result<(), String> {
        for number in 0..CALLS {
            let server = server.to_owned();
            self.serving.spawn(async move {
                loop {
                    // An exchange that was given up is the next one's beginning.
                    let _ = exchange(&server, HANGING[number % HANGING.len()]).await;
                }
            });
        }
        let end = Instant::now() + PATIENCE;
        while self.held.load(Ordering::Relaxed) < CALLS {
            if Instant::now() > end {
                let held = self.held.load(Ordering::Relaxed);
                return Err(format!("only {held} of {CALLS} calls hang"));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Lets them go.
    pub(crate) async fn stop(mut self) {
        self.serving.shutdown().await;
    }
}

async fn serve(listener: TcpListener, held: Arc<AtomicUsize>) {
    let mut calls = JoinSet::new();
    while let Ok((mut stream, _)) = listener.accept().await {
        let held = Arc::clone(&held);
        calls.spawn(async move {
            held.fetch_add(1, Ordering::Relaxed);
            let mut bytes = [0; 1_024];
            while stream.read(&mut bytes).await.is_ok_and(|read| read > 0) {}
            held.fetch_sub(1, Ordering::Relaxed);
        });
        while calls.try_join_next().is_some() {}
    }
}

async fn exchange(server: &str, client: &str) -> std::io::Result<()> {
    let body = format!("{{\"clientId\":\"{client}\",\"externalAccessToken\":\"x\"}}");
    let request =
        post(server, "/auth/exchange", "Content-Type: application/json\r\nConnection: close\r\n", &body);
    let mut stream = TcpStream::connect(server).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(())
}
