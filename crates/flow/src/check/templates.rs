//! Checks the templates that flows name against the catalogues of the senders: whether they exist, and whether their
//! values fit.

use super::{
    CheckContext,
    template_values::{self, Complaint},
    unhandled_buttons,
};
use crate::{
    FlowSet,
    base::{
        diagnostic::{Diagnostic, Findings, did_you_mean, nearest},
        ids::FlowName,
        limits::{BUTTONS_MAX, LIST_ROWS_MAX},
        yaml,
    },
    definition::{Flow, Node, Outline},
    load::{language_codes::not_a_language, own_templates::OwnTemplate},
    model::{
        consent_words::recognise,
        matching::fold,
        template::{Category, Template, TemplateButtonKind, TemplateStatus, in_language},
    },
    steps::{Step, ask::Ask},
};
use std::collections::BTreeSet;

/// A template that a step may send, as written: its name and its values.
pub struct Use<'a> {
    pub name: &'a yaml::Node,
    pub vars: Option<&'a yaml::Node>,
    pub header: Option<&'a yaml::Node>,
    pub buttons: Option<&'a yaml::Node>,
    pub cards: Option<&'a yaml::Node>,
    pub offer_ends: Option<&'a yaml::Node>,
    pub language: Option<&'a yaml::Node>,
}

pub fn check(set: &FlowSet, flow: &Flow, around: &CheckContext, findings: &Findings) {
    let senders = around.templates.as_deref().unwrap_or_default();
    if senders.is_empty() && set.bot.templates.is_empty() {
        return;
    }
    for node in &flow.nodes {
        every_use(&node.outline, &mut |used| one(set, flow, &used, senders, findings));
        if let Step::Ask(ask) = &node.step {
            replies(set, node, ask, senders, findings);
        }
    }
}

/// The names of all templates that steps name literally.
pub fn named(set: &FlowSet) -> Vec<String> {
    let mut names = BTreeSet::new();
    let flows = set.flows.values().map(AsRef::as_ref).chain([&set.bot.flow]);
    for node in flows.flat_map(|flow: &Flow| &flow.nodes) {
        every_use(&node.outline, &mut |used| names.extend(written(used.name).map(str::to_owned)));
    }
    names.into_iter().collect()
}

/// The flows whose steps name this template.
pub fn flows_naming(set: &FlowSet, name: &str) -> Vec<FlowName> {
    let flows = set.flows.values().map(AsRef::as_ref).chain([&set.bot.flow]);
    let names = |flow: &&Flow| {
        let mut found = false;
        for node in &flow.nodes {
            every_use(&node.outline, &mut |used| found |= written(used.name) == Some(name));
        }
        found
    };
    flows.filter(names).map(|flow| flow.name.clone()).collect()
}

/// Visits each place where a step names a template.
pub fn every_name<'a>(outline: &'a Outline, found: &mut dyn FnMut(&'a yaml::Node)) {
    every_use(outline, &mut |used| found(used.name));
}

/// Visits each template that a step may send, with its values.
pub fn every_use<'a>(outline: &'a Outline, found: &mut dyn FnMut(Use<'a>)) {
    let step = &outline.yaml;
    let beside = |node: &'a yaml::Node, name: &'a yaml::Node| Use {
        name,
        vars: node.get("vars"),
        header: node.get("header"),
        buttons: node.get("buttons"),
        cards: node.get("cards"),
        offer_ends: node.get("offer_ends"),
        language: node.get("language"),
    };
    if outline.verb == "template"
        && let Some(name) = step.get("template")
    {
        found(beside(step, name));
    }
    every_fallback(step, &mut |fallback| {
        let named = fallback.get("template").or_else(|| fallback.get("nudge"));
        for name in named.map_or(&[] as &[yaml::Node], yaml::Node::one_or_many) {
            found(beside(fallback, name));
        }
    });
}

/// The literal text of a value; `None` if it is computed.
pub fn written(node: &yaml::Node) -> Option<&str> {
    node.text().filter(|text| !text.contains("${"))
}

