//! Describes approved templates in the provider's catalogue, and templates that are about to be sent.

use super::{
    content::{Location, Media, MediaKind},
    template_parts::{PartValues, Parts},
};
use crate::base::time::Span;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A template in the catalogue of one sender, in one language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Template {
    /// Our number of the template, shown as `template_id` in the APIs of other products.
    pub id: i64,
    pub name: String,
    /// The language code in the provider's spelling: `en`, `en_US`, `pt_BR`.
    pub language: String,
    pub category: Category,
    pub status: TemplateStatus,
    /// `Hi {{1}}, your visit is on {{2}}.`, or with names.
    pub body: String,
    #[serde(default)]
    pub header: Option<TemplateHeader>,
    #[serde(default)]
    pub buttons: Vec<TemplateButtonKind>,
    /// How long the platform tries to deliver it; `None`: the default of the category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<Span>,
    /// The platform's reference for sending, if it is not the name: `HX…` at Twilio, a number at Autocalls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    #[serde(default, skip_serializing_if = "Parts::are_bare")]
    pub parts: Parts,
}

impl Template {
    /// The time for delivery at Meta: ten minutes for authentication; for the others our default, 30 days.
    pub fn time_to_live(&self) -> Option<Span> {
        let by_category = (self.category == Category::Authentication).then_some(Span::minutes(10));
        self.ttl.or(by_category)
    }

    /// The text with its values; a missing one stays as `{{name}}`.
    pub fn filled(&self, values: &Parameters) -> String {
        filled(&self.body, values)
    }

    /// Assigns our button values to the template's buttons, each to the next button of its kind. A quick reply without
    /// an option and a button without a value stay as approved. Replies without a button must be typed; a suffix
    /// without a link, or a link without a suffix, is refused by the platform.
    pub fn lay(&self, values: &[ButtonValue], body: &Parameters) -> Result<Vec<ButtonValue>, String> {
        lay(&self.buttons, values, body)
    }
}

/// As `Template::filled`, for the text of a header or of a card.
pub fn filled(text: &str, values: &Parameters) -> String {
    let value = |name: &str| match values {
        Parameters::None => None,
        Parameters::Positional(list) => name.parse::<usize>().ok().and_then(|number| list.get(number.checked_sub(1)?)),
        Parameters::Named(map) => map.get(name),
    };
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, behind)) = after.split_once("}}") else { break };
        out.push_str(before);
        match value(name.trim()) {
            Some(value) => out.push_str(value),
            None => out.push_str(&format!("{{{{{name}}}}}")),
        }
        rest = behind;
    }
    out + rest
}

/// As `Template::lay`, for the buttons of one card of a carousel. A button that copies a password takes the first value
/// of the text.
pub fn lay(
    buttons: &[TemplateButtonKind],
    values: &[ButtonValue],
    body: &Parameters,
) -> Result<Vec<ButtonValue>, String> {
    let mut codes = values.iter().filter(|value| matches!(value, ButtonValue::CopyCode(_)));
    let mut forms = values.iter().filter(|value| matches!(value, ButtonValue::Form { .. }));
    let mut replies = values.iter().filter(|value| matches!(value, ButtonValue::Reply { .. }));
    let mut suffixes = values.iter().filter(|value| matches!(value, ButtonValue::UrlSuffix(_)));
    let mut laid = Vec::new();
    for (index, button) in buttons.iter().enumerate() {
        laid.push(match button {
            TemplateButtonKind::QuickReply { title } => match replies.next() {
                // The contact sees the approved title.
                Some(ButtonValue::Reply { payload, .. }) => {
                    ButtonValue::Reply { payload: payload.clone(), title: title.clone() }
                }
                Some(_) | None => ButtonValue::PlainReply { title: title.clone() },
            },
            TemplateButtonKind::Url { .. } if button.takes_suffix() => match suffixes.next() {
                Some(suffix) => suffix.clone(),
                None => return Err(format!("its button {} needs the end of its address", index + 1)),
            },
            TemplateButtonKind::CopyCode { .. } => match codes.next() {
                Some(code) => code.clone(),
                None => return Err(format!("its button {} needs the code that it copies", index + 1)),
            },
            // Without our token Meta inserts `unused`.
            TemplateButtonKind::Form { .. } => {
                forms.next().cloned().unwrap_or(ButtonValue::Form { token: None, data: None })
            }
            TemplateButtonKind::Password { .. } => match (suffixes.next(), body) {
                (Some(code), _) => code.clone(),
                (None, Parameters::Positional(list)) if !list.is_empty() => ButtonValue::UrlSuffix(list[0].clone()),
                (None, _) => return Err(format!("its button {} needs the password", index + 1)),
            },
            TemplateButtonKind::Products { .. } => {
                return Err(format!("its button {} shows products, which cannot be given here", index + 1));
            }
            TemplateButtonKind::Url { .. } | TemplateButtonKind::Phone { .. } | TemplateButtonKind::Other { .. } => {
                ButtonValue::AsApproved
            }
        });
    }
    if codes.next().is_some() {
        return Err("it has no button that copies this code".into());
    }
    if forms.next().is_some() {
        return Err("it has no button that opens a form".into());
    }
    if suffixes.next().is_some() {
        return Err("it has no link for the end of an address".into());
    }
    let ours = laid.iter().rposition(|value| *value != ButtonValue::AsApproved);
    laid.truncate(ours.map_or(0, |last| last + 1));
    Ok(laid)
}

