use super::*;
use crate::{
    base::place::{Place, SourceFile},
    config::Config,
};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair, PKCS_ECDSA_P256_SHA256};
use std::fs;
use tempfile::TempDir;

const NOW: Time = Time(1_795_514_400_000);

fn files(folder: &TempDir) -> TlsFiles {
    let place = Place::start_of(&SourceFile::new("config.yaml", ""));
    let at = |name: &str| folder.path().join(name);
    TlsFiles { cert: at("cert.pem"), key: at("key.pem"), places: [place.clone(), place] }
}

fn day(days: i64) -> Time {
    NOW + Span::days(days)
}

/// A certificate for `bot.example.com` between two moments, with its key.
fn made(begins: Time, ends: Time) -> (String, String) {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let mut params = CertificateParams::new(vec!["bot.example.com".to_owned()]).unwrap();
    let moment = |at: Time| rcgen::date_time_ymd(1970, 1, 1) + std::time::Duration::from_millis(at.0.unsigned_abs());
    (params.not_before, params.not_after) = (moment(begins), moment(ends));
    (pem(params.self_signed(&key).unwrap().der(), "CERTIFICATE"), pem(&key.serialize_der(), "PRIVATE KEY"))
}

fn pem(der: &[u8], what: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    format!("-----BEGIN {what}-----\n{}\n-----END {what}-----\n", STANDARD.encode(der))
}

fn write(files: &TlsFiles, (cert, key): &(String, String)) {
    fs::write(&files.cert, cert).unwrap();
    fs::write(&files.key, key).unwrap();
}

fn refused(files: &TlsFiles) -> (TlsKey, String) {
    let error = Certificate::read(files).unwrap_err();
    (error.key, error.sentence)
}

#[test]
fn a_pair_is_read_with_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(&folder);
    // Beyond 2049 the moment is written in another form (RFC 5280 4.1.2.5).
    for ends in [day(90), day(40_000)] {
        write(&files, &made(day(-1), ends));
        let certificate = Certificate::read(&files).unwrap();
        assert_eq!(certificate.ends.0 / 1_000, ends.0 / 1_000);
        assert_eq!(certificate.faults(NOW, Some("bot.example.com")), []);
        assert_eq!(certificate.fingerprint().len(), 64);
    }
}

#[test]
fn what_is_wrong_with_a_pair_is_said_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(&folder);
    let good = made(day(-1), day(90));
    let cert = |bytes: &[u8], says: &str| {
        fs::write(&files.cert, bytes).unwrap();
        let (key, told) = refused(&files);
        assert!(key == TlsKey::Cert && told.contains(says) && told.contains("cert.pem"), "{told}");
    };
    assert_eq!(refused(&files).0, TlsKey::Cert);
    assert!(refused(&files).1.contains("there is no file"));
    write(&files, &good);
    cert(b"", "holds no certificate in PEM form");
    cert(b"Not Found", "holds no certificate in PEM form");
    cert(&[0x30, 0x82, 0x01, 0x00], "is in DER form; `openssl x509");
    cert(good.1.as_bytes(), "holds a key and no certificate; are `cert` and `key` exchanged?");
    cert(pem(&[0x30, 0x00], "CERTIFICATE").as_bytes(), "cannot be read; make it anew");
    cert(b"-----BEGIN CERTIFICATE-----\nAAAA", "is damaged");
    cert(&vec![b' '; TLS_FILE_BYTES_MAX + 1], "has more than");
    cert(&vec![b' '; TLS_FILE_BYTES_MAX], "holds no certificate in PEM form");
    let key = |bytes: &[u8], says: &str| {
        write(&files, &good);
        fs::write(&files.key, bytes).unwrap();
        let (key, told) = refused(&files);
        assert!(key == TlsKey::Key && told.contains(says) && told.contains("key.pem"), "{told}");
    };
    key(b"", "holds no private key in PEM form");
    key(good.0.as_bytes(), "holds a certificate and no key; are `cert` and `key` exchanged?");
    key(made(day(-1), day(90)).1.as_bytes(), "does not fit the certificate");
    key(pem(&[0x30, 0x00], "ENCRYPTED PRIVATE KEY").as_bytes(), "is locked by a passphrase");
    key(pem(&[0x30, 0x00], "PRIVATE KEY").as_bytes(), "cannot be used");
    fs::remove_file(&files.key).unwrap();
    assert!(refused(&files).1.contains("there is no file"));
    fs::create_dir(&files.key).unwrap();
    assert!(refused(&files).1.contains("cannot be read"));
}

