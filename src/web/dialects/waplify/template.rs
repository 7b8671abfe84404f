//! `POST /api/v1/messages/send`: sends an approved template by its name, at any time.

use super::{
    envelope::{self, AuthenticatedRequest},
    fields::Fields,
    kinds, number,
    refusal::{Refusal, RefusalEndpoint},
    send, sender,
};
use crate::{
    base::limits::{NAME_CHARS_MAX, URL_CHARS_MAX},
    model::{
        content::Content,
        template::{
            HeaderValue, Parameters, Template, TemplateHeader, TemplateMessage, TemplateStatus, in_language,
            placeholders,
        },
    },
    web::{dialects::sending::ClientAnswer, state::Web},
};
use axum::{
    extract::{Request, State},
    response::Response,
};
use std::{collections::BTreeMap, sync::Arc};

pub async fn template(State(web): State<Arc<Web>>, request: Request) -> Response {
    envelope::answered(web, request, RefusalEndpoint::Other, handle).await
}

async fn handle(asked: AuthenticatedRequest) -> Result<ClientAnswer, Refusal> {
    let given = TemplateFields::read(&asked.body)?;
    let phone = number(&given.phone)?;
    let web = &asked.web;
    let sender = sender(web, &asked.account, given.sender.as_deref(), &phone).await?;
    let listed = web.app.templates.catalogue.list(sender.id);
    let versions: Vec<&Template> = listed.iter().filter(|template| template.name == given.template).collect();
    let template = if versions.is_empty() && sender.is_sandbox() {
        // A sandbox accepts every template name.
        given.unlisted()
    } else {
        let language = web.app.live.get().set.bot.language.clone();
        given.filled(pick(&versions, &given.template, &language)?)?
    };
    if let Some(HeaderValue::Media(media)) = &template.header {
        kinds::check(web, media).await?;
    }
    let recipient = send::recipient(web, &sender, phone, given.name.clone()).await?;
    let content = Content::Template(template);
    Ok(send::once(asked, sender, recipient, content, ("template_name", given.template), RefusalEndpoint::Other).await)
}

/// Waplify names no language, so this picks the only approved version, else the one in the bot's language, else the
/// first.
fn pick<'a>(versions: &[&'a Template], name: &str, language: &str) -> Result<&'a Template, Refusal> {
    let Some(any) = versions.first() else {
        return Err(Refusal::not_found(format!("Template '{name}' not found")));
    };
    let approved: Vec<&Template> =
        versions.iter().copied().filter(|one| one.status == TemplateStatus::Approved).collect();
    let chosen = in_language(&approved, language).or_else(|| approved.first().copied());
    chosen.ok_or_else(|| {
        let status = any.status.as_str().to_uppercase();
        Refusal::bad(format!("Template '{name}' is not approved. Status: {status}"))
    })
}

struct TemplateFields {
    template: String,
    phone: String,
    name: Option<String>,
    body: BTreeMap<String, String>,
    header: BTreeMap<String, String>,
    url: Option<String>,
    filename: Option<String>,
    sender: Option<String>,
}

impl TemplateFields {
    fn read(body: &[u8]) -> Result<TemplateFields, Refusal> {
        let mut fields = Fields::of(body)?;
        let template = fields.text("template_name", NAME_CHARS_MAX);
        let phone = fields.text("contact_phone", NAME_CHARS_MAX);
        let given = TemplateFields {
            template: template.unwrap_or_default(),
            phone: phone.unwrap_or_default(),
            name: fields.opt_text("contact_name", NAME_CHARS_MAX),
            body: fields.values("body_data").into_iter().collect(),
            header: fields.values("header_data").into_iter().collect(),
            url: fields.opt_text("media_url", URL_CHARS_MAX),
            filename: fields.opt_text("filename", NAME_CHARS_MAX),
            sender: fields.opt_text("waba_phone_id", NAME_CHARS_MAX),
        };
        fields.finish()?;
        if given.template.is_empty() {
            return Err(Refusal::bad("template_name is required"));
        }
        Ok(given)
    }

