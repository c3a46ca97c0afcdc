//! The sample provider, as tests want it: it believes everybody and agrees at once.

use std::ops::Deref;
use std::sync::Arc;

use anteroom_engine::clock::{Clock, SystemClock};
use anteroom_sample_provider as sample;
pub use anteroom_sample_provider::{Clients, Knobs, Options, Person, TokenRequest, UserInfo, Wrongs};
use serde_json::Value;

/// A provider on a port of its own, until it is dropped.
pub struct Provider(sample::Provider);

impl Deref for Provider {
    type Target = sample::Provider;

    fn deref(&self) -> &sample::Provider {
        &self.0
    }
}

impl Provider {
    /// A provider that lives in real time.
    pub async fn start() -> Self {
        Self::with_clock(Arc::new(SystemClock)).await
    }

    /// A provider that lives in a test's time.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn with_clock(clock: Arc<dyn Clock>) -> Self {
        let address = ([127, 0, 0, 1], 0).into();
        let options = Options { address, clock, knobs: Knobs::default(), clients: Clients::Everybody };
        Self(sample::Provider::open(options).await.expect("a free port"))
    }

    /// An access token that is a JWT and says this; signed with a key that the provider publishes.
    ///
    /// # Panics
    /// When it cannot be signed.
    pub fn access_token_saying(&self, person: &Person, claims: &Value) -> String {
        self.0.access_token_saying(person, claims).expect("claims are signed")
    }
}
