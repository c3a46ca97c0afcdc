use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::json;

use super::super::{JwkSet, SigningKey};
use super::*;

static ES256: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::generate(Alg::ES256, "e1".into()).unwrap().0);
static RS256: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::generate(Alg::RS256, "r1".into()).unwrap().0);
static KEYS: LazyLock<[(&str, Arc<VerifyingKey>); 2]> =
    LazyLock::new(|| [("e1", Arc::new(ES256.verifying_key())), ("r1", Arc::new(RS256.verifying_key()))]);

fn keys(kid: &str) -> Option<Arc<VerifyingKey>> {
    KEYS.iter().find(|(name, _)| *name == kid).map(|(_, key)| Arc::clone(key))
}

fn verify(token: &str) -> Result<Verified, JwsError> {
    verify_jws(token, keys)
}

fn refusal(token: &str) -> JwsError {
    verify(token).expect_err("the token must be refused")
}

/// A token with a header of our choice and a right signature.
fn signed_with_header(key: &SigningKey, header: &str) -> String {
    let mut token = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode("{}"));
    key.append_signature(&mut token).unwrap();
    token
}

/// The token with its signature replaced.
fn resigned(token: &str, signature: impl AsRef<[u8]>) -> String {
    let (message, _) = token.rsplit_once('.').unwrap();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn signature_of(token: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(token.rsplit_once('.').unwrap().1).unwrap()
}

#[test]
fn rfc7515_5_1_what_is_signed_is_verified() {
    for (key, typ, wire) in [
        (&*ES256, Typ::Jwt, "JWT"),
        (&*ES256, Typ::AtJwt, "at+jwt"),
        (&*RS256, Typ::Jwt, "JWT"),
        (&*RS256, Typ::AtJwt, "at+jwt"),
    ] {
        let token = key.sign_jws(typ, &json!({ "sub": "é" })).unwrap();
        let verified = verify(&token).unwrap();
        assert_eq!(verified.payload, json!({ "sub": "é" }).to_string().as_bytes());
        assert_eq!((verified.typ.as_str(), verified.kid.as_str()), (wire, key.kid()));
        assert!(verified.has_typ(typ));
        let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
        let header: serde_json::Value = serde_json::from_slice(&header).unwrap();
        assert_eq!(header, json!({ "alg": key.alg().as_str(), "kid": key.kid(), "typ": wire }));
    }
}

/// RFC 7515 appendix A.3, and A.2 for RS256.
#[test]
fn rfc7515_a_2_a_3_examples_of_the_appendix() {
    let payload =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let ec = json!({ "kty": "EC", "crv": "P-256", "kid": "a3",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" });
    let ec_signature =
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    let rsa = json!({ "kty": "RSA", "kid": "a2", "e": "AQAB", "n": concat!(
        "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-",
        "pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapH",
        "g665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4F",
        "RWyuXpoQ") });
    let rsa_signature = concat!(
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t",
        "1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12j",
        "zDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQ",
        "Ge77Rw"
    );
    for (jwk, header, signature) in
        [(ec, "eyJhbGciOiJFUzI1NiJ9", ec_signature), (rsa, "eyJhbGciOiJSUzI1NiJ9", rsa_signature)]
    {
        let key = VerifyingKey::from_jwk(&Jwk::from_json(&jwk).unwrap()).unwrap();
        let message = format!("{header}.{payload}");
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        assert!(key.verify(message.as_bytes(), &signature), "{jwk}");
        assert!(!key.verify(payload.as_bytes(), &signature), "{jwk}");
        // The examples have no `kid`, and we do not guess keys.
        let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(&signature));
        assert_eq!(refusal(&token), JwsError::Header);
    }
}

#[test]
fn jt_08_rfc8725_3_1_the_algorithm_belongs_to_the_key() {
    for header in [
        r#"{"alg":"none","kid":"e1"}"#,
        r#"{"alg":"HS256","kid":"e1"}"#,
        r#"{"alg":"RS256","kid":"e1"}"#,
        r#"{"alg":"es256","kid":"e1"}"#,
        r#"{"alg":"","kid":"e1"}"#,
        r#"{"alg":"ES256","kid":"r1"}"#,
    ] {
        assert_eq!(refusal(&signed_with_header(&ES256, header)), JwsError::Algorithm, "{header}");
    }
    let unsigned = format!(
        "{}.{}.",
        URL_SAFE_NO_PAD.encode(r#"{"alg":"none","kid":"e1"}"#),
        URL_SAFE_NO_PAD.encode("{}")
    );
    assert_eq!(refusal(&unsigned), JwsError::Algorithm);
}

#[test]
fn jt_08_a_public_key_is_no_shared_secret() {
    use aws_lc_rs::hmac;
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","kid":"r1"}"#);
    let message = format!("{header}.{}", URL_SAFE_NO_PAD.encode("{}"));
    let public = serde_json::to_vec(&RS256.public_jwk()).unwrap();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &public), message.as_bytes());
    assert_eq!(refusal(&format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))), JwsError::Algorithm);
}

