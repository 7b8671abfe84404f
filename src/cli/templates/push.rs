//! Runs `transom templates push`: creates the templates of `_bot.yaml` at the platform, and follows them until they are
//! approved.

use crate::{
    base::{
        clock::{Clock, SystemClock},
        diagnostic::did_you_mean,
        limits::{TEMPLATE_FOLLOW_EVERY, TEMPLATE_FOLLOW_EVERY_MIN, TEMPLATE_FOLLOW_FOR},
        time::Span,
    },
    channel::{Http, Provider, client::Client},
    cli::{Failure, Outcome, client::workplace::running, terminal::out},
    flow::{self, load::own_templates::OwnTemplate},
    model::{
        draft::TemplateDraft,
        template::{Template, TemplateStatus},
    },
    runtime::{
        bot::source_files,
        config::{Access, Config, Sender},
        senders::providers::providers,
    },
};
use serde_json::{Value as Json, json};
use std::{collections::BTreeSet, sync::Arc};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// These alone; without a name, all that `_bot.yaml` writes
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// At this sender alone, by its name or id
    #[arg(long, value_name = "SENDER")]
    sender: Option<String>,
    /// Wait until the platform has approved or rejected each of them
    #[arg(long)]
    follow: bool,
    /// How long `--follow` waits
    #[arg(long, value_name = "DURATION", default_value_t = TEMPLATE_FOLLOW_FOR, value_parser = Span::parse)]
    timeout: Span,
    /// How often `--follow` asks
    #[arg(long, value_name = "DURATION", default_value_t = TEMPLATE_FOLLOW_EVERY, value_parser = Span::parse)]
    every: Span,
}

/// The result for one language of a template at one account.
struct PushOutcome<'a> {
    sender: &'a Sender,
    name: &'a str,
    language: &'a str,
    result: Result,
    status: Option<TemplateStatus>,
    /// The differences, or the reason for a refusal or rejection.
    why: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Result {
    /// The template was created now.
    Made,
    /// The template existed and is the same.
    Same,
    /// The template existed and differs; it was not changed.
    Differs,
    /// The template was refused.
    Refused,
}

impl Result {
    fn as_str(self) -> &'static str {
        match self {
            Result::Made => "made",
            Result::Same => "same",
            Result::Differs => "differs",
            Result::Refused => "refused",
        }
    }
}

pub async fn run(config: &Config, args: Args) -> Outcome {
    let files = source_files::read(&config.bot).map_err(Failure::failed)?;
    let (set, _) = flow::parse_set(&files.files);
    let own = chosen(set.bot.templates.values().collect(), &args.names)?;
    let senders = accounts(config, args.sender.as_deref())?;
    let (providers, _) = providers(config);
    let http = Client::new(Arc::new(SystemClock), None);
    let mut fates = Vec::new();
    for sender in senders {
        let Some(provider) = providers.get(sender.provider()) else { continue };
        let made = push(provider.as_ref(), &http, sender, &own).await;
        if !out::is_json() {
            lines(&made).iter().for_each(|line| println!("{line}"));
        }
        fates.extend(made);
    }
    if args.follow {
        let every = args.every.max(TEMPLATE_FOLLOW_EVERY_MIN);
        follow(&providers, &http, &mut fates, (args.timeout, every)).await;
    }
    if let Some(api) = running(config).await.filter(|_| fates.iter().any(|fate| fate.result == Result::Made)) {
        // The daemon also learns of each approval by a webhook; a failed pull is repeated within the hour.
        let _ = api.post("/v1/templates/pull", &json!({})).await;
    }
    if out::is_json() {
        out::document(&json!({"templates": fates.iter().map(PushOutcome::to_json).collect::<Vec<_>>()}));
    }
    let still_pending = |fate: &PushOutcome<'_>| args.follow && fate.status == Some(TemplateStatus::Pending);
    if fates.iter().any(|fate| fate.is_bad() || still_pending(fate)) { Err(Failure::Said) } else { Ok(()) }
}

/// The templates with these names.
fn chosen<'a>(all: Vec<&'a OwnTemplate>, names: &[String]) -> std::result::Result<Vec<&'a OwnTemplate>, Failure> {
    let sheet = "`transom templates sheet` prints what to write under `templates:` of flows/_bot.yaml";
    if all.is_empty() {
        return Err(Failure::Failed(format!("`_bot.yaml` writes no templates; {sheet}")));
    }
    for name in names {
        if all.iter().all(|own| own.name != *name) {
            let near = did_you_mean(name, all.iter().map(|own| own.name.as_str()));
            let help = near.unwrap_or_else(|| sheet.to_owned());
            return Err(Failure::Failed(format!("`_bot.yaml` writes no template `{name}`; {help}")));
        }
    }
    Ok(all.into_iter().filter(|own| names.is_empty() || names.contains(&own.name)).collect())
}