/// Visits the `if_closed` of the step itself and of its reminders; steps in its bodies are not visited.
pub fn every_fallback<'a>(written: &'a yaml::Node, found: &mut dyn FnMut(&'a yaml::Node)) {
    let mut read = |node: &'a yaml::Node| {
        if let Some(fallback) = node.get("if_closed").filter(|fallback| fallback.map().is_some()) {
            found(fallback);
        }
    };
    read(written);
    for part in ["remind", "unanswered"] {
        written.get(part).map_or(&[] as &[yaml::Node], yaml::Node::one_or_many).iter().for_each(&mut read);
    }
}

fn one(set: &FlowSet, flow: &Flow, used: &Use<'_>, senders: &[Vec<Template>], findings: &Findings) {
    let Some(name) = written(used.name) else { return };
    let place = &used.name.place;
    let having = senders.iter().filter(|list| list.iter().any(|template| template.name == name)).count();
    let known: BTreeSet<&str> = senders.iter().flatten().map(|template| template.name.as_str()).collect();
    if let Some(own) = set.bot.templates.get(name).filter(|_| having == 0) {
        if !senders.is_empty() {
            let finding = Diagnostic::warning("W833", place, format!("no sender has the template `{name}` yet"));
            findings
                .push(finding.help(format!("`_bot.yaml` has its text: make it by `transom templates push {name}`")));
        }
        if own.has_unclear_values() {
            return;
        }
        return versions_fit(set, flow, used, &own.templates().collect::<Vec<_>>(), findings);
    }
    if senders.is_empty() {
        let own = set.bot.templates.keys().map(String::as_str);
        if let Some(near) = nearest(name, own) {
            let message = format!("`_bot.yaml` has no template `{name}`, and it has `{near}`");
            let finding = Diagnostic::warning("W825", place, message);
            findings.push(finding.help(format!(
                "did you mean `{near}`? one that only the platform has is known after `transom templates pull`"
            )));
        }
        return;
    }
    if having == 0 {
        let finding = Diagnostic::error("E801", place, format!("there is no template `{name}`"));
        let help = did_you_mean(name, known.iter().copied());
        findings
            .push(finding.help(help.unwrap_or_else(|| "create it at Meta, then run `transom templates pull`".into())));
        return;
    }
    if having < senders.len() {
        let message = format!("only {having} of {} senders have the template `{name}`", senders.len());
        let finding = Diagnostic::warning("W802", place, message);
        findings.push(finding.help("create it at the others too, or write `sender:` above for those that have it"));
    }
    let versions: Vec<&Template> = senders.iter().flatten().filter(|template| template.name == name).collect();
    versions_fit(set, flow, used, &versions, findings);
}

fn versions_fit(set: &FlowSet, flow: &Flow, used: &Use<'_>, versions: &[&Template], findings: &Findings) {
    let (name, place) = (used.name.text().unwrap_or_default(), &used.name.place);
    let Some(versions) = spoken(set, used, versions, findings) else { return };
    // A missing topic has a finding.
    let asks_consent = set.bot.topics.get(&flow.topic).is_none_or(|topic| topic.needs_consent);
    if !asks_consent && versions.iter().any(|template| template.category == Category::Marketing) {
        let message = format!("`{name}` is a MARKETING template, and the topic `{}` needs no consent", flow.topic);
        let finding = Diagnostic::error("E803", place, message);
        findings.push(finding.help("give the flow a `topic:` that `needs: consent`, such as `marketing`"));
    }
    usable(used, &versions, findings);
    fit(used, &versions, findings);
}

/// Reports templates that the platform refuses to send, at each sender and in each language.
fn usable(used: &Use<'_>, versions: &[&Template], findings: &Findings) {
    if versions.iter().any(|template| template.status == TemplateStatus::Approved) {
        return;
    }
    let Some(first) = versions.first() else { return };
    let name = used.name.text().unwrap_or_default();
    let message = format!("the template `{name}` is {}: it cannot be sent", first.status.as_str());
    let finding = Diagnostic::warning("W822", &used.name.place, message);
    findings.push(finding.help(match first.status {
        TemplateStatus::Pending => "wait until it is approved, then run `transom templates pull`",
        _ => "mend it at its platform, then run `transom templates pull`; or name another one",
    }));
}

