//! Launches of an EHR.

use super::StoreResult;
use crate::id::Id;
use crate::model::{Project, SmartAppLaunch};

/// Launches of an EHR.
pub trait SmartAppLaunches {
    /// By id.
    fn smart_app_launch(&self, id: Id<SmartAppLaunch>) -> StoreResult<Option<SmartAppLaunch>>;
    /// Writes a new row.
    fn insert_smart_app_launch(&mut self, row: &SmartAppLaunch) -> StoreResult<()>;
    /// Replaces a row.
    fn update_smart_app_launch(&mut self, row: &SmartAppLaunch) -> StoreResult<()>;
    /// Deletes a row. What came from it keeps its id, which then names nothing.
    fn delete_smart_app_launch(&mut self, id: Id<SmartAppLaunch>) -> StoreResult<()>;
    /// Walks through those of a project, oldest first, until `visit` answers `false`.
    fn visit_smart_app_launches(
        &self,
        project: Id<Project>,
        visit: &mut dyn FnMut(SmartAppLaunch) -> bool,
    ) -> StoreResult<()>;
}
