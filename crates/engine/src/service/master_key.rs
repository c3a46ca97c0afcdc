//! The master key: whether it is the one a store was sealed with, and sealing everything anew with another.

use crate::entropy::Entropy;
use crate::id::Id;
use crate::model::{Client, Connection, Project, ResourceServer, SecondFactor};
use crate::seal::{MasterKey, SealError, Sealed};
use crate::service::{
    clients, connected_accounts, connections, keys, local_ca, resource_servers, second_factor, waiting_runs,
};
use crate::store::{self, ClientFilter, Store, StoreError, StoreResult, Tx, Window};

/// Whether `key` opens what is sealed in the store; `None` when nothing is, as in a new one.
pub fn opens(store: &dyn Store, key: &MasterKey) -> StoreResult<Option<bool>> {
    let mut sealed = None;
    store.read(&mut |tx| {
        sealed = first(tx)?;
        Ok(())
    })?;
    Ok(sealed.map(|(place, sealed)| key.open(&place, &sealed).is_ok()))
}

/// The first sealed value, with its place.
fn first(tx: &dyn Tx) -> StoreResult<Option<(String, Sealed)>> {
    if let Some(sealed) = tx.sealed_value(keys::TX_CODE_KEY)? {
        return Ok(Some((keys::TX_CODE_KEY.to_owned(), sealed)));
    }
    Ok(tx.list_signing_keys()?.into_iter().next().map(|row| (keys::place(&row.kid), row.pkcs8)))
}

/// Opens a value with the old key and seals it with the new one, for its place.
type Again<'a> = &'a dyn Fn(&str, &Sealed) -> StoreResult<Sealed>;

/// Seals everything with `new` that was sealed with `old`, in one transaction: signing keys, the PIN key, the local CA, the
/// secrets of second factors, at identity providers and at connections, and those of APIs. How many values there were. What
/// a connect session holds for its few minutes is left: it ends with the old key.
///
/// # Errors
/// When one of them does not open with `old`; then all stay as they are.
pub fn reseal(
    store: &dyn Store,
    entropy: &'static dyn Entropy,
    old: &MasterKey,
    new: &MasterKey,
) -> StoreResult<u32> {
    let (old, new) = (old.clone(), new.clone());
    store::write(store, move |tx| {
        let again = |place: &str, sealed: &Sealed| -> StoreResult<Sealed> {
            let not_ours = |error: SealError| StoreError::Damaged(format!("{place}: {error}"));
            let plain = old.open(place, sealed).map_err(not_ours)?;
            new.seal(entropy, place, &plain).map_err(not_ours)
        };
        let mut count = of_engine(tx, &again)?;
        for project in tx.list_projects()? {
            count += of_project(tx, project.id, &again)?;
        }
        Ok(count)
    })
}

/// What belongs to no project: the engine's keys, and people's second factors.
fn of_engine(tx: &mut dyn Tx, again: Again<'_>) -> StoreResult<u32> {
    let mut count = 0;
    for row in tx.list_signing_keys()? {
        tx.reseal_signing_key(&row.kid, &again(&keys::place(&row.kid), &row.pkcs8)?)?;
        count += 1;
    }
    for name in [keys::TX_CODE_KEY, local_ca::LOCAL_CA, waiting_runs::WAITING_RUNS] {
        let Some(sealed) = tx.sealed_value(name)? else { continue };
        tx.put_sealed_value(name, &again(name, &sealed)?)?;
        count += 1;
    }
    for factor in tx.list_second_factors()? {
        let Some((place, sealed)) = second_factor::sealed(&factor) else { continue };
        let sealed = again(&place, sealed)?;
        tx.put_second_factor(&SecondFactor { secret: Some(sealed), ..factor })?;
        count += 1;
    }
    Ok(count)
}

/// The secrets of a project's clients, APIs and connections, and the tokens of connected accounts.
fn of_project(tx: &mut dyn Tx, project: Id<Project>, again: Again<'_>) -> StoreResult<u32> {
    let mut count = 0;
    let all = Window { offset: 0, limit: u32::MAX };
    for row in tx.list_clients(project, &ClientFilter::default(), all)?.rows {
        let Some(sealed) = &row.client.provider_secret else { continue };
        let sealed = again(&clients::place(row.client.id), sealed)?;
        tx.update_client(&Client { provider_secret: Some(sealed), ..(*row.client).clone() })?;
        count += 1;
    }
    for row in tx.list_resource_servers(project)? {
        let Some(sealed) = &row.signing_secret else { continue };
        let sealed = again(&resource_servers::place(row.id), sealed)?;
        tx.update_resource_server(&ResourceServer { signing_secret: Some(sealed), ..row.clone() })?;
        count += 1;
    }
    for row in tx.list_connections(project)? {
        let Some(sealed) = &row.client_secret else { continue };
        let sealed = again(&connections::place(row.id), sealed)?;
        tx.update_connection(&Connection { client_secret: Some(sealed), ..row.clone() })?;
        count += 1;
    }
    for account in tx.list_connected_accounts_of_project(project)? {
        let (access, refresh) = connected_accounts::reseal(&account, again)?;
        tx.reseal_connected_account(account.id, &access, refresh.as_ref())?;
        count += 1;
    }
    Ok(count)
}
