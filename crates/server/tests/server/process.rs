//! The binary, started as an operator would.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::http::Http;

/// Long enough for a loaded machine; nothing waits for it unless something is broken.
const PATIENCE: Duration = Duration::from_mins(1);

/// The command, with no settings from outside.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_anteroom-server"));
    command.args(arguments).env_remove("ANTEROOM_LOG").env_remove("ANTEROOM_PASSPHRASE").stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub(crate) fn run(arguments: &[&str]) -> Ended {
    Ended::of(command(arguments).output().unwrap())
}

/// A command that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// A running server.
pub(crate) struct Server {
    child: Child,
    /// The ready line.
    pub(crate) ready: String,
    lines: Receiver<String>,
    stderr: Option<JoinHandle<String>>,
}

impl Server {
    /// Starts with these arguments and waits until it is ready.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::spawn(command(arguments))
    }

    pub(crate) fn spawn(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut log = child.stderr.take().unwrap();
        let stderr = thread::spawn(move || {
            let mut text = String::new();
            log.read_to_string(&mut text).unwrap();
            text
        });
        let (send, lines) = mpsc::channel();
        thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        let mut server = Self { child, ready: String::new(), lines, stderr: Some(stderr) };
        if let Ok(line) = server.lines.recv_timeout(PATIENCE) {
            server.ready = line;
        } else {
            let _ = server.child.kill();
            panic!("no ready line: {}", server.log());
        }
        server
    }

    pub(crate) fn base_url(&self) -> String {
        let ready: Value = serde_json::from_str(&self.ready).unwrap();
        ready["base_url"].as_str().unwrap().to_owned()
    }

    /// The address of a server with the default base URL.
    pub(crate) fn address(&self) -> SocketAddr {
        self.base_url().trim_start_matches("http://").trim_end_matches('/').parse().unwrap()
    }

    pub(crate) fn http(&self) -> Http {
        Http::connect(self.address()).unwrap()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Asks it to end, and waits. Its status, and what it wrote after the ready line and to its log.
    pub(crate) fn stop(mut self, signal: Signal) -> (ExitStatus, Vec<String>, String) {
        self.signal(signal);
        let status = self.child.wait().unwrap();
        let rest = self.lines.iter().collect();
        (status, rest, self.log())
    }

    fn log(&mut self) -> String {
        self.stderr.take().map(|log| log.join().unwrap()).unwrap_or_default()
    }
}

impl Drop for Server {
    /// A test that failed leaves no process behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) const ISSUER: &str = "b0000000-0000-4000-8000-000000000001";
pub(crate) const ISSUER_SECRET: &str = "issuer-secret-of-the-tests";
pub(crate) const PORTAL: &str = "b0000000-0000-4000-8000-000000000002";
pub(crate) const PATIENT: &str = "d0000000-0000-4000-8000-000000000001";

/// A clinic with an issuing client, a portal and a patient.
pub(crate) fn clinic() -> Value {
    json!({ "rateLimits": { "login": 0, "auth": 0, "other": 0 }, "projects": [{
        "id": "a0000000-0000-4000-8000-000000000001", "name": "Test Clinic", "preauthorizePerMinute": 0,
        "clients": [
            { "id": ISSUER, "name": "Issuer", "clientType": "confidential", "secret": ISSUER_SECRET, "admin": true },
            { "id": PORTAL, "name": "Portal", "clientType": "public", "redirectUris": ["https://portal.example/cb"] },
        ],
        "members": [
            { "email": "marker.person@clinic.example", "password": "marker-password",
              "profile": { "resourceType": "Patient", "id": PATIENT, "name": [{ "given": ["Markerina"], "family": "Test" }] } },
        ],
    }] })
}

/// Writes a workspace file.
pub(crate) fn write(dir: &Path, name: &str, workspace: &Value) -> String {
    let file = dir.join(name);
    std::fs::write(&file, workspace.to_string()).unwrap();
    file.to_str().unwrap().to_owned()
}

/// Issues a code for the patient: the answer of `/auth/preauthorize`.
pub(crate) fn preauthorize(http: &mut Http, body: &str) -> std::io::Result<crate::http::Answer> {
    // base64 of ISSUER:ISSUER_SECRET
    const BASIC: &str =
        "Basic YjAwMDAwMDAtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAxOmlzc3Vlci1zZWNyZXQtb2YtdGhlLXRlc3Rz";
    let patient = format!("Patient/{PATIENT}");
    let headers = [
        ("authorization", BASIC),
        ("content-type", "application/json"),
        ("x-medplum-on-behalf-of", &patient),
    ];
    http.send("POST", "/auth/preauthorize", &headers, body)
}

/// Presents a code at the token endpoint.
pub(crate) fn redeem(http: &mut Http, code: &str) -> std::io::Result<crate::http::Answer> {
    let grant = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Apre-authorized_code";
    http.form(
        "/oauth2/token",
        &[],
        &format!("grant_type={grant}&client_id={PORTAL}&pre-authorized_code={code}"),
    )
}
