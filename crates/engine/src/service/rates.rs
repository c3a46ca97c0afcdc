//! Rates: how many requests one address may send in a minute, in Medplum's three classes.
//!
//! Sign-ins are counted in the store, so that a restart does not forget them. The other two classes are counted in memory,
//! in a table of bounded size: a write for each request would halve what the store can do.
//!
//! Minutes are the clock's. The engine's own time stands still after the clock was set back, and a minute with it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::cx::{Cx, Origin, Topic};
use crate::engine::Engine;
use crate::model::attempt::Attempts;
use crate::model::event::{EventBody, EventKind};
use crate::refusal::Refusal;
use crate::stop::{Fault, Outcome, Refused, Stop};
use crate::store::Tx;
use crate::timestamp::Timestamp;

/// Seconds requests are counted for.
pub const WINDOW: u32 = 60;
/// Addresses remembered at most, in each of two generations.
const REMEMBERED: usize = 16_384;
/// Name of the setting.
const SETTING: &str = "rate_limits";

/// Requests one address may send in a minute; 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RateLimits {
    /// `/auth/login`.
    pub login: u32,
    /// `/oauth2/…`, `/auth/…` except `/auth/login` and `/auth/me`, and what Auth0 has in their place.
    pub auth: u32,
    /// Everything else.
    pub other: u32,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self { login: 5, auth: 160, other: 60_000 }
    }
}

impl RateLimits {
    /// No limits at all: for load tests.
    pub const NONE: Self = Self { login: 0, auth: 0, other: 0 };

    const fn of(self, class: Class) -> u32 {
        match class {
            Class::Login => self.login,
            Class::Auth => self.auth,
            Class::Other => self.other,
        }
    }
}

/// Where paths begin that belong to signing in, or to connecting an account. What is refused there without a token is
/// written to the log of events, so that it must not be asked without limit.
const SIGNING_IN: [&str; 4] = ["/auth/", "/oauth2/", "/oauth/", "/connected-accounts/"];

/// What kind of request it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// A password is sent.
    Login,
    /// Another endpoint of signing in.
    Auth,
    /// Anything else.
    Other,
}

impl Class {
    /// Of a path, with or without `/api` before it; the query says nothing.
    pub fn of(path: &str) -> Self {
        let path = path.strip_prefix("/api").filter(|rest| rest.starts_with('/')).unwrap_or(path);
        match path {
            "/auth/login" => Self::Login,
            "/auth/me" => Self::Other,
            "/authorize" | "/userinfo" | "/v2/logout" | "/login/callback" => Self::Auth,
            _ if SIGNING_IN.iter().any(|prefix| path.starts_with(prefix)) => Self::Auth,
            _ => Self::Other,
        }
    }
}

/// Where an address stands in its minute, this request included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The limit.
    pub limit: u32,
    /// Requests so far.
    pub count: u32,
    /// Seconds until the minute is over.
    pub resets_in: u32,
}

impl Counted {
    fn new(limit: u32, attempts: Attempts, now: Timestamp) -> Self {
        Self { limit, count: attempts.count, resets_in: now.until(attempts.since + WINDOW).max(1) }
    }

    /// Requests that are left.
    pub const fn left(&self) -> u32 {
        self.limit.saturating_sub(self.count)
    }

    /// Whether this request is one too many.
    pub const fn is_over(&self) -> bool {
        self.count > self.limit
    }
}

/// The counters of an engine, and its limits.
pub(crate) struct Rates {
    limits: RwLock<RateLimits>,
    counters: Mutex<Generations>,
}

type Key = (Class, Box<str>);

/// Two generations, so that the oldest half is forgotten when the newer one is full.
#[derive(Default)]
struct Generations {
    young: HashMap<Key, Attempts>,
    old: HashMap<Key, Attempts>,
}

impl Generations {
    fn count(&mut self, key: Key, now: Timestamp) -> Attempts {
        let known = self.young.get(&key).or_else(|| self.old.get(&key));
        let attempts = match known {
            Some(known) if known.is_of(now, WINDOW) => {
                Attempts { count: known.count.saturating_add(1), ..*known }
            }
            _ => Attempts { since: now, count: 1 },
        };
        if self.young.len() >= REMEMBERED && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, attempts);
        attempts
    }
}

impl Rates {
    pub(crate) fn new(limits: RateLimits) -> Self {
        Self { limits: RwLock::new(limits), counters: Mutex::default() }
    }

    fn limits(&self) -> RateLimits {
        *self.limits.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, class: Class, address: &str, now: Timestamp) -> Attempts {
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        counters.count((class, address.into()), now)
    }
}

