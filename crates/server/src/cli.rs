//! The command line. Names and defaults are a contract: they do not change without a note in the changelog.

use std::net::SocketAddr;
use std::path::PathBuf;

use anteroom_engine::issuer::Issuer;
use anteroom_server::master_key::Source;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory as _, Parser, Subcommand};

/// The engine of Anteroom without a window.
#[derive(Debug, Parser)]
#[command(name = "anteroom-server", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve until SIGTERM or SIGINT
    Serve(Serve),
    /// Apply a workspace file
    Apply(Apply),
    /// Print the workspace file of what is stored
    Export(Export),
    /// Copy the whole store to a file, also while a server or the app uses it
    Backup(Backup),
    /// Put a backup in the place of the store, which is kept; everybody is signed out, and no link works any longer
    Restore(Restore),
    /// Check store, keys, ports and clock
    Doctor(Doctor),
    /// Print the certificate of the local CA as PEM, made if there is none yet
    Ca(Ca),
    /// Run a saved flow
    Flow(Flow),
}

#[derive(Debug, Args)]
pub(crate) struct Flow {
    #[command(subcommand)]
    pub(crate) command: FlowCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum FlowCommand {
    /// Run a flow file, print JUnit, exit 1 on a failed assertion
    Run(FlowRun),
}

#[derive(Debug, Args)]
pub(crate) struct FlowRun {
    /// The flow file (`*.flow.json`)
    pub(crate) file: PathBuf,
    /// The issuer [default: the one the file names]
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,
}

/// Where the store is and what it is sealed with.
#[derive(Debug, Args)]
pub(crate) struct StoreArgs {
    /// Where the database and the keys live [default: the platform's data folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Where the key comes from that seals the others: keychain, passphrase (`ANTEROOM_PASSPHRASE`) or file. Another one
    /// than before seals the store anew [default: what the store is sealed with; file for a new one]
    #[arg(long, value_name = "SOURCE", value_parser = source)]
    pub(crate) master_key: Option<Source>,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// A temporary store that is gone on exit
    #[arg(long, conflicts_with_all = ["data_dir", "master_key"])]
    pub(crate) ephemeral: bool,
    /// The address; port 0 picks a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8103")]
    pub(crate) listen: SocketAddr,
    /// Also serve https with the locally made CA, at `https://localhost:<port>/` or at the address; port 0 picks a free one
    /// [default: off]
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) tls_listen: Option<SocketAddr>,
    /// The public base, ends with "/"; may be given several times, the first is the default [default: http://<listen>/]
    #[arg(long, value_name = "URL", value_parser = base_url)]
    pub(crate) base_url: Vec<Issuer>,
    /// Apply a workspace file at start; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) workspace: Vec<PathBuf>,
    /// Also run a small OpenID provider to try things with, on a loopback address and in memory; port 0 picks a free one. A
    /// project may reach it once its list of allowed hosts names it [default: off; without an address 127.0.0.1:8104]
    #[arg(
        long, value_name = "ADDR:PORT", num_args = 0..=1, require_equals = true,
        default_missing_value = "127.0.0.1:8104", value_parser = loopback
    )]
    pub(crate) sample_provider: Option<SocketAddr>,
}

#[derive(Debug, Args)]
pub(crate) struct Apply {
    /// The workspace file
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// Only print what would be added, changed and left
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// Write the secrets of identity providers into the file, in clear
    #[arg(long)]
    pub(crate) with_secrets: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The new file [default: named by the time, in the folder `backups` of the data folder]
    pub(crate) file: Option<PathBuf>,
    /// Where the database and the keys live [default: the platform's data folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The backup
    pub(crate) file: PathBuf,
    /// Where the database and the keys live [default: the platform's data folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Ca {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    /// The address that a server would listen on
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8103")]
    pub(crate) listen: SocketAddr,
}

impl Cli {
    /// Reads the command line; ends the program with exit code 2 when it is wrong.
    pub(crate) fn read() -> Self {
        let cli = Self::parse();
        if let Command::Serve(serve) = &cli.command
            && let Err(rule) = serve.check()
        {
            Self::command().error(ErrorKind::ArgumentConflict, rule).exit();
        }
        cli
    }
}

