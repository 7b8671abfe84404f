//! Serves the studio's page: the same at every address below `/studio`, because the page itself reads the address.

use super::access::{is_open, may_show};
use crate::web::{
    not_found,
    problem::{ApiResult, Problem},
    server::listener::Peer,
    state::Web,
};
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use std::sync::Arc;

/// The places in `ui/index.html` for a number that is used once, and for the address of the page's files.
const NONCE: &str = "{{nonce}}";
const ASSETS: &str = "{{assets}}";

/// `GET /studio` and everything below it.
pub async fn show(
    State(web): State<Arc<Web>>,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    uri: Uri,
    headers: HeaderMap,
) -> ApiResult {
    // A file that is not there must not look like a page.
    if uri.path().starts_with("/studio/a/") {
        return Err(not_found::problem());
    }
    let nonce = nonce()?;
    // The page holds nothing of the bot; it asks for a sign-in where it needs one.
    if !may_show(&web, peer, &headers) {
        return Ok(guarded(StatusCode::FORBIDDEN, &nonce, refusal(&nonce)));
    }
    let page = web.page_files.page().map_err(|error| Problem::bug(&error))?;
    let assets = format!("/studio/a/{}", web.page_files.hash());
    Ok(guarded(StatusCode::OK, &nonce, page.replace(NONCE, &nonce).replace(ASSETS, &assets)))
}

/// Sends a browser from `/` to the studio if the studio is open to it; everything else is answered as an unknown
/// address.
pub async fn at_root(
    State(web): State<Arc<Web>>,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    request: Request,
) -> Response {
    let (uri, headers) = (request.uri(), request.headers());
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if uri.path() == "/" && reads && wants_page(headers) && is_open(&web, peer, headers) {
        return Redirect::to("/studio").into_response();
    }
    not_found::no_such_path(uri.clone()).await
}

fn wants_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted
        .flat_map(|text| text.split(','))
        .any(|one| one.split(';').next().is_some_and(|media| media.trim().eq_ignore_ascii_case("text/html")))
}

/// 128 random bits, for one answer.
pub(super) fn nonce() -> Result<String, Problem> {
    let mut random = [0_u8; 16];
    getrandom::fill(&mut random).map_err(|error| Problem::bug(&error))?;
    Ok(BASE64_STANDARD.encode(random))
}

/// A page that loads only our own files, and that no other page may contain.
pub(super) fn guarded(status: StatusCode, nonce: &str, page: String) -> Response {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; connect-src 'self'; img-src 'self' \
         data: blob:; media-src 'self' blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    let mut response = (status, [(header::CONTENT_SECURITY_POLICY, policy)], Html(page)).into_response();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The page for a browser that nobody may sign in with.
fn refusal(nonce: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<title>The studio needs https</title>\n<style nonce=\"{nonce}\">\
         :root{{color-scheme:light dark}} body{{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:4rem \
         auto;padding:0 1rem}}</style>\n<h1>The studio needs https</h1>\n<p>This browser does not reach the daemon by \
         https at its public address, so a password and a sign-in could be read on the way.</p>\n<p>Give the daemon a certificate (<code>tls: \
         {{cert: …, key: …}}</code> in the configuration), or put a proxy with one before it: write its address into \
         the configuration as <code>public_url: https://…</code>, let the proxy pass <code>Host</code> and <code>X-Forwarded-For</code>, and open the studio \
         there. On the daemon's own machine it opens at http://127.0.0.1, with the daemon's port.</p>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::studio::assets::PageFiles;

    #[test]
    fn the_page_has_a_place_for_its_nonce_and_its_files() {
        let page = PageFiles::Packed.page().unwrap();
        assert!(page.contains(NONCE) && page.contains(ASSETS));
    }

    #[test]
    fn a_page_is_wanted_by_its_media_type() {
        let wants = |text: &str| wants_page(&HeaderMap::from_iter([(header::ACCEPT, text.parse().unwrap())]));
        assert!(wants("text/html,application/xml;q=0.9") && wants("image/png, Text/HTML;q=0.8"));
        assert!(!wants("*/*") && !wants("application/json") && !wants_page(&HeaderMap::new()));
    }

    #[test]
    fn a_refusal_says_what_to_do_in_plain_html() {
        let page = refusal("abc");
        assert!(page.contains("needs https") && page.contains("public_url") && !page.contains("script"), "{page}");
    }
}
