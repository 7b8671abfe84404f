//! Maps Meta's error codes to the next action (platform.md 4.11).

use super::status::MetaError;
use crate::{
    HttpResponse, Next, OptOutScope, PauseScope, RefusalCause, SendError, TemplateFault,
    answer::with_retry_after,
    base::limits::{REGISTRATION_PAUSE, SPAM_PAUSE},
};

/// The next action for a code; `None` for an unknown code.
pub fn next(code: i64) -> Option<Next> {
    use Next::{
        Ambiguous, Misconfigured, OptedOut, PauseSender, Rejected, Retry, RetryOnce, RetryPair, TemplateUnusable,
        WaitDay, WindowClosed,
    };
    let rejected = |why| Rejected { why };
    let pause = |what, after| PauseSender { what, after };
    Some(match code {
        // Token and permissions.
        0 | 190 | 3 | 10 | 200..=299 | 131005 => Misconfigured,
        // Rate limits: refused before anything was done, so certainly not sent. 17, 32 and 613 are the Graph API's
        // own.
        4 | 17 | 32 | 613 | 80007 | 130429 => Retry { after: None },
        131056 => RetryPair { after: None },
        131048 => pause(PauseScope::Everything, Some(SPAM_PAUSE)),
        131064 => pause(PauseScope::Templates, None),
        133016 => pause(PauseScope::Everything, Some(REGISTRATION_PAUSE)),
        // An internal error at Meta: it may have been sent before.
        1 | 2 | 131000 | 131016 | 131057 | 133004 | 2494100 => Ambiguous,
        131053 => RetryOnce,
        131047 => WindowClosed,
        131049 => WaitDay,
        131050 => OptedOut { from: OptOutScope::Marketing },
        131055 | 131063 | 134100 => rejected(RefusalCause::Request),
        130472 => rejected(RefusalCause::Dropped),
        131026 => rejected(RefusalCause::Nobody),
        // 131062 (user id refused): we use the phone if it is known, so there is no other way.
        131062 | 130403 | 131021 | 131030 => rejected(RefusalCause::Recipient),
        131042 | 134011 => pause(PauseScope::Templates, None),
        368 | 131031 => pause(PauseScope::Everything, None),
        // The table says stop. The recipient's country is closed to us: messages to other countries go on.
        130497 => rejected(RefusalCause::Recipient),
        131037 | 131045 | 136024 | 133000..=133015 => Misconfigured,
        33 | 100 | 131008 | 131009 | 131051 | 131052 | 135000 => rejected(RefusalCause::Request),
        132000 | 132001 | 132005 | 132007 | 132012 | 132018 => TemplateUnusable { why: TemplateFault::Data },
        132015 => TemplateUnusable { why: TemplateFault::Paused },
        132016 => TemplateUnusable { why: TemplateFault::Disabled },
        132021 | 139200 => Next::DirectRefused,
        // WhatsApp Flows, groups, usernames: we send none of these.
        132068 | 132069 | 131041 | 131059 | 131200..=131299 | 137000 | 141000 | 147000..=147099 => {
            rejected(RefusalCause::Request)
        }
        _ => return None,
    })
}

/// The next action for a code from a `failed` status: the message had been accepted, so nothing is uncertain any more.
pub fn of_status(code: i64) -> Next {
    match next(code) {
        // It certainly failed on its way.
        Some(Next::Ambiguous | Next::RetryOnce) => Next::Rejected { why: RefusalCause::Dropped },
        Some(next) => next,
        None => Next::Rejected { why: RefusalCause::Dropped },
    }
}

/// The result of a request that was answered with a Meta error.
pub fn refused(answer: &HttpResponse, fault: &MetaError<'_>) -> SendError {
    let code = fault.number();
    let transient = fault.is_transient.unwrap_or(false);
    let next = code.and_then(next).unwrap_or_else(|| of_http(answer.status, transient));
    let code = code.map_or_else(|| format!("http_{}", answer.status), |code| code.to_string());
    SendError { next: with_retry_after(next, &answer.headers), code, text: fault.text() }
}

