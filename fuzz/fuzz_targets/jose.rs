//! JWT verification: nothing but the very token that was signed is accepted, whatever is done to it.
#![no_main]

use std::sync::{Arc, LazyLock};

use anteroom_oauth::claims::Registered;
use anteroom_oauth::jose::{self, Alg, SigningKey, Typ, VerifyingKey};
use libfuzzer_sys::fuzz_target;

struct Signed {
    key: Arc<VerifyingKey>,
    token: String,
}

static SIGNED: LazyLock<Signed> = LazyLock::new(|| {
    let (key, _) = SigningKey::generate(Alg::ES256, "k".into()).expect("a key");
    let claims = serde_json::json!({ "iss": "https://a.test/", "sub": "s", "aud": "a", "exp": 2_000_000_000 });
    let token = key.sign_jws(Typ::AtJwt, &claims).expect("a token");
    Signed { key: Arc::new(key.verifying_key()), token }
});

// A token as it comes, and one made from the right one: a byte replaced, a part dropped, text put in.
fuzz_target!(|input: (usize, u8, &str)| {
    let (at, byte, text) = input;
    let signed = &*SIGNED;
    let verify = |token: &str| jose::verify_jws(token, |kid| (kid == "k").then(|| Arc::clone(&signed.key)));
    assert!(verify(text).is_err(), "a token nobody signed");

    let mut changed = signed.token.clone().into_bytes();
    let place = at % changed.len();
    changed[place] = byte;
    if let Ok(changed) = String::from_utf8(changed) {
        assert_eq!(verify(&changed).is_ok(), changed == signed.token, "{changed}");
    }
    if !text.is_empty() {
        let mut longer = signed.token.clone();
        longer.insert_str(place, text);
        assert!(verify(&longer).is_err(), "{longer}");
    }
    // Claims of anybody's making are read without a panic.
    if let Ok(claims) = Registered::parse(text.as_bytes()) {
        let _ = claims.check(1_900_000_000, "https://a.test/", 30);
    }
});
