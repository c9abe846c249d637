//! TLS to a hub: whom to trust, and what to say when it cannot be trusted.
//!
//! Knows rustls and certificates, no message. Agents and the command line share it. Nothing here is
//! touched before the first connection to an `https` address. Invariant: there is no way to connect
//! without the certificate having been checked.

use crate::error::{Error, ErrorKind, Result};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, ClientConnection, RootCertStore};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// The variable that names a file of certificates to trust in place of the system's.
pub const CA_VARIABLE: &str = "STILLFRAME_CA_FILE";

/// A connection to `host` that has not said anything yet. Trusts what `ca_file` holds and nothing
/// else, or without it what this system trusts. Both are read anew, for they may have changed.
pub fn connection(host: &str, ca_file: Option<&Path>) -> Result<ClientConnection> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| refuse(format!("{host} is no name that a certificate could be for")))?;
    let internal = |error: rustls::Error| Error::new(ErrorKind::Internal, error.to_string());
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(internal)?
        .with_root_certificates(roots(ca_file)?)
        .with_no_client_auth();
    ClientConnection::new(Arc::new(config), name).map_err(internal)
}

fn refuse(message: String) -> Error {
    Error::new(ErrorKind::Hub, message)
}

fn roots(ca_file: Option<&Path>) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    let Some(path) = ca_file else {
        // What does not parse is no root; whether one is missing shows when it is needed.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            return Err(refuse("this system has no certificates of authorities".to_owned())
                .with_hint(format!(
                    "install them (ca-certificates), or name the hub's with {CA_VARIABLE}"
                )));
        }
        return Ok(roots);
    };
    let unfit = |why: String| {
        refuse(format!("the certificates of {} cannot be used: {why}", path.display()))
            .with_hint(format!("{CA_VARIABLE} names a file of certificates in PEM"))
    };
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>)
        .map_err(|error| unfit(error.to_string()))?;
    for certificate in certificates {
        roots.add(certificate).map_err(|error| unfit(error.to_string()))?;
    }
    if roots.is_empty() { Err(unfit("it holds none".to_owned())) } else { Ok(roots) }
}

/// What made a connection to `host` fail, in words, if it was TLS.
pub fn explain(error: &io::Error, host: &str) -> Option<Error> {
    let cause = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    Some(match cause {
        rustls::Error::InvalidCertificate(fault) => of_certificate(fault, host),
        rustls::Error::InvalidMessage(_) => {
            refuse(format!("what answers at {host} does not speak TLS"))
                .with_hint("a hub of this machine without a certificate is at http://")
        }
        other => refuse(format!("TLS with {host} failed: {other}"))
            .with_hint("look what the hub, or the proxy before it, says"),
    })
}

fn of_certificate(fault: &CertificateError, host: &str) -> Error {
    use CertificateError as Fault;
    let (what, next) = match fault {
        Fault::UnknownIssuer => (
            format!("the certificate of {host} comes from an authority that is not trusted here"),
            format!("name a file with that authority's certificate: {CA_VARIABLE}"),
        ),
        Fault::NotValidForName | Fault::NotValidForNameContext { .. } => (
            format!("the certificate that answers is not for {host}"),
            "call the hub by a name that its certificate holds".to_owned(),
        ),
        Fault::Expired | Fault::ExpiredContext { .. } => (
            format!("the certificate of {host} has expired"),
            "have it renewed; the hub reads it again on SIGHUP".to_owned(),
        ),
        Fault::NotValidYet | Fault::NotValidYetContext { .. } => (
            format!("the certificate of {host} is not valid yet"),
            "check the clock of this machine".to_owned(),
        ),
        Fault::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => (
            format!("the certificate of {host} is one of an authority, not of a server"),
            "make it with `-addext basicConstraints=critical,CA:FALSE`".to_owned(),
        ),
        other => (
            format!("the certificate of {host} cannot be trusted: {other}"),
            "have a valid one issued".to_owned(),
        ),
    };
    refuse(what).with_hint(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str) -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/tls").join(name)
    }

    #[test]
    fn a_file_that_holds_no_certificate_is_said() {
        for (name, word) in [("none.pem", "none.pem"), ("hub.key", "it holds none")] {
            let error = connection("localhost", Some(&file(name))).expect_err(name);
            assert!(error.to_string().contains(word), "{error}");
            assert!(error.hint().is_some_and(|hint| hint.contains(CA_VARIABLE)));
        }
        assert!(connection("localhost", Some(&file("ca.pem"))).is_ok());
        assert!(connection("not a name", Some(&file("ca.pem"))).is_err());
    }

    #[test]
    fn only_faults_of_tls_are_explained() {
        let plain = io::Error::from(io::ErrorKind::ConnectionReset);
        assert_eq!(explain(&plain, "hub"), None);
        let fault = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
        let told = explain(&io::Error::other(fault), "hub").expect("explained");
        assert!(told.hint().is_some_and(|hint| hint.contains(CA_VARIABLE)), "{told}");
    }
}
