//! TLS with libpq's meaning of `sslmode` and `sslrootcert`, on rustls.
//!
//! The rules: PostgreSQL manual, "SSL Support". The client knows neither
//! `verify-ca` nor `verify-full` nor unverified TLS, so who is trusted is decided
//! here and only *whether* TLS is used is left to it. The crypto provider is named
//! explicitly: nothing here depends on, or changes, a process-wide default.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error as TlsError, RootCertStore,
    SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject},
    server::ParsedCertificate,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::db::error::{DbError, ErrorKind};

/// libpq's `sslmode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Never TLS.
    Disable,
    /// Plain first, TLS if the server wants it.
    Allow,
    /// TLS first, plain if that cannot be had.
    Prefer,
    /// TLS; the certificate is looked at only where a root is there.
    Require,
    /// TLS, with a certificate that a root vouches for.
    VerifyCa,
    /// And that is made out to the host.
    VerifyFull,
}

impl Mode {
    /// The modes by name, the default first.
    pub(super) const NAMES: &[(&str, Self)] = &[
        ("prefer", Self::Prefer),
        ("disable", Self::Disable),
        ("allow", Self::Allow),
        ("require", Self::Require),
        ("verify-ca", Self::VerifyCa),
        ("verify-full", Self::VerifyFull),
    ];
}

/// Who vouches for the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Root {
    /// Nobody.
    None,
    /// The certificates in this file.
    File(PathBuf),
    /// Whom the operating system trusts.
    System,
}

impl Root {
    /// For messages.
    pub(super) fn name(&self) -> String {
        match self {
            Self::None => "nowhere".to_owned(),
            Self::File(path) => format!("`{}`", path.display()),
            Self::System => "the operating system".to_owned(),
        }
    }
}

/// What the URL and the environment say about TLS.
#[derive(Debug, Clone)]
pub(super) struct TlsSettings {
    pub(super) mode: Mode,
    pub(super) root: Root,
    /// Certificate and key to show to the server, should it ask.
    pub(super) client: Option<(PathBuf, PathBuf)>,
    /// Without asking the server first (PostgreSQL 17 and later).
    pub(super) direct: bool,
}

impl TlsSettings {
    /// The connector. Not to be called for `disable`.
    pub(super) fn connector(&self) -> Result<MakeRustlsConnect, DbError> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable(format!("TLS cannot be set up: {error}")))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(self.verifier(provider)?));
        let mut config = match &self.client {
            Some((certificate, key)) => builder
                .with_client_auth_cert(
                    certificates(certificate)?,
                    PrivateKeyDer::from_pem_file(key)
                        .map_err(|error| unreadable("client key", key, &error))?,
                )
                .map_err(|error| unusable(format!("the client certificate: {error}")))?,
            None => builder.with_no_client_auth(),
        };
        if self.direct {
            config.alpn_protocols = vec![b"postgresql".to_vec()];
        }
        Ok(MakeRustlsConnect::new(config))
    }

    fn verifier(&self, provider: Arc<CryptoProvider>) -> Result<Verifier, DbError> {
        let mut roots = RootCertStore::empty();
        let mut pinned = Vec::new();
        match &self.root {
            // libpq's message says the same three ways out.
            Root::None if matches!(self.mode, Mode::VerifyCa | Mode::VerifyFull) => {
                return Err(unusable(
                    "the server's certificate cannot be verified without a root certificate: \
                     put it into ~/.postgresql/root.crt, name it with `sslrootcert`, \
                     or trust the system's with `sslrootcert=system`",
                ));
            }
            Root::None => {}
            Root::File(path) => {
                for certificate in certificates(path)? {
                    pinned.push(certificate.clone());
                    // An anchor that webpki cannot read (X.509 v1) vouches for nobody.
                    let _ = roots.add(certificate);
                }
            }
            Root::System => {
                let found = rustls_native_certs::load_native_certs();
                roots.add_parsable_certificates(found.certs);
            }
        }
        let chain = if self.root == Root::None {
            None
        } else {
            let builder =
                WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
            Some(
                builder
                    .build()
                    .map_err(|_| unusable("no usable root certificate was found"))?,
            )
        };
        Ok(Verifier {
            chain,
            pinned,
            name: self.mode == Mode::VerifyFull,
            provider,
        })
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, DbError> {
    let certificates: Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    match certificates {
        Ok(certificates) if certificates.is_empty() => Err(unusable(format!(
            "there is no certificate in `{}`",
            path.display()
        ))),
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(unreadable("certificate", path, &error)),
    }
}

fn unreadable(what: &str, path: &Path, error: &rustls::pki_types::pem::Error) -> DbError {
    unusable(format!("{what} `{}`: {error}", path.display()))
}

fn unusable(message: impl Into<String>) -> DbError {
    DbError::new(ErrorKind::BadUrl, message)
}

/// Decides whether the server is the one that was meant.
#[derive(Debug)]
struct Verifier {
    /// Absent where nobody vouches: then every certificate will do, as with libpq.
    chain: Option<Arc<WebPkiServerVerifier>>,
    /// The root file's certificates themselves.
    pinned: Vec<CertificateDer<'static>>,
    /// Whether the name counts.
    name: bool,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let Some(chain) = &self.chain else {
            return Ok(ServerCertVerified::assertion());
        };
        let verdict =
            chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match verdict {
            // The name is the last thing that rustls looks at.
            Err(TlsError::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.name => Ok(ServerCertVerified::assertion()),
            // The self-signed certificate of PostgreSQL's own manual ("Creating
            // Certificates") is a CA's and stands in the root file itself. OpenSSL
            // trusts it; webpki, which has looked at its dates by then, does not
            // want a CA's certificate as a server's.
            Err(TlsError::InvalidCertificate(CertificateError::Other(_)))
                if self.pinned.iter().any(|pinned| pinned == end_entity) =>
            {
                if self.name {
                    verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                }
                Ok(ServerCertVerified::assertion())
            }
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        rustls::crypto::verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        rustls::crypto::verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
