//! Reads the template catalogue of an account from Meta.

use super::{
    Meta, MetaSender,
    body::{Text, Tolerant},
    doctor::{get, unknown, unreadable},
    fields::{category, template_status},
};
use crate::{
    Http,
    base::{ids::SenderId, limits::CATALOGUE_PAGES_MAX, time::Span},
    model::{
        template::{Category, Template, TemplateButtonKind, TemplateHeader, TemplateStatus},
        template_parts::{CardShape, Offer},
    },
    question::QuestionError,
};
use serde::Deserialize;
use serde_json::value::RawValue;

const FIELDS: &str = "id,name,language,status,category,components,message_send_ttl_seconds,rejected_reason";

impl Meta {
    /// All templates of the sender's account. `Template::id` is Meta's own number; the caller assigns its own. Entries
    /// without a name, language or known category are left out.
    pub async fn templates(&self, http: &dyn Http, sender: SenderId) -> Result<Vec<Template>, QuestionError> {
        let sender = self.sender(sender).ok_or_else(|| unknown(sender))?;
        let mut found = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..CATALOGUE_PAGES_MAX {
            let text = get(http, sender, &page_path(sender, after.as_deref())).await?;
            // An empty catalogue disables every template, so accept only an answer that is certainly a list.
            if !text.trim_start().starts_with('{') || serde_json::from_str::<Listed>(&text).is_err() {
                return Err(unreadable("the template list"));
            }
            let page: Page<'_> = serde_json::from_str(&text).map_err(|_| unreadable("the template list"))?;
            found.extend(page.data.iter().filter_map(|entry| ours(&entry.0)));
            // `next` contains a whole address: it is not followed, so that the token stays with `api_base`.
            let cursor = page.paging.0.cursors.0.after.owned();
            if page.paging.0.next.get().is_none() || cursor.is_none() || cursor == after {
                return Ok(found);
            }
            after = cursor;
        }
        // After half a list, the other half would look deleted.
        Err(unreadable("the template list"))
    }
}

fn page_path(sender: &MetaSender, after: Option<&str>) -> String {
    let mut query = reqwest::Url::parse("http://localhost/").expect("a constant address");
    query.query_pairs_mut().append_pair("fields", FIELDS).append_pair("limit", "100");
    if let Some(after) = after {
        query.query_pairs_mut().append_pair("after", after);
    }
    format!("{}/message_templates?{}", sender.waba_id, query.query().unwrap_or_default())
}

fn ours(entry: &RawTemplate<'_>) -> Option<Template> {
    let mut template = Template {
        id: entry.id.get().and_then(|id| id.parse().ok()).unwrap_or(0),
        name: entry.name.owned()?,
        language: entry.language.owned()?,
        category: entry.category.get().and_then(category).unwrap_or(Category::Marketing),
        // Do not send by a template with an unknown status.
        status: entry.status.get().and_then(template_status).unwrap_or(TemplateStatus::Disabled),
        body: String::new(),
        header: None,
        buttons: Vec::new(),
        // Meta lists -1 if the template has no TTL of its own.
        ttl: entry.ttl.get().and_then(|text| text.parse::<i64>().ok()).filter(|ttl| *ttl > 0).map(Span::seconds),
        reference: None,
        parts: Default::default(),
    };
    // `NONE`: it was not rejected.
    template.parts.rejected = entry.rejected_reason.owned().filter(|reason| reason != "NONE");
    for component in entry.components.iter() {
        let component = &component.0;
        let text = component.text.or_empty();
        match component.kind.or_empty().to_ascii_uppercase().as_str() {
            "BODY" => template.body = text.to_owned(),
            "HEADER" => {
                template.header = header(component);
            }
            "FOOTER" => template.parts.footer = Some(text.to_owned()).filter(|text| !text.is_empty()),
            "BUTTONS" => template.buttons = component.buttons.iter().map(|b| button(&b.0)).collect(),
            "CAROUSEL" => template.parts.cards = component.cards.iter().map(|card| shape_of(&card.0)).collect(),
            "LIMITED_TIME_OFFER" => {
                let ends = component.limited_time_offer.0.has_expiration.is_some_and(|has| has.get() == "true");
                template.parts.offer = Some(if ends { Offer::Ends } else { Offer::Open });
            }
            _ => {}
        }
    }
    Some(template)
}

