//! Tests commands against a daemon that speaks TLS itself, with a certificate that is not for the address of this machine.

use super::{BOT, Daemon, PIZZA, bot, ends, err, out, run};
use rcgen::{CertificateParams, KeyPair};
use std::path::Path;

const CONFIG: &str =
    "listen: 127.0.0.1:0\npublic_url: https://bot.example.com\nbot: .\ntls: {cert: cert.pem, key: key.pem}\n";

fn write_pair(folder: &Path) {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let pem =
        |der: &[u8], what: &str| format!("-----BEGIN {what}-----\n{}\n-----END {what}-----\n", STANDARD.encode(der));
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["bot.example.com".to_owned()]).unwrap().self_signed(&key).unwrap();
    std::fs::write(folder.join("cert.pem"), pem(certificate.der(), "CERTIFICATE")).unwrap();
    std::fs::write(folder.join("key.pem"), pem(&key.serialize_der(), "PRIVATE KEY")).unwrap();
}

#[test]
fn commands_reach_a_daemon_with_tls_and_trust_no_other_certificate() {
    let folder = bot(&[BOT, PIZZA]);
    let folder = folder.path();
    write_pair(folder);
    std::fs::write(folder.join("config.yaml"), CONFIG).unwrap();
    let mut daemon = Daemon::start_with(folder, "config.yaml");
    let with = |args: &[&str]| run(folder, &[args, &["--config", "config.yaml"]].concat());
    let said = with(&["trigger", "message", "--text", "pizza"]);
    ends(&said, 0);
    assert!(out(&said).contains("Which size?") && out(&said).contains("POST https://127.0.0.1:"), "{}", out(&said));
    let doctor = with(&["doctor"]);
    ends(&doctor, 0);
    let told = out(&doctor);
    assert!(
        told.contains("The daemon answers at https://") && told.contains("The certificate of `tls` ends in"),
        "{told}"
    );
    ends(&with(&["status", "--over", "1s"]), 0);

    let secured = daemon.url.replace("http://", "https://");
    let foreign = with(&["trigger", "message", "--text", "pizza", "--url", &secured]);
    ends(&foreign, 1);
    assert!(err(&foreign).contains("cannot be trusted: invalid peer certificate"), "{}", err(&foreign));
    let plain = with(&["trigger", "message", "--text", "pizza", "--url", &daemon.url]);
    ends(&plain, 1);
    assert!(err(&plain).contains("speaks TLS only; ask with `https://`"), "{}", err(&plain));
    daemon.stop();
}

#[test]
fn a_daemon_without_a_usable_pair_does_not_start_and_says_why() {
    let folder = bot(&[BOT, PIZZA]);
    let folder = folder.path();
    std::fs::write(folder.join("config.yaml"), CONFIG).unwrap();
    let started = run(folder, &["serve", "--config", "config.yaml"]);
    ends(&started, 1);
    assert!(err(&started).contains("`tls.cert`: there is no file `cert.pem`"), "{}", err(&started));
    let checked = run(folder, &["check", "--config", "config.yaml"]);
    ends(&checked, 1);
    let told = out(&checked) + &err(&checked);
    assert!(told.contains("E906") && told.contains("config.yaml:4:13"), "{told}");
    // All other commands work without it.
    ends(&run(folder, &["keys", "create", "--config", "config.yaml"]), 0);
    let doctor = run(folder, &["doctor", "--config", "config.yaml"]);
    ends(&doctor, 1);
    assert!(
        out(&doctor).contains("`tls.cert`: there is no file `cert.pem`. A daemon that runs goes on"),
        "{}",
        out(&doctor)
    );
}
