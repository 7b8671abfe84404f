//! Reads the certificate and the key with which the daemon speaks TLS itself, and says in plain sentences what is wrong
//! with them.

mod served;
mod validity;

pub use served::{Looked, ServedCertificate, keep};

use crate::{
    base::{
        diagnostic::Diagnostic,
        limits::{CERTIFICATE_ENDS_SOON, TLS_FILE_BYTES_MAX},
        time::{Span, Time, rounded},
    },
    config::TlsFiles,
};
use rustls::{
    Error, InconsistentKeys,
    crypto::ring,
    pki_types::{
        CertificateDer, PrivateKeyDer, ServerName,
        pem::{self, PemObject as _},
    },
    server::ParsedCertificate,
    sign::CertifiedKey,
};
use sha2::{Digest as _, Sha256};
use std::{
    fmt::Write as _,
    fs::File,
    io::{self, Read as _},
    path::Path,
    sync::Arc,
};
use validity::Validity;

/// A certificate with its key and the chain of its issuers.
#[derive(Debug)]
pub struct Certificate {
    pub key: Arc<CertifiedKey>,
    /// The last moment at which it counts.
    pub ends: Time,
    begins: Time,
    /// True if the chain of its issuer is missing: clients that do not know the issuer themselves refuse it.
    lacks_chain: bool,
}

/// The key of the configuration whose file is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsKey {
    Cert,
    Key,
}

/// A pair of files that nothing can be served with. The sentence names the file and the cure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateError {
    pub key: TlsKey,
    pub sentence: String,
}

/// Something about a usable certificate that somebody has to mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFault {
    /// True if clients refuse the certificate; otherwise they soon do, or some of them do.
    pub is_refused: bool,
    pub sentence: String,
}

impl std::fmt::Display for CertificateError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for CertificateError {}

impl Certificate {
    /// Reads the pair. One that has ended is read, too: it is served until a new one is there.
    pub fn read(files: &TlsFiles) -> Result<Certificate, CertificateError> {
        let chain = chain(&files.cert).map_err(|sentence| CertificateError { key: TlsKey::Cert, sentence })?;
        let key = key(&files.key).map_err(|sentence| CertificateError { key: TlsKey::Key, sentence })?;
        let (cert_path, key_path) = (files.cert.display(), files.key.display());
        let unreadable = || CertificateError {
            key: TlsKey::Cert,
            sentence: format!("`tls.cert`: the first certificate in `{cert_path}` cannot be read; make it anew"),
        };
        let first = chain.first().ok_or_else(unreadable)?;
        let validity = Validity::of(first).ok_or_else(unreadable)?;
        let lacks_chain = chain.len() == 1 && !validity.is_self_signed;
        let pair = CertifiedKey::from_der(chain, key, &ring::default_provider());
        let pair = pair.map_err(|error| match error {
            Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => CertificateError {
                key: TlsKey::Key,
                sentence: format!(
                    "`tls.key`: the key in `{key_path}` does not fit the certificate in `{cert_path}`; both must come \
                     from one issue"
                ),
            },
            Error::InvalidCertificate(_) => unreadable(),
            other => CertificateError {
                key: TlsKey::Key,
                sentence: format!(
                    "`tls.key`: the key in `{key_path}` cannot be used ({other}); make one of ECDSA P-256, or of RSA with \
                     2048 bits or more"
                ),
            },
        })?;
        Ok(Certificate { key: Arc::new(pair), ends: validity.ends, begins: validity.begins, lacks_chain })
    }

    /// The SHA-256 of the certificate, in hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        self.key.cert.first().map(|first| fingerprint(first)).unwrap_or_default()
    }

    /// True if these are the bytes of the certificate.
    pub fn is(&self, certificate: &[u8]) -> bool {
        self.key.cert.first().is_some_and(|first| **first == *certificate)
    }

    /// The faults of a certificate that is served now. `public_host`: the name by which clients call the daemon.
    pub fn faults(&self, now: Time, public_host: Option<&str>) -> Vec<CertificateFault> {
        let mut faults = Vec::new();
        let mut add = |is_refused, sentence: String| faults.push(CertificateFault { is_refused, sentence });
        if now > self.ends {
            let ago = rounded(now - self.ends);
            add(true, format!("The certificate of `tls.cert` ended {ago} ago, and platforms refuse it; renew it"));
        } else if self.ends - now < CERTIFICATE_ENDS_SOON {
            let left = rounded(self.ends - now);
            add(false, format!("The certificate of `tls.cert` ends in {left}, and nothing has renewed it yet"));
        } else if now < self.begins {
            let left = rounded(self.begins - now);
            add(true, format!("The certificate of `tls.cert` begins to count in {left}; look at the machine's clock"));
        }
        if let Some(host) = public_host.filter(|host| !self.is_for(host)) {
            let told = format!("The certificate of `tls.cert` is not for `{host}`, the name in `public_url`");
            add(true, told);
        }
        if self.lacks_chain {
            let told = "The file of `tls.cert` holds one certificate, and not the chain of its issuer: many clients refuse \
                        it; take `fullchain.pem` instead of `cert.pem`";
            add(false, told.to_owned());
        }
        faults
    }

    /// Says in the log what is wrong with it.
    fn tell_faults(&self, now: Time, public_host: Option<&str>) {
        for CertificateFault { is_refused, sentence } in self.faults(now, public_host) {
            match is_refused {
                true => tracing::error!("{sentence}"),
                false => tracing::warn!("{sentence}"),
            }
        }
    }

    /// The time until its end; negative after it.
    pub fn left(&self, now: Time) -> Span {
        self.ends - now
    }

    fn is_for(&self, host: &str) -> bool {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let Ok(name) = ServerName::try_from(bare) else { return false };
        let parsed = self.key.cert.first().and_then(|first| ParsedCertificate::try_from(first).ok());
        parsed.is_some_and(|parsed| rustls::client::verify_server_name(&parsed, &name).is_ok())
    }
}

