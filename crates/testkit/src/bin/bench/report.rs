//! The figures: measured beside their ceilings, written as JSON, printed as a table.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use serde_json::{Map, Value, json};

use crate::clinic::{CLIENT, PATIENT, PORTAL, SECRET};
use crate::hanging;
use crate::load::{self, Connection, Cycle, Measured, constant, get, post};
use crate::process::Server;
use crate::{Options, anyhow};

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
const CONNECTIONS: [usize; 3] = [1, 8, 32];

/// A figure beside its ceiling.
#[derive(Debug, Clone, Copy)]
struct Figure {
    measured: Measured,
    ceiling_rps: f64,
}

/// Everything measured.
#[derive(Default)]
pub(crate) struct Report {
    figures: BTreeMap<String, BTreeMap<usize, Figure>>,
    ready_ms: f64,
    first_answer_ms: f64,
    rss_mib: f64,
    pub(crate) rss_after_load_mib: f64,
    pub(crate) seeded_codes: u32,
    seeded_ratio: BTreeMap<String, f64>,
    beside_hanging: BTreeMap<&'static str, Measured>,
}

/// What is measured, and which bare handler is its ceiling.
async fn cycles(server: &Server) -> Result<Vec<(&'static str, Cycle, &'static str)>, String> {
    let host = server.address.as_str();
    let single = |request: String, expected| Cycle { steps: vec![(constant(request), expected)] };
    let credentials = post(
        host,
        "/oauth2/token",
        FORM,
        &format!("grant_type=client_credentials&client_id={CLIENT}&client_secret={SECRET}"),
    );
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{CLIENT}:{SECRET}"));
    let issue = post(
        host,
        "/auth/preauthorize",
        &format!(
            "Content-Type: application/json\r\nAuthorization: Basic {basic}\r\nX-Medplum-On-Behalf-Of: Patient/{PATIENT}\r\n"
        ),
        &format!("{{\"clientId\":\"{PORTAL}\"}}"),
    );
    let redeem = {
        let host = host.to_owned();
        Arc::new(move |issued: &str| {
            let code = member(issued, "preAuthorizedCode").unwrap_or_default();
            let grant = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Apre-authorized_code";
            post(
                &host,
                "/oauth2/token",
                FORM,
                &format!("grant_type={grant}&client_id={PORTAL}&pre-authorized_code={code}"),
            )
        })
    };
    let cycle = Cycle { steps: vec![(constant(issue), "preAuthorizedCode"), (redeem, "access_token")] };
    let mut connection = Connection::open(host).await?;
    let issued = connection.exchange(&(cycle.steps[0].0)("")).await?;
    let redeemed = connection.exchange(&(cycle.steps[1].0)(&issued)).await?;
    let token = member(&redeemed, "access_token").ok_or("no access token")?;
    let userinfo = get(host, "/oauth2/userinfo", &format!("Authorization: Bearer {token}\r\n"));
    Ok(vec![
        ("client_credentials", single(credentials, "access_token"), "/two-signatures"),
        ("preauthorize_redeem", cycle, "/two-signatures"),
        ("userinfo", single(userinfo, "\"sub\""), "/noop"),
        ("discovery", single(get(host, "/.well-known/openid-configuration", ""), "issuer"), "/noop"),
        ("jwks", single(get(host, "/.well-known/jwks.json", ""), "keys"), "/noop"),
    ])
}

fn member(json: &str, name: &str) -> Option<String> {
    serde_json::from_str::<Value>(json).ok()?.get(name)?.as_str().map(str::to_owned)
}

