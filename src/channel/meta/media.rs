//! A customer's file: Meta tells an address for its id, which lives five minutes and wants the token.

use super::{Meta, body::Text, doctor};
use crate::{
    base::{ids::SenderId, limits::URL_CHARS_MAX},
    channel::{
        Auth, Http,
        file::{Located, Told, no_address, same_host},
        question::Trouble,
    },
};
use reqwest::Url;
use serde::Deserialize;

/// Hosts of Meta's own from which files come; the token goes nowhere else (platform.md 4.9).
const HOSTS: &[&str] = &["fbsbx.com", "facebook.com", "whatsapp.net"];

/// Asks anew each time: what the webhook told is over after five minutes.
pub async fn locate(meta: &Meta, http: &dyn Http, sender: SenderId, file: Told<'_>) -> Result<Located, Trouble> {
    let sender = meta.sender(sender).ok_or_else(|| doctor::unknown(sender))?;
    let Some(id) = file.id.filter(|id| is_id(id)) else {
        return Err(no_address());
    };
    // Meta itself refuses the number beside a file that a customer sent: it belongs to no number of ours. Whoever stands
    // between needs it to find our account.
    let of_number = match sender.token_header {
        Some(_) => format!("?phone_number_id={}", sender.phone_number_id),
        None => String::new(),
    };
    let text = doctor::get(http, sender, &format!("{id}{of_number}")).await;
    let text = text.map_err(|trouble| match trouble.kind {
        // Of a number that can be asked, it is the file that is not there.
        "not_found" => Trouble { kind: "not_found", text: "Meta no longer keeps the file".into() },
        _ => trouble,
    })?;
    let raw: Raw<'_> = serde_json::from_str(&text).map_err(|_| doctor::unreadable("a file"))?;
    // Who passes on Meta's interface has no token of Meta's to lend, and tells an address of its own.
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
    Ok(Located { url, auth })
}

/// It stands in an address of ours: nothing that could make it another one.
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
