//! Two daemons over one Postgres, one active and one standing by, behind a load balancer.

use super::{
    balancer, bot,
    cable::Cable,
    people::Town,
    process::{Process, cron},
    shop::{self, Shop},
};
use crate::{
    graph::{Graph, Statuses},
    receiver::Receiver,
    store::postgres::{Cluster, own_cluster},
};
use std::time::{Duration, Instant};
use transom::base::clock::{Clock, SystemClock};

/// How long a take-over may take on a busy machine before it counts as an error.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(20);

/// Two daemons, each at the end of a cable to the database.
pub struct Pair {
    pub daemons: [Process; 2],
    pub cables: [Cable; 2],
    pub cluster: Cluster,
    /// The database, without a cable.
    pub url: String,
}

/// A pair with everything around it.
pub struct Place {
    pub pair: Pair,
    pub graph: Graph,
    pub shop: Shop,
    pub desk: Receiver,
    /// The URL of webhooks at the load balancer.
    pub webhooks: String,
}

/// Starts the first daemon as the active one, and the second one as its standby. `None` without Postgres.
pub async fn place(seed: u64, latency: Duration) -> Option<Place> {
    let cluster = own_cluster()?;
    let url = cluster.database().await;
    let graph = Graph::start().await;
    graph.be_slow(latency);
    let shop = shop::open(seed).await;
    let desk = Receiver::new(&[]).await;
    // In these tests no schedule is due.
    let never = cron(SystemClock.now().0 - 86_400_000);
    let cables = [Cable::open(cluster.port()).await, Cable::open(cluster.port()).await];
    let daemon = |cable: &Cable| {
        let theirs = url.replace(&format!(":{}/", cluster.port()), &format!(":{}/", cable.port));
        Process::on_postgres((&theirs, &url), |folder, port| {
            bot::write(folder, port, &graph.base, &shop.url, &desk.url, &never);
        })
    };
    let daemons = [daemon(&cables[0]), daemon(&cables[1])];
    let mut pair = Pair { daemons, cables, cluster, url };
    let port = balancer::open(pair.daemons.iter().map(Process::port).collect()).await;
    let webhooks = format!("http://127.0.0.1:{port}/webhooks/meta");
    let states = vec!["sent", "delivered", "read"];
    graph.post_statuses(Statuses { url: webhooks.clone(), app_secret: bot::SECRET.into(), states });
    for daemon in &mut pair.daemons {
        daemon.start();
        daemon.ready().await;
    }
    assert_eq!([pair.role(0).await, pair.role(1).await], ["active", "standby"].map(|role| Some(role.to_owned())));
    Some(Place { pair, graph, shop, desk, webhooks })
}

impl Place {
    /// People who write to the load balancer.
    pub fn town(&self, load: Duration) -> Town {
        Town::new(&self.graph, self.webhooks.clone(), load)
    }
}

impl Pair {
    async fn role(&self, index: usize) -> Option<String> {
        let state = self.daemons[index].state().await?;
        (state["ready"] == true).then(|| state["role"].as_str().unwrap_or_default().to_owned())
    }

    /// The index of the active daemon; waits for one.
    pub async fn active(&self) -> usize {
        let since = Instant::now();
        loop {
            for index in [0, 1] {
                if self.role(index).await.as_deref() == Some("active") {
                    return index;
                }
            }
            assert!(since.elapsed() < PATIENCE, "no daemon is active\n{}", self.logs());
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Waits until this daemon has the role; gives the time that it took.
    pub async fn becomes(&self, index: usize, role: &str) -> Duration {
        let since = Instant::now();
        while self.role(index).await.as_deref() != Some(role) {
            assert!(since.elapsed() < PATIENCE, "daemon {index} is not {role}\n{}", self.logs());
            tokio::time::sleep(LOOK).await;
        }
        since.elapsed()
    }

    pub fn logs(&self) -> String {
        self.daemons.iter().map(Process::log).collect::<Vec<_>>().join("\n--\n")
    }

    /// Ends both in order, and checks that no log tells of a panic.
    pub fn stop(&mut self) {
        for daemon in &mut self.daemons {
            daemon.stop();
        }
        let logs = self.logs();
        assert!(!logs.contains("panicked"), "{logs}");
    }
}
