//! Parses items that are neither messages nor statuses: echoes, marketing preferences, new ids, calls, templates, and
//! names what we ignore.

use super::{
    body::{People, Text},
    message::{aliases, id, time},
    receive::{Malformed, person, shape},
};
use crate::{
    base::ids::{ProviderId, SenderId},
    model::{
        inbound::{Alias, Echo, EchoSource, Inbound, InboundKind, InboundMessage, Preference, TemplateChange},
        template::{Category, TemplateStatus},
    },
};
use serde::Deserialize;

/// Longer than any of Meta's quality values.
const QUALITY_WORD_MAX: usize = 32;

/// A fixed label for an ignored field; for `account_update` its event, so that an operator sees a ban in the metrics.
pub fn ignored(field: &str, raw: &str) -> &'static str {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Account<'a> {
        #[serde(borrow)]
        event: Text<'a>,
    }
    match field {
        "account_update" => match shape::<Account<'_>>(raw).unwrap_or_default().event.or_empty() {
            "ACCOUNT_RESTRICTION" => "account_restriction",
            "ACCOUNT_VIOLATION" => "account_violation",
            "DISABLED_UPDATE" => "account_disabled",
            "ACCOUNT_DELETED" => "account_deleted",
            "ACCOUNT_OFFBOARDED" => "account_offboarded",
            "ACCOUNT_RECONNECTED" => "account_reconnected",
            "PARTNER_REMOVED" => "account_partner_removed",
            _ => "account_update",
        },
        "account_alerts" => "account_alerts",
        "account_review_update" => "account_review_update",
        "account_settings_update" => "account_settings_update",
        "automatic_events" => "automatic_events",
        "business_capability_update" => "business_capability_update",
        "business_username_update" | "business_username_updates" => "business_username_update",
        "flows" => "flows",
        "history" => "history",
        "message_template_components_update" => "template_components",
        "messaging_handovers" => "messaging_handovers",
        "partner_solutions" => "partner_solutions",
        "payment_configuration_update" => "payment_configuration_update",
        "phone_number_name_update" => "phone_number_name",
        "phone_number_quality_update" => "phone_number_quality",
        "security" => "security",
        "smb_app_state_sync" => "smb_app_state_sync",
        "template_correct_category_detection" => "template_category_impending",
        field if field.starts_with("group_") => "group_update",
        _ => "unknown_field",
    }
}

/// An item of `smb_message_echoes`: an employee wrote on the business phone. `ours`: the display number.
pub fn app_echo(sender: SenderId, ours: &str, raw: &str) -> Result<Inbound, Malformed> {
    let echo: RawEcho<'_> = shape(raw)?;
    let digits = |text: &str| text.trim_start_matches('+').to_owned();
    // Meta's own samples of `edit` and `revoke` swap the two sides.
    let swapped = echo.to.get().is_some_and(|to| digits(to) == digits(ours));
    let to = if swapped { aliases(&[&echo.from], &[]) } else { aliases(&[&echo.to], &[&echo.to_user_id]) };
    let edited = echo.edit.as_ref().and_then(|edit| edit.message.text.body.owned());
    made_echo(sender, &echo, to, echo.text.body.owned().or(edited), EchoSource::App)
}

/// An item of `standby.message_echoes`: a message that another application sent, in the form of a send request.
pub fn standby_echo(sender: SenderId, raw: &str) -> Result<Inbound, Malformed> {
    let echo: RawEcho<'_> = shape(raw)?;
    let to = aliases(&[&echo.message.to, &echo.message.recipient, &echo.to], &[&echo.to_user_id]);
    made_echo(sender, &echo, to, echo.message.text.body.owned(), EchoSource::Standby)
}

/// A message in `standby` shows that another application has the conversation.
pub fn standby_holder(sender: SenderId, people: &People<'_>, raw: &str) -> Result<Inbound, Malformed> {
    let echo: RawEcho<'_> = shape(raw)?;
    let known = person(people, echo.from.get(), echo.from_user_id.get());
    let mut to = aliases(&[&echo.from], &[&echo.from_user_id]);
    if let (true, Some(known)) = (to.is_empty(), known) {
        to = aliases(&[&known.wa_id], &[&known.user_id]);
    }
    let mut made = made_echo(sender, &echo, to, None, EchoSource::Standby)?;
    if let Inbound::Echo { echo, .. } = &mut made {
        // The message itself keeps the plain id.
        echo.provider_id = ProviderId::from(format!("{}:standby", echo.provider_id));
    }
    Ok(made)
}

