//! Reads what Chatwoot's API gives: canned responses (JSON or CSV), and inboxes with their hours.

use super::{
    bot::{ImportedBot, ImportedFlow},
    graph::{Goal, Graph, Node, Step},
    names::Names,
    report::{Place, line},
    source::{Source, at, is_true, list, some_text, text},
    texts::{clean, literal, says},
    yaml::{self, Yaml},
};
use crate::{base::limits::IMPORT_BLOCKS_MAX, flow::load::spec::BOT_KEYS};
use serde_json::Value;

/// The days of Chatwoot's `day_of_week`.
const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// Reads all files as one bot; the error is one sentence.
pub fn read(sources: &[Source]) -> Result<ImportedBot, String> {
    let mut bot = ImportedBot {
        name: "Chatwoot".to_owned(),
        language: "en".to_owned(),
        timezone: "UTC".to_owned(),
        ..ImportedBot::default()
    };
    let (mut replies, mut names) = (Vec::new(), Names::default());
    let mut team_names = Names::default();
    for source in sources {
        let items = items(source)?;
        if items.len() > IMPORT_BLOCKS_MAX {
            return Err(format!(
                "`{}` has {} entries, and at most {IMPORT_BLOCKS_MAX} are imported",
                source.name,
                items.len()
            ));
        }
        for item in &items {
            if at(item, "content").is_string() {
                let code =
                    some_text(item, "short_code").or_else(|| some_text(item, "name")).unwrap_or_else(|| "reply".into());
                let name = names.fresh(&code, "reply");
                let id = some_text(item, "id").unwrap_or_else(|| code.clone());
                replies.push((
                    Place { flow: source.name.clone(), name: line(&code), kind: "canned response".into(), id },
                    name,
                    text(item, "content"),
                ));
            } else if at(item, "working_hours").is_array() || !at(item, "channel_type").is_null() {
                inbox(&mut bot, item, &source.name, &mut team_names);
            } else {
                let place = Place {
                    flow: source.name.clone(),
                    name: "entry".into(),
                    kind: "unknown".into(),
                    id: text(item, "id"),
                };
                bot.report.left(&place, "it is neither a canned response nor an inbox");
            }
        }
    }
    if bot.flows.is_empty() && replies.is_empty() {
        return Err("there is no canned response and no inbox in it".to_owned());
    }
    if bot.teams.is_empty() {
        bot.teams.insert("support".into(), Yaml::Map(Vec::new()));
    }
    if bot.flows.is_empty() {
        handover(&mut bot, "Talk to a person", "support", None, None);
    }
    let has_key = BOT_KEYS.iter().any(|key| key.name == "replies");
    write_replies(&mut bot, replies, has_key);
    bot.report.todo.insert("Set `bot`, `language` and `timezone` in `flows/_bot.yaml`.".into());
    Ok(bot)
}

/// The entries of a file: a list, a list within `payload` or other keys, one inbox, or rows of CSV.
fn items(source: &Source) -> Result<Vec<Value>, String> {
    let first = source.text.trim_start().chars().next().unwrap_or(' ');
    if !matches!(first, '[' | '{') {
        return rows(source);
    }
    let json = source.json()?;
    let lists = ["payload", "canned_responses", "inboxes", "data"];
    Ok(match &json {
        Value::Array(items) => items.clone(),
        _ if lists.iter().any(|key| at(&json, key).is_array()) => {
            lists.iter().flat_map(|key| list(&json, key)).cloned().collect()
        }
        _ => vec![json],
    })
}

fn rows(source: &Source) -> Result<Vec<Value>, String> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(source.text.as_bytes());
    let wrong = |error: csv::Error| format!("`{}` is neither JSON nor a table: {error}", source.name);
    let head: Vec<String> = reader.headers().map_err(wrong)?.iter().map(|name| name.trim().to_lowercase()).collect();
    let column = |name: &str| head.iter().position(|other| other == name);
    let (Some(code), Some(content)) = (column("short_code"), column("content")) else {
        return Err(format!("`{}` has no columns `short_code` and `content`", source.name));
    };
    let mut items = Vec::new();
    for record in reader.records().take(IMPORT_BLOCKS_MAX + 1) {
        let record = record.map_err(wrong)?;
        let cell = |at: usize| record.get(at).unwrap_or_default();
        items.push(serde_json::json!({"short_code": cell(code), "content": cell(content)}));
    }
    Ok(items)
}

