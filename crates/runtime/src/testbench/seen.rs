//! Records the world's events: messages that reached the customer, hand-offs, and refusals.

use crate::{
    base::ids::OutboundId,
    model::{
        card::ContactCard,
        content::{Content, Edges, FormStart},
        template::{HeaderValue, Parameters, TemplateMessage},
    },
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value as Json, json};

/// A message that the provider accepted.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub id: OutboundId,
    /// The body of the request to WhatsApp.
    pub body: String,
    pub content: Content,
}

/// A conversation that a flow gave to the business.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "PlayHandoff")]
pub(super) struct Handoff {
    pub team: String,
    pub summary: Option<String>,
    pub priority: Option<String>,
}

/// A flow that did not start, or an unsent message of it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "PlayRefusal")]
pub(super) struct Refusal {
    pub flow: String,
    pub why: &'static str,
}

impl Seen {
    pub fn provider_id(&self) -> String {
        format!("sandbox.{}", self.id)
    }

    /// The JSON that expectations are compared with.
    pub fn to_json(&self) -> Json {
        let mut json = json!({"text": text(&self.content), "buttons": titles(&self.content)});
        match &self.content {
            Content::Template(template) => {
                json["template"] = template.name.as_str().into();
                json["language"] = template.language.clone().into();
                json["vars"] = vars(&template.body);
                json["header"] = match &template.header {
                    Some(HeaderValue::Text(text)) => text.as_str().into(),
                    Some(HeaderValue::Media(media)) => media.url.as_str().into(),
                    Some(HeaderValue::Location(place)) => place.describe().into(),
                    None => Json::Null,
                };
            }
            Content::Media { media, .. } => json["media"] = media.url.as_str().into(),
            Content::Buttons { media, edges, .. } | Content::Link { media, edges, .. } => {
                if let Some(media) = media {
                    json["media"] = media.url.as_str().into();
                }
                write_edges(edges, &mut json);
            }
            Content::List { edges, .. } => write_edges(edges, &mut json),
            Content::Reaction { emoji, .. } => json["reaction"] = emoji.as_deref().unwrap_or("none").into(),
            Content::ContactCards { cards } => json["cards"] = json!(cards),
            Content::Location(place) => json["place"] = json!(place),
            Content::PlaceRequest { .. } => json["place"] = "asked".into(),
            Content::Form(form) => {
                let (screen, data) = match &form.opens {
                    FormStart::Screen { screen, data } => (screen.clone(), json!(data)),
                    FormStart::Endpoint => (None, Json::Null),
                };
                json["form"] = json!({"form": form.form, "screen": screen, "data": data});
                if let Some(media) = &form.media {
                    json["media"] = media.url.as_str().into();
                }
                write_edges(&form.edges, &mut json);
            }
            Content::Text { .. } => {}
        }
        json
    }

    /// All words of the message: header, text, footer and titles, each in its line.
    pub fn words(&self) -> String {
        let mut lines = vec![text(&self.content)];
        if let Content::Buttons { edges, .. } | Content::List { edges, .. } | Content::Link { edges, .. } =
            &self.content
        {
            lines.splice(0..0, edges.header.clone());
            lines.extend(edges.footer.clone());
        }
        lines.extend(titles(&self.content));
        lines.join("\n")
    }

    /// The message in a transcript.
    pub fn describe(&self) -> String {
        describe(&self.content)
    }

    /// The message in a failure, beside the expectation.
    pub fn quote(&self) -> String {
        words(&self.content, |text| format!("\"{text}\""))
    }
}

/// A message in a transcript.
pub(super) fn describe(content: &Content) -> String {
    words(content, |text| text)
}

/// A message on one line, its text as `body` writes it.
fn words(content: &Content, body: impl Fn(String) -> String) -> String {
    let text = body(content.text().trim_end().replace('\n', "⏎"));
    let mut words = match content {
        Content::Template(template) => format!("(template {})", text_of_template(template)),
        Content::Media { media, caption: Some(_) } => format!("({}: {}) {text}", media.kind.as_str(), media.url),
        Content::Media { media, caption: None } => format!("({}: {})", media.kind.as_str(), media.url),
        Content::Location(place) => format!("(place: {})", place.describe()),
        Content::ContactCards { cards } => {
            let cards: Vec<String> = cards.iter().map(ContactCard::describe).collect();
            format!("(contact card: {})", cards.join("; "))
        }
        Content::Reaction { .. } => format!("(reacts {text})"),
        Content::Buttons { edges, .. } | Content::List { edges, .. } | Content::Link { edges, .. } => {
            let header = edges.header.iter().map(|header| format!("({header}) "));
            let footer = edges.footer.iter().map(|footer| format!(" ({footer})"));
            header.chain([text]).chain(footer).collect()
        }
        Content::PlaceRequest { .. } => format!("{text} (asks for a place)"),
        Content::Form(form) => format!("{text} (form {})", form.form),
        Content::Text { .. } => text,
    };
    for title in titles(content) {
        words.push_str(&format!(" [{title}]"));
    }
    words
}

/// The titles that the customer sees below a message.
fn titles(content: &Content) -> Vec<String> {
    match content {
        Content::Link { title, .. } => vec![title.clone()],
        Content::Form(form) => vec![form.button.clone()],
        other => other.tappables().into_iter().map(|(_, title)| title.to_owned()).collect(),
    }
}

fn write_edges(edges: &Edges, json: &mut Json) {
    if let Some(text) = &edges.header {
        json["header"] = text.as_str().into();
    }
    if let Some(text) = &edges.footer {
        json["footer"] = text.as_str().into();
    }
}

/// The text of a message. For a template only name and values are known: its text is at the provider.
fn text(content: &Content) -> String {
    match content {
        Content::Template(template) => text_of_template(template),
        other => other.text().to_owned(),
    }
}

fn text_of_template(template: &TemplateMessage) -> String {
    let values: Vec<String> = match &template.body {
        Parameters::None => Vec::new(),
        Parameters::Positional(list) => list.clone(),
        Parameters::Named(map) => map.iter().map(|(name, value)| format!("{name}: {value}")).collect(),
    };
    if values.is_empty() { template.name.clone() } else { format!("{}: {}", template.name, values.join(", ")) }
}

fn vars(body: &Parameters) -> Json {
    match body {
        Parameters::None => Json::Null,
        Parameters::Positional(list) => list.clone().into(),
        Parameters::Named(map) => json!(map),
    }
}
