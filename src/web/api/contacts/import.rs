//! `POST /v1/contacts/import`: imports many contacts at once, each row independent of the others.

use super::{
    ContactChange,
    consent::{ConsentToImport, check_topic, said_at},
    find, happen, none, patch,
};
use crate::{
    base::{
        body_fields::Text,
        diagnostic::did_you_mean,
        ids::{AccountName, ContactId},
        limits::{IMPORT_CONSENTS_MAX, IMPORT_ROWS_MAX, NAME_CHARS_MAX, PHONE_CHARS_MAX},
        phone,
        time::iso,
    },
    model::{
        contact::{ConsentTime, Contact, ContactPatch},
        value::Value,
    },
    web::{
        auth::{self, Caller},
        idempotency::respond,
        problem::{ApiResult, Problem},
        request::{self, FieldErrors},
        state::Web,
    },
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, sync::Arc};
use tokio::task::JoinSet;

#[derive(Debug, Deserialize, JsonSchema)]
pub struct ContactsImport {
    /// At most 100.
    #[schemars(length(max = IMPORT_ROWS_MAX), extend("x-missing" = NO_ROWS))]
    contacts: Vec<ContactToImport>,
    /// Where the key is of none, and there are several.
    account: Option<Text<NAME_CHARS_MAX>>,
    /// `true`: say what would become of each row, and change nothing.
    dry_run: Option<bool>,
    /// `true`: flows hear of each difference, as after a step.
    start_flows: Option<bool>,
    /// The name that the program gives itself, for the consent ledger; `import` if it says nothing.
    by: Option<Text<NAME_CHARS_MAX>>,
}

const NO_ROWS: &str = "`contacts` is missing, or empty.";

