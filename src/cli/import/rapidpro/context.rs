//! Knows what the paths of RapidPro's expressions read: results, the contact, servers' answers.

use super::super::report::Place;
use super::super::typebot::within;
use super::{
    super::{names::slug, texts::in_code},
    Reader,
    expressions::{self, Code},
};

/// The key of a result's name: `Favorite Color` is `favorite_color`.
pub fn key(name: &str) -> String {
    let mut key = String::new();
    for c in name.trim().to_lowercase().chars() {
        if c.is_alphanumeric() || c == '_' {
            key.push(c);
        } else if !key.ends_with('_') {
            key.push('_');
        }
    }
    key
}

/// The field of a contact for this key; `None` if the language has it already.
pub fn field_name(key: &str) -> Option<String> {
    let own = [
        "name",
        "first_name",
        "phone",
        "username",
        "language",
        "zone",
        "country",
        "tags",
        "last_message_at",
        "consent",
    ];
    let name = slug(key, "field");
    match own.contains(&name.as_str()) {
        true => None,
        false if crate::flow::script::valid_name(&name).is_err() => Some(format!("my_{name}")),
        false => Some(name),
    }
}

impl Reader<'_> {
    /// A text with its expressions as ours; what cannot be translated is reported and stays.
    pub(super) fn template(&mut self, raw: &str, place: &Place) -> String {
        let (text, lost) = expressions::template(raw, &mut |path| self.path(path));
        for expression in lost {
            self.bot.report.left(place, format!("an expression stays as it was written: {expression}"));
        }
        text
    }

    /// The code of a text with expressions.
    pub(super) fn code(&mut self, raw: &str, place: &Place) -> Code {
        match expressions::code(raw, &mut |path| self.path(path)) {
            Ok(code) => code,
            Err(why) => {
                self.bot.report.left(
                    place,
                    format!(
                        "the expression `{}` ({why}); the text stands in its place",
                        super::super::report::quote(raw)
                    ),
                );
                Code::text(in_code(raw))
            }
        }
    }

    /// The value of a field that holds a moment.
    pub(super) fn moment(&mut self, raw: &str) -> Result<String, String> {
        let code = expressions::code(raw, &mut |path| self.path(path))?;
        Ok(match code.is {
            expressions::Is::Other => format!("${{{}}}", code.code),
            _ => format!("${{datetime({})}}", code.as_text()),
        })
    }

    fn path(&mut self, path: &[String]) -> Result<Code, String> {
        let parts: Vec<&str> = path.iter().map(String::as_str).collect();
        let optional = |code: &str| Ok(Code::text(format!("({code} ?? \"\")")));
        match parts.as_slice() {
            ["contact" | "run", "name"] | ["contact"] => optional("contact.name"),
            ["contact", "first_name"] => optional("contact.first_name"),
            ["contact", "language"] => optional("contact.language"),
            ["contact", "timezone"] => optional("contact.zone"),
            ["contact", "id" | "uuid" | "urn" | "tel" | "phone" | "urns", ..] | ["urns", ..] => {
                optional("contact.phone")
            }
            ["contact", "groups", ..] => Ok(Code::text("contact.tags.join(\", \")")),
            ["contact", "fields", key, ..] | ["fields", key, ..] | ["contact", key] | ["parent", "fields", key] => {
                self.field(key)
            }
            ["parent" | "run", "contact", "fields", key] => self.field(key),
            ["parent" | "run", "contact", "name"] => optional("contact.name"),
            ["run", "results", rest @ ..] | ["results", rest @ ..] => self.result_path(rest),
            ["input"] | ["input", "text" | "value"] | ["step", "value" | "text"] => optional("msg.text"),
            ["input", "attachments", "0", ..] => optional("msg.media.url"),
            ["locals", name] => Ok(Code::text(self.result(name))),
            ["globals", name] => {
                let name = super::super::names::env_name(name, "value");
                self.bot.env.insert(name.clone());
                self.bot
                    .report
                    .todo
                    .insert(format!("Grant `env.{name}` in the configuration: a global of the source."));
                Ok(Code::text(format!("env.{name}")))
            }
            ["trigger", "params", name, ..] => {
                let name = self.names.of(&format!("param {name}"), name, "value");
                self.inputs.insert(name.clone());
                Ok(Code::text(format!("({name} ?? \"\")")))
            }
            ["webhook", "status"] => self.answer().map(|name| Code::number(format!("{name}.status"))),
            ["webhook", "json", rest @ ..] | ["webhook" | "legacy_extra" | "extra", rest @ ..] => {
                self.answer().map(|name| body(&name, rest))
            }
            _ => Err(format!("nothing here is `{}`", parts.join("."))),
        }
    }

    fn field(&mut self, key: &str) -> Result<Code, String> {
        let Some(name) = field_name(key) else {
            return match key {
                "name" | "first_name" | "phone" | "language" | "country" => {
                    Ok(Code::text(format!("(contact.{key} ?? \"\")")))
                }
                _ => Err(format!("nothing here is `contact.{key}`")),
            };
        };
        let kind = self.bot.fields.entry(name.clone()).or_insert_with(|| "text".to_owned());
        let is_text = kind == "text";
        let code = format!("(contact.{name} ?? \"\")");
        Ok(if is_text { Code::text(code) } else { Code::other(code) })
    }

    fn result_path(&mut self, rest: &[&str]) -> Result<Code, String> {
        match rest {
            [name] | [name, "value" | "input" | "text"] if !self.answers.contains(*name) => {
                Ok(Code::text(self.result(name)))
            }
            [name, "category" | "category_localized"] if !self.answers.contains(*name) => {
                self.categories.insert((*name).to_owned());
                Ok(Code::text(self.category_variable(name)))
            }
            [name, "category" | "category_localized"] => {
                let name = self.names.of(name, name, "result");
                Ok(Code::text(format!("(if {name}.status < 300 {{ \"Success\" }} else {{ \"Failure\" }})")))
            }
            [name, "extra", rest @ ..] | [name, rest @ ..] if self.answers.contains(*name) => {
                let name = self.names.of(name, name, "result");
                Ok(body(&name, rest))
            }
            [name, other, ..] => Err(format!("the result `{name}` has no `{other}` here")),
            _ => Err("all results at once".to_owned()),
        }
    }

    /// The variable for the category of a result.
    pub(super) fn category_variable(&mut self, name: &str) -> String {
        let key = key(name);
        let name = self.names.of(&format!("{key} category"), &format!("{name} category"), "category");
        self.vars.insert(name.clone());
        name
    }

    fn answer(&self) -> Result<String, String> {
        self.last_answer.clone().ok_or_else(|| "no server was asked before it".to_owned())
    }
}

fn body(name: &str, rest: &[&str]) -> Code {
    let path: Vec<&str> =
        rest.iter().copied().filter(|part| !matches!(*part, "value" | "input" | "text") || rest.len() > 1).collect();
    let numbered: Vec<String> = path
        .iter()
        .map(|part| if part.parse::<u32>().is_ok() { format!("[{part}]") } else { (*part).to_owned() })
        .collect();
    Code::other(format!("({} ?? \"\")", within(&format!("{name}.body"), &numbered.join("."))))
}
