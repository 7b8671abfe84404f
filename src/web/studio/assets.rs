//! Serves the files of the page: packed into the program by `build.rs`, or from a folder while somebody works on them.

use super::access::may_show;
use crate::web::{
    problem::{ApiResult, Problem},
    server::listener::Peer,
    state::Web,
};
use axum::{
    extract::{ConnectInfo, Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use flate2::read::GzDecoder;
use std::{borrow::Cow, fs, io, io::Read as _, net::SocketAddr, path::PathBuf, sync::Arc};

/// The list that `build.rs` writes.
mod packed {
    include!(concat!(env!("OUT_DIR"), "/ui.rs"));
}

/// The place in addresses of files that may change at any time, instead of a hash.
const UNPACKED: &str = "dev";

/// The source of the page and its files.
#[derive(Debug, Clone, Default)]
pub enum PageFiles {
    #[default]
    Packed,
    /// `transom serve --ui DIR`.
    Folder(PathBuf),
}

impl PageFiles {
    /// The page, with the places of the nonce and of the files' address still open.
    pub fn page(&self) -> io::Result<Cow<'static, str>> {
        match self {
            PageFiles::Packed => Ok(Cow::Borrowed(packed::PAGE)),
            PageFiles::Folder(folder) => fs::read_to_string(folder.join("index.html")).map(Cow::Owned),
        }
    }

    /// The part of the files' addresses that changes with them.
    pub fn hash(&self) -> &'static str {
        match self {
            PageFiles::Packed => packed::HASH,
            PageFiles::Folder(_) => UNPACKED,
        }
    }
}

/// `GET /studio/a/{hash}/{folder}/{name}`: a file of the page.
pub async fn show(
    State(web): State<Arc<Web>>,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    Path((hash, folder, name)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> ApiResult {
    found(&web, peer, [&hash, &folder, &name], &headers)
        .ok_or_else(|| Problem::not_found("There is no such file of the studio; reload its page."))
}

fn found(web: &Web, peer: SocketAddr, [hash, folder, name]: [&str; 3], headers: &HeaderMap) -> Option<Response> {
    // A hash of an earlier program names other files than these.
    if !may_show(web, peer, headers) || hash != web.page_files.hash() {
        return None;
    }
    let media = HeaderValue::from_static(media_type(name)?);
    let mut response = match &web.page_files {
        PageFiles::Folder(dir) => {
            let file = (is_plain(folder) && is_plain(name)).then(|| dir.join(folder).join(name))?;
            let kept = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            ([kept], fs::read(file).ok()?).into_response()
        }
        PageFiles::Packed => {
            let path = format!("{folder}/{name}");
            let (_, bytes) = packed::FILES.iter().find(|(known, _)| *known == path)?;
            packed_response(bytes, headers)?
        }
    };
    let told = response.headers_mut();
    told.insert(header::CONTENT_TYPE, media);
    told.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    told.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
    Some(response)
}

/// The file as it lies in the program, or unpacked for a client that takes no gzip.
fn packed_response(bytes: &'static [u8], headers: &HeaderMap) -> Option<Response> {
    let kept = (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    let differs = (header::VARY, HeaderValue::from_static("accept-encoding"));
    if takes_gzip(headers) {
        return Some(
            ([kept, differs, (header::CONTENT_ENCODING, HeaderValue::from_static("gzip"))], bytes).into_response(),
        );
    }
    let mut plain = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut plain).ok()?;
    Some(([kept, differs], plain).into_response())
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let taken = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    taken.flat_map(|text| text.split(',')).any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|weight| weight.parse() == Ok(0.0_f32));
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

/// `None` for files that a page does not load.
fn media_type(name: &str) -> Option<&'static str> {
    let (_, extension) = name.rsplit_once('.')?;
    Some(match extension {
        "css" => "text/css; charset=utf-8",
        "ico" => "image/x-icon",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        _ => return None,
    })
}

/// True if a name stays inside its folder.
fn is_plain(name: &str) -> bool {
    !name.starts_with('.') && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_taken_by_name_and_weight() {
        let takes = |text: &str| {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, text.parse().unwrap())]);
            takes_gzip(&headers)
        };
        assert!(takes("gzip") && takes("br, GZIP;q=0.5") && takes("deflate,gzip"));
        assert!(!takes("br") && !takes("gzip;q=0") && !takes("") && !takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn names_do_not_leave_their_folder() {
        assert!(is_plain("boot.js") && is_plain("code-mirror_6.js"));
        for name in ["..", ".git", "a/b.js", "a\\b.js", "a\0.js", "é.js", "%2e"] {
            assert!(!is_plain(name), "{name:?}");
        }
    }

    #[test]
    fn every_packed_file_has_a_type_and_can_be_unpacked() {
        assert!(packed::FILES.iter().any(|(path, _)| *path == "js/boot.js"));
        for (path, bytes) in packed::FILES {
            assert!(media_type(path).is_some(), "{path}");
            let mut plain = Vec::new();
            GzDecoder::new(*bytes).read_to_end(&mut plain).unwrap();
            let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("ui").join(path);
            // Code is packed without its comments, several modules in one file.
            if ["images/", "text/", "vendor/"].iter().any(|folder| path.starts_with(folder)) {
                assert!(plain == fs::read(source).unwrap(), "{path}");
            }
            assert!(!plain.is_empty(), "{path}");
        }
    }
}
