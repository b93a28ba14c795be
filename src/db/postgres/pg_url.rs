//! libpq's two forms of a connection string, taken apart into keywords.
//!
//! The rules: PostgreSQL manual, "Connection Strings" (key/value and URI form).
//! Nothing is looked up here; what is missing comes from the environment later,
//! in `resolve`. Errors name keywords, never values: a password with an unescaped
//! `/` or `@` turns up as a host or a port.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
};

use super::keywords::{Keyword, bad};
use crate::db::error::DbError;

/// What a connection string says, by libpq's keywords. Never shows a password.
#[derive(Clone, PartialEq, Eq)]
pub struct PgUrl {
    values: BTreeMap<&'static str, String>,
}

impl PgUrl {
    /// The value of a keyword, where it was given.
    pub(super) fn get(&self, keyword: &str) -> Option<&str> {
        self.values.get(keyword).map(String::as_str)
    }

    /// The same as a URI, with the password: for programs that take no keywords. Hosts and
    /// ports are parameters, since a socket's folder or a list of them is no host to all.
    pub fn to_uri(&self) -> String {
        let part = |name: &str| self.get(name).map(encode);
        let mut uri = "postgresql://".to_owned();
        if let Some(user) = part("user") {
            uri.push_str(&user);
            if let Some(password) = part("password") {
                uri.extend([":", &password]);
            }
            uri.push('@');
        }
        let plain = |host: &&str| !host.is_empty() && !host.contains(['/', ',', ':']);
        let host = self.get("host").filter(plain);
        if let Some(host) = host {
            uri.push_str(&encode(host));
            if let Some(port) = self.get("port") {
                uri.extend([":", port]);
            }
        }
        uri.push('/');
        uri.push_str(&part("dbname").unwrap_or_default());
        let said = |name: &str| match name {
            "user" | "dbname" => true,
            "password" => self.get("user").is_some(),
            "host" | "port" => host.is_some(),
            _ => false,
        };
        let mut sign = "?";
        for (name, value) in self.values.iter().filter(|(name, _)| !said(name)) {
            uri.extend([sign, name, "=", &encode(value)]);
            sign = "&";
        }
        uri
    }

    /// Reads what follows `postgres://`.
    pub(in crate::db) fn from_uri(rest: &str) -> Result<Self, DbError> {
        let mut url = Self {
            values: BTreeMap::new(),
        };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        // libpq stops at the first `@`; the last one also lets an unescaped `@`
        // in a password pass, as other programs do.
        let hosts = match authority.rsplit_once('@') {
            Some((credentials, hosts)) => {
                let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
                url.put_unless_empty("user", user)?;
                url.put_unless_empty("password", password)?;
                hosts
            }
            None => authority,
        };
        url.hosts(hosts)?;

        let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
        url.put_unless_empty("dbname", path.strip_prefix('/').unwrap_or(path))?;
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair
                .split_once('=')
                .ok_or_else(|| bad("a parameter of the database URL has no `=`"))?;
            let (key, value) = (decode(key)?, decode(value)?);
            if key == "ssl" && value == "true" {
                // libpq: "for compatibility with JDBC connection URIs".
                url.set("sslmode", "require".to_owned())?;
            } else {
                url.set(&key, value)?;
            }
        }
        Ok(url)
    }

    /// Reads `host=… dbname='…'`.
    pub(in crate::db) fn from_keywords(text: &str) -> Result<Self, DbError> {
        let mut url = Self {
            values: BTreeMap::new(),
        };
        let mut chars = text.chars().peekable();
        loop {
            while chars.next_if(|c| c.is_whitespace()).is_some() {}
            if chars.peek().is_none() {
                return Ok(url);
            }
            let mut key = String::new();
            while let Some(c) = chars.next_if(|c| *c != '=' && !c.is_whitespace()) {
                key.push(c);
            }
            while chars.next_if(|c| c.is_whitespace()).is_some() {}
            if chars.next() != Some('=') {
                return Err(bad(
                    "the connection string has a word without `=` (values with spaces are quoted: 'a b')",
                ));
            }
            while chars.next_if(|c| c.is_whitespace()).is_some() {}
            let quoted = chars.next_if_eq(&'\'').is_some();
            let mut value = String::new();
            loop {
                match chars.next_if(|c| quoted || !c.is_whitespace()) {
                    Some('\'') if quoted => break,
                    Some('\\') => value.extend(chars.next()),
                    Some(c) => value.push(c),
                    None if quoted => {
                        return Err(bad(format!(
                            "the value of `{key}` in the connection string has no closing quote"
                        )));
                    }
                    None => break,
                }
            }
            url.set(&key, value)?;
        }
    }

    fn hosts(&mut self, hosts: &str) -> Result<(), DbError> {
        let (mut names, mut ports) = (Vec::new(), Vec::new());
        for host in hosts.split(',') {
            let (name, port) = if let Some(bracketed) = host.strip_prefix('[') {
                let (name, rest) = bracketed
                    .split_once(']')
                    .ok_or_else(|| bad("an IPv6 address in the database URL lacks its `]`"))?;
                (name, rest.strip_prefix(':').unwrap_or(rest))
            } else {
                host.split_once(':').unwrap_or((host, ""))
            };
            if !port.is_empty() && port.parse::<u16>().is_err() {
                return Err(bad(
                    "the port in the database URL is not a number; in a user name or password, \
                     the characters / : @ ? # % have to be percent-encoded",
                ));
            }
            names.push(decode(name)?);
            ports.push(port);
        }
        if names.iter().any(|name| !name.is_empty()) {
            self.set("host", names.join(","))?;
        }
        if ports.iter().any(|port| !port.is_empty()) {
            self.set("port", ports.join(","))?;
        }
        Ok(())
    }

    fn put_unless_empty(&mut self, key: &'static str, encoded: &str) -> Result<(), DbError> {
        if encoded.is_empty() {
            return Ok(());
        }
        self.set(key, decode(encoded)?)
    }

    fn set(&mut self, key: &str, value: String) -> Result<(), DbError> {
        let keyword = Keyword::find(key)?;
        keyword.check(&value, "in the database URL")?;
        self.values.insert(keyword.name, value);
        Ok(())
    }
}