fn ceiling_cycle(host: &str, path: &str) -> Cycle {
    let body = format!("grant_type=client_credentials&client_id={CLIENT}&client_secret={SECRET}");
    let (request, expected) = match path {
        "/noop" => (get(host, path, ""), "ok"),
        _ => (post(host, path, FORM, &body), "access_token"),
    };
    Cycle { steps: vec![(constant(request), expected)] }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

impl Report {
    /// Measures every cycle at every number of connections, each round beside its ceiling.
    pub(crate) async fn load(
        &mut self,
        server: &Server,
        options: &Options,
        suffix: &str,
    ) -> Result<(), String> {
        let ceiling = Server::ceiling().await?;
        for (name, cycle, bare) in cycles(server).await? {
            if options.only.as_ref().is_some_and(|only| only != name) {
                continue;
            }
            let bare = ceiling_cycle(&ceiling.address, bare);
            for connections in CONNECTIONS {
                let mut rounds = Vec::new();
                for _ in 0..options.rounds {
                    let highest = load::run(&ceiling.address, &bare, connections, options.seconds).await?;
                    let measured = load::run(&server.address, &cycle, connections, options.seconds).await?;
                    rounds.push((measured, highest.rps));
                }
                let of = |pick: fn(&(Measured, f64)) -> f64| median(rounds.iter().map(pick).collect());
                let figure = Figure {
                    measured: Measured {
                        rps: of(|(measured, _)| measured.rps),
                        p50_ms: of(|(measured, _)| measured.p50_ms),
                        p99_ms: of(|(measured, _)| measured.p99_ms),
                    },
                    ceiling_rps: of(|(_, ceiling)| *ceiling),
                };
                eprintln!("{name}{suffix} · {connections}: {:.0}/s", figure.measured.rps);
                self.figures.entry(format!("{name}{suffix}")).or_default().insert(connections, figure);
            }
        }
        ceiling.stop().await
    }

    /// Measures every cycle, without a ceiling, while many calls to a provider hang. Eight connections: a closed loop over
    /// more would measure its own queue.
    pub(crate) async fn beside_hanging_calls(
        &mut self,
        server: &Server,
        options: &Options,
    ) -> Result<(), String> {
        for (name, cycle, _) in cycles(server).await? {
            let measured = load::run(&server.address, &cycle, 8, options.seconds).await?;
            eprintln!("{name} beside {} hanging calls: p99 {:.1} ms", hanging::CALLS, measured.p99_ms);
            self.beside_hanging.insert(name, measured);
        }
        Ok(())
    }

    /// Starts the server on an existing store several times.
    pub(crate) async fn measure_start(&mut self, options: &Options, data: &Path) -> Result<(), String> {
        let (mut ready, mut first, mut rss) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..7 {
            let server = Server::start(&options.server, data, None).await?;
            ready.push(server.ready_ms);
            first.push(server.first_answer_ms);
            rss.push(server.rss_mib()?);
            server.stop().await?;
        }
        (self.ready_ms, self.first_answer_ms, self.rss_mib) = (median(ready), median(first), median(rss));
        Ok(())
    }

    /// How much of each rate is left with a full store. Each rate is taken relative to the ceiling of its own run.
    pub(crate) fn compare_seeded(&mut self) {
        for (name, full) in &self.figures {
            let Some(empty) = name.strip_suffix("_1m").and_then(|name| self.figures.get(name)) else {
                continue;
            };
            if let (Some(full), Some(empty)) = (full.get(&32), empty.get(&32)) {
                let share = |figure: &Figure| figure.measured.rps / figure.ceiling_rps;
                self.seeded_ratio.insert(name.trim_end_matches("_1m").to_owned(), share(full) / share(empty));
            }
        }
    }

    /// Writes the JSON.
    pub(crate) fn write(&self, file: &Path) -> Result<(), String> {
        let round = |value: f64| (value * 1_000.0).round() / 1_000.0;
        let mut root = Map::new();
        for (name, by_connections) in &self.figures {
            let rows: Map<String, Value> = by_connections
                .iter()
                .map(|(connections, figure)| {
                    let row = json!({
                        "rps": round(figure.measured.rps),
                        "ceiling_rps": round(figure.ceiling_rps),
                        "ratio": round(figure.measured.rps / figure.ceiling_rps),
                        "p50_ms": round(figure.measured.p50_ms),
                        "p99_ms": round(figure.measured.p99_ms),
                    });
                    (connections.to_string(), row)
                })
                .collect();
            root.insert(name.clone(), rows.into());
        }
        for (name, value) in [
            ("ready_ms", self.ready_ms),
            ("first_answer_ms", self.first_answer_ms),
            ("rss_mib", self.rss_mib),
            ("rss_after_load_mib", self.rss_after_load_mib),
        ] {
            root.insert(name.into(), round(value).into());
        }
        root.insert("seeded_codes".into(), self.seeded_codes.into());
        let seeded: Map<String, Value> =
            self.seeded_ratio.iter().map(|(name, ratio)| (name.clone(), round(*ratio).into())).collect();
        root.insert("seeded_ratio".into(), seeded.into());
        let beside: Map<String, Value> = self
            .beside_hanging
            .iter()
            .map(|(name, measured)| {
                let row = json!({ "rps": round(measured.rps), "p50_ms": round(measured.p50_ms), "p99_ms": round(measured.p99_ms) });
                ((*name).to_owned(), row)
            })
            .collect();
        root.insert("beside_hanging_calls".into(), beside.into());
        let text = serde_json::to_string_pretty(&root).map_err(anyhow)?;
        std::fs::write(file, text + "\n").map_err(anyhow)
    }

    /// The figures as a table in Markdown.
    pub(crate) fn table(&self) -> String {
        let mut text = String::from(
            "| what | connections | rate /s | ceiling /s | ratio | p50 ms | p99 ms |\n|---|---|---|---|---|---|---|\n",
        );
        for (name, by_connections) in &self.figures {
            for (connections, figure) in by_connections {
                let measured = figure.measured;
                let _ = writeln!(
                    text,
                    "| {name} | {connections} | {:.0} | {:.0} | {:.2} | {:.2} | {:.2} |",
                    measured.rps,
                    figure.ceiling_rps,
                    measured.rps / figure.ceiling_rps,
                    measured.p50_ms,
                    measured.p99_ms
                );
            }
        }
        let _ = writeln!(
            text,
            "\nready {:.0} ms · first answer {:.0} ms · resident {:.1} MiB after start, {:.1} MiB after load",
            self.ready_ms, self.first_answer_ms, self.rss_mib, self.rss_after_load_mib
        );
        for (name, measured) in &self.beside_hanging {
            let _ = writeln!(
                text,
                "{name} beside {} hanging userinfo calls: {:.0}/s, p50 {:.1} ms, p99 {:.1} ms",
                hanging::CALLS,
                measured.rps,
                measured.p50_ms,
                measured.p99_ms
            );
        }
        for (name, ratio) in &self.seeded_ratio {
            let _ = writeln!(
                text,
                "{name} with {} codes in the store: {ratio:.2} of its rate without",
                self.seeded_codes
            );
        }
        text
    }
}