/// A field that is left out stays as it is; `null` empties.
#[derive(Debug, Deserialize, JsonSchema)]
struct ContactToImport {
    /// E.164.
    phone: Text<PHONE_CHARS_MAX>,
    #[serde(flatten)]
    change: ContactChange,
    #[schemars(length(max = IMPORT_CONSENTS_MAX))]
    consent: Option<Vec<ConsentToImport>>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct ContactsImported {
    /// A row each, in the order of the request.
    data: Vec<ContactImported>,
    created: usize,
    changed: usize,
    unchanged: usize,
    refused: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ContactImported {
    /// From 0.
    row: usize,
    #[schemars(extend("enum" = ["created", "changed", "unchanged", "refused"]))]
    state: &'static str,
    /// `null`: there is none.
    contact_id: Option<ContactId>,
    errors: Vec<ContactRowError>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ContactRowError {
    /// Within the row: `/fields/size`.
    pointer: String,
    detail: String,
}

/// One row: the phone, and the data to import.
struct Row {
    phone: String,
    /// The data first, then each consent with its own proof.
    patches: Vec<ContactPatch>,
}

/// The result of a row, real or as a dry run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    Created,
    Changed,
    Unchanged,
}

type Errors = Vec<(String, String)>;
type Outcome = (Option<ContactId>, Result<Taken, Errors>);

pub async fn import(State(web): State<Arc<Web>>, caller: Caller, request: Request) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = request::bytes(body).await?;
    let (asked, mut errors) = request::parse::<ContactsImport>(&bytes)?;
    let account = account_of(&web, &caller, asked.account, &mut errors);
    let quietly = !asked.start_flows.unwrap_or(false);
    let source = asked.by.as_ref().map_or("import", |by| by.0.as_str());
    let by = auth::teller(&web, &caller, &parts.headers, Some(source));
    let rows = asked.contacts.into_iter().enumerate();
    let rows: Vec<Row> = rows.map(|(n, row)| read(&web, &mut errors, (n, row), &by, quietly)).collect();
    if rows.is_empty() && errors.is_clean_at("contacts") {
        errors.wrong("contacts", NO_ROWS);
    }
    let wrong = errors.take_rows("contacts", rows.len());
    errors.finish()?;
    let rows = rows.into_iter().zip(wrong).map(|(row, wrong)| if wrong.is_empty() { Ok(row) } else { Err(wrong) });
    let account = account.ok_or_else(|| Problem::bug(&"no account and no error"))?;
    let outcomes = take_all(&web, &account, rows.collect(), asked.dry_run.unwrap_or(false)).await?;
    Ok(respond(StatusCode::OK, &told(outcomes)))
}

fn account_of(
    web: &Web,
    caller: &Caller,
    asked: Option<Text<NAME_CHARS_MAX>>,
    errors: &mut FieldErrors,
) -> Option<AccountName> {
    let own: Vec<&AccountName> =
        web.app.config.accounts.iter().map(|account| &account.name).filter(|name| caller.owns(name)).collect();
    match (asked, &own[..]) {
        (None, [only]) => return Some((*only).clone()),
        (None, _) => errors.wrong("account", "There are several accounts: name one in `account`."),
        (Some(Text(asked)), _) => {
            let found = own.iter().find(|name| name.as_str() == asked);
            if let Some(found) = found {
                return Some((*found).clone());
            }
            let help = did_you_mean(&asked, own.iter().map(|name| name.as_str()));
            let end = help.map_or_else(|| ".".to_owned(), |help| format!("; {help}"));
            errors.wrong("account", format!("There is no account `{asked}`{end}"));
        }
    }
    None
}

fn read(web: &Web, errors: &mut FieldErrors, (n, row): (usize, ContactToImport), by: &str, quietly: bool) -> Row {
    let (at, Text(phone)) = (format!("contacts/{n}/"), row.phone);
    if !phone.is_empty() && phone::strict(&phone).is_none() {
        let why = format!("`{phone}` is no phone number in E.164 format, like `+14155551234`.");
        errors.wrong(&format!("{at}phone"), why);
    }
    let known = ContactPatch { by: by.to_owned(), quietly, ..patch(web, errors, &at, row.change) };
    let consents = row.consent.into_iter().flatten().enumerate();
    let consents = consents.map(|(n, word)| {
        let told = consent(web, errors, &format!("{at}consent/{n}/"), word);
        ContactPatch { by: by.to_owned(), quietly, ..told }
    });
    Row { phone, patches: [known].into_iter().chain(consents).collect() }
}

fn consent(web: &Web, errors: &mut FieldErrors, place: &str, word: ConsentToImport) -> ContactPatch {
    let ConsentToImport { topic: Text(topic), given, proof, at } = word;
    let told = said_at(errors, place, at, web.app.now()).map_or(ConsentTime::Undated, ConsentTime::At);
    check_topic(web, errors, place, &topic);
    let shown = proof.map(|Text(proof)| proof);
    let mut patch = ContactPatch { shown, told: Some(told), ..ContactPatch::default() };
    match (topic.as_str(), given) {
        ("all", true) => {
            let why = "`all` can only be withdrawn: a stop is lifted one by one, with its proof.";
            errors.wrong(&format!("{place}given"), why);
        }
        ("all", false) => patch.opted_out = Some(true),
        (_, true) if patch.shown.is_none() => {
            let why = "`proof` is missing: the words that the contact agreed to, and where.";
            errors.wrong(&format!("{place}proof"), why);
        }
        (_, given) => drop(patch.consent.insert(topic, given)),
    }
    patch
}

/// Imports all rows concurrently, so that they share commits; of two rows for one person only the first is used.
async fn take_all(
    web: &Arc<Web>,
    account: &AccountName,
    rows: Vec<Result<Row, Errors>>,
    dry_run: bool,
) -> Result<Vec<Outcome>, Problem> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut outcomes: Vec<Outcome> = Vec::with_capacity(rows.len());
    let mut tasks = JoinSet::new();
    for (place, row) in rows.into_iter().enumerate() {
        let row = match row {
            Ok(row) => row,
            Err(errors) => {
                outcomes.push((None, Err(errors)));
                continue;
            }
        };
        let known =
            web.app.contacts.contact_by_phone(account, &row.phone).await.map_err(|error| Problem::bug(&error))?;
        let known = match known {
            Some(id) => find(web, id).await?,
            None => None,
        };
        let mut names = phone::spellings(&row.phone);
        names.push(known.as_ref().map_or_else(|| row.phone.clone(), |contact| contact.id.to_string()));
        if let Some(first) = names.iter().find_map(|name| seen.get(name)) {
            let detail = format!("It is the same person as row {first}.");
            outcomes.push((None, Err(vec![("/phone".to_owned(), detail)])));
            continue;
        }
        seen.extend(names.into_iter().map(|name| (name, place)));
        // Its task replaces this with the result.
        outcomes.push((None, Ok(Taken::Unchanged)));
        let (web, account) = (Arc::clone(web), account.clone());
        tasks.spawn(async move { (place, take(&web, &account, row, known, dry_run).await) });
    }
    while let Some(done) = tasks.join_next().await {
        let (place, outcome) = done.map_err(|panic| Problem::bug(&panic))?;
        outcomes[place] = outcome?;
    }
    Ok(outcomes)
}

