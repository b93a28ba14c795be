//! From a URL to somewhere to connect to: fills in what the URL leaves out.
//!
//! In libpq's order: the URL, the service, `PG*` variables, then the defaults;
//! passwords last, from the password file. The environment comes in as a lookup,
//! so that this can be tested; files are read, nothing is connected to.
//! The rules: PostgreSQL manual, "Parameter Key Words", "Environment Variables".

use std::{
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use super::{
    hosts::{Host, hosts, passwords},
    keywords::{KEYWORDS, Keyword, bad},
    pg_url::{PgUrl, Shown},
    service,
    tls::{Mode, Root, TlsSettings},
};
use crate::db::{Env, error::DbError};

/// How long a host may take to let us in when nothing is said. libpq waits without
/// end, which in a deploy is a job that hangs until somebody kills it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Everything that is needed to connect.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// To be tried in this order.
    pub(super) hosts: Vec<Host>,
    pub(super) user: String,
    pub(super) dbname: String,
    pub(super) options: Option<String>,
    pub(super) application_name: String,
    /// For each host.
    pub(super) connect_timeout: Option<Duration>,
    pub(super) session: SessionAttrs,
    pub(super) channel_binding: ChannelBinding,
    pub(super) keepalives: Keepalives,
    pub(super) tls: TlsSettings,
}

/// Which of several servers is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SessionAttrs {
    Any,
    ReadWrite,
    ReadOnly,
    PreferStandby,
}

pub(super) use postgres::config::ChannelBinding;

/// TCP's means to notice a dead connection.
#[derive(Debug, Clone)]
pub(super) struct Keepalives {
    pub(super) on: bool,
    pub(super) idle: Option<Duration>,
    pub(super) interval: Option<Duration>,
    pub(super) count: Option<u32>,
    pub(super) user_timeout: Option<Duration>,
}

/// Completes `url`; `application` is the name of last resort for this session.
pub(super) fn resolve(
    url: &PgUrl,
    application: &str,
    env: &Env<'_>,
    warn: &mut dyn FnMut(&str),
) -> Result<Target, DbError> {
    let sources = Sources::new(url, env)?;
    let user = match sources.get("user") {
        Some(user) => user,
        None => whoami::username()
            .map_err(|error| bad(format!("no user name given, and the system's: {error}")))?,
    };
    let dbname = sources.get("dbname").unwrap_or_else(|| user.clone());
    let mut hosts = hosts(&sources)?;
    passwords(&mut hosts, &sources, &dbname, &user, warn);
    Ok(Target {
        hosts,
        options: sources.get("options"),
        application_name: sources
            .get("application_name")
            .or_else(|| sources.get("fallback_application_name"))
            .unwrap_or_else(|| application.to_owned()),
        // libpq: zero, negative or absent means to wait for ever.
        connect_timeout: match sources.get("connect_timeout") {
            Some(_) => sources.seconds("connect_timeout")?,
            None => Some(PATIENCE),
        },
        session: sources.one_of(
            "target_session_attrs",
            &[
                ("any", SessionAttrs::Any),
                ("read-write", SessionAttrs::ReadWrite),
                ("primary", SessionAttrs::ReadWrite),
                ("read-only", SessionAttrs::ReadOnly),
                ("standby", SessionAttrs::ReadOnly),
                ("prefer-standby", SessionAttrs::PreferStandby),
            ],
        )?,
        channel_binding: sources.one_of(
            "channel_binding",
            &[
                ("prefer", ChannelBinding::Prefer),
                ("disable", ChannelBinding::Disable),
                ("require", ChannelBinding::Require),
            ],
        )?,
        keepalives: Keepalives {
            on: sources.get("keepalives").is_none_or(|value| value != "0"),
            idle: sources.seconds("keepalives_idle")?,
            interval: sources.seconds("keepalives_interval")?,
            count: sources.number("keepalives_count")?,
            user_timeout: sources
                .number("tcp_user_timeout")?
                .filter(|ms| *ms > 0)
                .map(Duration::from_millis),
        },
        tls: tls(&sources)?,
        user,
        dbname,
    })
}

impl Target {
    /// The place, for people.
    pub(super) fn location(&self) -> String {
        let ports: Vec<String> = self
            .hosts
            .iter()
            .map(|host| host.port.to_string())
            .collect();
        let names: Vec<String> = self.hosts.iter().map(|host| host.place.name()).collect();
        Shown {
            user: &self.user,
            hosts: names
                .iter()
                .zip(&ports)
                .map(|(name, port)| {
                    // The usual port of a socket is not worth a mention.
                    let usual = name.starts_with('/') && port == "5432";
                    (name.as_str(), if usual { "" } else { port })
                })
                .collect(),
            dbname: &self.dbname,
        }
        .to_string()
    }
}

/// The places that values come from.
pub(super) struct Sources<'a> {
    url: &'a PgUrl,
    service: Vec<(&'static str, String)>,
    env: &'a Env<'a>,
}

