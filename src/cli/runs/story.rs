//! Builds the story of a run: the contact's messages, the engine's actions with their reasons, and the bot's messages
//! with their states.

use super::super::{
    Failure,
    terminal::{paint::Paint, show},
};
use crate::{
    base::{
        ids::{InboundId, OutboundId},
        time::{Span, Time, iso},
    },
    model::inbound::InboundKind,
    store::{
        Store,
        tables::{
            inbound::{self, Recorded},
            outbound::{self, Outbound, SendState},
            run::Run,
            trace::{self, Trace},
        },
    },
};
use serde_json::{Value as Json, json};

/// The number of rows in one read, and the largest number of reads.
const PAGE: i64 = 500;
const PAGES_MAX: usize = 40;
/// The message that started a run was written shortly before it.
const BEFORE: Span = Span::minutes(2);

/// One entry of the story.
struct Scene {
    at: Time,
    /// The order within one moment: a message, the turn that it causes, and the bot's answers.
    order: u8,
    text: String,
    json: Json,
}

/// The story, oldest first.
pub struct Story {
    scenes: Vec<Scene>,
    told: bool,
    heard: usize,
}

impl Story {
    pub async fn read(store: &Store, run: &Run, paint: Paint) -> Result<Story, Failure> {
        let mut scenes = Vec::new();
        let turns = turns(store, run).await?;
        // The first turn of the run is included, because it explains why this flow was started.
        let own =
            |turn: &Trace| turn.at == run.started_at || turn.data.iter().any(|entry| entry.run == Some(run.number));
        let mut told = false;
        for turn in turns.iter().filter(|turn| own(turn)) {
            told = true;
            for entry in turn.data.iter().filter(|entry| entry.run.is_none_or(|number| number == run.number)) {
                let step = entry.step.as_ref().map(|step| paint.bot(format!("{step}: "))).unwrap_or_default();
                let text = format!("{step}{}", show::plain(&entry.what));
                // Entries without a run explain why this flow and no other was started.
                let text = if entry.run.is_none() { paint.faint(text) } else { text };
                let json = json!({"turn": {"step": entry.step, "what": entry.what}});
                scenes.push(Scene { at: turn.at, order: 1, text, json });
            }
        }
        let mut heard = 0;
        for message in inbound_of(store, run).await? {
            heard += 1;
            let plain = shown(&message.data.message.kind);
            let text = format!("{} {} {}", paint.strong("<"), show::plain(&plain), traced(message.id.0, paint));
            let json = json!({"heard": {"id": message.id, "trace": message.id, "text": plain}});
            scenes.push(Scene { at: message.received_at, order: 0, text, json });
        }
        for message in outbound_of(store, run).await? {
            let trace = message.trace();
            let text = format!("{} {} {}", paint.strong(">"), said(&message, paint), traced(trace, paint));
            let content = message.sent_as.as_ref().unwrap_or(&message.draft.content);
            let json = json!({"said": {
                "id": message.id, "trace": trace, "content": content, "state": message.state, "reason": message.reason,
                "error": message.error_code, "provider_id": message.provider_id,
            }});
            scenes.push(Scene { at: message.created_at, order: 2, text, json });
        }
        // All times are from our own clock. Entries of the same second share one heading and keep their order.
        scenes.sort_by_key(|scene| (scene.at, scene.order));
        Ok(Story { scenes, told, heard })
    }

    pub fn to_json(&self) -> Json {
        let told = self.scenes.iter().map(|scene| {
            let mut json = scene.json.clone();
            json["at"] = iso(scene.at).into();
            json
        });
        told.collect()
    }

    /// Prints the story; traces from before `kept_since` may have been deleted.
    pub fn print(&self, run: &Run, kept_since: Time, paint: Paint) {
        let mut before = None;
        for scene in &self.scenes {
            let second = scene.at.0 / 1_000;
            if before != Some(second) {
                println!("\n{}", paint.faint(show::time(scene.at)));
                before = Some(second);
            }
            for (place, part) in scene.text.lines().enumerate() {
                println!("  {}{part}", if place == 0 { "" } else { "  " });
            }
        }
        if !self.told && run.started_at > kept_since {
            println!("\nNothing is noted of it yet.");
        } else if !self.told {
            println!("\nIts trace is no longer kept (`retention: {{traces: …}}` in the configuration).");
        } else if self.heard == 0 {
            println!("\nThe contact wrote nothing meanwhile.");
        }
    }
}

/// The id that the log and the wire log also use.
fn traced(id: i64, paint: Paint) -> String {
    paint.faint(format!("#{id}"))
}

/// The turns of the conversation from the start to the end of the run, oldest first.
async fn turns(store: &Store, run: &Run) -> Result<Vec<Trace>, Failure> {
    let (mut all, mut after) = (Vec::new(), 0);
    for _ in 0..PAGES_MAX {
        let stretch = (run.started_at, run.ended_at);
        let page = trace::between(store, run.conversation_id, after, stretch, PAGE).await.map_err(Failure::failed)?;
        let Some(last) = page.last() else { break };
        after = last.id;
        all.extend(page);
    }
    Ok(all)
}

