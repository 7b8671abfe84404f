//! Classifies the reasons why a dialect's send is refused: our own rules, and providers' errors.

use crate::{
    base::time::Time,
    model::{event::Reason, window::Window},
    store::tables::conversation::Conversation,
    web::idempotency,
};

#[derive(Debug, Clone, PartialEq)]
pub enum Refused {
    /// The sender is unreachable or stopped.
    Offline,
    NoBalance,
    OptedOut,
    /// The window is closed, by our record or by the provider's answer.
    Closed(ClosedWindow),
    /// The platform currently limits these messages.
    Limited {
        why: String,
    },
    /// The number cannot be reached on WhatsApp, or not by us.
    Unreachable {
        code: String,
        why: String,
    },
    Template(TemplateTrouble),
    /// The provider refused it for another reason, with its own code.
    Other {
        provider: &'static str,
        code: String,
        why: String,
    },
    Key(KeyFault),
    /// An error of our own, which is logged.
    Internal,
}

/// The known data of a closed window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClosedWindow {
    pub window: Window,
    pub last_inbound_at: Option<Time>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum TemplateTrouble {
    Paused,
    Disabled,
    /// The catalogue and the platform disagree on whether the template exists.
    NotSynced {
        why: String,
    },
    /// The values do not match the template.
    Mismatch {
        why: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFault {
    /// The key was used for another request.
    OtherBody,
    BadKey,
    /// The first request with this key is still running.
    Busy,
}

impl KeyFault {
    pub(super) fn of(refused: &idempotency::Refused) -> Self {
        match refused {
            idempotency::Refused::OtherBody => KeyFault::OtherBody,
            idempotency::Refused::BadKey => KeyFault::BadKey,
            idempotency::Refused::Busy | idempotency::Refused::Before(..) | idempotency::Refused::Problem(_) => {
                KeyFault::Busy
            }
        }
    }
}

impl ClosedWindow {
    pub fn of(conversation: Option<&Conversation>) -> Self {
        let opened_at = conversation.and_then(|conversation| conversation.opened_at);
        let last_inbound_at = conversation.and_then(|conversation| conversation.last_inbound_at);
        ClosedWindow { window: Window { opened_at }, last_inbound_at }
    }
}

impl Refused {
    /// The refusal in a message's row, by the provider or by our own rule.
    pub fn by(provider: &'static str, code: &str, text: &str, reason: Option<Reason>, shut: ClosedWindow) -> Self {
        let why = || if text.is_empty() { code.to_owned() } else { text.to_owned() };
        match reason {
            Some(Reason::OptedOut | Reason::NoConsent) => return Refused::OptedOut,
            Some(Reason::WindowClosed) => return Refused::Closed(shut),
            Some(Reason::NoBalance) => return Refused::NoBalance,
            Some(Reason::SenderDown) => return Refused::Offline,
            Some(Reason::TemplateUnusable) => {
                return Refused::Template(TemplateTrouble::Mismatch { why: why() });
            }
            Some(
                Reason::Capped
                | Reason::QuietHours
                | Reason::Busy
                | Reason::WithPerson
                | Reason::TooLate
                | Reason::Undeliverable
                | Reason::Draft
                | Reason::Paused,
            )
            | None => {}
        }
        // Meta's codes (platform.md 4.11) and Twilio's (5.5); other codes have no special meaning here.
        match code.parse::<i64>() {
            Ok(131_047 | 63_016) => Refused::Closed(shut),
            Ok(131_050 | 21_610 | 63_033) => Refused::OptedOut,
            Ok(131_042) => Refused::NoBalance,
            Ok(131_026 | 63_024 | 63_003 | 21_211 | 21_614) => {
                Refused::Unreachable { code: code.to_owned(), why: why() }
            }
            Ok(132_001) => Refused::Template(TemplateTrouble::NotSynced { why: why() }),
            Ok(132_015) => Refused::Template(TemplateTrouble::Paused),
            Ok(132_016) => Refused::Template(TemplateTrouble::Disabled),
            Ok(132_000..=132_999) => Refused::Template(TemplateTrouble::Mismatch { why: why() }),
            Ok(131_048 | 131_049 | 131_056 | 130_429) => Refused::Limited { why: why() },
            _ => Refused::Other { provider, code: code.to_owned(), why: why() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHUT: ClosedWindow = ClosedWindow { window: Window { opened_at: None }, last_inbound_at: None };

    fn by(code: &str, reason: Option<Reason>) -> Refused {
        Refused::by("meta", code, "words", reason, SHUT)
    }

    #[test]
    fn the_codes_of_the_platforms_are_sorted() {
        assert_eq!(by("131047", None), Refused::Closed(SHUT));
        assert_eq!(by("63016", None), Refused::Closed(SHUT));
        assert_eq!(by("131050", None), Refused::OptedOut);
        assert_eq!(by("132012", None), Refused::Template(TemplateTrouble::Mismatch { why: "words".into() }));
        assert_eq!(by("132001", None), Refused::Template(TemplateTrouble::NotSynced { why: "words".into() }));
        assert_eq!(by("132015", None), Refused::Template(TemplateTrouble::Paused));
        assert_eq!(by("131049", None), Refused::Limited { why: "words".into() });
        assert_eq!(by("131026", None), Refused::Unreachable { code: "131026".into(), why: "words".into() });
        assert_eq!(
            by("http_400", None),
            Refused::Other { provider: "meta", code: "http_400".into(), why: "words".into() }
        );
    }

    #[test]
    fn our_own_reason_counts_before_the_code() {
        assert_eq!(by("no_consent", Some(Reason::NoConsent)), Refused::OptedOut);
        assert_eq!(by("sender_down", Some(Reason::SenderDown)), Refused::Offline);
        assert_eq!(by("no_balance", Some(Reason::NoBalance)), Refused::NoBalance);
    }
}
