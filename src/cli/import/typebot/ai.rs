//! Reads blocks of language models as `llm`, and names the other blocks of Typebot's forge.

use super::{
    super::{
        graph::Step,
        report::Place,
        source::{at, is_true, list, some_text, text},
        yaml::Yaml,
    },
    Reader,
};
use serde_json::Value;

/// Kinds of blocks that ask a language model.
const MODELS: [&str; 14] = [
    "openai",
    "OpenAI",
    "Open AI",
    "anthropic",
    "mistral",
    "groq",
    "together-ai",
    "perplexity",
    "open-router",
    "deepseek",
    "google-ai",
    "gemini",
    "dify-ai",
    "chat-node",
];

impl Reader<'_> {
    pub(super) fn forged(&mut self, block: &Value, place: &Place) -> Vec<Step> {
        let action =
            some_text(block, "options.action").or_else(|| some_text(block, "options.task")).unwrap_or_default();
        let speaks = ["chat", "ask", "generate variables", "message", "send"];
        let lower = action.to_lowercase();
        if MODELS.contains(&place.kind.as_str()) && speaks.iter().any(|word| lower.contains(word)) {
            return self.model(block, place, lower.contains("generate"));
        }
        if place.kind == "cal-com"
            && let Some(link) = some_text(block, "options.link").or_else(|| some_text(block, "options.calLink"))
        {
            self.bot.report.replaced(place, "the calendar cannot stand within the chat; its address is sent");
            let link = self.text(&link, place);
            let link = if link.starts_with("http") {
                link
            } else {
                format!("https://cal.com/{}", link.trim_start_matches('/'))
            };
            return super::super::texts::says(&link);
        }
        let what = if action.is_empty() {
            "there is no such step".to_owned()
        } else {
            format!("there is no step for `{action}`")
        };
        vec![self.without_counterpart(place, &what)]
    }

    fn model(&mut self, block: &Value, place: &Place, extracts: bool) -> Vec<Step> {
        let options = at(block, "options");
        self.bot.has_models = true;
        self.bot
            .report
            .todo
            .insert("Language models: name one as `main` in the configuration (docs/models.md).".into());
        let (instruction, input) = self.messages(options, place);
        let mut keys = Step::keys([("llm", Yaml::Text(instruction))]);
        if !input.is_empty() {
            keys = keys.key("input", Yaml::Text(input));
        }
        self.bot.report.replaced(place, "`llm`: one question with one answer; what was said before is not part of it");
        if !list(options, "tools").is_empty() {
            self.bot
                .report
                .left(place, "its tools: a model calls nothing here by itself; write `http` steps before or after it");
        }
        if extracts {
            return self.extracted(options, keys);
        }
        let mut filled = Vec::new();
        for mapped in list(options, "responseMapping") {
            let item = some_text(mapped, "valueToExtract").or_else(|| some_text(mapped, "item")).unwrap_or_default();
            let is_text = item.is_empty() || ["Message content", "Message", "Message Content"].contains(&item.as_str());
            match self.variable_of(mapped, "variableId") {
                Some(name) if is_text => filled.push((name, "${reply}".to_owned())),
                Some(_) => self.bot.report.left(place, format!("its value `{item}`")),
                None => {}
            }
        }
        if let [(name, _)] = filled.as_slice()
            && let [_] = filled.as_slice()
        {
            return vec![keys.key("as", Yaml::bare(name))];
        }
        let mut steps = vec![keys.key("as", Yaml::bare("reply"))];
        steps.extend(Self::set(filled));
        steps
    }

    /// System messages are the instruction, the last message of the customer is what it is about.
    fn messages(&mut self, options: &Value, place: &Place) -> (String, String) {
        let (mut instruction, mut input) = (Vec::new(), String::new());
        for message in list(options, "messages") {
            let role = text(message, "role").to_lowercase();
            let raw = text(message, "content");
            if role == "dialogue" || role.starts_with("messages sequence") {
                let id = some_text(message, "dialogueVariableId")
                    .or_else(|| some_text(message, "content.userMessagesVariableId"));
                let name = id.and_then(|id| self.variables.by_id(&id).cloned());
                input = name.map_or("${msg.text ?? \"\"}".to_owned(), |variable| {
                    format!("${{{}}}", super::variables::printed(&variable))
                });
                self.bot.report.replaced(place, "the dialogue so far is given as one text");
            } else if role == "assistant" {
                self.bot.report.left(
                    place,
                    format!("a message that the model is said to have written: {}", super::super::report::quote(&raw)),
                );
            } else if role == "user" {
                input = self.text(&raw, place);
            } else if !raw.trim().is_empty() {
                instruction.push(self.text(&raw, place));
            }
        }
        for key in ["systemMessage", "additionalInstructions", "instructions", "prompt"] {
            if let Some(raw) = some_text(options, key) {
                let written = self.text(&raw, place);
                instruction.push(written);
            }
        }
        for key in ["message", "query"] {
            if let Some(raw) = some_text(options, key) {
                input = self.text(&raw, place);
            }
        }
        if some_text(options, "assistantId").is_some() {
            self.bot
                .report
                .left(place, "the instructions of its assistant, which are not in the export: write them into `llm`");
        }
        let instruction = match instruction.is_empty() {
            true => "Answer the customer in a few short sentences.".to_owned(),
            false => instruction.join("\n\n"),
        };
        (instruction, if input.is_empty() { "${msg.text ?? \"\"}".to_owned() } else { input })
    }

    /// Variables that a model fills out of a text.
    fn extracted(&mut self, options: &Value, step: Step) -> Vec<Step> {
        let (mut returns, mut filled) = (Vec::new(), Vec::new());
        for wanted in list(options, "variablesToExtract") {
            let Some(name) = self.variable_of(wanted, "variableId") else { continue };
            let kind = match text(wanted, "type").as_str() {
                "number" => "number",
                "boolean" => "yesno",
                _ => "text",
            };
            let mut keys = vec![
                ("type".to_owned(), Yaml::bare(kind)),
                ("optional".to_owned(), Yaml::bare(!is_true(wanted, "isRequired"))),
            ];
            if let Some(about) = some_text(wanted, "description") {
                keys.push(("about".to_owned(), Yaml::text(super::super::texts::literal(&about))));
            }
            filled.push((name.clone(), format!("${{(found.{name} ?? \"\").to_text()}}")));
            returns.push((name, Yaml::Map(keys)));
        }
        if returns.is_empty() {
            return vec![step.key("as", Yaml::bare("reply"))];
        }
        let mut steps = vec![step.key("returns", Yaml::Map(returns)).key("as", Yaml::bare("found"))];
        steps.extend(Self::set(filled));
        steps
    }
}
