//! Keys and certificates for servers and clients, made with `openssl`.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// A folder of certificates that the account of the server can read.
pub(crate) struct Certificates {
    folder: tempfile::TempDir,
}

impl Certificates {
    /// Makes these, each `.crt` with its `.key`:
    ///
    /// | name | signed by | for |
    /// | --- | --- | --- |
    /// | `ca`, `other-ca` | themselves | signing |
    /// | `server` | `ca` | the host `localhost` |
    /// | `self` | itself, as the manual has it: a CA's at the same time | `localhost` |
    /// | `client` | `ca` | the user `with_certificate` |
    pub(crate) fn make() -> Self {
        let certificates = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        certificates.root("ca", &[]);
        certificates.root("other-ca", &[]);
        certificates.root("self", &["-addext", "subjectAltName=DNS:localhost"]);
        certificates.signed("server", "localhost", "subjectAltName=DNS:localhost");
        certificates.signed("client", "with_certificate", "keyUsage=digitalSignature");
        certificates
    }

    /// The certificate's file.
    pub(crate) fn certificate(&self, name: &str) -> PathBuf {
        self.folder.path().join(name).with_extension("crt")
    }

    /// The key's file.
    pub(crate) fn key(&self, name: &str) -> PathBuf {
        self.folder.path().join(name).with_extension("key")
    }

    fn root(&self, name: &str, more: &[&str]) {
        openssl(|command| {
            command
                .args([
                    "req", "-new", "-x509", "-days", "30", "-nodes", "-newkey", "rsa:2048",
                ])
                .arg("-subj")
                .arg(format!("/CN={name}"))
                .args(more)
                .arg("-keyout")
                .arg(self.key(name))
                .arg("-out")
                .arg(self.certificate(name));
        });
    }

    fn signed(&self, name: &str, subject: &str, extension: &str) {
        let request = self.folder.path().join("request");
        let extensions = self.folder.path().join("extensions");
        std::fs::write(&extensions, extension).unwrap();
        openssl(|command| {
            command
                .args(["req", "-new", "-nodes", "-newkey", "rsa:2048"])
                .arg("-subj")
                .arg(format!("/CN={subject}"))
                .arg("-keyout")
                .arg(self.key(name))
                .arg("-out")
                .arg(&request);
        });
        openssl(|command| {
            command
                .args(["x509", "-req", "-days", "30", "-CAcreateserial"])
                .arg("-in")
                .arg(&request)
                .arg("-CA")
                .arg(self.certificate("ca"))
                .arg("-CAkey")
                .arg(self.key("ca"))
                .arg("-extfile")
                .arg(&extensions)
                .arg("-out")
                .arg(self.certificate(name));
        });
    }
}

fn openssl(arguments: impl FnOnce(&mut Command)) {
    let mut command = Command::new("openssl");
    arguments(&mut command);
    let output = command
        .output()
        .expect("the program openssl (Debian's package `openssl`)");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
}

/// Copies a file to where the server's account may read it, and nobody else.
pub(crate) fn hand_over(from: &Path, to: &Path, account: Option<(u32, u32)>) {
    use std::os::unix::fs::{PermissionsExt, chown};
    std::fs::copy(from, to).unwrap();
    std::fs::set_permissions(to, std::fs::Permissions::from_mode(0o600)).unwrap();
    if let Some((uid, gid)) = account {
        chown(to, Some(uid), Some(gid)).unwrap();
    }
}
