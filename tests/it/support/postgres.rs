//! Private PostgreSQL clusters in temporary folders.
//!
//! A cluster ends with the test process, however that ends: `postgres` is started
//! by a shell that reads from a pipe whose other end only the test process holds.
//! When the pipe closes (exit, panic, SIGKILL), the shell stops the server and
//! removes the folder.
//!
//! `TEAMMIG_TEST_PG_BINDIR` names the folder of `initdb` and `postgres` to use.

use std::{
    fs,
    io::Write,
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{ChildStdin, Command, Stdio},
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread::sleep,
    time::{Duration, Instant},
};

use postgres::{Client, Config, NoTls, SimpleQueryMessage};

use super::debian;

/// Starts the server once a line comes through the pipe, and cleans up when the
/// pipe ends. `$1` is the folder; what follows is the server's command. Signals of
/// the terminal are not for this shell.
const KEEPER: &str = r#"
trap '' HUP INT TERM
folder=$1; shift
if read -r _; then
    "$@" </dev/null >"$folder/log" 2>&1 &
    server=$!
    read -r _
    kill -QUIT "$server" 2>/dev/null
    wait "$server"
fi
until rm -rf "$folder" 2>/dev/null; do sleep 1; done
"#;

/// Where the clusters live: the folder of temporary files (in memory where CI says
/// so: a database is 300 files), unless its name is too long for that of a socket,
/// which is 107 bytes at most with all that comes behind.
fn folder_of_clusters() -> PathBuf {
    let folder = std::env::temp_dir();
    if folder.as_os_str().len() <= 60 {
        folder
    } else {
        PathBuf::from("/tmp")
    }
}

/// A running server of one's own.
pub(crate) struct Cluster {
    folder: PathBuf,
    port: u16,
    /// The pipe; closed by the system when the process ends.
    keeper: ChildStdin,
}

