//! TLS, passwords and who is trusted: libpq's `sslmode` against real servers.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use teammig::db::{self, Database, DbError, ErrorKind};

use crate::support::{
    certificates::{Certificates, hand_over},
    deploy::{inside, settings, states, up},
    postgres::{Cluster, account},
};

static CERTIFICATES: LazyLock<Certificates> = LazyLock::new(Certificates::make);

/// Who may come in which way.
const RULES: &str = "\
local     all all                            trust
hostssl   all only_tls         127.0.0.1/32  trust
hostnossl all only_plain       127.0.0.1/32  trust
hostssl   all with_certificate 127.0.0.1/32  cert
host      all alice            127.0.0.1/32  scram-sha-256
host      all old              127.0.0.1/32  md5
host      all postgres         127.0.0.1/32  trust
";

/// A server that listens on 127.0.0.1, with the certificate of that name.
fn start(certificate: Option<&str>) -> Cluster {
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .unwrap()
        .port();
    let ssl = if certificate.is_some() {
        "ssl=on"
    } else {
        "ssl=off"
    };
    let settings = ["listen_addresses=127.0.0.1", ssl, "ssl_ca_file=ca.crt"];
    let cluster = Cluster::start(&settings, port, |data| {
        let account = account();
        if let Some(name) = certificate {
            let key = CERTIFICATES.key(name);
            hand_over(
                &CERTIFICATES.certificate(name),
                &data.join("server.crt"),
                account,
            );
            hand_over(&key, &data.join("server.key"), account);
        }
        hand_over(
            &CERTIFICATES.certificate("ca"),
            &data.join("ca.crt"),
            account,
        );
        fs::write(data.join("pg_hba.conf"), RULES).unwrap();
    });
    cluster.psql("postgres").run(
        "CREATE ROLE only_tls LOGIN; CREATE ROLE only_plain LOGIN;
         CREATE ROLE with_certificate LOGIN;
         SET password_encryption = 'scram-sha-256';
         CREATE ROLE alice LOGIN PASSWORD 's3cret: ä\\';
         SET password_encryption = 'md5'; CREATE ROLE old LOGIN PASSWORD 'older'",
    );
    cluster
}

static TLS: LazyLock<Cluster> = LazyLock::new(|| start(Some("server")));
static SELF_SIGNED: LazyLock<Cluster> = LazyLock::new(|| start(Some("self")));
static PLAIN: LazyLock<Cluster> = LazyLock::new(|| start(None));

