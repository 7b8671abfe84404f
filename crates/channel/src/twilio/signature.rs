//! Verifies and creates `X-Twilio-Signature`: base64 of an HMAC over the address and all parameters
//! (twilio.com/docs/usage/security).
//!
//! With the account's token it is HMAC-SHA1. With a shared key (public beta, webhooks/webhook-shared-keys) it is
//! HMAC-SHA256 or HMAC-SHA1, as the webhook setting says.

use crate::{
    RawRequest,
    base::{query, secret::Secret},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use subtle::ConstantTimeEq;

/// A secret that signs webhooks.
#[derive(Debug, Clone, Copy)]
pub enum SignedBy<'s> {
    /// The account's token.
    Token(&'s Secret),
    /// A shared key of a webhook setting.
    SharedKey(&'s Secret),
}

/// True if this secret signed the request. `address`: the public address with its query, as configured at Twilio,
/// because proxies change the one that arrives here. Tried as given, with and without the scheme's default port.
pub fn verifies(by: SignedBy<'_>, address: &str, request: &RawRequest<'_>, claimed: &str) -> bool {
    let (SignedBy::Token(secret) | SignedBy::SharedKey(secret)) = by;
    if secret.is_empty() {
        // Reject an empty secret: anybody could sign with it.
        return false;
    }
    let of_body = query::value(request.query, "bodySHA256");
    let params = match &of_body {
        Some(digest) => {
            if !same_digest(request.body, digest) {
                return false;
            }
            String::new()
        }
        // The parameters of a GET are part of the address.
        None if request.method == "POST" => concatenated(&String::from_utf8_lossy(request.body)),
        None => String::new(),
    };
    let claimed = claimed.trim().as_bytes();
    let is_it = |address: &String| {
        let by_sha1 = bool::from(sign::<Hmac<Sha1>>(secret, address, &params).as_bytes().ct_eq(claimed));
        let by_sha256 = bool::from(sign::<Hmac<Sha256>>(secret, address, &params).as_bytes().ct_eq(claimed));
        by_sha1 | (matches!(by, SignedBy::SharedKey(_)) & by_sha256)
    };
    // Check all spellings: the time must not show which one was close.
    spellings(address).iter().filter(|address| is_it(address)).count() > 0
}

/// The header's value for a form that we post.
pub fn of_form(token: &Secret, address: &str, form: &str) -> String {
    sign::<Hmac<Sha1>>(token, address, &concatenated(form))
}

/// The header's value by a shared key, with the default algorithm.
pub fn of_form_by_key(key: &Secret, address: &str, form: &str) -> String {
    sign::<Hmac<Sha256>>(key, address, &concatenated(form))
}

fn sign<M: Mac + KeyInit>(secret: &Secret, address: &str, params: &str) -> String {
    let mut mac = <M as KeyInit>::new_from_slice(secret.expose().as_bytes()).expect("HMAC takes a key of any length");
    mac.update(address.as_bytes());
    mac.update(params.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// Names and values sorted by name; the distinct values of a repeated name, sorted.
fn concatenated(form: &str) -> String {
    let mut params: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, value) in query::pairs(form) {
        params.entry(name).or_default().insert(value);
    }
    let each = params.iter().flat_map(|(name, values)| values.iter().map(move |value| format!("{name}{value}")));
    each.collect()
}

fn same_digest(body: &[u8], claimed: &str) -> bool {
    let ours: String = Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect();
    bool::from(ours.as_bytes().ct_eq(claimed.to_ascii_lowercase().as_bytes()))
}

/// The address as given, and with and without the scheme's default port.
fn spellings(address: &str) -> Vec<String> {
    let mut all = vec![address.to_owned()];
    let Some((scheme, rest)) = address.split_once("://") else { return all };
    let port = if scheme == "https" { ":443" } else { ":80" };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    match host.strip_suffix(port) {
        Some(bare) => all.push(format!("{scheme}://{bare}{path}")),
        // The port of an IPv6 address stands after its bracket.
        None if !host.rsplit(']').next().unwrap_or_default().contains(':') => {
            all.push(format!("{scheme}://{host}{port}{path}"));
        }
        None => {}
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{HeaderMap, base::time::Time};

    const ADDRESS: &str = "https://bot.example/webhooks/twilio/7?x=1";

    fn token() -> Secret {
        Secret::new("t0ken")
    }

    fn sha1(secret: &Secret, address: &str, params: &str) -> String {
        sign::<Hmac<Sha1>>(secret, address, params)
    }

    fn post<'a>(headers: &'a HeaderMap, query: &'a str, body: &'a str) -> RawRequest<'a> {
        RawRequest { method: "POST", query, headers, body: body.as_bytes(), now: Time(1), sender: None }
    }

    fn good(address: &str, body: &str, claimed: &str) -> bool {
        verifies(SignedBy::Token(&token()), address, &post(&HeaderMap::new(), "x=1", body), claimed)
    }

    #[test]
    fn the_digest_is_the_one_of_twilios_documents() {
        let form = "CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212&Caller=%2B14158675309";
        let signed = of_form(&Secret::new("12345"), "https://mycompany.com/myapp.php?foo=1&bar=2", form);
        assert_eq!(signed, "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
    }

    #[test]
    fn a_shared_key_signs_by_sha256_and_the_token_never_does() {
        // Computed with `openssl dgst -sha256 -hmac` over the address and the sorted parameters.
        let form = "CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212&Caller=%2B14158675309";
        let (key, address) = (Secret::new("12345"), "https://mycompany.com/myapp.php?foo=1&bar=2");
        let signed = of_form_by_key(&key, address, form);
        assert_eq!(signed, "033hgUJA9M/hXIZsYjwkerEP/DBm35nEri5FhCYjA5s=");
        let headers = HeaderMap::new();
        let request = post(&headers, "foo=1&bar=2", form);
        assert!(verifies(SignedBy::SharedKey(&key), address, &request, &signed));
        assert!(!verifies(SignedBy::Token(&key), address, &request, &signed), "the token signs by SHA-1 alone");
        let by_sha1 = of_form(&key, address, form);
        assert!(verifies(SignedBy::SharedKey(&key), address, &request, &by_sha1), "the setting may name SHA-1");
        assert!(!verifies(SignedBy::SharedKey(&Secret::new("other")), address, &request, &signed));
    }

    #[test]
    fn the_order_of_parameters_does_not_count_and_every_one_of_them_does() {
        let signed = of_form(&token(), ADDRESS, "b=2&a=1&e=");
        assert!(good(ADDRESS, "a=1&e=&b=2", &signed));
        assert!(!good(ADDRESS, "a=1&b=2&e=&new=1", &signed), "also one that we do not know");
        assert!(!good(ADDRESS, "a=1&e=", &signed));
        assert!(!good("https://bot.example/webhooks/twilio/8?x=1", "b=2&a=1&e=", &signed));
    }

    #[test]
    fn a_name_that_is_there_twice_counts_with_each_different_value() {
        let signed = sha1(&token(), ADDRESS, "a1a2");
        assert!(good(ADDRESS, "a=2&a=1&a=2", &signed));
        assert!(!good(ADDRESS, "a=2&a=2", &signed));
    }

    #[test]
    fn an_empty_value_counts_and_a_plus_is_a_blank() {
        let signed = sha1(&token(), ADDRESS, "BodyMediaText two words");
        assert!(good(ADDRESS, "Text=+two%20words&Body=&Media=", &signed));
    }

    #[test]
    fn the_default_port_may_be_there_or_not() {
        for (written, called) in [
            ("https://bot.example/a?x=1", "https://bot.example:443/a?x=1"),
            ("https://bot.example:443/a?x=1", "https://bot.example/a?x=1"),
            ("http://bot.example/a?x=1", "http://bot.example:80/a?x=1"),
        ] {
            assert!(good(written, "a=1", &of_form(&token(), called, "a=1")), "{written}");
        }
        let other = of_form(&token(), "https://bot.example/a", "a=1");
        assert!(!good("https://bot.example:8443/a", "a=1", &other));
    }

    #[test]
    fn a_body_that_is_no_form_counts_by_its_digest() {
        let body = "{\"a\":1}";
        let digest: String = Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect();
        let query = format!("bodySHA256={digest}");
        let address = format!("https://bot.example/a?{query}");
        let signed = sha1(&token(), &address, "");
        let headers = HeaderMap::new();
        let token = token();
        let by = SignedBy::Token(&token);
        assert!(verifies(by, &address, &post(&headers, &query, body), &signed));
        assert!(!verifies(by, &address, &post(&headers, &query, "{\"a\":2}"), &signed));
    }

    #[test]
    fn a_get_has_its_parameters_in_the_address() {
        let headers = HeaderMap::new();
        let request = RawRequest { method: "GET", ..post(&headers, "MessageSid=SM1&Body=hi", "") };
        let address = "https://bot.example/webhooks/twilio/7?MessageSid=SM1&Body=hi";
        let (token, empty) = (token(), Secret::default());
        assert!(verifies(SignedBy::Token(&token), address, &request, &sha1(&token, address, "")));
        assert!(!verifies(SignedBy::Token(&empty), address, &request, &sha1(&empty, address, "")));
        assert!(!verifies(SignedBy::SharedKey(&empty), address, &request, &sha1(&empty, address, "")));
    }
}
