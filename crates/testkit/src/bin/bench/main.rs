//! `make bench`: load on the real server, beside bare handlers in the same run, so that every figure is also a ratio.
//!
//! Closed loop over kept-alive connections, every answer checked. The server and the bare handlers run as processes of their
//! own; rounds are interleaved and the median is reported. Writes `target/bench.json`.

mod ceiling;
mod clinic;
mod hanging;
mod load;
mod process;
mod report;
mod seed;

use std::path::PathBuf;
use std::process::ExitCode;

use tokio::runtime::Builder;

use crate::report::Report;

/// What the command line asks for.
struct Options {
    server: PathBuf,
    out: PathBuf,
    seconds: u64,
    rounds: usize,
    codes: u32,
    /// The one cycle to measure; all of them without.
    only: Option<String>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().map(String::as_str) == Some("ceiling") {
        return ceiling::run();
    }
    let options = match options(&arguments) {
        Ok(options) => options,
        Err(message) => {
            eprintln!(
                "{message}\nusage: bench --server target/release/anteroom-server --out target/bench.json [--seconds 3] [--rounds 3] [--codes 1000000] [--only client_credentials]"
            );
            return ExitCode::from(2);
        }
    };
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let result = runtime.map_err(anyhow).and_then(|runtime| runtime.block_on(bench(&options)));
    match result {
        Ok(report) => {
            print!("{}", report.table());
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("bench failed: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Any error as its text: this program only reports it.
fn anyhow(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn options(arguments: &[String]) -> Result<Options, String> {
    let mut options = Options {
        server: PathBuf::from("target/release/anteroom-server"),
        out: PathBuf::from("target/bench.json"),
        seconds: 3,
        rounds: 3,
        codes: 1_000_000,
        only: None,
    };
    let mut rest = arguments.iter();
    while let Some(flag) = rest.next() {
        let value = rest.next().ok_or_else(|| format!("{flag} needs a value"))?;
        let number = || value.parse::<u64>().map_err(|_| format!("{flag} {value}: not a number"));
        match flag.as_str() {
            "--server" => options.server = value.into(),
            "--out" => options.out = value.into(),
            "--only" => options.only = Some(value.clone()),
            "--seconds" => options.seconds = number()?.clamp(1, 60),
            "--rounds" => options.rounds = usize::try_from(number()?.clamp(1, 20)).map_err(anyhow)?,
            "--codes" => options.codes = u32::try_from(number()?).map_err(anyhow)?,
            other => return Err(format!("unknown option {other}")),
        }
    }
    Ok(options)
}

async fn bench(options: &Options) -> Result<Report, String> {
    let mut report = Report::default();
    let folder = tempfile::tempdir().map_err(anyhow)?;
    let data = folder.path().join("data");
    let mut providers = hanging::Providers::start().await?;
    let workspace = clinic::write(folder.path(), &providers.hosts)?;
    {
        // The first start makes the keys; every later one finds an existing store.
        let server = process::Server::start(&options.server, &data, Some(&workspace)).await?;
        report.load(&server, options, "").await?;
        report.rss_after_load_mib = server.rss_mib()?;
        providers.keep_waiting(&server.address).await?;
        report.beside_hanging_calls(&server, options).await?;
        providers.stop().await;
        server.stop().await?;
    }
    report.measure_start(options, &data).await?;
    if options.codes > 0 {
        let rows = seed::codes(&data, options.codes)?;
        report.seeded_codes = rows;
        let server = process::Server::start(&options.server, &data, None).await?;
        report.load(&server, options, "_1m").await?;
        server.stop().await?;
        report.compare_seeded();
    }
    report.write(&options.out)?;
    Ok(report)
}