async fn inbound_of(store: &Store, run: &Run) -> Result<Vec<Recorded>, Failure> {
    let (mut all, mut before) = (Vec::new(), InboundId(i64::MAX));
    for _ in 0..PAGES_MAX {
        let page = inbound::of(store, run.conversation_id, before, PAGE).await.map_err(Failure::failed)?;
        let Some(last) = page.last() else { break };
        before = last.id;
        let done = last.received_at + BEFORE < run.started_at;
        // Messages that earlier runs handled, before this run began, are left out.
        let from_its_start = |message: &Recorded| message.handled_at.unwrap_or(message.received_at) >= run.started_at;
        let until_its_end = |message: &Recorded| run.ended_at.is_none_or(|end| message.received_at <= end);
        all.extend(page.into_iter().filter(|message| from_its_start(message) && until_its_end(message)));
        if done {
            break;
        }
    }
    all.reverse();
    Ok(all)
}

/// The messages of this run, newest first as they are read.
async fn outbound_of(store: &Store, run: &Run) -> Result<Vec<Outbound>, Failure> {
    let (mut all, mut before) = (Vec::new(), OutboundId(i64::MAX));
    for _ in 0..PAGES_MAX {
        let page = outbound::of(store, run.conversation_id, before, PAGE).await.map_err(Failure::failed)?;
        let Some(last) = page.last() else { break };
        before = last.id;
        let done = last.created_at < run.started_at;
        all.extend(page.into_iter().filter(|message| message.draft.run == Some(run.number)));
        if done {
            break;
        }
    }
    all.sort_by_key(|message| message.draft.number);
    Ok(all)
}

pub fn shown(kind: &InboundKind) -> String {
    let with = |what: &str, text: &Option<String>| match text {
        Some(text) => format!("({what}) {text}"),
        None => format!("({what})"),
    };
    match kind {
        InboundKind::Text { body } => body.clone(),
        InboundKind::Button { title, .. } => format!("[{title}]"),
        InboundKind::Media { heard: Some(words), .. } => format!("🎤 heard: {words}"),
        InboundKind::Media { voice: true, .. } => "🎤 (voice note)".to_owned(),
        InboundKind::Media { media, caption, .. } => with(media.as_str(), caption),
        InboundKind::Location { name, .. } => with("place", name),
        InboundKind::Contacts { .. } => "(contacts)".to_owned(),
        InboundKind::Order { .. } => "(order)".to_owned(),
        InboundKind::Form { name, .. } => with("form", name),
        InboundKind::Reaction { emoji, .. } => emoji.clone().unwrap_or_else(|| "(took a reaction away)".to_owned()),
        InboundKind::Welcome => "(opened the chat)".to_owned(),
        InboundKind::Call { missed: true } => "(called, nobody answered)".to_owned(),
        InboundKind::Call { missed: false } => "(called)".to_owned(),
        InboundKind::Edit { body, .. } => with("edited", body),
        InboundKind::Revoke { .. } => "(deleted a message)".to_owned(),
        InboundKind::System { what } | InboundKind::Unsupported { what, .. } => format!("({what})"),
    }
}

/// The text of a message, its buttons, and its state.
pub fn said(message: &Outbound, paint: Paint) -> String {
    let content = message.sent_as.as_ref().unwrap_or(&message.draft.content);
    let mut text = show::plain(content.text());
    if content.is_template() {
        text = format!("(template) {text}");
    }
    for button in show::tappables(content) {
        text.push_str(&format!(" [{}]", show::plain(&button.title)));
    }
    let reason = message.reason.as_deref().unwrap_or("by rule");
    let error = || {
        let code = message.error_code.as_deref().unwrap_or("unknown");
        format!("failed: {code} {}", show::plain(message.error_text.as_deref().unwrap_or_default()))
    };
    let state = match message.state {
        SendState::Queued => match message.not_before {
            Some(at) => format!("waits until {}", show::time(at)),
            None => "on its way".to_owned(),
        },
        SendState::Sending => "on its way".to_owned(),
        SendState::Sent => "sent".to_owned(),
        SendState::Delivered => "delivered".to_owned(),
        SendState::Read => "read".to_owned(),
        SendState::Failed => error(),
        SendState::Held => match message.hold_until {
            Some(at) => format!("held until the contact writes, at most until {}", show::time(at)),
            None => "held until the contact writes".to_owned(),
        },
        SendState::Unknown => "nobody knows whether it left".to_owned(),
        SendState::Dropped => "taken back before it left".to_owned(),
        SendState::Skipped => format!("not sent: {reason}"),
    };
    let state = match message.state {
        SendState::Sent | SendState::Delivered | SendState::Read => paint.faint(format!("({state})")),
        _ => paint.warn(format!("({state})")),
    };
    format!("{text} {state}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_customer_wrote_commands_no_terminal() {
        let body = "Hi\u{1b}]0;mine\u{7}\u{9b}2J\nthere".to_owned();
        assert_eq!(show::plain(&shown(&InboundKind::Text { body })), "Hi ]0;mine  2J\nthere");
    }
}
