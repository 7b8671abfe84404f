//! `member`: the daemons that share a Postgres database. `engine/membership.rs` writes it.

use crate::{Query, ReadError, Row, Sql, Store, base::time::Time};
use serde::Serialize;
use std::net::IpAddr;

/// A daemon of this database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Member {
    pub id: i64,
    /// Its machine and process, for people.
    pub name: String,
    /// The URL at which the other members reach it; empty: it has none.
    pub address: String,
    /// The network stack in which an address of loopback leads to it.
    pub network: String,
    /// Its version of Transom.
    pub version: String,
    pub since: Time,
    /// `None`: it stands by.
    pub active_since: Option<Time>,
    /// True if the server has its session.
    pub is_alive: bool,
}

impl Member {
    /// The URL at which `other` reaches this daemon. `None`: it has none, or one that leads elsewhere from there: to
    /// `other` itself, or to the loopback of another machine.
    pub fn url_for(&self, other: &Member) -> Option<&str> {
        let is_own = self.address == other.address;
        let is_elsewhere = is_loopback(&self.address) && self.network != other.network;
        Some(self.address.as_str()).filter(|address| !address.is_empty() && !is_own && !is_elsewhere)
    }
}

/// `http://127.0.0.1:8080`, `http://[::1]:8080`, `http://localhost:8080`.
fn is_loopback(url: &str) -> bool {
    let authority = url.strip_prefix("http://").unwrap_or(url);
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.to_canonical().is_loopback())
}

pub(crate) static STATEMENTS: &[&Sql] = &[];

pub(crate) static ALL: Query = Query {
    name: "member.all",
    text: "select id, name, address, network, version, since, active_since, {is_alive} as is_alive
     from member order by id",
};

pub(crate) static QUERIES: &[&Query] = &[&ALL];

/// All members, the active one included, oldest first. None on SQLite.
pub async fn all(store: &Store) -> Result<Vec<Member>, ReadError> {
    store.all(&ALL, &[], read).await
}

pub(crate) fn read(row: &Row) -> Result<Member, ReadError> {
    Ok(Member {
        id: row.number("id")?,
        name: row.text("name")?,
        address: row.text("address")?,
        network: row.text("network")?,
        version: row.text("version")?,
        since: row.time("since")?,
        active_since: row.maybe_time("active_since")?,
        is_alive: row.flag("is_alive")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(address: &str, network: &str) -> Member {
        let (address, network) = (address.to_owned(), network.to_owned());
        let (name, version, since) = (String::new(), String::new(), Time(0));
        Member { id: 1, name, address, network, version, since, active_since: None, is_alive: true }
    }

    #[test]
    fn an_address_counts_where_it_leads_to_that_daemon() {
        for (address, network, other, its_network, reached) in [
            ("http://10.0.0.5:8080", "a", "http://10.0.0.6:8080", "b", true),
            ("http://127.0.0.1:8080", "a", "http://127.0.0.1:8090", "a", true),
            // Two machines with one configuration: each would ask itself.
            ("http://127.0.0.1:8080", "a", "http://127.0.0.1:8080", "b", false),
            ("http://127.0.0.1:8080", "a", "http://10.0.0.6:8080", "b", false),
            ("http://[::1]:8080", "a", "http://[::1]:8090", "b", false),
            ("http://localhost:8080", "a", "http://10.0.0.6:8080", "b", false),
            ("http://10.0.0.5:8080", "a", "http://10.0.0.5:8080", "b", false),
            ("", "a", "http://10.0.0.6:8080", "a", false),
        ] {
            let url = member(address, network);
            let url = url.url_for(&member(other, its_network)).map(str::to_owned);
            assert_eq!(url.as_deref(), reached.then_some(address), "{address} ({network}) for {other} ({its_network})");
        }
    }
}
