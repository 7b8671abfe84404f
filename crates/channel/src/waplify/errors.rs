//! Maps Waplify's errors to the next action: an HTTP status and a sentence, in two forms (platform.md 2.1, 2.2).

use crate::{HttpResponse, Next, RefusalCause, SendError, TemplateFault, answer, base::time::Time, untrusted_json};
use serde_json::Value;

/// The error text in any form: `detail` as a text or as FastAPI's list, else `message`, `error`.
pub fn words(json: &Value) -> Option<String> {
    let listed = untrusted_json::part(json, "detail").and_then(Value::as_array).map(|all| {
        let each = all.iter().filter_map(|one| untrusted_json::text(one, "msg"));
        each.collect::<Vec<_>>().join("; ")
    });
    let text = |path| untrusted_json::text(json, path);
    listed
        .filter(|text| !text.is_empty())
        .or_else(|| text("detail"))
        .or_else(|| text("message"))
        .or_else(|| text("error"))
}

/// The result of a refused send.
pub fn refused(answer: &HttpResponse, json: &Value) -> SendError {
    let Some(said) = words(json) else { return answer::by_status(answer.status, &answer.headers) };
    let lower = said.to_lowercase();
    let (code, next) = judge(answer.status, &lower);
    let next = answer::with_retry_after(next, &answer.headers);
    SendError { next, code: code.to_owned(), text: answer::cut(&said) }
}

fn judge(status: u16, said: &str) -> (&'static str, Next) {
    let has = |part: &str| said.contains(part);
    match status {
        403 if has("window") || has("no inbound message") => ("window_closed", Next::WindowClosed),
        401 => ("unauthorized", Next::Misconfigured),
        403 => ("forbidden", Next::Misconfigured),
        404 if has("template") => ("template_not_found", Next::TemplateUnusable { why: TemplateFault::Data }),
        404 => ("not_found", Next::Misconfigured),
        429 => ("rate_limit_exceeded", Next::Retry { after: None }),
        400 if has("not approved") && has("paused") => {
            ("template_paused", Next::TemplateUnusable { why: TemplateFault::Paused })
        }
        400 if has("not approved") => {
            ("template_not_approved", Next::TemplateUnusable { why: TemplateFault::Disabled })
        }
        400 if has("missing body variables") || has("missing header variables") || has("media url is required") => {
            ("template_data", Next::TemplateUnusable { why: TemplateFault::Data })
        }
        400 if has("phone") => ("invalid_phone", Next::Rejected { why: RefusalCause::Recipient }),
        400 => ("bad_request", Next::Rejected { why: RefusalCause::Request }),
        422 => ("unprocessable", Next::Rejected { why: RefusalCause::Request }),
        408 | 500..=599 => ("internal_error", Next::Ambiguous),
        300..=399 | 405 | 407 => ("refused", Next::Misconfigured),
        _ => ("refused", Next::Rejected { why: RefusalCause::Request }),
    }
}

/// `…Last inbound message was at 2026-06-14T08:00:00+00:00. …`: the time at which the closed window was opened.
pub fn last_inbound(said: &str) -> Option<Time> {
    let rest = said.split_once("Last inbound message was at ")?.1;
    let word = rest.split_whitespace().next()?;
    untrusted_json::time(word.trim_end_matches(['.', ',']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(status: u16, body: &str) -> Next {
        let answer = HttpResponse { status, ..HttpResponse::default() };
        refused(&answer, &serde_json::from_str(body).unwrap_or_default()).next
    }

    /// One test for each row of the table.
    macro_rules! rows {
        ($($name:ident: [$(($status:expr, $body:expr)),*] => $next:pat),* $(,)?) => { $(
            #[test]
            fn $name() {
                for (status, body) in [$(($status, $body)),*] {
                    let next = next(status, body);
                    assert!(matches!(next, $next), "{status} {body}: {next:?}");
                }
            }
        )* };
    }

    rows! {
        a_closed_window_is_one_in_both_texts: [
            (403, r#"{"detail":"Cannot send free-form message: No inbound message found from this contact. The 24-hour customer service window is not open. Use the template-based /send endpoint instead."}"#),
            (403, r#"{"detail":"Cannot send free-form message: The 24-hour customer service window has expired. Last inbound message was at 2026-06-14T08:00:00+00:00. Use the template-based /send endpoint instead."}"#)
        ] => Next::WindowClosed,
        a_bad_key_stops_the_sender: [(401, r#"{"detail":"Invalid or expired API key"}"#), (403, r#"{"detail":"Plan expired"}"#)]
            => Next::Misconfigured,
        a_bad_phone_is_final: [(400, r#"{"error":"bad_request","message":"Invalid phone number format"}"#)]
            => Next::Rejected { why: RefusalCause::Recipient },
        a_broken_rule_is_our_bug: [
            (422, r#"{"detail":[{"loc":["body"],"msg":"field required"}]}"#),
            (422, r#"{"detail":"Button titles must be unique"}"#),
            (400, r#"{"error":"bad_request","message":"message is required"}"#)
        ] => Next::Rejected { why: RefusalCause::Request },
        a_full_minute_is_tried_again: [(429, r#"{"detail":"Rate limit exceeded. Limit: 100 requests per minute"}"#)]
            => Next::Retry { after: None },
        a_template_that_is_not_there_asks_for_another: [(404, r#"{"detail":"Template 'x' not found"}"#)]
            => Next::TemplateUnusable { why: TemplateFault::Data },
        a_template_that_is_not_approved_asks_for_another: [
            (400, r#"{"error":"bad_request","message":"Template 'x' is not approved. Status: PENDING"}"#)
        ] => Next::TemplateUnusable { why: TemplateFault::Disabled },
        a_paused_template_may_come_back: [(400, r#"{"message":"Template 'x' is not approved. Status: PAUSED"}"#)]
            => Next::TemplateUnusable { why: TemplateFault::Paused },
        missing_values_ask_for_another_template: [
            (400, r#"{"message":"Missing body variables in 'body_data': 2, 3"}"#),
            (400, r#"{"message":"Media URL is required for this template"}"#)
        ] => Next::TemplateUnusable { why: TemplateFault::Data },
        what_broke_there_is_ambiguous: [(500, r#"{"error":"internal_error","message":"oops"}"#), (502, "<html>")]
            => Next::Ambiguous,
    }

    #[test]
    fn the_text_tells_when_the_window_was_opened() {
        let text = "…expired. Last inbound message was at 2026-06-14T08:00:00+00:00. Use the template endpoint.";
        assert_eq!(last_inbound(text), Some(Time(1_781_424_000_000)));
        assert_eq!(last_inbound("Last inbound message was at noon."), None);
        assert_eq!(last_inbound("No inbound message found"), None);
    }
}
