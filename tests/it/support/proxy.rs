//! Stands between a client and a PostgreSQL server, counts round trips, and cuts the
//! line where it is told to.

use std::{
    io::{Read, Write},
    os::unix::net::{UnixListener, UnixStream},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use super::postgres::Cluster;

/// Where the line is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Nowhere.
    Never,
    /// Before the server hears of a COMMIT.
    BeforeCommit,
    /// After the server has committed, before it is heard.
    AfterCommit,
    /// The same, and nobody gets through any more.
    AfterCommitForGood,
}

/// A socket that leads to a cluster.
pub(crate) struct Proxy {
    folder: tempfile::TempDir,
    queries: Arc<AtomicUsize>,
    shut: Arc<AtomicBool>,
}

impl Proxy {
    /// Listens, in a folder of its own.
    pub(crate) fn start(cluster: &Cluster) -> Self {
        Self::cutting(cluster, Cut::Never)
    }

    /// The same, and the first COMMIT that is a message of its own is cut off.
    pub(crate) fn cutting(cluster: &Cluster, cut: Cut) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join(".s.PGSQL.5432")).unwrap();
        let server = cluster
            .folder()
            .join(format!(".s.PGSQL.{}", cluster.port()));
        let queries = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&queries);
        let shut = Arc::new(AtomicBool::new(false));
        let closed = Arc::clone(&shut);
        let was_cut = Arc::new(AtomicBool::new(cut == Cut::Never));
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if closed.load(Ordering::SeqCst) {
                    continue;
                }
                let line = Line {
                    cut,
                    was_cut: Arc::clone(&was_cut),
                    shut: Arc::clone(&closed),
                    queries: Arc::clone(&count),
                };
                carry(client, server.clone(), line);
            }
        });
        Self {
            folder,
            queries,
            shut,
        }
    }

    /// Lets everybody through again.
    pub(crate) fn mend(&self) {
        self.shut.store(false, Ordering::SeqCst);
    }

    /// `url` through this proxy.
    pub(crate) fn url(&self, url: &str) -> String {
        let before = url.split('?').next().unwrap();
        format!("{before}?host={}", self.folder.path().display())
    }

    /// How many queries went by since this was last asked.
    pub(crate) fn queries(&self) -> usize {
        self.queries.swap(0, Ordering::SeqCst)
    }
}

/// What one connection knows.
struct Line {
    cut: Cut,
    was_cut: Arc<AtomicBool>,
    shut: Arc<AtomicBool>,
    queries: Arc<AtomicUsize>,
}

fn carry(client: UnixStream, server: PathBuf, line: Line) {
    let server = UnixStream::connect(server).unwrap();
    let (mut to_client, mut from_server) =
        (client.try_clone().unwrap(), server.try_clone().unwrap());
    let mute = Arc::new(AtomicBool::new(false));
    let muted = Arc::clone(&mute);
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(n @ 1..) = from_server.read(&mut bytes) {
            if muted.load(Ordering::SeqCst) || to_client.write_all(&bytes[..n]).is_err() {
                break;
            }
        }
        let _ = to_client.shutdown(std::net::Shutdown::Both);
        let _ = from_server.shutdown(std::net::Shutdown::Both);
    });
    thread::spawn(move || {
        let end = server.try_clone().unwrap();
        let _ = count(client, server, &line, &mute);
        let _ = end.shutdown(std::net::Shutdown::Write);
    });
}

/// The startup message has no type, the others do: manual, "Message Formats".
fn count(
    mut client: UnixStream,
    mut server: UnixStream,
    line: &Line,
    mute: &AtomicBool,
) -> std::io::Result<()> {
    let mut kind = None;
    loop {
        let mut head = [0; 4];
        client.read_exact(&mut head)?;
        let mut body = vec![0; u32::from_be_bytes(head) as usize - 4];
        client.read_exact(&mut body)?;
        if kind == Some(b'Q') {
            line.queries.fetch_add(1, Ordering::SeqCst);
            if body == b"COMMIT\0" && !line.was_cut.swap(true, Ordering::SeqCst) {
                if line.cut == Cut::BeforeCommit {
                    return client.shutdown(std::net::Shutdown::Both);
                }
                mute.store(true, Ordering::SeqCst);
                let for_good = line.cut == Cut::AfterCommitForGood;
                line.shut.store(for_good, Ordering::SeqCst);
            }
        }
        let mut message: Vec<u8> = kind.into_iter().collect();
        message.extend(head);
        message.extend(body);
        server.write_all(&message)?;
        let mut next = [0];
        client.read_exact(&mut next)?;
        kind = Some(next[0]);
    }
}
