//! Converts a template in Meta's form, with its components, to ours.

use super::{
    GraphError,
    content::{Fields, list, location, media, needed, object, only, text},
};
use crate::{
    base::limits::{NAME_CHARS_MAX, TEMPLATE_VALUE_CHARS_MAX, URL_CHARS_MAX},
    model::content::Content,
    model::template::{
        ButtonValue, HeaderValue, Parameters, Template, TemplateButtonKind, TemplateMessage, in_language,
    },
};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Reads a template message. `known`: the catalogue of the sender.
pub fn read(fields: &Fields, known: &[Template]) -> Result<TemplateMessage, GraphError> {
    let name = needed(fields, "template.name", "name", NAME_CHARS_MAX)?;
    only(fields, "template", &["name", "language", "components"])?;
    let language = object(fields, "language")?;
    only(language, "template.language", &["code", "policy"])?;
    let language = needed(language, "template.language.code", "code", NAME_CHARS_MAX)?;
    let (mut header, mut body, mut buttons) = (None, Parameters::None, BTreeMap::new());
    let components = match fields.get("components") {
        Some(Json::Array(all)) => all.as_slice(),
        None | Some(Json::Null) => &[],
        Some(_) => return Err(GraphError::parameter("template.components must be a list")),
    };
    for component in components {
        let wrong = || GraphError::parameter("template.components are objects with a `type`");
        let component = component.as_object().ok_or_else(wrong)?;
        let kind = needed(component, "components.type", "type", NAME_CHARS_MAX)?.to_ascii_lowercase();
        let place: &[&str] = if kind == "button" { &["sub_type", "index"] } else { &[] };
        only(component, "components", &[&["type", "parameters"][..], place].concat())?;
        match kind.as_str() {
            "header" => header = header_of(component)?,
            "body" => body = body_of(component)?,
            "button" => {
                let (place, value) = button(component)?;
                buttons.insert(place, value);
            }
            "footer" if parameters(component)?.is_empty() => {}
            "footer" => return Err(GraphError::parameter("A footer has no parameters")),
            other => {
                return Err(GraphError::parameter(format!("A component of type `{other}` is not sent from here")));
            }
        }
    }
    let versions: Vec<&Template> = known.iter().filter(|template| template.name == name).collect();
    let buttons = in_order(buttons, in_language(&versions, &language));
    Ok(TemplateMessage {
        name,
        language: Some(language),
        header,
        body,
        buttons,
        parts: Default::default(),
        ttl: None,
        reference: None,
    })
}

fn parameters(component: &Fields) -> Result<&[Json], GraphError> {
    match component.get("parameters") {
        None | Some(Json::Null) => Ok(&[]),
        Some(Json::Array(all)) if all.is_empty() => Ok(&[]),
        Some(_) => list(component, "parameters"),
    }
}

fn header_of(component: &Fields) -> Result<Option<HeaderValue>, GraphError> {
    let [one] = parameters(component)? else {
        return match parameters(component)? {
            [] => Ok(None),
            _ => Err(GraphError::parameter("A header takes one parameter")),
        };
    };
    let fields = one.as_object().ok_or_else(|| GraphError::parameter("Parameters are objects with a `type`"))?;
    match needed(fields, "parameters.type", "type", NAME_CHARS_MAX)?.as_str() {
        "text" => Ok(Some(HeaderValue::Text(value(one)?.1))),
        kind @ ("image" | "video" | "document") => {
            only(fields, "parameters", &["type", kind])?;
            Ok(Some(HeaderValue::Media(media(object(fields, kind)?, kind, &[])?)))
        }
        "location" => match location(object(fields, "location")?)? {
            Content::Location(place) => Ok(Some(HeaderValue::Location(place))),
            _ => Err(GraphError::internal()),
        },
        other => Err(GraphError::parameter(format!("A header with a `{other}` is not sent from here"))),
    }
}

/// All parameters positional, or all named.
fn body_of(component: &Fields) -> Result<Parameters, GraphError> {
    let values = parameters(component)?.iter().map(value).collect::<Result<Vec<_>, GraphError>>()?;
    let named = values.iter().filter(|(name, _)| name.is_some()).count();
    match (values.len(), named) {
        (0, _) => Ok(Parameters::None),
        (_, 0) => Ok(Parameters::Positional(values.into_iter().map(|(_, value)| value).collect())),
        (all, named) if all == named => {
            Ok(Parameters::Named(values.into_iter().filter_map(|(name, value)| Some((name?, value))).collect()))
        }
        _ => Err(GraphError::parameter("Either all parameters of the body have a parameter_name, or none has")),
    }
}

