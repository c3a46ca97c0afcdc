//! What the environment says. Command-line flags cannot say it: a link must be the only argument of a start.

use std::{
    ffi::OsString,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use anteroom_server::master_key::{Passphrase, Source};
use sha2::{Digest, Sha256};

/// Where the engine listens if nothing else is said.
const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8103);

/// Settings of one start. `main.rs` reads them; nothing else reads the environment.
#[derive(Debug)]
pub struct Settings {
    /// `ANTEROOM_DATA_DIR`: where the database and the keys live. The platform's data folder if `None`.
    pub data_dir: Option<PathBuf>,
    /// `ANTEROOM_LISTEN`: the engine's address; `127.0.0.1:8103` unless set.
    pub listen: SocketAddr,
    /// `ANTEROOM_TLS_LISTEN`: also serve https with the locally made CA; off unless set.
    pub tls_listen: Option<SocketAddr>,
    /// `ANTEROOM_MASTER_KEY`: where the key comes from that seals the others. What the store is sealed with if `None`, and
    /// the keychain for a new store.
    pub master_key: Option<Source>,
    /// `ANTEROOM_PASSPHRASE`, for [`Source::Passphrase`].
    pub passphrase: Option<Passphrase>,
    /// The command line, the program's name first.
    pub command_line: Vec<String>,
}

/// A setting that is not one of its values; says which, what it was and what it can be.
#[derive(Debug, PartialEq, Eq)]
pub struct WrongSetting(String);

impl Settings {
    /// Reads the settings through `variable`, which gives an environment variable that is set to something.
    ///
    /// # Errors
    /// When a variable holds something it cannot mean.
    pub fn read(
        variable: impl Fn(&'static str) -> Option<OsString>,
        command_line: Vec<String>,
    ) -> Result<Self, WrongSetting> {
        let text = |name| variable(name).map(|value| utf8(name, value)).transpose();
        let address = |name| text(name)?.map(|value| parse_address(name, &value)).transpose();
        Ok(Self {
            data_dir: variable("ANTEROOM_DATA_DIR").map(PathBuf::from),
            listen: address("ANTEROOM_LISTEN")?.unwrap_or(DEFAULT_LISTEN),
            tls_listen: address("ANTEROOM_TLS_LISTEN")?,
            master_key: text("ANTEROOM_MASTER_KEY")?.map(|value| parse_master_key(&value)).transpose()?,
            passphrase: text("ANTEROOM_PASSPHRASE")?.map(Passphrase::new),
            command_line,
        })
    }

    /// The name under which a second start finds the first: one running app for each data folder.
    pub(crate) fn instance_name(&self, identifier: &str) -> String {
        let Some(folder) = &self.data_dir else { return identifier.to_owned() };
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.clone());
        let digest = Sha256::digest(folder.as_os_str().as_encoded_bytes());
        let short = digest.iter().take(8).fold(0_u64, |short, byte| (short << 8) | u64::from(*byte));
        format!("{identifier}.d{short:016x}")
    }
}

/// A setting as text. What it was is not said: it may be a passphrase.
fn utf8(name: &str, value: OsString) -> Result<String, WrongSetting> {
    value.into_string().map_err(|_| WrongSetting(format!("{name} is not UTF-8")))
}

fn parse_address(name: &str, value: &str) -> Result<SocketAddr, WrongSetting> {
    value.parse().map_err(|_| {
        WrongSetting(format!("{name} is {value:?}; it must be ADDRESS:PORT, such as 127.0.0.1:8103"))
    })
}

fn parse_master_key(value: &str) -> Result<Source, WrongSetting> {
    Source::parse(value).ok_or_else(|| {
        WrongSetting(format!("ANTEROOM_MASTER_KEY is {value:?}; it must be keychain, passphrase or file"))
    })
}

impl std::fmt::Display for WrongSetting {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for WrongSetting {}

#[cfg(test)]
mod tests {
    use super::{OsString, Settings, WrongSetting};

    fn read(variables: &[(&str, &str)]) -> Result<Settings, WrongSetting> {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
        };
        Settings::read(variable, Vec::new())
    }

    #[test]
    fn nothing_set_means_the_defaults() {
        let settings = read(&[]).unwrap();
        assert_eq!(settings.listen.to_string(), "127.0.0.1:8103");
        assert_eq!(settings.master_key, None);
        assert_eq!(settings.instance_name("dev.anteroom.desktop"), "dev.anteroom.desktop");
    }

    #[test]
    fn a_wrong_value_is_named_with_what_it_can_be() {
        for (name, value, expected) in [
            ("ANTEROOM_LISTEN", "8103", "it must be ADDRESS:PORT"),
            ("ANTEROOM_LISTEN", "localhost:8103", "it must be ADDRESS:PORT"),
            ("ANTEROOM_TLS_LISTEN", "8443", "it must be ADDRESS:PORT"),
            ("ANTEROOM_MASTER_KEY", "Keychain", "it must be keychain, passphrase or file"),
        ] {
            let message = read(&[(name, value)]).unwrap_err().to_string();
            assert!(
                message.contains(name) && message.contains(value) && message.contains(expected),
                "{message}"
            );
        }
    }

    #[test]
    #[cfg(unix)]
    fn what_is_not_utf8_is_a_folder_or_refused_and_never_left_out() {
        use std::os::unix::ffi::OsStringExt as _;
        let latin1 = |wanted: &'static str| {
            Settings::read(
                move |name| (name == wanted).then(|| OsString::from_vec(b"/srv/Prax\xe9".to_vec())),
                Vec::new(),
            )
        };
        let folder = latin1("ANTEROOM_DATA_DIR").unwrap().data_dir.unwrap();
        assert_eq!(folder.into_os_string().into_vec(), b"/srv/Prax\xe9");
        for name in ["ANTEROOM_LISTEN", "ANTEROOM_TLS_LISTEN", "ANTEROOM_MASTER_KEY", "ANTEROOM_PASSPHRASE"] {
            assert_eq!(latin1(name).unwrap_err().to_string(), format!("{name} is not UTF-8"));
        }
    }

    #[test]
    fn each_data_folder_has_its_own_running_app() {
        let name = |folder| read(&[("ANTEROOM_DATA_DIR", folder)]).unwrap().instance_name("a.b");
        assert_eq!(name("/srv/one"), name("/srv/one"));
        assert_ne!(name("/srv/one"), name("/srv/two"));
        let last = name("/srv/one").rsplit('.').next().unwrap().to_owned();
        assert!(
            last.len() == 17 && last.starts_with('d'),
            "a part of a D-Bus name must not begin with a digit"
        );
    }

    #[test]
    fn printing_the_settings_shows_no_passphrase() {
        let settings = read(&[("ANTEROOM_PASSPHRASE", "hidden")]).unwrap();
        assert!(!format!("{settings:?}").contains("hidden"));
    }
}
