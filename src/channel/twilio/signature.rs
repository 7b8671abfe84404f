//! `X-Twilio-Signature`: base64 of HMAC-SHA1 over the address and all parameters (twilio.com/docs/usage/security).

use crate::{
    base::{query, secret::Secret},
    channel::RawRequest,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use subtle::ConstantTimeEq;

/// Whether this token signed the request. `address`: the whole public address with its query, as Twilio knows it;
/// proxies change what arrives here. It is tried as it stands, with and without the scheme's own port.
pub fn verifies(token: &Secret, address: &str, request: &RawRequest<'_>, claimed: &str) -> bool {
    if token.is_empty() {
        // An empty secret verifies what anybody signs: it is none.
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
        // Of a GET they stand in the address.
        None if request.method == "POST" => concatenated(&String::from_utf8_lossy(request.body)),
        None => String::new(),
    };
    let is_it =
        |address: &String| bool::from(sign(token, address, &params).as_bytes().ct_eq(claimed.trim().as_bytes()));
    // No short cut: the time shall not tell which spelling was nearer.
    spellings(address).iter().filter(|address| is_it(address)).count() > 0
}

/// The header's value for a form that we post ourselves.
pub fn of_form(token: &Secret, address: &str, form: &str) -> String {
    sign(token, address, &concatenated(form))
}

fn sign(token: &Secret, address: &str, params: &str) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(token.expose().as_bytes()).expect("HMAC takes a key of any length");
    mac.update(address.as_bytes());
    mac.update(params.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// Names and values, sorted by name; of a name that is there several times each different value once, sorted.
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

/// The address as it is, and the same with and without the port that its scheme has anyway.
fn spellings(address: &str) -> Vec<String> {
    let mut all = vec![address.to_owned()];
    let Some((scheme, rest)) = address.split_once("://") else { return all };
    let port = if scheme == "https" { ":443" } else { ":80" };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    match host.strip_suffix(port) {
        Some(bare) => all.push(format!("{scheme}://{bare}{path}")),
        // Behind the bracket of an IPv6 address stands its port.
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
    use crate::{base::time::Time, channel::HeaderMap};

    const ADDRESS: &str = "https://bot.example/webhooks/twilio/7?x=1";

    fn token() -> Secret {
        Secret::new("t0ken")
    }

    fn post<'a>(headers: &'a HeaderMap, query: &'a str, body: &'a str) -> RawRequest<'a> {
        RawRequest { method: "POST", query, headers, body: body.as_bytes(), now: Time(1), sender: None }
    }

    fn good(address: &str, body: &str, claimed: &str) -> bool {
        verifies(&token(), address, &post(&HeaderMap::new(), "x=1", body), claimed)
    }

    #[test]
    fn the_digest_is_the_one_of_twilios_documents() {
        let form = "CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212&Caller=%2B14158675309";
        let signed = of_form(&Secret::new("12345"), "https://mycompany.com/myapp.php?foo=1&bar=2", form);
        assert_eq!(signed, "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
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
        let signed = sign(&token(), ADDRESS, "a1a2");
        assert!(good(ADDRESS, "a=2&a=1&a=2", &signed));
        assert!(!good(ADDRESS, "a=2&a=2", &signed));
    }

    #[test]
    fn an_empty_value_counts_and_a_plus_is_a_blank() {
        let signed = sign(&token(), ADDRESS, "BodyMediaText two words");
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
        let signed = sign(&token(), &address, "");
        let headers = HeaderMap::new();
        assert!(verifies(&token(), &address, &post(&headers, &query, body), &signed));
        assert!(!verifies(&token(), &address, &post(&headers, &query, "{\"a\":2}"), &signed));
    }

    #[test]
    fn a_get_has_its_parameters_in_the_address() {
        let headers = HeaderMap::new();
        let request = RawRequest { method: "GET", ..post(&headers, "MessageSid=SM1&Body=hi", "") };
        let address = "https://bot.example/webhooks/twilio/7?MessageSid=SM1&Body=hi";
        assert!(verifies(&token(), address, &request, &sign(&token(), address, "")));
        assert!(!verifies(&Secret::default(), address, &request, &sign(&Secret::default(), address, "")));
    }
}
