//! Holds the certificate that the daemon serves, and takes a renewed one from the disk without a restart. A new pair that
//! cannot be used leaves the old one in force.

use super::{Certificate, CertificateError};
use crate::{
    base::{
        clock::Clock,
        limits::{CERTIFICATE_END_TOLD_EVERY, TLS_LOOK_EVERY},
        time::{Time, rounded},
    },
    config::{Config, TlsFiles},
    process::{long_work::blocking, metrics::Metrics},
};
use arc_swap::ArcSwap;
use rustls::{
    ServerConfig,
    crypto::ring,
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
    version::{TLS12, TLS13},
};
use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

/// The protocol that clients may choose in the handshake: the server speaks no other.
const HTTP: &[u8] = b"http/1.1";

#[derive(Debug)]
pub struct ServedCertificate {
    files: TlsFiles,
    /// The name by which clients call the daemon.
    public_host: Option<String>,
    current: ArcSwap<Certificate>,
    stamps: Mutex<Stamps>,
}

/// The outcome of a look at the files.
#[derive(Debug, PartialEq, Eq)]
pub enum Looked {
    Unchanged,
    /// The pair on disk is served from now on.
    Renewed,
    /// The pair on disk cannot be used. Told once for each state of the files, and not at the first look: whoever renews
    /// writes one file after the other.
    Broken(CertificateError),
}

/// The states of the files that were looked at.
#[derive(Debug)]
struct Stamps {
    served: Stamp,
    /// The last state that could not be used, and whether that was told.
    broken: Option<(Stamp, bool)>,
}

/// Length and time of the last change of both files; `None` for a file that is not there.
type Stamp = [Option<(u64, SystemTime)>; 2];

impl ServedCertificate {
    /// Reads the pair for the first time; `None` if the configuration has none.
    pub fn open(config: &Config) -> Result<Option<ServedCertificate>, CertificateError> {
        let Some(files) = config.tls.clone() else { return Ok(None) };
        // Before the files are read: a change in between is seen by the next look.
        let served = stamp(&files);
        let current = ArcSwap::from_pointee(Certificate::read(&files)?);
        let public_host = config.public_host().map(str::to_owned);
        Ok(Some(ServedCertificate { files, public_host, current, stamps: Mutex::new(Stamps { served, broken: None }) }))
    }

    /// The name by which clients call the daemon, as `public_url` has it.
    pub fn public_host(&self) -> Option<&str> {
        self.public_host.as_deref()
    }

    pub fn now(&self) -> Arc<Certificate> {
        self.current.load_full()
    }

    /// The settings of the server, with TLS 1.2 and 1.3. They stay the same over renewals.
    pub fn server_config(self: &Arc<Self>) -> Result<Arc<ServerConfig>, rustls::Error> {
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_protocol_versions(&[&TLS13, &TLS12])?;
        let mut config = builder.with_no_client_auth().with_cert_resolver(Arc::<Self>::clone(self));
        config.alpn_protocols = vec![HTTP.to_vec()];
        Ok(Arc::new(config))
    }

    /// Looks whether the files have changed, and serves what they hold now. Reads from the disk.
    pub fn look(&self) -> Looked {
        let mut stamps = self.stamps.lock().unwrap_or_else(PoisonError::into_inner);
        let now = stamp(&self.files);
        if now == stamps.served {
            stamps.broken = None;
            return Looked::Unchanged;
        }
        match (Certificate::read(&self.files), stamps.broken) {
            (Ok(fresh), _) => {
                self.current.store(Arc::new(fresh));
                *stamps = Stamps { served: now, broken: None };
                Looked::Renewed
            }
            (Err(error), Some((known, false))) if known == now => {
                stamps.broken = Some((now, true));
                Looked::Broken(error)
            }
            (Err(_), Some((known, true))) if known == now => Looked::Unchanged,
            (Err(_), _) => {
                stamps.broken = Some((now, false));
                Looked::Unchanged
            }
        }
    }
}

/// Looks at the files of a certificate again and again, and says in the log what has become of them. `renewed` is called
/// for each new one. Runs until it is dropped.
pub async fn keep(
    served: Arc<ServedCertificate>,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
    renewed: impl Fn(&Certificate),
) {
    let mut told: Option<Time> = None;
    loop {
        let (certificate, now) = (served.now(), clock.now());
        metrics.certificate_ends.set(certificate.ends.0 / 1_000);
        // Also after the clock was set back.
        if told.is_none_or(|told| now - told >= CERTIFICATE_END_TOLD_EVERY || now < told) {
            told = Some(now);
            certificate.tell_faults(now, served.public_host.as_deref());
        }
        tokio::time::sleep(TLS_LOOK_EVERY.to_std()).await;
        match blocking(|| served.look()) {
            Looked::Unchanged => {}
            Looked::Renewed => {
                let (certificate, now) = (served.now(), clock.now());
                tracing::info!("The certificate was renewed: this one ends in {}", rounded(certificate.left(now)));
                renewed(&certificate);
                told = None;
            }
            Looked::Broken(error) => {
                tracing::error!(error = %error, "The renewed certificate cannot be used, and the old one stays: {error}");
            }
        }
    }
}

impl ResolvesServerCert for ServedCertificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.load().key))
    }
}

fn stamp(files: &TlsFiles) -> Stamp {
    // Links are followed: certbot and lego change where they lead.
    let of = |path: &Path| fs::metadata(path).and_then(|file| Ok((file.len(), file.modified()?))).ok();
    [of(&files.cert), of(&files.key)]
}
