//! The servers to try: their names, addresses, sockets, ports and passwords.
//!
//! The rules: PostgreSQL manual, "Specifying Multiple Hosts" and "The Password
//! File". Looks for sockets and reads the password file, but connects to nothing.

use std::{
    fmt,
    net::IpAddr,
    path::{Path, PathBuf},
};

use super::{keywords::bad, passfile, resolve::Sources};
use crate::db::error::DbError;

/// One server to try.
#[derive(Debug, Clone)]
pub(super) struct Host {
    pub(super) place: Place,
    pub(super) port: u16,
    pub(super) password: Option<Password>,
}

/// How a server is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// By a name (which certificates are compared with), perhaps at an address
    /// that was given with it.
    Tcp {
        name: String,
        address: Option<IpAddr>,
    },
    /// Through the socket in this folder.
    Socket(PathBuf),
}

/// A password and where it came from; never shown.
#[derive(Clone)]
pub(super) struct Password {
    pub(super) text: String,
    pub(super) file: Option<PathBuf>,
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(password)")
    }
}

impl Place {
    /// The host as it was written, or the socket's folder.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Tcp { name, .. } => name.clone(),
            Self::Socket(folder) => folder.display().to_string(),
        }
    }
}

/// libpq's and Debian's folders for the socket.
const SOCKET_FOLDERS: [&str; 2] = ["/var/run/postgresql", "/tmp"];

/// The hosts that are named, or the default one; without passwords.
pub(super) fn hosts(sources: &Sources<'_>) -> Result<Vec<Host>, DbError> {
    let list = |name: &str| -> Vec<String> {
        let text = sources.get(name).unwrap_or_default();
        text.split(',').map(str::to_owned).collect()
    };
    let (names, addresses, ports) = (list("host"), list("hostaddr"), list("port"));
    let given = sources.get("hostaddr").is_some();
    let count = if given { addresses.len() } else { names.len() };
    if given && sources.get("host").is_some() && names.len() != count {
        return Err(bad(format!(
            "{} hosts do not go with {count} addresses (hostaddr)",
            names.len()
        )));
    }
    if ports.len() != 1 && ports.len() != count {
        return Err(bad(format!(
            "{} ports do not go with {count} hosts",
            ports.len()
        )));
    }
    (0..count)
        .map(|at| {
            let name = names.get(at).map_or("", String::as_str);
            let address = addresses.get(at).map_or("", String::as_str);
            let port = match ports.get(at).or(ports.first()).map_or("", String::as_str) {
                "" => 5432,
                text => match text.trim().parse() {
                    Ok(port) if port != 0 => port,
                    _ => return Err(bad("the port is not a number from 1 to 65535")),
                },
            };
            let place =
                if !address.is_empty() {
                    Place::Tcp {
                        name: if name.is_empty() { address } else { name }.to_owned(),
                        address: Some(address.parse().map_err(|_| {
                            bad(format!("`hostaddr={address}` is not an IP address"))
                        })?),
                    }
                } else if name.is_empty() {
                    default_place(port)
                } else if cfg!(unix) && name.starts_with('/') {
                    Place::Socket(name.into())
                } else {
                    Place::Tcp {
                        name: name.to_owned(),
                        address: None,
                    }
                };
            Ok(Host {
                place,
                port,
                password: None,
            })
        })
        .collect()
}

fn default_place(port: u16) -> Place {
    if !cfg!(unix) {
        return Place::Tcp {
            name: "localhost".into(),
            address: None,
        };
    }
    let listens = |folder: &&str| Path::new(folder).join(format!(".s.PGSQL.{port}")).exists();
    let folder = SOCKET_FOLDERS
        .iter()
        .find(|folder| listens(folder))
        .or_else(|| {
            SOCKET_FOLDERS
                .iter()
                .find(|folder| Path::new(folder).exists())
        });
    Place::Socket(folder.copied().unwrap_or(SOCKET_FOLDERS[0]).into())
}

/// Gives each host the password that was given, or that the password file has.
pub(super) fn passwords(
    hosts: &mut [Host],
    sources: &Sources<'_>,
    dbname: &str,
    user: &str,
    warn: &mut dyn FnMut(&str),
) {
    if let Some(text) = sources.get("password") {
        for host in hosts {
            host.password = Some(Password {
                text: text.clone(),
                file: None,
            });
        }
        return;
    }
    let Some(path) = sources
        .get("passfile")
        .map(PathBuf::from)
        .or_else(|| sources.home("pgpass.conf", ".pgpass"))
    else {
        return;
    };
    let Some(text) = passfile::read(&path, warn) else {
        return;
    };
    for host in hosts {
        let name = host.place.name();
        host.password = passfile::find(
            &text,
            &passfile::Query {
                host: if SOCKET_FOLDERS.contains(&name.as_str()) {
                    "localhost"
                } else {
                    &name
                },
                port: host.port,
                dbname,
                user,
            },
        )
        .map(|text| Password {
            text,
            file: Some(path.clone()),
        });
    }
}
