//! Opens the database as one of its daemons. On Postgres, while another daemon is active, this one stands by: it
//! listens, and hands what comes to the active one.

use super::{super::client::daemon::DaemonFile, Failure, Stopping, cannot_open, cannot_write};
use crate::{
    base::{clock::SystemClock, limits::STOP_CLIENTS, secret::Secret},
    runtime::{
        config::{
            Config,
            secrets_key::{self, SecretsKeyFile},
        },
        daemon::kept_secrets::{operator_token, refusal},
        process::metrics::Metrics,
    },
    store::{Joined, NewMember, Options, Standby, Store, encryption::Keyring, queries::secrets},
    web::{
        server::tls::Tls,
        standby::{StandbyServer, StandbyWeb},
    },
};
use std::{
    fs::{self, File, TryLockError},
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};
use tokio::net::TcpListener;

/// The listeners of the daemon: webhooks and the API, probes and metrics.
pub(super) enum Doors {
    /// Nobody accepts connections yet.
    Shut { public: TcpListener, admin: TcpListener },
    /// A standby does.
    Standby { public: StandbyServer, admin: StandbyServer, web: Arc<StandbyWeb> },
}

impl Doors {
    /// Takes the listeners over. Connections that come meanwhile wait in the kernel's queue.
    pub async fn open(self) -> Result<(TcpListener, TcpListener), Failure> {
        match self {
            Doors::Shut { public, admin } => Ok((public, admin)),
            Doors::Standby { public, admin, web } => {
                web.ends();
                Ok((public.stop().await.map_err(Failure::failed)?, admin.stop().await.map_err(Failure::failed)?))
            }
        }
    }

    /// Ends a standby: lets requests that it has handed on be answered, for a limited time.
    async fn close(self) {
        if let Doors::Standby { public, admin: _, web } = self {
            tracing::info!("Stopping");
            web.stops();
            if tokio::time::timeout(STOP_CLIENTS.to_std(), public.close()).await.is_err() {
                tracing::warn!("Stopping although a client has not taken its answer");
            }
        }
    }
}

/// Opens the database, if need be after standing by. `None`: a stop was asked for meanwhile.
pub(super) async fn join(
    config: &Config,
    doors: (TcpListener, TcpListener),
    metrics: &Metrics,
    (tls, keyring): (Option<&Tls>, &Keyring),
    stopping: &mut Stopping,
) -> Result<Option<(Store, Doors)>, Failure> {
    let (public, admin) = doors;
    let address = public.local_addr().map_err(Failure::failed)?;
    let joined = Store::join(config.database.expose(), Options::default(), introduced(config, address));
    let standby = match joined.await.map_err(cannot_open)? {
        Joined::Active(store) => return Ok(Some((store, Doors::Shut { public, admin }))),
        Joined::Standby(standby) => *standby,
    };
    let file = daemon_file(config, (&public, &admin), token_of(config, keyring).await?, tls)?;
    let admin_address = admin.local_addr().map_err(Failure::failed)?;
    let clock = Arc::new(SystemClock);
    let own = url(config, here(address));
    let web = Arc::new(StandbyWeb::new(standby.view(), metrics.clone(), own, config, tls.cloned()));
    let doors = Doors::Standby {
        public: StandbyServer::start(public, Arc::clone(&web), &config.proxies, clock.clone()),
        admin: StandbyServer::start_admin(admin, Arc::clone(&web), clock),
        web,
    };
    tracing::info!(
        listen = %address, admin = %admin_address,
        "Standing by at {address}, with probes and metrics at {admin_address}: another daemon of this database is active"
    );
    let taken = take_over(standby, stopping).await;
    file.remove(&config.data);
    match taken? {
        Some(store) => Ok(Some((store, doors))),
        None => {
            doors.close().await;
            Ok(None)
        }
    }
}

async fn take_over(standby: Standby, stopping: &mut Stopping) -> Result<Option<Store>, Failure> {
    let store = tokio::select! {
        taken = standby.take_over() => taken.map_err(cannot_open)?,
        () = stopping.asked() => return Ok(None),
    };
    tracing::info!("No other daemon is active any more: this one takes over");
    Ok(Some(store))
}