/// Percent-encoding of all that could mean something in a URI.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Percent-decoding, which has to give UTF-8 without NUL.
fn decode(text: &str) -> Result<String, DbError> {
    let wrong =
        || bad("the database URL has a `%` that is not followed by two hex digits (write %25)");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let value = digit().zip(digit()).ok_or_else(wrong)?;
        match u8::try_from(value.0 * 16 + value.1) {
            Ok(byte) if byte != 0 => bytes.push(byte),
            _ => return Err(wrong()),
        }
    }
    String::from_utf8(bytes).map_err(|_| bad("the database URL is not UTF-8 once it is decoded"))
}

/// A place as `Display` shows it: `postgres://alice@db.example:5432/app`.
pub(super) struct Shown<'a> {
    pub(super) user: &'a str,
    /// Hosts with their ports; a host that begins with `/` is a socket's folder.
    pub(super) hosts: Vec<(&'a str, &'a str)>,
    pub(super) dbname: &'a str,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        if !self.user.is_empty() {
            write!(f, "{}@", self.user)?;
        }
        let mut sockets = Vec::new();
        for (at, (host, port)) in self.hosts.iter().enumerate() {
            if at > 0 {
                f.write_str(",")?;
            }
            if host.starts_with('/') {
                sockets.push(*host);
            } else if host.contains(':') {
                write!(f, "[{host}]")?;
            } else {
                f.write_str(host)?;
            }
            if !port.is_empty() {
                write!(f, ":{port}")?;
            }
        }
        write!(f, "/{}", self.dbname)?;
        if !sockets.is_empty() {
            write!(f, "?host={}", sockets.join(","))?;
        }
        Ok(())
    }
}