impl Cluster {
    /// The cluster that tests share: reached by its socket only, trusts everybody.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(&["listen_addresses="], 5432, |_| {}))
    }

    /// Starts a server with settings; `prepare` may change its data folder before.
    // The shell outlives this process: there is nobody to wait for it.
    #[allow(clippy::zombie_processes)]
    pub(crate) fn start(settings: &[&str], port: u16, prepare: impl FnOnce(&Path)) -> Self {
        let programs = programs();
        let account = account();
        let folder = tempfile::Builder::new()
            .prefix("teammig-pg-")
            .tempdir_in(folder_of_clusters())
            .expect("a temporary folder")
            .keep();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        if let Some((uid, gid)) = account {
            chown(&folder, Some(uid), Some(gid)).unwrap();
        }
        let data = folder.join("data");
        let mut server = Command::new("sh");
        server.arg("-c").arg(KEEPER).arg("keeper").arg(&folder);
        server.arg(programs.join("postgres")).arg("-D").arg(&data);
        server
            .arg("-k")
            .arg(&folder)
            .args(["-p", &port.to_string()]);
        for setting in ["fsync=off", "full_page_writes=off"].iter().chain(settings) {
            server.args(["-c", setting]);
        }
        let mut keeper = as_account(&mut server, account)
            // Ctrl-C is for the tests; the server hears of it by the pipe.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh runs");
        let mut cluster = Self {
            folder,
            port,
            keeper: keeper.stdin.take().expect("a pipe"),
        };

        let mut initdb = Command::new(programs.join("initdb"));
        initdb.args(["-U", "postgres", "-A", "trust", "-E", "UTF8"]);
        initdb.args(["--no-locale", "--no-sync", "-D"]).arg(&data);
        let output = as_account(&mut initdb, account)
            .output()
            .expect("initdb runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "initdb: {errors}");
        prepare(&data);
        cluster.keeper.write_all(b"go\n").unwrap();
        cluster.wait_until_ready();
        cluster
    }

    fn wait_until_ready(&self) {
        let begin = Instant::now();
        while Psql::try_connect(&self.config("postgres")).is_err() {
            let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(
                begin.elapsed() < Duration::from_secs(30),
                "the server: {log}"
            );
            sleep(Duration::from_millis(20));
        }
    }

    /// The folder of the socket.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The TCP port, where it listens on one.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// A fresh database's URL.
    pub(crate) fn database(&self) -> String {
        static NUMBER: AtomicUsize = AtomicUsize::new(1);
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::SeqCst));
        self.psql("postgres")
            .run(&format!("CREATE DATABASE {name}"));
        self.url("postgres", &name)
    }

    /// A URL for a user and a database.
    pub(crate) fn url(&self, user: &str, dbname: &str) -> String {
        let folder = self.folder.display();
        format!(
            "postgres://{user}@/{dbname}?host={folder}&port={}",
            self.port
        )
    }

    /// A superuser's session to look and meddle with.
    pub(crate) fn psql(&self, dbname: &str) -> Psql {
        Psql::try_connect(&self.config(dbname)).expect("a session")
    }

    fn config(&self, dbname: &str) -> Config {
        let mut config = Config::new();
        config
            .host_path(&self.folder)
            .port(self.port)
            .user("postgres")
            .dbname(dbname);
        config
    }

    /// A superuser's session in the database of a URL.
    pub(crate) fn psql_at(&self, url: &str) -> Psql {
        let name = url.split('?').next().unwrap().rsplit('/').next().unwrap();
        self.psql(name)
    }

    /// The schema of a database as `pg_dump` writes it; `None` where the server's
    /// programs have no `pg_dump` among them.
    pub(crate) fn dump(url: &str) -> Option<String> {
        let program = programs().join("pg_dump");
        if !program.exists() {
            return None;
        }
        let dump = Command::new(program)
            .args(["--schema-only", "-d", url])
            .output()
            .expect("pg_dump runs");
        let errors = String::from_utf8_lossy(&dump.stderr);
        assert!(dump.status.success(), "pg_dump: {errors}");
        let text = String::from_utf8(dump.stdout).unwrap();
        // Commands of psql, against dumps that were tampered with.
        let lines = text.lines().filter(|line| !line.starts_with('\\'));
        Some(lines.collect::<Vec<_>>().join("\n"))
    }

    /// The server's major version.
    pub(crate) fn major(&self) -> u32 {
        let number = self.psql("postgres").value("SHOW server_version_num");
        number.parse::<u32>().unwrap() / 10_000
    }
}

/// A session that panics when something is wrong.
pub(crate) struct Psql {
    client: Mutex<Client>,
}

impl Psql {
    fn try_connect(config: &Config) -> Result<Self, postgres::Error> {
        Ok(Self {
            client: Mutex::new(config.connect(NoTls)?),
        })
    }

    /// Runs SQL.
    pub(crate) fn run(&self, sql: &str) {
        let outcome = self.client.lock().unwrap().batch_execute(sql);
        outcome.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    /// Runs SQL that may fail; how.
    pub(crate) fn try_run(&self, sql: &str) -> Result<(), String> {
        let outcome = self.client.lock().unwrap().batch_execute(sql);
        outcome.map_err(|error| match error.as_db_error() {
            Some(error) => error.message().to_owned(),
            None => error.to_string(),
        })
    }

    /// All values of all rows, as text.
    pub(crate) fn values(&self, sql: &str) -> Vec<String> {
        let outcome = self.client.lock().unwrap().simple_query(sql);
        let messages = outcome.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        let mut values = Vec::new();
        for message in messages {
            if let SimpleQueryMessage::Row(row) = message {
                values.extend((0..row.len()).map(|at| row.get(at).unwrap_or("NULL").to_owned()));
            }
        }
        values
    }

    /// The one value of the one row.
    pub(crate) fn value(&self, sql: &str) -> String {
        let mut values = self.values(sql);
        assert_eq!(values.len(), 1, "{sql}: {values:?}");
        values.remove(0)
    }

    /// Waits until a query says `t`.
    pub(crate) fn wait_for(&self, sql: &str) {
        let begin = Instant::now();
        while self.values(sql) != ["t"] {
            assert!(
                begin.elapsed() < Duration::from_secs(20),
                "never true: {sql}"
            );
            sleep(Duration::from_millis(10));
        }
    }
}

fn as_account(command: &mut Command, account: Option<(u32, u32)>) -> &mut Command {
    if let Some((uid, gid)) = account {
        command.uid(uid).gid(gid).current_dir("/");
    }
    command
}

/// The account that servers run under: `initdb` refuses root.
pub(crate) fn account() -> Option<(u32, u32)> {
    if fs::metadata("/proc/self").ok()?.uid() != 0 {
        return None;
    }
    let accounts = fs::read_to_string("/etc/passwd").expect("/etc/passwd");
    let find = |wanted: &str| {
        accounts.lines().find_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            (fields[0] == wanted).then(|| (fields[2].parse().unwrap(), fields[3].parse().unwrap()))
        })
    };
    let found = find("postgres").or_else(|| find("nobody"));
    Some(found.expect("an account `postgres` or `nobody` to run the server under"))
}

