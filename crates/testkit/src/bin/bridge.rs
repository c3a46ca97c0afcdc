//! `anteroom-bridge`: the screens in a browser on the real engine, for tests and for looking around.
//!
//! Prints one JSON line with both base URLs when it is ready, and ends when it is told to.

use std::path::PathBuf;
use std::process::ExitCode;

use anteroom_server::workspace_file::WorkspaceFile;
use anteroom_testkit::bridge::{Bridge, Options, log, people as crowd};
use clap::Parser;
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::signal::unix::{SignalKind, signal};

/// The screens of Anteroom in a browser, on an engine in memory.
#[derive(Parser)]
struct Arguments {
    /// Folder of the built screens.
    #[arg(long, default_value = "ui/dist")]
    screens: PathBuf,
    /// Where the database and the keys live [default: in memory]
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Workspace files to apply before anything is served.
    #[arg(long)]
    workspace: Vec<PathBuf>,
    /// Patients to add to the first project; the clinic is set up first when there is none.
    #[arg(long, default_value_t = 0)]
    seed_people: u32,
    /// Client applications to add.
    #[arg(long, default_value_t = 0)]
    seed_clients: u32,
    /// Events to add to the log.
    #[arg(long, default_value_t = 0)]
    seed_events: u32,
    /// Port of the screens; 0 picks a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Port of the engine; 0 picks a free one.
    #[arg(long, default_value_t = 0)]
    engine_port: u16,
    /// End when standard input ends, so that nothing is left behind by whoever started this.
    #[arg(long)]
    until_stdin_ends: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("anteroom-bridge: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let workspaces =
        arguments.workspace.iter().map(|file| WorkspaceFile::read(file)).collect::<Result<_, _>>()?;
    let options = Options {
        screens: arguments.screens,
        data_dir: arguments.data_dir,
        workspaces,
        engine_port: arguments.engine_port,
        port: arguments.port,
    };
    let bridge = Bridge::open(options).await?;
    let counts = [arguments.seed_people, arguments.seed_clients, arguments.seed_events];
    if counts.iter().any(|count| *count > 0) {
        seed(&bridge, counts).await?;
    }
    let ready =
        json!({ "event": "listening", "url": bridge.url(), "engine_base_url": bridge.engine_base_url() });
    println!("{ready}");
    let mut terminate = signal(SignalKind::terminate())?;
    let told = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
            () = stdin_ended(), if arguments.until_stdin_ends => {}
        }
    };
    bridge.serve(told).await;
    Ok(())
}

async fn stdin_ended() {
    let mut unread = Vec::new();
    // Whatever stands there means nothing; only its end does.
    let _ = tokio::io::stdin().read_to_end(&mut unread).await;
}

/// People, clients and events, in this order.
async fn seed(
    bridge: &Bridge,
    [people, clients, events]: [u32; 3],
) -> Result<(), Box<dyn std::error::Error>> {
    let home = anteroom_admin::dispatch(&bridge.admin, "home_get", json!({})).await?;
    if home["project"].is_null() {
        let clinic = json!({
            "projectName": "Riverside Clinic", "given": "Ada", "family": "Byron",
            "email": "ada@example.org", "password": "correct horse",
        });
        anteroom_admin::dispatch(&bridge.admin, "setup_complete", clinic).await?;
    }
    let engine = std::sync::Arc::clone(bridge.host.engine());
    let seeded = tokio::task::spawn_blocking(move || {
        crowd::seed(&engine, people)?;
        log::seed_clients(&engine, clients)?;
        log::seed_events(&engine, events)
    });
    seeded.await?.map_err(|stop| format!("the clinic could not be filled: {stop:?}").into())
}
