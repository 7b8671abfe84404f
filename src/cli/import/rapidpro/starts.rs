//! Reads what starts RapidPro's flows: triggers, keywords of Glific, campaigns.

use super::{
    super::{
        bot::{ImportedBot, ImportedFlow},
        graph::{Goal, Graph, Node},
        source::{at, list, some_text, text},
        texts::{clean, says},
        yaml::Yaml,
    },
    context, place,
};
use serde_json::Value;
use std::collections::BTreeSet;

/// Adds triggers to the flows; a bot without any begins each flow by its name.
pub fn add(bot: &mut ImportedBot, exports: &[(String, Value)], found: &[(&Value, &Value)]) {
    let mut words = BTreeSet::new();
    for (outer, flow) in found {
        let keywords: Vec<String> =
            list(outer, "keywords").iter().filter_map(Value::as_str).map(str::to_owned).collect();
        listen(bot, &text(flow, "uuid"), &keywords, None, &mut words);
    }
    for (_, json) in exports {
        list(json, "triggers").iter().for_each(|trigger| one(bot, trigger, &mut words));
        for campaign in list(json, "campaigns") {
            list(campaign, "events").iter().for_each(|event| campaign_event(bot, campaign, event));
        }
    }
    if bot.flows.iter().all(|flow| flow.when.is_empty()) {
        bot.report.todo.insert(
            "The export has no triggers: each flow begins by its name; write its real words under `when`.".into(),
        );
        for at in 0..bot.flows.len() {
            let title = clean(&bot.flows[at].title).to_lowercase();
            if !title.trim().is_empty() && words.insert(title.clone()) {
                bot.flows[at].when.push(Yaml::map([("message", Yaml::text(title))]));
            }
        }
    }
}

fn flow_of<'b>(bot: &'b mut ImportedBot, uuid: &str) -> Option<&'b mut ImportedFlow> {
    let name = bot.flow_names.known(uuid)?.to_owned();
    bot.flows.iter_mut().find(|flow| flow.name == name)
}

fn listen(bot: &mut ImportedBot, uuid: &str, keywords: &[String], how: Option<&str>, words: &mut BTreeSet<String>) {
    let fresh: Vec<Yaml> = keywords
        .iter()
        .map(|word| clean(word).trim().to_owned())
        .filter(|word| !word.is_empty() && words.insert(word.to_lowercase()))
        .map(Yaml::text)
        .collect();
    if fresh.is_empty() {
        return;
    }
    if let Some(flow) = flow_of(bot, uuid) {
        let mut trigger = vec![("message".to_owned(), Yaml::List(fresh))];
        trigger.extend(how.map(|how| ("match".to_owned(), Yaml::bare(how))));
        flow.when.push(Yaml::Map(trigger));
    }
}

fn one(bot: &mut ImportedBot, trigger: &Value, words: &mut BTreeSet<String>) {
    let kind = text(trigger, "trigger_type");
    let uuid = text(trigger, "flow.uuid");
    let named = some_text(trigger, "flow.name").unwrap_or_default();
    let id = some_text(trigger, "uuid").unwrap_or_else(|| format!("{kind} {named}"));
    let place = place("triggers", &named, &format!("trigger {kind}"), &id);
    if flow_of(bot, &uuid).is_none() {
        return bot.report.left(&place, "its flow is not in the export");
    }
    let simple = match kind.as_str() {
        "K" => {
            let mut keywords: Vec<String> =
                list(trigger, "keywords").iter().filter_map(Value::as_str).map(str::to_owned).collect();
            keywords.extend(some_text(trigger, "keyword"));
            let how = if text(trigger, "match_type") == "O" { None } else { Some("starts") };
            listen(bot, &uuid, &keywords, how, words);
            return match list(trigger, "groups").is_empty() && list(trigger, "exclude_groups").is_empty() {
                true => bot.report.kept(&place, "`message` under `when`"),
                false => bot
                    .report
                    .replaced(&place, "`message` under `when`; it is heard from everybody, not from its groups alone"),
            };
        }
        "C" => Yaml::map([("any_message", Yaml::bare(true))]),
        "N" => Yaml::map([("first_message", Yaml::bare(true))]),
        "M" => Yaml::map([("missed_call", Yaml::bare(true))]),
        "R" => Yaml::map([("referral", some_text(trigger, "referrer_id").map_or(Yaml::bare("any"), Yaml::text))]),
        "T" => Yaml::map([("handoff_done", Yaml::bare("support"))]),
        _ => {
            return bot.report.left(
                &place,
                "write a `schedule` with `to:` under `when` of its flow: the export's times are of its workspace",
            );
        }
    };
    bot.report.kept(&place, "a trigger under `when`");
    if let Some(flow) = flow_of(bot, &uuid)
        && !flow.when.contains(&simple)
    {
        flow.when.push(simple);
    }
}