    /// The template with these values, if none is missing and each is used.
    fn filled(&self, template: &Template) -> Result<TemplateMessage, Refusal> {
        let wanted = ordered(&template.body);
        let missing = absent(&wanted, &self.body);
        if !missing.is_empty() {
            return Err(Refusal::bad(format!("Missing body variables in 'body_data': {missing}")));
        }
        let unknown = unused(&wanted, &self.body);
        if !unknown.is_empty() {
            return Err(Refusal::bad(format!("Unknown body variables in 'body_data': {unknown}")));
        }
        let header = match &template.header {
            Some(TemplateHeader::Text(text)) => {
                let wanted = ordered(text);
                let missing = absent(&wanted, &self.header);
                if !missing.is_empty() {
                    return Err(Refusal::bad(format!("Missing header variables in 'header_data': {missing}")));
                }
                let unknown = unused(&wanted, &self.header);
                if !unknown.is_empty() {
                    return Err(Refusal::bad(format!("Unknown header variables in 'header_data': {unknown}")));
                }
                // A header has one variable at most.
                wanted.first().and_then(|name| self.header.get(name)).cloned().map(HeaderValue::Text)
            }
            Some(other) => match other.media() {
                Some(kind) => {
                    let url =
                        self.url.clone().ok_or_else(|| Refusal::bad("Media URL is required for this template"))?;
                    let mut file = kinds::file(kind, url, self.filename.clone())?;
                    file.name_document();
                    Some(HeaderValue::Media(file))
                }
                None => None,
            },
            None => None,
        };
        let text_header = matches!(template.header, Some(TemplateHeader::Text(_)));
        let media_header = matches!(header, Some(HeaderValue::Media(_)));
        self.header_is_there(text_header, media_header)?;
        Ok(TemplateMessage {
            name: template.name.clone(),
            language: Some(template.language.clone()),
            header,
            body: parameters(&wanted, &self.body),
            buttons: Vec::new(),
            ttl: None,
            reference: None,
            parts: Default::default(),
        })
    }

    /// Refuses values for a header that the template does not have.
    fn header_is_there(&self, text: bool, media: bool) -> Result<(), Refusal> {
        if !self.header.is_empty() && !text {
            return Err(Refusal::bad("This template has no header with variables: take out 'header_data'"));
        }
        if (self.url.is_some() || self.filename.is_some()) && !media {
            return Err(Refusal::bad("This template has no media header: take out 'media_url' and 'filename'"));
        }
        Ok(())
    }

    /// The template that no catalogue has; it is sent without a header.
    fn unlisted(&self) -> TemplateMessage {
        let mut names: Vec<String> = self.body.keys().cloned().collect();
        sort(&mut names);
        TemplateMessage {
            name: self.template.clone(),
            language: None,
            header: None,
            body: parameters(&names, &self.body),
            buttons: Vec::new(),
            ttl: None,
            reference: None,
            parts: Default::default(),
        }
    }
}

fn parameters(names: &[String], values: &BTreeMap<String, String>) -> Parameters {
    let value = |name: &String| values.get(name).cloned().unwrap_or_default();
    if names.is_empty() {
        Parameters::None
    } else if names.iter().all(|name| name.parse::<u32>().is_ok()) {
        Parameters::Positional(names.iter().map(value).collect())
    } else {
        Parameters::Named(names.iter().map(|name| (name.clone(), value(name))).collect())
    }
}

fn absent(wanted: &[String], given: &BTreeMap<String, String>) -> String {
    let missing = wanted.iter().filter(|name| given.get(*name).is_none_or(|value| value.trim().is_empty()));
    missing.cloned().collect::<Vec<_>>().join(", ")
}

/// The values for which the text has no variable.
fn unused(wanted: &[String], given: &BTreeMap<String, String>) -> String {
    given.keys().filter(|name| !wanted.contains(name)).cloned().collect::<Vec<_>>().join(", ")
}

/// The variables of a text, in order.
pub fn ordered(text: &str) -> Vec<String> {
    let mut names: Vec<String> = placeholders(text).into_iter().collect();
    sort(&mut names);
    names
}

