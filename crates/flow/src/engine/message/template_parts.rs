//! Parses and evaluates rare parts of a template in a step: places, codes, forms, cards, the end of an offer.

use super::if_closed::{TemplateButton, TemplateChoice};
use crate::{
    base::{time::Time, yaml::Node},
    engine::turn::{Here, StepFailure, Turn},
    load::{media::header, step_fields::StepFields},
    model::{
        content::{Location, Media},
        session::OptionShown,
        template::{HeaderValue, Parameters},
        template_parts::{CardValues, PartValues},
        value::Value,
    },
    text::{Data, Text},
};

/// The header of a template.
pub enum TemplateTop {
    /// A text, or the address of a file.
    Text(Text),
    Place {
        latitude: Data,
        longitude: Data,
        name: Option<Text>,
        address: Option<Text>,
    },
}

/// One card of a carousel.
pub struct TemplateCard {
    pub header: Option<Text>,
    pub vars: Option<Data>,
    pub buttons: Vec<TemplateButton>,
}

impl TemplateTop {
    pub fn parse(fields: &mut StepFields<'_, '_>, node: &Node) -> Self {
        match (node.get("latitude"), node.get("longitude")) {
            (Some(latitude), Some(longitude)) => TemplateTop::Place {
                latitude: fields.value_of(latitude),
                longitude: fields.value_of(longitude),
                name: node.get("name").map(|node| fields.text_of(node)),
                address: node.get("address").map(|node| fields.text_of(node)),
            },
            _ => TemplateTop::Text(fields.text_of(node)),
        }
    }

    pub fn value(&self, turn: &Turn<'_>, here: Here<'_>) -> Result<HeaderValue, StepFailure> {
        match self {
            TemplateTop::Text(text) => header(turn, here, text),
            TemplateTop::Place { latitude, longitude, name, address } => {
                let text = |text: &Option<Text>| text.as_ref().map(|text| turn.render(here, text, &[])).transpose();
                Ok(HeaderValue::Location(Location {
                    latitude: degrees(turn.data(here, latitude)?, 90.0)?,
                    longitude: degrees(turn.data(here, longitude)?, 180.0)?,
                    name: text(name)?,
                    address: text(address)?,
                }))
            }
        }
    }
}

impl TemplateCard {
    pub fn parse(fields: &mut StepFields<'_, '_>, node: &Node) -> Self {
        let buttons = node.get("buttons").map_or(&[] as &[Node], Node::one_or_many);
        TemplateCard {
            header: node.get("header").map(|node| fields.text_of(node)),
            vars: node.get("vars").map(|node| fields.value_of(node)),
            buttons: buttons.iter().map(|node| TemplateButton::parse(fields, node)).collect(),
        }
    }
}

/// The values of all cards, and the end of the offer.
pub fn values(
    choice: &TemplateChoice,
    turn: &Turn<'_>,
    here: Here<'_>,
    shown: &[OptionShown],
    parameters: impl Fn(Value) -> Result<Parameters, StepFailure>,
) -> Result<PartValues, StepFailure> {
    let mut parts = PartValues::default();
    for card in &choice.cards {
        parts.cards.push(CardValues {
            header: card.header.as_ref().map(|text| picture(turn, here, text)).transpose()?,
            body: match &card.vars {
                Some(vars) => parameters(turn.data(here, vars)?)?,
                None => Parameters::None,
            },
            buttons: choice.values_of(&card.buttons, turn, here, shown)?,
        });
    }
    parts.offer_ends = choice.offer_ends.as_ref().map(|ends| moment(turn.data(here, ends)?)).transpose()?;
    Ok(parts)
}

/// The picture of a card as an address: only a message's single file is uploaded before it is sent.
fn picture(turn: &Turn<'_>, here: Here<'_>, text: &Text) -> Result<HeaderValue, StepFailure> {
    match header(turn, here, text)? {
        HeaderValue::Media(media) if media.bot_file().is_none() => Ok(HeaderValue::Media(media)),
        HeaderValue::Media(Media { url, .. }) | HeaderValue::Text(url) => {
            Err(StepFailure::new("no_file", format!("the file of a card is given by an address, and not as `{url}`")))
        }
        HeaderValue::Location(_) => Err(StepFailure::new("no_file", "the header of a card is a file, and no place")),
    }
}

fn degrees(value: Value, most: f64) -> Result<f64, StepFailure> {
    let text = value.print().unwrap_or_default();
    let found = text.trim().parse::<f64>().ok().filter(|degrees| (-most..=most).contains(degrees));
    found.ok_or_else(|| StepFailure::new("type", format!("`{text}` is no number from -{most} to {most}")))
}

fn moment(value: Value) -> Result<Time, StepFailure> {
    let at = match &value {
        Value::DateTime(at) => Some(at.timestamp()),
        other => other.print().and_then(|text| text.trim().parse::<jiff::Timestamp>().ok()),
    };
    let at = at.ok_or_else(|| StepFailure::new("type", "`offer_ends` is a moment, like `2026-12-01T09:00:00Z`"))?;
    Ok(Time(at.as_millisecond()))
}
