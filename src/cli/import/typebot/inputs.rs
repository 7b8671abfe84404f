//! Reads what a Typebot asks: each input is an `ask`; the text before it is the question.

use super::{
    super::{
        graph::{Ask, Choice, Goal, Say, Step, Verb, Way},
        report::Place,
        source::{at, is_true, list, some_text, text},
        texts::{Offered, choices, clean, is_public_url, literal},
        yaml::Yaml,
    },
    Read, Reader,
};
use serde_json::Value;

impl Reader<'_> {
    pub(super) fn input(&mut self, block: &Value, place: &Place) -> Read {
        match place.kind.as_str() {
            "choice input" => self.choice(block, place),
            "picture choice input" => self.picture_choice(block, place),
            "cards" => self.cards(block, place),
            "payment input" => self.payment(block, place).into(),
            _ => self.typed(block, place).into(),
        }
    }

    fn ask(&mut self, block: &Value, fallback: &str) -> Ask {
        let placeholder = some_text(block, "options.labels.placeholder").filter(|text| !text.contains('<'));
        let fallback = placeholder.map_or_else(|| fallback.to_owned(), |text| literal(&text));
        Ask { variable: self.variable_of(block, "options.variableId"), fallback, ..Ask::default() }
    }

    fn typed(&mut self, block: &Value, place: &Place) -> Vec<Step> {
        let (kind, fallback) = match place.kind.as_str() {
            "number input" => ("number", "Please write a number."),
            "email input" => ("email", "What is your e-mail address?"),
            "phone number input" => ("phone", "What is your phone number?"),
            "url input" => ("text", "Please send the address of the page."),
            "date input" if is_true(block, "options.isRange") => ("text", "Please write both days."),
            "date input" if is_true(block, "options.hasTime") => ("datetime", "Please write the day and the time."),
            "date input" => ("date", "Please write the day."),
            "time input" => ("time", "Please write the time."),
            "rating input" => ("whole", "Please write a number."),
            "file input" => ("media", "Please send the file."),
            _ => ("text", "Please write your answer."),
        };
        let mut ask = self.ask(block, fallback);
        // A check needs a name for the answer.
        if ask.variable.is_none() && matches!(place.kind.as_str(), "number input" | "rating input" | "url input") {
            ask.variable = Some(self.variables.fresh("answer"));
        }
        let name = ask.variable.clone().unwrap_or_default();
        let mut check = None;
        match place.kind.as_str() {
            "number input" => check = self.range(&name, &text(block, "options.min"), &text(block, "options.max")),
            "rating input" => check = Some(self.rating(block, &name, &mut ask)),
            "url input" => check = Some(format!("{name}.lower().is_match(\"^https?://|^www\\\\.|\\\\.[a-z]{{2,}}\")")),
            _ => {}
        }
        let mut step = Step::from(Verb::Ask(Box::new(ask)));
        if kind != "text" {
            step = step.key("type", Yaml::bare(kind));
        }
        if let Some(check) = check {
            step = step.key("check", Yaml::Text(check));
        }
        if let Some(retry) = some_text(block, "options.retryMessageContent") {
            let retry = self.text(&retry, place);
            step = step.key("invalid", Yaml::Text(retry));
        }
        self.told(block, place);
        vec![step]
    }

    /// Reports the input, with those of its options that have no counterpart.
    fn told(&mut self, block: &Value, place: &Place) {
        let mut lost = Vec::new();
        let options = at(block, "options");
        for (path, what) in [
            ("isRange", "a range of days is asked for as text"),
            ("isMultipleAllowed", "one file is taken, not several"),
            ("audioClip.isEnabled", "voice notes are no answer here"),
            ("attachments.isEnabled", "files are no answer here"),
        ] {
            if is_true(options, path) {
                lost.push(what);
            }
        }
        if at(options, "isRequired").as_bool() == Some(false) {
            lost.push("the file cannot be skipped");
        }
        match lost.as_slice() {
            [] => self.bot.report.kept(place, "`ask`"),
            lost => self.bot.report.replaced(place, format!("`ask`; {}", lost.join(", "))),
        }
    }

    fn range(&mut self, name: &str, min: &str, max: &str) -> Option<String> {
        let bound =
            |by: &str, limit: &str| limit.trim().parse::<f64>().ok().map(|_| format!("{name} {by} {}", limit.trim()));
        let both: Vec<String> = [bound(">=", min), bound("<=", max)].into_iter().flatten().collect();
        (!both.is_empty()).then(|| both.join(" && "))
    }

    fn rating(&mut self, block: &Value, name: &str, ask: &mut Ask) -> String {
        let from = text(block, "options.startsAt").trim().parse::<i64>().unwrap_or(0).clamp(0, 100);
        let from = if text(block, "options.buttonType") == "Icons" { 1 } else { from };
        let to = text(block, "options.length").trim().parse::<f64>().unwrap_or(10.0).clamp(1.0, 100.0).floor();
        let (left, right) = (some_text(block, "options.labels.left"), some_text(block, "options.labels.right"));
        let named =
            |n: String, label: Option<String>| label.map_or(n.clone(), |label| format!("{n} ({})", literal(&label)));
        ask.fallback = format!("From {} to {}?", named(from.to_string(), left), named(format!("{to:.0}"), right));
        format!("{name} >= {from} && {name} <= {to:.0}")
    }

    fn choice(&mut self, block: &Value, place: &Place) -> Read {
        let ask = self.ask(block, "Please choose.");
        if let Some(list) = self.variable_of(block, "options.dynamicVariableId") {
            self.bot.report.kept(place, "`ask` with the options of a list");
            let step = Step::from(Verb::Ask(Box::new(ask))).key("options", Yaml::text(format!("${{{list}}}")));
            return step.into();
        }
        let id = text(block, "id");
        let mut offered = Vec::new();
        for item in list(block, "items") {
            if is_true(item, "displayCondition.isEnabled") {
                self.bot.report.replaced(place, "an option with a condition is always shown");
            }
            let content = text(item, "content");
            let title = self.plain(&content, place);
            let way = self.goal_of(item, &id).map(Way::to);
            offered.push(Offered { title, value: some_text(item, "value"), about: None, way });
        }
        self.bot.report.kept(place, "`ask` with `options`");
        self.offer(ask, offered, Vec::new(), block, place)
    }

    /// Titles are texts without line breaks; a variable within one is kept.
    fn plain(&mut self, title: &str, place: &Place) -> String {
        self.text(title, place)
    }

    fn picture_choice(&mut self, block: &Value, place: &Place) -> Read {
        let ask = self.ask(block, "Please choose.");
        let id = text(block, "id");
        if is_true(block, "options.dynamicItems.isEnabled")
            && let Some(list) = self.variable_of(block, "options.dynamicItems.titlesVariableId")
        {
            self.bot.report.replaced(place, "`ask` with the titles of a list, without their pictures");
            return Step::from(Verb::Ask(Box::new(ask))).key("options", Yaml::text(format!("${{{list}}}"))).into();
        }
        let (mut offered, mut pictures) = (Vec::new(), Vec::new());
        for (number, item) in list(block, "items").iter().enumerate() {
            let raw = some_text(item, "title").unwrap_or_else(|| (number + 1).to_string());
            let title = self.plain(&raw, place);
            let picture = text(item, "pictureSrc");
            if is_public_url(&picture) && super::bubbles::can_be_sent(&picture) {
                pictures.push(clean(&picture));
            }
            let way = self.goal_of(item, &id).map(Way::to);
            offered.push(Offered {
                title,
                value: some_text(item, "value"),
                about: some_text(item, "description"),
                way,
            });
        }
        self.bot
            .report
            .replaced(place, format!("`ask` with `options`; its pictures ({}) go ahead of it", pictures.len()));
        self.offer(ask, offered, pictures, block, place)
    }

    /// One option for each button of each card.
    fn cards(&mut self, block: &Value, place: &Place) -> Read {
        let ask = self.ask(block, "Please choose.");
        let items = list(block, "items");
        let (mut offered, mut pictures) = (Vec::new(), Vec::new());
        for item in items {
            let raw = some_text(item, "title").unwrap_or_else(|| text(item, "id"));
            let card = self.plain(&raw, place);
            let about = some_text(item, "description");
            let value = some_text(item, "options.internalValue");
            let picture = text(item, "imageUrl");
            if is_public_url(&picture) && super::bubbles::can_be_sent(&picture) {
                pictures.push(clean(&picture));
            }
            let paths = list(item, "paths");
            for path in paths {
                let button = self.plain(&text(path, "text"), place);
                let title = match (items.len(), paths.len()) {
                    (1, _) => button,
                    (_, 1) => card.clone(),
                    _ => format!("{card}: {button}"),
                };
                let way = self.goal_of(path, &text(block, "id")).map(Way::to);
                offered.push(Offered { title, value: value.clone(), about: about.clone(), way });
            }
            if paths.is_empty() {
                let way = self.goal_of(item, &text(block, "id")).map(Way::to);
                offered.push(Offered { title: card, value, about, way });
            }
        }
        self.bot.report.replaced(place, "the cards are one question with their buttons as options");
        self.offer(ask, offered, pictures, block, place)
    }

    fn offer(
        &mut self,
        mut ask: Ask,
        offered: Vec<Offered>,
        pictures: Vec<String>,
        block: &Value,
        place: &Place,
    ) -> Read {
        ask.options = choices(offered, place, &mut self.bot.report);
        let mut steps = Vec::new();
        if !pictures.is_empty() {
            steps.push(super::super::texts::media(pictures));
            // The text before the pictures is no question any more.
            ask.question = Some(Say { text: ask.fallback.clone(), ..Say::default() });
        }
        if ask.options.is_empty() {
            steps.push(self.without_counterpart(place, "a question without options"));
            return steps.into();
        }
        if is_true(block, "options.isMultipleChoice") {
            self.bot.report.replaced(place, "several answers are written in one message, with commas");
            let titles: Vec<String> = ask.options.drain(..).map(|choice| format!("- {}", choice.title)).collect();
            let text = format!("Which ones? Write all of them, with commas.\n{}", titles.join("\n"));
            ask.question = Some(Say { text, ..Say::default() });
            steps.push(Step::from(Verb::Ask(Box::new(ask))).key("type", Yaml::bare("list")));
            return steps.into();
        }
        // Typebot takes the button's own edge, else that of the block.
        let falls = ask.options.iter().any(|choice: &Choice| choice.way.is_none());
        steps.push(Verb::Ask(Box::new(ask)).into());
        Read { steps, next: None, falls }
    }

    /// WhatsApp has no payment here: the shop is told, and the flow waits for its answer.
    fn payment(&mut self, block: &Value, place: &Place) -> Vec<Step> {
        self.bot
            .report
            .replaced(place, "the event `payment_wanted` goes out, and the flow waits for the event `payment_done`");
        self.bot.report.todo.insert(
            "Payments: let your shop hear the event `payment_wanted` (a webhook of the API), send the customer a link, and \
             post the event `payment_done`."
                .into(),
        );
        let amount = self.text(&text(block, "options.amount"), place);
        let currency = some_text(block, "options.currency").unwrap_or_else(|| "USD".to_owned());
        let data = [("amount", Yaml::Text(amount)), ("currency", Yaml::text(literal(&currency)))];
        let wait =
            Step::keys([("wait", Yaml::map([("event", Yaml::bare("payment_done"))])), ("timeout", Yaml::bare("12h"))]);
        vec![
            Step::keys([("emit", Yaml::bare("payment_wanted")), ("data", Yaml::map(data))]),
            Step::say("You get a link to pay. We go on as soon as the payment is there."),
            wait.way("on_timeout", Way::to(Goal::End)),
        ]
    }
}
