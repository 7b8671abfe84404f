//! Reads and uses requests that stand among the tools of an agent: one that only reads is repeated like an `http` step, and
//! one that changes something at most once.

use super::{
    Agent, WrittenTool,
    keys::{claims, read_confirm},
    reach,
    tools::cut,
};
use crate::{
    base::{blank::is_blank, diagnostic::Diagnostic, fields::Fields, yaml::Node},
    definition::Field,
    engine::turn::{Here, Next, StepFailure, Turn},
    load::{
        declarations::declared_below,
        spec::{FieldKind, FieldSpec, Spec, parts},
        step_fields::StepFields,
    },
    model::{
        event::{CallAnswer, CallError},
        session::{CallWait, StepError, ToolState},
        value::Value,
    },
    script::valid_name,
    steps::{
        StepKind,
        http::{Http, Outcome},
    },
};
use std::collections::BTreeMap;

/// A request as a tool.
pub struct HttpTool {
    pub request: Http,
    /// A description for the model.
    pub description: String,
    pub inputs: Vec<Field>,
}

pub(super) const HTTP: &[FieldSpec] = &[
    FieldSpec::required(
        "http",
        FieldKind::Text,
        "`METHOD url`, as in the step `http`; `${inputs.NAME}` are the values that the model gives.",
    ),
    FieldSpec::required("name", FieldKind::Name, "Its name, for the model, `after` and tests."),
    FieldSpec::required("description", FieldKind::Name, "What it does, for the model."),
    FieldSpec::optional(
        "inputs",
        FieldKind::MapOf(&parts::DECLARATION),
        "The values that the model gives, with types.",
    ),
    FieldSpec::optional(
        "confirm",
        FieldKind::Either(&[FieldKind::Text, FieldKind::Record(super::keys::UNCONFIRMED)]),
        "The question to the customer before it, with `${inputs.NAME}`. Needed by all methods but GET and HEAD.",
    ),
    FieldSpec::optional(
        "claims",
        FieldKind::Many(&FieldKind::Name),
        "Words that a reply may hold only after it has succeeded.",
    ),
    FieldSpec::optional("headers", FieldKind::Map, "As in the step `http`."),
    FieldSpec::optional("query", FieldKind::Map, "As in the step `http`."),
    FieldSpec::optional("json", FieldKind::Data, "As in the step `http`."),
    FieldSpec::optional("form", FieldKind::Map, "As in the step `http`."),
    FieldSpec::default("accept", FieldKind::Many(&FieldKind::Whole), "2xx", "As in the step `http`."),
    FieldSpec::default("timeout", FieldKind::Duration, "10s", "As in the step `http`."),
    FieldSpec::default("retry", parts::RETRY, "2 for GET and HEAD, else 0", "As in the step `http`."),
];

static TOOL: Spec = Spec {
    name: "http",
    summary: "Asks a server, as a tool of an agent.",
    fields: HTTP,
    example: "http: GET https://shop.example/orders",
};

/// Keys of the step that a tool does not have: the model is told the answer.
const OF_STEP: [&str; 2] = ["as", "on_timeout"];

pub(super) fn read_http<'a>(fields: &mut StepFields<'a, '_>, node: &'a Node) -> WrittenTool {
    let mut tool = WrittenTool {
        name: String::new(),
        mcp: None,
        http: None,
        confirm: None,
        is_unconfirmed: false,
        claims: Vec::new(),
        place: node.get("name").map_or(&node.place, |name| &name.place).clone(),
    };
    let findings = fields.findings();
    let confirm = node.get("confirm");
    let (description, inputs) = {
        let mut keys = Fields::new(node, "a tool", findings).at(&node.place);
        tool.name = keys.text("name").to_owned();
        let description = keys.text("description").to_owned();
        tool.claims = claims(&keys.texts("claims"));
        let inputs = declared_below(&mut keys, "inputs");
        keys.leave_unread();
        (description, inputs)
    };
    if let (Some(name), Err(message)) = (node.get("name").filter(|name| !name.is_broken()), valid_name(&tool.name)) {
        fields.wrong(name, "E522", message);
    }
    if let Some(written) = node.get("description").filter(|written| written.text().is_some_and(is_blank)) {
        let message = format!("the model cannot know what `{}` does: its `description` is empty", tool.name);
        fields.wrong(written, "E522", format!("{message}; write `description: How far a repair is.`"));
    }
    let request = fields.nested(node, &TOOL, |nested| {
        nested.know(&["name", "description", "claims", "inputs", "confirm"]);
        for key in OF_STEP {
            if let Some(entry) = nested.entry(key) {
                let finding = Diagnostic::error("E203", &entry.key.place, format!("a tool has no key `{key}`"));
                nested.report(finding.help("take it out: the model is told the answer, or that none came"));
            }
        }
        Http::parse(nested)
    });
    if let Some(confirm) = confirm {
        read_confirm(fields, confirm, &mut tool);
    }
    tool.http = Some(Box::new(HttpTool { request, description, inputs }));
    tool
}

