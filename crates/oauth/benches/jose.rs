//! The functions that every request runs: signing, verifying, reading a form, digesting a secret.

use std::hint::black_box;
use std::sync::Arc;

use anteroom_oauth::Form;
use anteroom_oauth::claims::AccessTokenClaims;
use anteroom_oauth::jose::{Alg, SigningKey, Typ, verify_jws};
use anteroom_oauth::secret::{AuthorizationCode, Secret};
use criterion::Criterion;

const ID: &str = "018f4e2a-7c5e-7b61-9d7e-2f0c4f3a9b10";

fn claims() -> AccessTokenClaims<'static> {
    AccessTokenClaims {
        iss: "http://127.0.0.1:8103/",
        exp: 1_790_003_600,
        aud: "http://127.0.0.1:8103/".into(),
        sub: ID,
        client_id: ID,
        iat: 1_790_000_000,
        nbf: 1_790_000_000,
        jti: ID,
        login_id: ID,
        username: ID,
        scope: "openid profile",
        profile: "Practitioner/018f4e2a-7c5e-7b61-9d7e-2f0c4f3a9b10",
        email: None,
    }
}

fn jose(criterion: &mut Criterion) {
    for alg in Alg::ALL {
        let (key, _) = SigningKey::generate(alg, "k1".into()).expect("the system can make keys");
        let name = alg.as_str().to_lowercase();
        criterion.bench_function(&format!("{name}_sign"), |bench| {
            bench.iter(|| key.sign_jws(Typ::AtJwt, black_box(&claims())));
        });
        let token = key.sign_jws(Typ::AtJwt, &claims()).expect("a good key signs");
        let public = Arc::new(key.verifying_key());
        criterion.bench_function(&format!("{name}_verify"), |bench| {
            bench.iter(|| verify_jws(black_box(&token), |_| Some(Arc::clone(&public))));
        });
    }
}

fn form(criterion: &mut Criterion) {
    let body = format!(
        "grant_type=authorization_code&code=ant_ac_{0}&client_id={ID}&code_verifier={0}&redirect_uri={1}",
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "https%3A%2F%2Fapp.example%2Fcallback"
    );
    criterion.bench_function("form_decode", |bench| bench.iter(|| Form::decode(black_box(body.as_bytes()))));
}

fn digest(criterion: &mut Criterion) {
    let code = Secret::<AuthorizationCode>::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into());
    criterion.bench_function("digest", |bench| bench.iter(|| black_box(&code).digest()));
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    jose(&mut criterion);
    form(&mut criterion);
    digest(&mut criterion);
    criterion.final_summary();
}
