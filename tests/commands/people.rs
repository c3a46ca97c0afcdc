//! People: listing, creating, rights, sign-ins.

use anteroom_admin::error::Code;
use serde_json::{Value, json};

use crate::harness::{Desk, NOBODY, NOW, each, person, text, with};

fn list(search: &str) -> Value {
    json!({ "search": search, "resourceType": null, "offset": 0, "limit": 50 })
}

#[tokio::test]
async fn a_person_is_made_with_everything() {
    let desk = Desk::new().await;
    desk.policy("Staff").await;
    let request = with(
        person("Practitioner", " Grace  Brewster ", "Hopper"),
        json!({
            "birthDate": "1906-12-09", "identifier": "MRN-1", "email": "Grace@Example.org",
            "password": "nanoseconds", "externalId": "idp|grace", "desk": true, "accessPolicy": "Staff",
        }),
    );
    let mut made = desk.call("people_create", request).await;
    let id = text(&made, "/summary/membershipId").to_owned();
    assert_eq!(desk.call("people_get", json!({ "membershipId": id })).await, made);
    assert!(text(&made, "/summary/profile").starts_with("Practitioner/"));
    made["summary"]["membershipId"] = json!("…");
    made["summary"]["profile"] = json!("…");
    assert_eq!(
        made,
        json!({
            "summary": {
                "membershipId": "…", "profile": "…", "resourceType": "Practitioner",
                "name": "Grace Brewster Hopper", "birthDate": "1906-12-09", "identifier": "MRN-1",
                "email": "grace@example.org", "active": true, "admin": false, "desk": true,
            },
            "externalId": "idp|grace", "accessPolicy": "Staff", "furtherAccessPolicies": [], "hasPassword": true,
            "passwordLink": null,
            "secondFactor": { "enrolled": false, "required": false },
            "sessions": [], "magicLinks": [],
            "createdAt": NOW,
        })
    );
}

#[tokio::test]
async fn what_does_not_fit_is_named_and_nobody_is_made() {
    let desk = Desk::new().await;
    let grace = json!({ "email": "grace@example.org", "externalId": "idp|grace" });
    desk.call("people_create", with(person("Patient", "Grace", "Hopper"), grace)).await;
    for (changes, code, field, words) in [
        (json!({ "given": "", "family": " " }), Code::Invalid, "family", "needs"),
        (json!({ "given": "x".repeat(101) }), Code::Invalid, "given", "101 characters"),
        (json!({ "birthDate": "9.12.1906" }), Code::Invalid, "birthDate", "1980-12-31"),
        (json!({ "birthDate": "1907-02-29" }), Code::Invalid, "birthDate", "1907-02-29"),
        (json!({ "identifier": "a\nb" }), Code::Invalid, "identifier", "U+000A"),
        (json!({ "email": "no address" }), Code::Invalid, "email", "no address"),
        (json!({ "password": "long enough" }), Code::Invalid, "email", "needs an e-mail"),
        (json!({ "email": "p@example.org", "password": "short" }), Code::Invalid, "password", "8 characters"),
        (json!({ "email": "GRACE@example.org" }), Code::Conflict, "email", "grace@example.org"),
        (json!({ "externalId": "idp|grace" }), Code::Conflict, "externalId", "idp|grace"),
        (json!({ "accessPolicy": "None such" }), Code::Invalid, "accessPolicy", "None such"),
    ] {
        let request = with(person("Patient", "Pat", "Doe"), changes);
        desk.fails("people_create", request, code, Some(field), words).await;
    }
    assert_eq!(desk.call("people_list", list("")).await["total"], 2);
}

