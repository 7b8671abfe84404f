//! Serves the explanation of a finding's code, to which the editor's findings lead.

use super::{
    access::closed,
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

/// `GET /studio/codes/{code}`.
pub async fn show(
    State(web): State<Arc<Web>>,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> ApiResult {
    let open = closed(&web, peer, &headers).is_none();
    let code = codes::find(&code).filter(|_| open);
    let code = code.ok_or_else(|| Problem::not_found("There is no such code."))?;
    let nonce = nonce()?;
    Ok(guarded(StatusCode::OK, &nonce, written(code, &nonce)))
}

fn written(code: &Code, nonce: &str) -> String {
    let text: String = code.text.split("\n\n").map(|part| format!("<p>{}</p>\n", marked(part))).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<title>{name}</title>\n<style nonce=\"{nonce}\">\
         :root{{color-scheme:light dark}} body{{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem \
         auto;padding:0 1rem}} pre{{overflow-x:auto;padding:.75rem 1rem;border-inline-start:.25rem solid \
         #c62828}} h2+pre.good{{border-color:#2e7d32}} h1{{font-size:1.4rem}} h2{{font-size:1rem}}</style>\n\
         <h1>{name} · {title}</h1>\n{text}<h2>Wrong</h2>\n<pre class=\"bad\">{bad}</pre>\n<h2>Right</h2>\n\
         <pre class=\"good\">{good}</pre>\n</html>\n",
        name = code.code,
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
            let page = written(code, "n");
            assert!(page.contains(&format!("<h1>{} · ", code.code)), "{}", code.code);
            assert_eq!(page.matches("<pre").count(), 2, "{}", code.code);
            assert!(!page.contains("<br") && !page.contains("<script"), "{}", code.code);
        }
    }

    #[test]
    fn words_of_code_are_marked_and_all_else_is_text() {
        assert_eq!(marked("`a<b` or <i>"), "<code>a&lt;b</code> or &lt;i&gt;");
        assert_eq!(marked("one ` alone"), "one  alone");
    }
}