/// Opens with variables.
fn open(
    cluster: &Cluster,
    user: &str,
    host: &str,
    parameters: &str,
    variables: &[(&str, &str)],
) -> Result<Box<dyn Database>, DbError> {
    let url = format!(
        "postgres://{user}@{host}:{}/postgres?{parameters}",
        cluster.port()
    );
    let env = |name: &str| {
        let found = variables.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    db::open(&url, Path::new("/"), &settings(), &env, &|_| {})
}

/// Whether the session that opens is encrypted.
fn opened(cluster: &Cluster, user: &str, host: &str, parameters: &str) -> Result<bool, DbError> {
    static NUMBER: AtomicUsize = AtomicUsize::new(1);
    let name = format!("session {}", NUMBER.fetch_add(1, Ordering::SeqCst));
    let parameters = format!("{parameters}&application_name={name}");
    let _database = open(cluster, user, host, &parameters, &[])?;
    let encrypted = cluster.psql("postgres").value(&format!(
        "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
         WHERE application_name = '{name}'"
    ));
    Ok(encrypted == "t")
}

fn root(name: &str) -> String {
    format!("&sslrootcert={}", CERTIFICATES.certificate(name).display())
}

/// PostgreSQL manual, "SSL Support", the table of `sslmode`: whether TLS is used
/// and whom it trusts, by what the server offers.
#[test]
#[allow(clippy::too_many_lines)] // One row for each case.
fn every_sslmode_does_what_libpq_does() {
    let (tls, plain) = (&*TLS, &*PLAIN);
    let (ca, other) = (root("ca"), root("other-ca"));
    let refused: Option<bool> = None;
    for (cluster, host, parameters, expected) in [
        // A server without TLS.
        (
            plain,
            "localhost",
            "sslmode=disable".to_owned(),
            Some(false),
        ),
        (plain, "localhost", "sslmode=allow".to_owned(), Some(false)),
        (plain, "localhost", "sslmode=prefer".to_owned(), Some(false)),
        (plain, "localhost", String::new(), Some(false)),
        (plain, "localhost", "sslmode=require".to_owned(), refused),
        (
            plain,
            "localhost",
            format!("sslmode=verify-ca{ca}"),
            refused,
        ),
        (
            plain,
            "localhost",
            format!("sslmode=verify-full{ca}"),
            refused,
        ),
        // With TLS, nobody to vouch for it.
        (tls, "localhost", "sslmode=disable".to_owned(), Some(false)),
        (tls, "localhost", "sslmode=allow".to_owned(), Some(false)),
        (tls, "localhost", "sslmode=prefer".to_owned(), Some(true)),
        (tls, "localhost", String::new(), Some(true)),
        (tls, "localhost", "sslmode=require".to_owned(), Some(true)),
        (tls, "localhost", "sslmode=verify-ca".to_owned(), refused),
        (tls, "localhost", "sslmode=verify-full".to_owned(), refused),
        // The right CA.
        (tls, "localhost", format!("sslmode=prefer{ca}"), Some(true)),
        (tls, "localhost", format!("sslmode=require{ca}"), Some(true)),
        (
            tls,
            "localhost",
            format!("sslmode=verify-ca{ca}"),
            Some(true),
        ),
        (
            tls,
            "localhost",
            format!("sslmode=verify-full{ca}"),
            Some(true),
        ),
        // The wrong CA: `prefer` does without TLS, `require` verifies.
        (
            tls,
            "localhost",
            format!("sslmode=prefer{other}"),
            Some(false),
        ),
        (tls, "localhost", format!("sslmode=require{other}"), refused),
        (
            tls,
            "localhost",
            format!("sslmode=verify-ca{other}"),
            refused,
        ),
        (
            tls,
            "localhost",
            format!("sslmode=verify-full{other}"),
            refused,
        ),
        (tls, "localhost", "sslrootcert=system".to_owned(), refused),
        // The wrong host.
        (tls, "127.0.0.1", format!("sslmode=require{ca}"), Some(true)),
        (
            tls,
            "127.0.0.1",
            format!("sslmode=verify-ca{ca}"),
            Some(true),
        ),
        (
            tls,
            "127.0.0.1",
            format!("sslmode=verify-full{ca}"),
            refused,
        ),
        // The name counts, not the address it was found under.
        (
            tls,
            "localhost",
            format!("sslmode=verify-full{ca}&hostaddr=127.0.0.1"),
            Some(true),
        ),
        (
            tls,
            "elsewhere",
            format!("sslmode=verify-full{ca}&hostaddr=127.0.0.1"),
            refused,
        ),
    ] {
        // `localhost` may mean ::1 first, where nobody listens.
        let outcome = opened(cluster, "postgres", host, &parameters);
        match (&outcome, expected) {
            (Ok(encrypted), Some(expected)) => {
                assert_eq!(*encrypted, expected, "{host} {parameters}");
            }
            (Err(error), None) => {
                let kind = error.kind;
                assert!(
                    matches!(kind, ErrorKind::Unreachable | ErrorKind::BadUrl),
                    "{host} {parameters}: {error:?}"
                );
            }
            _ => panic!("{host} {parameters}: {outcome:?}"),
        }
    }
}

#[test]
fn what_is_wrong_with_a_certificate_is_said() {
    let message = |host: &str, parameters: &str| {
        let error = opened(&TLS, "postgres", host, parameters).unwrap_err();
        format!("{}; {}", error.message, error.advice.unwrap_or_default())
    };
    let untrusted = message("localhost", &format!("sslmode=require{}", root("other-ca")));
    assert!(untrusted.contains("UnknownIssuer"), "{untrusted}");
    assert!(untrusted.contains("other-ca.crt"), "{untrusted}");
    let misnamed = message("127.0.0.1", &format!("sslmode=verify-full{}", root("ca")));
    assert!(misnamed.contains("127.0.0.1"), "{misnamed}");
    assert!(misnamed.contains("verify-ca"), "{misnamed}");
    let rootless = message("localhost", "sslmode=verify-full");
    assert!(rootless.contains("sslrootcert"), "{rootless}");
    let missing = message("localhost", "sslmode=require&sslrootcert=/no/such.crt");
    assert!(missing.contains("/no/such.crt"), "{missing}");
    let error = opened(&PLAIN, "postgres", "localhost", "sslmode=require").unwrap_err();
    assert!(error.message.contains("does not offer TLS"), "{error}");
}

/// The manual's own recipe ("Creating Certificates") makes a CA's certificate of
/// the server's; clients copy it as their root.
#[test]
fn a_self_signed_certificate_in_the_root_file_is_trusted() {
    let own = root("self");
    for (host, mode, fine) in [
        ("localhost", "require", true),
        ("localhost", "verify-ca", true),
        ("localhost", "verify-full", true),
        ("127.0.0.1", "verify-ca", true),
        ("127.0.0.1", "verify-full", false),
    ] {
        let outcome = opened(
            &SELF_SIGNED,
            "postgres",
            host,
            &format!("sslmode={mode}{own}"),
        );
        assert_eq!(outcome.is_ok(), fine, "{host} {mode}: {outcome:?}");
    }
    let other = format!("sslmode=verify-ca{}", root("ca"));
    opened(&SELF_SIGNED, "postgres", "localhost", &other).unwrap_err();
}

#[test]
fn the_default_root_of_the_user_counts() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".postgresql");
    fs::create_dir(&folder).unwrap();
    let try_with = |name: &str, mode: &str| {
        fs::copy(CERTIFICATES.certificate(name), folder.join("root.crt")).unwrap();
        let variables = [("HOME", home.path().to_str().unwrap()), ("PGSSLMODE", mode)];
        open(&TLS, "postgres", "localhost", "", &variables).is_ok()
    };
    assert!(try_with("ca", "verify-full"));
    assert!(try_with("ca", "require"));
    assert!(!try_with("other-ca", "require"));
}

