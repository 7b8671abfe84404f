//! Maps Twilio's error codes to the next action (platform.md 5.5).

use crate::{
    Next, OptOutScope, PauseScope, RefusalCause, TemplateFault,
    base::{limits::SPAM_PAUSE, time::Span},
};

/// The next action for a code; `None` for an unknown code.
pub fn next(code: i64) -> Option<Next> {
    use Next::{
        Misconfigured, OptedOut, PauseSender, Rejected, Retry, RetryOnce, TemplateUnusable, WaitDay, WindowClosed,
    };
    let pause = |what, after| PauseSender { what, after };
    Some(match code {
        // Outside the window; also (since April 2025) a text that equals a template.
        63016 => WindowClosed,
        // Rate limits and full queues: refused before anything was done.
        14107 | 20429 | 21611 | 30001 | 63017 | 63018 => Retry { after: None },
        // The person does not exist.
        21211 | 21614 | 63003 | 63024 => Rejected { why: RefusalCause::Nobody },
        63031 => Rejected { why: RefusalCause::Recipient },
        // WhatsApp's limit of messages for one person.
        63032 => WaitDay,
        // Blocked or unsubscribed.
        21610 | 63033 | 63014 => OptedOut { from: OptOutScope::Everything },
        // The account's daily limit.
        63038 => pause(PauseScope::Everything, Some(Span::hours(24))),
        63013 | 63026 => pause(PauseScope::Everything, Some(SPAM_PAUSE)),
        63019 | 63034 | 63037 | 12300 | 11200 => RetryOnce,
        63027 | 63028 | 21654 | 21655 | 21656 => TemplateUnusable { why: TemplateFault::Data },
        63040 => TemplateUnusable { why: TemplateFault::Disabled },
        63041 => TemplateUnusable { why: TemplateFault::Paused },
        // Channel, sender or credentials are wrong; the sandbox was not joined.
        20003 | 20404 | 21606 | 21659 | 21660 | 63001 | 63007 | 63008 | 63020 => Misconfigured,
        63015 => Rejected { why: RefusalCause::Recipient },
        // An internal error at Twilio; a status can confirm that it was not sent.
        30008 | 63009 | 63010 | 63012 | 20500 | 20503 => Next::Ambiguous,
        // Too long, empty or malformed: our bug.
        21602 | 21604 | 21605 | 21617 | 21619 | 21620 | 21623 | 63021 => Rejected { why: RefusalCause::Request },
        _ => return None,
    })
}

/// The next action for a code from a `failed` or `undelivered` status: nothing is uncertain any more. Twilio accepts a
/// message before it asks WhatsApp, so a rate limit or a full queue appears in a status, and such a message is sent
/// again.
pub fn of_status(code: i64) -> Next {
    match next(code) {
        Some(Next::Ambiguous | Next::RetryOnce) | None => Next::Rejected { why: RefusalCause::Dropped },
        Some(next) => next,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One test for each row of the table.
    macro_rules! rows {
        ($($name:ident: [$($code:expr),*] => $next:pat),* $(,)?) => { $(
            #[test]
            fn $name() {
                for code in [$($code),*] {
                    let next = next(code);
                    assert!(matches!(next, Some($next)), "{code}: {next:?}");
                }
            }
        )* };
    }

    rows! {
        the_window_is_closed: [63016] => Next::WindowClosed,
        rates_are_tried_again: [63018, 63017, 20429, 14107, 30001, 21611] => Next::Retry { after: None },
        an_invalid_recipient_is_final: [63024, 63003, 21211, 21614] => Next::Rejected { why: RefusalCause::Nobody },
        who_may_not_be_written_to_is_final: [63015, 63031] => Next::Rejected { why: RefusalCause::Recipient },
        the_cap_of_a_person_waits_a_day: [63032] => Next::WaitDay,
        who_blocked_us_wants_nothing: [63033, 63014, 21610] => Next::OptedOut { from: OptOutScope::Everything },
        the_daily_cap_pauses_until_the_next_day: [63038]
            => Next::PauseSender { what: PauseScope::Everything, after: Some(Span(86_400_000)) },
        policy_and_spam_pause_the_sender: [63013, 63026]
            => Next::PauseSender { what: PauseScope::Everything, after: Some(SPAM_PAUSE) },
        media_are_tried_once_more: [63019, 63034, 63037] => Next::RetryOnce,
        a_template_asks_for_another: [63027, 63028, 21654, 21655, 21656]
            => Next::TemplateUnusable { why: TemplateFault::Data },
        a_paused_template_asks_for_another: [63041] => Next::TemplateUnusable { why: TemplateFault::Paused },
        a_disabled_template_asks_for_another: [63040] => Next::TemplateUnusable { why: TemplateFault::Disabled },
        what_is_set_up_wrongly_stops_the_sender: [63020, 63007, 63001, 63008, 20003] => Next::Misconfigured,
        what_broke_there_is_ambiguous: [63009, 63010, 63012, 30008] => Next::Ambiguous,
        too_long_a_text_is_our_bug: [21617, 21619] => Next::Rejected { why: RefusalCause::Request },
    }

    #[test]
    fn a_failed_status_is_certain() {
        assert_eq!(of_status(30008), Next::Rejected { why: RefusalCause::Dropped });
        assert_eq!(of_status(63018), Next::Retry { after: None }, "a rate: it has not reached WhatsApp");
        assert_eq!(of_status(63016), Next::WindowClosed);
        assert_eq!(of_status(0), Next::Rejected { why: RefusalCause::Dropped });
        assert_eq!(next(1), None);
    }
}