/// One sender of each account, because the numbers of an account share its templates.
fn accounts<'a>(config: &'a Config, wanted: Option<&str>) -> std::result::Result<Vec<&'a Sender>, Failure> {
    let named = |sender: &Sender| wanted.is_none_or(|wanted| sender.name == wanted || sender.id.to_string() == wanted);
    let mut seen = BTreeSet::new();
    let is_first = |sender: &&Sender| match waba(sender) {
        Some(waba) => seen.insert((sender.provider(), waba.to_owned())),
        None => true,
    };
    let all: Vec<&Sender> =
        config.senders.iter().filter(|sender| !sender.is_sandbox() && named(sender)).filter(is_first).collect();
    match (all.is_empty(), wanted) {
        (false, _) => Ok(all),
        (true, Some(wanted)) => Err(Failure::Failed(format!("no sender `{wanted}` of a platform is configured"))),
        (true, None) => {
            Err(Failure::failed("there are only sandboxes, which take every template: there is nothing to make"))
        }
    }
}

fn waba(sender: &Sender) -> Option<&str> {
    match &sender.access {
        Access::Meta(access) => access.waba_id.as_deref(),
        Access::Kapso(access) => access.waba_id.as_deref(),
        Access::Sandbox | Access::Twilio(_) | Access::Waplify(_) | Access::Autocalls(_) | Access::Chatwoot(_) => None,
    }
}

async fn push<'a>(
    provider: &dyn Provider,
    http: &dyn Http,
    sender: &'a Sender,
    own: &[&'a OwnTemplate],
) -> Vec<PushOutcome<'a>> {
    let drafts = || own.iter().flat_map(|own| own.versions.iter().map(move |draft| (*own, draft)));
    let refused_all = |why: &str| {
        let fate = |(own, draft): (&'a OwnTemplate, &'a TemplateDraft)| PushOutcome {
            why: Some(why.to_owned()),
            ..PushOutcome::new(sender, own, draft, Result::Refused)
        };
        drafts().map(fate).collect()
    };
    if drafts().next().is_some_and(|(_, draft)| provider.make_template(http, sender.id, draft).is_none()) {
        return refused_all(&format!(
            "`{}` has no interface by which templates are made: make it there by hand, as `transom templates sheet` \
             prints it",
            sender.provider()
        ));
    }
    let there = match provider.templates(http, sender.id).await {
        Ok(there) => there,
        Err(trouble) => return refused_all(&format!("its catalogue cannot be read: {trouble}")),
    };
    let mut fates = Vec::new();
    let mut general: Option<String> = None;
    for (own, draft) in drafts() {
        let mut fate = judged(sender, own, draft, &there);
        if let (Result::Made, Some(why)) = (fate.result, &general) {
            (fate.result, fate.why) = (Result::Refused, Some(why.clone()));
        } else if let (Result::Made, Some(made)) = (fate.result, provider.make_template(http, sender.id, draft)) {
            match made.await {
                Ok(made) => fate.status = Some(made.status),
                Err(trouble) => {
                    // Every other request would fail for the same reason.
                    general = trouble.is_general().then(|| trouble.text.clone());
                    (fate.result, fate.why) = (Result::Refused, Some(trouble.text));
                }
            }
        }
        fates.push(fate);
    }
    fates
}

/// Decides about one draft; `Made`: it has to be created.
fn judged<'a>(
    sender: &'a Sender,
    own: &'a OwnTemplate,
    draft: &'a TemplateDraft,
    there: &[Template],
) -> PushOutcome<'a> {
    let found = there.iter().find(|known| known.name == own.name && known.language == draft.template.language);
    let fate = |result: Result| PushOutcome::new(sender, own, draft, result);
    if let Some(found) = found {
        let differences = draft.differences(found);
        let status = Some(found.status);
        return match differences.is_empty() {
            true => PushOutcome { status, why: found.parts.rejected.clone(), ..fate(Result::Same) },
            false => PushOutcome { status, why: Some(differences.join("; it ")), ..fate(Result::Differs) },
        };
    }
    match own.refused.first().map(|why| format!("Meta would refuse it: {why}")).or_else(|| draft.by_hand()) {
        Some(why) => PushOutcome { why: Some(why), ..fate(Result::Refused) },
        None => fate(Result::Made),
    }
}

