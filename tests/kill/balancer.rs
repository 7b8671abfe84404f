//! A load balancer before two daemons: it asks `/readyz` of both five times a second, and leads connections to those
//! that are ready. If one refuses a connection, the other one gets it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};

const LOOK: Duration = Duration::from_millis(200);
/// A daemon that does not answer its probe in this time takes no connections. A connection is tried for as long: once
/// 128 wait at a daemon that was stopped, the kernel tries the next one for two minutes.
const PROBE: Duration = Duration::from_millis(800);

/// How a daemon answered its last probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Ready,
    /// It takes no new connections, and goes on with those that it has.
    NotReady,
    /// It does not answer.
    Silent,
}

type Target = (u16, watch::Receiver<Health>);

/// Opens the balancer; gives its port.
pub async fn open(targets: Vec<u16>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let targets: Vec<Target> = targets.into_iter().map(|target| (target, watched(target))).collect();
    let targets = Arc::new(targets);
    let turn = Arc::new(AtomicUsize::new(0));
    tokio::spawn(async move {
        loop {
            let (client, _) = listener.accept().await.unwrap();
            let (targets, turn) = (Arc::clone(&targets), turn.fetch_add(1, Ordering::Relaxed));
            tokio::spawn(async move {
                // Without a ready daemon the connection is closed.
                if let Some((daemon, health)) = connected(&targets, turn).await {
                    lead(client, daemon, health).await;
                }
            });
        }
    });
    port
}

/// A connection to a daemon that is ready.
async fn connected(targets: &[Target], turn: usize) -> Option<(TcpStream, watch::Receiver<Health>)> {
    let count = targets.len();
    for (target, health) in (0..count).map(|n| &targets[(turn + n) % count]) {
        if *health.borrow() != Health::Ready {
            continue;
        }
        let connecting = TcpStream::connect(("127.0.0.1", *target));
        if let Ok(Ok(daemon)) = tokio::time::timeout(PROBE, connecting).await {
            return Some((daemon, health.clone()));
        }
    }
    None
}

fn watched(target: u16) -> watch::Receiver<Health> {
    let (tell, told) = watch::channel(Health::Silent);
    tokio::spawn(async move {
        let url = format!("http://127.0.0.1:{target}/readyz");
        loop {
            // A connection for each look: one to a daemon that died says nothing of the next.
            let asked = crate::graph::client().get(&url).send();
            tell.send_replace(match tokio::time::timeout(PROBE, asked).await {
                Ok(Ok(answer)) if answer.status().is_success() => Health::Ready,
                Ok(_) => Health::NotReady,
                Err(_) => Health::Silent,
            });
            tokio::time::sleep(LOOK).await;
        }
    });
    told
}

/// Carries bytes both ways until either side ends, or the daemon is silent.
async fn lead(mut client: TcpStream, mut daemon: TcpStream, mut health: watch::Receiver<Health>) {
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut client, &mut daemon) => {}
        _ = health.wait_for(|health| *health == Health::Silent) => {}
    }
}
