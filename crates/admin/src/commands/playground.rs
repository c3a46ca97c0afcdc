//! The playground: run any grant against this engine or another issuer, and see both sides.
//!
//! A token never leaves in an answer of these commands: what a token says is taken apart here.

mod cold;
mod compare;
mod doctor;
mod hand;
mod look;
mod saved;
mod start;
mod vault;

use anteroom_flows::export::Format;
use anteroom_flows::inspect::{Difference, Inspected};
use anteroom_flows::switch::Switch;
use anteroom_flows::view::RunView;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::activity::TraceCheck;
use super::clients::ClientType;
pub(crate) use compare::compare;
pub use compare::{Compare, Compared, ComparedStep, ComparedValue};
pub use doctor::{DeepLinkCheck, DeepLinkFinding, Examine, Mend};
pub(crate) use doctor::{examine, mend};
pub(crate) use look::{export, get, hand_in, inspect, preview};
pub use saved::{Rename, Save, SavedList, SavedRow, SavedRuns, SavedShown};
pub(crate) use saved::{delete, open_saved, rename, save, saved};
pub(crate) use start::{cancel, options, run};
pub use vault::{LadderOf, PlaygroundApi, PlaygroundApiClient, PlaygroundConnection, VaultRun};

/// Nothing to say.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Options {}

/// What the playground may choose from.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PlaygroundChoices {
    /// This engine's issuer.
    pub issuer: String,
    /// Client applications, by name.
    pub clients: Vec<PlaygroundClient>,
    /// The APIs of the project, for the Token Vault.
    pub apis: Vec<PlaygroundApi>,
    /// Connections that accounts can be connected through, for the Token Vault.
    pub connections: Vec<PlaygroundConnection>,
    /// The switchboard.
    pub switches: Vec<SwitchRow>,
    /// Whether the system's browser can be opened.
    pub can_open_browser: bool,
    /// Whether deep links reach this program.
    pub receives_deep_links: bool,
}

/// A client application to run as.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PlaygroundClient {
    /// `client_id`.
    pub id: String,
    /// Name.
    pub name: String,
    /// Kind.
    pub client_type: ClientType,
    /// Whether it has a secret, which is stored nowhere in clear and has to be typed.
    pub has_secret: bool,
    /// The grants it may use, by `grant_type`; the Token Vault's is there for who may sign people in: its API's client
    /// exchanges.
    pub grants: Vec<String>,
    /// Its redirect URIs that come back to this machine.
    pub redirect_uris: Vec<String>,
    /// Its default scope.
    pub default_scope: Vec<String>,
}

/// A row of the switchboard.
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own")]
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SwitchRow {
    /// Its name.
    pub name: Switch,
    /// The step that is refused.
    pub step: String,
    /// `error` of the answer; the name of the check when the client refuses.
    pub answer: String,
    /// Whether the client refuses, not the issuer.
    pub by_client: bool,
    /// The grants it fits, by `grant_type`.
    pub grants: Vec<String>,
    /// Fits only a client that shows a secret.
    pub needs_secret: bool,
    /// This engine does it: it fits no other issuer.
    pub needs_issuer: bool,
    /// The sample provider does it: it fits no other provider.
    pub needs_sample_provider: bool,
}

/// How the answer of the browser comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReturnBy {
    /// By deep link if the client registered it and this program receives it; else by loopback.
    Auto,
    /// By a loopback listener on a free port.
    Loopback,
    /// By `anteroom://oauth/callback`.
    DeepLink,
    /// No browser: the pages are filled in with the given person.
    Pages,
    /// No browser, no page and no password: this engine signs the person of `membershipId` in, and the log says so.
    Persona,
}

