//! Finds the button that a test taps: by its id or title among the buttons shown, newest first.

use super::seen::Seen;
use crate::{
    base::diagnostic::did_you_mean,
    channel::meta::compose::CustomerEvent,
    flow::{FlowSet, engine::question::button_token::Token, triggers::Trigger},
    model::content::Content,
};

/// One button of a message, as a tap would report it.
struct Shown<'a> {
    /// The id that the author uses; for our own ids the option's.
    id: String,
    title: &'a str,
    payload: &'a str,
}

/// The tap, and the message that it replies to. The error lists the buttons.
pub(super) fn tap(
    wanted: &str,
    seen: &[Seen],
    set: &FlowSet,
    key: &[u8],
) -> Result<(CustomerEvent, Option<String>), String> {
    let wanted = wanted.trim();
    for message in seen.iter().rev() {
        let shown = shown(&message.content, key);
        let by_id = shown.iter().find(|button| means(button, wanted, key));
        let by_title = || shown.iter().find(|button| button.title == wanted);
        let by_words = || shown.iter().find(|button| button.title.to_lowercase() == wanted.to_lowercase());
        if let Some(button) = by_id.or_else(by_title).or_else(by_words) {
            let (id, title) = (button.payload.to_owned(), button.title.to_owned());
            let what = match message.content {
                Content::List { .. } => CustomerEvent::TapRow { id, title },
                Content::Template(_) => CustomerEvent::TapTemplate { payload: id, title },
                _ => CustomerEvent::Tap { id, title },
            };
            return Ok((what, Some(message.provider_id())));
        }
    }
    // A button of a template or an ad that no message of this test has shown.
    if named_by_a_trigger(set, wanted) {
        let replied = seen.iter().rev().find(|message| message.content.is_template()).map(Seen::provider_id);
        return Ok((CustomerEvent::TapTemplate { payload: wanted.to_owned(), title: wanted.to_owned() }, replied));
    }
    let titles: Vec<String> = seen.iter().rev().flat_map(|message| titles(&message.content, key)).collect();
    let newest: Vec<String> = titles.iter().take(10).map(|title| format!("`{title}`")).collect();
    let help = match turns_page(seen, key) {
        Some(more) => Some(format!("other options stand on another page: `tap: {more}` first, or `user: {wanted}`")),
        None => did_you_mean(wanted, titles.iter().map(String::as_str)),
    };
    let help = help.map(|help| format!("; {help}")).unwrap_or_default();
    Err(match newest.is_empty() {
        true => "no message with buttons so far".to_owned(),
        false => format!("the buttons {}{help}", newest.join(", ")),
    })
}

/// The title that leads to the next page of the options, if the newest message with buttons has one.
fn turns_page(seen: &[Seen], key: &[u8]) -> Option<String> {
    let newest = seen.iter().rev().map(|message| message.content.tappables()).find(|buttons| !buttons.is_empty())?;
    let is_page = |payload: &str| Token::read(payload, key).is_some_and(|token| token.page.is_some());
    newest.into_iter().find(|(payload, _)| is_page(payload)).map(|(_, title)| title.to_owned())
}

/// The titles on the newest messages with buttons, for random taps.
pub(super) fn on_show(seen: &[Seen], key: &[u8]) -> Vec<String> {
    const MESSAGES: usize = 4;
    let shown = seen.iter().rev().map(|message| titles(&message.content, key)).filter(|titles| !titles.is_empty());
    shown.take(MESSAGES).flatten().collect()
}

fn means(button: &Shown<'_>, wanted: &str, key: &[u8]) -> bool {
    button.id == wanted || Token::read(button.payload, key).is_some_and(|token| token.means(wanted))
}

fn shown<'a>(content: &'a Content, key: &[u8]) -> Vec<Shown<'a>> {
    let id = |payload: &str| Token::read(payload, key).map_or_else(|| payload.to_owned(), |token| token.option);
    let one = |(payload, title)| Shown { id: id(payload), title, payload };
    content.tappables().into_iter().map(one).collect()
}

fn titles(content: &Content, key: &[u8]) -> Vec<String> {
    shown(content, key).into_iter().map(|button| button.title.to_owned()).collect()
}

fn named_by_a_trigger(set: &FlowSet, id: &str) -> bool {
    let triggers = set.flows.values().flat_map(|flow| &flow.triggers);
    triggers.into_iter().any(|trigger| match &trigger.kind {
        Trigger::Button(button) => button.ids.iter().any(|known| known == id),
        _ => false,
    })
}
