use serde_json::json;

use super::*;

const NOW: i64 = 1_790_000_000;
const ISS: &str = "http://127.0.0.1:8103/";

fn token() -> serde_json::Value {
    json!({ "iss": ISS, "sub": "u1", "aud": "c1", "exp": NOW + 3_600, "iat": NOW, "nbf": NOW, "jti": "t1", "more": {} })
}

/// Reads the usual token with one claim written as the given JSON text.
fn with(name: &str, json: &str) -> Result<Registered, ClaimsError> {
    let mut token = token();
    token[name] = json!("\u{1}here");
    let text = token.to_string().replace("\"\\u0001here\"", json);
    Registered::parse(text.as_bytes())
}

fn check_with(name: &str, value: i64, leeway: u32) -> Result<(), ClaimsError> {
    with(name, &value.to_string()).and_then(|claims| claims.check(NOW, ISS, leeway))
}

#[test]
fn rfc7519_4_a_usual_token_is_read_and_other_claims_are_ignored() {
    let claims = Registered::parse(token().to_string().as_bytes()).unwrap();
    assert_eq!(claims.sub, "u1");
    assert_eq!((claims.exp, claims.iat, claims.nbf), (NOW + 3_600, NOW, Some(NOW)));
    assert_eq!(claims.jti.as_deref(), Some("t1"));
    assert_eq!(claims.check(NOW, ISS, 0), Ok(()));
}

#[test]
fn jt_09_dates_of_a_wrong_type_are_refused() {
    let wrong = [
        "\"1790000000\"",
        "1790000000.5",
        "1790000000.0",
        "1.79e9",
        "-1",
        "1e400",
        "null",
        "true",
        "[]",
        "{}",
        "253402300800",
    ];
    for name in ["exp", "iat", "nbf"] {
        for json in wrong {
            assert_eq!(with(name, json), Err(ClaimsError::Malformed), "{name}: {json}");
        }
        assert!(with(name, "1790000000").is_ok(), "{name}");
    }
}

#[test]
fn jt_09_missing_claims_are_refused() {
    for name in ["iss", "sub", "aud", "exp", "iat"] {
        let mut token = token();
        token.as_object_mut().unwrap().remove(name);
        assert_eq!(Registered::parse(token.to_string().as_bytes()), Err(ClaimsError::Malformed), "{name}");
    }
    for name in ["nbf", "jti"] {
        let mut token = token();
        token.as_object_mut().unwrap().remove(name);
        assert!(Registered::parse(token.to_string().as_bytes()).is_ok(), "{name} is optional");
    }
}

#[test]
fn texts_of_a_wrong_type_are_refused() {
    for name in ["iss", "sub", "jti"] {
        for json in ["1", "null", "[\"a\"]", "{}", "true"] {
            assert_eq!(with(name, json), Err(ClaimsError::Malformed), "{name}: {json}");
        }
    }
    for json in ["1", "null", "{}", "[1]", "[null]", "[[\"c1\"]]"] {
        assert_eq!(with("aud", json), Err(ClaimsError::Malformed), "aud: {json}");
    }
}

#[test]
fn rfc7519_4_a_claim_that_comes_twice_is_refused() {
    for name in ["iss", "sub", "aud", "exp", "iat", "nbf", "jti"] {
        let text = token().to_string();
        let again = format!("{},\"{name}\":{}}}", text.strip_suffix('}').unwrap(), token()[name]);
        assert_eq!(Registered::parse(again.as_bytes()), Err(ClaimsError::Malformed), "{name}");
    }
    for text in ["", "[]", "null", "\"x\"", "{", "{}x", "\u{feff}{}"] {
        assert_eq!(Registered::parse(text.as_bytes()), Err(ClaimsError::Malformed), "{text:?}");
    }
}

#[test]
fn rfc7519_4_1_4_a_token_ends_in_the_second_of_exp() {
    for (exp, leeway, expected) in [
        (NOW + 1, 0, Ok(())),
        (NOW, 0, Err(ClaimsError::Expired)),
        (NOW, 1, Ok(())),
        (NOW - 29, 30, Ok(())),
        (NOW - 30, 30, Err(ClaimsError::Expired)),
        (0, 30, Err(ClaimsError::Expired)),
    ] {
        assert_eq!(check_with("exp", exp, leeway), expected, "exp {exp} leeway {leeway}");
    }
}

#[test]
fn rfc7519_4_1_5_a_token_begins_in_the_second_of_nbf() {
    for (nbf, leeway, expected) in [
        (NOW, 0, Ok(())),
        (NOW + 1, 0, Err(ClaimsError::NotYet)),
        (NOW + 30, 30, Ok(())),
        (NOW + 31, 30, Err(ClaimsError::NotYet)),
    ] {
        assert_eq!(check_with("nbf", nbf, leeway), expected, "nbf {nbf} leeway {leeway}");
    }
    assert_eq!(check_with("iat", NOW + 31, 30), Err(ClaimsError::IssuedInFuture));
    assert_eq!(check_with("iat", NOW + 30, 30), Ok(()));
}