/// The version of a template for a language: the exact one, else `pt` for `pt_BR` or the reverse.
pub fn in_language<'a>(versions: &[&'a Template], language: &str) -> Option<&'a Template> {
    let stem = |text: &str| text.split(['_', '-']).next().unwrap_or_default().to_lowercase();
    let exactly = versions.iter().find(|version| version.language.eq_ignore_ascii_case(language));
    exactly.or_else(|| versions.iter().find(|version| stem(&version.language) == stem(language))).copied()
}

/// The names between `{{` and `}}`, each once.
pub fn placeholders(text: &str) -> BTreeSet<String> {
    text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(name, _)| name.trim().to_owned()).collect()
}

/// As `placeholders`, in the order of the text.
pub fn placeholders_in_order(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (name, _) in text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")) {
        if !found.iter().any(|known| known == name.trim()) {
            found.push(name.trim().to_owned());
        }
    }
    found
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    Marketing,
    Utility,
    Authentication,
}

impl Category {
    /// The word in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Category::Marketing => "marketing",
            Category::Utility => "utility",
            Category::Authentication => "authentication",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TemplateStatus {
    Approved,
    Pending,
    Rejected,
    Paused,
    Disabled,
}

impl TemplateStatus {
    /// The word in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            TemplateStatus::Approved => "approved",
            TemplateStatus::Pending => "pending",
            TemplateStatus::Rejected => "rejected",
            TemplateStatus::Paused => "paused",
            TemplateStatus::Disabled => "disabled",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateHeader {
    /// A text with at most one parameter.
    Text(String),
    Image,
    Video,
    Document,
    Location,
}

impl TemplateHeader {
    /// The kind of the header's file.
    pub fn media(&self) -> Option<MediaKind> {
        match self {
            TemplateHeader::Image => Some(MediaKind::Image),
            TemplateHeader::Video => Some(MediaKind::Video),
            TemplateHeader::Document => Some(MediaKind::Document),
            TemplateHeader::Text(_) | TemplateHeader::Location => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateButtonKind {
    QuickReply {
        title: String,
    },
    /// `url` ends with `{{1}}` if the button takes a suffix.
    Url {
        title: String,
        url: String,
    },
    Phone {
        title: String,
    },
    /// Copies a code that each message provides.
    CopyCode {
        title: String,
    },
    /// Opens a WhatsApp Flow.
    Form {
        title: String,
    },
    /// Copies or fills in a one-time password.
    Password {
        title: String,
    },
    /// Shows products of a catalogue, which each message must name.
    Products {
        title: String,
    },
    /// A button of another kind, without values.
    Other {
        title: String,
    },
}

impl TemplateButtonKind {
    /// True for a link whose address each message completes.
    pub fn takes_suffix(&self) -> bool {
        matches!(self, TemplateButtonKind::Url { url, .. } if url.contains("{{"))
    }
}

/// A template with its values, ready to send.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TemplateMessage {
    pub name: String,
    /// `None`: chosen at the moment of sending, from the contact's language and its fallbacks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<HeaderValue>,
    #[serde(default)]
    pub body: Parameters,
    /// In the order of the flow; when the message is ready, by the position of the button in the template.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<ButtonValue>,
    /// How long the platform tries to deliver it, if the catalogue says so; set at the moment of sending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<Span>,
    /// `Template::reference`; set at the moment of sending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    #[serde(default, skip_serializing_if = "PartValues::are_bare")]
    pub parts: Box<PartValues>,
}

impl TemplateMessage {
    /// The payload and title of each quick reply, including those of the cards.
    pub fn replies(&self) -> Vec<(&str, &str)> {
        let of_cards = self.parts.cards.iter().flat_map(|card| &card.buttons);
        let replies = self.buttons.iter().chain(of_cards).filter_map(|button| match button {
            ButtonValue::Reply { payload, title } => Some((payload.as_str(), title.as_str())),
            ButtonValue::PlainReply { title } => Some((title.as_str(), title.as_str())),
            ButtonValue::UrlSuffix(_)
            | ButtonValue::CopyCode(_)
            | ButtonValue::Form { .. }
            | ButtonValue::AsApproved => None,
        });
        replies.collect()
    }

    /// The file in the header.
    pub fn media(&self) -> Option<&Media> {
        match &self.header {
            Some(HeaderValue::Media(media)) => Some(media),
            Some(HeaderValue::Text(_) | HeaderValue::Location(_)) | None => None,
        }
    }

    /// The first part that only Meta supports, in words.
    pub fn rare_part(&self) -> Option<&'static str> {
        let button = self.buttons.iter().find_map(|button| match button {
            ButtonValue::CopyCode(_) => Some("a code to copy"),
            ButtonValue::Form { .. } => Some("a form"),
            ButtonValue::Reply { .. }
            | ButtonValue::PlainReply { .. }
            | ButtonValue::UrlSuffix(_)
            | ButtonValue::AsApproved => None,
        });
        match () {
            () if !self.parts.cards.is_empty() => Some("a carousel"),
            () if self.parts.offer_ends.is_some() => Some("the end of an offer"),
            () if matches!(self.header, Some(HeaderValue::Location(_))) => Some("a place in its header"),
            () => button,
        }
    }

    /// The payload and the title of each quick reply.
    pub fn words(&self) -> Vec<(String, String)> {
        let replies = self.buttons.iter().filter_map(|button| match button {
            ButtonValue::Reply { payload, title } => Some((payload.clone(), title.clone())),
            ButtonValue::PlainReply { .. }
            | ButtonValue::UrlSuffix(_)
            | ButtonValue::CopyCode(_)
            | ButtonValue::Form { .. }
            | ButtonValue::AsApproved => None,
        });
        replies.collect()
    }
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parameters {
    #[default]
    None,
    Positional(Vec<String>),
    Named(BTreeMap<String, String>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeaderValue {
    Text(String),
    Media(Media),
    Location(Location),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ButtonValue {
    /// A quick reply. A tap returns the payload, our signed token. `title` is the approved title if the catalogue knows
    /// it, else that of the option.
    Reply {
        payload: String,
        title: String,
    },
    /// A quick reply without a payload of ours: a tap returns its approved title.
    PlainReply {
        title: String,
    },
    UrlSuffix(String),
    CopyCode(String),
    /// The first data of a WhatsApp Flow; its answer returns the token.
    Form {
        token: Option<String>,
        data: Option<serde_json::Value>,
    },
    /// No value of ours: the button stays as approved.
    AsApproved,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(buttons: Vec<TemplateButtonKind>) -> Template {
        Template {
            id: 1,
            name: "a".into(),
            language: "en".into(),
            category: Category::Utility,
            status: TemplateStatus::Approved,
            body: String::new(),
            header: None,
            buttons,
            ttl: None,
            reference: None,
            parts: Default::default(),
        }
    }

    #[test]
    fn values_stand_where_the_text_names_them() {
        let of = |body: &str| Template { body: body.into(), ..with(vec![]) };
        let list = Parameters::Positional(vec!["Ana".into(), "Friday".into()]);
        assert_eq!(of("Hi {{1}}, until {{ 2 }}! {{3}}").filled(&list), "Hi Ana, until Friday! {{3}}");
        let named = Parameters::Named(BTreeMap::from([("name".to_owned(), "Ana".to_owned())]));
        assert_eq!(of("Hi {{name}} {{").filled(&named), "Hi Ana {{");
        assert_eq!(of("Hi").filled(&Parameters::None), "Hi");
    }

    #[test]
    fn our_buttons_find_those_of_their_kind() {
        let quick = |title: &str| TemplateButtonKind::QuickReply { title: title.into() };
        let link = || TemplateButtonKind::Url { title: "Open".into(), url: "https://a.example/{{1}}".into() };
        let reply = |id: &str| ButtonValue::Reply { payload: id.into(), title: id.into() };
        // The titles are the approved ones.
        let approved = |id: &str, title: &str| ButtonValue::Reply { payload: id.into(), title: title.into() };
        let plain = |title: &str| ButtonValue::PlainReply { title: title.into() };
        let suffix = || ButtonValue::UrlSuffix("x".into());
        let lay =
            |buttons: Vec<TemplateButtonKind>, values: &[ButtonValue]| with(buttons).lay(values, &Parameters::None);
        // There are more options than buttons: the others must be typed.
        assert_eq!(
            lay(vec![quick("Yes"), quick("No")], &[reply("a"), reply("b"), reply("c")]),
            Ok(vec![approved("a", "Yes"), approved("b", "No")])
        );
        assert_eq!(lay(vec![], &[reply("a")]), Ok(vec![]));
        let phone = TemplateButtonKind::Phone { title: "Call".into() };
        let mixed = lay(vec![phone, link(), quick("Yes"), quick("Stop")], &[reply("a"), suffix()]);
        assert_eq!(mixed, Ok(vec![ButtonValue::AsApproved, suffix(), approved("a", "Yes"), plain("Stop")]));
        assert_eq!(
            lay(vec![quick("Yes"), link()], &[reply("a")]),
            Err("its button 2 needs the end of its address".into())
        );
        assert!(lay(vec![quick("Yes")], &[suffix()]).is_err());
    }

    #[test]
    fn codes_forms_and_passwords_find_their_buttons() {
        let title = || "x".to_owned();
        let (copy, form) =
            (TemplateButtonKind::CopyCode { title: title() }, TemplateButtonKind::Form { title: title() });
        let password = TemplateButtonKind::Password { title: title() };
        let body = Parameters::Positional(vec!["123456".into()]);
        let code = ButtonValue::CopyCode("SAVE10".into());
        let opened = |token: Option<&str>| ButtonValue::Form { token: token.map(str::to_owned), data: None };
        let both = with(vec![form.clone(), copy.clone()]);
        assert_eq!(both.lay(std::slice::from_ref(&code), &body), Ok(vec![opened(None), code.clone()]));
        assert_eq!(both.lay(&[code.clone(), opened(Some("t"))], &body), Ok(vec![opened(Some("t")), code.clone()]));
        assert!(both.lay(&[], &body).unwrap_err().contains("needs the code"));
        assert!(with(vec![]).lay(std::slice::from_ref(&code), &body).is_err());
        assert!(with(vec![copy]).lay(&[code, opened(None)], &body).is_err());
        let filled = with(vec![password]).lay(&[], &body);
        assert_eq!(filled, Ok(vec![ButtonValue::UrlSuffix("123456".into())]), "Meta wants it a second time");
        let products = with(vec![TemplateButtonKind::Products { title: title() }]);
        assert!(products.lay(&[], &body).unwrap_err().contains("products"));
    }
}
