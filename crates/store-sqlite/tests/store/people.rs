//! Searches that match many people: counted exactly, listed by name.

use anteroom_engine::model::membership::ProfileType;
use anteroom_engine::store::contract::sample::{id, person, write_people, write_project};
use anteroom_engine::store::{PeopleFilter, Store, Window};

use crate::sample::Folder;

#[test]
fn a_search_that_matches_thousands_gives_the_same_as_one_that_matches_few() {
    let folder = Folder::new();
    let store = folder.open();
    write_project(&store).unwrap();
    // 5,000 people in no order of their names; every third is a practitioner, every hundredth called Zara.
    let people = (0..5_000_u128)
        .map(|number| {
            let given = if number % 100 == 0 { "Zara" } else { "Maria" };
            let mut row = person(10_000 + number, given, &format!("Ma{:04}", number * 1_237 % 5_000));
            if number % 3 == 0 {
                row.profile.reference.resource_type = ProfileType::Practitioner;
                row.membership.profile = row.profile.reference;
            }
            row.profile
                .resource
                .insert("identifier".to_owned(), serde_json::json!([{"value": format!("N-{number:04}")}]));
            row
        })
        .collect();
    write_people(&store, people).unwrap();
    let search = |search: &str, profile_type, window: Window| {
        let filter = PeopleFilter { search: search.to_owned(), profile_type };
        let mut names = Vec::new();
        let mut total = 0;
        store
            .read(&mut |tx| {
                let found = tx.list_people(id(1), &filter, window)?;
                total = found.total;
                names = found.rows.into_iter().map(|row| row.membership.display).collect();
                Ok(())
            })
            .unwrap();
        (names, total)
    };
    let page = |offset| Window { offset, limit: 3 };
    let (names, total) = search("ma", None, page(0));
    assert_eq!(
        (names, total),
        (vec!["Maria Ma0001".into(), "Maria Ma0002".into(), "Maria Ma0003".into()], 5_000)
    );
    let (names, total) = search("ma", None, page(4_998));
    assert_eq!((names.len(), total), (2, 5_000), "the last page");
    let (names, total) = search("zara ma", None, page(0));
    assert_eq!(total, 50);
    assert!(names.iter().all(|name: &String| name.starts_with("Zara")), "{names:?}");
    let (_, total) = search("ma", Some(ProfileType::Practitioner), page(0));
    assert_eq!(total, 1_667);
    let (names, total) = search("n-", None, page(0));
    assert_eq!((names.len(), total), (0, 0), "without a digit it is a name");
    let (names, total) = search("n-0", None, page(1));
    assert_eq!((names.len(), total), (3, 1_000));
    let (_, total) = search("n-0", Some(ProfileType::Patient), page(0));
    assert_eq!(total, 666);
    let (names, total) = search("n-", Some(ProfileType::Patient), page(0));
    assert_eq!((names.len(), total), (0, 0));
    let (names, total) = search("N-4", None, page(0));
    let sorted = {
        let mut sorted = names.clone();
        sorted.sort();
        sorted
    };
    assert_eq!((names, total), (sorted, 1_000), "many identifiers, by name");
}
