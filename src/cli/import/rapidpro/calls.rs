//! Reads the actions of RapidPro that ask others: servers, language models, people, other flows.

use super::{
    super::{
        graph::{Goal, Step, Way},
        report::{Place, quote},
        requests::{self, Request},
        source::{at, list, some_text, text},
        texts::{gap, literal},
        typebot::host_word,
        yaml::Yaml,
    },
    Reader,
    actions::Done,
    context,
};
use serde_json::Value;

/// The names that RapidPro gives to the categories of a call.
const WELL: [&str; 3] = ["success", "complete", "completed"];
const BADLY: [&str; 3] = ["failure", "expired", "skipped"];

impl Reader<'_> {
    pub(super) fn call(&mut self, action: &Value, node: &Value, has_ways: bool, place: &Place) -> Done {
        match place.kind.as_str() {
            "call_webhook" => self.webhook(action, node, has_ways, place),
            "call_resthook" => {
                self.bot.report.replaced(place, "the event of its name goes out, and nothing comes back");
                let name = super::super::names::slug(&text(action, "resthook"), "called");
                let goal = has_ways.then(|| self.category_named(node, &WELL)).flatten();
                Done { steps: vec![Step::keys([("emit", Yaml::bare(name))])], goal }
            }
            "call_llm" => self.model(action, node, has_ways, place),
            "call_classifier" => self.classifier(action, node, place).into(),
            "open_ticket" => self.ticket(action, node, has_ways, place),
            "enter_flow" => self.enter(action, node, has_ways, place),
            "start_session" | "send_broadcast" => self.others(action, place).into(),
            "wait_for_result" => {
                self.bot.report.replaced(place, "the flow waits for the event `result_came`");
                let seconds = text(action, "delay").trim().parse::<u64>().unwrap_or(600).clamp(1, 43_200);
                let wait = Step::keys([
                    ("wait", Yaml::map([("event", Yaml::bare("result_came"))])),
                    ("timeout", Yaml::bare(super::super::texts::span(seconds))),
                ]);
                vec![wait.way("on_timeout", Way::to(Goal::Below))].into()
            }
            _ => {
                let step = self.missing(place, "money of a phone is sent by no step");
                let goal = has_ways.then(|| self.category_named(node, &BADLY)).flatten();
                Done { steps: vec![step], goal }
            }
        }
    }

    fn webhook(&mut self, action: &Value, node: &Value, has_ways: bool, place: &Place) -> Done {
        let raw = text(action, "url");
        let result = some_text(action, "result_name").unwrap_or_else(|| "webhook".to_owned());
        let key = context::key(&result);
        let variable = self.names.of(&key, &result, "response");
        self.answers.insert(key);
        let method = text(action, "method");
        let title = host_word(&raw).unwrap_or_else(|| result.clone());
        let headers = at(action, "headers").as_object().cloned().unwrap_or_default();
        let headers: Vec<(String, String)> = headers
            .iter()
            .map(|(name, value)| (name.clone(), self.template(value.as_str().unwrap_or_default(), place)))
            .collect();
        let body = some_text(action, "body").map(|body| self.body(&body, place));
        let body = body.map(|body| requests::hide_keys(body, &title, self.bot, place));
        let url = if method == "FUNCTION" {
            self.bot
                .report
                .replaced(place, "a function of Glific is asked at `env.GLIFIC_URL` now: put a server behind it");
            self.bot.env.insert("GLIFIC_URL".into());
            self.bot
                .report
                .todo
                .insert("Grant `env.GLIFIC_URL`: the server that answers for Glific's own functions.".into());
            format!("https://glific.example/{}", literal(&raw))
        } else {
            self.template(&raw, place)
        };
        let request = Request { method, url, headers, query: Vec::new(), body, variable: variable.clone() };
        let mut step = if text(action, "method") == "FUNCTION" {
            let function = super::super::names::slug(&raw, "function");
            let step = Step::keys([("http", Yaml::text(format!("POST ${{env.GLIFIC_URL}}/{function}")))]);
            let step = if let Some(body) = request.body { step.key("json", body) } else { step };
            step.key("as", Yaml::bare(&variable))
        } else {
            self.bot.report.kept(place, "`http`");
            requests::step(&request, &title, place, self.bot)
        };
        self.last_answer = Some(variable);
        let goal = has_ways.then(|| self.category_named(node, &WELL)).flatten();
        if goal.is_some() {
            let badly = self.category_named(node, &BADLY).unwrap_or(Goal::End);
            step = step.way("on_error", Way::to(badly));
        }
        Done { steps: vec![step], goal }
    }

    /// The body as JSON where it is some; its expressions stand in texts.
    fn body(&mut self, written: &str, place: &Place) -> Yaml {
        match serde_json::from_str::<Value>(written) {
            Ok(json) if json.is_object() || json.is_array() => {
                requests::body(&json, &mut |text| self.template(text, place))
            }
            _ => {
                self.bot.report.replaced(place, "its body is an expression or no JSON, and is sent as the text `body`");
                Yaml::map([("body", Yaml::Text(self.template(written, place)))])
            }
        }
    }

    fn model(&mut self, action: &Value, node: &Value, has_ways: bool, place: &Place) -> Done {
        self.bot.has_models = true;
        self.bot
            .report
            .todo
            .insert("Language models: name one as `main` in the configuration (docs/models.md).".into());
        let name = some_text(action, "output_local")
            .or_else(|| some_text(action, "result_name"))
            .unwrap_or_else(|| "reply".into());
        let variable = self.result(&name);
        let input = self.template(&text(action, "input"), place);
        let raw = text(action, "instructions");
        let badly = self.category_named(node, &BADLY).unwrap_or(Goal::End);
        if raw.contains("prompt(\"categorize\"") && has_ways {
            self.bot.report.kept(place, "`llm` with `returns`");
            let names = list(node, "router.categories").iter().map(|category| text(category, "name"));
            let names: Vec<Yaml> = names
                .filter(|name| name != "Other" && name != "Failure")
                .map(|name| Yaml::text(literal(&name)))
                .collect();
            let step = Step::keys([
                ("llm", Yaml::text("Which of these is the text about?")),
                ("input", Yaml::Text(input)),
                ("returns", Yaml::List(names)),
                ("as", Yaml::bare(&variable)),
            ]);
            let other = Step::keys([("set", Yaml::Map(vec![(variable, Yaml::text("Other"))]))]);
            let step = step.way("unsure", Way { steps: vec![other], to: Goal::Below }).way("on_error", Way::to(badly));
            return vec![step].into();
        }
        self.bot.report.kept(place, "`llm`");
        let instruction = self.template(&raw, place);
        let mut step =
            Step::keys([("llm", Yaml::Text(instruction)), ("input", Yaml::Text(input)), ("as", Yaml::bare(variable))]);
        if has_ways {
            step = step.way("on_error", Way::to(badly));
        }
        vec![step].into()
    }

    /// The intents that the router knows are what a model chooses from.
    fn classifier(&mut self, action: &Value, node: &Value, place: &Place) -> Vec<Step> {
        let cases = list(node, "router.cases").iter().filter(|case| text(case, "type").ends_with("intent"));
        let intents: Vec<Yaml> = cases
            .filter_map(|case| list(case, "arguments").first()?.as_str().map(|intent| Yaml::text(literal(intent))))
            .collect();
        if intents.len() < 2 {
            return vec![self.missing(place, "a classifier whose router names no two intents")];
        }
        self.bot.has_models = true;
        self.bot.report.replaced(place, "`llm` chooses among the intents that the router names");
        self.bot
            .report
            .todo
            .insert("Language models: name one as `main` in the configuration (docs/models.md).".into());
        let name = some_text(action, "result_name").unwrap_or_else(|| "intent".to_owned());
        let variable = self.result(&name);
        let input = self.template(&text(action, "input"), place);
        let none = Step::keys([("set", Yaml::Map(vec![(variable.clone(), Yaml::text(""))]))]);
        let step = Step::keys([
            ("llm", Yaml::text("What does the customer want?")),
            ("input", Yaml::Text(input)),
            ("returns", Yaml::List(intents)),
            ("as", Yaml::bare(variable)),
        ]);
        vec![step.way("unsure", Way { steps: vec![none], to: Goal::Below })]
    }

    fn ticket(&mut self, action: &Value, node: &Value, has_ways: bool, place: &Place) -> Done {
        self.bot.report.replaced(place, "`handoff`: the bot is silent until the person is done, and then goes on");
        let topic = some_text(action, "topic.name").or_else(|| some_text(action, "subject")).unwrap_or_default();
        let body =
            self.template(&some_text(action, "body").or_else(|| some_text(action, "note")).unwrap_or_default(), place);
        let summary = [literal(&topic), body]
            .iter()
            .filter(|text| !text.trim().is_empty())
            .cloned()
            .collect::<Vec<_>>()
            .join(": ");
        let mut step = Step::keys([("handoff", Yaml::bare("support"))]);
        if !summary.is_empty() {
            step = step.key("summary", Yaml::Text(summary));
        }
        step = step.key("until_done", Yaml::bare(true));
        if let Some(name) = some_text(action, "result_name") {
            self.result(&name);
        }
        let goal = has_ways.then(|| self.category_named(node, &WELL)).flatten();
        Done { steps: vec![step], goal }
    }

    fn enter(&mut self, action: &Value, node: &Value, has_ways: bool, place: &Place) -> Done {
        let id = text(action, "flow.uuid");
        let goal = has_ways.then(|| self.category_named(node, &WELL)).flatten();
        let Some(name) = self.bot.flow_names.known(&id).map(str::to_owned) else {
            let title = text(action, "flow.name");
            let step = self.missing(place, &format!("the flow `{}` is not in the export", quote(&title)));
            return Done { steps: vec![step], goal };
        };
        if self.leading_back.contains(&id) {
            let why = format!(
                "`go: {name}`: that flow leads back to this one, and a `call` in a circle has no end; nothing comes back"
            );
            self.bot.report.replaced(place, why);
            return Done { steps: vec![Step::keys([("go", Yaml::bare(name))])], goal: Some(Goal::End) };
        }
        if at(action, "terminal").as_bool() == Some(true) {
            self.bot.report.kept(place, "`go`");
            return Done { steps: vec![Step::keys([("go", Yaml::bare(name))])], goal: Some(Goal::End) };
        }
        self.bot
            .report
            .replaced(place, "`call`: its results stay in the called flow, which can give them back by `return`");
        let mut step = Step::keys([("call", Yaml::bare(name))]);
        let badly = has_ways.then(|| self.category_named(node, &BADLY)).flatten();
        if let Some(badly) = badly.filter(|badly| Some(*badly) != goal) {
            step = step.key("timeout", Yaml::bare("12h")).way("on_timeout", Way::to(badly));
        }
        Done { steps: vec![step], goal }
    }

    /// Flows and messages for others: those of a group are reached, named people are not.
    fn others(&mut self, action: &Value, place: &Place) -> Vec<Step> {
        let groups: Vec<Yaml> = list(action, "groups")
            .iter()
            .filter_map(|group| some_text(group, "name"))
            .map(|name| Yaml::text(literal(&name)))
            .collect();
        let flow = self.bot.flow_names.known(&text(action, "flow.uuid")).map(str::to_owned);
        match (flow, groups.is_empty()) {
            (Some(name), false) => {
                self.bot.report.replaced(place, "`start` for those with the tag of its group");
                vec![Step::keys([("start", Yaml::bare(name)), ("for", Yaml::map([("tags", Yaml::List(groups))]))])]
            }
            _ => {
                let what = if place.kind == "send_broadcast" { "a message to others" } else { "a flow for others" };
                self.bot.report.left(
                    place,
                    format!("{what}: write a flow with `start` and `for`. It said: {}", quote(&text(action, "text"))),
                );
                vec![gap(&format!("{what} was started here ({})", place.id))]
            }
        }
    }
}
