//! Defines the texts of a drawing: on each step, on each line, and on the triggers.

use super::tree::Tone;
use crate::{
    base::yaml::{self, Kind},
    definition::{Flow, Node, WrittenTrigger},
    load::spec::FieldKind,
    model::channel_limits::cut::dotted,
    steps,
    triggers::Trigger,
};

/// The appearance of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// The bot sends a message.
    Say,
    /// The bot asks, and waits for the answer.
    Ask,
    /// A decision.
    Fork,
    /// A wait for a time or an event.
    Wait,
    /// Work outside the conversation.
    Work,
    /// A value is stored.
    Note,
    /// A person takes over.
    Person,
    /// A call of another flow or block.
    Call,
    /// The end of the conversation.
    End,
}

/// The texts on a step.
pub struct StepTexts {
    pub look: Look,
    /// The verb, and the variable that the step fills.
    pub head: String,
    pub body: String,
    /// True if the body is code.
    pub code: bool,
    /// The titles of buttons and options.
    pub buttons: Vec<String>,
    /// The condition of the step's `if`.
    pub guard: Option<String>,
    /// Notes about later events: how long it waits, and the replacement while the window is closed.
    pub notes: Vec<String>,
}

/// The text on the end of a called block or flow.
pub const BACK: &str = "back";

pub fn of(node: &Node) -> StepTexts {
    let written = &node.outline.yaml;
    let verb = node.outline.verb;
    let value = written.get(verb);
    let (look, code) = look(node, value);
    let mut head = if verb.is_empty() { "?".to_owned() } else { verb.to_owned() };
    let mut body = value.map(brief).map(|body| if code { body } else { short_expressions(&body) }).unwrap_or_default();
    if verb == "go" || verb == "return" && node.guard.is_some() {
        let gives = value.map(brief).filter(|body| verb == "return" && !body.is_empty());
        // A `go` comes here only with a condition; without one it is only a line.
        return StepTexts {
            look: Look::Fork,
            head: "if".into(),
            body: node.guard.as_ref().map(|guard| one_line(guard.source())).unwrap_or_default(),
            code: true,
            buttons: Vec::new(),
            guard: None,
            notes: gives.map(|gives| format!("gives {}", gives.replace('\n', ", "))).into_iter().collect(),
        };
    }
    if let Some(name) = &node.outline.fills {
        head.push_str(" · ");
        head.push_str(name);
    }
    if verb == "ask"
        && let Some(kind) = written.get("type").and_then(yaml::Node::text)
    {
        head.push_str(&format!(" ({kind})"));
    }
    if verb == "end" && body == "end" {
        body = String::new();
    }
    StepTexts {
        look,
        head,
        body,
        code,
        buttons: buttons(written),
        guard: node.guard.as_ref().map(|guard| format!("if {}", one_line(guard.source()))),
        notes: notes(node),
    }
}

/// The names of an item of `tools`: a flow, a request, or tools of an MCP server.
fn tools_of(item: &yaml::Node) -> Vec<String> {
    match item.get("mcp") {
        Some(server) => {
            let server = server.text().unwrap_or("?");
            let only = item.get("only").map_or(&[] as &[yaml::Node], yaml::Node::one_or_many);
            only.iter().map(|tool| format!("{server}.{}", tool.text().unwrap_or("?"))).collect()
        }
        None => {
            let name = || ["flow", "name"].into_iter().find_map(|key| item.get(key)?.text());
            vec![item.text().or_else(name).unwrap_or("?").to_owned()]
        }
    }
}

fn notes(node: &Node) -> Vec<String> {
    let written = &node.outline.yaml;
    let value = |key: &str| written.get(key).map(brief);
    let mut all = Vec::new();
    // The line to `on_timeout` already names the time; the time limit of a server is not drawn.
    let waits = matches!(node.outline.verb, "ask" | "wait" | "handoff" | "call" | "agent");
    let drawn = node.outline.bodies.iter().any(|(key, body)| key == "on_timeout" && body.0 != node.next);
    let late = (waits && written.get("timeout").is_some() && !drawn).then(|| timeout(written));
    let most = late.as_ref().map(|late| late.trim_start_matches("after "));
    match (node.outline.verb, value("until_done").as_deref()) {
        ("handoff", None | Some("false" | "no")) => {}
        ("handoff", Some("true" | "yes")) => {
            all.push(most.map_or("until they are done".to_owned(), |most| format!("until done, at most {most}")));
        }
        ("handoff", Some(span)) => all.push(format!("until done, at most {span}")),
        ("call", _) => all.extend(most.map(|most| format!("at most {most}"))),
        _ => all.extend(most.map(|most| format!("waits {most}"))),
    }
    let tools: Vec<String> =
        written.get("tools").map_or(&[] as &[yaml::Node], yaml::Node::one_or_many).iter().flat_map(tools_of).collect();
    if !tools.is_empty() {
        all.push(format!("tools: {}", tools.join(", ")));
    }
    let reminders = written.get("remind").map_or(&[] as &[yaml::Node], yaml::Node::one_or_many);
    let after: Vec<String> = reminders.iter().filter_map(|reminder| reminder.get("after").map(brief)).collect();
    if !after.is_empty() {
        all.push(format!("reminds after {}", after.join(", ")));
    }
    if node.outline.verb == "start" {
        let whom = written.get("for").filter(|whom| whom.text() != Some("contact")).map(brief);
        all.extend(whom.map(|whom| format!("for {}", whom.replace('\n', ", "))));
        all.extend(value("at").map(|at| format!("at {at}")));
        all.extend(value("key").map(|key| format!("key {key}")));
    }
    if let Some(closed) = written.get("if_closed") {
        let named = |key: &str| closed.get(key).map(|names| format!("{key} {}", brief(names)));
        let way =
            named("template").or_else(|| named("nudge")).or_else(|| named("hold")).unwrap_or_else(|| brief(closed));
        all.push(format!("closed: {way}"));
    }
    all
}

