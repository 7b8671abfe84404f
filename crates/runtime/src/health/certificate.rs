//! Checks the certificate and the key with which the daemon speaks TLS itself, as they stand on the disk.

use super::{HealthCheck, HealthInputs};
use crate::{base::time::rounded, certificate::Certificate, process::long_work::blocking};

/// Nothing without `tls`: the certificate is the proxy's then.
pub fn checks(inputs: &HealthInputs<'_>) -> Vec<HealthCheck> {
    let Some(files) = &inputs.config.tls else { return Vec::new() };
    let (id, title, now) = ("certificate", "Certificate", inputs.now());
    let certificate = match blocking(|| Certificate::read(files)) {
        Ok(certificate) => certificate,
        Err(error) => {
            let told = format!(
                "{error}. A daemon that runs goes on with the certificate that it has; the next one would not start."
            );
            return vec![HealthCheck::bad(id, title, told)];
        }
    };
    let faults = certificate.faults(now, inputs.config.public_host());
    if faults.is_empty() {
        let told = format!("The certificate of `tls` ends in {}.", rounded(certificate.left(now)));
        return vec![HealthCheck::good(id, title, told)];
    }
    let check = |fault: crate::certificate::CertificateFault| match fault.is_refused {
        true => HealthCheck::bad(id, title, format!("{}.", fault.sentence)),
        false => HealthCheck::warning(id, title, format!("{}.", fault.sentence)),
    };
    faults.into_iter().map(check).collect()
}
