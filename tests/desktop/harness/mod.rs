//! Opens the app in its own home, finds things in its window, and leaves nothing behind.

mod page;
mod wait;

use std::{
    fs::DirBuilder,
    io::{BufRead, BufReader},
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::unix::{fs::DirBuilderExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::Arc,
    time::Duration,
};

use fantoccini::{Client, ClientBuilder, wd::Capabilities};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tempfile::TempDir;

pub(crate) use wait::until;

/// The program under test.
const APP: &str = env!("CARGO_BIN_EXE_anteroom");

/// A running app: its window through WebDriver, and its home.
pub(crate) struct Desktop {
    pub(crate) client: Client,
    driver: Driver,
}

/// The home of one app: everything it reads or writes is in here. Removed with the last clone.
#[derive(Clone)]
pub(crate) struct Home {
    folder: Arc<TempDir>,
    data: PathBuf,
    listen: String,
    tls_listen: Option<String>,
}

/// WebKitWebDriver in a process group of its own, which also holds the app it starts.
struct Driver {
    child: Child,
    port: u16,
    home: Home,
}

impl Desktop {
    /// Opens the app in a new home.
    pub(crate) async fn open() -> Self {
        Self::open_in(Home::new(), &[]).await
    }

    /// Opens the app in this home with this command line.
    pub(crate) async fn open_in(home: Home, arguments: &[&str]) -> Self {
        let driver = Driver::start(home).await;
        let mut capabilities = Capabilities::new();
        capabilities
            .insert("webkitgtk:browserOptions".to_owned(), json!({ "binary": APP, "args": arguments }));
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{}", driver.port))
            .await
            .expect("the driver opens the app");
        Self { client, driver }
    }

    /// Where the app lives.
    pub(crate) fn home(&self) -> &Home {
        &self.driver.home
    }

    /// How long ago the app was started, to the hundredth of a second.
    pub(crate) fn age(&self) -> Duration {
        let driver = self.driver.child.id().to_string();
        let started = std::fs::read_dir("/proc")
            .expect("the list of processes")
            .filter_map(|entry| std::fs::read_to_string(entry.ok()?.path().join("stat")).ok())
            .find_map(|stat| {
                // proc_pid_stat(5), after the name in brackets: state, parent, …, start in ticks since boot
                let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
                (fields.get(1) == Some(&driver.as_str())).then(|| fields.get(19)?.parse::<u64>().ok())?
            })
            .expect("the driver has started the app");
        let uptime = std::fs::read_to_string("/proc/uptime").expect("the time since boot");
        let seconds = uptime.split_whitespace().next().and_then(|uptime| uptime.parse().ok());
        Duration::from_secs_f64(seconds.expect("seconds since boot"))
            .saturating_sub(Duration::from_millis(started * 10))
    }

    /// Closes the window and waits until the app has ended; its home stays for another start.
    pub(crate) async fn close(self) -> Home {
        self.client.close().await.expect("the window closes");
        self.driver.home.clone()
    }
}

impl Home {
    /// A home whose engine takes any free port.
    pub(crate) fn new() -> Self {
        Self::listening_on("127.0.0.1:0")
    }

    /// A home whose engine takes this address.
    pub(crate) fn listening_on(address: &str) -> Self {
        let folder = Arc::new(tempfile::tempdir().expect("a temporary home"));
        for name in ["run", "data"] {
            DirBuilder::new().mode(0o700).create(folder.path().join(name)).expect("a folder in the home");
        }
        Self { data: folder.path().join("data"), folder, listen: address.to_owned(), tls_listen: None }
    }

    /// A home whose engine also takes this address for https.
    pub(crate) fn listening_for_tls_on(address: &str) -> Self {
        Self { tls_listen: Some(address.to_owned()), ..Self::new() }
    }

    /// A new home over a data folder that stays afterwards.
    pub(crate) fn over(data: PathBuf) -> Self {
        Self { data, ..Self::new() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.data.clone()
    }

    /// The database.
    pub(crate) fn store(&self) -> PathBuf {
        self.data().join("anteroom.db")
    }

    /// A command that runs as this home's user: the app finds its own data and nobody else's.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let home = self.path();
        command
            .env("HOME", home)
            .env("XDG_RUNTIME_DIR", home.join("run"))
            .env_remove("XDG_DATA_HOME")
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_CACHE_HOME")
            .env_remove("XDG_CURRENT_DESKTOP")
            .env("LANG", "C.UTF-8")
            .env("LANGUAGE", "en")
            .env("ANTEROOM_DATA_DIR", self.data())
            .env("ANTEROOM_LISTEN", &self.listen)
            .env("ANTEROOM_MASTER_KEY", "file")
            .env("ANTEROOM_LOG", "error")
            .env("NO_AT_BRIDGE", "1")
            // the tests open the pages themselves
            .env("BROWSER", "true")
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .stdin(Stdio::null());
        if let Some(address) = &self.tls_listen {
            command.env("ANTEROOM_TLS_LISTEN", address);
        }
        command
    }

    /// Starts the app without a driver, its log to be read.
    pub(crate) fn start(&self) -> Undriven {
        Undriven::start(&mut self.command(APP))
    }

    /// The same where no session bus tells two starts of each other.
    pub(crate) fn start_without_bus(&self) -> Undriven {
        Undriven::start(self.command(APP).env_remove("DBUS_SESSION_BUS_ADDRESS"))
    }

    /// The same with a passphrase, from which the master key is derived while the store is open already.
    pub(crate) fn start_with_passphrase(&self) -> Undriven {
        let mut command = self.command(APP);
        command.env("ANTEROOM_MASTER_KEY", "passphrase").env("ANTEROOM_PASSPHRASE", "correct horse battery");
        Undriven::start(&mut command)
    }

    /// Starts the app a second time, without a driver, and waits until that start has ended.
    pub(crate) fn start_again(&self, arguments: &[&str]) -> ExitStatus {
        self.command(APP).args(arguments).status().expect("the app starts")
    }

    /// Opens a link the way another program of the desktop does.
    #[expect(clippy::unused_self, reason = "only a running desktop can be sent a link")]
    pub(crate) fn open_link(&self, opener: &mut Command, link: &str) {
        let status = opener.arg(link).status().expect("the opener starts");
        assert!(status.success(), "{opener:?} ended with {status}");
    }
}

/// An app that nobody drives.
pub(crate) struct Undriven(Child);

impl Undriven {
    fn start(command: &mut Command) -> Self {
        let child = command.env("ANTEROOM_LOG", "info").stderr(Stdio::piped()).spawn();
        Self(child.expect("the app starts"))
    }

    /// Reads the log up to a line with this text, and gives that line.
    pub(crate) fn read_until(&mut self, text: &str) -> String {
        let log = self.0.stderr.as_mut().expect("the log is piped");
        let line = BufReader::new(log).lines().map_while(Result::ok).find(|line| line.contains(text));
        line.unwrap_or_else(|| panic!("the app ended without saying {text:?}"))
    }

    /// Asks the app to end, as the end of a session does.
    pub(crate) fn ask_to_end(&self) {
        let asked = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        assert!(asked.is_ok_and(|status| status.success()), "the app can be asked to end");
    }

    /// Asks the app to end, waits for it, and gives its exit code.
    pub(crate) fn end(mut self) -> Option<i32> {
        self.ask_to_end();
        self.0.wait().expect("the app ends").code()
    }
}

impl Drop for Undriven {
    fn drop(&mut self) {
        // it has ended already, unless the test failed
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Driver {
    async fn start(home: Home) -> Self {
        for (variable, what) in [("DISPLAY", "a display"), ("DBUS_SESSION_BUS_ADDRESS", "a session bus")] {
            assert!(std::env::var_os(variable).is_some(), "this test needs {what}: run `make e2e`");
        }
        let port = free_port();
        let child = home
            .command("WebKitWebDriver")
            .args([format!("--port={port}"), "--host=127.0.0.1".to_owned()])
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .stdout(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("WebKitWebDriver is installed (package webkit2gtk-driver)");
        let driver = Self { child, port, home };
        until("the driver listens", async || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()).await;
        driver
    }
}

impl Drop for Driver {
    /// Ends the whole group: after a failed test the app is still there.
    fn drop(&mut self) {
        let group = format!("-{}", self.child.id());
        // the group may have ended by itself; then there is nothing to end
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port()
}

/// Where pictures of the window go.
fn pictures() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/pictures/desktop");
    std::fs::create_dir_all(&folder).expect("a folder for pictures");
    folder
}