/// The SHA-256 of a certificate, in hexadecimal digits.
pub fn fingerprint(certificate: &[u8]) -> String {
    Sha256::digest(certificate).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The findings of `transom check`: the pair cannot be used, or clients refuse the certificate.
pub fn findings(files: &TlsFiles, now: Time, public_host: Option<&str>) -> Vec<Diagnostic> {
    let [cert, key] = &files.places;
    match Certificate::read(files) {
        Err(error) => {
            let place = match error.key {
                TlsKey::Cert => cert,
                TlsKey::Key => key,
            };
            vec![Diagnostic::error("E906", place, error.sentence)]
        }
        Ok(certificate) => {
            let faults = certificate.faults(now, public_host).into_iter().filter(|fault| fault.is_refused);
            faults.map(|fault| Diagnostic::error("E906", cert, fault.sentence)).collect()
        }
    }
}

fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let (name, bytes) = ("tls.cert", read("tls.cert", path)?);
    let path = path.display();
    let broken = |error: pem::Error| format!("`{name}`: `{path}` is damaged: {error}; make it anew");
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&bytes).collect::<Result<_, _>>().map_err(broken)?;
    if !chain.is_empty() {
        return Ok(chain);
    }
    Err(if bytes.starts_with(&[0x30, 0x82]) {
        format!(
            "`{name}`: `{path}` is in DER form; `openssl x509 -inform der -in {path} -out {path}.pem` makes PEM out of it"
        )
    } else if PrivateKeyDer::from_pem_slice(&bytes).is_ok() {
        format!("`{name}`: `{path}` holds a key and no certificate; are `cert` and `key` exchanged?")
    } else {
        format!("`{name}`: `{path}` holds no certificate in PEM form (`-----BEGIN CERTIFICATE-----`)")
    })
}

fn key(path: &Path) -> Result<PrivateKeyDer<'static>, String> {
    let (name, bytes) = ("tls.key", read("tls.key", path)?);
    let path = path.display();
    PrivateKeyDer::from_pem_slice(&bytes).map_err(|error| {
        let holds = |mark: &str| bytes.windows(mark.len()).any(|part| part == mark.as_bytes());
        match error {
            _ if holds("ENCRYPTED") => format!(
                "`{name}`: the key in `{path}` is locked by a passphrase, and nobody is there to type it at a start; \
                 `openssl pkey -in {path} -out {path}.open` unlocks it"
            ),
            pem::Error::NoItemsFound if holds("BEGIN CERTIFICATE") => {
                format!("`{name}`: `{path}` holds a certificate and no key; are `cert` and `key` exchanged?")
            }
            pem::Error::NoItemsFound => {
                format!("`{name}`: `{path}` holds no private key in PEM form (`-----BEGIN PRIVATE KEY-----`)")
            }
            other => format!("`{name}`: `{path}` is damaged: {other}; make it anew"),
        }
    })
}

fn read(name: &str, path: &Path) -> Result<Vec<u8>, String> {
    let shown = path.display();
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => format!("`{name}`: there is no file `{shown}`"),
        io::ErrorKind::PermissionDenied => {
            format!("`{name}`: the user that the daemon runs as may not read `{shown}`; give it the right to")
        }
        _ => format!("`{name}`: `{shown}` cannot be read: {error}"),
    };
    let mut bytes = Vec::new();
    let most = TLS_FILE_BYTES_MAX as u64;
    File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes)).map_err(failed)?;
    match bytes.len() > TLS_FILE_BYTES_MAX {
        true => {
            Err(format!("`{name}`: `{shown}` has more than {TLS_FILE_BYTES_MAX} bytes, so it is no PEM file of ours"))
        }
        false => Ok(bytes),
    }
}

#[cfg(test)]
mod tests;