#[test]
fn jt_10_the_leeway_is_at_most_30_seconds() {
    assert_eq!(check_with("exp", NOW - 30, u32::MAX), Err(ClaimsError::Expired));
    assert_eq!(check_with("nbf", NOW + 31, u32::MAX), Err(ClaimsError::NotYet));
    let claims = Registered::parse(token().to_string().as_bytes()).unwrap();
    assert_eq!(claims.check(i64::MAX, ISS, 30), Err(ClaimsError::Expired), "no overflow");
    assert_eq!(claims.check(i64::MIN, ISS, 30), Err(ClaimsError::NotYet), "no overflow");
}

#[test]
fn rfc8725_3_8_the_issuer_is_compared_exactly() {
    let claims = Registered::parse(token().to_string().as_bytes()).unwrap();
    for iss in ["http://127.0.0.1:8103", "HTTP://127.0.0.1:8103/", "http://localhost:8103/", ""] {
        assert_eq!(claims.check(NOW, iss, 30), Err(ClaimsError::Issuer), "{iss}");
    }
}

#[test]
fn jt_11_rfc7519_4_1_3_audiences_are_compared_exactly() {
    let many = with("aud", r#"["c1","c2"]"#).unwrap().aud;
    assert!(many.contains("c1") && many.contains("c2") && !many.contains("c"));
    assert_eq!(many.iter().count(), 2, "the caller can see that others are named");
    let one = with("aud", r#""c1""#).unwrap().aud;
    assert!(one.contains("c1") && !one.contains("C1") && !one.contains(""));
    assert!(!with("aud", "[]").unwrap().aud.contains(""));
}

#[test]
fn rfc9068_2_2_an_access_token_has_the_required_claims() {
    let claims = AccessTokenClaims {
        iss: ISS,
        exp: NOW + 3_600,
        aud: ISS.into(),
        sub: "u1",
        client_id: "c1",
        iat: NOW,
        nbf: NOW,
        jti: "t1",
        login_id: "l1",
        username: "u1",
        scope: "openid",
        profile: "Patient/p1",
        email: None,
    };
    let written = serde_json::to_value(claims).unwrap();
    for name in ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"] {
        assert!(written.get(name).is_some(), "{name} is REQUIRED");
    }
    assert_eq!(
        written,
        json!({
            "iss": ISS, "exp": NOW + 3_600, "aud": ISS, "sub": "u1", "client_id": "c1", "iat": NOW, "nbf": NOW,
            "jti": "t1", "login_id": "l1", "username": "u1", "scope": "openid", "profile": "Patient/p1",
        })
    );
    let several = AccessTokenClaims { aud: Aud::Many(&["a", "b"]), email: Some("a@b.test"), ..claims };
    let several = serde_json::to_value(several).unwrap();
    assert_eq!((&several["aud"], &several["email"]), (&json!(["a", "b"]), &json!("a@b.test")));
}

#[test]
fn oidc_core_2_an_id_token_has_the_required_claims() {
    let claims = IdTokenClaims {
        iss: ISS,
        sub: "u1",
        aud: "c1",
        exp: NOW + 3_600,
        iat: NOW,
        nbf: None,
        auth_time: NOW - 5,
        nonce: None,
        client_id: "c1",
        login_id: "l1",
        fhir_user: "Patient/p1",
        email: None,
        jti: "t1",
    };
    assert_eq!(
        serde_json::to_value(claims).unwrap(),
        json!({
            "iss": ISS, "sub": "u1", "aud": "c1", "exp": NOW + 3_600, "iat": NOW, "auth_time": NOW - 5,
            "client_id": "c1", "login_id": "l1", "fhirUser": "Patient/p1", "jti": "t1",
        })
    );
    let nonce = "n+/=\"é";
    let written =
        serde_json::to_value(IdTokenClaims { nonce: Some(nonce), nbf: Some(NOW), ..claims }).unwrap();
    assert_eq!(
        (written["nonce"].as_str(), written["nbf"].as_i64()),
        (Some(nonce), Some(NOW)),
        "byte for byte"
    );
}

#[test]
fn what_is_written_can_be_read() {
    let claims = AccessTokenClaims {
        iss: ISS,
        exp: NOW + 1,
        aud: Aud::Many(&["a", "b"]),
        sub: "u1",
        client_id: "c1",
        iat: NOW,
        nbf: NOW,
        jti: "t1",
        login_id: "l1",
        username: "u1",
        scope: "",
        profile: "Patient/p1",
        email: None,
    };
    let read = Registered::parse(&serde_json::to_vec(&claims).unwrap()).unwrap();
    assert_eq!(read.check(NOW, ISS, 0), Ok(()));
    assert_eq!(read.aud, Audience::Many(vec!["a".into(), "b".into()]));
}
