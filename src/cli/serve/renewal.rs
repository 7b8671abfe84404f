//! Takes renewed certificates while the daemon runs, and writes each into the file by which commands find the daemon.

use super::super::client::daemon::DaemonFile;
use crate::{
    base::clock::SystemClock,
    runtime::{certificate, process::metrics::Metrics},
    web::server::tls::Tls,
};
use std::{path::PathBuf, sync::Arc};

/// Runs as long as the daemon's event loop, also while it stands by.
pub(super) fn keep(tls: &Tls, data: PathBuf, metrics: Metrics) -> impl Future<Output = ()> + use<> {
    let renewed = move |fresh: &certificate::Certificate| {
        // The file may be another daemon's by now.
        let Some(file) = DaemonFile::read(&data).filter(|file| file.pid == std::process::id()) else { return };
        let file = file.with_certificate(Some(fresh.fingerprint()));
        if let Err(error) = file.write(&data) {
            tracing::error!(error = %error, "Commands on this machine cannot reach the daemon until it starts anew: {error}");
        }
    };
    certificate::keep(Arc::clone(&tls.certificate), Arc::new(SystemClock), metrics, renewed)
}
