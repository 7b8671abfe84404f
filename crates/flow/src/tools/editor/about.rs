//! Describes the word under the pointer for an editor.

use super::{
    EditedBot,
    names::{Meaning, Named, declaration, find_function, name_at},
    slots::KeySpec,
};
use crate::{
    base::place::{Place, SourceFile},
    load::spec::{HOURS_PARTS, VIEWS},
    script::FUNCTIONS,
    tools::reference::field_line,
};
use std::{fmt::Write as _, sync::Arc};

/// A description in Markdown.
pub struct Hover {
    pub place: Place,
    pub text: String,
}

pub fn hover(desk: &EditedBot<'_>, file: &Arc<SourceFile>, at: usize) -> Option<Hover> {
    let Named { meaning, place, .. } = name_at(desk, file, at)?;
    let text = about(desk, file, &meaning)?;
    Some(Hover { place, text })
}

fn about(desk: &EditedBot<'_>, file: &Arc<SourceFile>, meaning: &Meaning) -> Option<String> {
    Some(match meaning {
        Meaning::Key { spec } => about_key(&spec.0),
        Meaning::Flow(name) => {
            let flow = desk.set.named(name)?;
            let title = flow.title.as_deref().map(|title| format!(" · {title}")).unwrap_or_default();
            let mut text = format!("flow **{name}**{title}");
            if let Some(description) = &flow.description {
                let _ = write!(text, "\n\n{description}");
            }
            let starts: Vec<String> = flow.triggers.iter().map(|trigger| format!("- {}", trigger.key)).collect();
            if !starts.is_empty() {
                let _ = write!(text, "\n\n{}", starts.join("\n"));
            }
            text
        }
        Meaning::Block { flow, name } => format!("block **{name}** of the flow `{flow}`"),
        Meaning::Top { flow } => format!("the first step of the flow `{flow}`"),
        Meaning::Variable { flow, name } => {
            let place = declaration(desk, file, meaning)?;
            let mut text = format!("variable **{name}** of the flow `{flow}`");
            if let Some(step) = filled_by(desk, flow, &place) {
                let _ = write!(text, "\n\n{step}");
            }
            text
        }
        Meaning::Listed { list, name } => about_listed(desk, list, name)?,
        Meaning::Tool { server, name } => about_tool(desk, server, name)?,
        Meaning::View { name, part } => {
            let view = VIEWS.iter().find(|view| view.name == *name)?;
            match part {
                None => format!("**{name}**\n\n{}", view.help),
                Some(part) => {
                    let parts = if *name == "hours" { HOURS_PARTS } else { view.parts };
                    let (_, help) = parts.iter().find(|(known, _)| known == part)?;
                    format!("**{name}.{part}**\n\n{help}")
                }
            }
        }
        Meaning::Function(name) => {
            let function = FUNCTIONS.iter().find(|function| function.name() == name)?;
            format!(
                "```rhai\n{}\n```\n{}\n\n`{}` gives `{}`",
                function.call, function.help, function.example, function.gives
            )
        }
        Meaning::Module(name) => format!("script **scripts/{name}.rhai**"),
        Meaning::InModule { module, name } => {
            let place = declaration(desk, file, meaning)?;
            let head = head_of(&place, name);
            format!("```rhai\n{head}\n```\nof `scripts/{module}.rhai`")
        }
    })
}

fn about_key(spec: &KeySpec) -> String {
    match spec {
        KeySpec::Head(spec) => {
            format!("**{}** · {}\n\n```yaml\n- {}\n```", spec.name, spec.summary, spec.example.replace('\n', "\n  "))
        }
        KeySpec::Field(field) => format!("**{}** · {}", field.name, field_line(field)),
    }
}

/// The description of a tool, as the model reads it, and its inputs.
fn about_tool(desk: &EditedBot<'_>, server: &str, name: &str) -> Option<String> {
    let tool = &desk.set.mcp.tool(server, name)?.tool;
    let mut text = format!("tool **{server}.{name}**\n\n{}", tool.description);
    let required =
        |input: &str| tool.inputs["required"].as_array().is_some_and(|all| all.iter().any(|one| one == input));
    for (at, (input, schema)) in tool.inputs["properties"].as_object().into_iter().flatten().enumerate() {
        let about = schema["description"].as_str().map(|about| format!(": {about}")).unwrap_or_default();
        let optional = if required(input) { "" } else { " (optional)" };
        let _ = write!(text, "{}- `{input}`{optional}{about}", if at == 0 { "\n\n" } else { "\n" });
    }
    Some(text)
}

/// The question or call that fills a variable.
fn filled_by(desk: &EditedBot<'_>, flow: &str, place: &Place) -> Option<String> {
    let flow = desk.set.named(flow)?;
    if let Some(input) = flow.inputs.iter().find(|input| input.place == *place) {
        return Some(input.about.clone().unwrap_or_else(|| "an input".into()));
    }
    let node = flow.nodes.iter().find(|node| {
        let filled = node.outline.yaml.get("as").is_some_and(|value| value.place == *place);
        filled && node.place.path() == place.path()
    })?;
    let value = node.outline.yaml.get(node.outline.verb)?.text()?;
    Some(format!("filled by `{}`: {}", node.outline.verb, value.lines().next().unwrap_or_default()))
}

fn about_listed(desk: &EditedBot<'_>, list: &str, name: &str) -> Option<String> {
    let bot = &desk.set.bot;
    Some(match list {
        "fields" => {
            let field = bot.fields.iter().find(|field| field.name == name)?;
            let about = field.about.clone().unwrap_or_default();
            format!("field **{name}** of the contact ({})\n\n{about}", field.kind.of.as_str())
        }
        "topics" => {
            let topic = bot.topics.get(name)?;
            format!("topic **{name}**{}", if topic.needs_consent { ", only with consent" } else { "" })
        }
        "teams" => {
            let team = bot.teams.get(name)?;
            let hours = team.hours.as_ref().map(|hours| format!(", open at `hours.{hours}`")).unwrap_or_default();
            format!("team **{name}**{hours}; gives back after {}", team.give_back)
        }
        "hours" => bot.hours.contains_key(name).then(|| format!("opening hours **{name}** of `_bot.yaml`"))?,
        "templates" => {
            let own = bot.templates.get(name)?.templates().next()?;
            format!("template **{name}** ({}, `{}`)\n\n{}", own.category.as_str(), own.language, own.body)
        }
        "env" => format!("**env.{name}** · its value is granted in the daemon's configuration"),
        "secrets" => format!("**secrets.{name}** · only in `http`; its value is in the daemon's configuration"),
        _ => return None,
    })
}

/// The head of a function, `fn eta(order)`, with the comment above it.
fn head_of(place: &Place, name: &str) -> String {
    let text = place.file().text();
    let at = find_function(text, name).unwrap_or(place.range().start);
    let line_start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let line = text[line_start..].lines().next().unwrap_or_default().trim_end_matches(['{', ' ']).to_owned();
    let mut above: Vec<&str> =
        text[..line_start].lines().rev().take_while(|line| line.trim_start().starts_with("//")).collect();
    above.reverse();
    above.into_iter().chain([line.as_str()]).collect::<Vec<_>>().join("\n")
}
