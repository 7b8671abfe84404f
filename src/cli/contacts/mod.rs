//! Runs `transom contacts list|show|tag|untag|set|export|erase|consent|import`: shows and changes contacts, their data
//! and their consent.

mod consent;
mod import;
mod leave;

use super::{
    Failure, Outcome,
    client::{
        call::Api,
        workplace::{self, CommandAt, contact_of, read_only},
    },
    terminal::{out, show, table},
};
use crate::{
    base::{
        counted::counted,
        ids::ContactId,
        limits::{COMMAND_CONTACTS_READ_MAX, COMMAND_ROWS_MAX},
    },
    model::{contact::Contact, value::Value},
    runtime::config::Config,
    store::{
        Store,
        tables::{contact, conversation, ledger},
    },
    web::api::contacts,
};
use reqwest::Method;
use serde_json::{Map, Value as Json, json};
use std::path::PathBuf;

pub type Args = CommandAt<Action>;

#[derive(Debug, clap::Subcommand)]
pub enum Action {
    /// The newest contacts
    List {
        /// Only with these words in their name, number or `email`
        words: Option<String>,
        /// Only those with this tag
        #[arg(long)]
        tag: Option<String>,
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=COMMAND_ROWS_MAX))]
        limit: i64,
    },
    /// All that is known of one
    Show {
        /// Their phone with `+`, or their id
        who: String,
    },
    /// Put tags on one; flows hear of it
    Tag {
        /// Their phone with `+`, or their id
        who: String,
        #[arg(required = true)]
        tags: Vec<String>,
    },
    /// Take tags off one
    Untag {
        /// Their phone with `+`, or their id
        who: String,
        #[arg(required = true)]
        tags: Vec<String>,
    },
    /// Set fields, `name`, `language` or `zone`; an empty value empties
    Set {
        /// Their phone with `+`, or their id
        who: String,
        /// Such as city=Madrid
        #[arg(required = true, value_name = "FIELD=VALUE")]
        values: Vec<String>,
    },
    /// All that is kept of one, with every message, as one JSON document: for who asks what you know of them
    Export {
        /// Their phone with `+`, or their id
        who: String,
        /// Into this file, readable by you alone
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Erase one for good: messages, fields, numbers; of consent the bare line stays
    Erase {
        /// Their phone with `+`, or their id
        who: String,
        /// Without asking
        #[arg(long)]
        yes: bool,
    },
    /// Take people from a table (CSV), each row for itself; what is there already stays as it is
    Import(import::Args),
    /// Show and change what people agreed to and withdrew, with its proof
    Consent {
        #[command(subcommand)]
        what: consent::Action,
    },
}

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    match args.what {
        Action::List { words, tag, limit } => list(&config, words.as_deref(), tag.as_deref(), limit).await,
        Action::Show { who } => describe(&config, &who).await,
        Action::Tag { who, tags } => change(&config, &who, &json!({"tags": {"add": tags}})).await,
        Action::Untag { who, tags } => change(&config, &who, &json!({"tags": {"remove": tags}})).await,
        Action::Set { who, values } => change(&config, &who, &fields(&values)?).await,
        Action::Export { who, out } => leave::export(&config, &who, out.as_deref()).await,
        Action::Erase { who, yes } => leave::erase(&config, &who, yes).await,
        Action::Import(args) => import::run(&config, args).await,
        Action::Consent { what } => consent::run(&config, what).await,
    }
}

/// Finds a contact in the database; for a contact that was joined to another, finds the other.
async fn find(config: &Config, store: &Store, who: &str) -> Result<Contact, Failure> {
    let by_id = match who.parse::<i64>() {
        Ok(id) if !who.starts_with('+') => contact::find(store, ContactId(id)).await.map_err(Failure::failed)?,
        _ => None,
    };
    let found = match by_id {
        Some(found) => Some(found),
        None => contact_of(config, store, who).await?,
    };
    let going_on = match found {
        Some(found) => contact::going_on(store, found.id).await.map_err(Failure::failed)?,
        None => None,
    };
    let known = going_on.filter(|contact| contact.data.erased_at.is_none());
    known.ok_or_else(|| {
        Failure::Failed(format!("there is no contact `{who}`; give a phone like `+34600111222`, or an id"))
    })
}

/// The running daemon. Only the daemon may change contacts, because it keeps the state of their lanes in memory.
async fn daemon(config: &Config) -> Result<Api, Failure> {
    workplace::daemon(config, "flows must hear of a change, which only the daemon tells them").await
}