/// Begins a run.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(rename = "RunRequest")]
pub struct Run {
    /// Base URL of another issuer; empty for this engine.
    pub issuer: String,
    /// `client_id`.
    pub client_id: String,
    /// The client's secret; empty for none.
    pub client_secret: String,
    /// `grant_type`, or `auth_exchange`.
    pub grant: String,
    /// Scope, in words.
    pub scope: Vec<String>,
    /// How the answer of the browser comes back.
    pub return_by: ReturnBy,
    /// Where it comes back; empty for the one that fits.
    pub redirect_uri: String,
    /// For the pages without a browser; empty otherwise.
    pub email: String,
    /// For the pages without a browser; empty otherwise.
    pub password: String,
    /// Membership the pre-authorized code is for, or that is signed in as persona; empty otherwise.
    pub membership_id: String,
    /// A token or code that the grant begins with (refresh token, subject token, pre-authorized code); empty otherwise.
    pub token: String,
    /// What is done with the tokens, in order.
    pub afterwards: Vec<String>,
    /// What is made to fail.
    pub failures: Vec<Switch>,
    /// For the Token Vault; absent for every other grant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub vault: Option<VaultRun>,
}

impl Run {
    /// The same without anything secret: what may be kept.
    pub(crate) fn without_secrets(&self) -> Self {
        let empty = String::new;
        let vault = self.vault.clone().map(|vault| VaultRun { exchange_client_secret: empty(), ..vault });
        Self { client_secret: empty(), password: empty(), token: empty(), vault, ..self.clone() }
    }
}

/// Names one run.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ref {
    /// Its id.
    pub id: String,
}

/// A run, as it stands.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RunShown {
    /// Its id, which is the trace id of its requests.
    pub id: String,
    /// `grant_type`.
    pub grant: String,
    /// `client_id`.
    pub client_id: String,
    /// Whether this engine is the issuer, so that its side can be seen.
    pub own: bool,
    /// Unix seconds when it began.
    #[ts(type = "number")]
    pub began: i64,
    /// The client's side.
    pub client: RunView,
    /// This engine's side, in order.
    pub engine: Vec<EngineSaw>,
    /// What was made to fail.
    pub failures: Vec<Switch>,
    /// Which ladder shows every condition of its exchange; `null` where there was none.
    #[serde(default)]
    pub ladder: Option<LadderOf>,
}

/// A request of a run, as the engine saw it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EngineSaw {
    /// The number of the step that sent it; `null` for the browser.
    #[ts(type = "number | null")]
    pub step: Option<u64>,
    /// What was checked, in order.
    pub checks: Vec<TraceCheck>,
    /// Why it was refused, if it was.
    pub refusal: Option<RefusalRow>,
}

/// A row of the table of refusals.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RefusalRow {
    /// Its name.
    pub name: String,
    /// Where the rule stands.
    pub section: String,
    /// What to do.
    pub advice: String,
}

/// What a deep link brought back.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Return {
    /// `state`
    pub state: String,
    /// `code`
    pub code: Option<String>,
    /// `iss`
    pub iss: Option<String>,
    /// `error`
    pub error: Option<String>,
    /// `error_description`
    pub error_description: Option<String>,
}

/// Which run took it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HandedIn {
    /// Its id; `null` when no run waits for this `state`.
    pub run: Option<String>,
}

/// Takes a token apart: one of a run by its name, or one that was pasted.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Inspect {
    /// The run; empty for a pasted token.
    pub run: String,
    /// `access_token`, `refresh_token` or `id_token`; the token itself when it was pasted.
    pub token: String,
    /// Another token of the run, or another pasted one, to compare with; empty for none.
    pub other: String,
}

/// A token, taken apart.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Inspection {
    /// The token.
    pub token: Inspected,
    /// The other one.
    pub other: Option<Inspected>,
    /// The claims that differ between the two.
    pub differences: Vec<Difference>,
}

/// Which token to look at before there is one.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Preview {
    /// `client_id`.
    pub client_id: String,
    /// Membership of the person.
    pub membership_id: String,
    /// Scope that is asked for; empty for the client's default.
    pub scope: Vec<String>,
}

/// What the tokens would say.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Previewed {
    /// The access token, and the ID token when the scope has `openid`.
    pub tokens: Vec<Inspected>,
}

/// Takes a run along.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Export {
    /// The run.
    pub id: String,
    /// In which form.
    pub format: Format,
    /// One step, by its number; `null` for all.
    #[ts(type = "number | null")]
    pub step: Option<u64>,
}

/// A run, to take along.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RunExported {
    /// The text.
    pub text: String,
    /// A name for its file.
    pub file_name: String,
}