/// The field that a campaign counts from; `None` for what a contact has no field for.
pub fn counted_from(key: &str) -> Option<String> {
    context::field_name(key).filter(|_| !matches!(key, "created_on" | "last_seen_on" | ""))
}

/// An event so long before or after a date of the contact.
fn campaign_event(bot: &mut ImportedBot, campaign: &Value, event: &Value) {
    let title = text(campaign, "name");
    let id = some_text(event, "uuid").unwrap_or_default();
    let place = place("campaigns", &title, "event", &id);
    let key = text(event, "relative_to.key");
    let Some(field) = context::field_name(&key).filter(|_| !matches!(key.as_str(), "created_on" | "last_seen_on" | ""))
    else {
        return bot.report.left(&place, format!("it counts from `{key}`, which is no field of a contact here"));
    };
    let offset = at(event, "offset").as_i64().unwrap_or(0).clamp(-3650, 3650);
    let unit = match text(event, "unit").as_str() {
        "M" => "m",
        "H" => "h",
        "W" => "w",
        _ => "d",
    };
    let (offset, unit) = if unit == "w" { (offset * 7, "d") } else { (offset, unit) };
    let mut keys = vec![("date".to_owned(), Yaml::bare(format!("contact.{field}")))];
    if offset != 0 {
        keys.push(("offset".to_owned(), Yaml::bare(format!("{offset}{unit}"))));
    }
    if let Some(hour) = at(event, "delivery_hour").as_i64().filter(|hour| (0..24).contains(hour)) {
        keys.push(("at".to_owned(), Yaml::text(format!("{hour:02}:00"))));
    }
    bot.report.todo.insert(format!(
        "`contact.{field}` is a `datetime` now, because a campaign counts from it; flows that fill it must give one."
    ));
    let group = text(campaign, "group.name");
    if !group.is_empty() {
        keys.push((
            "if".to_owned(),
            Yaml::Text(format!("contact.tags.contains({})", super::super::texts::in_code(&group))),
        ));
    }
    if text(event, "event_type") == "F" {
        let uuid = text(event, "flow.uuid");
        match flow_of(bot, &uuid) {
            Some(flow) => flow.when.push(Yaml::Map(keys)),
            None => return bot.report.left(&place, "its flow is not in the export"),
        }
        return bot.report.kept(&place, "`date` under `when` of its flow");
    }
    message(bot, &title, event, Yaml::Map(keys));
    bot.report.kept(&place, "a flow of its own with `date` under `when`");
}

/// A message of a campaign is a flow of its own.
fn message(bot: &mut ImportedBot, title: &str, event: &Value, when: Yaml) {
    let base = text(event, "base_language");
    let texts = at(event, "message").as_object();
    let said = texts
        .and_then(|map| map.get(&base).or_else(|| map.values().next()))
        .and_then(Value::as_str)
        .unwrap_or_default();
    let (said, _) = super::expressions::template(said, &mut |path| match path {
        [contact, key, ..] if contact == "contact" || contact == "fields" => match context::field_name(key) {
            Some(name) => Ok(super::expressions::Code::text(format!("(contact.{name} ?? \"\")"))),
            None => Ok(super::expressions::Code::text(format!("(contact.{key} ?? \"\")"))),
        },
        _ => Err("it is not known here".to_owned()),
    });
    let mut graph = Graph::default();
    let node = graph.add(Node::new(title, says(&said), Goal::End));
    graph.start = Some(node);
    let id = format!("campaign {}", text(event, "uuid"));
    let name = bot.flow_names.of(&id, title, "campaign");
    bot.flows.push(ImportedFlow { name, title: title.to_owned(), when: vec![when], graph, ..ImportedFlow::default() });
}