async fn list(config: &Config, words: Option<&str>, tag: Option<&str>, limit: i64) -> Outcome {
    let store = read_only(config).await?;
    let told = told(config, &store, words, tag, limit).await;
    store.close().await;
    if told? {
        table::tell_cut(limit, None, COMMAND_ROWS_MAX);
    }
    Ok(())
}

/// Prints the list. True if it is cut.
async fn told(
    config: &Config,
    store: &Store,
    words: Option<&str>,
    tag: Option<&str>,
    limit: i64,
) -> Result<bool, Failure> {
    let mut found = gather(config, store, words, tag, limit + 1).await?;
    let cut = table::is_cut(&mut found, limit);
    if out::is_json() {
        let mut documents = Vec::with_capacity(found.len());
        for contact in &found {
            let mut document = json!(contacts::document(store, contact).await.map_err(Failure::failed)?);
            document["account"] = contact.account.as_str().into();
            documents.push(document);
        }
        out::document(&documents.into());
    } else {
        let headings = ["id", "account", "phone", "name", "language", "tags", "consent", "opted out"];
        let rows: Vec<Vec<String>> = found.iter().map(row).collect();
        table::print(&headings, &rows, "There are no such contacts.");
    }
    Ok(cut)
}

async fn gather(
    config: &Config,
    store: &Store,
    words: Option<&str>,
    tag: Option<&str>,
    limit: i64,
) -> Result<Vec<Contact>, Failure> {
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut rows: Vec<Contact> = Vec::new();
    for account in &config.accounts {
        let mut offset = 0;
        while rows.len() < most && offset < COMMAND_CONTACTS_READ_MAX {
            let page = contact::found(store, &account.name, words.unwrap_or_default(), limit, offset).await;
            let page = page.map_err(Failure::failed)?;
            let read_all = i64::try_from(page.len()).is_ok_and(|count| count < limit);
            offset += limit;
            let fits =
                |contact: &Contact| !contact.data.is_gone() && tag.is_none_or(|tag| contact.data.tags.contains(tag));
            rows.extend(page.into_iter().map(|(contact, _)| contact).filter(fits));
            if read_all {
                break;
            }
        }
    }
    rows.truncate(most);
    Ok(rows)
}

fn row(contact: &Contact) -> Vec<String> {
    let data = &contact.data;
    let tags: Vec<&str> = data.tags.iter().map(String::as_str).collect();
    vec![
        contact.id.to_string(),
        contact.account.to_string(),
        data.phone.clone().or(data.bsuid.clone()).unwrap_or_default(),
        show::short(data.name.as_deref().unwrap_or_default(), 24),
        data.language.clone().unwrap_or_default(),
        show::short(&tags.join(" "), 40),
        show::short(&agreed(contact), 40),
        contact.opted_out.map(show::time).unwrap_or_default(),
    ]
}

/// The topics of a contact: `marketing, -news`; a minus marks a withdrawn one.
fn agreed(contact: &Contact) -> String {
    let word = |(topic, consent): (&String, &crate::model::contact::Consent)| {
        if consent.given { topic.clone() } else { format!("-{topic}") }
    };
    contact.data.consent.iter().map(word).collect::<Vec<_>>().join(", ")
}

async fn describe(config: &Config, who: &str) -> Outcome {
    let store = read_only(config).await?;
    let done = match out::is_json() {
        true => document(config, &store, who).await.map(|contact| out::document(&contact)),
        false => lines(config, &store, who)
            .await
            .map(|lines| lines.iter().for_each(|(name, value)| println!("{name:<14}{value}"))),
    };
    store.close().await;
    done
}

async fn document(config: &Config, store: &Store, who: &str) -> Result<Json, Failure> {
    let contact = find(config, store, who).await?;
    contacts::document(store, &contact).await.map(|contact| json!(contact)).map_err(Failure::failed)
}