fn made_echo(
    sender: SenderId,
    echo: &RawEcho<'_>,
    to: Vec<Alias>,
    text: Option<String>,
    by: EchoSource,
) -> Result<Inbound, Malformed> {
    if to.is_empty() {
        return Err("it names no recipient".into());
    }
    let echo = Echo { provider_id: id(&echo.id)?, at: time(&echo.timestamp)?, to, text, by };
    Ok(Inbound::Echo { sender, echo })
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawEcho<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    timestamp: Text<'a>,
    #[serde(borrow)]
    from: Text<'a>,
    #[serde(borrow)]
    from_user_id: Text<'a>,
    #[serde(borrow)]
    to: Text<'a>,
    #[serde(borrow)]
    to_user_id: Text<'a>,
    #[serde(borrow)]
    text: EchoText<'a>,
    #[serde(borrow)]
    edit: Option<EchoEdit<'a>>,
    #[serde(borrow)]
    message: EchoMessage<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct EchoText<'a> {
    #[serde(borrow)]
    body: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct EchoEdit<'a> {
    #[serde(borrow)]
    message: EchoMessage<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct EchoMessage<'a> {
    #[serde(borrow)]
    to: Text<'a>,
    #[serde(borrow)]
    recipient: Text<'a>,
    #[serde(borrow)]
    text: EchoText<'a>,
}

/// An item of `user_preferences`: the person changed a marketing preference on the platform.
pub fn preference(sender: SenderId, raw: &str) -> Result<Inbound, Malformed> {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Wish<'a> {
        #[serde(borrow)]
        wa_id: Text<'a>,
        #[serde(borrow)]
        user_id: Text<'a>,
        #[serde(borrow)]
        category: Text<'a>,
        #[serde(borrow)]
        value: Text<'a>,
        #[serde(borrow)]
        timestamp: Text<'a>,
    }
    let wish: Wish<'_> = shape(raw)?;
    if wish.category.get().is_some_and(|category| category != "marketing_messages") {
        return Ok(Inbound::Ignored { why: "preference_category" });
    }
    let marketing = match wish.value.get() {
        Some("stop") => Preference::Stop,
        // Signing up by a link is consent to marketing.
        Some("resume" | "signup") => Preference::Resume,
        Some(_) => return Ok(Inbound::Ignored { why: "preference_kind" }),
        None => return Err("its `value` is missing".into()),
    };
    let from = aliases(&[&wish.wa_id], &[&wish.user_id]);
    if from.is_empty() {
        return Err("it names nobody".into());
    }
    Ok(Inbound::Preference { sender, from, at: time(&wish.timestamp)?, marketing })
}

/// An item of `user_id_update`: the platform gives the person another BSUID (business-scoped user id).
pub fn new_user_id(sender: SenderId, raw: &str) -> Result<Inbound, Malformed> {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Update<'a> {
        #[serde(borrow)]
        wa_id: Text<'a>,
        #[serde(borrow)]
        user_id: Pair<'a>,
        #[serde(borrow)]
        timestamp: Text<'a>,
    }
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Pair<'a> {
        #[serde(borrow)]
        previous: Text<'a>,
        #[serde(borrow)]
        current: Text<'a>,
    }
    let update: Update<'_> = shape(raw)?;
    let mut old = aliases(&[], &[&update.user_id.previous]);
    if old.is_empty() {
        old = aliases(&[&update.wa_id], &[]);
    }
    let new = aliases(&[&update.wa_id], &[&update.user_id.current]);
    if old.is_empty() || aliases(&[], &[&update.user_id.current]).is_empty() {
        return Err("it does not say which id became which".into());
    }
    Ok(Inbound::Identity { sender, old, new, at: time(&update.timestamp)? })
}

/// An item of `calls`. A customer's call opens the window, answered or not; we answer none, so a call that ends
/// unanswered is missed.
pub fn call(sender: SenderId, people: &People<'_>, raw: &str) -> Result<Inbound, Malformed> {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Call<'a> {
        #[serde(borrow)]
        id: Text<'a>,
        #[serde(borrow)]
        from: Text<'a>,
        #[serde(borrow)]
        from_user_id: Text<'a>,
        #[serde(borrow)]
        event: Text<'a>,
        #[serde(borrow)]
        direction: Text<'a>,
        #[serde(borrow)]
        timestamp: Text<'a>,
        #[serde(borrow)]
        start_time: Text<'a>,
        #[serde(borrow)]
        duration: Text<'a>,
    }
    let call: Call<'_> = shape(raw)?;
    if call.direction.get() != Some("USER_INITIATED") {
        return Ok(Inbound::Ignored { why: "call_of_the_business" });
    }
    let taken = call.start_time.get().is_some() || call.duration.get().is_some();
    // The end of a call has the same id as its beginning; as a message it needs another one.
    let (missed, ending) = match call.event.get() {
        Some("connect") => (false, ""),
        Some("terminate") if !taken => (true, ":missed"),
        Some("terminate") => return Ok(Inbound::Ignored { why: "call_ended" }),
        _ => return Ok(Inbound::Ignored { why: "call_event" }),
    };
    let known = person(people, call.from.get(), call.from_user_id.get());
    let mut from = aliases(&[&call.from], &[&call.from_user_id]);
    if let (true, Some(known)) = (from.is_empty(), known) {
        from = aliases(&[&known.wa_id], &[&known.user_id]);
    }
    let name = known.and_then(|p| p.profile.name.owned());
    called(sender, &call.id, ending, &call.timestamp, from, name, missed)
}

