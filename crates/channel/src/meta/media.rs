//! Resolves a customer's file: Meta gives a URL for its id, which is valid for five minutes and needs the token.

use super::{Meta, body::Text, doctor};
use crate::{
    Auth, Http,
    base::{ids::SenderId, limits::URL_CHARS_MAX},
    file::{FileReference, FileUrl, no_address, same_host},
    question::QuestionError,
};
use reqwest::Url;
use serde::Deserialize;

/// The hosts from which Meta serves files; the token goes nowhere else (platform.md 4.9).
const HOSTS: &[&str] = &["fbsbx.com", "facebook.com", "whatsapp.net"];

/// Asks for a new URL each time: the one in the webhook expires after five minutes.
pub async fn locate(
    meta: &Meta,
    http: &dyn Http,
    sender: SenderId,
    file: FileReference<'_>,
) -> Result<FileUrl, QuestionError> {
    let sender = meta.sender(sender).ok_or_else(|| doctor::unknown(sender))?;
    let Some(id) = file.id.filter(|id| is_id(id)) else {
        return Err(no_address());
    };
    // Meta refuses `phone_number_id` for a customer's file, which belongs to no number of ours. A service between
    // needs it to find our account.
    let of_number = match sender.token_header {
        Some(_) => format!("?phone_number_id={}", sender.phone_number_id),
        None => String::new(),
    };
    let text = doctor::get(http, sender, &format!("{id}{of_number}")).await;
    let text = text.map_err(|trouble| match trouble.kind {
        // The number can be read, so it is the file that is missing.
        "not_found" => QuestionError { kind: "not_found", text: "Meta no longer keeps the file".into() },
        _ => trouble,
    })?;
    let raw: Raw<'_> = serde_json::from_str(&text).map_err(|_| doctor::unreadable("a file"))?;
    // A service that forwards Meta's API has no Meta token to give, and returns a URL of its own.
    let url = raw
        .download_url
        .owned()
        .or_else(|| raw.url.owned())
        .filter(|url| url.len() <= URL_CHARS_MAX)
        .ok_or_else(|| doctor::unreadable("a file"))?;
    let of_meta = Url::parse(&url).is_ok_and(|url| url.scheme() == "https" && url.host_str().is_some_and(is_metas));
    let auth = if of_meta && sender.token_header.is_none() || same_host(&url, &sender.api_base) {
        sender.auth()
    } else {
        Auth::None
    };
    Ok(FileUrl { url, auth })
}

/// The id becomes part of a URL: allow no character that could change the URL.
fn is_id(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= 128
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
        && !id.starts_with('.')
}

fn is_metas(host: &str) -> bool {
    HOSTS.iter().any(|own| host.strip_suffix(own).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Raw<'a> {
    #[serde(borrow)]
    url: Text<'a>,
    #[serde(borrow)]
    download_url: Text<'a>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_goes_to_metas_hosts_and_an_id_is_no_path() {
        assert!(is_metas("lookaside.fbsbx.com") && is_metas("facebook.com"));
        assert!(!is_metas("evilfbsbx.com") && !is_metas("fbsbx.com.example"));
        assert!(is_id("1037543291543636") && is_id("a-b_c.d"));
        for bad in ["", "../1", "1?x=2", "1/2", "..", "a b"] {
            assert!(!is_id(bad), "{bad}");
        }
    }
}