fn look(node: &Node, value: Option<&yaml::Node>) -> (Look, bool) {
    match node.outline.verb {
        "say" | "template" | "react" => (Look::Say, false),
        "ask" => (Look::Ask, false),
        "if" | "switch" => (Look::Fork, true),
        "repeat" | "split" => (Look::Fork, false),
        "wait" if value.and_then(yaml::Node::text) == Some("reply") => (Look::Ask, false),
        "wait" => (Look::Wait, false),
        "handoff" => (Look::Person, false),
        "call" | "start" => (Look::Call, false),
        "end" => (Look::End, false),
        "http" | "script" => (Look::Work, true),
        "llm" => (Look::Work, false),
        "agent" => (Look::Ask, false),
        _ => (Look::Note, false),
    }
}

fn buttons(written: &yaml::Node) -> Vec<String> {
    let Some(options) = written.get("options").or_else(|| written.get("buttons")) else { return Vec::new() };
    let title = |item: &yaml::Node| {
        let title = item.get("title").or_else(|| item.get("id"));
        match (item.text(), title.and_then(yaml::Node::text), item.map()) {
            (Some(text), ..) | (None, Some(text), _) => text.to_owned(),
            (None, None, Some([entry])) => entry.key.text.clone(),
            _ => "…".to_owned(),
        }
    };
    match options.get("each").or(Some(options).filter(|options| is_list(options))) {
        None => options.one_or_many().iter().map(title).collect(),
        Some(list) => {
            let also = options.get("also").map(|also| also.one_or_many().iter().map(title).collect::<Vec<_>>());
            let each = list.text().map(|text| text.trim_start_matches("${").trim_end_matches('}').to_owned());
            std::iter::once(format!("each of {}", each.unwrap_or_default())).chain(also.unwrap_or_default()).collect()
        }
    }
}

/// True for options from an expression: `options: ${slots}`.
fn is_list(options: &yaml::Node) -> bool {
    options.text().is_some_and(|text| text.starts_with("${") && text.ends_with('}'))
}

/// The words on the line to a body, and the cause of the branch. `key` is a field of the step, or an option or case.
pub fn way(node: &Node, key: &str) -> (String, Tone) {
    let written = &node.outline.yaml;
    let field = key == "on_error"
        || steps::spec(node.outline.verb).and_then(|spec| spec.field(key)).is_some_and(|f| f.kind == FieldKind::Steps);
    if !field {
        return (one_line(key), Tone::Choice);
    }
    match (node.outline.verb, key) {
        ("if", "then") => ("yes".into(), Tone::Choice),
        ("if", "else") => ("no".into(), Tone::Choice),
        (_, "else") => ("else".into(), Tone::Choice),
        (_, "do") => ("each time".into(), Tone::Choice),
        (_, "other") => ("anything else".into(), Tone::Choice),
        (_, "on_timeout") => (timeout(written), Tone::Time),
        (_, "out_of_hours") => ("closed".into(), Tone::Time),
        (_, "on_error") => ("error".into(), Tone::Fault),
        (_, "on_fail") => ("no valid answer".into(), Tone::Fault),
        (_, "on_undelivered") => ("not delivered".into(), Tone::Fault),
        (_, "on_limit") => ("limit reached".into(), Tone::Fault),
        (_, other) => (other.replace('_', " "), Tone::Choice),
    }
}

fn timeout(written: &yaml::Node) -> String {
    match written.get("timeout") {
        None => "no answer".into(),
        Some(node) => match (node.text(), node.get("until").and_then(yaml::Node::text)) {
            (Some(span), _) => format!("after {span}"),
            (None, Some(moment)) => format!("until {}", inner(moment)),
            (None, None) => "no answer".into(),
        },
    }
}

/// The words on the line to the next step. `plain` are choices without steps; `on` says that the step can continue by
/// itself, `forks` that other choices lead elsewhere.
pub fn straight(node: &Node, plain: &[String], on: bool, forks: bool) -> String {
    let has = |key: &str| node.outline.bodies.iter().any(|(other, _)| other == key);
    match node.outline.verb {
        "if" if on || !plain.is_empty() => {
            if has("then") && !plain.contains(&"yes".to_owned()) { "no" } else { "yes" }.into()
        }
        "repeat" => "done".into(),
        _ if !forks => String::new(),
        _ if !plain.is_empty() && !on => plain.join(" · "),
        "ask" => other_answers(node),
        "switch" => "else".into(),
        _ => String::new(),
    }
}