/// A value and its name. For money and times the fallback text is sent.
fn value(written: &Json) -> Result<(Option<String>, String), GraphError> {
    let fields = written.as_object().ok_or_else(|| GraphError::parameter("Parameters are objects with a `type`"))?;
    let name = text(fields, "parameter_name", NAME_CHARS_MAX)?;
    let kind = text(fields, "type", NAME_CHARS_MAX)?.unwrap_or_else(|| "text".to_owned());
    only(fields, "parameters", &["type", "parameter_name", &kind])?;
    let value = match kind.as_str() {
        "text" => needed(fields, "parameters.text", "text", TEMPLATE_VALUE_CHARS_MAX)?,
        kind @ ("currency" | "date_time") => {
            needed(object(fields, kind)?, "parameters.fallback_value", "fallback_value", TEMPLATE_VALUE_CHARS_MAX)?
        }
        other => return Err(GraphError::parameter(format!("A parameter of type `{other}` is not sent from here"))),
    };
    Ok((name, value))
}

fn button(component: &Fields) -> Result<(usize, ButtonValue), GraphError> {
    let place = match component.get("index") {
        Some(Json::Number(number)) => number.as_u64().and_then(|number| usize::try_from(number).ok()),
        Some(Json::String(text)) => text.parse().ok(),
        _ => None,
    };
    let place = place
        .filter(|place| *place < 10)
        .ok_or_else(|| GraphError::parameter("A button has an `index` from 0 to 9"))?;
    let [one] = parameters(component)? else {
        return Err(GraphError::parameter("A button takes one parameter"));
    };
    let fields = one.as_object().ok_or_else(|| GraphError::parameter("Parameters are objects with a `type`"))?;
    let kind = needed(component, "components.sub_type", "sub_type", NAME_CHARS_MAX)?.to_ascii_lowercase();
    let value = match kind.as_str() {
        "quick_reply" => {
            let payload = needed(fields, "parameters.payload", "payload", TEMPLATE_VALUE_CHARS_MAX)?;
            ButtonValue::Reply { title: payload.clone(), payload }
        }
        "url" => ButtonValue::UrlSuffix(needed(fields, "parameters.text", "text", URL_CHARS_MAX)?),
        "copy_code" => {
            ButtonValue::CopyCode(needed(fields, "parameters.coupon_code", "coupon_code", TEMPLATE_VALUE_CHARS_MAX)?)
        }
        "flow" => {
            let action = object(fields, "action")?;
            let data = action.get("flow_action_data").filter(|data| !data.is_null()).cloned();
            ButtonValue::Form { token: text(action, "flow_token", NAME_CHARS_MAX)?, data }
        }
        other => return Err(GraphError::parameter(format!("A button of type `{other}` is not sent from here"))),
    };
    Ok((place, value))
}

/// The values in the order of the template's buttons. Missing quick replies before the last given one are filled with
/// their title as payload, as the platform does, so that positions stay right.
fn in_order(mut buttons: BTreeMap<usize, ButtonValue>, known: Option<&Template>) -> Vec<ButtonValue> {
    let last =
        buttons.iter().filter(|(_, value)| matches!(value, ButtonValue::Reply { .. })).map(|(place, _)| *place).max();
    for (place, button) in known.into_iter().flat_map(|known| known.buttons.iter().enumerate()) {
        if let TemplateButtonKind::QuickReply { title } = button
            && last.is_some_and(|last| place < last)
        {
            let own = || ButtonValue::Reply { payload: title.clone(), title: title.clone() };
            buttons.entry(place).or_insert_with(own);
        }
    }
    buttons.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::template::{Category, TemplateStatus};

    fn reply(payload: &str) -> ButtonValue {
        ButtonValue::Reply { payload: payload.into(), title: payload.into() }
    }

    #[test]
    fn a_payload_stays_with_its_button() {
        let quick = |title: &str| TemplateButtonKind::QuickReply { title: title.into() };
        let link = TemplateButtonKind::Url { title: "Open".into(), url: "https://a.example/{{1}}".into() };
        let known = Template {
            id: 1,
            name: "a".into(),
            language: "en".into(),
            category: Category::Utility,
            status: TemplateStatus::Approved,
            body: String::new(),
            header: None,
            buttons: vec![quick("Yes"), link, quick("No")],
            ttl: None,
            parts: Default::default(),
            reference: None,
        };
        let given = BTreeMap::from([(1, ButtonValue::UrlSuffix("x".into())), (2, reply("n"))]);
        let laid = in_order(given.clone(), Some(&known));
        assert_eq!(laid, [reply("Yes"), ButtonValue::UrlSuffix("x".into()), reply("n")]);
        assert_eq!(in_order(given, None), [ButtonValue::UrlSuffix("x".into()), reply("n")]);
    }
}
