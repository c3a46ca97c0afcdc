//! Reading and searching.

use anteroom_testkit::builders::{
    FOREIGN, OTHER_PROJECT, PAT, PAT_MEMBERSHIP, PROJECT, STRANGER, STRANGER_MEMBERSHIP,
};
use anteroom_testkit::server::TestServer;
use serde_json::{Value, json};

use super::{admin, ids, version};

const TYPES: [&str; 8] = [
    "ClientApplication",
    "ProjectMembership",
    "AccessPolicy",
    "Patient",
    "Practitioner",
    "RelatedPerson",
    "SmartAppLaunch",
    "Project",
];

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn every_type_is_read_and_searched_in_the_own_project_only() {
    let server = TestServer::start().await;
    for name in TYPES {
        let reply = admin(&server, "GET", &format!("{name}?_count=1000&_total=accurate")).send().await;
        assert_eq!(reply.status, 200, "{name}: {reply:?}");
        let found = ids(&reply);
        assert!(!found.is_empty() || ["RelatedPerson", "SmartAppLaunch"].contains(&name), "{name} has some");
        assert_eq!(reply.json()["total"], found.len(), "{name}");
        for id in &found {
            let read = admin(&server, "GET", &format!("{name}/{id}")).send().await;
            assert_eq!((read.status, read.str("resourceType").as_str()), (200, name), "{read:?}");
            assert_eq!(read.json()["meta"]["versionId"], version(&read), "{name}");
            assert_eq!(read.json()["meta"]["project"], Value::Null, "meta is short");
            let text = read.text();
            for secret in ["\"secret\"", "retiringSecret\"", "clientSecret", "password", "argon2"] {
                assert!(!text.contains(secret), "{name} shows {secret}");
            }
        }
        for foreign in [STRANGER, STRANGER_MEMBERSHIP, FOREIGN, OTHER_PROJECT] {
            assert!(!found.contains(&foreign.to_owned()), "{name} lists {foreign}");
            let read = admin(&server, "GET", &format!("{name}/{foreign}")).send().await;
            assert_eq!(read.outcome(), (404, "Not found".into(), None), "{name}/{foreign}");
        }
        let extended =
            admin(&server, "GET", &format!("{name}?_count=1")).header("X-Medplum", "extended").send().await;
        if let Some(entry) = extended.json()["entry"].get(0) {
            assert_eq!(entry["resource"]["meta"]["project"], PROJECT, "{name}");
        }
    }
    for id in ["x", "0a000000-0000-4000-8000-999999999999", "%00", "..", "0A000000"] {
        assert_eq!(admin(&server, "GET", &format!("Patient/{id}")).send().await.status, 404, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_find_by_id_name_and_identifier_and_page() {
    let server = TestServer::start().await;
    let made = json!({ "resourceType": "Patient", "name": [{ "given": ["Zoë"], "family": "Ångström" }],
                       "identifier": [{ "system": "urn:mrn", "value": "42" }] });
    let reply = admin(&server, "POST", "Patient").json(&made).send().await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let zoe = reply.str("id");
    for (query, expected) in [
        (format!("_id={PAT}"), vec![PAT.to_owned()]),
        (format!("_id={PAT},{zoe},x"), vec![PAT.to_owned(), zoe.clone()]),
        ("name=ANGSTROM".into(), vec![zoe.clone()]),
        ("name=zo".into(), vec![zoe.clone()]),
        ("name=pat".into(), vec![PAT.to_owned()]),
        ("name=mar".into(), vec![PAT.to_owned()]),
        ("name=pat&name=doe".into(), vec![PAT.to_owned()]),
        ("name=pat&identifier=42".into(), vec![]),
        ("identifier=urn:mrn|42".into(), vec![zoe.clone()]),
        ("identifier=urn%3Amrn%7C42".into(), vec![zoe.clone()]),
        ("identifier=urn:other|42".into(), vec![]),
    ] {
        let reply = admin(&server, "GET", &format!("Patient?{query}")).send().await;
        let mut found = ids(&reply);
        found.sort();
        let mut expected = expected;
        expected.sort();
        assert_eq!(found, expected, "{query}");
        let post =
            admin(&server, "POST", "Patient/_search").header("Content-Type", anteroom_testkit::client::FORM);
        assert_eq!(ids(&post.body(&query).send().await).len(), expected.len(), "by POST: {query}");
    }
    let mut all = Vec::new();
    let mut target = "Patient?_count=2".to_owned();
    for _ in 0..9 {
        let page = admin(&server, "GET", &target).send().await;
        all.extend(ids(&page));
        let links = page.json()["link"].as_array().cloned().unwrap();
        let Some(next) = links.iter().find(|link| link["relation"] == "next") else { break };
        let base = format!("{}fhir/R4/", server.base());
        target = next["url"].as_str().unwrap().strip_prefix(&base).expect("below the base").to_owned();
    }
    let whole = ids(&admin(&server, "GET", "Patient?_count=1000").send().await);
    assert_eq!(all, whole, "the pages are the whole, each once, in order");
    assert!(whole.len() > 3);
    for (query, text) in [
        ("nothing=1", "Unknown search parameter: nothing."),
        ("name:contains=x", "Unknown search parameter: name:contains."),
        ("_count=1001", "_count must be"),
        ("_count=-1", "_count must be"),
        ("_offset=x", "_offset must be"),
        ("_sort=name", "Unknown search parameter: _sort."),
    ] {
        let (status, said, _) = admin(&server, "GET", &format!("Patient?{query}")).send().await.outcome();
        assert!(status == 400 && said.starts_with(text), "{query}: {status} {said}");
    }
    let membership = admin(&server, "GET", &format!("ProjectMembership?profile=Patient/{PAT}")).send().await;
    assert_eq!(ids(&membership), [PAT_MEMBERSHIP]);
}
