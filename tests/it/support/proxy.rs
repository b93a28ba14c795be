//! Stands between a client and a PostgreSQL server, and counts round trips.

use std::{
    io::{Read, Write},
    os::unix::net::{UnixListener, UnixStream},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use super::postgres::Cluster;

/// A socket that leads to a cluster.
pub(crate) struct Proxy {
    folder: tempfile::TempDir,
    queries: Arc<AtomicUsize>,
}

impl Proxy {
    /// Listens, in a folder of its own.
    pub(crate) fn start(cluster: &Cluster) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join(".s.PGSQL.5432")).unwrap();
        let server = cluster
            .folder()
            .join(format!(".s.PGSQL.{}", cluster.port()));
        let queries = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&queries);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                carry(client, server.clone(), Arc::clone(&count));
            }
        });
        Self { folder, queries }
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

fn carry(client: UnixStream, server: PathBuf, queries: Arc<AtomicUsize>) {
    let server = UnixStream::connect(server).unwrap();
    let (mut to_client, mut from_server) =
        (client.try_clone().unwrap(), server.try_clone().unwrap());
    thread::spawn(move || {
        let _ = std::io::copy(&mut from_server, &mut to_client);
        let _ = to_client.shutdown(std::net::Shutdown::Both);
    });
    thread::spawn(move || {
        let _ = count(client, server, &queries);
    });
}

/// The startup message has no type, the others do: manual, "Message Formats".
fn count(
    mut client: UnixStream,
    mut server: UnixStream,
    queries: &AtomicUsize,
) -> std::io::Result<()> {
    let mut kind = None;
    loop {
        let mut head = [0; 4];
        client.read_exact(&mut head)?;
        let mut body = vec![0; u32::from_be_bytes(head) as usize - 4];
        client.read_exact(&mut body)?;
        if kind == Some(b'Q') {
            queries.fetch_add(1, Ordering::SeqCst);
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
