//! Runs `transom templates pull|list|lock|sheet|push`: shows each sender's catalogue, locks what the flows assume of
//! it, and creates missing templates.

mod push;
mod sheet;

use super::{
    Failure, Outcome,
    client::workplace::{CommandAt, exclusive, read_only, running},
    terminal::{out, show, table},
};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        counted::{counted, counted_as},
        ids::FlowName,
    },
    channel::client::Client,
    flow::{self, CheckContext, templates_named, tools::workspace::Workspace},
    model::{
        drift,
        template::{Template, TemplateStatus},
    },
    runtime::{
        bot::{check_context, source_files, template_lock},
        config::Config,
        senders::{providers::providers, templates::catalogue_sync},
    },
    store::tables::template,
};
use serde_json::{Value as Json, json};
use std::{collections::BTreeSet, fs, io, sync::Arc};

pub type Args = CommandAt<Action>;

#[derive(Debug, clap::Subcommand)]
pub enum Action {
    /// Read the catalogues from the provider
    Pull,
    /// The templates that are known
    List,
    /// Write what the flows assume of each template into the bot's `templates.lock.yaml`
    Lock {
        /// Write nothing: fail when the file is not what would be written
        #[arg(long)]
        check: bool,
    },
    /// Print each template as it must be made at the platform: name, category, text, values with examples, header,
    /// buttons
    Sheet {
        /// Of these alone
        #[arg(value_name = "NAME")]
        names: Vec<String>,
    },
    /// Make the templates that `_bot.yaml` writes at the platform; what is there already stays as it is
    Push(push::Args),
}

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    match args.what {
        Action::Pull => pull(&config).await,
        Action::List => list(&config).await,
        Action::Lock { check } => write_lock(&config, check).await,
        Action::Sheet { names } => sheet::run(&config, &names),
        Action::Push(args) => push::run(&config, args).await,
    }
}

async fn pull(config: &Config) -> Outcome {
    let (mut unread, mut told) = (BTreeSet::new(), Vec::new());
    let mut tell = |name: &str, result: Result<(u64, u64), String>| {
        let words = match &result {
            Ok((count, 0)) => counted(*count, "template"),
            Ok((count, gone)) => {
                let (count, gone) =
                    (counted(*count, "template"), counted_as(*gone, "that was known is", "that were known are"));
                format!("{count}; {gone} gone and will not be sent any more")
            }
            Err(why) => why.clone(),
        };
        if result.is_err() {
            unread.insert(name.to_owned());
        }
        if !out::is_json() {
            println!("{name}: {words}");
        }
        let (count, gone) = result.as_ref().map_or((None, None), |(count, gone)| (Some(*count), Some(*gone)));
        told.push(json!({"sender": name, "templates": count, "gone": gone, "error": result.err()}));
    };
    if !config.senders.iter().any(|sender| !sender.is_sandbox()) {
        let words = "There are only sandboxes, which take every template.";
        out::either(|| json!({"senders": [], "missing": []}), || println!("{words}"));
        return Ok(());
    }
    if let Some(api) = running(config).await {
        let pulled = api.post("/v1/templates/pull", &json!({})).await?.ok()?;
        for sender in pulled["data"].as_array().into_iter().flatten() {
            let result = match sender["error"].as_str() {
                Some(why) => Err(why.to_owned()),
                None => Ok((sender["templates"].as_u64().unwrap_or(0), sender["gone"].as_u64().unwrap_or(0))),
            };
            tell(sender["name"].as_str().unwrap_or_default(), result);
        }
    } else {
        let store = exclusive(config).await?;
        let (providers, _) = providers(config);
        let http = Client::new(Arc::new(SystemClock), None);
        for sender in config.senders.iter().filter(|sender| !sender.is_sandbox()) {
            let Some(provider) = providers.get(sender.provider()) else { continue };
            let pulled =
                catalogue_sync::pull(&store, config, provider.as_ref(), &http, sender.id, SystemClock.now()).await;
            let counts = pulled.map(|pulled| (pulled.listed as u64, pulled.gone as u64));
            tell(&sender.name, counts.map_err(|why| format!("{why:#}")));
        }
        store.close().await;
    }
    let missing = missing(config, &unread).await?;
    let words = || {
        for one in &missing {
            println!("{}", one.words());
        }
    };
    let named = || missing.iter().map(Missing::to_json).collect::<Vec<_>>();
    out::either(|| json!({"senders": told, "missing": named()}), words);
    if !unread.is_empty() || !missing.is_empty() { Err(Failure::Said) } else { Ok(()) }
}

/// A template that flows send and that the platform of a sender lacks or blocks.
struct Missing {
    sender: String,
    template: String,
    flows: Vec<FlowName>,
    /// Its status, if the platform has it.
    status: Option<TemplateStatus>,
}

impl Missing {
    fn words(&self) -> String {
        let flows = self.flows.iter().map(FlowName::as_str).collect::<Vec<_>>().join("`, `");
        let (name, sender) = (&self.template, &self.sender);
        match &self.status {
            None => format!("{sender}: the platform has no template `{name}`, which `{flows}` sends"),
            Some(status) => format!("{sender}: the template `{name}`, which `{flows}` sends, is {}", word(status)),
        }
    }

    fn to_json(&self) -> Json {
        json!({"sender": self.sender, "template": self.template, "flows": self.flows, "status": self.status})
    }
}

