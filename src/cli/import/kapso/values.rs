//! Translates the values of Kapso's texts: `{{vars.name}}`, `{{last_user_input}}`, `{{context.contact.wa_id}}`.

use super::{
    super::{
        report::{Place, quote},
        texts::{clean, literal},
        typebot::within,
    },
    Reader,
};

/// A variable's name without what Kapso may put in front of it.
pub fn bare(name: &str) -> &str {
    let name = name.trim();
    name.strip_prefix("vars.").unwrap_or(name)
}

impl Reader<'_> {
    /// A text with its values as `${ }`; what has no counterpart stays and is reported.
    pub(super) fn template(&mut self, raw: &str, place: &Place) -> String {
        let text = clean(raw);
        let mut out = String::new();
        let mut rest = text.as_str();
        while let Some(begin) = rest.find("{{") {
            let Some(length) = rest[begin..].find("}}") else { break };
            out.push_str(&literal(&rest[..begin]));
            let written = &rest[begin..begin + length + 2];
            match self.value(rest[begin + 2..begin + length].trim()) {
                Some(code) => out.push_str(&format!("${{{code}}}")),
                None => {
                    self.bot.report.left(place, format!("the value `{}` stays as it was written", quote(written)));
                    out.push_str(&literal(written));
                }
            }
            rest = &rest[begin + length + 2..];
        }
        out.push_str(&literal(rest));
        out
    }

    /// The code of a value; `None` if nothing here is it.
    fn value(&mut self, path: &str) -> Option<String> {
        let path = bare(path);
        if path.is_empty() || !path.chars().all(|c| c.is_alphanumeric() || "._[]\"'-".contains(c)) {
            return None;
        }
        let (root, rest) = path.split_once(['.', '[']).map_or((path, ""), |(root, _)| (root, &path[root.len()..]));
        Some(match (root, rest) {
            ("last_user_input", _) => "msg.text ?? \"\"".to_owned(),
            ("context" | "contact" | "system" | "trigger", _) => match path.rsplit('.').next().unwrap_or_default() {
                "wa_id" | "phone_number" | "phone" | "from" => "contact.phone ?? \"\"".to_owned(),
                "profile_name" | "name" | "display_name" | "contact_name" => "contact.name ?? \"\"".to_owned(),
                "body" | "text" => "msg.text ?? \"\"".to_owned(),
                _ => return None,
            },
            (name, "") if !self.answers.contains(name) => self.variable(name),
            (name, rest) if self.answers.contains(name) => {
                let name = self.variable(name);
                format!("{} ?? \"\"", within(&format!("{name}.body"), rest.trim_start_matches('.')))
            }
            _ => return None,
        })
    }
}