/// The token that the daemons of this database share, once one of them has been active. A standby whose keys decrypt
/// less than the active daemon's is refused now, while somebody looks on, and not when it must take over.
async fn token_of(config: &Config, keyring: &Keyring) -> Result<Option<Secret>, Failure> {
    let Ok(store) = Store::open_read_only(config.database.expose()).await else { return Ok(None) };
    let store = store.with_keyring(keyring.clone());
    let (kept, token) = (secrets::all(&store).await, operator_token(&store).await);
    store.close().await;
    match kept.ok().and_then(|kept| refusal(&kept.counts(keyring))) {
        Some(sentence) => Err(Failure::Usage(sentence)),
        None => Ok(token.ok().flatten()),
    }
}

/// The keys of the configuration. A file that others may read is told of, and read nevertheless: mounted secrets are
/// often so.
pub(super) fn keyring(config: &Config) -> Result<Keyring, Failure> {
    let keyring = secrets_key::keyring(&config.secrets_key).map_err(Failure::Usage)?;
    for told in config.secrets_key.iter().filter_map(SecretsKeyFile::open_to_others) {
        tracing::warn!("{told}");
    }
    Ok(keyring)
}

/// Writes the file by which commands on this machine find the daemon.
pub(super) fn daemon_file(
    config: &Config,
    (public, admin): (&TcpListener, &TcpListener),
    token: Option<Secret>,
    tls: Option<&Tls>,
) -> Result<DaemonFile, Failure> {
    let certificate = tls.map(|tls| tls.certificate.now().fingerprint());
    public
        .local_addr()
        .and_then(|address| DaemonFile::new(address.to_string(), admin.local_addr()?.to_string(), token))
        .map(|file| file.with_certificate(certificate))
        .and_then(|file| file.write(&config.data).map(|()| file))
        .map_err(|error| cannot_write(&config.data, &error))
}

/// The data folder of a daemon on Postgres belongs to it alone: its wire log and its file stand there. On SQLite the
/// lock on the database says the same.
pub(super) fn lock_data(config: &Config) -> Result<Option<File>, Failure> {
    if config.database.expose().starts_with("sqlite:") {
        return Ok(None);
    }
    let path = config.data.join("daemon.lock");
    let failed = |error: io::Error| cannot_write(&config.data, &error);
    fs::create_dir_all(&config.data).map_err(failed)?;
    let lock = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(TryLockError::WouldBlock) => Err(Failure::Failed(format!(
            "the folder `{}` belongs to another running daemon; give each its own by `data:`",
            config.data.display()
        ))),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

fn introduced(config: &Config, address: SocketAddr) -> NewMember {
    let machine = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let machine = machine.trim();
    let name = match machine.is_empty() {
        true => format!("process {}", std::process::id()),
        false => format!("{machine}, process {}", std::process::id()),
    };
    let reached = match &config.member_url {
        Some(url) => url.clone(),
        None if address.ip().is_unspecified() => String::new(),
        None => url(config, address),
    };
    NewMember { name, address: reached, network: network(), version: env!("CARGO_PKG_VERSION").to_owned() }
}

/// The network stack of this process: the kernel since its last start, and the namespace in it.
fn network() -> String {
    let kernel = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let namespace = fs::read_link("/proc/self/ns/net").unwrap_or_default();
    format!("{} {}", kernel.trim(), namespace.display()).trim().to_owned()
}

/// An address by which this process reaches itself.
fn here(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => SocketAddr::from((Ipv4Addr::LOCALHOST, address.port())),
        IpAddr::V6(ip) if ip.is_unspecified() => SocketAddr::from((Ipv6Addr::LOCALHOST, address.port())),
        IpAddr::V4(_) | IpAddr::V6(_) => address,
    }
}

fn url(config: &Config, address: SocketAddr) -> String {
    format!("{}://{address}", config.scheme())
}