/// The stored limits.
pub fn stored(tx: &dyn Tx) -> Outcome<RateLimits> {
    let Some(text) = tx.setting(SETTING)? else { return Ok(RateLimits::default()) };
    Ok(serde_json::from_str(&text).map_err(|_| Fault::Inconsistent("the rate limits"))?)
}

/// Stores limits; whether they are new. Call [`adopt`] after the commit.
pub fn set(cx: &mut Cx<'_>, limits: RateLimits) -> Outcome<bool> {
    let before = stored(cx.tx)?;
    if before == limits {
        return Ok(false);
    }
    cx.tx.put_setting(SETTING, &json!(limits).to_string())?;
    let body = EventBody {
        before: Some(json!({ "rateLimits": before })),
        after: Some(json!({ "rateLimits": limits })),
        ..EventBody::default()
    };
    cx.event(EventKind::ProjectUpdated, body)?;
    cx.changed(Topic::Settings);
    Ok(true)
}

/// Takes over the stored limits.
pub fn adopt(engine: &Engine) -> Outcome<()> {
    let limits = engine.read(|tx, _| stored(tx))?;
    *engine.rates().limits.write().unwrap_or_else(PoisonError::into_inner) = limits;
    Ok(())
}

/// Counts a request. `None` when its class has no limit. The first one over the limit is written to the log.
pub async fn count(engine: &Arc<Engine>, origin: Origin, class: Class) -> Outcome<Option<Counted>> {
    let limit = engine.rates().limits().of(class);
    if limit == 0 {
        return Ok(None);
    }
    let address = origin.remote_address.clone().unwrap_or_else(|| "local".to_owned());
    if class != Class::Login {
        let now = engine.wall_clock();
        let counted = Counted::new(limit, engine.rates().count(class, &address, now), now);
        if counted.count == limit.saturating_add(1) {
            tracing::info!(refusal = Refusal::TooManyRequests.name(), limit, "requests refused");
        }
        return Ok(Some(counted));
    }
    let counted = Arc::new(OnceLock::new());
    let (slot, now) = (Arc::clone(&counted), engine.wall_clock());
    let outcome = engine
        .transact(origin, move |cx| {
            let key = format!("rate/login/{address}");
            let attempts = cx.tx.count_attempt(&key, now, now - WINDOW + 1)?;
            let _ = slot.set(Counted::new(limit, attempts, now));
            if attempts.count > limit {
                let refusal = Refusal::TooManyRequests;
                return Err(Refused::too_many(refusal, attempts, limit, now, WINDOW).into());
            }
            Ok(())
        })
        .await;
    match outcome {
        Ok(()) | Err(Stop::Refused(_)) => Ok(counted.get().copied()),
        Err(stop) => Err(stop),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_a_prefix_nor_another_spelling_changes_the_class() {
        for (path, class) in [
            ("/auth/login", Class::Login),
            ("/api/auth/login", Class::Login),
            ("/auth/login/x", Class::Auth),
            ("/auth/me", Class::Other),
            ("/api/auth/me", Class::Other),
            ("/auth/mfa/verify", Class::Auth),
            ("/oauth2/token", Class::Auth),
            ("/api/oauth2/token", Class::Auth),
            ("/apioauth2/token", Class::Other),
            ("/v2/logout", Class::Auth),
            ("/login/callback", Class::Auth),
            ("/connected-accounts/connect", Class::Auth),
            ("/me/v1/connected-accounts/connect", Class::Other),
            ("/healthcheck", Class::Other),
            ("/.well-known/jwks.json", Class::Other),
            ("/in/x", Class::Other),
        ] {
            assert_eq!(Class::of(path), class, "{path}");
        }
    }

    #[test]
    fn addresses_and_classes_are_counted_apart_in_a_table_that_does_not_grow() {
        let rates = Rates::new(RateLimits::default());
        let at = Timestamp::from_seconds;
        assert_eq!(rates.count(Class::Auth, "a", at(100)).count, 1);
        assert_eq!(rates.count(Class::Auth, "a", at(159)).count, 2);
        assert_eq!(rates.count(Class::Other, "a", at(159)).count, 1);
        assert_eq!(rates.count(Class::Auth, "b", at(159)).count, 1);
        assert_eq!(rates.count(Class::Auth, "a", at(160)), Attempts { since: at(160), count: 1 });
        for number in 0..3 * REMEMBERED {
            rates.count(Class::Auth, &number.to_string(), at(161));
        }
        let counters = rates.counters.lock().unwrap();
        assert!(counters.young.len() <= REMEMBERED && counters.old.len() <= REMEMBERED);
    }
}