/// Checks the quick replies of a template that replaces a question, in each of its languages: reply *n* is for option
/// *n*.
fn replies(set: &FlowSet, node: &Node, ask: &Ask, senders: &[Vec<Template>], findings: &Findings) {
    let fallback = node.outline.yaml.get("if_closed").filter(|fallback| fallback.get("buttons").is_none());
    let Some(names) = fallback.and_then(|fallback| fallback.get("template")) else { return };
    let titles: Option<Vec<String>> =
        ask.options.iter().map(|option| option.title.as_plain().map(str::to_owned)).collect();
    let Some(titles) = titles.filter(|titles| ask.each.is_none() && !titles.is_empty()) else { return };
    // Two options with one title have a finding.
    if titles.iter().enumerate().any(|(at, title)| titles[..at].contains(title)) {
        return;
    }
    for name in names.one_or_many() {
        let mut versions: Vec<&Template> =
            senders.iter().flatten().filter(|template| Some(template.name.as_str()) == written(name)).collect();
        if versions.is_empty() {
            let own = written(name).and_then(|name| set.bot.templates.get(name));
            versions.extend(own.into_iter().flat_map(OwnTemplate::templates));
        }
        let own = in_language(&versions, &set.bot.language).map(|template| (template, titles.clone()));
        let others = set.locales.iter().filter_map(|(language, locale)| {
            let template = in_language(&versions, language)?;
            let translated = |title: &String| {
                let form = locale.find(node.id.as_str(), title)?;
                form.texts().first().and_then(|text| text.as_plain()).map(str::to_owned)
            };
            let titles = titles.iter().map(|title| translated(title).unwrap_or_else(|| title.clone())).collect();
            Some((template, titles))
        });
        // One finding for a template whose versions have the same difference.
        let first = own.into_iter().chain(others).find_map(|(template, titles)| {
            let is_one_of_several = versions.iter().any(|other| other.language != template.language);
            let of = if is_one_of_several { format!(" in `{}`", template.language) } else { String::new() };
            let own = replies_fit(template, &titles, name, &of);
            own.or_else(|| surplus(set, template, &titles, name, &of).filter(|_| ask.other.is_none()))
        });
        findings.extend(first);
    }
}

/// The finding about the replies of one version beside the titles of the options in its language; `of` names the
/// language.
fn replies_fit(template: &Template, titles: &[String], name: &yaml::Node, of: &str) -> Option<Diagnostic> {
    let replies: Vec<&str> = quick_replies(template).collect();
    let called = &template.name;
    let stands_for = |reply: &str| titles.iter().position(|title| fold(title) == fold(reply));
    let swapped = replies
        .iter()
        .zip(titles)
        .enumerate()
        .find(|(number, (reply, _))| stands_for(reply).is_some_and(|other| other != *number));
    if let Some((number, (reply, title))) = swapped {
        let number = number + 1;
        let message = format!("button {number} of `{called}`{of} is `{reply}`, and option {number} is `{title}`");
        let help =
            format!("a tap on `{reply}` would be taken as `{title}`: write the options in the order of the buttons");
        return Some(Diagnostic::error("E821", &name.place, message).help(help));
    }
    if replies.len() >= titles.len()
        || replies.is_empty() && tells(template, titles)
        || !could_have_all(replies.len(), titles.len())
    {
        return None;
    }
    let count = match replies.len() {
        0 => "no button".to_owned(),
        1 => "1 button".to_owned(),
        count => format!("{count} buttons"),
    };
    let message = format!("`{called}`{of} has {count} for {} options", titles.len());
    let missing: Vec<String> = titles[replies.len()..].iter().map(|title| format!("`{title}`")).collect();
    let help =
        format!("who gets the template has to type {}: give it a quick reply for each option", missing.join(", "));
    Some(Diagnostic::warning("W823", &name.place, message).help(help))
}