impl<'a> Sources<'a> {
    fn new(url: &'a PgUrl, env: &'a Env<'a>) -> Result<Self, DbError> {
        let mut sources = Self {
            url,
            service: Vec::new(),
            env,
        };
        for keyword in KEYWORDS {
            let Some(variable) = keyword.variable else {
                continue;
            };
            if url.get(keyword.name).is_none()
                && let Some(value) = env(variable)
            {
                keyword.check(&value, variable)?;
            }
        }
        if let Some(name) = sources.get("service") {
            let mut files = Vec::new();
            match sources.get("servicefile") {
                Some(file) => files.push(file.into()),
                None => files.extend(sources.home("pg_service.conf", ".pg_service.conf")),
            }
            // Debian's, where PGSYSCONFDIR does not say otherwise.
            let system = env("PGSYSCONFDIR").unwrap_or_else(|| "/etc/postgresql-common".into());
            files.push(Path::new(&system).join("pg_service.conf"));
            sources.service = service::load(&name, &files)?;
        }
        Ok(sources)
    }

    /// The value, unless it is absent or empty. What stands empty in the URL is
    /// not looked for further: it means the default.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let from_service = || {
            let (_, value) = self.service.iter().find(|(key, _)| *key == name)?;
            Some(value.clone())
        };
        let from_variable = || {
            let keyword: &Keyword = KEYWORDS.iter().find(|keyword| keyword.name == name)?;
            (self.env)(keyword.variable?)
        };
        self.url
            .get(name)
            .map(str::to_owned)
            .or_else(from_service)
            .or_else(from_variable)
            .filter(|value| !value.is_empty())
    }

    fn number<T: FromStr>(&self, name: &str) -> Result<Option<T>, DbError> {
        self.get(name)
            .map(|value| {
                let number = value.trim().parse();
                number.map_err(|_| bad(format!("`{name}={value}` is not a number")))
            })
            .transpose()
    }

    fn seconds(&self, name: &str) -> Result<Option<Duration>, DbError> {
        let number: Option<i64> = self.number(name)?;
        Ok(number
            .and_then(|seconds| u64::try_from(seconds).ok())
            .filter(|seconds| *seconds > 0)
            .map(Duration::from_secs))
    }

    /// The first of `values` when nothing is said.
    fn one_of<T: Copy>(&self, name: &str, values: &[(&str, T)]) -> Result<T, DbError> {
        let said = self.get(name);
        let found = match &said {
            Some(said) => values.iter().find(|(value, _)| value == said),
            None => values.first(),
        };
        found.map(|(_, value)| *value).ok_or_else(|| {
            let all: Vec<&str> = values.iter().map(|(value, _)| *value).collect();
            bad(format!(
                "`{name}={}` is not known; it can be {}",
                said.unwrap_or_default(),
                all.join(", ")
            ))
        })
    }

    /// A file of the user's: `%APPDATA%\postgresql\<windows>` or `~/<unix>`.
    pub(super) fn home(&self, windows: &str, unix: &str) -> Option<PathBuf> {
        if cfg!(windows) {
            let data = (self.env)("APPDATA")?;
            Some(Path::new(&data).join("postgresql").join(windows))
        } else {
            Some(Path::new(&(self.env)("HOME")?).join(unix))
        }
    }
}

fn tls(sources: &Sources<'_>) -> Result<TlsSettings, DbError> {
    let root = match sources.get("sslrootcert") {
        Some(name) if name == "system" => Root::System,
        Some(file) => Root::File(file.into()),
        None => match sources.home("root.crt", ".postgresql/root.crt") {
            Some(file) if file.is_file() => Root::File(file),
            _ => Root::None,
        },
    };
    let weak = sources
        .get("sslmode")
        .is_some_and(|mode| mode != "verify-full");
    if root == Root::System && weak {
        // libpq: anybody can get a certificate from one of the system's roots.
        return Err(bad(
            "`sslrootcert=system` goes only with `sslmode=verify-full`, which is then the default",
        ));
    }
    let mode = if root == Root::System {
        Mode::VerifyFull
    } else {
        sources.one_of("sslmode", Mode::NAMES)?
    };
    let client = match (sources.get("sslcert"), sources.get("sslkey")) {
        (Some(certificate), Some(key)) => Some((certificate.into(), key.into())),
        (certificate, key) => {
            let named = certificate.is_some() || key.is_some();
            certificate
                .map(PathBuf::from)
                .or_else(|| sources.home("postgresql.crt", ".postgresql/postgresql.crt"))
                .zip(
                    key.map(PathBuf::from)
                        .or_else(|| sources.home("postgresql.key", ".postgresql/postgresql.key")),
                )
                // The default files count where both are there.
                .filter(|(certificate, key)| named || (certificate.is_file() && key.is_file()))
        }
    };
    let direct = sources.one_of("sslnegotiation", &[("postgres", false), ("direct", true)])?;
    if direct && !matches!(mode, Mode::Require | Mode::VerifyCa | Mode::VerifyFull) {
        return Err(bad(
            "`sslnegotiation=direct` goes only with `sslmode=require` or stricter",
        ));
    }
    Ok(TlsSettings {
        mode,
        root,
        client,
        direct,
    })
}

#[cfg(test)]
#[path = "resolve_tests.rs"]
mod tests;
