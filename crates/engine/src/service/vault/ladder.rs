//! The exchange ladder: every condition of an exchange that nobody has made yet.

use std::sync::Arc;

use super::{Asking, Condition, Facts, Finding, Mend, OF_CLIENT, OF_EXCHANGE, SubjectKind, Through, Verdict};
use crate::model::{Client, Membership};
use crate::store::{StoreResult, Tx};
use crate::timestamp::Timestamp;

/// Whose exchange, at which API, by which client, on which connection.
pub struct Asked<'a> {
    /// What would be shown.
    pub kind: SubjectKind,
    /// The person.
    pub person: &'a Membership,
    /// Identifier of the API the person's access token would be for.
    pub audience: &'a str,
    /// The client that would ask.
    pub client: Arc<Client>,
    /// Name of the connection.
    pub connection: &'a str,
    /// `login_hint`, if one would be sent.
    pub login_hint: Option<&'a str>,
    /// Through which client the person would come.
    pub through: Through,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// Name, as in the trace.
    pub id: &'static str,
    /// Whether it holds, and the two values.
    pub finding: Finding,
    /// What makes it hold.
    pub mend: Mend,
    /// Name of the refusal it gives.
    pub refusal: &'static str,
}

/// All of them, in the order of the exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder {
    /// The conditions.
    pub rungs: Vec<Rung>,
}

impl Ladder {
    /// Whether the exchange would go as far as the provider, or give a token that is still good.
    pub fn holds(&self) -> bool {
        self.rungs.iter().all(|rung| rung.finding.verdict == Verdict::Met)
    }
}

/// Judges every condition, by the code that the exchange uses.
pub fn ladder(tx: &dyn Tx, now: Timestamp, asked: Asked<'_>) -> StoreResult<Ladder> {
    let mut rungs = Vec::new();
    climb(&mut rungs, OF_CLIENT, &asked.client);
    let asking = Asking {
        kind: asked.kind,
        client: asked.client,
        audience: vec![asked.audience.to_owned()],
        through: asked.through,
        user: super::user_of(asked.person),
        connection: asked.connection,
        login_hint: asked.login_hint,
    };
    climb(&mut rungs, OF_EXCHANGE, &Facts::gather(tx, now, asking)?);
    Ok(Ladder { rungs })
}

fn climb<F>(rungs: &mut Vec<Rung>, conditions: &[Condition<F>], facts: &F) {
    for condition in conditions {
        if let Some(finding) = (condition.judge)(facts) {
            let (id, mend, refusal) = (condition.id, condition.mend, condition.refusal.name());
            rungs.push(Rung { id, finding, mend, refusal });
        }
    }
}
