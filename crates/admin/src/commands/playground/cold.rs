//! A run that waits for a deep link outlives the program: what it needs is kept, sealed, until its answer comes or it is too
//! late. A start that the answer causes finishes it.

use std::pin::Pin;

use anteroom_engine::service::waiting_runs;
use anteroom_engine::stop::Outcome;
use anteroom_flows::flow::Flow;
use anteroom_flows::returning::Returned;
use anteroom_flows::run::{Keeper, PATIENCE, Waiting};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Run;
use super::start::Prepared;
use crate::admin::Admin;
use crate::error::CommandError;

/// Runs that wait at once, at most.
const MOST: usize = 8;

/// A run that waits.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Kept {
    /// Until when, in Unix seconds.
    until: i64,
    waiting: Waiting,
    flow: Flow,
    request: Run,
    own: bool,
    base: String,
}

/// Keeps a run that waits.
pub(super) struct Cold {
    pub(super) admin: Admin,
    pub(super) flow: Flow,
    pub(super) request: Run,
    pub(super) own: bool,
    pub(super) base: String,
}

impl Keeper for Cold {
    fn keep<'a>(&'a self, waiting: &'a Waiting) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        let kept = Kept {
            until: 0,
            waiting: waiting.clone(),
            flow: self.flow.clone(),
            request: self.request.clone(),
            own: self.own,
            base: self.base.clone(),
        };
        Box::pin(async move {
            let patience = i64::try_from(PATIENCE.as_secs()).unwrap_or(i64::MAX);
            let written = change(&self.admin, move |all, now| {
                all.push(Kept { until: now + patience, ..kept });
                let over = all.len().saturating_sub(MOST);
                all.drain(..over);
            });
            if let Err(error) = written.await {
                // the run goes on; only another start cannot finish it
                tracing::warn!(%error, "a waiting run could not be kept");
            }
        })
    }
}

/// Changes what waits; whatever is too old goes.
async fn change<T: Send + 'static>(
    admin: &Admin,
    change: impl FnOnce(&mut Vec<Kept>, i64) -> T + Send + 'static,
) -> Result<T, CommandError> {
    admin
        .change(move |cx, engine, _| -> Outcome<T> {
            let now = cx.now.seconds();
            let plain = waiting_runs::read(cx, engine)?;
            // what another version wrote is forgotten
            let read = |bytes: &Zeroizing<Vec<u8>>| serde_json::from_slice(bytes).ok();
            let mut all: Vec<Kept> = plain.as_ref().and_then(read).unwrap_or_default();
            all.retain(|kept| kept.until > now);
            let answer = change(&mut all, now);
            let bytes = Zeroizing::new(serde_json::to_vec(&all).unwrap_or_default());
            waiting_runs::keep(cx, engine, &bytes)?;
            Ok(answer)
        })
        .await
}

/// A run is over: it waits no more.
pub(super) async fn forget(admin: &Admin, state: String) {
    let forgotten = change(admin, move |all, _| all.retain(|kept| kept.waiting.state != state));
    if let Err(error) = forgotten.await {
        tracing::warn!(%error, "a run that has ended could not be forgotten");
    }
}

/// Takes the run out that waits for this `state` since another start of the program, to be finished once.
pub(super) async fn take(
    admin: &Admin,
    state: &str,
    returned: &Returned,
) -> Result<Option<Prepared>, CommandError> {
    let state = state.to_owned();
    let found = change(admin, move |all, _| {
        let at = all.iter().position(|kept| kept.waiting.state == state)?;
        Some(all.remove(at))
    });
    Ok(found.await?.map(|kept| Prepared {
        flow: kept.flow,
        request: kept.request,
        own: kept.own,
        base: kept.base,
        return_by: super::ReturnBy::DeepLink,
        persona: None,
        resume: Some((kept.waiting, returned.clone())),
    }))
}