/// The folder of the server's programs; installs them on Debian when there are none.
fn programs() -> &'static Path {
    static PROGRAMS: OnceLock<PathBuf> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        if let Some(folder) = std::env::var_os("TEAMMIG_TEST_PG_BINDIR") {
            return folder.into();
        }
        find_programs()
            .or_else(|| {
                debian::install(&["postgresql"]);
                find_programs()
            })
            .unwrap_or_else(|| {
                panic!("no PostgreSQL server found: install Debian's `postgresql` or set TEAMMIG_TEST_PG_BINDIR")
            })
    })
}

fn find_programs() -> Option<PathBuf> {
    let configured = Command::new("pg_config").arg("--bindir").output();
    let configured = configured
        .ok()
        .filter(|output| output.status.success())
        .map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    let mut candidates: Vec<PathBuf> = configured.into_iter().collect();
    let mut versions: Vec<u32> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    versions.sort_unstable();
    for version in versions.iter().rev() {
        candidates.push(format!("/usr/lib/postgresql/{version}/bin").into());
    }
    let is_complete =
        |folder: &PathBuf| folder.join("initdb").exists() && folder.join("postgres").exists();
    candidates.into_iter().find(is_complete)
}

/// Set for the child process of the test below.
const TO_BE_KILLED: &str = "TEAMMIG_TEST_TO_BE_KILLED";

/// In the child process of the test below: starts a cluster, says where, and
/// waits to be killed. Elsewhere that test is what runs it.
#[test]
fn cluster_of_a_process_that_is_killed() {
    if std::env::var_os(TO_BE_KILLED).is_none() {
        return;
    }
    let cluster = Cluster::shared();
    println!("folder {}", cluster.folder().display());
    sleep(Duration::from_mins(1));
}

#[test]
fn a_killed_test_process_leaves_nothing_behind() {
    use std::io::{BufRead, BufReader};
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "support::postgres::cluster_of_a_process_that_is_killed",
        ])
        .arg("--nocapture")
        .env(TO_BE_KILLED, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let folder = lines
        .map_while(Result::ok)
        .find_map(|line| {
            line.split_once("folder ")
                .map(|(_, folder)| PathBuf::from(folder))
        })
        .expect("the child starts a cluster");
    let pid = fs::read_to_string(folder.join("data/postmaster.pid")).unwrap();
    let pid = pid.lines().next().unwrap().to_owned();
    assert!(Path::new("/proc").join(&pid).exists());

    child.kill().unwrap();
    child.wait().unwrap();
    let begin = Instant::now();
    while folder.exists() || Path::new("/proc").join(&pid).exists() {
        assert!(
            begin.elapsed() < Duration::from_secs(20),
            "{folder:?} or {pid} is left"
        );
        sleep(Duration::from_millis(20));
    }
}
