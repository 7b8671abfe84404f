//! Tests SIGTERM while a client reads `GET /v1/events`: the endless stream must not keep the daemon running.

use super::{BOT, Daemon, PIZZA, bot, ends, out, run};
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

/// How long a service manager waits before it kills.
const PATIENCE: Duration = Duration::from_secs(10);

/// A client that has read the first line.
fn listen(daemon: &Daemon, key: &str) -> TcpStream {
    let address = daemon.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(2 * PATIENCE)).unwrap();
    let request = format!("GET /v1/events HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let (mut heard, mut byte) = (Vec::new(), [0]);
    while !heard.ends_with(b"retry: 2000\n\n") {
        assert_eq!(stream.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&heard));
        heard.push(byte[0]);
    }
    stream
}

#[test]
fn a_daemon_that_is_listened_to_ends_in_time() {
    let folder = bot(&[BOT, PIZZA]);
    let mut daemon = Daemon::start(folder.path());
    let made = run(folder.path(), &["keys", "create", "--name", "ear"]);
    ends(&made, 0);
    let key = out(&made).trim().to_owned();
    let mut ear = listen(&daemon, &key);
    // This one takes nothing any more.
    let _deaf = listen(&daemon, &key);
    ends(&run(folder.path(), &["trigger", "message", "--text", "pizza"]), 0);
    let told = Instant::now();
    daemon.stop();
    assert!(told.elapsed() < PATIENCE, "{:?}", told.elapsed());
    let mut rest = String::new();
    ear.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("event: message.in"), "{rest}");
    assert!(rest.ends_with("0\r\n\r\n"), "to its end, and not cut off: {rest}");
}
