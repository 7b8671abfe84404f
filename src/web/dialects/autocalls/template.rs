//! `POST /api/user/whatsapp/send`: sends an approved template, at any time (seed 002).

use super::{
    Refusal, begin, bug, e164,
    rules::{Input, Rules},
    send::{self, Kind},
    sender,
};
use crate::{
    base::limits::NAME_CHARS_MAX,
    model::{
        content::Content,
        template::{Parameters, Template, TemplateMessage, TemplateStatus, placeholders},
    },
    web::{
        dialects::sending::{self, Order},
        state::Web,
    },
};
use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use std::{collections::BTreeMap, sync::Arc};

pub async fn template(State(web): State<Arc<Web>>, request: Request) -> Response {
    handle(web, request).await.unwrap_or_else(Refusal::into_response)
}

async fn handle(web: Arc<Web>, request: Request) -> Result<Response, Refusal> {
    let (headers, body, caller) = begin(&web, request).await?;
    let input = Input::from_body(&headers, &body);
    let mut rules = Rules::default();
    let sender_id = rules.integer(&input, "sender_id");
    let template_id = rules.integer(&input, "template_id");
    let phone = rules.string(&input, "recipient_phone", NAME_CHARS_MAX);
    let name = rules.optional_string(&input, "recipient_name", NAME_CHARS_MAX);
    let variables = rules.optional_texts(&input, "variables");
    rules.only(&input, &["sender_id", "template_id", "recipient_phone", "recipient_name", "variables"]);
    rules.finish().map_err(Refusal::Invalid)?;
    let (Some(sender_id), Some(template_id), Some(phone)) = (sender_id, template_id, phone) else {
        return Err(bug(&"a required field is neither there nor missing"));
    };
    let phone = e164(&phone)?;
    let sender = sender(&web, &caller, sender_id, Refusal::SenderNotFound)?;
    let listed = web.app.templates.catalogue.list(sender.id);
    let template = listed.iter().find(|template| template.id == template_id).ok_or(Refusal::TemplateNotFound)?;
    let content = Content::Template(filled(template, variables)?);
    let sender = sender.clone();
    let recipient = sending::recipient(&web, &sender, phone, name).await.map_err(|_| Refusal::Internal)?;
    let order = Order { sender, recipient, content, headers, path: "autocalls/send".to_owned(), body: body.to_vec() };
    Ok(send::once(web, Kind::Template, order).await)
}

/// The template with these values, if it is approved and the values match its variables.
fn filled(template: &Template, variables: Vec<(String, String)>) -> Result<TemplateMessage, Refusal> {
    if template.status != TemplateStatus::Approved {
        return Err(Refusal::TemplateNotApproved { status: template.status.as_str().to_owned() });
    }
    let given: BTreeMap<String, String> = variables.into_iter().collect();
    let wanted = placeholders(&template.body);
    if let Some(missing) = wanted.iter().find(|name| given.get(*name).is_none_or(|value| value.trim().is_empty())) {
        return Err(Refusal::TemplateMismatch { why: format!("Template variable {{{{{missing}}}}} is missing.") });
    }
    if let Some(extra) = given.keys().find(|name| !wanted.contains(*name)) {
        return Err(Refusal::TemplateMismatch { why: format!("Template has no variable {{{{{extra}}}}}.") });
    }
    let positional = wanted.iter().all(|name| name.parse::<usize>().is_ok());
    let body = match (wanted.is_empty(), positional) {
        (true, _) => Parameters::None,
        (false, true) => {
            // In numeric order: "10" after "9".
            let mut ordered: Vec<(usize, String)> =
                given.into_iter().filter_map(|(name, value)| Some((name.parse().ok()?, value))).collect();
            ordered.sort_by_key(|(place, _)| *place);
            Parameters::Positional(ordered.into_iter().map(|(_, value)| value).collect())
        }
        (false, false) => Parameters::Named(given),
    };
    Ok(TemplateMessage {
        name: template.name.clone(),
        language: Some(template.language.clone()),
        header: None,
        body,
        buttons: Vec::new(),
        ttl: None,
        reference: None,
        parts: Default::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::template::Category;

    fn of(body: &str, status: TemplateStatus) -> Template {
        Template {
            id: 45,
            name: "appointment".into(),
            language: "en".into(),
            category: Category::Utility,
            status,
            body: body.into(),
            header: None,
            buttons: vec![],
            ttl: None,
            reference: None,
            parts: Default::default(),
        }
    }

    fn fill(body: &str, values: &[(&str, &str)]) -> Result<Parameters, Refusal> {
        let values = values.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        filled(&of(body, TemplateStatus::Approved), values).map(|message| message.body)
    }

    #[test]
    fn numbered_values_go_in_their_order() {
        let body = "{{1}} {{2}} {{3}} {{4}} {{5}} {{6}} {{7}} {{8}} {{9}} {{10}}";
        let names: Vec<String> = (1..=10).map(|n| n.to_string()).collect();
        let values: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), name.as_str())).collect();
        assert_eq!(fill(body, &values), Ok(Parameters::Positional(names.clone())));
    }

    #[test]
    fn named_values_go_by_their_names() {
        let named = BTreeMap::from([("name".to_owned(), "Ada".to_owned())]);
        assert_eq!(fill("Hi {{name}}", &[("name", "Ada")]), Ok(Parameters::Named(named)));
        assert_eq!(fill("Hi", &[]), Ok(Parameters::None));
    }

    #[test]
    fn values_must_be_exactly_those_of_the_template() {
        let why = |values: &[(&str, &str)]| match fill("Hi {{1}}", values) {
            Err(Refusal::TemplateMismatch { why }) => why,
            other => panic!("{other:?}"),
        };
        assert_eq!(why(&[]), "Template variable {{1}} is missing.");
        assert_eq!(why(&[("1", " ")]), "Template variable {{1}} is missing.");
        assert_eq!(why(&[("1", "a"), ("2", "b")]), "Template has no variable {{2}}.");
    }

    #[test]
    fn only_an_approved_template_goes_out() {
        let refusal = filled(&of("Hi", TemplateStatus::Pending), vec![]).unwrap_err();
        assert_eq!(refusal, Refusal::TemplateNotApproved { status: "pending".into() });
    }
}