/// The options of a question without steps.
fn other_answers(node: &Node) -> String {
    let with_steps = |title: &String| node.outline.bodies.iter().any(|(key, _)| key == title);
    let all = buttons(&node.outline.yaml);
    let data =
        node.outline.yaml.get("options").is_some_and(|options| options.get("each").is_some() || is_list(options));
    let plain: Vec<String> = all.into_iter().skip(usize::from(data)).filter(|title| !with_steps(title)).collect();
    match (data, plain.as_slice()) {
        (true, _) => "a choice".into(),
        (false, []) => "an answer".into(),
        (false, plain) => plain.join(" · "),
    }
}

/// The triggers of a flow, one in each line.
pub fn starts(flow: &Flow) -> Vec<String> {
    flow.triggers.iter().map(trigger).collect()
}

/// The conditions that end it from outside.
pub fn stops(flow: &Flow) -> Vec<String> {
    let own = flow.sequence.is_some().then(|| "reply, handed over".to_owned());
    own.into_iter().chain(flow.stop_when.iter().map(trigger)).map(|what| format!("stops by {what}")).collect()
}

fn trigger(trigger: &WrittenTrigger) -> String {
    let kind = trigger.outline.verb;
    let written = &trigger.outline.yaml;
    let value = written.get(kind);
    let texts: Vec<String> =
        value.map_or(&[] as &[yaml::Node], yaml::Node::one_or_many).iter().map(|node| one_line(&brief(node))).collect();
    let mut line = match texts.as_slice() {
        [] => kind.replace('_', " "),
        [only] if only == "true" => kind.replace('_', " "),
        _ => format!("{}: {}", kind.replace('_', " "), texts.join(", ")),
    };
    if let Trigger::Date(date) = &trigger.kind {
        line = format!("date: {}", date.describe());
    }
    if let Trigger::Schedule(schedule) = &trigger.kind
        && let Some(cron) = &schedule.cron
    {
        line = format!("schedule: {}", cron.describe().trim_end_matches('.'));
    }
    if let Some(how) = written.get("match").and_then(yaml::Node::text) {
        line.push_str(&format!(" ({how})"));
    }
    if trigger.urgent {
        line.push_str(" (urgent)");
    }
    if trigger.guard.is_some() {
        line.push_str(" if …");
    }
    line
}

/// A value, shortened.
fn brief(node: &yaml::Node) -> String {
    match &node.kind {
        Kind::Null => String::new(),
        Kind::Scalar(scalar) => inner(&one_line(&scalar.text)),
        Kind::List(items) => items.iter().map(brief).collect::<Vec<_>>().join(", "),
        Kind::Map(entries) => {
            let pair = |entry: &yaml::Entry| match brief(&entry.value) {
                value if value.is_empty() => entry.key.text.clone(),
                value => format!("{}: {value}", entry.key.text),
            };
            entries.iter().map(pair).collect::<Vec<_>>().join("\n")
        }
    }
}

/// A value that is a single expression, without its braces.
fn inner(text: &str) -> String {
    match text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
        Some(code) if !code.contains("${") => code.to_owned(),
        _ => text.to_owned(),
    }
}

pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The name with letters, digits and `_` only.
pub fn one_word(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

/// At most `most` characters; an expression is kept completely or left out.
pub fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let cut: String = text.chars().take(most.saturating_sub(1)).collect();
    dotted(whole_expressions(&cut))
}

/// The beginning of a text, up to an expression that is not closed in it. If nothing else is left, the unchanged text.
pub fn whole_expressions(cut: &str) -> &str {
    match cut.rfind("${") {
        Some(at) if !cut[at..].contains('}') && !cut[..at].trim().is_empty() => &cut[..at],
        _ => cut,
    }
}

/// The number of characters of an expression that identify its value.
const EXPRESSION_SHOWN: usize = 28;

/// Shortens expressions: `${contact.next_visit.format("EEEE d MMMM")}` becomes `${contact.next_visit…}`.
fn short_expressions(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find("${") {
        let Some(end) = crate::text::closing_brace(rest, at + 2) else { break };
        let code = &rest[at + 2..end];
        out.push_str(&rest[..at + 2]);
        if code.chars().count() <= EXPRESSION_SHOWN {
            out.push_str(code);
        } else {
            let most: String = code.chars().take(EXPRESSION_SHOWN).collect();
            // The value itself is more important than the methods that are called on it.
            let called = most.find('(').and_then(|at| most[..at].rfind('.'));
            let mark = called.or_else(|| most.rfind(['.', ' ', '[']).filter(|at| *at > EXPRESSION_SHOWN / 3));
            out.push_str(most[..mark.unwrap_or(most.len())].trim_end_matches([' ', ',']));
            out.push('…');
        }
        out.push('}');
        rest = &rest[end + 1..];
    }
    out + rest
}
