//! Many clients and a long log at once, for lists of real length.

use std::sync::Arc;

use anteroom_engine::Engine;
use anteroom_engine::cx::{Cx, Origin};
use anteroom_engine::id::Id;
use anteroom_engine::model::client::{ClientSettings, ClientType};
use anteroom_engine::model::event::{EventBody, EventKind, NewEvent};
use anteroom_engine::model::{Client, Project};
use anteroom_engine::refusal::Refusal;
use anteroom_engine::service::clients::{self, NewClient};
use anteroom_engine::stop::{Outcome, not_found};
use anteroom_engine::store::{ClientFilter, Window};
use anteroom_sentence::Sentence;

/// Rows made in one transaction.
const BATCH: u32 = 1_000;

fn origin(engine: &Engine) -> Origin {
    Origin { remote_address: Some("192.0.2.7".to_owned()), ..Origin::inside(engine.issuer().clone()) }
}

fn project(cx: &Cx<'_>) -> Outcome<Id<Project>> {
    match cx.tx.list_projects()?.first() {
        Some(project) => Ok(project.id),
        None => not_found(Sentence::english("There is no project to fill.")),
    }
}

/// Adds `count` clients to the oldest project, each with a redirect URI of its own. Blocks until they are on disk.
///
/// # Errors
/// A fault of the store; what was added before stays.
pub fn seed_clients(engine: &Arc<Engine>, count: u32) -> Outcome<()> {
    let inner = Arc::clone(engine);
    engine
        .transact(origin(engine), move |cx| {
            let project = project(cx)?;
            (0..count).try_for_each(|number| clients::create(cx, &inner, client(project, number)).map(drop))
        })
        .wait()
}

fn client(project: Id<Project>, number: u32) -> NewClient {
    let client_type =
        [ClientType::Public, ClientType::Confidential, ClientType::Medplum][number as usize % 3];
    NewClient {
        settings: ClientSettings {
            redirect_uris: vec![format!("https://app-{number:04}.example.org/callback")],
            ..ClientSettings::default()
        },
        ..NewClient::named(project, format!("Application {number:04}"), client_type)
    }
}

/// Adds `count` events, as a busy engine writes them: mostly tokens, some refusals, now and then a change. Blocks until they
/// are on disk.
///
/// # Errors
/// A fault of the store; what was added before stays.
pub fn seed_events(engine: &Arc<Engine>, count: u32) -> Outcome<()> {
    let mut done = 0;
    while done < count {
        let batch = done..count.min(done + BATCH);
        done = batch.end;
        engine
            .transact(origin(engine), move |cx| {
                let project = project(cx)?;
                let all = Window { offset: 0, limit: 500 };
                let rows = cx.tx.list_clients(project, &ClientFilter::default(), all)?.rows;
                let clients: Vec<Id<Client>> = rows.iter().map(|row| row.client.id).collect();
                batch.into_iter().try_for_each(|number| add(cx, project, &clients, number))
            })
            .wait()?;
    }
    Ok(())
}

fn add(cx: &mut Cx<'_>, project: Id<Project>, clients: &[Id<Client>], number: u32) -> Outcome<()> {
    cx.about.project = Some(project);
    cx.about.client = clients.get(number as usize % clients.len().max(1)).copied();
    match number % 50 {
        0 => {
            cx.tx.append_event(&NewEvent {
                at: cx.now,
                project: Some(project),
                kind: EventKind::Refused,
                actor: None,
                subject: None,
                client: cx.about.client,
                about: None,
                refusal: Some(Refusal::WrongSecret.name()),
                body: EventBody::default(),
            })?;
        }
        25 if number % 500 == 25 => {
            cx.event(EventKind::ClientUpdated, EventBody::default())?;
        }
        _ => {
            cx.event(EventKind::TokenIssued, EventBody::default())?;
        }
    }
    Ok(())
}