/// The next action for an answer without a known code.
pub fn of_http(status: u16, transient: bool) -> Next {
    match status {
        429 => Next::Retry { after: None },
        408 | 500..=599 => Next::Ambiguous,
        _ if transient => Next::Ambiguous,
        // A redirect or a missing page: `api_base`, `api_version` or `phone_number_id` is wrong.
        300..=399 | 401 | 403 | 404 | 405 | 407 => Next::Misconfigured,
        _ => Next::Rejected { why: RefusalCause::Request },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Span;

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
        token_and_rights_stop_the_sender: [0, 190, 3, 10, 200, 299, 131005] => Next::Misconfigured,
        rates_are_tried_again: [4, 80007, 130429] => Next::Retry { after: None },
        the_pair_rate_delays_only_the_pair: [131056] => Next::RetryPair { after: None },
        spam_pauses_the_sender: [131048] => Next::PauseSender { what: PauseScope::Everything, after: Some(_) },
        violations_pause_templates: [131064] => Next::PauseSender { what: PauseScope::Templates, after: None },
        too_many_registrations_pause_three_days: [133016]
            => Next::PauseSender { what: PauseScope::Everything, after: Some(Span(259_200_000)) },
        server_side_is_ambiguous: [1, 2, 131000, 131016, 133004, 131057, 2494100] => Next::Ambiguous,
        media_upload_is_tried_once_more: [131053] => Next::RetryOnce,
        the_window_is_closed: [131047] => Next::WindowClosed,
        the_marketing_cap_waits_a_day: [131049] => Next::WaitDay,
        no_more_marketing_is_an_opt_out: [131050] => Next::OptedOut { from: OptOutScope::Marketing },
        the_wrong_interface_is_final: [131063, 131055, 134100] => Next::Rejected { why: RefusalCause::Request },
        an_experiment_drops: [130472] => Next::Rejected { why: RefusalCause::Dropped },
        a_number_without_anybody_is_counted: [131026] => Next::Rejected { why: RefusalCause::Nobody },
        unreachable_people_are_final: [131062, 130403, 131021, 131030, 130497]
            => Next::Rejected { why: RefusalCause::Recipient },
        unpaid_bills_pause_templates: [131042, 134011]
            => Next::PauseSender { what: PauseScope::Templates, after: None },
        policy_stops_the_sender: [368, 131031] => Next::PauseSender { what: PauseScope::Everything, after: None },
        registration_stops_the_sender: [131037, 131045, 133000, 133010, 133015, 136024] => Next::Misconfigured,
        bad_requests_are_our_bug: [33, 100, 131008, 131009, 131051, 131052, 135000]
            => Next::Rejected { why: RefusalCause::Request },
        template_data_asks_for_another_template: [132000, 132001, 132005, 132007, 132012, 132018]
            => Next::TemplateUnusable { why: TemplateFault::Data },
        a_paused_template_asks_for_another: [132015] => Next::TemplateUnusable { why: TemplateFault::Paused },
        a_disabled_template_asks_for_another: [132016] => Next::TemplateUnusable { why: TemplateFault::Disabled },
        direct_send_falls_back: [132021, 139200] => Next::DirectRefused,
        what_we_never_send_is_final: [132068, 132069, 131041, 131200, 131201, 131299, 131059, 137000, 141000,
            147000, 147001]
            => Next::Rejected { why: RefusalCause::Request },
    }

    #[test]
    fn an_unknown_code_goes_by_the_status() {
        assert_eq!(next(999_999), None);
        assert_eq!(of_http(503, false), Next::Ambiguous);
        assert_eq!(of_http(429, false), Next::Retry { after: None });
        assert_eq!(of_http(400, true), Next::Ambiguous);
        assert_eq!(of_http(400, false), Next::Rejected { why: RefusalCause::Request });
        assert_eq!(of_http(302, false), Next::Misconfigured);
        assert_eq!(of_http(404, false), Next::Misconfigured);
    }

    #[test]
    fn a_failed_status_is_certain() {
        assert_eq!(of_status(131000), Next::Rejected { why: RefusalCause::Dropped });
        assert_eq!(of_status(130429), Next::Retry { after: None }, "a rate: it has not reached the phone");
        assert_eq!(of_status(131047), Next::WindowClosed);
        assert_eq!(of_status(0), Next::Misconfigured);
        assert_eq!(of_status(424242), Next::Rejected { why: RefusalCause::Dropped });
    }
}
