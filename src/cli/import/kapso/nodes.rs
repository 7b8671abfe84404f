//! Reads the nodes of Kapso workflows.

use super::{
    super::{
        graph::{Field, Goal, Step, Verb, Way},
        names::slug,
        report::{Place, quote},
        requests::{self, Request},
        source::{at, list, some_text, text},
        texts::{clean, gap, says},
        typebot::host_word,
        yaml::Yaml,
    },
    Read, Reader, config, values,
};
use serde_json::Value;

impl Reader<'_> {
    pub(super) fn node(&mut self, node: &Value, place: &Place, next: Goal) -> Read {
        let config = config(node);
        let mut read = match place.kind.as_str() {
            "start" => {
                self.bot.report.kept(place, "the top of the flow");
                Vec::new().into()
            }
            "send_text" => {
                let (mut steps, said) = self.written(config, "message", place);
                steps.extend(says(&said));
                self.bot.report.kept(place, "`say`, or the question of the `ask` behind it");
                steps.into()
            }
            "send_interactive" => self.interactive(node, place, next),
            "send_template" => self.template_step(config, place).into(),
            "wait_for_response" => self.wait(node, place),
            "decide" => self.decide(node, place),
            "agent" => self.agent(node, place, next),
            "webhook" => self.webhook(config, place).into(),
            "function" => {
                let variable = some_text(config, "save_response_to").unwrap_or_else(|| "result".into());
                vec![self.function(config, place, &variable)].into()
            }
            "set_variable" => {
                let name = self.variable(&text(config, "variable_name"));
                let value = self.template(&text(config, "variable_value"), place);
                self.bot.report.kept(place, "`set`");
                vec![Step::keys([("set", Yaml::Map(vec![(name, Yaml::Text(value))]))])].into()
            }
            "emit_event" => self.emit(config, place).into(),
            "call" => self.call(config, place).into(),
            "handoff" => {
                self.bot.report.kept(place, "`handoff`");
                let reason = some_text(config, "reason").map(|text| self.template(&text, place));
                let step = Step::keys([("handoff", Yaml::bare("support"))]);
                let step = if let Some(reason) = reason { step.key("summary", Yaml::Text(reason)) } else { step };
                Read { steps: vec![step], next: Some(Goal::End), copied: false }
            }
            _ => vec![self.missing(place, "there is no such step")].into(),
        };
        let delay = at(config, "delay_seconds").as_u64().filter(|seconds| (1..=60 * 60 * 24).contains(seconds));
        if let Some(seconds) = delay {
            read.steps.insert(0, Step::keys([("wait", Yaml::bare(super::super::texts::span(seconds)))]));
        }
        if some_text(config, "to_phone_number").is_some() {
            self.bot.report.left(
                place,
                "another receiver: a flow speaks with its own customer (`start` with `for` reaches others)",
            );
        }
        read
    }

    fn missing(&mut self, place: &Place, why: &str) -> Step {
        self.bot.report.left(place, why);
        gap(&format!("the node `{}` ({}) did not fit: {why}", place.kind, place.id))
    }

    fn template_step(&mut self, config: &Value, place: &Place) -> Vec<Step> {
        let name = some_text(config, "template_name")
            .or_else(|| some_text(config, "template_id"))
            .unwrap_or_else(|| "template".into());
        let name = clean(&name);
        self.bot.report.replaced(
            place,
            format!("`template: {name}`: Kapso names templates by ids; write the name at the platform"),
        );
        self.bot.report.todo.insert(format!("Templates: write the name at Meta in place of `{name}`."));
        let step = Step::keys([("template", Yaml::text(&name))]);
        let given = at(config, "parameters");
        let mut positional = Vec::new();
        let mut named = Vec::new();
        let entries: Vec<(String, &Value)> = match given {
            Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), value)).collect(),
            Value::Array(items) => items.iter().enumerate().map(|(at, value)| ((at + 1).to_string(), value)).collect(),
            _ => Vec::new(),
        };
        for (key, value) in entries {
            let raw = value.as_str().map_or_else(|| text(value, "text"), str::to_owned);
            let value = Yaml::Text(self.template(&raw, place));
            match key.parse::<usize>() {
                Ok(number) => positional.push((number, value)),
                Err(_) => named.push((slug(&key, "value"), value)),
            }
        }
        positional.sort_by_key(|(number, _)| *number);
        vec![match (positional.is_empty(), named.is_empty()) {
            (false, _) => step.key("vars", Yaml::List(positional.into_iter().map(|(_, value)| value).collect())),
            (true, false) => step.key("vars", Yaml::Map(named)),
            (true, true) => step,
        }]
    }

    /// A decision of a model is `llm` with `returns`; one of a function compares, or asks a server.
    fn decide(&mut self, node: &Value, place: &Place) -> Read {
        let config = config(node);
        let id = text(node, "id");
        let conditions = list(config, "conditions");
        let labels: Vec<String> =
            conditions.iter().map(|condition| clean(&text(condition, "label")).replace(',', " ")).collect();
        let ways: Vec<(String, Way)> = conditions
            .iter()
            .zip(&labels)
            .map(|(condition, label)| {
                let goal = self.edge(&id, Some(&text(condition, "label"))).unwrap_or(Goal::End);
                (label.clone(), Way::to(goal))
            })
            .collect();
        if ways.is_empty() {
            return vec![self.missing(place, "a decision without conditions")].into();
        }
        let is_function = text(config, "decision_type") == "function";
        let (mut steps, value) = if !is_function && labels.len() > 1 {
            self.asked_of_a_model(conditions, &labels, place)
        } else if is_function && labels.iter().all(|label| self.option_ids.contains(label)) {
            let name = self.chosen().unwrap_or_else(|| "msg.button".into());
            self.bot.report.replaced(
                place,
                format!("its function is not in the definition; `{name}` is compared with the ids of the options"),
            );
            (Vec::new(), name)
        } else {
            let step = self.function(config, place, "decision");
            (vec![step], "decision.body.next_edge".to_owned())
        };
        let keys =
            vec![("switch".to_owned(), Field::Plain(Yaml::Text(value))), ("cases".to_owned(), Field::Ways(ways))];
        steps.push(Verb::Keys(keys).into());
        // A value that no condition takes ends there.
        Read { steps, next: Some(Goal::End), copied: false }
    }

    fn asked_of_a_model(&mut self, conditions: &[Value], labels: &[String], place: &Place) -> (Vec<Step>, String) {
        self.uses_models();
        self.bot.report.kept(place, "`llm` with `returns`, and `switch`");
        let about: Vec<String> = conditions
            .iter()
            .zip(labels)
            .map(|(condition, label)| format!("{label}: {}", self.template(&text(condition, "description"), place)))
            .collect();
        let variable = self.variable("decision");
        let none = Step::keys([("set", Yaml::Map(vec![(variable.clone(), Yaml::text(""))]))]);
        let llm = Step::keys([
            ("llm", Yaml::Text(format!("Which of these fits what the customer wrote?\n{}", about.join("\n")))),
            ("input", Yaml::text("${msg.text ?? \"\"}")),
            ("returns", Yaml::List(labels.iter().map(Yaml::text).collect())),
            ("as", Yaml::bare(&variable)),
        ]);
        (vec![llm.way("unsure", Way { steps: vec![none], to: Goal::Below })], variable)
    }

    /// The variable of the only wait, which holds the option that was chosen.
    fn chosen(&mut self) -> Option<String> {
        let waits: Vec<&Value> =
            list(self.json, "nodes").iter().filter(|node| super::kind(node) == "wait_for_response").collect();
        let [wait] = waits.as_slice() else { return None };
        let name = some_text(super::config(wait), "save_response_to").unwrap_or_else(|| "reply".into());
        Some(self.variable(&name))
    }

    fn webhook(&mut self, config: &Value, place: &Place) -> Vec<Step> {
        let url = text(config, "url");
        if url.trim().is_empty() {
            return vec![self.missing(place, "a request without an address")];
        }
        self.bot.report.kept(place, "`http`");
        let variable = some_text(config, "save_response_to").unwrap_or_else(|| "response".into());
        let variable = self.names.of(values::bare(&variable), values::bare(&variable), "response");
        let title = host_word(&url).unwrap_or_else(|| "server".into());
        let parsed = |value: &Value| match value {
            Value::String(text) => serde_json::from_str(text).unwrap_or(Value::Null),
            other => other.clone(),
        };
        let headers = parsed(at(config, "headers"));
        let headers = headers.as_object().into_iter().flatten();
        let headers = headers
            .map(|(name, value)| (name.clone(), self.template(value.as_str().unwrap_or_default(), place)))
            .collect();
        let json = parsed(at(config, "body_template"));
        let body = (!json.is_null()).then(|| requests::body(&json, &mut |text| self.template(text, place)));
        let body = body.map(|body| requests::hide_keys(body, &title, self.bot, place));
        if json.is_null() && !at(config, "body_template").is_null() {
            self.bot.report.left(place, format!("its body is no JSON: {}", quote(&text(config, "body_template"))));
        }
        let method = some_text(config, "method").unwrap_or_else(|| "POST".into());
        let url = self.template(&url, place);
        let request = Request { method, url, headers, query: Vec::new(), body, variable };
        vec![requests::step(&request, &title, place, self.bot)]
    }

    /// Grants and reports the server that answers in place of a function.
    pub(super) fn asks_functions(&mut self, name: &str, place: &Place) {
        self.bot.env.insert("FUNCTIONS_URL".into());
        self.bot.report.replaced(
            place,
            format!("its code is not in the definition: `http` asks `env.FUNCTIONS_URL` for `{name}`"),
        );
        self.bot.report.todo.insert(
            "Functions: put a server behind `env.FUNCTIONS_URL` that answers as they did (a decision with `next_edge`), or write `script` steps."
                .into(),
        );
    }

    /// A function runs at Kapso: a server of the author's answers in its place.
    fn function(&mut self, config: &Value, place: &Place, variable: &str) -> Step {
        let named = ["function_slug", "function_name", "function_id"].iter().find_map(|path| some_text(config, path));
        let name = slug(&named.unwrap_or_else(|| "function".into()), "function");
        self.asks_functions(&name, place);
        let variable = self.names.of(values::bare(variable), values::bare(variable), "result");
        let vars: Vec<_> =
            self.vars.iter().filter(|name| !self.answers.contains(*name) && **name != variable).cloned().collect();
        let mut json: Vec<(String, Yaml)> = vec![("last_user_input".into(), Yaml::text("${msg.text ?? \"\"}"))];
        json.extend(vars.into_iter().map(|name| (name.clone(), Yaml::text(format!("${{{name}}}")))));
        Step::keys([
            ("http", Yaml::text(format!("POST ${{env.FUNCTIONS_URL}}/{name}"))),
            ("json", Yaml::Map(json)),
            ("as", Yaml::bare(variable)),
        ])
    }

    fn emit(&mut self, config: &Value, place: &Place) -> Vec<Step> {
        self.bot.report.kept(place, "`emit`");
        let step = Step::keys([("emit", Yaml::bare(slug(&text(config, "event_name"), "event")))]);
        let properties = at(config, "properties");
        if properties.as_object().is_none_or(serde_json::Map::is_empty) {
            return vec![step];
        }
        let data = requests::body(properties, &mut |text| self.template(text, place));
        vec![step.key("data", data)]
    }

    fn call(&mut self, config: &Value, place: &Place) -> Vec<Step> {
        let id = ["workflow_slug", "workflow_id"].iter().find_map(|path| some_text(config, path)).unwrap_or_default();
        match self.bot.flow_names.known(&id).map(str::to_owned) {
            Some(name) => {
                self.bot.report.replaced(
                    place,
                    "`call`; the other flow has variables of its own (pass them with `inputs` and `with`)",
                );
                vec![Step::keys([("call", Yaml::bare(name))])]
            }
            None => vec![
                self.missing(place, &format!("the workflow `{}` was not given; import all files at once", quote(&id))),
            ],
        }
    }
}
