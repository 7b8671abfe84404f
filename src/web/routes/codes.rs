//! Lists every problem code of the native API: its status, and an example of its text.

/// One `code` at one status.
#[derive(Debug)]
pub struct Code {
    pub code: &'static str,
    pub status: u16,
    /// An example of its `detail`.
    pub detail: &'static str,
}

const fn code(code: &'static str, status: u16, detail: &'static str) -> Code {
    Code { code, status, detail }
}

/// An example of the sentence for a key that lacks a scope; the dialects have it in their own form.
pub const LACKS_SCOPE: &str =
    "This needs a key with the scope `send`; this key has `read`. `transom keys create --scopes read,send` makes one.";

/// In debug builds `Problem::new` accepts only these codes, so that a test that meets a new one fails.
pub static CODES: &[Code] = &[
    code("bad_json", 400, "The body is not JSON: EOF while parsing an object at line 1 column 1."),
    code("bad_idempotency_key", 400, "An Idempotency-Key is a text of 1 to 255 characters."),
    code("broken", 400, "The body could not be read."),
    code("needs_tls", 400, "This port speaks TLS only; ask with `https://` instead of `http://`."),
    code(
        "unauthorized",
        401,
        "Send a valid API key as `Authorization: Bearer <key>`; `transom keys create` makes one.",
    ),
    code("key_expired", 401, "This key has expired; `transom keys create` makes a new one."),
    code("not_signed_in", 401, "Nobody is signed in."),
    code("wrong_password", 401, "Name and password do not fit."),
    code("wrong_link", 401, "This link was used, replaced, or is over; ask an operator for a new one."),
    code("bad_signature", 401, "The signature does not match the body under any secret of this address."),
    code(
        "unproven",
        401,
        "The request does not show what the flow's `verify` asks for; without `verify` it needs an API key as \
         `Authorization: Bearer <key>`.",
    ),
    code("operator_only", 403, "Only the `transom` command on the daemon's own machine may do this."),
    code("missing_scope", 403, LACKS_SCOPE),
    code(
        "foreign_origin",
        403,
        "Only the studio's own page may ask this without a key: the request must carry its `Origin`, or \
         `Sec-Fetch-Site: same-origin`.",
    ),
    code("not_your_role", 403, "The role `viewer` may not do this; an operator can give you another one."),
    code(
        "needs_https",
        403,
        "A password and a cookie need https, or a browser on the daemon's own machine: open the studio at its \
         `public_url`.",
    ),
    code(
        "publish_off",
        403,
        "The configuration's `studio.publish` keeps flows from being published here; take the changes as a patch.",
    ),
    code("plays_off", 403, "The configuration's `studio.play` is off: no talks are played on this machine."),
    code("read_only", 403, "The daemon's user may not write into the bot's folder."),
    code("opted_out", 403, "The contact wants no messages."),
    code("not_found", 404, "There is no such conversation."),
    code("method_not_allowed", 405, "This address does not take this method."),
    code("too_slow", 408, "The body did not arrive in time."),
    code("has_errors", 409, "The files have errors; mend them, or ask for them to be written with errors."),
    code("preview_changed", 409, "The preview would show something else now; look at it again and decide anew."),
    code("in_progress", 409, "The first request with this Idempotency-Key is still being answered."),
    code(
        "outcome_unknown",
        409,
        "The first request with this Idempotency-Key was cut off; look whether it took effect before you use a new key.",
    ),
    code("not_readable", 409, "The flow `menu` cannot be read."),
    code("not_started", 409, "Flow `parcel` was not started: one of its conditions says no."),
    code("ended", 409, "The run has ended already."),
    code("failed_again", 409, "It failed again and stays listed: `metadata.phone_number_id` is missing."),
    code("not_a_draft", 409, "Broadcast 41 is running."),
    code("other_count", 409, "Broadcast 41 means 1203 people, not 1200."),
    code("old_draft", 409, "The count of broadcast 41 is older than an hour; draft it anew."),
    code("not_possible", 409, "Broadcast 41 is stopped."),
    code("not_waiting", 409, "The run waits for what is out of our hands: a call under way, or a message on the wire."),
    code("too_many_planned", 409, "100 messages of this conversation are planned already."),
    code("not_taken_back", 409, "The message is on its way, or has ended."),
    code("replayed_before", 409, "It was replayed already."),
    code("not_replayable", 409, "A `failed_run` cannot be tried again: it has ended."),
    code("opted_out", 409, "Flow `parcel` was not started: the contact wants no messages."),
    code("name_taken", 409, "There is a person of this name already."),
    code("too_many_people", 409, "There are 500 people already."),
    code("last_operator", 409, "This is the last operator: make another person operator first."),
    code("no_consent", 409, "Flow `news` was not started: the contact has not agreed to its topic."),
    code("capped", 409, "Flow `news` was not started: `at_most` is reached."),
    code("quiet_hours", 409, "Flow `news` was not started: it is quiet hours."),
    code(
        "busy",
        409,
        "Flow `parcel` was not started: the conversation is busy and its queue is full, or the flow skips.",
    ),
    code("draft", 409, "Flow `parcel` was not started: it is a draft."),
    code("paused", 409, "Flow `parcel` was not started: it is paused."),
    code("with_person", 409, "Flow `parcel` was not started: a person has the conversation."),
    code("window_closed", 409, "The 24-hour window is closed: the contact must write first, or send a template."),
    code("taken", 409, "`Rosa` has had this conversation since 2026-11-24T10:00:00+00:00."),
    code("closed", 409, "This case is closed."),
    code("too_many_notes", 409, "A conversation has at most 1000 notes."),
    code("template_unusable", 409, "template `reminder` has no parameter `{{2}}`"),
    code("no_balance", 409, "the balance is used up"),
    code("sender_down", 409, "the sender is down"),
    code("too_late", 409, "it is too late"),
    code(
        "undeliverable",
        409,
        "Flow `parcel` was not started: the platform has found nobody at the contact's number, several times in a row.",
    ),
    code(
        "unlimited",
        409,
        "The account has no `balance` in the configuration, or there are no `prices`: it is unlimited.",
    ),
    code("configured", 409, "This webhook stands in the configuration: change it there. It can only be resumed."),
    code("too_many_webhooks", 409, "There are 50 webhooks of this account already."),
    code("file_gone", 410, "Meta no longer keeps the file."),
    code("changed_meanwhile", 412, "It was changed since you read it; read it again and decide anew."),
    code("too_large", 413, "The body may have at most 262144 bytes."),
    code("invalid", 422, "`flow` is missing."),
    code("idempotency_key_reused", 422, "This Idempotency-Key was used for another request."),
    code("not_sent", 422, "The 24-hour window is closed: the customer must write first."),
    code("play_too_long", 422, "A play has at most 400 steps, and this has 401."),
    code("refused_by_provider", 422, "The provider refused it: Message undeliverable (131026)."),
    code("unusable_body", 422, "The body cannot be used: `total` is missing. It is kept as dead letter 7012."),
    code(
        "upgrade_required",
        426,
        "This address speaks the Language Server Protocol over a WebSocket, and nothing else.",
    ),
    code("too_many_tries", 429, "Too many wrong passwords; try again in 8 seconds."),
    code("internal", 500, "Something went wrong here; it is in the log."),
    code("platform_failed", 502, "The platform answered with HTTP 500 instead of the file."),
    code("no_answer", 502, "The active daemon did not answer; the request may have reached it."),
    code("crowded", 503, "Too many large bodies are being read; send it again."),
    code("too_many_editors", 503, "8 editors are open already; close one."),
    code("too_many_files", 503, "16 files are being read."),
    code("too_many_plays", 503, "2 plays are running; ask again soon."),
    code("too_many_listeners", 503, "64 of this account listen already."),
    code("not_recorded", 503, "Not recorded; please send it again."),
    code("standby", 503, "This daemon stands by, and no other one is active now; ask again soon."),
    code("database_away", 503, "The database takes no requests now; ask again soon."),
];

pub fn is_known(word: &str, status: u16) -> bool {
    CODES.iter().any(|code| code.code == word && code.status == status)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Reason;

    #[test]
    fn every_reason_has_its_code() {
        for reason in Reason::ALL {
            assert!(is_known(reason.as_str(), 409), "{}", reason.as_str());
        }
    }

    #[test]
    fn a_code_stands_once_at_a_status() {
        for (n, one) in CODES.iter().enumerate() {
            let again = CODES[..n].iter().any(|other| (other.code, other.status) == (one.code, one.status));
            assert!(!again, "{}", one.code);
        }
    }
}
