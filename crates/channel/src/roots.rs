//! Verifies TLS certificates with the system's root certificates, loaded at the first handshake.
//!
//! Loading about 140 certificates takes a third of the start time and a megabyte for each client; a sandbox never
//! needs one.

use rustls::{
    ClientConfig, DigitallySignedStruct, Error, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use rustls_platform_verifier::Verifier;
use std::sync::{Arc, OnceLock};

/// The TLS settings of every client. Call `client::install_crypto` first.
pub(super) fn tls() -> ClientConfig {
    // The builder calls every custom verifier dangerous; this one delegates to the platform's verifier.
    let builder = ClientConfig::builder().dangerous();
    builder.with_custom_certificate_verifier(Arc::new(Platform)).with_no_client_auth()
}

/// Trusts what the system trusts.
#[derive(Debug)]
pub(super) struct Platform;

/// Loaded once for the process. A system without root certificates is asked again the next time.
fn verifier() -> Result<&'static Verifier, Error> {
    static ROOTS: OnceLock<Verifier> = OnceLock::new();
    if let Some(roots) = ROOTS.get() {
        return Ok(roots);
    }
    let roots = Verifier::new(provider()?).inspect_err(|error| {
        tracing::error!(error = %error, "The system has no certificates to trust: nobody can be reached by TLS");
    })?;
    Ok(ROOTS.get_or_init(|| roots))
}

pub(super) fn provider() -> Result<Arc<CryptoProvider>, Error> {
    CryptoProvider::get_default().cloned().ok_or_else(|| Error::General("no cryptography is installed".into()))
}

impl ServerCertVerifier for Platform {
    fn verify_server_cert(
        &self,
        server: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        verifier()?.verify_server_cert(server, between, name, ocsp, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        server: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verifier()?.verify_tls12_signature(message, server, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        server: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verifier()?.verify_tls13_signature(message, server, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().map(|known| known.signature_verification_algorithms.supported_schemes()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_of_nobody_is_refused() {
        crate::client::install_crypto();
        let name = ServerName::try_from("graph.facebook.com").unwrap();
        let nobody = CertificateDer::from(vec![0x30, 0x00]);
        assert!(Platform.verify_server_cert(&nobody, &[], &name, &[], UnixTime::now()).is_err());
        assert!(Platform.supported_verify_schemes().contains(&SignatureScheme::ECDSA_NISTP256_SHA256));
    }
}
