//! Gets a session at one of the hosts, in libpq's order of attempts.
//!
//! The rules: PostgreSQL manual, "Specifying Multiple Hosts" and "SSL Mode
//! Descriptions". Each attempt is one host with or without TLS, because
//! the client neither tries again without TLS nor ends a whole attempt after
//! `connect_timeout`. No error shows a password.

use postgres::{
    Config, Error,
    config::{SslMode, SslNegotiation, TargetSessionAttrs},
};
use rustls::{CertificateError, Error as TlsError};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{
    hosts::{Host, Place},
    pg_error,
    resolve::{SessionAttrs, Target},
    session::{NoSession, Session},
    tls::Mode,
};
use crate::db::error::{DbError, ErrorKind};

/// One way to try a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wire {
    Plain,
    /// TLS if the server has it.
    Prefer,
    Tls,
}

/// Opens a session at the first host that lets us in.
pub(super) fn connect(target: &Target, waiting: &dyn Fn(&str)) -> Result<Session, DbError> {
    let tls = match target.tls.mode {
        Mode::Disable => None,
        _ if target.hosts.iter().all(is_socket) => None,
        _ => Some(target.tls.connector()?),
    };
    let passes: &[TargetSessionAttrs] = match target.session {
        SessionAttrs::Any => &[TargetSessionAttrs::Any],
        SessionAttrs::ReadWrite => &[TargetSessionAttrs::ReadWrite],
        SessionAttrs::ReadOnly => &[TargetSessionAttrs::ReadOnly],
        SessionAttrs::PreferStandby => &[TargetSessionAttrs::ReadOnly, TargetSessionAttrs::Any],
    };
    let mut failures: Vec<DbError> = Vec::new();
    for session in passes {
        failures.clear();
        for host in &target.hosts {
            match try_host(target, host, *session, tls.as_ref(), waiting) {
                Ok(session) => return Ok(session),
                Err(error) => {
                    // libpq: a server that answers and refuses ends the search,
                    // except one that is only just starting.
                    let is_final = error.code.as_deref().is_some_and(|code| code != "57P03");
                    if is_final {
                        return Err(error);
                    }
                    failures.push(error);
                }
            }
        }
    }
    let messages: Vec<String> = failures.iter().map(ToString::to_string).collect();
    let mut error = failures
        .pop()
        .unwrap_or_else(|| DbError::new(ErrorKind::BadUrl, "no host to connect to"));
    error.message = messages.join("; ");
    Err(error)
}

fn is_socket(host: &Host) -> bool {
    matches!(host.place, Place::Socket(_))
}

fn try_host(
    target: &Target,
    host: &Host,
    session: TargetSessionAttrs,
    tls: Option<&MakeRustlsConnect>,
    waiting: &dyn Fn(&str),
) -> Result<Session, DbError> {
    let wires: &[Wire] = match target.tls.mode {
        // Sockets have no TLS, whatever was asked for: libpq's rule.
        _ if is_socket(host) => &[Wire::Plain],
        Mode::Disable => &[Wire::Plain],
        Mode::Allow => &[Wire::Plain, Wire::Tls],
        Mode::Prefer => &[Wire::Prefer, Wire::Plain],
        Mode::Require | Mode::VerifyCa | Mode::VerifyFull => &[Wire::Tls],
    };
    let mut first: Option<DbError> = None;
    for wire in wires {
        let error = match attempt(target, host, session, *wire, tls, waiting) {
            Ok(session) => return Ok(session),
            Err(error) => error,
        };
        let another_wire_may_do = match wire {
            Wire::Plain => is_unwanted_here(&error),
            Wire::Prefer => is_unwanted_here(&error) || is_handshake(&error),
            Wire::Tls => false,
        };
        let described = describe(&error, target, host);
        if let Some(first) = first {
            // Both ways failed; the first was the one that was asked for.
            return Err(DbError {
                detail: Some(format!("before that: {first}")),
                ..described
            });
        }
        if !another_wire_may_do {
            return Err(described);
        }
        first = Some(described);
    }
    Err(first.unwrap_or_else(|| DbError::new(ErrorKind::BadUrl, "no way to connect")))
}

fn attempt(
    target: &Target,
    host: &Host,
    session: TargetSessionAttrs,
    wire: Wire,
    tls: Option<&MakeRustlsConnect>,
    waiting: &dyn Fn(&str),
) -> Result<Session, NoSession> {
    let mut config = config(target, host);
    config.target_session_attrs(session);
    config.ssl_mode(match wire {
        Wire::Plain => SslMode::Disable,
        Wire::Prefer => SslMode::Prefer,
        Wire::Tls => SslMode::Require,
    });
    let tls = tls.filter(|_| wire != Wire::Plain).cloned();
    Session::open(config, tls, target.connect_timeout, &|| {
        waiting(&place(host));
    })
}