fn header(component: &Component<'_>) -> Option<TemplateHeader> {
    match component.format.or_empty().to_ascii_uppercase().as_str() {
        "TEXT" => Some(TemplateHeader::Text(component.text.or_empty().to_owned())),
        "IMAGE" => Some(TemplateHeader::Image),
        "VIDEO" => Some(TemplateHeader::Video),
        "DOCUMENT" => Some(TemplateHeader::Document),
        "LOCATION" => Some(TemplateHeader::Location),
        _ => None,
    }
}

fn shape_of(card: &Card<'_>) -> CardShape {
    let mut shape = CardShape::default();
    for component in card.components.iter() {
        let component = &component.0;
        match component.kind.or_empty().to_ascii_uppercase().as_str() {
            "BODY" => shape.body = component.text.or_empty().to_owned(),
            "HEADER" => shape.header = header(component),
            "BUTTONS" => shape.buttons = component.buttons.iter().map(|b| button(&b.0)).collect(),
            _ => {}
        }
    }
    shape
}

fn button(button: &RawButton<'_>) -> TemplateButtonKind {
    let title = button.text.or_empty().to_owned();
    match button.kind.or_empty().to_ascii_uppercase().as_str() {
        "QUICK_REPLY" => TemplateButtonKind::QuickReply { title },
        "URL" => TemplateButtonKind::Url { title, url: button.url.or_empty().to_owned() },
        "PHONE_NUMBER" => TemplateButtonKind::Phone { title },
        "COPY_CODE" => TemplateButtonKind::CopyCode { title },
        "FLOW" => TemplateButtonKind::Form { title },
        "OTP" => TemplateButtonKind::Password { title },
        "MPM" | "SPM" => TemplateButtonKind::Products { title },
        _ => TemplateButtonKind::Other { title },
    }
}

/// The fields that every page has, even an empty one.
#[derive(Deserialize)]
struct Listed {
    #[serde(rename = "data")]
    _data: Vec<serde::de::IgnoredAny>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Page<'a> {
    #[serde(borrow)]
    data: Tolerant<Vec<Tolerant<RawTemplate<'a>>>>,
    #[serde(borrow)]
    paging: Tolerant<Paging<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Paging<'a> {
    #[serde(borrow)]
    cursors: Tolerant<Cursors<'a>>,
    #[serde(borrow)]
    next: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Cursors<'a> {
    #[serde(borrow)]
    after: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawTemplate<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    language: Text<'a>,
    #[serde(borrow)]
    status: Text<'a>,
    #[serde(borrow)]
    category: Text<'a>,
    #[serde(borrow)]
    components: Tolerant<Vec<Tolerant<Component<'a>>>>,
    #[serde(borrow, rename = "message_send_ttl_seconds")]
    ttl: Text<'a>,
    #[serde(borrow)]
    rejected_reason: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Component<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    format: Text<'a>,
    #[serde(borrow)]
    text: Text<'a>,
    #[serde(borrow)]
    buttons: Tolerant<Vec<Tolerant<RawButton<'a>>>>,
    #[serde(borrow)]
    cards: Tolerant<Vec<Tolerant<Card<'a>>>>,
    #[serde(borrow)]
    limited_time_offer: Tolerant<RawOffer<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Card<'a> {
    #[serde(borrow)]
    components: Tolerant<Vec<Tolerant<Component<'a>>>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawOffer<'a> {
    #[serde(borrow)]
    has_expiration: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawButton<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    text: Text<'a>,
    #[serde(borrow)]
    url: Text<'a>,
}

super::body::tolerate!(Page, Paging, Cursors, RawTemplate, Component, Card, RawOffer, RawButton);
