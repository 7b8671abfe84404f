//! Keeps each sender's templates in memory, and tells whether one can be sent with its values.

use crate::{
    base::{blank::is_blank, ids::SenderId, limits::TEMPLATE_VALUE_CHARS_MAX, time::Time},
    model::{
        content::{Content, kind_by_ending},
        inbound::TemplateChange,
        template::{
            Category, HeaderValue, Parameters, Template, TemplateHeader, TemplateMessage, TemplateStatus, in_language,
            lay, placeholders,
        },
        template_parts::{CardShape, CardValues, Offer},
        window::TemplateState,
    },
};
use std::{
    collections::{BTreeSet, HashMap},
    sync::{PoisonError, RwLock},
};

/// The price category of a message outside the window without a template (platform.md 4.7).
pub(crate) const DIRECT_SEND_PRICED_AS: &str = "utility";

#[derive(Default)]
pub struct Catalogue(RwLock<HashMap<SenderId, Shelf>>);

#[derive(Default)]
struct Shelf {
    /// True for a sandbox, which accepts every name.
    accepts_all: bool,
    templates: Vec<Template>,
    /// The templates of `_bot.yaml`, for a sandbox.
    own: Vec<Template>,
}

impl Shelf {
    /// All templates; a template of a catalogue overrides one of `_bot.yaml`.
    fn all(&self) -> impl Iterator<Item = &Template> {
        let own = self.own.iter().filter(|own| self.templates.iter().all(|known| known.name != own.name));
        self.templates.iter().chain(own)
    }
}

/// Why a template cannot be sent now. `waits` is true if that may change with time (paused, pending, unknown).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    pub why: String,
    pub waits: bool,
}

/// The sender's and contact's properties that the choice of a template depends on.
pub struct TemplateQuery<'a> {
    pub sender: SenderId,
    /// The contact's language and its fallbacks, the best first.
    pub languages: &'a [String],
    /// True if the platform supports every part of a template (`ChannelLimits::rare_parts`).
    pub rare_parts: bool,
    /// True if the kind of a file was said, as in a request of the API. In a flow it is guessed from the address.
    pub kind_is_said: bool,
    pub now: Time,
}

impl Catalogue {
    pub fn put(&self, sender: SenderId, accepts_all: bool, templates: Vec<Template>) {
        let mut shelves = self.write();
        let shelf = shelves.entry(sender).or_default();
        (shelf.accepts_all, shelf.templates) = (accepts_all, templates);
    }

    /// Sets the templates of `_bot.yaml` for senders that accept all names.
    pub fn put_own(&self, templates: &[Template]) {
        for shelf in self.write().values_mut().filter(|shelf| shelf.accepts_all) {
            shelf.own = templates.to_vec();
        }
    }

    pub fn list(&self, sender: SenderId) -> Vec<Template> {
        self.read().get(&sender).map(|shelf| shelf.all().cloned().collect()).unwrap_or_default()
    }

    /// Applies a provider's webhook about a template. Gives the changed templates.
    pub fn change(
        &self,
        sender: SenderId,
        name: &str,
        language: Option<&str>,
        change: &TemplateChange,
    ) -> Vec<Template> {
        let mut shelves = self.write();
        let Some(shelf) = shelves.get_mut(&sender) else { return Vec::new() };
        let mut changed = Vec::new();
        for template in &mut shelf.templates {
            if template.name != name || language.is_some_and(|l| l != template.language) {
                continue;
            }
            match change {
                TemplateChange::Status(status) => template.status = *status,
                TemplateChange::Category(category) => template.category = *category,
                // Quality does not affect sending; it is reported as an event.
                TemplateChange::Quality(_) => {}
            }
            changed.push(template.clone());
        }
        changed
    }

