//! Serves the explanation of a finding's code, to which the editor's findings lead.

use super::{
    access::may_show,
    page::{guarded, nonce},
};
use crate::{
    base::codes::{self, Code},
    web::{
        problem::{ApiResult, Problem},
        server::listener::Peer,
        state::Web,
    },
};
use axum::{
    extract::{ConnectInfo, Path, State},
    http::{HeaderMap, StatusCode},
};
use std::sync::Arc;

/// The address of these pages, before the code.
pub const CODES_AT: &str = "/studio/codes/";

const MARK: &str = "<svg viewBox=\"0 0 32 32\" width=\"26\" height=\"26\" aria-hidden=\"true\"><rect width=\"32\" \
                    height=\"32\" rx=\"9\"/><path d=\"M8 11.5A3.5 3.5 0 0 1 11.5 8h9a3.5 3.5 0 0 1 3.5 3.5v5a3.5 3.5 0 0 1-3.5 \
                    3.5H15l-4.5 4v-4A3.5 3.5 0 0 1 8 16.5Z\"/></svg>";

/// `GET /studio/codes/{code}`.
pub async fn show(
    State(web): State<Arc<Web>>,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> ApiResult {
    let open = may_show(&web, peer, &headers);
    let code = codes::find(&code).filter(|_| open);
    let code = code.ok_or_else(|| Problem::not_found("There is no such code."))?;
    let nonce = nonce()?;
    let assets = format!("/studio/a/{}", web.page_files.hash());
    Ok(guarded(StatusCode::OK, &nonce, written(code, &assets)))
}

/// The page with the studio's look; its texts are English, as those of findings.
fn written(code: &Code, assets: &str) -> String {
    let text: String = code.text.split("\n\n").map(|part| format!("<p>{}</p>\n", marked(part))).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\" dir=\"ltr\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{name} · Studio</title>\n<link rel=\"icon\" href=\"{assets}/images/icon.svg\" type=\"image/svg+xml\">\n\
         <script src=\"{assets}/js/boot.js\"></script>\n<link rel=\"stylesheet\" href=\"{assets}/css/base.css\">\n\
         <link rel=\"stylesheet\" href=\"{assets}/css/codes.css\">\n</head>\n<body>\n<header class=\"code-bar\"><a \
         href=\"/studio\">{MARK}Studio</a></header>\n<main class=\"code-page\" lang=\"en\" dir=\"ltr\">\n<p class=\"code-name \
         {kind}\">{name}</p>\n<h1>{title}</h1>\n{text}<h2>Wrong</h2>\n<pre class=\"bad\" tabindex=\"0\">{bad}</pre>\n\
         <h2>Right</h2>\n<pre class=\"good\" tabindex=\"0\">{good}</pre>\n</main>\n</body>\n</html>\n",
        name = code.code,
        kind = if code.code.starts_with('W') { "warning" } else { "error" },
        title = marked(code.title),
        bad = escaped(code.bad),
        good = escaped(code.good),
    )
}

/// A paragraph with its words of code.
fn marked(text: &str) -> String {
    let parts = escaped(text);
    let parts: Vec<&str> = parts.split('`').collect();
    let whole = parts.len() % 2 == 1;
    let mark = |(n, part): (usize, &&str)| match n % 2 == 1 && whole {
        true => format!("<code>{part}</code>"),
        false => (*part).to_owned(),
    };
    parts.iter().enumerate().map(mark).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_page_without_foreign_marks() {
        for code in codes::all() {
            let page = written(code, "/a");
            assert!(page.contains(&format!("\">{}</p>\n<h1>", code.code)), "{}", code.code);
            assert_eq!(page.matches("<pre").count(), 2, "{}", code.code);
            assert!(!page.contains("<br") && page.matches("<script").count() == 1, "{}", code.code);
        }
    }

    #[test]
    fn words_of_code_are_marked_and_all_else_is_text() {
        assert_eq!(marked("`a<b` or <i>"), "<code>a&lt;b</code> or &lt;i&gt;");
        assert_eq!(marked("one ` alone"), "one  alone");
    }
}
