//! Opens the listeners of the daemon.

use super::super::Failure;
use crate::runtime::config::{ADMIN, Config};
use std::{io, net::SocketAddr};
use tokio::net::TcpListener;

/// Listens at the configured address. Without one, a default port that is in use must not stop the daemon: it takes a
/// free port, which is named in the log and in the daemon's file.
pub(super) async fn listen_for_probes(config: &Config) -> Result<TcpListener, Failure> {
    if let Some(admin) = config.admin {
        return listen(admin, "--admin").await;
    }
    let any = SocketAddr::from((ADMIN.ip(), 0));
    if config.listen.port() == 0 {
        return listen(any, "--admin").await;
    }
    match listen(ADMIN, "--admin").await {
        Ok(listener) => Ok(listener),
        Err(_) => {
            let listener = listen(any, "--admin").await?;
            if let Ok(address) = listener.local_addr() {
                tracing::warn!(
                    admin = %address,
                    "{ADMIN} is in use, so probes and metrics are at {address}; write `admin:` for an address that stays"
                );
            }
            Ok(listener)
        }
    }
}

pub(super) async fn listen(address: SocketAddr, option: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::Failed(match error.kind() {
            io::ErrorKind::AddrInUse => {
                format!(
                    "port {} is in use: another program listens at {address}; stop it, or choose by `{option}`",
                    address.port()
                )
            }
            io::ErrorKind::PermissionDenied => {
                format!("this user may not listen at {address}; ports below 1024 need a right to do so")
            }
            io::ErrorKind::AddrNotAvailable => format!("{address} is no address of this machine"),
            _ => format!("cannot listen at {address}: {error}"),
        })
    })
}
