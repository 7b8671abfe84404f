//! Runs `transom trigger webhook`: posts to `/hooks/NAME` as another system would, signed as the flow requires.

use super::{To, talk::Talk, told::OutputList};
use crate::{
    base::{phone, secret::Secret},
    cli::Failure,
    flow,
    runtime::{bot::source_files, config::Config, ingest::webhook_triggers::proof},
};
use reqwest::Method;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// As the flow's `webhook:` names it
    #[arg(value_name = "NAME")]
    hook: String,
    /// The body; without it, the customer's number as `phone`
    #[arg(long, value_name = "JSON")]
    body: Option<String>,
    #[command(flatten)]
    to: To,
}

pub(super) async fn run(Args { hook, body, to }: Args) -> Result<Talk, Failure> {
    let config = to.call.place.config()?;
    let mut talk = Talk::open(to).await?;
    let body = body.unwrap_or_else(|| json!({"phone": format!("+{}", talk.from.value)}).to_string());
    let headers = signed(&config, &hook, body.as_bytes())?;
    let path = format!("/hooks/{hook}");
    let headers: Vec<(&str, String)> = headers.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    // The body may name another contact than the sender of the test; earlier messages to any of them are not answers.
    let own = talk.from.value.clone();
    let mut before = BTreeMap::new();
    for number in numbers(&body).into_iter().chain([own.clone()]) {
        talk.from.value = number.clone();
        before.insert(number, talk.last_id().await.unwrap_or_default());
    }
    let answer = talk.api.request(Method::POST, &path, &headers, Some(body.clone().into_bytes())).await?;
    talk.posted(&path, &answer);
    let told = answer.ok()?;
    for flow in told["flows"].as_array().into_iter().flatten() {
        let text = |key: &str| flow[key].as_str().unwrap_or_default();
        let words = || format!("flow {}: {}", text("flow"), in_words(text("state"), text("detail")));
        talk.record.add(OutputList::Flows, flow.clone(), words);
    }
    if !told["flows"].as_array().into_iter().flatten().any(|flow| flow["state"] == "recorded") {
        return Ok(talk);
    }
    let phone = told["contact"].as_str().map(|phone| phone.trim_start_matches('+').to_owned());
    talk.from.value = phone.unwrap_or(own);
    let before = match before.get(&talk.from.value) {
        Some(last) => *last,
        None => talk.last_id().await?,
    };
    let nothing = "the bot said nothing, or waits until its conversation is free,";
    talk.print_answers(before, nothing).await?;
    Ok(talk)
}

/// The texts of a JSON body that are phone numbers, as digits.
fn numbers(body: &str) -> BTreeSet<String> {
    fn walk(value: &Json, found: &mut BTreeSet<String>) {
        match value {
            Json::String(text) => {
                let digits = text.trim().trim_start_matches('+');
                found.extend(phone::strict(&format!("+{digits}")).map(|_| digits.to_owned()));
            }
            Json::Array(all) => all.iter().for_each(|one| walk(one, found)),
            Json::Object(all) => all.values().for_each(|one| walk(one, found)),
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }
    let mut found = BTreeSet::new();
    if let Ok(body) = serde_json::from_str(body) {
        walk(&body, &mut found);
    }
    found
}

fn in_words(state: &str, detail: &str) -> String {
    match state {
        "recorded" => "taken; it starts as soon as its conversation is free".to_owned(),
        "repeated" => "does not start: the same request was here already".to_owned(),
        "unknown_contact" => {
            "does not start: nobody with this number is known (`new_contact: create` makes one)".to_owned()
        }
        _ => format!("cannot use the body: {detail}"),
    }
}

/// The headers with which the bot's flows verify a request of this name. A secret that is not granted signs nothing.
fn signed(config: &Config, name: &str, body: &[u8]) -> Result<BTreeMap<String, String>, Failure> {
    let files = source_files::read(&config.bot).map_err(Failure::failed)?;
    let (set, _) = flow::parse_set(&files.files);
    let hooks = flow::hooks(&set);
    let ours: Vec<_> = hooks.iter().filter(|hook| hook.webhook.name == name).collect();
    if ours.is_empty() {
        let names = hooks.iter().map(|hook| hook.webhook.name.as_str());
        let help = crate::base::diagnostic::did_you_mean(name, names).map(|help| format!("; {help}"));
        return Err(Failure::Failed(format!("no flow has a webhook `{name}`{}", help.unwrap_or_default())));
    }
    let verifies = ours.iter().filter_map(|hook| hook.webhook.verify.as_ref());
    let granted = |name: &str| -> Option<&Secret> { config.flows.secrets.get(name) };
    let headers = verifies.filter_map(|verify| {
        let secret = granted(&verify.secret)?;
        Some((verify.header.clone(), proof::sign(verify, secret, body)))
    });
    Ok(headers.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_people_are_found_in_a_body() {
        let body =
            r#"{"order": {"phone": "+34600111222", "id": "12"}, "to": ["34600111333", "Ana"], "n": 34600111444}"#;
        assert_eq!(Vec::from_iter(numbers(body)), ["34600111222", "34600111333"]);
        assert!(numbers("no json").is_empty());
    }

    #[test]
    fn each_state_is_a_sentence() {
        for state in ["recorded", "repeated", "unknown_contact", "unusable"] {
            assert!(in_words(state, "why").len() > 5);
        }
        assert_eq!(in_words("unusable", "no phone"), "cannot use the body: no phone");
    }
}