#[tokio::test]
async fn people_are_found_as_a_desk_looks_for_them() {
    let desk = Desk::new().await;
    let zoe = with(
        person("Patient", "Zoë", "Müller"),
        json!({ "birthDate": "1980-01-02", "identifier": "MRN-77", "email": "zoe@example.org" }),
    );
    let zoe = desk.call("people_create", zoe).await;
    desk.person("Patient", "Pat", "Doe").await;
    desk.person("RelatedPerson", "Rel", "Doe").await;
    desk.client("Doe's app", "public").await;
    let profile = text(&zoe, "/summary/profile");
    for (search, names) in [
        ("", vec!["Ada Byron", "Pat Doe", "Rel Doe", "Zoë Müller"]),
        ("mul zo", vec!["Zoë Müller"]),
        ("DOE", vec!["Pat Doe", "Rel Doe"]),
        ("MRN-77", vec!["Zoë Müller"]),
        ("zoe@example.org", vec!["Zoë Müller"]),
        (profile, vec!["Zoë Müller"]),
        ("nobody", vec![]),
    ] {
        let found = desk.call("people_list", list(search)).await;
        assert_eq!(each(&found["items"], "/name"), names, "{search}");
    }
    let patients = with(list("doe"), json!({ "resourceType": "Patient" }));
    assert_eq!(each(&desk.call("people_list", patients).await["items"], "/name"), ["Pat Doe"]);
    let third = with(list(""), json!({ "offset": 2, "limit": 1 }));
    let third = desk.call("people_list", third).await;
    assert_eq!((each(&third["items"], "/name"), &third["total"]), (vec![&json!("Rel Doe")], &json!(4)));
}

#[tokio::test]
async fn rights_are_given_and_taken() {
    let desk = Desk::new().await;
    desk.policy("Staff").await;
    let made = desk.person("Practitioner", "Grace", "Hopper").await;
    let id = text(&made, "/summary/membershipId");
    let update = |changes: Value| with(json!({ "membershipId": id }), changes);
    let changes = json!({ "admin": true, "desk": true, "externalId": "idp|g", "accessPolicy": "Staff" });
    let given = desk.call("people_update", update(changes)).await;
    assert_eq!((&given["summary"]["admin"], &given["summary"]["desk"]), (&json!(true), &json!(true)));
    assert_eq!((text(&given, "/externalId"), text(&given, "/accessPolicy")), ("idp|g", "Staff"));
    let taken = update(json!({ "admin": false, "externalId": "", "accessPolicy": "", "active": false }));
    let taken = desk.call("people_update", taken).await;
    assert_eq!((&taken["summary"]["admin"], &taken["summary"]["active"]), (&json!(false), &json!(false)));
    assert_eq!(taken["summary"]["desk"], true, "what is absent stays");
    assert!(taken["externalId"].is_null() && taken["accessPolicy"].is_null());

    let about = json!({ "kind": "member_updated", "refusedOnly": false, "about": id, "limit": 10 });
    let log = desk.call("activity_list", about).await;
    assert_eq!(each(&log["items"], "/actor"), ["Ada Byron", "Ada Byron"], "in the name of the first admin");
    assert_eq!(log["items"][1]["after"]["admin"], true);
    let wrong = update(json!({ "accessPolicy": "None such" }));
    desk.fails("people_update", wrong, Code::Invalid, Some("accessPolicy"), "None such").await;
}

#[tokio::test]
async fn somebody_must_stay_admin() {
    let desk = Desk::new().await;
    let ada = desk.call("people_list", list("Ada")).await;
    let ada = text(&ada, "/items/0/membershipId");
    for (changes, field) in [(json!({ "admin": false }), "admin"), (json!({ "active": false }), "active")] {
        let request = with(json!({ "membershipId": ada }), changes);
        desk.fails("people_update", request, Code::Invalid, Some(field), "last active admin").await;
    }
    let grace = with(person("Practitioner", "Grace", "Hopper"), json!({ "admin": true }));
    desk.call("people_create", grace).await;
    desk.call("people_update", json!({ "membershipId": ada, "admin": false })).await;
    let made = desk.client("App", "public").await;
    let about = json!({ "kind": "", "refusedOnly": false, "about": made["client"]["id"], "limit": 1 });
    let log = desk.call("activity_list", about).await;
    assert_eq!(log["items"][0]["actor"], "Grace Hopper", "the next admin acts");
}