fn config(target: &Target, host: &Host) -> Config {
    let mut config = Config::new();
    match &host.place {
        Place::Tcp { name, address } => {
            config.host(name);
            if let Some(address) = address {
                config.hostaddr(*address);
            }
        }
        Place::Socket(folder) => socket(&mut config, folder),
    }
    config
        .port(host.port)
        .user(&target.user)
        .dbname(&target.dbname)
        .application_name(&target.application_name)
        .channel_binding(target.channel_binding)
        .keepalives(target.keepalives.on);
    if let Some(password) = &host.password {
        config.password(&password.text);
    }
    if let Some(options) = &target.options {
        config.options(options);
    }
    if target.tls.direct {
        config.ssl_negotiation(SslNegotiation::Direct);
    }
    if let Some(idle) = target.keepalives.idle {
        config.keepalives_idle(idle);
    }
    if let Some(interval) = target.keepalives.interval {
        config.keepalives_interval(interval);
    }
    if let Some(count) = target.keepalives.count {
        config.keepalives_retries(count);
    }
    if let Some(limit) = target.keepalives.user_timeout {
        config.tcp_user_timeout(limit);
    }
    config
}

#[cfg(unix)]
fn socket(config: &mut Config, folder: &std::path::Path) {
    config.host_path(folder);
}

#[cfg(not(unix))]
fn socket(config: &mut Config, folder: &std::path::Path) {
    config.host(folder.display().to_string());
}

/// `pg_hba.conf` has no line for this user, host and kind of connection.
fn is_unwanted_here(failed: &NoSession) -> bool {
    matches!(failed, NoSession::Error(error) if error.code().is_some_and(|code| code.code() == "28000"))
}

fn is_handshake(failed: &NoSession) -> bool {
    matches!(failed, NoSession::Error(error) if phase(error) == Phase::Tls)
}

/// What the client was about; it says so only in its message.
#[derive(PartialEq, Eq)]
enum Phase {
    Network,
    Tls,
    Config,
    Authentication,
}

fn phase(error: &Error) -> Phase {
    match error.to_string().as_str() {
        "error performing TLS handshake" => Phase::Tls,
        "invalid configuration" => Phase::Config,
        "authentication error" => Phase::Authentication,
        _ => Phase::Network,
    }
}

/// A host as people write it.
fn place(host: &Host) -> String {
    match &host.place {
        Place::Tcp { name, .. } if name.contains(':') => format!("[{name}]:{}", host.port),
        Place::Tcp { name, .. } => format!("{name}:{}", host.port),
        Place::Socket(folder) => folder
            .join(format!(".s.PGSQL.{}", host.port))
            .display()
            .to_string(),
    }
}

fn describe(failed: &NoSession, target: &Target, host: &Host) -> DbError {
    let place = place(host);
    let error = match failed {
        NoSession::Timeout(limit) => {
            return DbError::new(
                ErrorKind::Unreachable,
                format!("no answer from {place} within {} s", limit.as_secs()),
            );
        }
        NoSession::Error(error) => error,
    };
    if let Some(server) = error.as_db_error() {
        return from_server(pg_error::from_server(server), host);
    }
    let cause = pg_error::innermost(error);
    match phase(error) {
        Phase::Tls if cause == "server does not support TLS" => DbError::new(
            ErrorKind::Unreachable,
            format!("the server at {place} does not offer TLS, which the connection asks for"),
        ),
        Phase::Tls => DbError {
            advice: certificate_hint(error, target),
            ..DbError::new(
                ErrorKind::Unreachable,
                format!("no TLS connection to {place}: {cause}"),
            )
        },
        Phase::Config if cause == "password missing" => DbError {
            advice: Some("put it into PGPASSWORD or ~/.pgpass".to_owned()),
            ..DbError::new(
                ErrorKind::Refused,
                format!(
                    "the server at {place} asks user `{}` for a password, and none was given",
                    target.user
                ),
            )
        },
        Phase::Config => DbError::new(ErrorKind::BadUrl, cause),
        Phase::Authentication => DbError::new(
            ErrorKind::Refused,
            format!("cannot log in at {place}: {cause}"),
        ),
        Phase::Network => DbError::new(
            ErrorKind::Unreachable,
            format!("cannot connect to {place}: {cause}"),
        ),
    }
}

/// What a server says that answers and does not let us in.
fn from_server(mut error: DbError, host: &Host) -> DbError {
    let code = error.code.as_deref().unwrap_or_default();
    // Out of reach for now (57P03: starting or stopping; 53300: full; 3D000: no such
    // database), unless it is about us.
    error.kind = if code.starts_with("28") || code == pg_error::INSUFFICIENT_PRIVILEGE {
        ErrorKind::Refused
    } else {
        ErrorKind::Unreachable
    };
    if code == "28P01"
        && let Some(file) = host.password.as_ref().and_then(|it| it.file.as_ref())
    {
        error.advice = Some(format!("the password came from {}", file.display()));
    }
    error
}

fn certificate_hint(error: &Error, target: &Target) -> Option<String> {
    let source = std::error::Error::source(error)?.downcast_ref::<std::io::Error>()?;
    match source.get_ref()?.downcast_ref::<TlsError>()? {
        TlsError::InvalidCertificate(CertificateError::UnknownIssuer) => Some(format!(
            "whom to trust is taken from {}",
            target.tls.root.name()
        )),
        TlsError::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => Some("`sslmode=verify-ca` does not look at the name".to_owned()),
        _ => None,
    }
}