async fn lines(config: &Config, store: &Store, who: &str) -> Result<Vec<(String, String)>, Failure> {
    let contact = find(config, store, who).await?;
    let data = &contact.data;
    let mut lines: Vec<(String, String)> = Vec::new();
    let mut line = |name: &str, value: String| {
        if !value.is_empty() {
            lines.push((name.to_owned(), show::line(&value)));
        }
    };
    line("id", contact.id.to_string());
    line("account", contact.account.to_string());
    line("phone", data.phone.clone().unwrap_or_default());
    line("user id", data.bsuid.clone().unwrap_or_default());
    line("name", data.name.clone().unwrap_or_default());
    line("username", data.username.clone().map(|name| format!("@{name}")).unwrap_or_default());
    line("language", data.language.clone().unwrap_or_default());
    line("zone", data.zone.clone().unwrap_or_default());
    line("tags", data.tags.iter().cloned().collect::<Vec<_>>().join(" "));
    for (field, value) in &data.fields {
        line(field, value.print().unwrap_or_else(|| value.to_json().to_string()));
    }
    line("opted out", contact.opted_out.map(|at| format!("since {}", show::time(at))).unwrap_or_default());
    for (topic, consent) in &data.consent {
        let word = if consent.given { "given" } else { "withdrawn" };
        line(&format!("consent {topic}"), format!(" {word} {}", show::time(consent.at)));
    }
    for row in conversation::of(store, contact.id).await.map_err(Failure::failed)? {
        let last =
            row.last_inbound_at.map_or_else(|| "has not written".to_owned(), |at| format!("wrote {}", show::time(at)));
        let nobody = match data.undeliverable_since(row.sender_id) {
            Some(at) => format!(", undeliverable since {}: the platform finds nobody at the number", show::time(at)),
            None => String::new(),
        };
        line("conversation", format!("{} at sender {}, {last}{nobody}", row.id, row.sender_id));
    }
    let written = ledger::of(store, contact.id).await.map_err(Failure::failed)?.len();
    line("ledger", format!("{}; `transom contacts consent show {who}` prints them", counted(written, "line")));
    Ok(lines)
}

/// Parses values such as `city=Madrid` for the API.
fn fields(values: &[String]) -> Result<Json, Failure> {
    let (mut own, mut fields) = (Map::new(), Map::new());
    for text in values {
        let Some((name, value)) = text.split_once('=') else {
            return Err(Failure::Usage(format!("`{text}` has no `=`; write `city=Madrid`")));
        };
        let value = if value.is_empty() { Json::Null } else { value.into() };
        let place = if ["name", "language", "zone"].contains(&name) { &mut own } else { &mut fields };
        place.insert(name.to_owned(), value);
    }
    if !fields.is_empty() {
        own.insert("fields".to_owned(), fields.into());
    }
    Ok(own.into())
}

async fn change(config: &Config, who: &str, body: &Json) -> Outcome {
    let api = daemon(config).await?;
    let store = read_only(config).await?;
    let contact = find(config, &store, who).await;
    store.close().await;
    let path = format!("/v1/contacts/{}", contact?.id);
    let answer = api.request(Method::PATCH, &path, &[], Some(body.to_string().into_bytes())).await?;
    let now = accepted(answer)?;
    let tags: Vec<&str> = now["tags"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let fields: Vec<String> = now["fields"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| format!("{name}={}", Value::from_json(value).print().unwrap_or_else(|| value.to_string())))
        .collect();
    let words = format!("{}: tags {}; fields {}", now["phone"].as_str().unwrap_or(who), listed(&tags), listed(&fields));
    out::either(|| now.clone(), || println!("{words}"));
    Ok(())
}

fn listed<T: AsRef<str>>(all: &[T]) -> String {
    let all: Vec<&str> = all.iter().map(AsRef::as_ref).collect();
    if all.is_empty() { "none".to_owned() } else { all.join(" ") }
}

/// The body of a 2xx response; otherwise one line for each field that the daemon refused.
fn accepted(answer: super::client::call::Response) -> Result<Json, Failure> {
    if answer.status.is_success() {
        return Ok(answer.json());
    }
    let said = answer.json();
    let wrong: Vec<&str> =
        said["errors"].as_array().into_iter().flatten().filter_map(|error| error["detail"].as_str()).collect();
    Err(Failure::Failed(if wrong.is_empty() { answer.refusal() } else { wrong.join("\n       ") }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_a_field_or_one_of_the_contacts_own() {
        let body = fields(&["name=Ana".into(), "city=Madrid=Centro".into(), "size=".into()]).unwrap();
        assert_eq!(body, json!({"name": "Ana", "fields": {"city": "Madrid=Centro", "size": null}}));
        assert!(matches!(fields(&["city".into()]), Err(Failure::Usage(_))));
    }
}
