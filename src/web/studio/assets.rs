//! Serves the files of the page: packed into the program by `build.rs`, or from a folder while somebody works on them.

use super::access::may_show;
use crate::web::{
    problem::{ApiResult, Problem},
    server::{encoding::takes, listener::Peer},
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
            let (_, gzip, brotli) = packed::FILES.iter().find(|(known, ..)| *known == path)?;
            packed_response(gzip, brotli, headers)?
        }
    };
    let told = response.headers_mut();
    told.insert(header::CONTENT_TYPE, media);
    told.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    told.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
    Some(response)
}

/// The file as it lies in the program, or unpacked for a client that takes neither form.
fn packed_response(gzip: &'static [u8], brotli: &'static [u8], headers: &HeaderMap) -> Option<Response> {
    let kept = (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    let differs = (header::VARY, HeaderValue::from_static("accept-encoding"));
    for (name, bytes) in [("br", brotli), ("gzip", gzip)] {
        if takes(headers, name) {
            let form = (header::CONTENT_ENCODING, HeaderValue::from_static(name));
            return Some(([kept, differs, form], bytes).into_response());
        }
    }
    let mut plain = Vec::new();
    GzDecoder::new(gzip).read_to_end(&mut plain).ok()?;
    Some(([kept, differs], plain).into_response())
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
    use std::path::Path as FilePath;

    /// The files of the page as they are written.
    fn sources() -> PathBuf {
        FilePath::new(env!("CARGO_MANIFEST_DIR")).join("ui")
    }

    fn unpacked(bytes: &[u8]) -> Vec<u8> {
        let mut plain = Vec::new();
        GzDecoder::new(bytes).read_to_end(&mut plain).unwrap();
        plain
    }

    /// The lines of code in a file: without comments, types, and the imports and exports, which are written anew.
    fn lines_of_code(text: &str) -> Vec<String> {
        let (mut lines, mut in_comment, mut in_import) = (Vec::new(), false, false);
        for line in text.lines() {
            let words = line.trim();
            if in_comment || words.starts_with("/*") && !words.contains("*/") {
                in_comment = !words.ends_with("*/");
                continue;
            }
            if in_import || ["import ", "export {", "export *"].iter().any(|begin| line.starts_with(begin)) {
                in_import = !words.ends_with(';');
                continue;
            }
            let mut code = line.strip_prefix("export ").unwrap_or(words).to_owned();
            while let Some((before, (_, after))) =
                code.split_once("/** @type ").and_then(|(before, rest)| Some((before, rest.split_once("*/")?)))
            {
                code = format!("{before}{}", after.trim_start());
            }
            let is_comment = code.starts_with("//") || code.starts_with("/*") && code.ends_with("*/");
            // The address of a module that is read later is another one.
            if !is_comment && !code.is_empty() && !code.contains("import('") {
                lines.push(code);
            }
        }
        lines
    }

    /// Without its spaces and line ends, most of which the packing leaves out.
    fn without_spaces(text: &str) -> String {
        text.split_whitespace().collect()
    }

    #[test]
    fn no_line_of_code_is_lost_in_the_packing() {
        let packed: Vec<(&str, String)> = packed::FILES
            .iter()
            .map(|(path, bytes, _)| (*path, without_spaces(&String::from_utf8_lossy(&unpacked(bytes)))))
            .collect();
        let styles: Vec<&String> =
            packed.iter().filter(|(path, _)| path.ends_with(".css")).map(|(_, text)| text).collect();
        let mut count = 0;
        for folder in fs::read_dir(sources()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
            if ["images", "text", "vendor"].iter().any(|other| folder.ends_with(other)) {
                continue;
            }
            for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                let name = file.strip_prefix(sources()).unwrap().to_str().unwrap().replace('\\', "/");
                let lines = lines_of_code(&fs::read_to_string(&file).unwrap());
                count += lines.len();
                if name.ends_with(".css") {
                    for line in lines {
                        let lacks = || panic!("{name}: the packed styles lack `{line}`");
                        styles.iter().find(|style| style.contains(&without_spaces(&line))).unwrap_or_else(lacks);
                    }
                    continue;
                }
                let begin = format!("modules['{name}']=await");
                let in_pack = packed.iter().find_map(|(_, text)| text.split_once(&begin));
                let alone = || packed.iter().find(|(path, _)| *path == name).map(|(_, text)| text.as_str());
                let mut left =
                    in_pack.map(|(_, text)| text).or_else(alone).unwrap_or_else(|| panic!("{name} is packed"));
                for line in lines {
                    let found = left.split_once(&without_spaces(&line));
                    (_, left) = found.unwrap_or_else(|| panic!("{name}: the packed page lacks `{line}`"));
                }
            }
        }
        assert!(count > 10_000, "{count} lines were compared");
    }

    #[test]
    fn the_smallest_form_that_a_client_takes_is_sent() {
        let form = |taken: &str| {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, taken.parse().unwrap())]);
            let (_, gzip, brotli) = packed::FILES.iter().find(|(path, ..)| *path == "vendor/codemirror.js").unwrap();
            assert!(brotli.len() * 10 < gzip.len() * 9, "{} {}", brotli.len(), gzip.len());
            let response = packed_response(gzip, brotli, &headers).unwrap();
            response.headers().get(header::CONTENT_ENCODING).map(|form| form.to_str().unwrap().to_owned())
        };
        assert_eq!(form("gzip, deflate, br").as_deref(), Some("br"));
        assert_eq!(form("gzip, deflate").as_deref(), Some("gzip"));
        assert_eq!(form("deflate"), None);
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
        assert!(packed::FILES.iter().any(|(path, ..)| *path == "js/boot.js"));
        for (path, gzip, brotli) in packed::FILES {
            assert!(media_type(path).is_some(), "{path}");
            let plain = unpacked(gzip);
            let mut other = Vec::new();
            brotli::BrotliDecompress(&mut &**brotli, &mut other).unwrap();
            assert!(plain == other, "{path}");
            let source = sources().join(path);
            // Code is packed without its comments, several modules in one file; texts are split.
            if ["images/", "vendor/"].iter().any(|folder| path.starts_with(folder)) {
                assert!(plain == fs::read(source).unwrap(), "{path}");
            }
            assert!(!plain.is_empty(), "{path}");
        }
    }

    #[test]
    fn each_text_is_packed_once() {
        for file in fs::read_dir(sources().join("text")).unwrap().map(|entry| entry.unwrap().path()) {
            let language = file.file_stem().unwrap().to_str().unwrap();
            let mut all = serde_json::Map::new();
            let begins = format!("text/{language}.");
            for (path, gzip, _) in packed::FILES.iter().filter(|(path, ..)| path.starts_with(&begins)) {
                let part: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&unpacked(gzip)).unwrap();
                for (key, text) in part {
                    assert!(all.insert(key.clone(), text).is_none(), "{path}: {key} stands in another file, too");
                }
            }
            let whole: serde_json::Map<String, serde_json::Value> =
                serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
            assert!(all == whole, "{language}: {} texts of {}", all.len(), whole.len());
        }
    }
}