    /// The state of a template for `window::plan`.
    pub fn state(&self, message: &TemplateMessage, wish: &TemplateQuery<'_>) -> TemplateState {
        match self.usable(message, wish) {
            Ok(ready) => TemplateState::Usable(self.category(&ready, wish.sender)),
            Err(unusable) if unusable.waits => TemplateState::NotNow,
            Err(_) => TemplateState::Never,
        }
    }

    /// The category. A sandbox's unknown templates count as UTILITY.
    fn category(&self, ready: &TemplateMessage, sender: SenderId) -> Category {
        let shelves = self.read();
        let mut known = shelves.get(&sender).into_iter().flat_map(Shelf::all);
        known
            .find(|t| t.name == ready.name && ready.language.as_ref().is_none_or(|l| *l == t.language))
            .map_or(Category::Utility, |t| t.category)
    }

    /// The category by which the platform charges a message.
    pub fn priced_as(&self, sender: SenderId, content: &Content) -> &'static str {
        let Content::Template(template) = content else { return "service" };
        match self.category(template, sender) {
            Category::Marketing => "marketing",
            Category::Authentication => "authentication",
            Category::Utility => "utility",
        }
    }

    /// The template as it would be sent, or the reason why it cannot be.
    pub fn usable(&self, message: &TemplateMessage, wish: &TemplateQuery<'_>) -> Result<TemplateMessage, Unusable> {
        let shelves = self.read();
        let shelf = shelves.get(&wish.sender);
        let name = &message.name;
        let mut ready = message.clone();
        check_values(message, wish.now)
            .map_err(|why| Unusable { why: format!("template `{name}`: {why}"), waits: false })?;
        if shelf.is_some_and(|shelf| shelf.accepts_all && shelf.all().all(|t| t.name != *name)) {
            ready.language.get_or_insert_with(|| wish.languages.first().cloned().unwrap_or_else(|| "en".into()));
            return Ok(ready);
        }
        let named: Vec<&Template> = shelf.iter().flat_map(|shelf| shelf.all()).filter(|t| t.name == *name).collect();
        let Some(template) = pick_language(&named, message.language.as_deref(), wish.languages) else {
            let why = if named.is_empty() {
                format!("template `{name}` is not in the catalogue")
            } else {
                format!("template `{name}` does not exist in `{}`", wish.languages.join("`, `"))
            };
            return Err(Unusable { why, waits: true });
        };
        let (state, waits) = match template.status {
            TemplateStatus::Approved => ("", true),
            TemplateStatus::Pending => ("is still pending", true),
            TemplateStatus::Paused => ("is paused", true),
            TemplateStatus::Rejected => ("was rejected", false),
            TemplateStatus::Disabled => ("is disabled", false),
        };
        if !state.is_empty() {
            return Err(Unusable { why: format!("template `{name}` {state}"), waits });
        }
        let unfit = |why: String| Unusable { why: format!("template `{name}`: {why}"), waits: false };
        check_shape(message, template, wish.kind_is_said).map_err(unfit)?;
        ready.buttons = template.lay(&message.buttons, &message.body).map_err(unfit)?;
        for (place, (card, shape)) in ready.parts.cards.iter_mut().zip(&template.parts.cards).enumerate() {
            let of_card = |why: String| unfit(format!("card {}: {why}", place + 1));
            card.buttons = lay(&shape.buttons, &card.buttons, &card.body).map_err(of_card)?;
            if let Some(HeaderValue::Media(file)) = &mut card.header {
                file.kind = shape.header.as_ref().and_then(TemplateHeader::media).unwrap_or(file.kind);
            }
        }
        if let Some(what) = ready.rare_part().filter(|_| !wish.rare_parts) {
            return Err(unfit(format!("the platform of this sender takes no template with {what}")));
        }
        if let Some(HeaderValue::Media(file)) = &mut ready.header {
            // The approved header has the kind of file; a URL may have no extension.
            file.kind = template.header.as_ref().and_then(TemplateHeader::media).unwrap_or(file.kind);
            file.name_document();
        }
        ready.language = Some(template.language.clone());
        ready.ttl = template.time_to_live();
        ready.reference.clone_from(&template.reference);
        ready.parts.slots.clone_from(&template.parts.slots);
        Ok(ready)
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, HashMap<SenderId, Shelf>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, HashMap<SenderId, Shelf>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The version in the requested language, else in the first available language of `wished`.
fn pick_language<'a>(named: &[&'a Template], asked: Option<&str>, wished: &[String]) -> Option<&'a Template> {
    match asked {
        Some(language) => in_language(named, language),
        None => wished.iter().find_map(|language| in_language(named, language)),
    }
}