/// In numeric order: "10" after "9".
fn sort(names: &mut [String]) {
    names.sort_by_key(|name| (name.parse::<u32>().unwrap_or(u32::MAX), name.clone()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{content::MediaKind, template::Category};
    use serde_json::{Value as Json, json};

    fn template(body: &str, header: Option<TemplateHeader>) -> Template {
        Template {
            id: 45,
            name: "visit".into(),
            language: "en".into(),
            category: Category::Utility,
            status: TemplateStatus::Approved,
            body: body.into(),
            header,
            buttons: vec![],
            ttl: None,
            reference: None,
            parts: Default::default(),
        }
    }

    fn fill(template: &Template, mut given: Json) -> Result<TemplateMessage, Refusal> {
        given["template_name"] = "visit".into();
        given["contact_phone"] = "911234567890".into();
        TemplateFields::read(given.to_string().as_bytes())?.filled(template)
    }

    #[test]
    fn what_is_missing_is_named_in_its_order() {
        let body = template("{{1}} {{2}} {{10}} {{3}}", None);
        let why = fill(&body, json!({"body_data": {"1": "John"}})).unwrap_err();
        assert_eq!(why, Refusal::bad("Missing body variables in 'body_data': 2, 3, 10"));
        let header = template("Hi", Some(TemplateHeader::Text("News for {{1}}".into())));
        assert_eq!(fill(&header, json!({})).unwrap_err(), Refusal::bad("Missing header variables in 'header_data': 1"));
        let file = template("Hi", Some(TemplateHeader::Image));
        assert_eq!(fill(&file, json!({})).unwrap_err(), Refusal::bad("Media URL is required for this template"));
    }

    #[test]
    fn values_without_a_place_in_the_template_are_refused() {
        let why = |template: &Template, given: Json| fill(template, given).unwrap_err();
        let body = template("{{1}}", None);
        let data = json!({"1": "a"});
        assert_eq!(
            why(&body, json!({"body_data": {"1": "a", "2": "b"}})),
            Refusal::bad("Unknown body variables in 'body_data': 2")
        );
        assert_eq!(
            why(&body, json!({"body_data": data, "header_data": {"1": "b"}})),
            Refusal::bad("This template has no header with variables: take out 'header_data'")
        );
        let media = Refusal::bad("This template has no media header: take out 'media_url' and 'filename'");
        for (key, value) in [("media_url", "https://a.example/x.png"), ("filename", "x.png")] {
            assert_eq!(why(&body, json!({"body_data": data, key: value})), media, "{key}");
        }
        let header = template("Hi", Some(TemplateHeader::Text("News for {{1}}".into())));
        assert_eq!(
            why(&header, json!({"header_data": {"1": "a", "zz": "b"}})),
            Refusal::bad("Unknown header variables in 'header_data': zz")
        );
    }

    #[test]
    fn values_go_by_place_or_by_name() {
        let body = |text: &str, data: Json| fill(&template(text, None), json!({"body_data": data})).unwrap().body;
        assert_eq!(
            body("{{1}} {{2}}", json!({"2": 99, "1": "John"})),
            Parameters::Positional(vec!["John".into(), "99".into()])
        );
        let named = BTreeMap::from([("name".to_owned(), "John".to_owned())]);
        assert_eq!(body("{{name}}", json!({"name": "John"})), Parameters::Named(named));
        assert_eq!(body("Hi", json!({})), Parameters::None);
    }

    #[test]
    fn a_document_without_a_name_is_called_as_its_address_ends() {
        let file = template("Hi", Some(TemplateHeader::Document));
        let filled = fill(&file, json!({"media_url": "https://a.example/menu.pdf?v=1"})).unwrap();
        let Some(HeaderValue::Media(media)) = filled.header else { panic!("{filled:?}") };
        assert_eq!((media.kind, media.filename.as_deref()), (MediaKind::Document, Some("menu.pdf")));
    }

    #[test]
    fn the_version_is_the_approved_one_in_the_bots_language() {
        let of = |language: &str, status| Template { language: language.into(), status, ..template("Hi", None) };
        let (en, pt) = (of("en_US", TemplateStatus::Approved), of("pt_BR", TemplateStatus::Approved));
        let pending = of("en", TemplateStatus::Pending);
        assert_eq!(pick(&[&pt, &en, &pending], "visit", "en").unwrap().language, "en_US");
        assert_eq!(pick(&[&pt, &pending], "visit", "en").unwrap().language, "pt_BR");
        assert_eq!(
            pick(&[&pending], "visit", "en"),
            Err(Refusal::bad("Template 'visit' is not approved. Status: PENDING"))
        );
        assert_eq!(pick(&[], "visit", "en"), Err(Refusal::not_found("Template 'visit' not found".into())));
    }
}
