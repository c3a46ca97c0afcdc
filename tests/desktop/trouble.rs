//! The window opens whatever is wrong with the engine, and names it.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
};

use serde_json::json;

use crate::harness::{Desktop, Home, until};

#[tokio::test]
async fn a_damaged_store_is_named_and_left_untouched() {
    let home = Home::new();
    let damaged = b"this is no database".repeat(1000);
    fs::write(home.store(), &damaged).unwrap();
    let desktop = Desktop::open_in(home.clone(), &[]).await;
    desktop.text(home.store().to_str().unwrap()).await;
    desktop.picture("damaged-store").await;
    assert_eq!(fs::read(home.store()).unwrap(), damaged);
}

#[tokio::test]
async fn a_program_that_cannot_open_its_store_ends_with_the_servers_exit_code() {
    let home = Home::new();
    fs::write(home.store(), b"this is no database".repeat(1000)).unwrap();
    let mut app = home.start();
    app.read_until("the engine could not be opened");
    assert_eq!(app.end(), Some(4));
}

#[tokio::test]
async fn the_end_of_a_session_closes_the_store() {
    let home = Home::new();
    let mut app = home.start();
    app.read_until("opened the master key");
    assert_eq!(app.end(), Some(0));
    let left = home.store().with_extension("db-wal");
    assert!(fs::metadata(&left).map_or(0, |file| file.len()) == 0, "everything is in the main file");
    let desktop = Desktop::open_in(home, &[]).await;
    desktop.text("Welcome to Anteroom").await;
}

#[tokio::test]
async fn the_end_of_a_session_closes_a_store_that_is_still_being_opened() {
    let home = Home::new();
    let app = home.start_with_passphrase();
    let journal = home.store().with_extension("db-wal");
    until("the store is open", async || journal.exists().then_some(())).await;
    assert_eq!(app.end(), Some(0));
    assert!(!journal.exists(), "everything is in the main file");
}

#[tokio::test]
async fn a_taken_port_is_named_and_the_engine_answers_when_it_is_free() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let desktop = Desktop::open_in(Home::listening_on(&address), &[]).await;
    let engine = desktop.call("home_get", json!({})).await["engine"].clone();
    assert_eq!(engine["running"], false);
    assert!(engine["problem"].as_str().unwrap().contains(&address), "{engine}");
    drop(taken);
    until("the engine answers", async || {
        let home = desktop.call("home_get", json!({})).await;
        (home["engine"]["running"] == true).then_some(())
    })
    .await;
}

#[tokio::test]
async fn without_a_session_bus_a_second_start_names_the_lock() {
    let home = Home::new();
    let mut first = home.start_without_bus();
    first.read_until("opened the master key");
    let mut second = home.start_without_bus();
    let line = second.read_until("the engine could not be opened");
    assert!(line.contains(home.data().to_str().unwrap()) && line.contains("another Anteroom"), "{line}");
    assert_eq!(second.end(), Some(4));
    assert_eq!(first.end(), Some(0));
}

#[tokio::test]
async fn a_start_while_the_one_before_finishes_has_a_window_of_its_own() {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).unwrap();
    let home = Home::listening_on(&free.to_string());
    let first = home.start();
    let mut request = until("the engine answers", async || TcpStream::connect(free).ok()).await;
    // The body of this one does not come, so that the first start has something to finish.
    let head = format!(
        "POST /oauth2/token HTTP/1.1\r\nHost: {free}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: 10\r\nExpect: 100-continue\r\n\r\n"
    );
    request.write_all(head.as_bytes()).unwrap();
    let mut continued = [0; 12];
    request.read_exact(&mut continued).unwrap();
    assert_eq!(&continued, b"HTTP/1.1 100");
    first.ask_to_end();
    until("the first start takes no more requests", async || TcpStream::connect(free).is_err().then_some(()))
        .await;
    let mut second = home.start();
    let line = second.read_until("the engine could not be opened");
    assert!(line.contains("another Anteroom"), "{line}");
    drop(request);
    first.end();
    second.end();
}

#[tokio::test]
async fn the_engine_opens_once_the_store_is_free() {
    let home = Home::new();
    let mut first = home.start_without_bus();
    first.read_until("opened the master key");
    let desktop = Desktop::open_in(home.clone(), &[]).await;
    desktop.text("another Anteroom is using it").await;
    assert_eq!(first.end(), Some(0));
    desktop.press("Try again").await;
    desktop.text("Welcome to Anteroom").await;
}

#[tokio::test]
async fn the_engine_opens_once_its_port_for_tls_is_free() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let desktop = Desktop::open_in(Home::listening_for_tls_on(&address), &[]).await;
    desktop.text(&format!("{address} is in use")).await;
    drop(taken);
    desktop.press("Try again").await;
    desktop.text("Welcome to Anteroom").await;
}

#[tokio::test]
async fn a_second_data_folder_is_a_second_app() {
    let one = Desktop::open().await;
    let other = Desktop::open().await;
    for desktop in [one, other] {
        desktop.text("Welcome to Anteroom").await;
        desktop.close().await;
    }
}