/// Asks until no template is pending, and prints each decision.
async fn follow(
    providers: &crate::runtime::senders::providers::Providers,
    http: &dyn Http,
    fates: &mut [PushOutcome<'_>],
    (timeout, every): (Span, Span),
) {
    let began = SystemClock.now();
    let is_pending = |fate: &PushOutcome<'_>| fate.status == Some(TemplateStatus::Pending);
    while fates.iter().any(is_pending) {
        if SystemClock.now() - began > timeout {
            if !out::is_json() {
                fates.iter().filter(|fate| is_pending(fate)).for_each(|fate| {
                    println!("{} is still pending after {timeout}", fate.subject());
                });
            }
            return;
        }
        tokio::time::sleep(every.to_std()).await;
        let waiting: BTreeSet<_> = fates.iter().filter(|fate| is_pending(fate)).map(|fate| fate.sender.id).collect();
        for id in waiting {
            let Some(sender) = fates.iter().map(|fate| fate.sender).find(|sender| sender.id == id) else { continue };
            let Some(provider) = providers.get(sender.provider()) else { continue };
            // A catalogue that cannot be read is asked for again later.
            let Ok(there) = provider.templates(http, id).await else { continue };
            for fate in fates.iter_mut().filter(|fate| fate.sender.id == id && is_pending(fate)) {
                let now = there.iter().find(|known| known.name == fate.name && known.language == fate.language);
                let Some(now) = now.filter(|now| now.status != TemplateStatus::Pending) else { continue };
                (fate.status, fate.why) = (Some(now.status), now.parts.rejected.clone());
                if !out::is_json() {
                    println!("{} {}", fate.subject(), fate.state());
                }
            }
        }
    }
}

/// The sentences about the templates of one sender. Templates that were not made for the same reason, such as a server
/// that cannot be reached, share one.
fn lines(fates: &[PushOutcome<'_>]) -> Vec<String> {
    let is_like = |fate: &PushOutcome<'_>, other: &PushOutcome<'_>| {
        fate.result == Result::Refused && other.result == Result::Refused && fate.why == other.why
    };
    let line = |(at, fate): (usize, &PushOutcome<'_>)| {
        if fates[..at].iter().any(|before| is_like(fate, before)) {
            return None;
        }
        let alike: Vec<String> = fates[at..]
            .iter()
            .filter(|other| is_like(fate, other))
            .map(|other| format!("`{}` ({})", other.name, other.language))
            .collect();
        let why = fate.why.as_deref().unwrap_or_default();
        Some(match alike.len() {
            0 | 1 => fate.words(),
            _ => format!("{}: {} were not made: {why}", fate.sender.name, alike.join(", ")),
        })
    };
    fates.iter().enumerate().filter_map(line).collect()
}

impl<'a> PushOutcome<'a> {
    fn new(sender: &'a Sender, own: &'a OwnTemplate, draft: &'a TemplateDraft, result: Result) -> Self {
        PushOutcome { sender, name: &own.name, language: &draft.template.language, result, status: None, why: None }
    }

    fn subject(&self) -> String {
        format!("{}: `{}` ({})", self.sender.name, self.name, self.language)
    }

    /// The state as a part of a sentence: `is approved`, `is rejected: PROMOTIONAL`.
    fn state(&self) -> String {
        let status = self.status.map_or("unknown", TemplateStatus::as_str);
        let why = self.why.as_ref().filter(|_| self.result != Result::Differs);
        format!("is {status}{}", why.map(|why| format!(": {why}")).unwrap_or_default())
    }

    fn words(&self) -> String {
        let why = self.why.as_deref().unwrap_or_default();
        match self.result {
            Result::Made => format!("{} was submitted and {}", self.subject(), self.state()),
            Result::Same => format!("{} is there already, and {}", self.subject(), self.state()),
            Result::Differs => format!("{} stays as it is: it {why}", self.subject()),
            Result::Refused => format!("{} was not made: {why}", self.subject()),
        }
    }

    fn is_bad(&self) -> bool {
        let unusable = matches!(self.status, Some(TemplateStatus::Rejected | TemplateStatus::Disabled));
        unusable || matches!(self.result, Result::Differs | Result::Refused)
    }

    fn to_json(&self) -> Json {
        json!({
            "sender": self.sender.name, "name": self.name, "language": self.language, "result": self.result.as_str(),
            "status": self.status, "why": self.why,
        })
    }
}
