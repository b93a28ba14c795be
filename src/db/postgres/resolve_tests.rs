#![allow(clippy::unwrap_used)]

use std::fs;

use super::{super::hosts::Place, *};
use crate::db::{DatabaseUrl, ErrorKind};

fn try_resolve(
    text: &str,
    variables: &[(&str, &str)],
    warnings: &mut Vec<String>,
) -> Result<Target, DbError> {
    let DatabaseUrl::Postgres(url) = DatabaseUrl::parse(text).unwrap() else {
        unreachable!()
    };
    let env = |name: &str| {
        let found = variables.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    resolve(&url, "teammig", &env, &mut |text| {
        warnings.push(text.to_owned());
    })
}

fn target(text: &str, variables: &[(&str, &str)]) -> Target {
    try_resolve(text, variables, &mut Vec::new()).unwrap()
}

fn refusal(text: &str, variables: &[(&str, &str)]) -> String {
    let error = try_resolve(text, variables, &mut Vec::new()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::BadUrl);
    error.message
}

#[test]
fn the_url_comes_before_the_environment() {
    let variables = &[
        ("PGHOST", "envhost"),
        ("PGPORT", "6000"),
        ("PGUSER", "envuser"),
        ("PGPASSWORD", "envpass"),
        ("PGDATABASE", "envdb"),
        ("PGAPPNAME", "envapp"),
        ("PGOPTIONS", "-c geqo=off"),
        ("PGCONNECT_TIMEOUT", "7"),
        ("PGTARGETSESSIONATTRS", "primary"),
    ];
    let all = target("postgres://", variables);
    assert_eq!(all.location(), "postgres://envuser@envhost:6000/envdb");
    assert_eq!(all.application_name, "envapp");
    assert_eq!(all.options.as_deref(), Some("-c geqo=off"));
    assert_eq!(all.connect_timeout, Some(Duration::from_secs(7)));
    assert_eq!(all.session, SessionAttrs::ReadWrite);
    assert_eq!(all.hosts[0].password.as_ref().unwrap().text, "envpass");

    let none = target(
        "postgres://u:p@h:1/d?application_name=a&connect_timeout=0&target_session_attrs=any",
        variables,
    );
    assert_eq!(none.location(), "postgres://u@h:1/d");
    assert_eq!(none.application_name, "a");
    assert_eq!(none.connect_timeout, None);
    assert_eq!(none.hosts[0].password.as_ref().unwrap().text, "p");
    assert!(!format!("{none:?}").contains("\"p\""));
}

#[test]
fn defaults_are_the_user_the_socket_and_our_name() {
    let target = target("postgres://alice@", &[]);
    assert_eq!(target.dbname, "alice");
    assert_eq!(target.application_name, "teammig");
    assert_eq!(target.hosts[0].port, 5432);
    if cfg!(unix) {
        assert!(matches!(target.hosts[0].place, Place::Socket(_)));
    }
    assert_eq!(
        try_resolve("postgres://", &[], &mut Vec::new())
            .unwrap()
            .user,
        whoami::username().unwrap()
    );
}

#[test]
fn several_hosts_ports_and_addresses() {
    let places = |text: &str| {
        let target = target(text, &[]);
        let place = |host: &Host| format!("{}:{}", host.place.name(), host.port);
        target.hosts.iter().map(place).collect::<Vec<_>>()
    };
    assert_eq!(places("postgres://u@a:1,b/d"), ["a:1", "b:5432"]);
    assert_eq!(places("postgres://u@a,b/d?port=9"), ["a:9", "b:9"]);
    assert_eq!(places("host=a,/tmp port=1,2 user=u"), ["a:1", "/tmp:2"]);
    assert_eq!(places("hostaddr=127.0.0.1 user=u"), ["127.0.0.1:5432"]);
    assert_eq!(
        target("host=db hostaddr=::1 user=u", &[]).hosts[0].place,
        Place::Tcp {
            name: "db".into(),
            address: Some("::1".parse().unwrap())
        }
    );
    assert!(refusal("host=a,b port=1,2,3 user=u", &[]).contains("3 ports"));
    assert!(refusal("host=a,b hostaddr=::1 user=u", &[]).contains("2 hosts"));
    assert!(refusal("hostaddr=db user=u", &[]).contains("not an IP address"));
    assert!(refusal("host=a port=0 user=u", &[]).contains("port"));
}

#[test]
fn bad_values_are_named_with_the_good_ones() {
    let message = refusal("postgres://u@h/d?sslmode=verify", &[]);
    assert!(message.contains("verify-ca, verify-full"), "{message}");
    let message = refusal("postgres://u@h/d", &[("PGTARGETSESSIONATTRS", "master")]);
    assert!(message.contains("prefer-standby"), "{message}");
    let message = refusal("postgres://u@h/d", &[("PGREQUIREPEER", "postgres")]);
    assert!(message.contains("PGREQUIREPEER"), "{message}");
    let message = refusal("postgres://u@h/d", &[("PGCONNECT_TIMEOUT", "soon")]);
    assert!(message.contains("connect_timeout=soon"), "{message}");
}

/// PostgreSQL manual, "SSL Support": the table of modes, and `sslrootcert=system`.
#[test]
fn tls_settings_follow_libpq() {
    let home = tempfile::tempdir().unwrap();
    let variables = [("HOME", home.path().to_str().unwrap())];
    let settings = |text: &str| target(text, &variables).tls;
    assert_eq!(settings("postgres://u@h/d").mode, Mode::Prefer);
    assert_eq!(settings("postgres://u@h/d").root, Root::None);
    assert_eq!(
        settings("postgres://u@h/d?sslmode=require").mode,
        Mode::Require
    );
    let system = settings("postgres://u@h/d?sslrootcert=system");
    assert_eq!((system.mode, system.root), (Mode::VerifyFull, Root::System));
    let weak = refusal("postgres://u@h/d?sslrootcert=system&sslmode=require", &[]);
    assert!(weak.contains("verify-full"), "{weak}");
    let direct = refusal("postgres://u@h/d?sslnegotiation=direct", &[]);
    assert!(direct.contains("require"), "{direct}");

    let folder = home.path().join(".postgresql");
    fs::create_dir(&folder).unwrap();
    for file in ["root.crt", "postgresql.crt", "postgresql.key"] {
        fs::write(folder.join(file), "").unwrap();
    }
    let settings = settings("postgres://u@h/d?sslmode=require");
    assert_eq!(settings.root, Root::File(folder.join("root.crt")));
    assert_eq!(
        settings.client,
        Some((folder.join("postgresql.crt"), folder.join("postgresql.key")))
    );
}

#[cfg(unix)]
#[test]
fn passwords_come_from_the_file_of_the_user() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join(".pgpass");
    fs::write(
        &file,
        "a:*:*:*:for a\nlocalhost:*:*:*:for the socket\n/run/x:*:*:*:for x\n",
    )
    .unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let variables = [("HOME", home.path().to_str().unwrap())];
    let passwords = |text: &str| {
        let target = target(text, &variables);
        let text = |host: &Host| host.password.as_ref().map(|password| password.text.clone());
        target.hosts.iter().map(text).collect::<Vec<_>>()
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(passwords("postgres://u@a,b/d"), [some("for a"), None]);
    assert_eq!(passwords("host=/tmp user=u"), [some("for the socket")]);
    assert_eq!(passwords("host=/run/x user=u"), [some("for x")]);
    assert_eq!(passwords("postgres://u:url@a/d"), [some("url")]);

    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let mut warnings = Vec::new();
    let target = try_resolve("postgres://u@a/d", &variables, &mut warnings).unwrap();
    assert!(target.hosts[0].password.is_none());
    assert_eq!(warnings.len(), 1);
}

#[test]
fn a_service_stands_between_the_url_and_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("services");
    fs::write(
        &file,
        "[prod]\nhost=servicehost\nport=7\ndbname=servicedb\n",
    )
    .unwrap();
    let file = file.to_str().unwrap();
    let variables = &[("PGSERVICEFILE", file), ("PGPORT", "8"), ("PGUSER", "u")];
    let found = target("service=prod dbname=mine", variables);
    assert_eq!(found.location(), "postgres://u@servicehost:7/mine");
    assert!(refusal("service=test", variables).contains("`test`"));
}
