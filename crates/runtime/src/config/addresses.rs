//! Reads addresses in the configuration: of sockets, on the web, of databases.

use crate::base::secret::Secret;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

/// An address to listen at.
pub fn address(text: &str) -> Option<SocketAddr> {
    match text.strip_prefix("localhost:") {
        Some(port) => Some(SocketAddr::from(([127, 0, 0, 1], port.parse().ok()?))),
        None => text.parse().ok(),
    }
}

/// An `http(s)://host…` URL without a final slash; `None` for anything else.
pub fn web_address(text: &str) -> Option<String> {
    let url = reqwest::Url::parse(text).ok()?;
    let good = matches!(url.scheme(), "http" | "https") && url.host().is_some() && url.username().is_empty();
    good.then(|| text.trim_end_matches('/').to_owned())
}

/// The host in a web address, without its port.
pub fn host(url: &str) -> Option<&str> {
    let authority = url.split_once("://")?.1.split(['/', '?', '#']).next()?;
    let end = match authority.starts_with('[') {
        true => authority.find(']').map(|end| end + 1)?,
        false => authority.find(':').unwrap_or(authority.len()),
    };
    Some(&authority[..end]).filter(|host| !host.is_empty())
}

/// The URL of a database with its path, and the folder of its data; `folder` is that of the configuration.
pub fn database(url: &str, folder: &Path) -> Option<(Secret, PathBuf)> {
    if let Some(path) = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")) {
        if path.is_empty() || path.starts_with(":memory:") {
            return None;
        }
        let file = folder.join(path);
        let data = file.parent().unwrap_or(folder).to_owned();
        return Some((sqlite(&file), data));
    }
    let postgres = url.starts_with("postgres://") || url.starts_with("postgresql://");
    postgres.then(|| (Secret::new(url), folder.join("data")))
}

/// The URL of a SQLite file.
pub fn sqlite(file: &Path) -> Secret {
    Secret::new(format!("sqlite://{}", file.display()))
}