/// Refuses values that Meta would refuse (132012, 131008), so that they are never sent (platform.md 4.7).
fn check_values(message: &TemplateMessage, now: Time) -> Result<(), String> {
    if message.parts.offer_ends.is_some_and(|ends| ends <= now) {
        return Err("its offer has ended: `offer_ends` is not in the future".into());
    }
    let values: Vec<(String, &str)> = match &message.body {
        Parameters::None => Vec::new(),
        Parameters::Positional(list) => {
            list.iter().enumerate().map(|(i, v)| (format!("{{{{{}}}}}", i + 1), v.as_str())).collect()
        }
        Parameters::Named(map) => map.iter().map(|(k, v)| (format!("{{{{{k}}}}}"), v.as_str())).collect(),
    };
    let header = match &message.header {
        Some(HeaderValue::Text(text)) => Some(("the header".to_owned(), text.as_str())),
        Some(HeaderValue::Media(_) | HeaderValue::Location(_)) | None => None,
    };
    for (name, value) in values.into_iter().chain(header) {
        if is_blank(value) {
            return Err(format!("the value of {name} is empty"));
        }
        if value.contains(['\n', '\r', '\t']) {
            return Err(format!("the value of {name} has a line break or tab"));
        }
        if value.contains("    ") {
            return Err(format!("the value of {name} has four blanks in a row"));
        }
        if value.chars().count() > TEMPLATE_VALUE_CHARS_MAX {
            return Err(format!("the value of {name} is longer than {TEMPLATE_VALUE_CHARS_MAX} characters"));
        }
    }
    Ok(())
}

/// Checks that the parameters match the approved text.
fn check_shape(message: &TemplateMessage, template: &Template, kind_is_said: bool) -> Result<(), String> {
    check_text(&template.body, &message.body)?;
    check_header(template.header.as_ref(), message.header.as_ref(), kind_is_said)?;
    check_parts(message, template, kind_is_said)
}

fn check_text(body: &str, values: &Parameters) -> Result<(), String> {
    let wanted = placeholders(body);
    let given: BTreeSet<String> = match values {
        Parameters::None => BTreeSet::new(),
        Parameters::Positional(list) => (1..=list.len()).map(|n| n.to_string()).collect(),
        Parameters::Named(map) => map.keys().cloned().collect(),
    };
    if wanted != given {
        let show = |set: &BTreeSet<String>| {
            if set.is_empty() { "none".to_owned() } else { set.iter().cloned().collect::<Vec<_>>().join(", ") }
        };
        return Err(format!("its text has the parameters {}, given are {}", show(&wanted), show(&given)));
    }
    Ok(())
}

/// Checks the cards and the expiry of an offer.
fn check_parts(message: &TemplateMessage, template: &Template, kind_is_said: bool) -> Result<(), String> {
    let (cards, shapes) = (&message.parts.cards, &template.parts.cards);
    if cards.len() != shapes.len() {
        return Err(match shapes.len() {
            0 => "it has no cards".into(),
            wanted => format!("it has {wanted} cards, given are {}", cards.len()),
        });
    }
    let check = |(card, shape): (&CardValues, &CardShape)| {
        check_text(&shape.body, &card.body)?;
        check_header(shape.header.as_ref(), card.header.as_ref(), kind_is_said)
    };
    for (place, pair) in cards.iter().zip(shapes).enumerate() {
        check(pair).map_err(|why| format!("card {}: {why}", place + 1))?;
    }
    match (template.parts.offer, message.parts.offer_ends) {
        (Some(Offer::Ends), None) => Err("it needs the moment at which its offer ends".into()),
        (None | Some(Offer::Open), Some(_)) => Err("it has no offer that ends".into()),
        (Some(Offer::Ends), Some(_)) | (None | Some(Offer::Open), None) => Ok(()),
    }
}

