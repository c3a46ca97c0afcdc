//! The `curl` line, given to a real shell and a real `curl`.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::thread;

use anteroom_magic_link::{base32, curl};

const CODE: [u8; 32] = [0xC3; 32];

/// The words that `sh` makes of `line`, where `curl` prints them instead of calling anybody.
fn words(line: &str) -> Vec<String> {
    let script = format!("curl() {{ for word; do printf '%s\\0' \"$word\"; done; }}\n{line}\n");
    let output = Command::new("sh").args(["-c", &script]).output().expect("sh runs");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).split_terminator('\0').map(str::to_owned).collect()
}

#[test]
fn the_shell_hands_every_character_of_a_client_id_to_curl() {
    let every_character: String = (' '..='~').collect();
    for client_id in [
        every_character.as_str(),
        "a",
        "'",
        "''",
        "it's",
        "'; id; '",
        "$(id)",
        "`id`",
        "@/etc/passwd",
        "!!",
        "\\",
    ] {
        let line = curl::redeem("http://127.0.0.1:8103/", client_id, &CODE, Some("0042")).unwrap();
        assert_eq!(
            words(line.expose()),
            [
                "--silent",
                "--show-error",
                "--globoff",
                "http://127.0.0.1:8103/oauth2/token",
                "--data-urlencode",
                "grant_type=urn:ietf:params:oauth:grant-type:pre-authorized_code",
                "--data-urlencode",
                &format!("client_id={client_id}"),
                "--data-urlencode",
                &format!("pre-authorized_code={}", base32::encode(&CODE).expose()),
                "--data-urlencode",
                "tx_code=0042",
            ]
        );
    }
}

/// Answers one request with `ok` and gives it back, head and body.
fn one_request(listener: &TcpListener) -> (String, String) {
    let (mut stream, _) = listener.accept().expect("curl connects");
    let mut received = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let read = stream.read(&mut chunk).expect("curl sends its request");
        received.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&received).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head
            .lines()
            .find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned))
            .map_or(0, |length| length.parse().expect("content-length is a number"));
        if body.len() == length {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
                .expect("curl listens");
            return (head.to_owned(), body.to_owned());
        }
        assert!(read > 0, "curl hung up in the middle of its request");
    }
}

#[test]
fn curl_posts_the_form_of_the_token_endpoint() {
    for host in ["127.0.0.1", "[::1]"] {
        let Ok(listener) = TcpListener::bind(format!("{host}:0")) else {
            assert_ne!(host, "127.0.0.1", "the machine has no loopback");
            continue; // no IPv6 on this machine
        };
        let base = format!("http://{host}:{}/", listener.local_addr().unwrap().port());
        let line = curl::redeem(&base, "it's {a}+[b] & c@d=e%", &CODE, None).unwrap();
        let server = thread::spawn(move || one_request(&listener));
        let output = Command::new("sh").args(["-c", line.expose()]).env("no_proxy", "*").output().unwrap();
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            "ok",
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let (head, body) = server.join().unwrap();
        assert!(head.starts_with("POST /oauth2/token HTTP/1.1\r\n"), "{head}");
        assert!(
            head.to_lowercase().contains("\r\ncontent-type: application/x-www-form-urlencoded"),
            "{head}"
        );
        let form: Vec<_> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        let member = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            form,
            [
                member("grant_type", "urn:ietf:params:oauth:grant-type:pre-authorized_code"),
                member("client_id", "it's {a}+[b] & c@d=e%"),
                member("pre-authorized_code", base32::encode(&CODE).expose()),
            ]
        );
    }
}
