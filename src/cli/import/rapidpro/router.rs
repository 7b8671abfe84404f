//! Turns a RapidPro node into steps and its router into a question, `if`, `switch` or `split`.

use super::{
    super::{
        graph::{Ask, Field, Goal, Node, NodeId, Step, Verb, Way},
        report::Place,
        source::{at, list, some_text, text},
        texts::in_code,
        yaml::Yaml,
    },
    Reader, context,
    expressions::Code,
    place,
};
use serde_json::Value;

impl Reader<'_> {
    /// Fills the graph's node for this one; a wait and a router behind actions have nodes of their own.
    pub(super) fn node(&mut self, node: &Value) {
        let uuid = text(node, "uuid");
        let mut id = self.entries[&uuid];
        let title = self.title_of(node);
        let here = place(&self.title, &title, "router", &uuid);
        self.places.insert(id, here.clone());
        let actions = list(node, "actions");
        let router = at(node, "router");
        let (mut steps, mut goal) = (Vec::new(), None);
        for (number, action) in actions.iter().enumerate() {
            let is_last = number + 1 == actions.len();
            let done = self.action(action, node, is_last && router.is_object() && at(router, "wait").is_null());
            steps.extend(done.steps);
            goal = done.goal.or(goal);
        }
        self.graph.nodes[id].title = title.clone();
        if let Some(goal) = goal {
            if router.is_object() {
                self.bot.report.kept(&here, "the ways of the step before it");
            }
            self.put(id, steps, goal, true);
            return;
        }
        if !router.is_object() {
            let exit = list(node, "exits").first().map(|exit| text(exit, "uuid")).unwrap_or_default();
            let next = self.exit(node, &exit);
            self.put(id, steps, next, true);
            return;
        }
        if !steps.is_empty() {
            let behind = self.graph.add(Node::new(title.clone(), Vec::new(), Goal::End));
            self.put(id, steps, Goal::Node(behind), true);
            id = behind;
        }
        self.route(node, &here, id, &title);
    }

    fn put(&mut self, id: NodeId, steps: Vec<Step>, next: Goal, falls: bool) {
        let here = &mut self.graph.nodes[id];
        here.steps = steps;
        here.next = next;
        here.falls = falls;
    }

    /// A name for a node, which has none: its result, its first words, or its first action.
    fn title_of(&self, node: &Value) -> String {
        let said = list(node, "actions").iter().find_map(|action| some_text(action, "text"));
        let words = said.map(|text| text.split_whitespace().take(4).collect::<Vec<_>>().join(" "));
        some_text(node, "router.result_name")
            .or(words)
            .or_else(|| list(node, "actions").first().map(|action| text(action, "type")))
            .or_else(|| some_text(node, "router.operand").map(|operand| format!("split by {operand}")))
            .unwrap_or_else(|| "part".to_owned())
    }

    fn route(&mut self, node: &Value, here: &Place, id: NodeId, title: &str) {
        let router = at(node, "router");
        if text(router, "type") == "random" {
            return self.random(node, here, id, title);
        }
        let wait = at(router, "wait");
        if !wait.is_object() {
            let is = self.code(&text(router, "operand"), here);
            let name = some_text(router, "result_name").map(|name| (name.clone(), self.result(&name)));
            let mut steps = Vec::new();
            if let Some((_, name)) = &name
                && *name != is.code
            {
                steps.push(Step::keys([(
                    "set",
                    Yaml::Map(vec![(name.clone(), Yaml::text(format!("${{{}}}", is.as_text())))]),
                )]));
            }
            return self.ways(node, here, id, &is, name.map(|(name, _)| name), steps);
        }
        let result = some_text(router, "result_name");
        let name = result.clone().unwrap_or_else(|| "answer".to_owned());
        let variable = self.result(&name);
        let mut ask = Ask { variable: Some(variable.clone()), ..Ask::default() };
        if text(wait, "type") != "msg" {
            self.bot.report.replaced(here, format!("a wait for `{}` is one for a message", text(wait, "type")));
        }
        let seconds = at(wait, "timeout.seconds").as_u64().filter(|seconds| (1..=60 * 60 * 24 * 30).contains(seconds));
        if let Some(seconds) = seconds {
            ask.keys.push(("timeout".to_owned(), Field::Plain(Yaml::bare(super::super::texts::span(seconds)))));
            let goal = self.category(node, &text(wait, "timeout.category_uuid"));
            ask.keys.push(("on_timeout".to_owned(), Field::Way(Way::to(goal))));
        }
        if self.typed(node, here, id, &mut ask, &variable) {
            return;
        }
        let behind = self.graph.add(Node::new(title, Vec::new(), Goal::End));
        self.put(id, vec![Verb::Ask(Box::new(ask)).into()], Goal::Node(behind), true);
        self.graph.nodes[id].copied = true;
        let operand = text(router, "operand");
        let is = match operand.as_str() {
            "@input" | "@input.text" | "" => Code::text(variable),
            other => self.code(other, here),
        };
        self.ways(node, here, behind, &is, Some(name), Vec::new());
    }

    /// A question with one test of a kind of answer is an `ask` with that type; whatever else comes is its `on_fail`.
    fn typed(&mut self, node: &Value, here: &Place, id: NodeId, ask: &mut Ask, variable: &str) -> bool {
        let [case] = list(node, "router.cases") else { return false };
        let limits: Vec<String> = list(case, "arguments").iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let numbers = limits.iter().all(|limit| limit.trim().parse::<f64>().is_ok());
        let bound = |by: &str, at: usize| {
            limits.get(at).map(|limit| format!("{variable} {by} {}", limit.trim())).unwrap_or_default()
        };
        let (kind, check) = match text(case, "type").as_str() {
            "has_number" => ("number", None),
            "has_number_between" if numbers && limits.len() == 2 => {
                ("number", Some(format!("{} && {}", bound(">=", 0), bound("<=", 1))))
            }
            "has_number_gt" if numbers => ("number", Some(bound(">", 0))),
            "has_number_gte" if numbers => ("number", Some(bound(">=", 0))),
            "has_number_lt" if numbers => ("number", Some(bound("<", 0))),
            "has_number_lte" if numbers => ("number", Some(bound("<=", 0))),
            "has_phone" => ("phone", None),
            "has_email" => ("email", None),
            "has_date" => ("date", None),
            "has_time" => ("time", None),
            "has_image" => ("image", None),
            "has_audio" => ("audio", None),
            "has_video" => ("video", None),
            "has_file" => ("document", None),
            "has_location" => ("location", None),
            _ => return false,
        };
        // Elsewhere the result is a text; of these types only where nothing else fills or reads it as one.
        let is_shared = self.led_to.get(&text(node, "uuid")).copied().unwrap_or_default() > 1;
        let names_it = text(self.json, "nodes").is_empty() && self.categories.contains(&context::key(variable));
        let read = self.json.to_string().to_lowercase().matches(&format!("results.{variable}")).count();
        let is_file = matches!(kind, "image" | "audio" | "video" | "document" | "location" | "date" | "time");
        if is_shared || names_it || is_file && read > 0 || self.vars_filled(variable) > 1 {
            return false;
        }
        self.vars.remove(variable);
        ask.fallback = "Please answer.".to_owned();
        ask.keys.insert(0, ("type".to_owned(), Field::Plain(Yaml::bare(kind))));
        if let Some(check) = check {
            ask.keys.insert(1, ("check".to_owned(), Field::Plain(Yaml::Text(check))));
        }
        let yes = self.category(node, &text(case, "category_uuid"));
        let no = self.category(node, &text(node, "router.default_category_uuid"));
        ask.keys.push(("tries".to_owned(), Field::Plain(Yaml::bare(1))));
        ask.keys.push(("on_fail".to_owned(), Field::Way(Way::to(no))));
        self.bot.report.kept(here, format!("`ask` with `type: {kind}`; another answer is its `on_fail`"));
        self.put(id, vec![Verb::Ask(Box::new(ask.clone())).into()], yes, true);
        true
    }

    /// How many nodes fill this result.
    fn vars_filled(&self, variable: &str) -> usize {
        let nodes = list(self.json, "nodes");
        let of_routers =
            nodes.iter().filter(|node| context::key(&text(node, "router.result_name")) == variable).count();
        let actions = nodes.iter().flat_map(|node| list(node, "actions"));
        of_routers
            + actions
                .filter(|action| {
                    text(action, "type") == "set_run_result" && context::key(&text(action, "name")) == variable
                })
                .count()
    }

    /// The ways of a router, by what `is` is.
    fn ways(
        &mut self,
        node: &Value,
        here: &Place,
        id: NodeId,
        is: &Code,
        result: Option<String>,
        mut steps: Vec<Step>,
    ) {
        let default = self.category(node, &text(node, "router.default_category_uuid"));
        let name_of = |uuid: &str| {
            let found = list(node, "router.categories").iter().find(|category| text(category, "uuid") == uuid);
            found
                .map(|category| text(category, "name"))
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| "Other".to_owned())
        };
        let mut cases: Vec<(String, String, Goal)> = Vec::new();
        for case in list(node, "router.cases") {
            let condition = self.case(case, is, here);
            let uuid = text(case, "category_uuid");
            let goal = self.category(node, &uuid);
            let label = name_of(&uuid);
            match cases.last_mut().filter(|(_, last, to)| *last == label && *to == goal) {
                Some((code, ..)) => *code = format!("{code} || {condition}"),
                None => cases.push((condition, label, goal)),
            }
        }
        let other = name_of(&text(node, "router.default_category_uuid"));
        let category = result
            .filter(|name| self.categories.contains(&context::key(name)))
            .map(|name| self.category_variable(&name));
        let chain = choice(&cases, &other);
        let mut value = chain.clone();
        if let Some(category) = category {
            let keys = [("script", Yaml::Text(chain)), ("as", Yaml::bare(&category))];
            steps.push(Step::keys(keys));
            value = category;
        }
        match cases.as_slice() {
            [] => {
                self.bot.report.kept(here, "any answer goes on");
                self.put(id, steps, default, true);
            }
            [(code, _, goal)] if *goal != default => {
                self.bot.report.kept(here, "`if`");
                let keys = vec![
                    ("if".to_owned(), Field::Plain(Yaml::Text(code.clone()))),
                    ("then".to_owned(), Field::Way(Way::to(*goal))),
                ];
                steps.push(Verb::Keys(keys).into());
                self.put(id, steps, default, true);
            }
            _ if cases.iter().all(|(.., goal)| *goal == default) => {
                self.bot.report.kept(here, "all answers go the same way");
                self.put(id, steps, default, true);
            }
            _ => {
                self.bot.report.kept(here, "`switch` by the category");
                let mut labelled: Vec<(String, Way)> = Vec::new();
                for (_, label, goal) in cases.iter().filter(|(.., goal)| *goal != default) {
                    let label = label_of(label);
                    match labelled.iter_mut().find(|(_, way)| way.to == *goal) {
                        Some((labels, _)) if labels.split(", ").any(|other| other == label) => {}
                        Some((labels, _)) => *labels = format!("{labels}, {label}"),
                        None => labelled.push((label, Way::to(*goal))),
                    }
                }
                let keys = vec![
                    ("switch".to_owned(), Field::Plain(Yaml::Text(value))),
                    ("cases".to_owned(), Field::Ways(labelled)),
                ];
                steps.push(Verb::Keys(keys).into());
                self.put(id, steps, default, true);
            }
        }
    }

    fn random(&mut self, node: &Value, here: &Place, id: NodeId, title: &str) {
        let mut ways: Vec<(String, u32, Way)> = Vec::new();
        for (number, category) in list(node, "router.categories").iter().enumerate() {
            let label = super::super::names::slug(&text(category, "name"), &format!("way_{}", number + 1));
            let label =
                if ways.iter().any(|(other, ..)| *other == label) { format!("{label}_{}", number + 1) } else { label };
            ways.push((label, 1, Way::to(self.exit(node, &text(category, "exit_uuid")))));
        }
        if ways.len() < 2 {
            let only = ways.first().map_or(Goal::End, |(.., way)| way.to);
            self.bot.report.kept(here, "one way by chance is the only way");
            return self.put(id, Vec::new(), only, true);
        }
        self.bot.report.replaced(here, "`split`: chance decides once for each customer, and not at each visit");
        let name = super::super::names::slug(&format!("{title} trial"), "trial");
        let keys =
            vec![("split".to_owned(), Field::Plain(Yaml::bare(name))), ("cases".to_owned(), Field::Weighted(ways))];
        self.put(id, vec![Verb::Keys(keys).into()], Goal::End, false);
    }
}

/// A comma would part a case in two.
fn label_of(label: &str) -> String {
    super::super::texts::clean(label).replace(',', "").trim().to_owned()
}

/// The code of the category: `if … { "Red" } else { "Other" }`.
fn choice(cases: &[(String, String, Goal)], other: &str) -> String {
    if cases.is_empty() {
        return in_code(&label_of(other));
    }
    let mut code = String::new();
    for (condition, label, _) in cases {
        code.push_str(&format!("if {condition} {{ {} }}\nelse ", in_code(&label_of(label))));
    }
    format!("{code}{{ {} }}", in_code(&label_of(other)))
}
