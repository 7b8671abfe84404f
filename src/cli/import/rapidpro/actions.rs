//! Reads the actions of RapidPro: what changes the contact, results, and what others hear.

use super::{
    super::{
        graph::{Goal, Step},
        report::{Place, quote},
        source::{at, is_true, list, some_text, text},
        texts::{clean, gap, literal},
        yaml::Yaml,
    },
    Reader, context, place, translated,
};
use serde_json::Value;

/// The steps of an action; `goal`: where the node goes on, if the action's own router says so.
pub struct Done {
    pub steps: Vec<Step>,
    pub goal: Option<Goal>,
}

impl From<Vec<Step>> for Done {
    fn from(steps: Vec<Step>) -> Done {
        Done { steps, goal: None }
    }
}

impl Reader<'_> {
    /// `has_ways`: the node's router tells how this action went.
    pub(super) fn action(&mut self, action: &Value, node: &Value, has_ways: bool) -> Done {
        let kind = text(action, "type");
        let place = place(&self.title, "action", &kind, &text(action, "uuid"));
        match kind.as_str() {
            "send_msg" => self.message(action, &place).into(),
            "send_interactive_msg" => self.interactive(action, &place).into(),
            "say_msg" | "play_audio" => self.voice(action, &place).into(),
            "set_run_result" | "set_run_local" => self.result_action(action, &place).into(),
            "set_contact_field" | "set_contact_name" | "set_contact_language" | "set_contact_timezone" => {
                self.contact(action, &place).into()
            }
            "add_contact_groups" | "remove_contact_groups" | "add_input_labels" => self.groups(action, &place).into(),
            "send_email" => self.email(action, &place).into(),
            "wait_for_time" => self.pause(action, &place).into(),
            "call_webhook" | "call_resthook" | "call_llm" | "call_classifier" | "open_ticket" | "enter_flow"
            | "transfer_airtime" | "start_session" | "send_broadcast" | "wait_for_result" => {
                self.call(action, node, has_ways, &place)
            }
            "set_contact_status" if text(action, "status") == "stopped" || text(action, "status") == "blocked" => {
                self.bot.report.replaced(&place, "`consent: {all: withdrawn}`: nothing is sent any more");
                vec![Step::keys([("consent", Yaml::map([("all", Yaml::bare("withdrawn"))]))])].into()
            }
            "request_optin" => {
                let why =
                    format!("ask for the topic `{}` with `ask` and `consent`", quote(&text(action, "optin.name")));
                vec![self.missing(&place, &why)].into()
            }
            _ => vec![self.missing(&place, "there is no such step")].into(),
        }
    }

    pub(super) fn missing(&mut self, place: &Place, why: &str) -> Step {
        self.bot.report.left(place, why);
        gap(&format!("the action `{}` ({}) did not fit: {why}", place.kind, place.id))
    }

    fn result_action(&mut self, action: &Value, place: &Place) -> Vec<Step> {
        self.bot.report.kept(place, "`set`");
        let is_local = text(action, "type") == "set_run_local";
        let name = some_text(action, if is_local { "local" } else { "name" }).unwrap_or_else(|| "result".to_owned());
        let variable = self.result(&name);
        let mut value = self.template(&text(action, "value"), place);
        if text(action, "operation") == "increment" {
            let by = self.code(&text(action, "value"), place).numeric();
            value = format!("${{(({variable}.to_number() ?? 0) + {by}).to_text()}}");
        }
        let mut pairs = vec![(variable, Yaml::Text(value))];
        if self.categories.contains(&context::key(&name)) && !is_local {
            let category = self.category_variable(&name);
            let value = self.template(&text(action, "category"), place);
            pairs.push((category, Yaml::Text(value)));
        }
        vec![Step::keys([("set", Yaml::Map(pairs))])]
    }

    fn contact(&mut self, action: &Value, place: &Place) -> Vec<Step> {
        let (name, raw) = match place.kind.as_str() {
            "set_contact_name" => ("full_name".to_owned(), text(action, "name")),
            "set_contact_language" => {
                let language = text(action, "language");
                self.bot.report.kept(place, "`set`");
                let value = translated::code(&language).map_or_else(|| Yaml::bare("none"), Yaml::text);
                return vec![Step::keys([("set", Yaml::map([("contact.language", value)]))])];
            }
            "set_contact_timezone" => {
                self.bot.report.kept(place, "`set`");
                let zone = literal(&text(action, "timezone"));
                return vec![Step::keys([("set", Yaml::map([("contact.zone", Yaml::text(zone))]))])];
            }
            _ => {
                let key = some_text(action, "field.key").unwrap_or_else(|| text(action, "field.name"));
                (context::field_name(&key).unwrap_or_else(|| format!("own_{key}")), text(action, "value"))
            }
        };
        match place.kind.as_str() {
            "set_contact_name" => {
                self.bot.report.replaced(place, "`contact.full_name`: the name that a customer has on WhatsApp stays")
            }
            _ => self.bot.report.kept(place, "`set`"),
        }
        let kind = self.bot.fields.entry(name.clone()).or_insert_with(|| "text".to_owned());
        let is_moment = kind == "datetime";
        let value = if is_moment && !raw.trim().is_empty() {
            match self.moment(&raw) {
                Ok(code) => code,
                Err(why) => return vec![self.missing(place, &format!("`{}` is no moment here ({why})", quote(&raw)))],
            }
        } else {
            self.template(&raw, place)
        };
        let value = if value.trim().is_empty() { Yaml::bare("none") } else { Yaml::Text(value) };
        vec![Step::keys([("set", Yaml::Map(vec![(format!("contact.{name}"), value)]))])]
    }

    fn groups(&mut self, action: &Value, place: &Place) -> Vec<Step> {
        let is_label = place.kind == "add_input_labels";
        let mut names = Vec::new();
        for group in list(action, if is_label { "labels" } else { "groups" }) {
            match some_text(group, "name_match") {
                Some(written) => names.push(self.template(&written, place)),
                None => names.push(literal(&text(group, "name"))),
            }
        }
        names.retain(|name| !name.trim().is_empty());
        if is_true(action, "all_groups") {
            self.bot.report.left(place, "all tags at once are taken off by nothing; name them in `untag`");
            return vec![gap("all groups were taken off the contact here")];
        }
        if names.is_empty() {
            return vec![self.missing(place, "it names nothing")];
        }
        let tags: Vec<Yaml> = names.into_iter().map(Yaml::Text).collect();
        let tags = if let [one] = tags.as_slice() { one.clone() } else { Yaml::List(tags) };
        match place.kind.as_str() {
            "add_contact_groups" => {
                self.bot.report.kept(place, "`tag`");
                vec![Step::keys([("tag", tags)])]
            }
            "remove_contact_groups" => {
                self.bot.report.kept(place, "`untag`");
                vec![Step::keys([("untag", tags)])]
            }
            _ => {
                self.bot.report.replaced(place, "messages have no labels: the event `labelled` goes out with them");
                vec![Step::keys([("emit", Yaml::bare("labelled")), ("data", Yaml::map([("labels", tags)]))])]
            }
        }
    }

    fn email(&mut self, action: &Value, place: &Place) -> Vec<Step> {
        self.bot.report.replaced(place, "no e-mail leaves from here: the event `email_wanted` goes out");
        self.bot.report.todo.insert("E-mails: let a webhook hear the event `email_wanted` and send them.".into());
        let to = list(action, "addresses").iter().filter_map(Value::as_str);
        let to: Vec<Yaml> =
            to.map(str::to_owned).collect::<Vec<_>>().iter().map(|one| Yaml::Text(self.template(one, place))).collect();
        let subject = self.template(&text(action, "subject"), place);
        let body = self.template(&text(action, "body"), place);
        let data = [("recipients", Yaml::List(to)), ("subject", Yaml::Text(subject)), ("body", Yaml::Text(body))];
        vec![Step::keys([("emit", Yaml::bare("email_wanted")), ("data", Yaml::map(data))])]
    }

    fn pause(&mut self, action: &Value, place: &Place) -> Vec<Step> {
        let seconds = clean(&text(action, "delay")).trim().parse::<u64>().unwrap_or(0);
        if !(1..=60 * 60 * 24 * 30).contains(&seconds) || at(action, "delay").is_null() {
            return vec![self.missing(place, "a pause without a length")];
        }
        self.bot.report.kept(place, "`wait`");
        vec![Step::keys([("wait", Yaml::bare(super::super::texts::span(seconds)))])]
    }
}
