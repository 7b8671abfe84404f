//! TLS settings for requests to daemons of our own. Their certificates are for the name that customers' platforms call,
//! and not for the address at which this process reaches them: one that it knows counts at any address.

use crate::{
    client::install_crypto,
    roots::{Platform, provider},
};
use rustls::{
    ClientConfig, DigitallySignedStruct, Error, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use std::{fmt, sync::Arc};

/// The TLS settings of a client that trusts the certificates for which `is_known` says so, and all others as every
/// client does: by the system's roots. `name`: the name that a certificate must be for where an IP address is called;
/// `None`: that address.
pub fn tls_to_own(is_known: impl Fn(&[u8]) -> bool + Send + Sync + 'static, name: Option<&str>) -> ClientConfig {
    install_crypto();
    let name = name.and_then(|name| ServerName::try_from(name.to_owned()).ok());
    let verifier = OwnPeer { is_known: Box::new(is_known), name };
    ClientConfig::builder().dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth()
}

/// True for the bytes of a certificate that counts at any address.
type Known = dyn Fn(&[u8]) -> bool + Send + Sync;

struct OwnPeer {
    is_known: Box<Known>,
    name: Option<ServerName<'static>>,
}

impl fmt::Debug for OwnPeer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnPeer").field("name", &self.name).finish_non_exhaustive()
    }
}

impl ServerCertVerifier for OwnPeer {
    fn verify_server_cert(
        &self,
        server: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        // Only who has its key can use it: the signature over the handshake is checked below.
        if (self.is_known)(server) {
            return Ok(ServerCertVerified::assertion());
        }
        let name = match (name, &self.name) {
            (ServerName::IpAddress(_), Some(name)) => name,
            _ => name,
        };
        Platform.verify_server_cert(server, between, name, ocsp, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        server: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        // Not by the platform's verifier: a known certificate needs no roots, and a machine may have none.
        verify_tls12_signature(message, server, signed, &provider()?.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        server: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, server, signed, &provider()?.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        Platform.supported_verify_schemes()
    }
}
