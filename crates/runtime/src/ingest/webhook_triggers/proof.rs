//! Checks a request against a flow's `verify`.

use super::{Authentication, HookRequest};
use crate::{
    base::secret::Secret,
    channel::signature::{Claimed, Key},
    flow::triggers::webhook::{Verify, VerifyMethod, Webhook},
};
use std::collections::BTreeMap;

/// True if the request passes. Without `verify`, or if its secret is not granted (possible only for a bot with sandbox
/// senders only), the request needs a key or the operator.
pub(super) fn holds(webhook: &Webhook, hook: &HookRequest<'_>, secrets: &BTreeMap<String, Secret>) -> bool {
    let granted = webhook.verify.as_ref().and_then(|verify| Some((verify, secrets.get(&verify.secret)?)));
    match granted {
        Some((verify, secret)) => !secret.is_empty() && shows(verify, secret, hook),
        None => hook.vouched != Authentication::Nobody,
    }
}

/// The header's value for a body, as the sending system would sign it; for `trigger webhook`.
pub fn sign(verify: &Verify, secret: &Secret, body: &[u8]) -> String {
    match verify.how {
        VerifyMethod::Equals => secret.expose().to_owned(),
        VerifyMethod::HmacHex => Key::new(secret.clone()).sign(body),
        VerifyMethod::HmacBase64 => Key::new(secret.clone()).sign_base64(body),
    }
}

fn shows(verify: &Verify, secret: &Secret, hook: &HookRequest<'_>) -> bool {
    // A header may occur twice, such as `Authorization` with our key and with the shop's secret.
    let all = hook.headers.get_all(&verify.header).iter().filter_map(|value| value.to_str().ok());
    all.map(str::trim).any(|shown| is_shown(verify, secret, hook.body, shown))
}

fn is_shown(verify: &Verify, secret: &Secret, body: &[u8], shown: &str) -> bool {
    let claimed = match verify.how {
        // Most programs can send a secret as `Authorization: Bearer <secret>`.
        VerifyMethod::Equals => {
            let bare = shown.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
            return secret.matches(shown) || bare.is_some_and(|(_, bare)| secret.matches(bare.trim()));
        }
        VerifyMethod::HmacHex => Claimed::of_hex(shown),
        VerifyMethod::HmacBase64 => Claimed::of_base64(shown),
    };
    claimed.is_some_and(|claimed| Key::new(secret.clone()).verifies(body, &claimed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::place::{Place, SourceFile};
    use crate::channel::HeaderMap;
    use crate::flow::{text::Text, triggers::webhook::NewContact};

    fn webhook(verify: Option<Verify>) -> Webhook {
        let contact = Text::plain("+34600111222", &Place::start_of(&SourceFile::new("x.yaml", "")));
        Webhook { name: "paid".into(), verify, contact, new_contact: NewContact::Ignore, body: Vec::new() }
    }

    fn verified(how: VerifyMethod) -> Webhook {
        webhook(Some(Verify { header: "x-shop".into(), how, secret: "KEY".into() }))
    }

    fn asks(webhook: &Webhook, header: Option<&str>, vouched: Authentication, secret: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        if let Some(value) = header {
            headers.insert("x-shop", value.parse().unwrap());
        }
        let secrets = secret.map(|secret| ("KEY".to_owned(), Secret::new(secret))).into_iter().collect();
        holds(webhook, &HookRequest { name: "paid", headers: &headers, body: b"{\"a\": 1}", vouched }, &secrets)
    }

    #[test]
    fn a_secret_in_a_header_must_be_the_secret() {
        let is = |header| asks(&verified(VerifyMethod::Equals), header, Authentication::Nobody, Some("s3cret"));
        assert!(is(Some("s3cret")) && is(Some("Bearer s3cret")));
        assert!(!is(Some("s3cre")) && !is(Some("")) && !is(None) && !is(Some("Basic s3cret")));
        assert!(!asks(&verified(VerifyMethod::Equals), Some(""), Authentication::Nobody, Some("")));
    }

    #[test]
    fn a_signature_is_over_the_very_bytes() {
        for how in [VerifyMethod::HmacHex, VerifyMethod::HmacBase64] {
            let hook = verified(how);
            let verify = hook.verify.clone().unwrap();
            let signed = sign(&verify, &Secret::new("k"), b"{\"a\": 1}");
            let bare = signed.trim_start_matches("sha256=").to_owned();
            for right in [&signed, &bare] {
                assert!(asks(&hook, Some(right), Authentication::Nobody, Some("k")), "{right}");
            }
            assert!(!asks(
                &hook,
                Some(&sign(&verify, &Secret::new("k"), b"{\"a\":1}")),
                Authentication::Nobody,
                Some("k")
            ));
            assert!(!asks(&hook, Some(&signed), Authentication::Nobody, Some("other")));
            assert!(!asks(&hook, None, Authentication::Operator, Some("k")), "a key does not stand in for a signature");
        }
    }

    #[test]
    fn without_a_signature_somebody_vouches() {
        let open = webhook(None);
        assert!(!asks(&open, None, Authentication::Nobody, None));
        assert!(asks(&open, None, Authentication::Account("acme".into()), None));
        assert!(
            asks(&verified(VerifyMethod::HmacHex), None, Authentication::Operator, None),
            "a sandbox without the secret"
        );
    }
}
