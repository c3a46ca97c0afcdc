//! Renewing a provider's access token: once, however many ask.
//!
//! Each account has a lock in memory that is held while the provider is asked; who waits for it finds the new token. The
//! new tokens are stored by a conditional UPDATE over the version that was read, before anybody is answered. A refusal is
//! stored, too, and nobody asks again; a provider that cannot be reached is left alone for a moment.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::cx::{Origin, Topic};
use crate::engine::Engine;
use crate::id::Id;
use crate::model::connected_account::{ProviderRefusal, VaultTokens};
use crate::model::{ConnectedAccount, Connection};
use crate::service::connected_accounts::{ACCESS_TOKEN, REFRESH_TOKEN, seal};
use crate::service::provider::{self, Granted, Provider, ProviderError};
use crate::service::{connected_accounts, connections};
use crate::stop::Outcome;
use crate::timestamp::Timestamp;

/// Seconds before a provider that could not be reached is asked again.
const FAILED: u32 = 10;
/// Accounts with a lock at most; those nobody waits for make room.
const SLOTS: usize = 1_024;

/// The locks of accounts that are being renewed.
#[derive(Default)]
pub(crate) struct Renewals(Mutex<HashMap<Id<ConnectedAccount>, Arc<Slot>>>);

/// One account; holds the last failure that may pass.
type Slot = tokio::sync::Mutex<Option<(Timestamp, ProviderError)>>;

impl Renewals {
    fn slot(&self, id: Id<ConnectedAccount>) -> Arc<Slot> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= SLOTS {
            slots.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        Arc::clone(slots.entry(id).or_default())
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Renewal {
    /// The account has a new access token, from this call or from one that was waited for.
    Renewed,
    /// The provider refused, now or before; that is stored.
    Refused(String),
    /// The provider could not be asked, or its answer says nothing.
    Failed(ProviderError),
    /// The account is gone.
    Gone,
}

/// Renews the access token of an account that is no longer fresh.
///
/// # Errors
/// Faults only.
pub async fn renew(
    engine: &Arc<Engine>,
    connection: &Connection,
    allowed_hosts: &[String],
    id: Id<ConnectedAccount>,
) -> Outcome<Renewal> {
    let slot = engine.renewals().slot(id);
    let mut failed = slot.lock().await;
    let Some(account) = engine.read(|tx, _| Ok(tx.connected_account(id)?))? else {
        return Ok(Renewal::Gone);
    };
    if let Some(refused) = &account.refused {
        return Ok(Renewal::Refused(refused.reason.clone()));
    }
    let now = engine.now();
    if account.tokens.is_fresh(now) {
        return Ok(Renewal::Renewed);
    }
    if let Some((at, error)) = &*failed
        && now < *at + FAILED
    {
        return Ok(Renewal::Failed(error.clone()));
    }
    let asked = ask(engine, connection, allowed_hosts, &account).await?;
    *failed = None;
    match asked {
        Ok(granted) => store(engine, &account, granted).await,
        Err(error) if error.is_final() => refused(engine, &account, &error).await,
        Err(error) => {
            *failed = Some((now, error.clone()));
            Ok(Renewal::Failed(error))
        }
    }
}

async fn ask(
    engine: &Engine,
    connection: &Connection,
    allowed_hosts: &[String],
    account: &ConnectedAccount,
) -> Outcome<Result<Granted, ProviderError>> {
    let refresh_token = connected_accounts::open_refresh_token(engine, account)?;
    let client_secret = connections::open_client_secret(engine, connection)?;
    let provider = Provider { engine, connection, client_secret, allowed_hosts };
    let endpoints = match provider::endpoints(engine, connection, allowed_hosts).await {
        Ok(endpoints) => endpoints,
        Err(error) => return Ok(Err(error)),
    };
    Ok(provider.refresh(&endpoints, refresh_token.expose()).await)
}

/// [RFC6749 §6] a new refresh token takes the place of the old one; without one the old one stays. So do the scopes.
async fn store(engine: &Arc<Engine>, account: &ConnectedAccount, granted: Granted) -> Outcome<Renewal> {
    let (id, version) = (account.id, account.version);
    let obtained_at = engine.now();
    let refresh_token = match &granted.refresh_token {
        Some(token) => Some(seal(engine, account, REFRESH_TOKEN, token)?),
        None => account.tokens.refresh_token.clone(),
    };
    let tokens = VaultTokens {
        access_token: seal(engine, account, ACCESS_TOKEN, &granted.access_token)?,
        refresh_token,
        scopes: granted.scopes.unwrap_or_else(|| account.tokens.scopes.clone()),
        obtained_at,
        expires_at: provider::ends_at(obtained_at, granted.expires_in),
    };
    let origin = Origin::inside(engine.issuer().clone());
    let stored = engine.transact(origin, move |cx| {
        let won = cx.tx.renew_connected_account(id, version, &tokens)?;
        cx.changed(Topic::People);
        Ok(won || cx.tx.connected_account(id)?.is_some())
    });
    // Who connected again meanwhile has newer tokens; they stay.
    Ok(if stored.await? { Renewal::Renewed } else { Renewal::Gone })
}

async fn refused(
    engine: &Arc<Engine>,
    account: &ConnectedAccount,
    error: &ProviderError,
) -> Outcome<Renewal> {
    let reason = match error {
        ProviderError::Refused { error, .. } => error.clone(),
        other => other.name().to_owned(),
    };
    let (id, version) = (account.id, account.version);
    let refusal = ProviderRefusal { at: engine.now(), reason: reason.clone() };
    let origin = Origin::inside(engine.issuer().clone());
    let stored = engine.transact(origin, move |cx| {
        cx.changed(Topic::People);
        Ok(cx.tx.refuse_connected_account(id, version, &refusal)?)
    });
    if stored.await? {
        return Ok(Renewal::Refused(reason));
    }
    // Connected again meanwhile, or gone.
    let there = engine.read(|tx, _| Ok(tx.connected_account(id)?))?;
    Ok(if there.is_some() { Renewal::Renewed } else { Renewal::Gone })
}