impl Serve {
    /// Rules that need more than one argument, or more than its form.
    fn check(&self) -> Result<(), String> {
        if self.tls_listen.is_some_and(|tls| tls.ip().is_unspecified()) {
            return Err(
                "--tls-listen needs the one address that others use: the certificate names it".to_owned()
            );
        }
        // Others could not reach http://0.0.0.0/, and over plain http everybody in between could read their codes.
        if !self.listen.ip().is_loopback() && self.base_url.is_empty() {
            return Err(format!(
                "--listen {} can be reached from other machines: name the address they use with --base-url",
                self.listen
            ));
        }
        Ok(())
    }
}

fn source(text: &str) -> Result<Source, String> {
    Source::parse(text).ok_or_else(|| "must be keychain, passphrase or file".to_owned())
}

/// It believes whoever types an e-mail address, so that nobody else may reach it.
fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text.parse().map_err(|_| "must be an address and a port".to_owned())?;
    if address.ip().is_loopback() { Ok(address) } else { Err("must be a loopback address".to_owned()) }
}

fn base_url(text: &str) -> Result<Issuer, String> {
    Issuer::parse(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    fn parse(words: &[&str]) -> Result<Cli, ErrorKind> {
        Cli::try_parse_from([&["anteroom-server"], words].concat()).map_err(|error| error.kind())
    }

    #[test]
    fn the_defaults_are_those_of_the_contract() {
        let Ok(Cli { command: Command::Serve(serve) }) = parse(&["serve"]) else {
            panic!("serve needs no argument")
        };
        assert_eq!(serve.listen.to_string(), "127.0.0.1:8103");
        assert!(!serve.ephemeral && serve.base_url.is_empty() && serve.workspace.is_empty());
        assert!(serve.store.data_dir.is_none() && serve.store.master_key.is_none());
        assert_eq!(serve.sample_provider, None);
        for (words, address) in [
            (&["serve", "--sample-provider"][..], "127.0.0.1:8104"),
            (&["serve", "--sample-provider=[::1]:0"], "[::1]:0"),
        ] {
            let Ok(Cli { command: Command::Serve(serve) }) = parse(words) else { panic!("{words:?}") };
            assert_eq!(serve.sample_provider.map(|own| own.to_string()).as_deref(), Some(address));
        }
        assert_eq!(anteroom_sample_provider::USUAL_ADDRESS.to_string(), "127.0.0.1:8104");
    }

    #[test]
    fn what_cannot_go_together_is_refused() {
        for (words, kind) in [
            (&["serve", "--ephemeral", "--data-dir", "x"][..], ErrorKind::ArgumentConflict),
            (&["serve", "--ephemeral", "--master-key", "file"], ErrorKind::ArgumentConflict),
            (&["serve", "--listen", "8103"], ErrorKind::ValueValidation),
            (&["serve", "--listen", "localhost:8103"], ErrorKind::ValueValidation),
            (&["serve", "--base-url", "http://127.0.0.1:8103"], ErrorKind::ValueValidation),
            (&["serve", "--master-key", "Keychain"], ErrorKind::ValueValidation),
            (&["serve", "--sample-provider=0.0.0.0:8104"], ErrorKind::ValueValidation),
            (&["serve", "--sample-provider=localhost:8104"], ErrorKind::ValueValidation),
            (&["apply"], ErrorKind::MissingRequiredArgument),
            (&["flow", "run"], ErrorKind::MissingRequiredArgument),
            (&["flow", "walk", "a.flow.json"], ErrorKind::InvalidSubcommand),
        ] {
            assert_eq!(parse(words).unwrap_err(), kind, "{words:?}");
        }
    }

    #[test]
    fn a_port_for_others_needs_the_address_they_use() {
        let check = |words: &[&str]| match parse(words) {
            Ok(Cli { command: Command::Serve(serve) }) => serve.check(),
            other => panic!("{other:?}"),
        };
        assert!(check(&["serve", "--listen", "[::1]:0"]).is_ok());
        assert!(check(&["serve", "--listen", "0.0.0.0:8103"]).unwrap_err().contains("--base-url"));
        let proxied = ["serve", "--listen", "0.0.0.0:8103", "--base-url", "https://auth.clinic.example/"];
        assert!(check(&proxied).is_ok());
        assert!(check(&["serve", "--tls-listen", "127.0.0.1:8443"]).is_ok());
        assert!(check(&["serve", "--tls-listen", "0.0.0.0:8443"]).unwrap_err().contains("names it"));
    }
}
