//! The server and the bare handlers as processes of their own.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// A running server.
pub(crate) struct Server {
    child: Child,
    /// `127.0.0.1:port`.
    pub(crate) address: String,
    /// What the ready line says.
    pub(crate) ready_ms: f64,
    /// From before exec to the first answer, milliseconds.
    pub(crate) first_answer_ms: f64,
}

impl Server {
    /// Starts `anteroom-server serve` on a free port.
    pub(crate) async fn start(binary: &Path, data: &Path, workspace: Option<&Path>) -> Result<Self, String> {
        let mut command = Command::new(binary);
        command.args(["serve", "--listen", "127.0.0.1:0", "--master-key", "file", "--data-dir"]).arg(data);
        if let Some(workspace) = workspace {
            command.arg("--workspace").arg(workspace);
        }
        Self::spawn(command, "/healthcheck").await
    }

    /// Starts the bare handlers.
    pub(crate) async fn ceiling() -> Result<Self, String> {
        let mut command = Command::new(std::env::current_exe().map_err(|error| error.to_string())?);
        command.arg("ceiling");
        Self::spawn(command, "/noop").await
    }

    async fn spawn(mut command: Command, first: &str) -> Result<Self, String> {
        let started = Instant::now();
        command.stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
        let stdout = child.stdout.take().ok_or("no standard output")?;
        let mut line = String::new();
        let mut reader = BufReader::new(stdout);
        let read = reader.read_line(&mut line);
        tokio::time::timeout(Duration::from_mins(1), read)
            .await
            .map_err(|_| "no ready line within 60 s")?
            .map_err(|error| error.to_string())?;
        let ready: serde_json::Value =
            serde_json::from_str(&line).map_err(|error| format!("ready line {line:?}: {error}"))?;
        let base = ready["base_url"].as_str().ok_or("a ready line without base_url")?;
        let address = base.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let mut connection = crate::load::Connection::open(&address).await?;
        connection.exchange(&crate::load::get(&address, first, "")).await?;
        let first_answer_ms = started.elapsed().as_secs_f64() * 1_000.0;
        Ok(Self { child, address, ready_ms: ready["ready_ms"].as_f64().unwrap_or(0.0), first_answer_ms })
    }

    /// Resident memory in MiB.
    pub(crate) fn rss_mib(&self) -> Result<f64, String> {
        let id = self.child.id().ok_or("the server has ended")?;
        let status =
            std::fs::read_to_string(format!("/proc/{id}/status")).map_err(|error| error.to_string())?;
        let kib: f64 = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
            .ok_or("no VmRSS")?;
        Ok(kib / 1_024.0)
    }

    /// Stops it as an operator would and waits for it.
    pub(crate) async fn stop(mut self) -> Result<(), String> {
        if let Some(pid) =
            self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw)
        {
            rustix::process::kill_process(pid, rustix::process::Signal::TERM)
                .map_err(|error| error.to_string())?;
        }
        let ended = tokio::time::timeout(Duration::from_secs(10), self.child.wait()).await;
        ended.map_err(|_| "the server did not stop within 10 s")?.map_err(|error| error.to_string())?;
        Ok(())
    }
}