async fn take(
    web: &Web,
    account: &AccountName,
    row: Row,
    known: Option<Contact>,
    dry_run: bool,
) -> Result<Outcome, Problem> {
    let id = known.as_ref().map(|contact| contact.id);
    if let Some(contact) = &known {
        let against = stands_against(contact, &row);
        if !against.is_empty() {
            return Ok((id, Err(against)));
        }
    }
    let changes: Vec<&ContactPatch> =
        row.patches.iter().filter(|patch| known.as_ref().is_none_or(|contact| differs(contact, patch))).collect();
    let wanted = match &known {
        None => Taken::Created,
        Some(_) if changes.is_empty() => Taken::Unchanged,
        Some(_) => Taken::Changed,
    };
    if dry_run || wanted == Taken::Unchanged {
        return Ok((id, Ok(wanted)));
    }
    let contact = match known {
        Some(known) => known,
        None => {
            let app = &web.app;
            let sender = app.senders.choose(account, |_| true, &[]);
            let sender = sender.ok_or_else(|| Problem::not_found("The account has no sender."))?;
            let reached = app.contacts.reach(account, sender.id, &row.phone, None).await;
            let (id, _) = reached.map_err(|error| Problem::bug(&error))?;
            find(web, id).await?.ok_or_else(none)?
        }
    };
    for patch in changes.into_iter().filter(|patch| !is_empty(patch)) {
        happen(web, &contact, patch.clone()).await?;
    }
    // The contact may have opted out in the meantime; a person who was erased may have opted out before.
    let now = find(web, contact.id).await?.ok_or_else(none)?;
    let against = stands_against(&now, &row);
    Ok((Some(now.id), if against.is_empty() { Ok(wanted) } else { Err(against) }))
}

/// The errors for imported consents that contradict the contact's own statements.
fn stands_against(contact: &Contact, row: &Row) -> Errors {
    let consents = row.patches.iter().flat_map(|patch| patch.consent.iter().map(move |one| (patch, one)));
    let mut errors = Errors::new();
    for (place, (patch, (topic, given))) in consents.enumerate() {
        let known = contact.data.consent.get(topic).is_some_and(|known| known.given == *given);
        let against = patch.told.and_then(|told| told.against(&contact.data, contact.opted_out, topic, *given));
        if let Some(at) = against.filter(|_| !known) {
            let what = match (given, contact.data.consent.get(topic)) {
                (true, Some(_)) => format!("They withdrew `{topic}` on {}", iso(at)),
                (true, None) => format!("They want no messages at all since {}", iso(at)),
                (false, _) => format!("They agreed to `{topic}` on {}", iso(at)),
            };
            errors.push((format!("/consent/{place}"), format!("{what}, and that word stands.")));
        }
    }
    errors
}

/// True if the patch would change the contact.
fn differs(contact: &Contact, patch: &ContactPatch) -> bool {
    let data = &contact.data;
    let holds = |name: &str| {
        let text = |text: &Option<String>| text.clone().map_or(Value::Nothing, Value::Text);
        match name {
            "name" => text(&data.name),
            "language" => text(&data.language),
            "zone" => text(&data.zone),
            _ => data.fields.get(name).cloned().unwrap_or_default(),
        }
    };
    patch.fields.iter().any(|(name, value)| holds(name) != *value)
        || !patch.tags_added.is_subset(&data.tags)
        || !patch.tags_removed.is_disjoint(&data.tags)
        || patch.consent.iter().any(|(topic, given)| data.consent.get(topic).is_none_or(|known| known.given != *given))
        || (patch.opted_out == Some(true) && contact.opted_out.is_none())
}

fn is_empty(patch: &ContactPatch) -> bool {
    patch.fields.is_empty()
        && patch.tags_added.is_empty()
        && patch.tags_removed.is_empty()
        && patch.consent.is_empty()
        && patch.opted_out.is_none()
}

fn told(outcomes: Vec<Outcome>) -> ContactsImported {
    let count = |wanted: Taken| outcomes.iter().filter(|(_, outcome)| *outcome == Ok(wanted)).count();
    let (created, changed, unchanged) = (count(Taken::Created), count(Taken::Changed), count(Taken::Unchanged));
    let refused = outcomes.iter().filter(|(_, outcome)| outcome.is_err()).count();
    let row = |(row, (contact_id, outcome)): (usize, Outcome)| {
        let (state, errors) = match outcome {
            Ok(Taken::Created) => ("created", Vec::new()),
            Ok(Taken::Changed) => ("changed", Vec::new()),
            Ok(Taken::Unchanged) => ("unchanged", Vec::new()),
            Err(errors) => ("refused", errors),
        };
        let errors = errors.into_iter().map(|(pointer, detail)| ContactRowError { pointer, detail }).collect();
        ContactImported { row, state, contact_id, errors }
    };
    let data = outcomes.into_iter().enumerate().map(row).collect();
    ContactsImported { data, created, changed, unchanged, refused }
}
