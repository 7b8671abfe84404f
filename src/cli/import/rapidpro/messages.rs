//! Reads the messages of RapidPro and Glific: texts, files, quick replies, templates.

use super::{
    super::{
        graph::{Choice, Say, Step, Verb},
        report::Place,
        source::{at, list, some_text, text},
        texts::{Offered, choices, is_public_url, parts, says},
        yaml::Yaml,
    },
    Reader,
};
use serde_json::Value;

impl Reader<'_> {
    pub(super) fn message(&mut self, action: &Value, place: &Place) -> Vec<Step> {
        let uuid = text(action, "uuid");
        let said = self.template(&text(action, "text"), place);
        let titles: Vec<String> = list(action, "quick_replies").iter().map(title_of).collect();
        let quick = self.quick(&titles, &uuid, place);
        let media = self.files(action, place);
        let mut lines = parts(&said);
        let last = lines.pop().unwrap_or_default();
        let mut steps: Vec<Step> = lines.into_iter().map(Step::say).collect();
        if last.trim().is_empty() && media.is_empty() && quick.is_empty() {
            self.bot.report.kept(place, "an empty message, which says nothing");
            return steps;
        }
        self.translate(&uuid, "text", std::slice::from_ref(&last), &mut |reader, text| reader.template(text, place));
        let if_closed = self.template_of(action, place);
        let text = if last.trim().is_empty() && !quick.is_empty() { "Please choose.".to_owned() } else { last };
        steps.push(Verb::Say(Say { text, media, quick, if_closed, ..Say::default() }).into());
        self.bot.report.kept(place, "`say`, or the question of the `ask` behind it");
        steps
    }

    pub(super) fn quick(&mut self, titles: &[String], uuid: &str, place: &Place) -> Vec<Choice> {
        let written: Vec<String> = titles.iter().map(|title| self.template(title, place)).collect();
        let offered = written.into_iter().map(|title| Offered { title, value: None, about: None, way: None }).collect();
        let quick = choices(offered, place, &mut self.bot.report);
        let sources: Vec<String> = quick.iter().map(|choice| choice.title.clone()).collect();
        self.translate(uuid, "quick_replies", &sources, &mut |reader, text| {
            super::super::texts::short(&reader.template(text, place), 20)
        });
        quick
    }

    /// `image/jpeg:https://…` by its address.
    fn files(&mut self, action: &Value, place: &Place) -> Vec<String> {
        let mut files = Vec::new();
        for attachment in list(action, "attachments").iter().filter_map(Value::as_str) {
            let (_, url) = attachment.split_once(':').unwrap_or(("", attachment));
            if url.starts_with('@') || is_public_url(url.split('@').next().unwrap_or_default()) {
                files.push(self.template(url, place));
            } else {
                self.bot.report.left(
                    place,
                    format!(
                        "the attachment `{}` has no address on the internet",
                        super::super::report::quote(attachment)
                    ),
                );
            }
        }
        files
    }

    /// The template that stands for the message when the window is closed.
    fn template_of(&mut self, action: &Value, place: &Place) -> Option<Yaml> {
        let name = some_text(action, "template.name").or_else(|| some_text(action, "templating.template.name"))?;
        let given = match list(action, "template_variables") {
            [] => list(action, "templating.variables"),
            own => own,
        };
        let vars: Vec<Yaml> =
            given.iter().filter_map(Value::as_str).map(|text| Yaml::Text(self.template(text, place))).collect();
        let mut keys = vec![("template".to_owned(), Yaml::text(super::super::texts::clean(&name)))];
        if !vars.is_empty() {
            keys.push(("vars".to_owned(), Yaml::List(vars)));
        }
        self.bot.report.todo.insert(format!(
            "The template `{}` must exist at the platform under this name.",
            super::super::report::quote(&name)
        ));
        Some(Yaml::Map(keys))
    }

    /// Glific's interactive messages: JSON within the text.
    pub(super) fn interactive(&mut self, action: &Value, place: &Place) -> Vec<Step> {
        let raw = text(action, "text");
        let Ok(json) = serde_json::from_str::<Value>(&raw) else {
            let said = self.template(&raw, place);
            self.bot.report.replaced(place, "an interactive message whose content is no JSON is a text");
            return says(&said);
        };
        let uuid = text(action, "uuid");
        let body = ["content.text", "body", "body.text"].iter().find_map(|path| some_text(&json, path));
        let body = self.template(&body.unwrap_or_else(|| text(action, "name")), place);
        let header = ["content.header", "title"].iter().find_map(|path| some_text(&json, path));
        let footer = some_text(&json, "content.caption");
        let mut titles: Vec<String> = list(&json, "options").iter().map(|option| text(option, "title")).collect();
        let rows = list(&json, "items").iter().flat_map(|item| list(item, "options"));
        titles.extend(rows.map(|row| text(row, "title")));
        let quick = self.quick(&titles, &uuid, place);
        let media: Vec<String> = some_text(&json, "content.url").filter(|url| is_public_url(url)).into_iter().collect();
        let short = |text: Option<String>, reader: &mut Self| {
            text.map(|text| super::super::texts::short(&reader.template(&text, place).replace('\n', " "), 60))
        };
        let (header, footer) = (short(header, self), short(footer, self));
        if at(&json, "type").as_str() == Some("location_request_message") {
            self.bot.report.replaced(place, "a text: the question behind it takes a place that is shared");
        } else {
            self.bot.report.kept(place, "`say` with options, or the question of the `ask` behind it");
        }
        vec![Verb::Say(Say { text: body, media, header, footer, quick, ..Say::default() }).into()]
    }

    pub(super) fn voice(&mut self, action: &Value, place: &Place) -> Vec<Step> {
        self.bot.report.replaced(place, "what was spoken in a call is written");
        let said = self.template(&text(action, "text"), place);
        match some_text(action, "audio_url") {
            Some(url) if is_public_url(&url) => {
                vec![Verb::Say(Say { text: said, media: vec![url], ..Say::default() }).into()]
            }
            _ => says(&said),
        }
    }
}

/// A quick reply is a text, or a map with one.
fn title_of(reply: &Value) -> String {
    reply.as_str().map_or_else(|| text(reply, "text"), str::to_owned)
}