#[tokio::test]
async fn an_unknown_person_is_not_found_and_a_client_is_no_person() {
    let desk = Desk::new().await;
    let client = desk.client("App", "public").await;
    let client = anteroom_engine::id::Id::parse(text(&client, "/client/id")).unwrap();
    let own = desk.engine.read(|tx, _| Ok(tx.membership_of_client(client)?.unwrap().id.to_string())).unwrap();
    for id in [NOBODY, "", "Patient/1", &own] {
        for (name, request) in [
            ("people_get", json!({ "membershipId": id })),
            ("people_update", json!({ "membershipId": id, "admin": true })),
            ("people_revoke_session", json!({ "membershipId": id, "loginId": NOBODY })),
            ("people_reset_second_factor", json!({ "membershipId": id })),
        ] {
            desk.fails(name, request, Code::NotFound, None, id).await;
        }
    }
}

#[tokio::test]
async fn a_second_factor_is_required_and_reset() {
    use anteroom_engine::id::Id;
    use anteroom_engine::model::SecondFactor;
    use anteroom_engine::model::membership::Principal;
    let desk = Desk::new().await;
    let pat = desk.person("Patient", "Pat", "Doe").await;
    let pat = text(&pat, "/summary/membershipId");
    let require = json!({ "membershipId": pat, "secondFactorRequired": true });
    let required = desk.call("people_update", require).await;
    assert_eq!(required["secondFactor"], json!({ "enrolled": false, "required": true }));
    // As if Pat had enrolled: what that takes is shown where codes are.
    let member = Id::parse(pat).unwrap();
    let origin = anteroom_engine::cx::Origin::inside(desk.engine.issuer().clone());
    let enrolled = desk.engine.transact(origin, move |cx| {
        let Principal::User(user) = cx.tx.membership(member)?.expect("Pat").principal else {
            panic!("a person")
        };
        let factor = cx.tx.second_factor(user)?.expect("it is required");
        let secret = Some(anteroom_engine::seal::Sealed(vec![1; 60]));
        cx.tx.put_second_factor(&SecondFactor { secret, enrolled_at: Some(cx.now), ..factor })?;
        Ok(user)
    });
    let user = enrolled.await.unwrap();
    let seen = desk.call("people_get", json!({ "membershipId": pat })).await;
    assert_eq!(seen["secondFactor"], json!({ "enrolled": true, "required": true }));
    let reset = desk.call("people_reset_second_factor", json!({ "membershipId": pat })).await;
    assert_eq!(reset["secondFactor"], json!({ "enrolled": false, "required": true }), "it is still required");
    let left =
        desk.engine.read(|tx, _| Ok(tx.second_factor(user)?.and_then(|factor| factor.secret))).unwrap();
    assert_eq!(left, None, "the secret is gone");
    let again = desk.call("people_reset_second_factor", json!({ "membershipId": pat })).await;
    assert_eq!(again["secondFactor"]["enrolled"], false, "twice does no harm");
}