#[test]
fn the_server_decides_who_comes_with_or_without_tls() {
    assert!(opened(&TLS, "only_tls", "127.0.0.1", "sslmode=allow").unwrap());
    assert!(!opened(&TLS, "only_plain", "127.0.0.1", "sslmode=prefer").unwrap());
    for (user, mode) in [("only_tls", "disable"), ("only_plain", "require")] {
        let error = opened(&TLS, user, "127.0.0.1", &format!("sslmode={mode}")).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Refused);
        assert_eq!(error.code.as_deref(), Some("28000"));
    }
}

#[test]
fn passwords_are_taken_from_the_url_the_environment_and_the_file() {
    let right = "s3cret: ä\\";
    let encoded = "alice:s3cret%3A%20%C3%A4%5C";
    assert!(opened(&TLS, encoded, "127.0.0.1", "sslmode=require").unwrap());
    assert!(!opened(&PLAIN, encoded, "127.0.0.1", "").unwrap());
    assert!(!opened(&PLAIN, "old:older", "127.0.0.1", "").unwrap());
    let bound = "sslmode=require&channel_binding=require";
    assert!(opened(&TLS, encoded, "127.0.0.1", bound).unwrap());
    opened(&PLAIN, encoded, "127.0.0.1", "channel_binding=require").unwrap_err();

    let home = tempfile::tempdir().unwrap();
    let file = home.path().join(".pgpass");
    let variables = [("HOME", home.path().to_str().unwrap())];
    let write = |password: &str, mode| {
        let escaped = password.replace('\\', "\\\\").replace(':', "\\:");
        fs::write(
            &file,
            format!("# mine\n127.0.0.1:*:postgres:alice:{escaped}\n"),
        )
        .unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
    };
    let try_file = || open(&TLS, "alice", "127.0.0.1", "", &variables);
    write(right, 0o600);
    assert!(try_file().is_ok());

    write("wrong", 0o600);
    let error = try_file().err().unwrap();
    assert_eq!(
        (error.kind, error.code.as_deref()),
        (ErrorKind::Refused, Some("28P01"))
    );
    assert!(error.advice.unwrap().contains(".pgpass"));

    write(right, 0o644);
    let error = try_file().err().unwrap();
    assert_eq!(error.kind, ErrorKind::Refused);
    assert!(error.message.contains("none was given"), "{error}");
    assert!(error.advice.unwrap().contains("chmod 0600"));

    let variables = [("PGPASSWORD", right)];
    assert!(open(&TLS, "alice", "127.0.0.1", "", &variables).is_ok());
    let error = opened(&TLS, "alice:wr0ng", "127.0.0.1", "").unwrap_err();
    assert_eq!(error.kind, ErrorKind::Refused);
    assert!(!format!("{error:?}").contains("wr0ng"));
}

#[test]
fn a_client_certificate_is_shown_when_the_server_asks() {
    let shown = |certificate: &Path, key: &Path| {
        format!(
            "sslmode=require&sslcert={}&sslkey={}",
            certificate.display(),
            key.display()
        )
    };
    let client = (
        CERTIFICATES.certificate("client"),
        CERTIFICATES.key("client"),
    );
    let with = shown(&client.0, &client.1);
    assert!(opened(&TLS, "with_certificate", "127.0.0.1", &with).unwrap());
    opened(&TLS, "with_certificate", "127.0.0.1", "sslmode=require").unwrap_err();
    let mixed = shown(&client.0, &CERTIFICATES.key("ca"));
    let error = opened(&TLS, "with_certificate", "127.0.0.1", &mixed).unwrap_err();
    assert!(error.message.contains("client certificate"), "{error}");
    let error = opened(
        &TLS,
        "postgres",
        "127.0.0.1",
        &shown(&client.0, Path::new("/no.key")),
    );
    assert!(error.unwrap_err().message.contains("/no.key"));
}

#[test]
fn the_interrupter_speaks_tls_as_well() {
    let parameters = format!("sslmode=verify-full{}", root("ca"));
    let mut database = open(&TLS, "postgres", "localhost", &parameters, &[]).unwrap();
    let interrupter = database.interrupter();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            TLS.psql("postgres")
                .wait_for("SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
            interrupter();
        });
        let error = up(&mut *database, "a", &inside("SELECT pg_sleep(60)", "")).unwrap_err();
        assert_eq!(error.error.kind, ErrorKind::Interrupted);
    });
    assert_eq!(states(&mut *database), Vec::<String>::new());
}

#[test]
fn direct_negotiation_works_where_the_server_knows_it() {
    let outcome = opened(
        &TLS,
        "postgres",
        "localhost",
        "sslmode=require&sslnegotiation=direct",
    );
    assert_eq!(outcome.is_ok(), TLS.major() >= 17, "{outcome:?}");
}
