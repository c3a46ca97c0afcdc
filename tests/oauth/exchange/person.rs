//! Which member the claims mean.

use std::sync::Arc;
use std::time::Duration;

use anteroom_engine::clock::ManualClock;
use anteroom_engine::id::Id;
use anteroom_engine::model::Membership;
use anteroom_testkit::builders::{LEGACY, PAT, PAT_MEMBERSHIP, SCOPED, SPA};
use anteroom_testkit::client::Reply;
use anteroom_testkit::provider::{Person, Provider, UserInfo};
use anteroom_testkit::server::START;
use serde_json::json;
use tokio::sync::Notify;

use super::{exchange, newest_refusal, pat, usual, world};
use crate::steps::{LEGACY_AT, SCOPED_AT};

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_10_a_claim_that_has_not_its_form() {
    let (provider, server) = usual().await;
    let token = provider.access_token(&pat());
    let missing = (400, "invalid_request".to_owned(), "Missing email or externalId".to_owned());
    for claims in [
        json!({ "sub": null }),
        json!({ "sub": 7 }),
        json!({ "sub": "" }),
        json!({ "sub": "x".repeat(10_240) }),
        json!({ "sub": ["idp-pat"] }),
    ] {
        provider.turn(|knobs| knobs.claims = claims.clone());
        assert_eq!(exchange(&server, SPA, &token, &[]).await.refusal(), missing, "{claims}");
        let by_email = exchange(&server, LEGACY, &token, &[]).await;
        if claims["sub"].is_null() {
            assert_eq!(by_email.status, 200, "Medplum's own tests answer with an e-mail address alone");
        } else {
            assert_eq!(by_email.refusal(), missing, "{claims}");
        }
    }
    for claims in
        [json!({ "email": null }), json!({ "email": 7 }), json!({ "email": "" }), json!({ "email": "pat" })]
    {
        provider.turn(|knobs| knobs.claims = claims.clone());
        assert_eq!(exchange(&server, LEGACY, &token, &[]).await.refusal(), missing, "{claims}");
    }
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_11_ex_12_an_address_that_nobody_verified() {
    let (provider, server) = world(|clinic, provider| {
        let strict = json!({ "userInfoUrl": provider.url("userinfo"), "requireVerifiedEmail": true });
        clinic.with(&format!("{SCOPED_AT}/identityProvider"), strict)
    })
    .await;
    let token = provider.access_token(&pat());
    for (verified, lenient, strict) in [
        (json!(true), 200, 200),
        (json!("true"), 200, 200),
        (json!(null), 200, 400),
        (json!(false), 400, 400),
        (json!("false"), 400, 400),
        (json!(0), 400, 400),
    ] {
        provider.turn(|knobs| knobs.claims = json!({ "email_verified": verified }));
        let found = [
            exchange(&server, LEGACY, &token, &[]).await.status,
            exchange(&server, SCOPED, &token, &[]).await.status,
        ];
        assert_eq!(found, [lenient, strict], "{verified}");
    }
    assert_eq!(
        newest_refusal(&server),
        ("provider_email_not_verified", vec!["user_info.email_verified".into()])
    );
    let by_subject = exchange(&server, SPA, &token, &[]).await;
    assert_eq!(by_subject.status, 200, "an address is not looked at where the subject decides");
}

#[tokio::test(flavor = "multi_thread")]
async fn ex_13_addresses_are_compared_in_ascii_lower_case_and_nothing_else() {
    let (provider, server) = usual().await;
    for (email, found) in [
        ("pat@example.org", true),
        ("PAT@EXAMPLE.ORG", true),
        ("pat@example.org.", false),
        ("pat+x@example.org", false),
        ("p\u{e4}t@example.org", false),
        ("pat@ex\u{ff41}mple.org", false),
        ("\u{212a}pat@example.org", false),
        (" pat@example.org", false),
        ("pat@example.org\u{200b}", false),
    ] {
        let token = provider.access_token(&Person::new("somebody", email));
        let reply = exchange(&server, LEGACY, &token, &[]).await;
        assert_eq!(reply.status == 200, found, "{email:?}: {reply:?}");
        if !found {
            assert_eq!(reply.refusal(), (400, "invalid_request".into(), "User not found".into()));
            assert_eq!(newest_refusal(&server), ("no_member_found", vec!["membership.exists".into()]));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn ex_14_a_subject_belongs_to_its_provider() {
    let second = Provider::with_clock(Arc::new(ManualClock::new(START))).await;
    let hosts = second.host();
    let (first, server) = world(|clinic, first| {
        let other = json!({ "userInfoUrl": second.url("userinfo"), "useSubject": true });
        clinic
            .with("/projects/0/allowedOutboundHosts", json!([first.host(), hosts]))
            .with(&format!("{LEGACY_AT}/identityProvider"), other)
            .with("/projects/0/members/0/externalId", json!(format!("{}|1", first.url("userinfo"))))
            .with("/projects/0/members/1/externalId", json!(format!("{}|1", second.url("userinfo"))))
            .with("/projects/0/members/3/externalId", json!("2"))
    })
    .await;
    let person = Person::new("1", "x@example.org");
    let profile =
        |reply: &Reply| reply.json()["profile"]["reference"].as_str().unwrap_or_default().to_owned();
    let pat = exchange(&server, SPA, &first.access_token(&person), &[]).await;
    let ada = exchange(&server, LEGACY, &second.access_token(&person), &[]).await;
    assert_eq!(profile(&pat), format!("Patient/{PAT}"));
    assert!(profile(&ada).starts_with("Practitioner/"), "{ada:?}");
    // A bare id could be either provider's: it is nobody's.
    let bare = exchange(&server, SPA, &first.access_token(&Person::new("2", "x@example.org")), &[]).await;
    assert_eq!(bare.refusal().2, "User not found");
    assert_eq!(
        newest_refusal(&server),
        ("external_id_of_no_provider", vec!["membership.external_id".into()])
    );
    // Nor can a provider name the external id of another's subject.
    let forged = Person::new(&format!("{}|1", first.url("userinfo")), "x@example.org");
    assert_eq!(
        exchange(&server, LEGACY, &second.access_token(&forged), &[]).await.refusal().2,
        "User not found"
    );
}

#[tokio::test(flavor = "multi_thread")]
pub(crate) async fn people_who_may_not() {
    let (provider, server) = world(|clinic, _| {
        clinic
            .with("/projects/0/members/3/email", json!("far@example.org"))
            .with("/projects/0/members/2/email", json!("gone@example.org"))
    })
    .await;
    let ask = async |email: &str| {
        let token = provider.access_token(&Person::new("x", email));
        exchange(&server, LEGACY, &token, &[]).await.refusal()
    };
    assert_eq!(ask("gone@example.org").await, (400, "invalid_request".into(), "User not found".into()));
    assert_eq!(newest_refusal(&server), ("member_found_inactive", vec!["membership.active".into()]));
    assert_eq!(
        ask("far@example.org").await,
        (400, "invalid_request".into(), "IP address not allowed".into())
    );
    assert_eq!(newest_refusal(&server).0, "exchange_address_blocked");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_while_the_provider_is_asked_gets_nothing() {
    let (provider, server) = usual().await;
    let token = provider.access_token(&pat());
    let word = Arc::new(Notify::new());
    provider.turn(|knobs| knobs.userinfo = UserInfo::Held(Arc::clone(&word)));
    let leaves = async {
        let asked = async {
            while provider.calls("userinfo") == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(9), asked).await.expect("the provider is asked");
        let member: Id<Membership> = Id::parse(PAT_MEMBERSHIP).unwrap();
        server
            .change(move |cx| {
                let row = cx.tx.membership(member)?.expect("a member");
                Ok(cx.tx.update_membership(&Membership { active: false, ..(*row).clone() })?)
            })
            .await;
        word.notify_one();
    };
    let (reply, ()) = tokio::join!(exchange(&server, LEGACY, &token, &[]), leaves);
    assert_eq!(reply.refusal().2, "User not found");
    assert_eq!(newest_refusal(&server), ("member_found_inactive", vec!["membership.active".into()]));
}