#[tokio::test]
async fn a_sign_in_is_seen_and_ended() {
    let desk = Desk::new().await;
    let client = desk.client("Portal", "public").await;
    let pat = desk.person("Patient", "Pat", "Doe").await;
    let (pat, rel) = (text(&pat, "/summary/membershipId"), desk.person("Patient", "Rel", "Doe").await);
    let issue = json!({ "membershipId": pat, "clientId": client["client"]["id"], "handOver": "waiting", "pin": false });
    let card = desk.call("magic_links_issue", issue).await;
    desk.redeem(&card, None).await.unwrap();

    let seen = desk.call("people_get", json!({ "membershipId": pat })).await;
    let login = text(&seen, "/sessions/0/loginId");
    assert_eq!(
        with(seen["sessions"][0].clone(), json!({ "loginId": "…" })),
        json!({
            "loginId": "…", "clientName": "Portal", "authMethod": "pre-authorized", "scope": "openid",
            "remoteAddress": "10.0.0.9", "signedInAt": NOW, "expiresAt": NOW + 3_600,
        })
    );
    let others = json!({ "membershipId": rel["summary"]["membershipId"], "loginId": login });
    desk.fails("people_revoke_session", others, Code::NotFound, None, login).await;
    let revoke = json!({ "membershipId": pat, "loginId": login });
    let revoked = desk.call("people_revoke_session", revoke.clone()).await;
    assert_eq!(revoked["sessions"], json!([]));
    assert!(revoked["magicLinks"][0]["session"].is_null());
    assert_eq!(desk.call("people_revoke_session", revoke).await["sessions"], json!([]), "twice does no harm");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_password_ends_what_the_person_is_signed_in_to() {
    let desk = Desk::new().await;
    let with_mail = with(person("Patient", "Pat", "Doe"), json!({ "email": "pat@example.org" }));
    let pat = desk.call("people_create", with_mail).await;
    assert_eq!(pat["hasPassword"], json!(false));
    let set = |id: &Value, password: &str| json!({ "membershipId": id, "password": password });
    let id = &pat["summary"]["membershipId"];
    let changed = desk.call("people_set_password", set(id, "correct horse")).await;
    assert_eq!(changed["hasPassword"], json!(true));
    desk.fails("people_set_password", set(id, "short"), Code::Invalid, Some("password"), "at least 8").await;
    let nobody = desk.person("Patient", "Tom", "Okafor").await;
    let id = &nobody["summary"]["membershipId"];
    desk.fails("people_set_password", set(id, "correct horse"), Code::Invalid, Some("email"), "e-mail").await;
}

#[tokio::test]
async fn a_password_link_is_shown_once_and_says_until_when() {
    let desk = Desk::new().await;
    let with_mail = with(person("Patient", "Pat", "Doe"), json!({ "email": "pat@example.org" }));
    let pat = desk.call("people_create", with_mail).await;
    let id = text(&pat, "/summary/membershipId");
    let ask = |seconds: u32| json!({ "membershipId": id, "expiresIn": seconds });
    for seconds in [599, 604_801] {
        desk.fails(
            "people_issue_password_link",
            ask(seconds),
            Code::Invalid,
            Some("expiresIn"),
            "600 to 604800",
        )
        .await;
    }
    let link = desk.call("people_issue_password_link", ask(3_600)).await;
    assert_eq!(link["expiresAt"], NOW + 3_600);
    let url = text(&link, "/url");
    let (_, rest) = url.split_once("/setpassword/").expect("Medplum's form");
    let (request, secret) = rest.split_once('/').expect("an id and a secret");
    assert!(request.len() == 36 && secret.len() == 43, "{url}");
    let shown = desk.call("people_get", json!({ "membershipId": id })).await;
    let waits = json!({ "issuedAt": NOW, "expiresAt": NOW + 3_600, "usedAt": null });
    assert_eq!(shown["passwordLink"], waits, "no secret");
    let log = json!({ "kind": "", "refusedOnly": false, "about": id, "limit": 10 });
    let log = desk.call("activity_list", log).await;
    assert_eq!(each(&log["items"], "/kind"), ["password_link_issued", "member_created"]);
    assert!(!log.to_string().contains(secret));

    desk.call("people_set_password", json!({ "membershipId": id, "password": "set by an admin" })).await;
    let shown = desk.call("people_get", json!({ "membershipId": id })).await;
    assert!(shown["passwordLink"].is_null(), "another password took its place");
    desk.call("people_update", json!({ "membershipId": id, "active": false })).await;
    desk.fails("people_issue_password_link", ask(3_600), Code::Conflict, None, "switched off").await;
    let nobody = desk.person("Patient", "No", "Mail").await;
    let request = json!({ "membershipId": text(&nobody, "/summary/membershipId"), "expiresIn": 3_600 });
    desk.fails("people_issue_password_link", request, Code::Invalid, Some("email"), "needs an e-mail").await;
}
