//! The hub's certificate: read, used for new connections, and read again when it was renewed.
//!
//! Knows files and rustls, no connection. Invariant: a certificate that cannot be used never takes
//! the place of one that can.

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use stillframe_core::error::{Error, ErrorKind, Result};
use tokio_rustls::TlsAcceptor;

/// Where certificate and key lie, in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, followed by those that lead to a root.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// The certificate that new connections get.
pub(crate) struct Tls {
    files: TlsFiles,
    current: Arc<Current>,
    acceptor: TlsAcceptor,
}

struct Current(RwLock<Arc<CertifiedKey>>);

impl Current {
    fn get(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Current {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Current")
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _hello: ClientHello) -> Option<Arc<CertifiedKey>> {
        Some(self.get())
    }
}

impl Tls {
    /// Reads the files, or says which of them is at fault.
    pub(crate) fn open(files: TlsFiles) -> Result<Self> {
        let current = Arc::new(Current(RwLock::new(Arc::new(read(&files)?))));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::new(ErrorKind::Internal, error.to_string()))?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&current) as Arc<dyn ResolvesServerCert>);
        Ok(Self { files, current, acceptor: TlsAcceptor::from(Arc::new(config)) })
    }

    /// Reads the files again; connections that are open keep what they have.
    pub(crate) fn reload(&self) -> Result<()> {
        let key = Arc::new(read(&self.files)?);
        *self.current.0.write().unwrap_or_else(PoisonError::into_inner) = key;
        Ok(())
    }

    pub(crate) fn acceptor(&self) -> &TlsAcceptor {
        &self.acceptor
    }

    /// Whether the certificate is for `host`: a client that came by another name was not deceived
    /// into trusting it, and is not one of ours.
    pub(crate) fn is_for(&self, host: &str) -> bool {
        let key = self.current.get();
        let certificate =
            key.cert.first().and_then(|der| webpki::EndEntityCert::try_from(der).ok());
        let name = ServerName::try_from(host).ok();
        certificate.zip(name).is_some_and(|(certificate, name)| {
            certificate.verify_is_valid_for_subject_name(&name).is_ok()
        })
    }
}

fn read(files: &TlsFiles) -> Result<CertifiedKey> {
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>)
        .map_err(|error| unfit("certificate", &files.certificate, &error))?;
    if chain.is_empty() {
        return Err(unfit("certificate", &files.certificate, &"it holds none in PEM"));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|error| unfit("private key", &files.key, &error))?;
    let key = CertifiedKey::from_der(chain, key, &ring::default_provider());
    let key = key.map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => {
            let what = format!("the key is not that of {}", files.certificate.display());
            unfit("private key", &files.key, &what)
        }
        other => unfit("private key", &files.key, &other),
    })?;
    Ok(key)
}

fn unfit(what: &str, path: &Path, why: &dyn fmt::Display) -> Error {
    let path = path.display();
    Error::new(
        ErrorKind::Sink,
        format!(
            "the {what} of --tls-{} {path} cannot be used: {why}",
            if what == "certificate" { "cert" } else { "key" }
        ),
    )
    .with_hint("both files are PEM; the certificate comes first in its own, then those above it")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(certificate: &str, key: &str) -> TlsFiles {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/tls");
        TlsFiles { certificate: folder.join(certificate), key: folder.join(key) }
    }

    #[test]
    fn a_certificate_is_for_the_names_it_holds() {
        let tls = Tls::open(files("hub.pem", "hub.key")).expect("a certificate");
        for host in ["localhost", "hub.test", "HUB.test", "a.wild.test", "127.0.0.1"] {
            assert!(tls.is_for(host), "{host}");
        }
        for host in ["evil.test", "wild.test", "a.b.wild.test", "127.0.0.2", "::1", "", "a b"] {
            assert!(!tls.is_for(host), "{host}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_said_and_does_not_replace_what_can() {
        for (certificate, key, word) in [
            ("none.pem", "hub.key", "none.pem"),
            ("hub.key", "hub.key", "none in PEM"),
            ("hub.pem", "none.key", "none.key"),
            ("hub.pem", "hub.pem", "hub.pem"),
            ("hub.pem", "renewed.key", "is not that of"),
        ] {
            let error = Tls::open(files(certificate, key)).err().expect(word);
            assert!(error.message().contains(word), "{certificate} {key}: {error}");
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let here =
            TlsFiles { certificate: folder.path().join("cert"), key: folder.path().join("key") };
        let put = |name: &str| {
            let from = files(&format!("{name}.pem"), &format!("{name}.key"));
            std::fs::copy(from.certificate, &here.certificate).expect("copied");
            std::fs::copy(from.key, &here.key).expect("copied");
        };
        put("hub");
        let tls = Tls::open(here.clone()).expect("a certificate");
        std::fs::write(&here.key, "half a k").expect("written");
        assert!(tls.reload().is_err());
        assert!(tls.is_for("hub.test") && !tls.is_for("renewed.test"));
        put("renewed");
        tls.reload().expect("renewed");
        assert!(tls.is_for("renewed.test") && !tls.is_for("hub.test"));
    }
}
