//! What the window is told when something changed.

use std::collections::VecDeque;

use anteroom_engine::cx::Topic;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use ts_rs::TS;

/// Something changed: refresh whatever shows this topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Changed {
    /// The noun: `clients`, `people`, `magic_links`, `access_policies`, `apis`, `activity`, `settings`, `home`.
    pub topic: String,
    /// What changed, if it is one thing.
    pub id: Option<String>,
}

impl Changed {
    fn all_of(topic: &str) -> Self {
        Self { topic: topic.to_owned(), id: None }
    }
}

impl From<Topic> for Changed {
    fn from(topic: Topic) -> Self {
        match topic {
            Topic::Settings => Self::all_of("settings"),
            Topic::Clients => Self::all_of("clients"),
            Topic::People => Self::all_of("people"),
            Topic::AccessPolicies => Self::all_of("access_policies"),
            Topic::MagicLinks(id) => {
                Self { topic: "magic_links".to_owned(), id: id.map(|id| id.to_string()) }
            }
            Topic::Apis => Self::all_of("apis"),
            Topic::Activity => Self::all_of("activity"),
        }
    }
}

/// Every topic there is: what somebody must refresh who missed something.
const ALL: [&str; 8] =
    ["home", "clients", "people", "magic_links", "access_policies", "apis", "activity", "settings"];

/// What changed, as it is committed.
pub struct Subscription {
    topics: Receiver<Topic>,
    missed: VecDeque<Changed>,
}

impl Subscription {
    pub(crate) fn new(topics: Receiver<Topic>) -> Self {
        Self { topics, missed: VecDeque::new() }
    }

    /// The next change; `None` when the engine is gone. Who is too slow is told to refresh everything, not what was
    /// missed. May be dropped while waiting: nothing is lost.
    pub async fn next(&mut self) -> Option<Changed> {
        if let Some(changed) = self.missed.pop_front() {
            return Some(changed);
        }
        match self.topics.recv().await {
            Ok(topic) => Some(topic.into()),
            Err(RecvError::Lagged(_)) => {
                self.missed.extend(ALL.map(Changed::all_of));
                self.missed.pop_front()
            }
            Err(RecvError::Closed) => None,
        }
    }
}
