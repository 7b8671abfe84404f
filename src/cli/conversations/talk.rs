//! Runs `transom conversations show`: prints the messages of both sides as a chat.

use crate::{
    base::{
        clock::{Clock, SystemClock},
        ids::{ConversationId, InboundId, OutboundId},
        limits::COMMAND_ROWS_MAX,
        time::{Time, iso},
    },
    cli::{
        Failure, Outcome,
        client::workplace::contact_of,
        runs::story::{said, shown},
        terminal::{out, paint::Paint, show, table},
    },
    model::{contact::ContactData, session::Session, window::Window},
    runtime::{bot::source_files, config::Config},
    store::{
        Store,
        tables::{
            contact,
            conversation::{self, Conversation},
            inbound, outbound, session,
        },
    },
};
use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};
use std::cmp::Reverse;

/// One message of the contact or of the bot.
struct Line {
    at: Time,
    /// The order within one moment: the contact's messages come first.
    order: (u8, i64),
    /// The name of the contact; `None` for our message.
    from: Option<String>,
    text: String,
    json: Json,
}

pub async fn show(config: &Config, store: &Store, who: &str, limit: i64) -> Outcome {
    let row = find(config, store, who).await?;
    let data = contact::find(store, row.contact_id).await.map_err(Failure::failed)?.map(|contact| contact.data);
    let data = data.unwrap_or_default();
    let stored = session::find(store, row.id).await.map_err(Failure::failed)?;
    let session = stored.map(|stored| stored.session).unwrap_or_default();
    let paint = Paint::stdout();
    // Newest first, so that the surplus is the oldest.
    let mut lines = lines(store, &row, &data, limit + 1, paint).await?;
    let cut = table::is_cut(&mut lines, limit);
    lines.reverse();
    out::either(
        || {
            json!({
                "id": row.id, "sender_id": row.sender_id, "contact_id": row.contact_id, "phone": data.phone,
                "name": data.name, "state": state(&session), "summary": summary(&session),
                "messages": lines.iter().map(|line| line.json.clone()).collect::<Vec<_>>(),
            })
        },
        || print(&row, &data, &session, &lines, &zone(config), paint),
    );
    if cut {
        table::tell_cut(limit, None, COMMAND_ROWS_MAX);
    }
    Ok(())
}

/// Finds a conversation. A short number is its id; a phone number finds the contact's most recent conversation.
async fn find(config: &Config, store: &Store, who: &str) -> Result<Conversation, Failure> {
    if let Ok(id) = who.parse::<i64>()
        && !who.starts_with('+')
        && let Some(row) = conversation::find(store, ConversationId(id)).await.map_err(Failure::failed)?
    {
        return Ok(row);
    }
    let none =
        || Failure::Failed(format!("there is no conversation `{who}`: name its id, or a phone number as +34600111222"));
    let contact = contact_of(config, store, who).await?.ok_or_else(none)?;
    let all = conversation::of(store, contact.id).await.map_err(Failure::failed)?;
    all.into_iter().max_by_key(|row| row.last_inbound_at.max(row.last_outbound_at)).ok_or_else(none)
}

async fn lines(
    store: &Store,
    row: &Conversation,
    data: &ContactData,
    limit: i64,
    paint: Paint,
) -> Result<Vec<Line>, Failure> {
    let name = data.name.clone().or_else(|| data.phone.clone()).unwrap_or_else(|| "contact".to_owned());
    let heard = inbound::of(store, row.id, InboundId(i64::MAX), limit).await.map_err(Failure::failed)?;
    let ours = outbound::of(store, row.id, OutboundId(i64::MAX), limit).await.map_err(Failure::failed)?;
    let mut lines: Vec<Line> = Vec::new();
    for message in heard {
        let text = shown(&message.data.message.kind);
        let json = json!({"direction": "in", "id": message.id, "at": iso(message.received_at), "text": text});
        let (at, order) = (message.received_at, (0, message.id.0));
        lines.push(Line { at, order, from: Some(show::line(&name)), text: show::plain(&text), json });
    }
    for message in ours {
        let content = message.sent_as.as_ref().unwrap_or(&message.draft.content);
        let json = json!({
            "direction": "out", "id": message.id, "at": iso(message.created_at), "content": content,
            "state": message.state, "reason": message.reason, "error": message.error_code,
        });
        let text = said(&message, paint);
        lines.push(Line { at: message.created_at, order: (1, message.id.0), from: None, text, json });
    }
    lines.sort_by_key(|line| Reverse((line.at, line.order)));
    Ok(lines)
}

/// The bot's time zone, which the operators also use.
pub(in crate::cli) fn zone(config: &Config) -> TimeZone {
    let Ok(files) = source_files::read(&config.bot) else { return TimeZone::UTC };
    crate::flow::parse_set(&files.files).0.bot.timezone
}

fn state(session: &Session) -> String {
    match (&session.person, &session.needs_person) {
        (Some(person), _) => format!("with {}", person.team.as_deref().unwrap_or("a person")),
        (None, Some(needs)) => format!("needs a person: {}", needs.why),
        (None, None) => "bot".to_owned(),
    }
}

/// The summary of the open case, written by the flow or by a model.
pub(in crate::cli) fn summary(session: &Session) -> Option<&str> {
    session.person.as_ref()?.case.as_ref()?.summary.as_deref()
}

fn print(row: &Conversation, data: &ContactData, session: &Session, lines: &[Line], zone: &TimeZone, paint: Paint) {
    let phone = data.phone.as_deref().or(data.bsuid.as_deref()).unwrap_or_default();
    let window = show::window(Window { opened_at: row.opened_at }, SystemClock.now());
    let name = data.name.as_deref().unwrap_or("no name");
    println!(
        "{} {}",
        paint.strong(show::line(name)),
        paint.faint(format!(
            "{phone} · conversation {} at sender {} · {} · {window}",
            row.id,
            row.sender_id,
            show::line(&state(session))
        ))
    );
    if let Some(summary) = summary(session) {
        println!("{} {}", paint.faint("summary:"), show::line(summary));
    }
    if lines.is_empty() {
        println!("Nothing was said yet.");
    }
    let mut day = String::new();
    for line in lines {
        let at = show::clock(line.at, zone);
        let (today, clock) = at.rsplit_once(' ').unwrap_or(("", &at));
        if today != day {
            println!("\n{}", paint.faint(today));
            today.clone_into(&mut day);
        }
        let who = match &line.from {
            Some(name) => paint.strong(name),
            None => paint.bot("bot"),
        };
        let mut parts = line.text.lines();
        println!("{} {who}: {}", paint.faint(clock), parts.next().unwrap_or_default());
        parts.for_each(|part| println!("        {part}"));
    }
}