/// The templates that the bot's flows send and the catalogues lack; `unread`: senders whose catalogue could not be
/// read.
async fn missing(config: &Config, unread: &BTreeSet<String>) -> Result<Vec<Missing>, Failure> {
    let files = source_files::read(&config.bot).map_err(Failure::failed)?;
    let (set, _) = flow::parse_set(&files.files);
    let store = read_only(config).await?;
    let known = template::all(&store).await.map_err(Failure::failed);
    store.close().await;
    let known = known?;
    let mut missing = Vec::new();
    let real = config.senders.iter().filter(|sender| !sender.is_sandbox() && !unread.contains(&sender.name));
    for (sender, name) in real.flat_map(|sender| templates_named(&set).into_iter().map(move |name| (sender, name))) {
        // A template that is only in the configuration does not exist at the platform.
        let has = |row: &&template::CatalogueEntry| {
            row.sender_id == sender.id && row.name == name && row.source != template::Source::Config
        };
        let of_platform: Vec<TemplateStatus> = known.iter().filter(has).map(|row| row.status).collect();
        // One approved language is enough, because the language is chosen for each contact.
        if !of_platform.contains(&TemplateStatus::Approved) {
            let (flows, status) = (flow::flows_naming(&set, &name), of_platform.first().copied());
            missing.push(Missing { sender: sender.name.clone(), template: name, flows, status });
        }
    }
    Ok(missing)
}

async fn list(config: &Config) -> Outcome {
    let store = read_only(config).await?;
    let known = template::all(&store).await.map_err(Failure::failed);
    store.close().await;
    let rows: Vec<Vec<String>> = known?
        .into_iter()
        .map(|row| {
            vec![
                row.id.to_string(),
                row.sender_id.to_string(),
                row.name,
                row.language,
                word(&row.category),
                word(&row.status),
                word(&row.source),
                show::short(&row.data.body, 50),
            ]
        })
        .collect();
    let headings = ["id", "sender", "name", "language", "category", "status", "said by", "body"];
    table::print(&headings, &rows, "No templates are known; `transom templates pull` reads them from the provider.");
    Ok(())
}

async fn write_lock(config: &Config, check: bool) -> Outcome {
    if config.only_sandboxes() {
        // An empty lock file would mean that no template exists.
        let words = "There are only sandboxes, which take every template: there is nothing to lock.";
        let nothing = || json!({"file": null, "written": false, "same": true, "templates": [], "warnings": []});
        out::either(nothing, || println!("{words}"));
        return Ok(());
    }
    let files = source_files::read(&config.bot).map_err(Failure::failed)?;
    let mut workspace = Workspace::new(CheckContext::default());
    workspace.replace(files.files.iter().cloned());
    let named = templates_named(&workspace.look().set);
    let pulled = match read_only(config).await {
        Ok(store) => {
            let known = template::all(&store).await.map_err(Failure::failed);
            store.close().await;
            known?
        }
        // Before the first start of the daemon, the templates of the configuration count.
        Err(_) => Vec::new(),
    };
    if pulled.is_empty() && config.templates.is_empty() && !named.is_empty() {
        let why = "nobody has read the catalogue of any sender yet, so there is nothing to lock";
        return Err(Failure::Failed(format!("{why}: read them by `transom templates pull`")));
    }
    let (locked, warnings) = assumed(config, &pulled, &named);
    let (path, text) = (config.bot.join(template_lock::NAME), template_lock::written(&locked));
    let is_same = fs::read_to_string(&path).is_ok_and(|now| now == text);
    if !check {
        let failed = |error: io::Error| Failure::Failed(format!("cannot write `{}`: {error}", path.display()));
        fs::write(&path, text).map_err(failed)?;
    }
    let count = counted(locked.len(), "template");
    let words = || {
        warnings.iter().for_each(|warning| println!("{warning}"));
        match (check, is_same) {
            (false, _) => println!("`{}`: {count} that the flows send", path.display()),
            (true, true) if warnings.is_empty() => {
                println!("`{}` is as it would be written: {count}", path.display());
            }
            (true, true) => {}
            (true, false) => {
                println!("`{}` is not what would be written; `transom templates lock` writes it anew", path.display());
            }
        }
    };
    let named = |one: &Template| json!({"name": one.name, "language": one.language});
    let document = || {
        let templates: Json = locked.iter().map(named).collect();
        json!({"file": path, "written": !check, "same": is_same, "templates": templates, "warnings": warnings})
    };
    out::either(document, words);
    if !warnings.is_empty() || (check && !is_same) { Err(Failure::Said) } else { Ok(()) }
}

/// The templates that the flows send, as the first sender that has each of them knows it; and a sentence for each that
/// no sender has, or that another sender has otherwise.
fn assumed(config: &Config, pulled: &[template::CatalogueEntry], named: &[String]) -> (Vec<Template>, Vec<String>) {
    let (mut locked, mut warnings): (Vec<Template>, Vec<String>) = (Vec::new(), Vec::new());
    for sender in config.senders.iter().filter(|sender| !sender.is_sandbox()) {
        let known = check_context::templates_of(config, pulled, sender.id);
        for template in known.into_iter().filter(|one| named.contains(&one.name)) {
            let same = |known: &&Template| known.name == template.name && known.language == template.language;
            let Some(first) = locked.iter().find(same) else {
                locked.push(template);
                continue;
            };
            let (name, language) = (&template.name, &template.language);
            let differs = drift::drift(first, Some(&template));
            warnings.extend(
                differs
                    .iter()
                    .map(|what| format!("at `{}` the template `{name}` (`{language}`) {}", sender.name, what.words())),
            );
        }
    }
    let missing = named.iter().filter(|name| locked.iter().all(|known| known.name != **name));
    warnings.extend(missing.map(|name| {
        format!("no sender has the template `{name}`, which flows send; `transom templates pull` reads the catalogues")
    }));
    (locked, warnings)
}

/// The name of an enum value in its serialized form.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|json| json.as_str().map(str::to_owned)).unwrap_or_default()
}
