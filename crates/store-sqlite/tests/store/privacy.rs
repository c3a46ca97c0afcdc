//! what is deleted is overwritten.

use anteroom_engine::store::contract::sample::{
    NOW, code, id, login, object, person, write_people, write_project,
};
use anteroom_engine::store::write;

use crate::sample::Folder;

/// How often each marker stands in the files of the folder.
fn found(folder: &Folder, markers: &[&str]) -> Vec<usize> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    let count =
        |marker: &&str| bytes.windows(marker.len()).filter(|window| *window == marker.as_bytes()).count();
    markers.iter().map(count).collect()
}

#[test]
fn a_46_deleted_rows_leave_no_trace() {
    const MARKERS: [&str; 5] = ["marker-scope", "marker-nonce", "Markergiven", "markergiven", "Markerformer"];
    let folder = Folder::new();
    let store = folder.open();
    write_project(&store).unwrap();
    let mut renamed = person(22, "Markerformer", "Doe");
    write_people(&store, vec![person(21, "Markergiven", "Doe"), renamed.clone()]).unwrap();
    write(&store, |tx| {
        for number in 0..200 {
            let mut login = login(5_000 + number);
            login.scope = "marker-scope".to_owned();
            tx.insert_login(&login)?;
            let mut code = code(6_000 + number);
            code.nonce = "marker-nonce".to_owned();
            tx.insert_pre_authorized_code(&code)?;
        }
        Ok(())
    })
    .unwrap();
    drop(store);
    assert!(found(&folder, &MARKERS).iter().all(|count| *count > 0), "they are there to begin with");

    let store = folder.open();
    renamed.profile.resource = object(serde_json::json!({"name": [{"text": "Anna"}]}));
    let mut member = person(21, "Markergiven", "Doe").profile;
    member.resource = object(serde_json::json!({"name": [{"text": "Gone"}]}));
    write(&store, move |tx| {
        tx.purge_logins(NOW + 10_000, 1_000)?;
        tx.purge_pre_authorized_codes(NOW + 10_000, 1_000)?;
        tx.update_profile(&renamed.profile)?;
        tx.delete_membership(id(21))?;
        tx.update_profile(&member)
    })
    .unwrap();
    drop(store);
    assert_eq!(found(&folder, &MARKERS), [0; 5]);
}