#[test]
fn a_certificate_says_when_it_counts_and_for_whom() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(&folder);
    let of = |begins, ends, now, host: Option<&str>| {
        write(&files, &made(begins, ends));
        let faults = Certificate::read(&files).unwrap().faults(now, host);
        faults.into_iter().map(|fault| (fault.is_refused, fault.sentence)).collect::<Vec<_>>()
    };
    let one = |faults: Vec<(bool, String)>, is_refused: bool, says: &str| {
        assert!(faults.len() == 1 && faults[0].0 == is_refused && faults[0].1.contains(says), "{faults:?}");
    };
    one(of(day(-90), day(-2), NOW, None), true, "ended 2 d ago");
    one(of(day(-90), day(0), NOW + Span::seconds(1), None), true, "ended 1 s ago");
    one(of(day(-1), day(13), NOW, None), false, "ends in 13 d");
    assert_eq!(of(day(-1), NOW + CERTIFICATE_ENDS_SOON, NOW, None), []);
    one(of(day(-1), NOW + CERTIFICATE_ENDS_SOON - Span::seconds(1), NOW, None), false, "ends in 13 d 23 h");
    one(of(day(1), day(90), NOW, None), true, "begins to count in 1 d");
    one(of(day(-1), day(90), NOW, Some("www.example.com")), true, "is not for `www.example.com`");
    one(of(day(-1), day(90), NOW, Some("[::1]")), true, "is not for `[::1]`");
}

#[test]
fn a_chain_without_its_issuer_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(&folder);
    let (of_issuer, of_bot) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "An issuer");
    let issuer = params.self_signed(&of_issuer).unwrap();
    let params = CertificateParams::new(vec!["bot.example.com".to_owned()]).unwrap();
    let leaf = params.signed_by(&of_bot, &issuer, &of_issuer).unwrap();
    let leaf = pem(leaf.der(), "CERTIFICATE");
    let key = pem(&of_bot.serialize_der(), "PRIVATE KEY");
    write(&files, &(leaf.clone(), key.clone()));
    let faults = Certificate::read(&files).unwrap().faults(NOW, None);
    assert!(faults.len() == 1 && faults[0].sentence.contains("`fullchain.pem` instead of `cert.pem`"), "{faults:?}");
    write(&files, &(leaf + &pem(issuer.der(), "CERTIFICATE"), key));
    assert_eq!(Certificate::read(&files).unwrap().faults(NOW, None), []);
}

#[test]
fn a_renewed_pair_is_taken_and_a_broken_one_leaves_the_old() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(&folder);
    let (old, new) = (made(day(-80), day(10)), made(day(-1), day(89)));
    write(&files, &old);
    let config = Config { tls: Some(files.clone()), ..Config::sandbox(folder.path()) };
    let served = ServedCertificate::open(&config).unwrap().unwrap();
    let before = served.now().fingerprint();
    assert_eq!(served.look(), Looked::Unchanged);
    // The certificate is there, and its key is still to come.
    fs::write(&files.cert, format!("{}\n", new.0)).unwrap();
    assert_eq!(served.look(), Looked::Unchanged);
    let Looked::Broken(told) = served.look() else { panic!("half a pair is told at the second look") };
    assert!(told.sentence.contains("does not fit the certificate"), "{told}");
    assert_eq!((served.look(), served.now().fingerprint()), (Looked::Unchanged, before.clone()), "told once");
    fs::write(&files.key, format!("{}\n\n", new.1)).unwrap();
    assert_eq!(served.look(), Looked::Renewed);
    assert_ne!(served.now().fingerprint(), before);
    assert_eq!(served.now().left(NOW).0 / 1_000, Span::days(89).0 / 1_000);
    fs::remove_file(&files.cert).unwrap();
    assert_eq!(served.look(), Looked::Unchanged);
    assert!(matches!(served.look(), Looked::Broken(_)));
}

#[test]
fn findings_stand_at_their_key() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(&folder);
    write(&files, &made(day(-1), day(13)));
    assert!(findings(&files, NOW, None).is_empty(), "that it ends soon is for `doctor` and the log");
    let found = findings(&files, day(20), None);
    assert!(found.len() == 1 && found[0].code == "E906" && found[0].message.contains("ended 7 d ago"), "{found:?}");
    fs::remove_file(&files.key).unwrap();
    assert!(findings(&files, NOW, None)[0].message.starts_with("`tls.key`: there is no file"));
}