fn check_header(
    wanted: Option<&TemplateHeader>,
    given: Option<&HeaderValue>,
    kind_is_said: bool,
) -> Result<(), String> {
    match (wanted, given) {
        (
            Some(header @ (TemplateHeader::Image | TemplateHeader::Video | TemplateHeader::Document)),
            Some(HeaderValue::Media(file)),
        ) => {
            let given = if kind_is_said { Some(file.kind) } else { kind_by_ending(&file.url) };
            if let (Some(wanted), Some(given)) = (header.media(), given.filter(|given| header.media() != Some(*given)))
            {
                let (wanted, given) = (wanted.as_str(), given.as_str());
                return Err(format!(
                    "the file of its header is of the kind `{wanted}`, and gets one of the kind `{given}`"
                ));
            }
        }
        (Some(TemplateHeader::Image | TemplateHeader::Video | TemplateHeader::Document), None) => {
            return Err("it needs a file for its header".into());
        }
        (Some(TemplateHeader::Text(text)), None) if !placeholders(text).is_empty() => {
            return Err("it needs a value for its header".into());
        }
        (
            Some(TemplateHeader::Image | TemplateHeader::Video | TemplateHeader::Document),
            Some(HeaderValue::Text(_)),
        ) => {
            return Err("its header is a file, and gets a text".into());
        }
        (Some(TemplateHeader::Location), Some(HeaderValue::Location(_))) => {}
        (Some(TemplateHeader::Location), _) => return Err("it needs a place for its header".into()),
        (Some(_), Some(HeaderValue::Location(_))) => return Err("its header is no place".into()),
        (Some(TemplateHeader::Text(text)), Some(_)) if placeholders(text).is_empty() => {
            return Err("its header takes no value".into());
        }
        (Some(TemplateHeader::Text(_)), Some(HeaderValue::Media(_))) => {
            return Err("its header is a text, and gets a file".into());
        }
        (None, Some(_)) => return Err("it has no header".into()),
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::content::{Media, MediaKind};

    fn template(name: &str, language: &str, status: TemplateStatus) -> Template {
        Template {
            id: 1,
            name: name.into(),
            language: language.into(),
            category: Category::Utility,
            status,
            body: "Hi {{1}}, see you on {{2}}.".into(),
            header: None,
            buttons: vec![],
            ttl: None,
            reference: None,
            parts: Default::default(),
        }
    }

    fn message(name: &str, values: &[&str]) -> TemplateMessage {
        TemplateMessage {
            name: name.into(),
            language: None,
            header: None,
            body: Parameters::Positional(values.iter().map(|&v| v.into()).collect()),
            buttons: vec![],
            ttl: None,
            reference: None,
            parts: Default::default(),
        }
    }

    fn query(languages: &[String]) -> TemplateQuery<'_> {
        TemplateQuery { sender: SenderId(1), languages, rare_parts: true, kind_is_said: false, now: NOW }
    }

    const NOW: Time = Time(1_790_000_000_000);

    fn usable(templates: Vec<Template>, message: &TemplateMessage, languages: &[&str]) -> Result<String, Unusable> {
        let catalogue = Catalogue::default();
        catalogue.put(SenderId(1), false, templates);
        let languages: Vec<String> = languages.iter().map(|&l| l.into()).collect();
        let wish = query(&languages);
        catalogue.usable(message, &wish).map(|ready| ready.language.unwrap_or_default())
    }

    #[test]
    fn the_language_falls_back_as_declared_and_to_its_stem() {
        let shelf =
            || vec![template("a", "pt_BR", TemplateStatus::Approved), template("a", "en", TemplateStatus::Approved)];
        let message = message("a", &["x", "y"]);
        assert_eq!(usable(shelf(), &message, &["pt", "en"]), Ok("pt_BR".into()));
        assert_eq!(usable(shelf(), &message, &["fr", "en"]), Ok("en".into()));
        assert!(usable(shelf(), &message, &["fr"]).unwrap_err().why.contains("does not exist in `fr`"));
    }

    #[test]
    fn values_that_the_platform_refuses_never_leave() {
        let shelf = || vec![template("a", "en", TemplateStatus::Approved)];
        for (bad, why) in [("", "is empty"), ("a\nb", "line break"), ("a    b", "four blanks")] {
            let error = usable(shelf(), &message("a", &[bad, "y"]), &["en"]).unwrap_err();
            assert!(error.why.contains(why) && !error.waits, "{error:?}");
        }
        let error = usable(shelf(), &message("a", &["x"]), &["en"]).unwrap_err();
        assert_eq!(error.why, "template `a`: its text has the parameters 1, 2, given are 1");
    }

    /// The result of a check: some problems may be fixed with time, others are final.
    #[derive(Debug, PartialEq)]
    enum Use {
        Goes,
        Waits,
        Never,
    }

    /// The problem, its source, and how template and message differ from a valid pair.
    type Rule = (&'static str, &'static str, fn(&mut Template, &mut TemplateMessage), Use);

    const STATUS: &str = "Meta, message_template_status_update";
    const PAUSING: &str = "Meta, template pacing and pausing: three hours, six, then disabled";
    const VALUES: &str = "Meta, support/error-codes: 132012, 131008";
    const SHAPE: &str = "Meta, support/error-codes: 132000, 132018";

    const RULES: &[Rule] = &[
        ("an approved one goes", STATUS, |_, _| {}, Use::Goes),
        ("a pending one may be approved", STATUS, |t, _| t.status = TemplateStatus::Pending, Use::Waits),
        ("a paused one comes back", PAUSING, |t, _| t.status = TemplateStatus::Paused, Use::Waits),
        ("a rejected one does not", STATUS, |t, _| t.status = TemplateStatus::Rejected, Use::Never),
        ("nor a disabled one", PAUSING, |t, _| t.status = TemplateStatus::Disabled, Use::Never),
        ("one that is not there may be made", STATUS, |_, m| m.name = "b".into(), Use::Waits),
        ("so may another language of it", STATUS, |_, m| m.language = Some("fr".into()), Use::Waits),
        ("a value too few never goes", SHAPE, |_, m| m.body = Parameters::Positional(vec!["x".into()]), Use::Never),
        ("nor one under another name", SHAPE, |_, m| m.body = named("first", "x"), Use::Never),
        ("nor an empty one", VALUES, |_, m| m.body = two(" "), Use::Never),
        ("nor a line break", VALUES, |_, m| m.body = two("a\nb"), Use::Never),
        ("nor a tab", VALUES, |_, m| m.body = two("a\tb"), Use::Never),
        ("nor four blanks", VALUES, |_, m| m.body = two("a    b"), Use::Never),
        ("three are well", VALUES, |_, m| m.body = two("a   b"), Use::Goes),
        ("a value may be so long", VALUES, |_, m| m.body = two(&"x".repeat(TEMPLATE_VALUE_CHARS_MAX)), Use::Goes),
        ("and no longer", VALUES, |_, m| m.body = two(&"x".repeat(TEMPLATE_VALUE_CHARS_MAX + 1)), Use::Never),
        ("a picture above needs a file", SHAPE, |t, _| t.header = Some(TemplateHeader::Image), Use::Never),
        (
            "an image is no document",
            SHAPE,
            |t, m| (t.header, m.header) = (Some(TemplateHeader::Document), file("https://x.example/a.png")),
            Use::Never,
        ),
        (
            "an address without an ending may be a document",
            SHAPE,
            |t, m| (t.header, m.header) = (Some(TemplateHeader::Document), file("https://x.example/a")),
            Use::Goes,
        ),
        ("an offer that has ended never goes", SHAPE, |t, m| offer(t, m, NOW), Use::Never),
        ("one that ends later does", SHAPE, |t, m| offer(t, m, Time(NOW.0 + 1)), Use::Goes),
        (
            "a header that is a place is not for flows",
            SHAPE,
            |t, _| t.header = Some(TemplateHeader::Location),
            Use::Never,
        ),
        (
            "a header that is not there takes no value",
            SHAPE,
            |_, m| m.header = Some(HeaderValue::Text("x".into())),
            Use::Never,
        ),
    ];

    fn file(url: &str) -> Option<HeaderValue> {
        Some(HeaderValue::Media(Media { kind: MediaKind::Image, url: url.into(), filename: None }))
    }

    fn offer(of: &mut Template, message: &mut TemplateMessage, ends: Time) {
        of.parts.offer = Some(Offer::Ends);
        message.parts.offer_ends = Some(ends);
    }

    #[test]
    fn a_kind_that_a_request_names_counts_whatever_the_address_ends_in() {
        let mut of = template("a", "en", TemplateStatus::Approved);
        of.header = Some(TemplateHeader::Document);
        let catalogue = Catalogue::default();
        catalogue.put(SenderId(1), false, vec![of]);
        let languages = ["en".to_owned()];
        let mut message = message("a", &["x", "y"]);
        message.header = file("https://x.example/a");
        let said = TemplateQuery { kind_is_said: true, ..query(&languages) };
        let why = catalogue.usable(&message, &said).unwrap_err().why;
        assert!(why.contains("of the kind `document`, and gets one of the kind `image`"), "{why}");
        assert!(catalogue.usable(&message, &query(&languages)).is_ok());
    }

    fn two(value: &str) -> Parameters {
        Parameters::Positional(vec![value.into(), "y".into()])
    }

    fn named(name: &str, value: &str) -> Parameters {
        Parameters::Named([(name.to_owned(), value.to_owned()), ("2".to_owned(), "y".to_owned())].into())
    }

    #[test]
    fn each_rule_of_a_usable_template_decides_as_its_source_says() {
        for (says, source, change, then) in RULES {
            let (mut of, mut message) = (template("a", "en", TemplateStatus::Approved), message("a", &["x", "y"]));
            change(&mut of, &mut message);
            let found = match usable(vec![of], &message, &["en"]) {
                Ok(_) => Use::Goes,
                Err(unusable) if unusable.waits => Use::Waits,
                Err(_) => Use::Never,
            };
            assert_eq!(found, *then, "{says} ({source})");
        }
    }

    #[test]
    fn a_falling_quality_is_told_and_stops_no_template() {
        let catalogue = Catalogue::default();
        catalogue.put(SenderId(1), false, vec![template("a", "en", TemplateStatus::Approved)]);
        let change = TemplateChange::Quality("RED".into());
        assert_eq!(catalogue.change(SenderId(1), "a", Some("en"), &change).len(), 1, "whoever listens hears of it");
        let languages = ["en".to_owned()];
        let wish = query(&languages);
        // Meta itself pauses templates that people block, and reports it.
        assert!(catalogue.usable(&message("a", &["x", "y"]), &wish).is_ok());
        catalogue.change(SenderId(1), "a", Some("en"), &TemplateChange::Status(TemplateStatus::Paused));
        assert!(catalogue.usable(&message("a", &["x", "y"]), &wish).is_err());
    }
}
