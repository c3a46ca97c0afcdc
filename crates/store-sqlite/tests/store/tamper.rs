//! The event log cannot be changed in silence.

use anteroom_engine::store::Store;

use crate::sample::Folder;

/// Changes the closed file with `sql`, without the triggers that forbid it; what the check of the log says then.
fn verified_after(sql: &str) -> (i64, Option<i64>) {
    let folder = Folder::filled();
    let raw = folder.raw();
    raw.execute_batch("DROP TRIGGER event_is_not_changed; DROP TRIGGER event_is_not_deleted").unwrap();
    raw.execute_batch(sql).unwrap();
    drop(raw);
    let mut verified = None;
    folder
        .open()
        .read(&mut |tx| {
            verified = Some(tx.verify_events()?);
            Ok(())
        })
        .unwrap();
    verified.unwrap()
}

#[test]
fn every_column_of_an_event_is_covered() {
    assert_eq!(verified_after("SELECT 1"), (120, None));
    for change in [
        "at = at + 1",
        "project = NULL",
        "kind = 'link_revoked'",
        "kind = 'no_such_kind'",
        "actor = NULL",
        "subject = actor",
        "client = actor",
        "about = actor",
        "refusal = 'no such refusal'",
        "body = '{\"detail\":\"another\"}'",
        "body = '{ }'",
        "hash = zeroblob(32)",
    ] {
        let verified = verified_after(&format!("UPDATE event SET {change} WHERE seq = 30"));
        assert_eq!(verified, (120, Some(30)), "{change}");
    }
}

#[test]
fn events_that_are_taken_out_moved_or_put_in_are_missed() {
    assert_eq!(verified_after("DELETE FROM event WHERE seq = 30"), (119, Some(31)));
    assert_eq!(verified_after("DELETE FROM event WHERE seq = 1"), (119, Some(2)));
    assert_eq!(
        verified_after(
            "UPDATE event SET seq = 0 WHERE seq = 30; UPDATE event SET seq = 30 WHERE seq = 31; \
                        UPDATE event SET seq = 31 WHERE seq = 0"
        ),
        (120, Some(30))
    );
    assert_eq!(
        verified_after(
            "INSERT INTO event SELECT 121, at, project, kind, actor, subject, client, about, refusal, body, \
                        hash FROM event WHERE seq = 120"
        ),
        (121, Some(121))
    );
}

#[test]
fn statements_cannot_change_or_delete_events() {
    let folder = Folder::filled();
    let raw = folder.raw();
    for sql in ["UPDATE event SET at = 0", "DELETE FROM event WHERE seq = 120"] {
        let error = raw.execute_batch(sql).unwrap_err();
        assert!(error.to_string().contains("events are not"), "{sql}: {error}");
    }
}
