//! Reads Typebot's integrations: e-mail, Google Sheets, statistics, Chatwoot.

use super::{
    super::{
        graph::Step,
        report::Place,
        source::{at, list, some_text, text},
        texts::literal,
        yaml::Yaml,
    },
    Read, Reader,
};
use serde_json::Value;

impl Reader<'_> {
    pub(super) fn integration(&mut self, block: &Value, place: &Place) -> Read {
        match place.kind.as_str() {
            "Email" => self.email(block, place).into(),
            "Google Sheets" => self.sheet(block, place).into(),
            "Chatwoot" => {
                self.bot.report.replaced(place, "the conversation goes to a person of the team `support`");
                let step = Step::keys([("handoff", Yaml::bare("support"))]);
                Read { steps: vec![step], next: Some(super::Goal::End), falls: true }
            }
            _ => {
                self.bot.report.replaced(place, "the event `tracked` goes out, which webhooks hear");
                let (mut data, options) = (Vec::new(), at(block, "options"));
                for key in ["action", "category", "label", "value", "eventType", "name"] {
                    if let Some(raw) = some_text(options, key) {
                        let value = self.value(&raw, place);
                        data.push((key.to_owned(), Yaml::Text(value)));
                    }
                }
                told("tracked", data).into()
            }
        }
    }

    fn email(&mut self, block: &Value, place: &Place) -> Step {
        self.bot.report.replaced(place, "no e-mail leaves from here: the event `email_wanted` goes out");
        self.bot.report.todo.insert("E-mails: let a webhook hear the event `email_wanted` and send them.".into());
        let options = at(block, "options");
        let mut data = Vec::new();
        for key in ["recipients", "cc", "bcc"] {
            let all: Vec<String> = list(options, key).iter().filter_map(Value::as_str).map(str::to_owned).collect();
            let all: Vec<Yaml> = all.iter().map(|one| Yaml::Text(self.value(one, place))).collect();
            if !all.is_empty() {
                data.push((key.to_owned(), Yaml::List(all)));
            }
        }
        for key in ["subject", "body", "replyTo"] {
            if let Some(raw) = some_text(options, key) {
                let value = self.text(&raw, place);
                data.push((key.to_owned(), Yaml::Text(value)));
            }
        }
        told("email_wanted", data)
    }

    fn sheet(&mut self, block: &Value, place: &Place) -> Vec<Step> {
        let options = at(block, "options");
        let action = text(options, "action");
        let sheet = [
            ("spreadsheet".to_owned(), Yaml::text(literal(&text(options, "spreadsheetId")))),
            ("sheet".to_owned(), Yaml::text(literal(&text(options, "sheetId")))),
        ];
        let mut data: Vec<_> = sheet.into_iter().collect();
        if action != "Get data from sheet" {
            for cell in list(options, "cellsToInsert").iter().chain(list(options, "cellsToUpsert")) {
                let value = self.value(&text(cell, "value"), place);
                data.push((literal(&text(cell, "column")), Yaml::Text(value)));
            }
            self.filter(options, place, &mut data);
            data.retain(|(key, value)| !key.is_empty() && *value != Yaml::text(""));
            let mut once: Vec<(String, Yaml)> = Vec::new();
            data.into_iter().for_each(|(key, value)| {
                if !once.iter().any(|(other, _)| *other == key) {
                    once.push((key, value));
                }
            });
            let event = if action.starts_with("Update") { "row_changed" } else { "row_wanted" };
            self.bot.report.replaced(place, format!("the event `{event}` goes out with the cells"));
            self.bot
                .report
                .todo
                .insert(format!("Google Sheets: let a webhook hear the event `{event}` and write the row."));
            return vec![told(event, once)];
        }
        self.filter(options, place, &mut data);
        data.retain(|(_, value)| !matches!(value, Yaml::Text(text) if text.is_empty()));
        self.bot.env.insert("SHEET_URL".into());
        self.bot.report.replaced(place, "`http` to `env.SHEET_URL`, which answers with the columns of the row");
        self.bot.report.todo.insert(
            "Google Sheets: put a server behind `env.SHEET_URL` that answers a GET with the columns of the row as JSON.".into(),
        );
        let request = Step::keys([
            ("http", Yaml::text("GET ${env.SHEET_URL}")),
            ("query", Yaml::Map(data)),
            ("as", Yaml::bare("row")),
        ]);
        let mut filled = Vec::new();
        for cell in list(options, "cellsToExtract") {
            if let Some(name) = self.variable_of(cell, "variableId") {
                let column = super::super::texts::in_code(&text(cell, "column"));
                filled.push((name, format!("${{row.body[{column}] ?? \"\"}}")));
            }
        }
        let mut steps = vec![request];
        steps.extend(Self::set(filled));
        steps
    }

    /// The rows that are meant, by the values of their columns.
    fn filter(&mut self, options: &Value, place: &Place, data: &mut Vec<(String, Yaml)>) {
        let reference = at(options, "referenceCell");
        for one in
            list(options, "filter.comparisons").iter().chain([reference].into_iter().filter(|cell| cell.is_object()))
        {
            let value = self.value(&text(one, "value"), place);
            data.push((format!("where {}", literal(&text(one, "column"))), Yaml::Text(value)));
        }
    }
}

fn told(event: &str, data: Vec<(String, Yaml)>) -> Step {
    let step = Step::keys([("emit", Yaml::bare(event))]);
    if data.is_empty() { step } else { step.key("data", Yaml::Map(data)) }
}