impl fmt::Display for PgUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |keyword| self.get(keyword).unwrap_or_default();
        let host = if text("host").is_empty() {
            text("hostaddr")
        } else {
            text("host")
        };
        let ports: Vec<&str> = text("port").split(',').collect();
        let shown = Shown {
            user: text("user"),
            hosts: host
                .split(',')
                .enumerate()
                .map(|(at, host)| {
                    let port = ports.get(at).or(ports.first()).copied();
                    (host, port.unwrap_or_default())
                })
                .collect(),
            dbname: text("dbname"),
        };
        fmt::Display::fmt(&shown, f)?;
        match self.get("service") {
            Some(service) => write!(f, " (service {service})"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for PgUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::db::{DatabaseUrl, ErrorKind};

    fn parse(text: &str) -> PgUrl {
        match DatabaseUrl::parse(text).unwrap() {
            DatabaseUrl::Postgres(url) => url,
            DatabaseUrl::Sqlite(_) => unreachable!(),
        }
    }

    fn values(text: &str) -> String {
        parse(text)
            .values
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The examples of the manual, "Connection URIs", and our own.
    #[test]
    fn takes_uris_apart() {
        for (text, expected) in [
            ("postgresql://", ""),
            ("postgresql://localhost", "host=localhost"),
            ("postgresql://localhost:5433", "host=localhost port=5433"),
            ("postgres://localhost/mydb", "dbname=mydb host=localhost"),
            ("postgresql://user@localhost", "host=localhost user=user"),
            (
                "postgresql://user:secret@localhost",
                "host=localhost password=secret user=user",
            ),
            (
                "postgresql://other@localhost/otherdb?connect_timeout=10&application_name=myapp",
                "application_name=myapp connect_timeout=10 dbname=otherdb host=localhost user=other",
            ),
            (
                "postgresql://host1:123,host2:456/somedb?target_session_attrs=any&application_name=myapp",
                "application_name=myapp dbname=somedb host=host1,host2 port=123,456 target_session_attrs=any",
            ),
            (
                "postgresql://user@localhost:5433/mydb?options=-c%20synchronous_commit%3Doff",
                "dbname=mydb host=localhost options=-c synchronous_commit=off port=5433 user=user",
            ),
            (
                "postgresql:///mydb?host=localhost&port=5433",
                "dbname=mydb host=localhost port=5433",
            ),
            (
                "postgresql://[2001:db8::1234]/database",
                "dbname=database host=2001:db8::1234",
            ),
            ("postgresql://[::1]:5433/d", "dbname=d host=::1 port=5433"),
            (
                "postgresql:///dbname?host=/var/lib/postgresql",
                "dbname=dbname host=/var/lib/postgresql",
            ),
            (
                "postgresql://%2Fvar%2Flib%2Fpostgresql/dbname",
                "dbname=dbname host=/var/lib/postgresql",
            ),
            ("postgresql://a,b:5433/d", "dbname=d host=a,b port=,5433"),
            ("postgres://h/d?ssl=true", "dbname=d host=h sslmode=require"),
            (
                "postgres://u:p@ss@h/d",
                "dbname=d host=h password=p@ss user=u",
            ),
            (
                "postgres://u:a%2Fb%40c@h/d",
                "dbname=d host=h password=a/b@c user=u",
            ),
            ("postgres://@h/", "host=h"),
        ] {
            assert_eq!(values(text), expected, "{text}");
        }
    }

    /// What reads URIs alone gets the same database.
    #[test]
    fn keywords_are_a_uri() {
        for (text, uri) in [
            (
                "host=h port=5433 dbname=d user=u",
                "postgresql://u@h:5433/d",
            ),
            (
                "host=/run/pg port=5433 dbname='a b' user=u password='p@s/s'",
                "postgresql://u:p%40s%2Fs@/a%20b?host=%2Frun%2Fpg&port=5433",
            ),
            (
                "host=a,b port=1,2 dbname=d sslmode=require",
                "postgresql:///d?host=a%2Cb&port=1%2C2&sslmode=require",
            ),
            ("host=::1 dbname=d", "postgresql:///d?host=%3A%3A1"),
            ("dbname=d password=p", "postgresql:///d?password=p"),
            ("port=5433", "postgresql:///?port=5433"),
        ] {
            assert_eq!(parse(text).to_uri(), uri, "{text}");
            assert_eq!(values(uri), values(text), "{text}");
        }
    }

    #[test]
    fn takes_keywords_apart() {
        for (text, expected) in [
            (
                "host=localhost port=5432 dbname=mydb",
                "dbname=mydb host=localhost port=5432",
            ),
            ("dbname = my\\ db  user='it''s'", ""),
            (
                "user='it\\'s' password = 'a b\\\\c'",
                "password=a b\\c user=it's",
            ),
            ("password='' host=h", "host=h password="),
        ] {
            if expected.is_empty() {
                // As libpq: `''` ends a value and begins a word without `=`.
                assert!(DatabaseUrl::parse(text).is_err());
            } else {
                assert_eq!(values(text), expected, "{text}");
            }
        }
    }

    #[test]
    fn never_shows_a_password() {
        for (text, shown) in [
            (
                "postgres://alice:secret@db.example:5432/app",
                "postgres://alice@db.example:5432/app",
            ),
            (
                "postgres://alice@db.example/app?password=secret",
                "postgres://alice@db.example/app",
            ),
            (
                "host=/tmp user=alice password=secret dbname=app",
                "postgres://alice@/app?host=/tmp",
            ),
            ("postgres://a:1,[::1]:2/d", "postgres://a:1,[::1]:2/d"),
            (
                "service=prod password=secret",
                "postgres:/// (service prod)",
            ),
        ] {
            let url = DatabaseUrl::parse(text).unwrap();
            assert_eq!(url.to_string(), shown);
            assert_eq!(format!("{url:?}"), shown);
        }
    }

    #[test]
    fn errors_name_the_keyword_and_no_secret() {
        for (text, message) in [
            ("postgres://alice:sec/ret@db.example/app", "percent-encoded"),
            ("postgres://alice:secret%@h/d", "%25"),
            ("postgres://alice:secret@h/d?schema=x", "`schema` is not"),
            ("postgres://alice:secret@h/d?sslmode", "no `=`"),
            ("postgres://alice:secret@[::1/d", "`]`"),
            ("postgres://alice:secret@h/d?sslcrl=x", "`sslcrl`"),
            (
                "postgres://alice:secret@h/d?gssencmode=require",
                "`gssencmode=require`",
            ),
            ("host=h password=sec ret", "without `=`"),
            ("host=h password='secret", "`password`"),
            ("host=h passwort=secret", "`passwort`"),
        ] {
            let error = DatabaseUrl::parse(text).unwrap_err();
            assert_eq!(error.kind, ErrorKind::BadUrl);
            assert!(error.message.contains(message), "{text}: {}", error.message);
            for part in ["secret", "sec", "ret"] {
                let words = error.message.split(|c: char| !c.is_alphanumeric());
                assert!(
                    !words.into_iter().any(|word| word == part),
                    "{}",
                    error.message
                );
            }
        }
    }
}
