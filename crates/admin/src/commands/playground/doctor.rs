//! The doctor for deep links: is the scheme registered, and by which program; does a cold start read its link; does a
//! second start hand it to this window.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::admin::Admin;
use crate::error::{Code, CommandError};

/// What is examined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DeepLinkCheck {
    /// Whether the desktop opens `anteroom://` links with this program.
    Registered,
    /// Whether the registered program reads the link it is started with.
    ColdStart,
    /// Whether a link that is opened while this window runs reaches this window.
    SecondInstance,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DeepLinkFinding {
    /// Whether all is well.
    pub ok: bool,
    /// What had to be.
    pub expected: String,
    /// What was.
    pub found: String,
    /// Whether registering the scheme again can help.
    pub can_mend: bool,
}

/// Examines one thing.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Examine {
    /// What.
    pub check: DeepLinkCheck,
}

/// Registers the scheme again.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Mend {}

pub(crate) async fn examine(admin: &Admin, request: Examine) -> Result<DeepLinkFinding, CommandError> {
    Ok(admin.host().examine_deep_links(request.check).await)
}

/// Registers the scheme for this program, then looks again.
pub(crate) async fn mend(admin: &Admin, _: Mend) -> Result<DeepLinkFinding, CommandError> {
    let mended = admin.host().mend_deep_links().await;
    mended.map_err(|message| CommandError::new(Code::Unavailable, None, message))?;
    Ok(admin.host().examine_deep_links(DeepLinkCheck::Registered).await)
}