/// Replies are a key of `_bot.yaml` where the language has it, else a file of their own.
fn write_replies(bot: &mut ImportedBot, replies: Vec<(Place, String, String)>, has_key: bool) {
    if replies.is_empty() {
        return;
    }
    let mut map = Vec::new();
    for (place, name, content) in replies {
        let became = match has_key {
            true => format!("`replies: {name}` of `_bot.yaml`"),
            false => format!("`{name}` in `replies.yaml`"),
        };
        match content.contains("{{") {
            true => bot.report.replaced(&place, format!("{became}; its `{{{{…}}}}` stays as it was written")),
            false => bot.report.kept(&place, became),
        }
        map.push((name, Yaml::text(clean(&content))));
    }
    if has_key {
        bot.keys.push(("replies".to_owned(), Yaml::Map(map)));
        return;
    }
    bot.report.todo.insert("`replies.yaml` holds the canned responses for people; no flow reads it.".into());
    let text =
        yaml::file("replies.yaml", &["Texts that people of the team send; no flow reads this file.".to_owned()], &map);
    bot.other_files.push(("replies.yaml".to_owned(), text));
}

/// An inbox has hours, a greeting and a text for outside of them: a flow hands over to its team.
fn inbox(bot: &mut ImportedBot, inbox: &Value, file: &str, names: &mut Names) {
    let title = some_text(inbox, "name").unwrap_or_else(|| "Support".to_owned());
    let place = Place { flow: file.to_owned(), name: line(&title), kind: "inbox".into(), id: text(inbox, "id") };
    let team = names.fresh(&title, "support");
    if bot.name == "Chatwoot" {
        bot.name = line(&title);
    }
    if let Some(zone) = some_text(inbox, "timezone").filter(|zone| jiff::tz::TimeZone::get(zone).is_ok()) {
        if bot.timezone != "UTC" && bot.timezone != zone {
            bot.report.left(&place, format!("its zone `{zone}`: a bot has one, `{}`", bot.timezone));
        } else {
            bot.timezone = zone;
        }
    }
    let has_hours = is_true(inbox, "working_hours_enabled") && !list(inbox, "working_hours").is_empty();
    if has_hours {
        let open: Vec<(String, Yaml)> = list(inbox, "working_hours").iter().filter_map(day).collect();
        bot.hours.insert(team.clone(), Yaml::map([("open", Yaml::Map(open))]));
        bot.teams.insert(team.clone(), Yaml::map([("hours", Yaml::bare(&team))]));
        bot.report.kept(&place, format!("`hours: {team}` and the team `{team}`"));
    } else {
        bot.teams.insert(team.clone(), Yaml::Map(Vec::new()));
        bot.report.kept(&place, format!("the team `{team}`, which is always open"));
    }
    let greeting = some_text(inbox, "greeting_message").filter(|_| is_true(inbox, "greeting_enabled"));
    let closed = some_text(inbox, "out_of_office_message").filter(|_| has_hours);
    if is_true(inbox, "csat_survey_enabled") {
        bot.report.left(&place, "its survey after the talk: write a flow with `handoff_done` under `when`");
    }
    handover(bot, &title, &team, greeting, closed);
}

fn day(day: &Value) -> Option<(String, Yaml)> {
    let name = DAYS.get(usize::try_from(at(day, "day_of_week").as_u64()?).ok()?)?;
    if is_true(day, "closed_all_day") {
        return None;
    }
    let clock = |hour: &str, minute: &str| {
        let of = |key: &str| at(day, key).as_u64().unwrap_or(0);
        format!("{:02}:{:02}", of(hour).min(24), of(minute).min(59))
    };
    let span = match is_true(day, "open_all_day") {
        true => "00:00-24:00".to_owned(),
        false => format!("{}-{}", clock("open_hour", "open_minutes"), clock("close_hour", "close_minutes")),
    };
    Some(((*name).to_owned(), Yaml::List(vec![Yaml::text(span)])))
}

/// Any message is greeted and goes to the team.
fn handover(bot: &mut ImportedBot, title: &str, team: &str, greeting: Option<String>, closed: Option<String>) {
    let mut steps: Vec<Step> = greeting.into_iter().flat_map(|text| says(&literal(&text))).collect();
    let mut handoff = Step::keys([("handoff", Yaml::bare(team))]);
    if let Some(closed) = closed {
        let said = yaml::WrittenStep {
            remarks: Vec::new(),
            keys: vec![("say".to_owned(), Yaml::text(literal(&clean(&closed))))],
        };
        handoff = handoff.key("out_of_hours", Yaml::Steps(vec![said]));
    }
    steps.push(handoff);
    let mut graph = Graph::default();
    graph.start = Some(graph.add(Node::new(title, steps, Goal::End)));
    let name = bot.flow_names.of(title, title, "support");
    // Two flows for any message would be one too many: the others are called by their name.
    let when = match bot.flows.is_empty() {
        true => Yaml::map([("any_message", Yaml::bare(true))]),
        false => Yaml::map([("message", Yaml::text(clean(title).to_lowercase()))]),
    };
    bot.flows.push(ImportedFlow { name, title: line(title), when: vec![when], graph, ..ImportedFlow::default() });
}