#[test]
fn jt_08_rfc7515_4_1_11_extensions_are_refused() {
    for member in [
        r#""crit":["exp"]"#,
        r#""crit":[]"#,
        r#""b64":false,"crit":["b64"]"#,
        r#""b64":false"#,
        r#""b64":true"#,
        r#""cty":"JWT""#,
    ] {
        let token = signed_with_header(&ES256, &format!(r#"{{"alg":"ES256","kid":"e1",{member}}}"#));
        assert_eq!(refusal(&token), JwsError::Extension, "{member}");
    }
}

#[test]
fn jt_08_tk_23_rfc8725_3_10_a_token_does_not_bring_its_key() {
    for member in [
        r#""jku":"http://127.0.0.1:1/""#,
        r#""jwk":{"kty":"oct","k":"AA"}"#,
        r#""x5u":"http://127.0.0.1:1/""#,
        r#""x5c":[]"#,
        r#""\u006aku":"http://127.0.0.1:1/""#,
    ] {
        let token = signed_with_header(&ES256, &format!(r#"{{"alg":"ES256","kid":"e1",{member}}}"#));
        assert_eq!(refusal(&token), JwsError::OwnKey, "{member}");
    }
}

#[test]
fn jt_08_rfc7515_4_a_header_has_unique_members() {
    for header in [
        r#"{"alg":"ES256","kid":"e1","kid":"e1"}"#,
        r#"{"alg":"ES256","kid":"r1","kid":"e1"}"#,
        r#"{"alg":"none","alg":"ES256","kid":"e1"}"#,
        r#"{"alg":"ES256","kid":"e1","\u006bid":"e1"}"#,
        r#"{"alg":"ES256","kid":"e1","x":1,"x":1}"#,
        r#"{"alg":"ES256","kid":"e1","typ":"JWT","typ":"JWT"}"#,
        r#"{"alg":"ES256"}"#,
        r#"{"kid":"e1"}"#,
        r#"{"alg":["ES256"],"kid":"e1"}"#,
        r#"{"alg":"ES256","kid":1}"#,
        r#"{"alg":"ES256","kid":null}"#,
        r#"{"alg":"ES256","kid":"e1","typ":1}"#,
        r#"["ES256","e1"]"#,
        r#""ES256""#,
        r#"{"alg":"ES256","kid":"e1"} x"#,
        r#"{"alg":"ES256","kid":"e1""#,
        "",
    ] {
        assert_eq!(refusal(&signed_with_header(&ES256, header)), JwsError::Header, "{header}");
    }
    let many: Vec<String> = (0..20).map(|n| format!(r#""x{n}":1"#)).collect();
    let token = signed_with_header(&ES256, &format!(r#"{{"alg":"ES256","kid":"e1",{}}}"#, many.join(",")));
    assert_eq!(refusal(&token), JwsError::Header);
}

#[test]
fn jt_08_a_kid_is_a_map_key_and_nothing_else() {
    for kid in ["../../x", "e1' OR '1'='1", "E1", "e1\\u0000", ""] {
        let token = signed_with_header(&ES256, &format!(r#"{{"alg":"ES256","kid":"{kid}"}}"#));
        assert_eq!(refusal(&token), JwsError::UnknownKey, "{kid}");
    }
    let other = SigningKey::generate(Alg::ES256, "e1".into()).unwrap().0;
    assert_eq!(
        refusal(&other.sign_jws(Typ::Jwt, &json!({})).unwrap()),
        JwsError::Signature,
        "same name, other key"
    );
}

#[test]
fn jt_08_long_and_nested_tokens_are_refused() {
    let header = format!(r#"{{"alg":"ES256","kid":"e1","x":"{}"}}"#, "x".repeat(1 << 20));
    assert_eq!(refusal(&signed_with_header(&ES256, &header)), JwsError::TooLong);
    let longest = |bytes: usize| ES256.sign_jws(Typ::Jwt, &json!({ "x": "x".repeat(bytes) })).unwrap();
    let fitting = longest(6_000);
    assert!(fitting.len() <= MAX_TOKEN_BYTES && verify(&fitting).is_ok());
    assert_eq!(refusal(&longest(6_144)), JwsError::TooLong);
    let deep = format!(r#"{{"alg":"ES256","kid":"e1","x":{}{}}}"#, "[".repeat(1_000), "]".repeat(1_000));
    assert!(
        verify(&signed_with_header(&ES256, &deep)).is_ok(),
        "an unknown member is skipped without recursion"
    );
}

#[test]
fn rfc7515_7_1_a_token_has_three_parts() {
    let token = ES256.sign_jws(Typ::Jwt, &json!({})).unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    for wrong in [
        String::new(),
        parts[0].into(),
        parts[..2].join("."),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.{}.{}", parts[1], parts[2]),
    ] {
        assert_eq!(refusal(&wrong), JwsError::Parts, "{wrong}");
    }
    assert_eq!(refusal(".."), JwsError::Header);
}

#[test]
fn rfc7515_2_parts_are_base64url_as_an_encoder_writes_it() {
    let token = ES256.sign_jws(Typ::Jwt, &json!({ "a": 1 })).unwrap();
    let (message, signature) = token.rsplit_once('.').unwrap();
    assert_eq!(refusal(&format!("{message}.{signature}==")), JwsError::Base64, "padding");
    assert_eq!(refusal(&format!("{message}.{signature}\n")), JwsError::Base64, "line break");
    assert_eq!(refusal(&format!("={token}")), JwsError::Base64);
    // 64 bytes leave four bits over in the last character; an encoder writes zeros.
    let last = signature.chars().last().unwrap();
    let sloppy = char::from_u32(u32::from(last) + 1).unwrap();
    assert_eq!(
        refusal(&format!("{message}.{}{sloppy}", &signature[..signature.len() - 1])),
        JwsError::Base64
    );
}

#[test]
fn jt_12_rfc7518_3_4_signatures_have_one_form() {
    let token = ES256.sign_jws(Typ::Jwt, &json!({ "a": 1 })).unwrap();
    let signature: [u8; 64] = signature_of(&token).try_into().unwrap();
    assert!(verify(&resigned(&token, signature)).is_ok());

    let other = es256::tests::other_face(&signature);
    assert_eq!(refusal(&resigned(&token, other)), JwsError::Signature, "n − S");
    let published = Arc::new(VerifyingKey::from_jwk(&ES256.public_jwk()).unwrap());
    let lenient = verify_jws(&resigned(&token, other), |_| Some(Arc::clone(&published)));
    assert!(lenient.is_ok(), "the other signature is right by the standard, and other issuers write it");

    let zero = [0; 32];
    let (r, s) = signature.split_at(32);
    let der = [&[0x30, 0x44, 0x02, 0x20], r, &[0x02, 0x20], s].concat();
    for wrong in [
        [zero, zero].concat(),
        [&zero, s].concat(),
        [r, &zero].concat(),
        [s, r].concat(),
        [r, s, &[0]].concat(),
        [&[0], r, s].concat(),
        signature[..63].to_vec(),
        der,
        Vec::new(),
    ] {
        assert_eq!(refusal(&resigned(&token, &wrong)), JwsError::Signature, "{wrong:02x?}");
        assert!(
            verify_jws(&resigned(&token, &wrong), |_| Some(Arc::clone(&published))).is_err(),
            "{wrong:02x?}"
        );
    }
}

#[test]
fn every_es256_signature_of_ours_is_the_canonical_one() {
    for number in 0..64 {
        let token = ES256.sign_jws(Typ::Jwt, &json!({ "n": number })).unwrap();
        assert!(
            es256::is_canonical(&signature_of(&token)),
            "half of all signatures would fail without the rule"
        );
        assert!(verify(&token).is_ok());
    }
}

#[test]
fn rfc7515_4_1_9_typ_is_a_media_type() {
    for (typ, access) in [
        ("at+jwt", true),
        ("AT+JWT", true),
        ("application/at+jwt", true),
        ("Application/At+Jwt", true),
        ("JWT", false),
        ("", false),
        ("application/", false),
        ("xat+jwt", false),
    ] {
        let verified = verify(&signed_with_header(
            &ES256,
            &json!({ "alg": "ES256", "kid": "e1", "typ": typ }).to_string(),
        ));
        let verified = verified.unwrap();
        assert_eq!(verified.has_typ(Typ::AtJwt), access, "{typ}");
        assert!(!(verified.has_typ(Typ::Jwt) && access), "no token is both");
    }
    let untyped = verify(&signed_with_header(&ES256, r#"{"alg":"ES256","kid":"e1"}"#)).unwrap();
    assert_eq!(untyped.typ, "");
    assert!(!untyped.has_typ(Typ::Jwt) && !untyped.has_typ(Typ::AtJwt));
}

#[test]
fn jt_15_a_usual_access_token_is_below_4_kib_and_allocated_once() {
    let id = "018f4e2a-7c5e-7b61-9d7e-2f0c4f3a9b10";
    let claims = crate::claims::AccessTokenClaims {
        iss: "http://127.0.0.1:8103/",
        exp: 1_790_003_600,
        aud: "http://127.0.0.1:8103/".into(),
        sub: id,
        client_id: id,
        iat: 1_790_000_000,
        nbf: 1_790_000_000,
        jti: id,
        login_id: id,
        username: id,
        scope: "openid profile email offline_access",
        profile: &format!("Practitioner/{id}"),
        email: Some("someone@clinic.example"),
    };
    for key in [&*ES256, &*RS256] {
        let token = key.sign_jws(Typ::AtJwt, &claims).unwrap();
        assert!(token.len() < 4_096);
        assert_eq!(token.capacity(), 1_536, "the text did not have to grow: {} bytes", token.len());
    }
}

#[test]
fn ds_11_rfc7517_4_published_keys_have_public_members_only() {
    let set = JwkSet { keys: vec![ES256.public_jwk(), RS256.public_jwk()] };
    let written = serde_json::to_value(&set).unwrap();
    for (key, names) in [
        (0, ["alg", "crv", "kid", "kty", "use", "x", "y"].as_slice()),
        (1, &["alg", "e", "kid", "kty", "n", "use"]),
    ] {
        let mut found: Vec<&str> =
            written["keys"][key].as_object().unwrap().keys().map(String::as_str).collect();
        found.sort_unstable();
        assert_eq!(found, names);
        assert_eq!(written["keys"][key]["use"], "sig");
    }
    assert_eq!(written["keys"][0]["kty"], "EC");
    assert_eq!(written["keys"][1]["kty"], "RSA");
    let modulus = URL_SAFE_NO_PAD.decode(written["keys"][1]["n"].as_str().unwrap()).unwrap();
    assert_eq!(modulus.len(), 256, "2048 bits");
}

#[test]
fn a_key_survives_its_pkcs8_form() {
    for alg in Alg::ALL {
        let (key, pkcs8) = SigningKey::generate(alg, "k".into()).unwrap();
        let again = SigningKey::from_pkcs8(alg, "k".into(), &pkcs8).unwrap();
        assert_eq!(again.public_jwk(), key.public_jwk());
        let token = again.sign_jws(Typ::Jwt, &json!({})).unwrap();
        let public = Arc::new(key.verifying_key());
        assert!(verify_jws(&token, |_| Some(Arc::clone(&public))).is_ok());
        let other = if alg == Alg::ES256 { Alg::RS256 } else { Alg::ES256 };
        assert_eq!(SigningKey::from_pkcs8(other, "k".into(), &pkcs8).err(), Some(KeyError::Private));
        assert_eq!(SigningKey::from_pkcs8(alg, "k".into(), &pkcs8[1..]).err(), Some(KeyError::Private));
    }
}

/// The algorithms of clients' keys: a signature is good under its own algorithm and no other.
#[test]
fn rfc7518_3_1_a_key_is_for_one_algorithm() {
    for alg in [Alg::ES384, Alg::RS384] {
        let (key, _) = SigningKey::generate(alg, "k".into()).unwrap();
        let json = serde_json::to_value(key.public_jwk()).unwrap();
        let jwk = Jwk::from_json(&json).unwrap();
        assert_eq!((jwk.alg(), json["alg"].as_str()), (alg, Some(alg.as_str())));
        let public = Arc::new(VerifyingKey::from_jwk(&jwk).unwrap());
        let token = key.sign_jws(Typ::Jwt, &json!({ "a": 1 })).unwrap();
        assert!(verify_jws(&token, |_| Some(Arc::clone(&public))).is_ok(), "{alg}");
        for other in [&ES256, &RS256] {
            let wrong = Arc::new(VerifyingKey::from_jwk(&other.public_jwk()).unwrap());
            assert!(verify_jws(&token, |_| Some(Arc::clone(&wrong))).is_err(), "{alg}");
        }
        let mut changed = token.into_bytes();
        let last = changed.len() - 10;
        changed[last] = if changed[last] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        assert!(verify_jws(&changed, |_| Some(Arc::clone(&public))).is_err(), "{alg}");
        let mut renamed = json;
        renamed["alg"] = json!(if alg == Alg::ES384 { "ES256" } else { "ES384" });
        let read = Jwk::from_json(&renamed).and_then(|jwk| VerifyingKey::from_jwk(&jwk).map(|_| ()));
        assert_eq!(read, Err(KeyError::Public), "{alg}");
    }
}

#[test]
fn rfc7517_4_keys_that_are_not_for_us_are_refused() {
    let good = serde_json::to_value(ES256.public_jwk()).unwrap();
    let parse = |jwk: &serde_json::Value| {
        Jwk::from_json(jwk).and_then(|jwk| VerifyingKey::from_jwk(&jwk).map(|_| ()))
    };
    assert_eq!(parse(&good), Ok(()));
    for (name, value) in [
        ("d", json!("AA")),
        ("k", json!("AA")),
        ("use", json!("enc")),
        ("use", json!(1)),
        ("alg", json!("RS256")),
        ("alg", json!("ES384")),
        ("kty", json!("oct")),
        ("kty", json!("RSA")),
        ("crv", json!("P-384")),
        ("crv", json!("secp256k1")),
        ("kid", json!(1)),
        ("x", json!("AA")),
        ("x", json!("A".repeat(43))),
        ("y", json!("!")),
        ("y", serde_json::Value::Null),
    ] {
        let mut jwk = good.clone();
        jwk[name] = value.clone();
        assert_eq!(parse(&jwk), Err(KeyError::Public), "{name} {value}");
    }
    let mut rsa = serde_json::to_value(RS256.public_jwk()).unwrap();
    assert_eq!(parse(&rsa), Ok(()));
    for (e, reason) in [
        ("AQ", "exponent 1"),
        ("Ag", "even"),
        ("AA", "zero"),
        ("", "none"),
        ("AAEAAQ", "leading zero"),
        ("AQAAAAE", "too long"),
    ] {
        rsa["e"] = json!(e);
        assert_eq!(parse(&rsa), Err(KeyError::Public), "{reason}");
    }
    rsa["e"] = json!("AQAB");
    rsa["n"] = json!(URL_SAFE_NO_PAD.encode([0xff; 128]));
    assert_eq!(parse(&rsa), Err(KeyError::Short), "1024 bits");
}

#[test]
fn neither_keys_nor_tokens_print_themselves() {
    let token = ES256.sign_jws(Typ::Jwt, &json!({ "sub": "marker" })).unwrap();
    let verified = verify(&token).unwrap();
    assert_eq!(format!("{verified:?}"), r#"Verified(typ "JWT", kid "e1", payload redacted)"#);
    assert_eq!(format!("{:?}", ES256.verifying_key()), "VerifyingKey(ES256)");
}

proptest! {
    #[test]
    fn any_flipped_byte_of_a_token_is_refused(
        rs256 in any::<bool>(),
        at in any::<prop::sample::Index>(),
        bits in 1..=127_u8,
    ) {
        let key = if rs256 { &*RS256 } else { &*ES256 };
        let token = key.sign_jws(Typ::AtJwt, &json!({ "sub": "u1", "exp": 1_790_000_000 })).unwrap();
        let mut bytes = token.into_bytes();
        let place = at.index(bytes.len());
        bytes[place] ^= bits;
        let tampered = String::from_utf8(bytes).expect("ASCII stays ASCII");
        prop_assert!(verify(&tampered).is_err(), "{tampered}");
    }

    #[test]
    fn any_payload_comes_back(text in ".{0,200}") {
        let claims = json!({ "text": text });
        let verified = verify(&ES256.sign_jws(Typ::Jwt, &claims).unwrap()).unwrap();
        prop_assert_eq!(serde_json::from_slice::<serde_json::Value>(&verified.payload).unwrap(), claims);
    }

    #[test]
    fn verification_never_panics(token in "[A-Za-z0-9._=-]{0,80}") {
        prop_assert!(verify(&token).is_err());
    }
}