/// An item of `statuses` under `calls`: a customer who answers our call also opens the window.
pub fn call_status(sender: SenderId, raw: &str) -> Result<Inbound, Malformed> {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Status<'a> {
        #[serde(borrow)]
        id: Text<'a>,
        #[serde(borrow)]
        status: Text<'a>,
        #[serde(borrow)]
        timestamp: Text<'a>,
        #[serde(borrow)]
        recipient_id: Text<'a>,
        #[serde(borrow)]
        recipient_user_id: Text<'a>,
    }
    let status: Status<'_> = shape(raw)?;
    if status.status.get() != Some("ACCEPTED") {
        return Ok(Inbound::Ignored { why: "call_status" });
    }
    let from = aliases(&[&status.recipient_id], &[&status.recipient_user_id]);
    called(sender, &status.id, ":accepted", &status.timestamp, from, None, false)
}

fn called(
    sender: SenderId,
    call: &Text<'_>,
    ending: &str,
    at: &Text<'_>,
    from: Vec<Alias>,
    name: Option<String>,
    missed: bool,
) -> Result<Inbound, Malformed> {
    if from.is_empty() {
        return Err("it names no caller".into());
    }
    let message = InboundMessage {
        provider_id: ProviderId::from(format!("{}{ending}", id(call)?)),
        at: time(at)?,
        from,
        name,
        username: None,
        kind: InboundKind::Call { missed },
        reply_to: None,
        referral: None,
        number: None,
    };
    Ok(Inbound::Message { sender, message })
}

/// A change of a template's status, category or quality, for all senders of that account.
pub fn template(field: &str, senders: Vec<SenderId>, raw: &str) -> Result<Inbound, Malformed> {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Update<'a> {
        #[serde(borrow)]
        event: Text<'a>,
        #[serde(borrow)]
        message_template_name: Text<'a>,
        #[serde(borrow)]
        message_template_language: Text<'a>,
        #[serde(borrow)]
        new_category: Text<'a>,
        #[serde(borrow)]
        correct_category: Text<'a>,
        #[serde(borrow)]
        new_quality_score: Text<'a>,
    }
    let update: Update<'_> = shape(raw)?;
    let change = if field == "message_template_quality_update" {
        match update.new_quality_score.get().filter(|word| word.len() <= QUALITY_WORD_MAX) {
            Some(quality) => TemplateChange::Quality(quality.to_owned()),
            None => return Ok(Inbound::Ignored { why: "template_quality" }),
        }
    } else if field == "template_category_update" {
        if update.correct_category.get().is_some() {
            // Announces a change in 24 hours; the change itself comes as another webhook.
            return Ok(Inbound::Ignored { why: "template_category_impending" });
        }
        match update.new_category.get().and_then(category) {
            Some(category) => TemplateChange::Category(category),
            None => return Ok(Inbound::Ignored { why: "template_category" }),
        }
    } else {
        match update.event.get().and_then(template_status) {
            Some(status) => TemplateChange::Status(status),
            // FLAGGED and similar: it can still be sent.
            None => return Ok(Inbound::Ignored { why: "template_event" }),
        }
    };
    let name = update.message_template_name.owned().ok_or("it names no template")?;
    // Webhooks write `en-US`, sends need `en_US`.
    let language = update.message_template_language.get().map(|language| language.replace('-', "_"));
    Ok(Inbound::Template { senders, name, language, change })
}

/// Meta's template status; `None` if it has no effect on sending.
pub fn template_status(word: &str) -> Option<TemplateStatus> {
    Some(match word {
        "APPROVED" | "REINSTATED" | "UNPAUSED" => TemplateStatus::Approved,
        "PENDING" | "IN_APPEAL" | "PENDING_REVIEW" => TemplateStatus::Pending,
        "REJECTED" => TemplateStatus::Rejected,
        "PAUSED" => TemplateStatus::Paused,
        "DISABLED" | "ARCHIVED" | "DELETED" | "PENDING_DELETION" | "LOCKED" | "LIMIT_EXCEEDED" => {
            TemplateStatus::Disabled
        }
        _ => return None,
    })
}

/// Meta's template category.
pub fn category(word: &str) -> Option<Category> {
    Some(match word {
        "MARKETING" => Category::Marketing,
        "UTILITY" => Category::Utility,
        "AUTHENTICATION" => Category::Authentication,
        _ => return None,
    })
}
