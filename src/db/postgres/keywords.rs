//! libpq's connection keywords: their variables, and what teammig does with them.
//!
//! The rules are those of the PostgreSQL manual, "Database Connection Control
//! Functions: Parameter Key Words" and "Environment Variables", so that a URL or
//! an environment that works with `psql` works here. What would make a connection
//! less safe than the user asked for is refused, never ignored.

use crate::db::error::{DbError, ErrorKind};

/// One keyword.
pub(super) struct Keyword {
    /// As it is written in URLs and keyword strings.
    pub(super) name: &'static str,
    /// The variable that stands for it.
    pub(super) variable: Option<&'static str>,
    support: Support,
}

enum Support {
    /// teammig does what it says.
    Full,
    /// Only these values, which are what teammig does anyway.
    Only(&'static [&'static str]),
    /// Not supported.
    Never,
}

const fn full(name: &'static str, variable: &'static str) -> Keyword {
    Keyword {
        name,
        variable: Some(variable),
        support: Support::Full,
    }
}

const fn url_only(name: &'static str) -> Keyword {
    Keyword {
        name,
        variable: None,
        support: Support::Full,
    }
}

const fn only(
    name: &'static str,
    variable: Option<&'static str>,
    values: &'static [&'static str],
) -> Keyword {
    Keyword {
        name,
        variable,
        support: Support::Only(values),
    }
}

const fn never(name: &'static str, variable: Option<&'static str>) -> Keyword {
    Keyword {
        name,
        variable,
        support: Support::Never,
    }
}

/// All of libpq's keywords, up to version 18.
pub(super) const KEYWORDS: &[Keyword] = &[
    full("service", "PGSERVICE"),
    full("servicefile", "PGSERVICEFILE"),
    full("host", "PGHOST"),
    full("hostaddr", "PGHOSTADDR"),
    full("port", "PGPORT"),
    full("user", "PGUSER"),
    full("password", "PGPASSWORD"),
    full("passfile", "PGPASSFILE"),
    full("dbname", "PGDATABASE"),
    full("connect_timeout", "PGCONNECT_TIMEOUT"),
    full("options", "PGOPTIONS"),
    full("application_name", "PGAPPNAME"),
    url_only("fallback_application_name"),
    full("sslmode", "PGSSLMODE"),
    full("sslnegotiation", "PGSSLNEGOTIATION"),
    full("sslrootcert", "PGSSLROOTCERT"),
    full("sslcert", "PGSSLCERT"),
    full("sslkey", "PGSSLKEY"),
    full("channel_binding", "PGCHANNELBINDING"),
    full("target_session_attrs", "PGTARGETSESSIONATTRS"),
    url_only("keepalives"),
    url_only("keepalives_idle"),
    url_only("keepalives_interval"),
    url_only("keepalives_count"),
    url_only("tcp_user_timeout"),
    // In the order given is one of the random orders.
    only(
        "load_balance_hosts",
        Some("PGLOADBALANCEHOSTS"),
        &["disable", "random"],
    ),
    // Scripts are UTF-8, whatever the terminal's encoding (PGCLIENTENCODING) is.
    only(
        "client_encoding",
        None,
        &["auto", "UTF8", "utf8", "UTF-8", "utf-8"],
    ),
    only("gssencmode", Some("PGGSSENCMODE"), &["disable", "prefer"]),
    // libpq itself ignores it.
    only("sslcompression", Some("PGSSLCOMPRESSION"), &["0", "1"]),
    only("sslsni", Some("PGSSLSNI"), &["1"]),
    only("sslcertmode", Some("PGSSLCERTMODE"), &["allow"]),
    // rustls knows nothing older than 1.2.
    only(
        "ssl_min_protocol_version",
        Some("PGSSLMINPROTOCOLVERSION"),
        &["TLSv1", "TLSv1.1", "TLSv1.2"],
    ),
    only(
        "ssl_max_protocol_version",
        Some("PGSSLMAXPROTOCOLVERSION"),
        &["TLSv1.3"],
    ),
    only(
        "min_protocol_version",
        Some("PGMINPROTOCOLVERSION"),
        &["3.0"],
    ),
    only(
        "max_protocol_version",
        Some("PGMAXPROTOCOLVERSION"),
        &["3.0", "3.2", "latest"],
    ),
    never("krbsrvname", None),
    never("gsslib", None),
    never("gssdelegation", None),
    never("requirepeer", Some("PGREQUIREPEER")),
    never("require_auth", Some("PGREQUIREAUTH")),
    never("requiressl", Some("PGREQUIRESSL")),
    never("sslpassword", None),
    never("sslcrl", Some("PGSSLCRL")),
    never("sslcrldir", Some("PGSSLCRLDIR")),
    never("sslkeylogfile", None),
    never("replication", None),
    never("scram_client_key", None),
    never("scram_server_key", None),
    never("oauth_issuer", None),
    never("oauth_client_id", None),
    never("oauth_client_secret", None),
    never("oauth_scope", None),
];

impl Keyword {
    /// The keyword of that name, or an error that names it.
    pub(super) fn find(name: &str) -> Result<&'static Self, DbError> {
        KEYWORDS
            .iter()
            .find(|keyword| keyword.name == name)
            .ok_or_else(|| {
                let mut error = bad(format!("`{name}` is not a PostgreSQL connection parameter"));
                error.advice = Some(
                    "the parameters are those of psql: host, port, dbname, user, sslmode …"
                        .to_owned(),
                );
                // Prisma's, JDBC's and everybody's first guess.
                if matches!(name, "schema" | "currentSchema" | "search_path") {
                    error.advice =
                        Some("for the search path write `options=-csearch_path%3Dname`".to_owned());
                }
                error
            })
    }

    /// Whether teammig can do what `value` asks for; `source` says where it stands.
    pub(super) fn check(&self, value: &str, source: &str) -> Result<(), DbError> {
        match self.support {
            Support::Full => Ok(()),
            Support::Only(values) if value.is_empty() || values.contains(&value) => Ok(()),
            Support::Never if value.is_empty() => Ok(()),
            Support::Only(values) => Err(bad(format!(
                "teammig does not support `{}={value}` ({source}), only {}",
                self.name,
                values.join(", ")
            ))),
            Support::Never => Err(bad(format!(
                "teammig does not support `{}` ({source})",
                self.name
            ))),
        }
    }
}

pub(super) fn bad(message: impl Into<String>) -> DbError {
    DbError::new(ErrorKind::BadUrl, message)
}