impl HttpTool {
    /// True if these are all values that it needs and no others: the run may have moved to another version since they were
    /// read.
    pub(super) fn takes(&self, inputs: &BTreeMap<String, Value>) -> bool {
        let is_needed = |field: &&Field| !field.optional && field.default.is_none();
        self.inputs.iter().filter(is_needed).all(|field| inputs.contains_key(&field.name))
            && inputs.keys().all(|name| self.inputs.iter().any(|field| field.name == *name))
    }

    /// True if it changes nothing outside, by its method.
    pub fn only_reads(&self) -> bool {
        self.request.only_reads()
    }
}

impl Agent {
    /// Sends the request of a tool; its result comes back by `http_returned`.
    pub(super) fn send_http<'a>(
        &self,
        turn: &mut Turn<'a>,
        here: Here<'a>,
        http: &HttpTool,
        inputs: BTreeMap<String, Value>,
    ) -> Next {
        match http.request.send(turn, here, &[("inputs", Value::Map(inputs))]) {
            Next::Fail(StepFailure { code, text }) => {
                self.tool_failed(turn, here, &StepError { code, text, step: here.node.id.clone() })
            }
            next => next,
        }
    }

    /// The request of the tool that runs now.
    fn running_http(&self, turn: &Turn<'_>, here: Here<'_>) -> Option<(&HttpTool, bool)> {
        let running =
            super::state::of(turn, here.run)?.tool_runs.iter().rev().find(|run| run.state == ToolState::Running)?;
        let tool = self.tools.iter().find(|tool| tool.name == running.tool)?;
        Some((tool.http.as_deref()?, tool.is_act()))
    }

    /// A server has answered, or there is no answer.
    pub fn http_returned<'a>(
        &self,
        turn: &mut Turn<'a>,
        here: Here<'a>,
        wait: CallWait,
        result: Result<CallAnswer, CallError>,
    ) -> Next {
        let Some((http, is_act)) = self.running_http(turn, here) else { return self.lost_tool(turn, here) };
        match http.request.outcome(turn, here, wait, result) {
            Outcome::Answered(answer) => {
                let text = cut(told(answer));
                self.ended(turn, here, ToolState::Done(text.clone()), text)
            }
            Outcome::Again(next) => next,
            Outcome::Failed(failure) => self.http_failed(turn, here, is_act, failure),
        }
    }

    /// Tries a request again whose pause is over.
    pub fn http_again<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>, wait: CallWait) -> Next {
        match self.running_http(turn, here) {
            Some((http, _)) => http.request.again(turn, wait),
            None => self.lost_tool(turn, here),
        }
    }

    /// The process ended while a request was under way.
    pub fn http_restarted<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>, wait: CallWait) -> Next {
        let Some((http, is_act)) = self.running_http(turn, here) else { return self.lost_tool(turn, here) };
        match http.request.restarted(turn, here.run, wait) {
            Next::Fail(failure) => self.http_failed(turn, here, is_act, failure),
            next => next,
        }
    }

    /// Nobody knows whether an act was done that was sent and has no answer; it is not sent again.
    fn http_failed<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>, is_act: bool, failure: StepFailure) -> Next {
        let StepFailure { code, text } = failure;
        let code = match (reach::is_open(&code), is_act) {
            (true, true) => "unknown_outcome".to_owned(),
            (true, false) if code == "unknown_outcome" => "unreachable".to_owned(),
            (true | false, _) => code,
        };
        self.tool_failed(turn, here, &StepError { code, text, step: here.node.id.clone() })
    }

    /// The version has no such tool any more.
    fn lost_tool<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        let text = "the tool that was under way is no longer there".to_owned();
        self.tool_failed(
            turn,
            here,
            &StepError { code: "unknown_outcome".to_owned(), text, step: here.node.id.clone() },
        )
    }
}

/// The answer as the model reads it: its body, and its status where that is none of those for success.
fn told(answer: CallAnswer) -> String {
    let CallAnswer { status, body, .. } = answer;
    let body = match body {
        Value::Nothing => String::new(),
        Value::Text(text) => text,
        body => body.to_json().to_string(),
    };
    match (body.trim().is_empty(), (200..300).contains(&status)) {
        (true, true) => "It is done, and returns nothing.".to_owned(),
        (true, false) => format!("The server answered with status {status}, and nothing else."),
        (false, true) => body,
        (false, false) => format!("The server answered with status {status}: {body}"),
    }
}
