//! From a code to tokens over the wire, and that nothing of it is in the log.

use std::collections::BTreeSet;

use rustix::process::Signal;

use crate::process::{ISSUER_SECRET, PORTAL, Server, clinic, preauthorize, redeem, write};

#[test]
fn a_code_is_issued_and_redeemed_once() {
    let dir = tempfile::tempdir().unwrap();
    let file = write(dir.path(), "clinic.json", &clinic());
    let server = crate::serve(&dir.path().join("data"), &["--workspace", &file]);
    let mut http = server.http();
    let issued = preauthorize(&mut http, &format!(r#"{{"clientId":"{PORTAL}"}}"#)).unwrap();
    assert_eq!(issued.status, 200, "{issued:?}");
    let code = issued.text("preAuthorizedCode");
    let tokens = redeem(&mut http, &code).unwrap();
    assert_eq!(tokens.status, 200, "{tokens:?}");
    let bearer = format!("Bearer {}", tokens.text("access_token"));
    let person = http.send("GET", "/oauth2/userinfo", &[("authorization", &bearer)], "").unwrap();
    assert_eq!(person.status, 200, "{person:?}");
    let again = redeem(&mut http, &code).unwrap();
    assert_eq!((again.status, again.text("error").as_str()), (400, "invalid_grant"), "{again:?}");
    assert!(server.stop(Signal::TERM).0.success());
    // A restart does not make it whole again.
    let server = crate::serve(&dir.path().join("data"), &[]);
    let after = redeem(&mut server.http(), &code);
    assert_eq!(after.unwrap().status, 400);
}

/// Every secret that came out, searched for in what the server wrote, with all its logs on.
#[test]
fn f_28_no_secret_code_token_or_address_is_in_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let file = write(dir.path(), "clinic.json", &clinic());
    let data = dir.path().join("data");
    let mut command =
        crate::process::command(&["serve", "--listen", "127.0.0.1:0", "--workspace", &file, "--data-dir"]);
    command.arg(&data).env("ANTEROOM_LOG", "trace");
    let server = Server::spawn(command);
    let mut http = server.http();
    let mut secrets =
        BTreeSet::from([ISSUER_SECRET, "marker-password", "marker.person@", "Markerina"].map(str::to_owned));
    for round in 0..40 {
        let issued = preauthorize(
            &mut http,
            &format!(r#"{{"clientId":"{PORTAL}","magicLink":true,"txCode":{}}}"#, round % 2 == 0),
        )
        .unwrap();
        assert_eq!(issued.status, 200, "{issued:?}");
        let json = issued.json();
        let link = issued.text("magicLink");
        secrets.extend([
            issued.text("preAuthorizedCode"),
            issued.text("typedCode"),
            link.rsplit('/').next().unwrap().to_owned(),
        ]);
        let mut code = issued.text("preAuthorizedCode");
        if let Some(pin) = json["txCode"].as_str() {
            // A wrong PIN, then the right one; refusals are logged, too.
            let wrong = redeem(&mut http, &format!("{code}&tx_code=x{pin}")).unwrap();
            assert_eq!(wrong.status, 400, "{wrong:?}");
            code.extend(["&tx_code=", pin]);
        }
        if round % 4 == 3 {
            http.send("GET", link.trim_start_matches(server.base_url().trim_end_matches('/')), &[], "")
                .unwrap();
        }
        let tokens = redeem(&mut http, &code).unwrap();
        assert_eq!(tokens.status, 200, "{tokens:?}");
        secrets.extend(["access_token", "id_token"].map(|token| tokens.text(token)));
        assert_eq!(redeem(&mut http, &code).unwrap().status, 400);
        let wrong = [("authorization", "Basic YWRtaW46bWFya2VyLXdyb25nLXNlY3JldA==")];
        let refused = http.form("/oauth2/token", &wrong, "grant_type=client_credentials").unwrap();
        // 429 once there were too many of them.
        assert!([401, 429].contains(&refused.status), "{refused:?}");
    }
    secrets.extend(["marker-wrong-secret", "YWRtaW46bWFya2VyLXdyb25nLXNlY3JldA"].map(str::to_owned));
    let (status, rest, log) = server.stop(Signal::TERM);
    assert!(status.success() && rest.is_empty());
    assert!(log.contains("request refused"), "there is a log to search");
    for secret in &secrets {
        assert!(!log.contains(secret.as_str()), "the log holds a secret of {} characters", secret.len());
    }
    // What opens something is in no file of the store either; the people's names and addresses belong there.
    for entry in std::fs::read_dir(&data).unwrap() {
        let content = std::fs::read(entry.unwrap().path()).unwrap();
        let content = String::from_utf8_lossy(&content);
        for secret in secrets.iter().filter(|secret| !secret.starts_with("marker.") && *secret != "Markerina")
        {
            assert!(
                !content.contains(secret.as_str()),
                "the store holds a secret of {} characters",
                secret.len()
            );
        }
    }
}
