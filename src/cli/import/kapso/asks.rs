//! Reads what Kapso asks: buttons, lists, forms, places, and the waits for an answer.

use super::{
    super::{
        graph::{Ask, Field, Goal, Say, Step, Verb, Way},
        report::Place,
        source::{at, list, some_text, text},
        texts::{Offered, choices, clean, is_public_url, short},
        yaml::Yaml,
    },
    Read, Reader, config, kind, timeout,
};
use serde_json::Value;

impl Reader<'_> {
    pub(super) fn interactive(&mut self, node: &Value, place: &Place, next: Goal) -> Read {
        let config = config(node);
        let (mut steps, body) = self.written(config, "body_text", place);
        let mut say =
            Say { text: if body.trim().is_empty() { "Please choose.".into() } else { body }, ..Say::default() };
        say.header =
            some_text(config, "header_text").map(|text| short(&self.template(&text, place).replace('\n', " "), 60));
        say.footer =
            some_text(config, "footer_text").map(|text| short(&self.template(&text, place).replace('\n', " "), 60));
        if let Some(url) = some_text(config, "header_media_url") {
            match is_public_url(&url) {
                true => say.media = vec![clean(&url)],
                false => self.bot.report.left(place, "the file of its header has no address on the internet"),
            }
        }
        match text(config, "interactive_type").as_str() {
            "cta_url" => {
                let url = text(config, "cta_url");
                let title =
                    self.template(&some_text(config, "cta_display_text").unwrap_or_else(|| "Open".into()), place);
                let written = self.template(&url, place);
                if is_public_url(&url) || url.starts_with("{{") {
                    say.link = Some((short(&title, 20), written));
                } else {
                    say.text = format!("{}\n{written}", say.text);
                }
                self.bot.report.kept(place, "`say` with `link`");
                steps.push(Verb::Say(say).into());
                steps.into()
            }
            kind @ ("flow" | "location_request_message") => self.special(kind, config, say, steps, place, next),
            _ => {
                let rows = list(config, "list_sections").iter().flat_map(|section| list(section, "rows"));
                let mut offered = Vec::new();
                for option in list(config, "buttons").iter().chain(rows) {
                    let title = self.template(&text(option, "title"), place);
                    offered.push(Offered {
                        title,
                        value: some_text(option, "id"),
                        about: some_text(option, "description"),
                        way: None,
                    });
                }
                say.quick = choices(offered, place, &mut self.bot.report);
                self.bot.report.kept(place, "the question of the `ask` behind it, or `say`");
                steps.push(Verb::Say(say).into());
                steps.into()
            }
        }
    }

    /// A form or a place: the question takes the wait behind it in.
    fn special(
        &mut self,
        kind_of: &str,
        config: &Value,
        say: Say,
        mut steps: Vec<Step>,
        place: &Place,
        next: Goal,
    ) -> Read {
        let wait = match next {
            Goal::Node(number) => list(self.json, "nodes").get(number).filter(|node| kind(node) == "wait_for_response"),
            Goal::Below | Goal::End => None,
        };
        let variable = wait.and_then(|wait| some_text(super::config(wait), "save_response_to"));
        let mut ask =
            Ask { question: Some(say), variable: variable.map(|name| self.variable(&name)), ..Ask::default() };
        ask.variable.iter().for_each(|name| {
            self.vars.remove(name);
        });
        if kind_of == "flow" {
            let mut form = vec![
                ("id".to_owned(), Yaml::text(clean(&text(config, "flow_id")))),
                (
                    "button".to_owned(),
                    Yaml::text(short(&clean(&some_text(config, "flow_cta").unwrap_or_else(|| "Open".into())), 20)),
                ),
            ];
            form.extend(
                some_text(config, "flow_action_payload.screen")
                    .map(|screen| ("screen".to_owned(), Yaml::text(clean(&screen)))),
            );
            ask.keys.push(("form".to_owned(), Field::Plain(Yaml::Map(form))));
            self.bot.report.kept(place, "`ask` with `form`");
        } else {
            ask.keys.push(("type".to_owned(), Field::Plain(Yaml::bare("location"))));
            self.bot.report.kept(place, "`ask` with `type: location`");
        }
        steps.push(Verb::Ask(Box::new(ask)).into());
        // Where the wait is the next node, the question has waited already.
        let behind = wait.map(|wait| self.edge(&text(wait, "id"), None).unwrap_or(Goal::End));
        Read { steps, next: behind, copied: false }
    }

    pub(super) fn wait(&mut self, node: &Value, place: &Place) -> Read {
        let config = config(node);
        self.bot.report.kept(place, "`ask` with the text before it, or `wait: reply`");
        let name = some_text(config, "save_response_to").unwrap_or_else(|| "reply".to_owned());
        let mut ask = Ask { variable: Some(self.variable(&name)), ..Ask::default() };
        if let Some(seconds) = timeout(config) {
            ask.keys.push(("timeout".to_owned(), Field::Plain(Yaml::bare(super::super::texts::span(seconds)))));
            ask.keys.push(("on_timeout".to_owned(), Field::Way(Way::to(Goal::Below))));
        }
        Read { steps: vec![Verb::Ask(Box::new(ask)).into()], next: None, copied: true }
    }

    /// A text of a node; one that a model writes is asked of it first.
    pub(super) fn written(&mut self, config: &Value, key: &str, place: &Place) -> (Vec<Step>, String) {
        if !at(config, key).is_object() {
            let text = self.template(&text(config, key), place);
            return (Vec::new(), text);
        }
        let prompt = some_text(config, &format!("ai_field_config.{key}.prompt"))
            .unwrap_or_else(|| "Write the next message to the customer.".into());
        self.uses_models();
        self.bot.report.replaced(place, "`llm` writes its text before it is said");
        let instruction = self.template(&prompt, place);
        let llm = Step::keys([
            ("llm", Yaml::Text(instruction)),
            ("input", Yaml::text("${msg.text ?? \"\"}")),
            ("as", Yaml::bare("words")),
        ]);
        (vec![llm], "${words}".to_owned())
    }

    pub(super) fn uses_models(&mut self) {
        self.bot.has_models = true;
        self.bot
            .report
            .todo
            .insert("Language models: name one as `main` in the configuration (docs/models.md).".into());
    }
}
