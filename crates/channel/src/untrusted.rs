//! Says in a sentence why the certificate of a server is not accepted, and how that is changed.

use rustls::{CertificateError, Error as TlsError};
use std::{error::Error, io};

/// The sentence about the certificate of `host`; `None`: the error has another cause.
pub(super) fn certificate_trouble(error: &(dyn Error + 'static), host: &str) -> Option<String> {
    let mut cause = Some(error);
    while let Some(inner) = cause {
        if let Some(TlsError::InvalidCertificate(why)) = inner.downcast_ref() {
            return Some(sentence(why, host));
        }
        // Such an error names the source of what it holds as its own.
        let held = inner.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause = held.map(|held| held as &(dyn Error + 'static)).or_else(|| inner.source());
    }
    None
}

fn sentence(why: &CertificateError, host: &str) -> String {
    let about = |what: &str| format!("the certificate of `{host}` {what}");
    match why {
        CertificateError::UnknownIssuer => about(
            "is from an authority that this machine does not trust; add that authority's certificate to those of the \
             system, or to the file that `SSL_CERT_FILE` names, and start the daemon again",
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            about("is for another name")
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => about("has expired"),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            about("is not valid yet; is the clock of this machine right?")
        }
        other => about(&format!("is refused: {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(why: CertificateError) -> io::Error {
        io::Error::other(io::Error::new(io::ErrorKind::InvalidData, TlsError::InvalidCertificate(why)))
    }

    #[test]
    fn the_reason_is_found_in_errors_that_hold_it_and_names_host_and_cure() {
        let said = certificate_trouble(&wrapped(CertificateError::UnknownIssuer), "shop.internal").unwrap();
        assert!(said.contains("`shop.internal`") && said.contains("`SSL_CERT_FILE`"), "{said}");
        let said = certificate_trouble(&wrapped(CertificateError::Expired), "shop.internal").unwrap();
        assert_eq!(said, "the certificate of `shop.internal` has expired");
        assert_eq!(certificate_trouble(&io::Error::other("refused"), "shop.internal"), None);
    }
}