/// The finding about quick replies beyond the last option: a tap on one is a wrong answer, unless it is an opt-out word
/// or starts a flow.
fn surplus(set: &FlowSet, template: &Template, titles: &[String], name: &yaml::Node, of: &str) -> Option<Diagnostic> {
    let own = set.bot.opt_out.extra_words();
    let replies: Vec<&str> = quick_replies(template).collect();
    let is_title = |reply: &str| titles.iter().any(|title| fold(title) == fold(reply));
    let unheard = |reply: &&&str| {
        !is_title(reply) && recognise(reply, &own).is_none() && !unhandled_buttons::starts_a_flow(set, reply)
    };
    let beyond: Vec<String> =
        replies.iter().skip(titles.len()).filter(unheard).map(|reply| format!("`{reply}`")).collect();
    if beyond.is_empty() {
        return None;
    }
    let called = &template.name;
    let message = format!("`{called}`{of} has {} buttons for {} options", replies.len(), titles.len());
    let help = format!(
        "a tap on {} is no answer: take the button out of the template, or write an option for it",
        beyond.join(" or ")
    );
    Some(Diagnostic::warning("W823", &name.place, message).help(help))
}

pub fn quick_replies(template: &Template) -> impl Iterator<Item = &str> {
    template.buttons.iter().filter_map(|button| match button {
        TemplateButtonKind::QuickReply { title } => Some(title.as_str()),
        _ => None,
    })
}

/// True if the template's text itself says how each option is answered.
fn tells(template: &Template, titles: &[String]) -> bool {
    let text = fold(&template.body);
    titles.iter().all(|title| text.contains(&fold(title)))
}

/// True if the template could have a reply for every option: it can have as many quick replies as a list has rows. A
/// template with a few replies for a long list lets the contact type the others; one with three of four has probably
/// forgotten one.
fn could_have_all(replies: usize, titles: usize) -> bool {
    titles <= LIST_ROWS_MAX && (titles <= BUTTONS_MAX || replies >= BUTTONS_MAX)
}

/// The versions that the step can send; `None` if there is none in the language that it names.
fn spoken<'a>(
    set: &FlowSet,
    used: &Use<'_>,
    versions: &[&'a Template],
    findings: &Findings,
) -> Option<Vec<&'a Template>> {
    let name = used.name.text().unwrap_or_default();
    let languages: BTreeSet<&str> = versions.iter().map(|template| template.language.as_str()).collect();
    let all = languages.iter().map(|language| format!("`{language}`")).collect::<Vec<_>>().join(", ");
    match used.language.map(|node| (node, written(node))) {
        Some((node, Some(language))) => {
            if let Some(chosen) = in_language(versions, language) {
                return Some(versions.iter().copied().filter(|one| one.language == chosen.language).collect());
            }
            let message = format!("the template `{name}` does not exist in `{language}`");
            findings.push(Diagnostic::error("E807", &node.place, message).help(format!("it exists in {all}")));
            None
        }
        // The language is computed, so any version may be sent.
        Some((_, None)) => Some(versions.to_vec()),
        None => {
            // The bot's own language is the last fallback for everybody.
            let own = &set.bot.language;
            // A language that is no code has a finding.
            let is_code = not_a_language(own, &used.name.place).is_none();
            if in_language(versions, own).is_none() && is_code {
                let message = format!("the template `{name}` does not exist in `{own}`, the language of the bot");
                let finding = Diagnostic::warning("W808", &used.name.place, message);
                findings.push(finding.help(format!(
                    "it exists in {all}: who speaks none of these gets nothing; create it in `{own}`, or write `language:` \
                     beside it"
                )));
            }
            Some(versions.to_vec())
        }
    }
}

/// Reports differences; versions in several languages with the same differences get one finding.
fn fit(used: &Use<'_>, versions: &[&Template], findings: &Findings) {
    let mut said: Vec<(Complaint, BTreeSet<&str>)> = Vec::new();
    for template in versions {
        for complaint in template_values::of(used, template) {
            match said.iter_mut().find(|(known, _)| known.place == complaint.place && known.what == complaint.what) {
                Some((_, languages)) => drop(languages.insert(&template.language)),
                None => said.push((complaint, BTreeSet::from([template.language.as_str()]))),
            }
        }
    }
    let all: BTreeSet<&str> = versions.iter().map(|template| template.language.as_str()).collect();
    let name = used.name.text().unwrap_or_default();
    for (Complaint { place, what, help, .. }, languages) in said {
        // The language is named only if another version has no such difference.
        let of = match languages.len() == all.len() {
            true => String::new(),
            false => format!(" in {}", languages.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")),
        };
        findings.push(Diagnostic::error("E804", &place, format!("the template `{name}`{of} {what}")).help(help));
    }
}
