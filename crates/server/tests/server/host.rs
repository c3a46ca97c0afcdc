//! The host as the desktop uses it: the engine opens whether or not its port is free.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

use anteroom_server::host::{Host, HostOptions, ListenerState};
use anteroom_server::master_key::Source;
use anteroom_server::place::{KeyOptions, Place};
use anteroom_server::problem::{ADDRESS_IN_USE, ListenError};
use anteroom_server::workspace_file::WorkspaceFile;
use tokio::runtime::{Builder, Runtime};

use crate::http::Http;
use crate::process::{clinic, write};

pub(crate) fn options(listen: SocketAddr, needs_listener: bool) -> HostOptions {
    HostOptions {
        place: Place::Ephemeral,
        keys: KeyOptions { source: None, default: Source::File, passphrase: None },
        listen,
        tls_listen: None,
        base_urls: Vec::new(),
        workspaces: Vec::new(),
        needs_listener,
    }
}

pub(crate) fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

fn is_healthy(address: SocketAddr) -> bool {
    Http::connect(address)
        .and_then(|mut http| http.send("GET", "/healthcheck", &[], ""))
        .is_ok_and(|answer| answer.status == 200)
}

#[test]
fn f_15_the_engine_opens_without_its_port_and_listens_when_it_is_free() {
    let runtime = runtime();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let refused = Host::open(options(address, true), runtime.handle().clone()).err().unwrap();
    assert_eq!(refused.exit_code(), ADDRESS_IN_USE);

    let host = Host::open(options(address, false), runtime.handle().clone()).unwrap();
    assert_eq!(host.listener_state(), ListenerState::Problem(ListenError::InUse(address)));
    assert_eq!(host.engine().issuer().as_str(), format!("http://{address}/"));
    assert_eq!(runtime.block_on(host.start_listener()), Err(ListenError::InUse(address)));
    drop(taken);
    assert_eq!(runtime.block_on(host.start_listener()), Ok(()));
    assert_eq!(host.listener_state(), ListenerState::Listening(address));
    assert!(is_healthy(address));
}

#[test]
fn the_listener_stops_and_starts_on_the_port_it_had_while_the_engine_goes_on() {
    let runtime = runtime();
    let dir = tempfile::tempdir().unwrap();
    let file = write(dir.path(), "clinic.json", &clinic());
    let workspaces = vec![WorkspaceFile::read(file.as_ref()).unwrap()];
    let place = Place::Folder(dir.path().join("data"));
    let any_port = "127.0.0.1:0".parse().unwrap();
    let host =
        Host::open(HostOptions { workspaces, place, ..options(any_port, true) }, runtime.handle().clone())
            .unwrap();
    let ListenerState::Listening(address) = host.listener_state() else { panic!("it does not listen") };
    for _ in 0..3 {
        assert!(is_healthy(address));
        runtime.block_on(host.stop_listener());
        assert_eq!(host.listener_state(), ListenerState::Stopped);
        assert!(TcpStream::connect(address).is_err());
        assert_eq!(host.engine().read(|tx, _| Ok(tx.list_projects()?.len())).unwrap(), 1);
        assert_eq!(runtime.block_on(host.start_listener()), Ok(()));
        assert_eq!(host.listener_state(), ListenerState::Listening(address));
    }
    runtime.block_on(host.close()).unwrap();
    assert!(TcpStream::connect(address).is_err());
    assert!(host.engine().read(|tx, _| Ok(tx.list_projects()?.len())).is_err(), "the store is closed");
}

/// As when several screens ask how the engine is, and each finds that it does not listen.
#[test]
fn of_many_who_start_the_listener_at_once_none_stops_what_another_began() {
    let runtime = Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    let any_port = "127.0.0.1:0".parse().unwrap();
    let host = Arc::new(Host::open(options(any_port, true), runtime.handle().clone()).unwrap());
    let ListenerState::Listening(address) = host.listener_state() else { panic!("it does not listen") };
    for round in 0..100 {
        runtime.block_on(host.stop_listener());
        let start = || {
            let host = Arc::clone(&host);
            runtime.spawn(async move { host.start_listener().await })
        };
        for starting in (0..8).map(|_| start()).collect::<Vec<_>>() {
            assert_eq!(runtime.block_on(starting).unwrap(), Ok(()), "round {round}");
        }
        assert_eq!(host.listener_state(), ListenerState::Listening(address), "round {round}");
    }
    assert!(is_healthy(address));
}
