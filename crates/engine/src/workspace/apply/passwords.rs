//! Passwords of the file, hashed before the transaction.

use std::collections::HashMap;
use std::thread;

use super::{ApplyError, at, member, project};
use crate::engine::Engine;
use crate::id::Id;
use crate::model::Project;
use crate::model::membership::Principal;
use crate::model::user::PasswordHash;
use crate::service::passwords::{hash, verify};
use crate::stop::Outcome;
use crate::workspace::Workspace;
use crate::workspace::file::{WorkspaceMember, WorkspaceProject};

/// Hashes by the path of their member.
pub(super) type Passwords = HashMap<String, PasswordHash>;

/// A password to hash, and the hash it may have been made into before.
struct Task<'a> {
    path: String,
    password: &'a str,
    stored: Option<PasswordHash>,
}

/// Hashes every password of the file. Where the stored hash is of the same password it is taken, so that applying a file
/// twice changes nothing.
pub(super) fn prepare(engine: &Engine, workspace: &Workspace) -> Result<Passwords, ApplyError> {
    let mut tasks = Vec::new();
    for (index, file) in workspace.projects.iter().enumerate() {
        let stored_project = stored_project(engine, file)?;
        for (member_index, member) in file.members.iter().enumerate() {
            let Some(password) = member.password.value() else { continue };
            let path = format!("projects[{index}].members[{member_index}]");
            let stored = match stored_project {
                Some(project) => at(&path, stored_hash(engine, project, member))?,
                None => None,
            };
            tasks.push(Task { path, password: password.expose(), stored });
        }
    }
    // One hash takes some 25 ms of one processor: all of them work.
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let share = tasks.len().div_ceil(workers).max(1);
    let shares: Vec<Result<Vec<_>, ApplyError>> = thread::scope(|scope| {
        let running: Vec<_> = tasks
            .chunks(share)
            .map(|tasks| scope.spawn(|| tasks.iter().map(|task| run(engine, task)).collect()))
            .collect();
        running.into_iter().map(|worker| worker.join().expect("hashing a password does not panic")).collect()
    });
    let mut passwords = Passwords::new();
    for share in shares {
        passwords.extend(share?);
    }
    Ok(passwords)
}

fn run(engine: &Engine, task: &Task<'_>) -> Result<(String, PasswordHash), ApplyError> {
    if let Some(stored) = &task.stored
        && at(&task.path, verify(stored, task.password))?
    {
        return Ok((task.path.clone(), stored.clone()));
    }
    Ok((task.path.clone(), at(&task.path, hash(engine.entropy(), task.password))?))
}

fn stored_project(engine: &Engine, file: &WorkspaceProject) -> Result<Option<Id<Project>>, ApplyError> {
    let found = engine.read(|tx, _| Ok(project::find(tx, file)?));
    Ok(at("", found)?.first().map(|project| project.id))
}

fn stored_hash(
    engine: &Engine,
    project: Id<Project>,
    member: &WorkspaceMember,
) -> Outcome<Option<PasswordHash>> {
    engine.read(|tx, _| {
        let Some(membership) = member::find(tx, project, member)? else { return Ok(None) };
        let Principal::User(user) = membership.principal else { return Ok(None) };
        Ok(tx.user(user)?.and_then(|user| user.password))
    })
}
