//! Reads a contact's message as a number, a day, a phone number or another type of answer.
//!
//! Readers for dates, times, numbers, yes and no lie in `answer/`, the words of each language in `answer/words/`.
//! Nothing is guessed: a text with two possible meanings is refused or asked back.

use super::{content::MediaKind, hours::OpeningHours, inbound::InboundKind, value::Value};
use crate::base::phone;
use serde_json::json;

mod addresses;
mod another;
mod asides;
mod assent;
mod belonging;
mod beside;
mod chatter;
mod choice;
mod clause;
mod clock;
#[cfg(test)]
mod corpus;
mod correction;
mod counting;
mod courtesy;
pub(super) mod currency;
mod custom;
mod date;
mod declined;
mod echo;
mod feasts;
mod figures;
mod foreign;
mod frame;
mod hour_asked;
mod hums;
mod if_it_suits;
mod inside;
mod moment;
pub(super) mod money;
mod number;
mod prepared;
mod reading;
mod reasons;
mod scale;
mod span;
mod stance;
mod synonyms;
mod tense;
mod units;
pub(super) mod words;
mod writer;
mod yesno;

pub use another::is_denied_by_sign;
pub use choice::{
    ButtonNamed, Chosen, button_named, chosen, confirmed, is_mistyped, leaves_it, names_option_by_word,
    number_of_option, offered as offered_option,
};
pub use courtesy::is_only_thanks;
pub use custom::{country_of, writes_decimal_comma};
pub use date::later::{days_later, names_week};
pub use reading::Reading;
pub use yesno::{is_asked_back, is_yes_or_no, puts_off};

/// The types of language.md 6b.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AnswerType {
    Text,
    Number,
    Whole,
    Date,
    Time,
    DateTime,
    Phone,
    Email,
    YesNo,
    Choice,
    List,
    Map,
    Image,
    Audio,
    Video,
    Document,
    Media,
    Location,
    Contact,
    Order,
    Form,
    Any,
}

impl AnswerType {
    pub const ALL: [AnswerType; 22] = [
        AnswerType::Text,
        AnswerType::Number,
        AnswerType::Whole,
        AnswerType::Date,
        AnswerType::Time,
        AnswerType::DateTime,
        AnswerType::Phone,
        AnswerType::Email,
        AnswerType::YesNo,
        AnswerType::Choice,
        AnswerType::List,
        AnswerType::Map,
        AnswerType::Image,
        AnswerType::Audio,
        AnswerType::Video,
        AnswerType::Document,
        AnswerType::Media,
        AnswerType::Location,
        AnswerType::Contact,
        AnswerType::Order,
        AnswerType::Form,
        AnswerType::Any,
    ];

    /// The name of the type in YAML.
    pub fn as_str(self) -> &'static str {
        match self {
            AnswerType::Text => "text",
            AnswerType::Number => "number",
            AnswerType::Whole => "whole",
            AnswerType::Date => "date",
            AnswerType::Time => "time",
            AnswerType::DateTime => "datetime",
            AnswerType::Phone => "phone",
            AnswerType::Email => "email",
            AnswerType::YesNo => "yesno",
            AnswerType::Choice => "choice",
            AnswerType::List => "list",
            AnswerType::Map => "map",
            AnswerType::Image => "image",
            AnswerType::Audio => "audio",
            AnswerType::Video => "video",
            AnswerType::Document => "document",
            AnswerType::Media => "media",
            AnswerType::Location => "location",
            AnswerType::Contact => "contact",
            AnswerType::Order => "order",
            AnswerType::Form => "form",
            AnswerType::Any => "any",
        }
    }

    /// The names of all types that an author can write; `any` is the default for a question without a type.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::ALL.into_iter().filter(|kind| *kind != AnswerType::Any).map(AnswerType::as_str)
    }

    /// The names of the types that an answer of a customer can have, with `any`.
    pub fn sent() -> impl Iterator<Item = &'static str> {
        Self::ALL.into_iter().filter(|kind| *kind != AnswerType::Map).map(AnswerType::as_str)
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// The context in which a message is read: time, language, country and question.
#[derive(Debug, Clone)]
pub struct AnswerContext<'a> {
    /// The current time in the contact's time zone.
    pub now: jiff::Zoned,
    /// The contact's language; it decides for example how `1.234` is read.
    pub language: &'a str,
    /// The contact's phone number; its country completes numbers without a country code and decides `3/5` and `2,500`.
    pub phone: Option<&'a str>,
    /// The text of the question. A part of the day in it (`in the morning`) decides between two hours. Empty: unknown.
    pub question: &'a str,
    /// For each hour of the day, whether the business is ever open then; opening hours also decide between two hours.
    pub open: Option<[bool; 24]>,
    /// The day of the time that is asked for, if the flow knows it: a time of another day is no answer. `None`: today.
    pub day: Option<jiff::civil::Date>,
}

impl<'a> AnswerContext<'a> {
    /// A context without the text of a question, without opening hours and without a day.
    pub fn new(now: jiff::Zoned, language: &'a str, phone: Option<&'a str>) -> Self {
        AnswerContext { now, language, phone, question: "", open: None, day: None }
    }
}

/// True for yes and false for no, in any supported language; `None`: the text says neither.
pub fn says_yes(text: &str, language: &str) -> Option<bool> {
    yesno::yesno(text, language)
}

/// The message as a value of this type; `None` if it has no such value or several possible ones.
pub fn understand(kind: AnswerType, message: &InboundKind, hearing: &AnswerContext<'_>) -> Option<Value> {
    read(kind, message, hearing).single()
}

/// The possible values of the message for this type: of the whole message, or of the one candidate inside a sentence.
/// `Choice` and `Map` give nothing here: the engine compares the message with the options itself.
pub fn read(kind: AnswerType, message: &InboundKind, hearing: &AnswerContext<'_>) -> Reading {
    let text = text_of(message);
    let of_text = |read: &dyn Fn(&str) -> Reading| text.map(read).unwrap_or_default();
    match kind {
        AnswerType::Number | AnswerType::Whole | AnswerType::Date | AnswerType::Time | AnswerType::DateTime => {
            of_text(&|text| reading::read(kind, &prepared(kind, text, hearing), hearing))
        }
        AnswerType::Phone | AnswerType::Email => of_text(&|text| addresses::read(kind, text, hearing)),
        AnswerType::Text => Reading::one(text.map(str::trim).filter(|text| !text.is_empty()).map(Value::text)),
        AnswerType::YesNo => {
            let of_text = |text: &str| {
                yesno::yesno(text, hearing.language)
                    .or_else(|| echo::repeated(text, hearing))
                    .or_else(|| reasons::agreed(text, hearing, yesno::whole))
                    .or_else(|| stance::said(text, hearing))
            };
            let of_text = |text: &str| of_text(text).or_else(|| of_text(yesno::without_interjection(text)?));
            let of_text = |text: &str| {
                of_text(text).or_else(|| of_text(&stance::without_trouble(text, hearing.language)?).filter(|yes| *yes))
            };
            let said = |text: &str| {
                let text = &without_chatter(text, hearing);
                of_text(text).filter(|yes| agrees(*yes, text, hearing) && !stance::is_put_off(text, hearing.language))
            };
            Reading::one(text.and_then(said).map(Value::YesNo))
        }
        AnswerType::List => Reading::one(text.and_then(list)),
        AnswerType::Choice | AnswerType::Map => Reading::default(),
        AnswerType::Image | AnswerType::Audio | AnswerType::Video | AnswerType::Document | AnswerType::Media => {
            Reading::one(media(kind, message))
        }
        AnswerType::Location => {
            Reading::one(matches!(message, InboundKind::Location { .. }).then(|| value_of(message)))
        }
        AnswerType::Contact => Reading::one(matches!(message, InboundKind::Contacts { .. }).then(|| value_of(message))),
        AnswerType::Order => Reading::one(matches!(message, InboundKind::Order { .. }).then(|| value_of(message))),
        AnswerType::Form => Reading::one(matches!(message, InboundKind::Form { .. }).then(|| value_of(message))),
        AnswerType::Any => Reading::one(says_something(message).then(|| value_of(message))),
    }
}

/// The value of a message that `read` does not understand, to be asked back: exactly one value of the type stands in it,
/// beside words that nobody knows. Nothing in the message negates it, takes it back or gives it to somebody else.
pub fn offered(kind: AnswerType, message: &InboundKind, hearing: &AnswerContext<'_>) -> Option<Value> {
    let body = message.own_words()?;
    match kind {
        AnswerType::Number | AnswerType::Whole | AnswerType::Date | AnswerType::Time | AnswerType::DateTime => {
            reading::offered(kind, &prepared(kind, body, hearing), hearing).single()
        }
        _ => None,
    }
}

/// As `read`, and nothing if the answer stands in a sentence. The value is always that of `read`, so that a rule of one
/// of them holds for the other.
pub fn read_whole(kind: AnswerType, message: &InboundKind, hearing: &AnswerContext<'_>) -> Reading {
    if is_whole(kind, message, hearing) { read(kind, message, hearing) } else { Reading::default() }
}

/// True if the message has no words around its answer.
fn is_whole(kind: AnswerType, message: &InboundKind, hearing: &AnswerContext<'_>) -> bool {
    let text = text_of(message).unwrap_or_default().trim();
    match kind {
        AnswerType::Number | AnswerType::Whole | AnswerType::Date | AnswerType::Time | AnswerType::DateTime => {
            !reading::whole_in_any(kind, &prepared::prepared(kind, text, hearing), hearing).is_empty()
        }
        AnswerType::Email => !text.contains(char::is_whitespace),
        AnswerType::Phone => !text.contains(char::is_alphabetic),
        AnswerType::YesNo => yesno::whole(text, hearing.language).is_some(),
        _ => true,
    }
}

fn prepared(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> String {
    prepared::prepared(kind, &without_chatter(text, hearing), hearing)
}

fn without_chatter(text: &str, hearing: &AnswerContext<'_>) -> String {
    chatter::without(text, hearing.language, &|_| false)
}

fn agrees(yes: bool, text: &str, hearing: &AnswerContext<'_>) -> bool {
    !assent::contradicts(yes, text, hearing.question)
}

/// The yes or no that the whole text means.
pub fn yesno_of(text: &str, hearing: &AnswerContext<'_>) -> Option<bool> {
    yesno::whole(text, hearing.language)
}

/// The yes or no that the title of an option says: *Yes, please*.
pub fn title_says_yes(title: &str, hearing: &AnswerContext<'_>) -> Option<bool> {
    yesno::title_says_yes(title, hearing.language)
}

/// For each hour of the day, whether one of these businesses is open then on some day; `None` without opening hours.
pub fn open_hours<'a>(all: impl Iterator<Item = &'a OpeningHours>) -> Option<[bool; 24]> {
    let mut open = None;
    for (from, to) in all.flat_map(|hours| hours.week.iter().flatten()) {
        let to = if to <= from { to + MINUTES_OF_DAY } else { *to };
        let hours = open.get_or_insert([false; 24]);
        for (hour, open) in (0..).zip(hours.iter_mut()) {
            let starts = [hour * 60, hour * 60 + MINUTES_OF_DAY];
            *open |= starts.iter().any(|start| (*from..to).contains(start));
        }
    }
    open
}

const MINUTES_OF_DAY: u16 = 24 * 60;

/// Converts a value from an author, the API or a webhook to this type: `2026-05-03` to a date, `"7"` to a whole number.
/// Relative days ("tomorrow") and words of a language are not accepted.
pub fn convert(kind: AnswerType, value: &Value, zone: &jiff::tz::TimeZone) -> Option<Value> {
    let text = match value {
        Value::Nothing => return Some(Value::Nothing),
        Value::Text(text) => Some(text.trim()),
        _ => None,
    };
    match (kind, value) {
        (AnswerType::Any, _) => Some(value.clone()),
        (AnswerType::Text | AnswerType::Choice, Value::Text(_)) => Some(value.clone()),
        (AnswerType::Text | AnswerType::Choice, v) => v.print().map(Value::Text),
        (AnswerType::Number, Value::Whole(_) | Value::Number(_)) | (AnswerType::Whole, Value::Whole(_)) => {
            Some(value.clone())
        }
        (AnswerType::Whole, Value::Number(n)) if n.fract() == 0.0 && n.abs() < 9e15 => Some(Value::Whole(*n as i64)),
        (AnswerType::Number, _) => {
            text?.parse::<f64>().ok().filter(|n| n.is_finite()).map(Value::Number).map(whole_if_it_is)
        }
        (AnswerType::Whole, _) => text?.parse().ok().map(Value::Whole),
        (AnswerType::Date, Value::Date(_))
        | (AnswerType::Time, Value::Clock(_))
        | (AnswerType::DateTime, Value::DateTime(_))
        | (AnswerType::YesNo, Value::YesNo(_))
        | (AnswerType::List, Value::List(_))
        | (AnswerType::Map, Value::Map(_)) => Some(value.clone()),
        (AnswerType::Date, Value::DateTime(at)) => Some(Value::Date(at.date())),
        (AnswerType::Date, _) => figures::iso_date(text?).map(Value::Date),
        (AnswerType::Time, _) => given_time(text?).map(Value::Clock),
        (AnswerType::DateTime, Value::Date(day)) => day.to_zoned(zone.clone()).ok().map(Value::moment),
        (AnswerType::DateTime, _) => moment::iso_datetime(text?, zone).map(Value::moment),
        (AnswerType::Phone, _) => phone::lenient(text?, None).map(Value::Text),
        (AnswerType::Email, _) => email(text?).map(Value::Text),
        (AnswerType::YesNo, _) => yesno::yesno(text?, "").map(Value::YesNo),
        (AnswerType::List | AnswerType::Map, _) => None,
        (
            AnswerType::Image
            | AnswerType::Audio
            | AnswerType::Video
            | AnswerType::Document
            | AnswerType::Media
            | AnswerType::Location
            | AnswerType::Contact
            | AnswerType::Order
            | AnswerType::Form,
            _,
        ) => Some(value.clone()),
    }
}

/// The text that the contact typed or spoke, or the title of the button that it tapped.
pub fn text_of(message: &InboundKind) -> Option<&str> {
    match message {
        InboundKind::Text { body } => Some(body),
        InboundKind::Button { title, .. } => Some(title),
        InboundKind::Media { heard, .. } => heard.as_deref(),
        _ => None,
    }
}

/// As `text_of`, and also the caption of a file.
pub fn words_of(message: &InboundKind) -> Option<&str> {
    match message {
        InboundKind::Media { caption, heard, .. } => heard.as_deref().or(caption.as_deref()),
        other => text_of(other),
    }
}

/// False for messages that answer nothing: reactions, edits and system notices.
pub fn says_something(message: &InboundKind) -> bool {
    match message {
        InboundKind::Text { .. }
        | InboundKind::Button { .. }
        | InboundKind::Media { .. }
        | InboundKind::Location { .. }
        | InboundKind::Contacts { .. }
        | InboundKind::Order { .. }
        | InboundKind::Form { .. } => true,
        InboundKind::Reaction { .. }
        | InboundKind::Welcome
        | InboundKind::Call { .. }
        | InboundKind::Edit { .. }
        | InboundKind::Revoke { .. }
        | InboundKind::System { .. }
        | InboundKind::Unsupported { .. } => false,
    }
}

/// The file of a message as flows see it.
pub fn file_of(message: &InboundKind) -> Option<Value> {
    let InboundKind::Media { media, id, mime, url, caption, filename, sha256: _, voice, heard: _ } = message else {
        return None;
    };
    Some(Value::from_json(&json!({
        "kind": media.as_str(), "id": id, "mime": mime, "url": url, "caption": caption, "filename": filename,
        "voice": voice,
    })))
}

/// The message as flows see it: a text, or a map with the parts of the message.
pub fn value_of(message: &InboundKind) -> Value {
    let json = match message {
        InboundKind::Text { body } => return Value::text(body.trim()),
        InboundKind::Button { title, .. } => return Value::text(title.as_str()),
        InboundKind::Media { heard: Some(words), .. } => return Value::text(words.trim()),
        InboundKind::Media { .. } => return file_of(message).unwrap_or_default(),
        InboundKind::Location { latitude, longitude, name, address } => {
            json!({"latitude": latitude, "longitude": longitude, "name": name, "address": address})
        }
        InboundKind::Contacts { contacts } => contacts.clone(),
        InboundKind::Order { order } => order.clone(),
        InboundKind::Form { response, .. } => response.clone(),
        InboundKind::Reaction { emoji, .. } => json!(emoji),
        InboundKind::Welcome
        | InboundKind::Call { .. }
        | InboundKind::Edit { .. }
        | InboundKind::Revoke { .. }
        | InboundKind::System { .. }
        | InboundKind::Unsupported { .. } => return Value::Nothing,
    };
    Value::from_json(&json)
}

fn media(kind: AnswerType, message: &InboundKind) -> Option<Value> {
    let InboundKind::Media { media, .. } = message else { return None };
    let fits = match kind {
        AnswerType::Image => *media == MediaKind::Image,
        AnswerType::Audio => *media == MediaKind::Audio,
        AnswerType::Video => *media == MediaKind::Video,
        AnswerType::Document => *media == MediaKind::Document,
        _ => *media != MediaKind::Sticker,
    };
    fits.then(|| file_of(message)).flatten()
}

fn whole_if_it_is(value: Value) -> Value {
    match value {
        Value::Number(n) if n.fract() == 0.0 && n.abs() < 9e15 => Value::Whole(n as i64),
        other => other,
    }
}

/// A time that an author or a server wrote, on the 24-hour clock: `3:00` is at night.
fn given_time(text: &str) -> Option<jiff::civil::Time> {
    let padded = match text.find(':').unwrap_or(text.len()) {
        1 => format!("0{text}"),
        _ => text.to_owned(),
    };
    let padded = if clock::is_mere_number(&padded) { format!("{padded}:00") } else { padded };
    let parsed = padded.parse().ok().filter(|_| padded.as_bytes().get(2) == Some(&b':'));
    let hearing = AnswerContext::new(jiff::Zoned::default(), "", None);
    parsed.or_else(|| match reading::whole(AnswerType::Time, text, &hearing, &words::every()).single() {
        Some(Value::Clock(time)) => Some(time),
        _ => None,
    })
}

fn email(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches(['.', ',', ';']);
    let text = text.strip_prefix("mailto:").unwrap_or(text);
    let (name, domain) = text.split_once('@')?;
    let ends = domain.rsplit('.').next().unwrap_or_default();
    let good = !name.is_empty()
        && !name.starts_with('.')
        && !name.ends_with('.')
        && !name.contains("..")
        && !name.contains('/')
        && ends.chars().count() >= 2
        && !ends.bytes().all(|byte| byte.is_ascii_digit())
        && text.len() <= 254
        && !text.contains(|c: char| c.is_whitespace() || c.is_control() || "<>()[],;:\"\\".contains(c))
        && !domain.contains('@')
        && domain.split('.').count() >= 2
        && domain.split('.').all(|part| !part.is_empty() && !part.starts_with('-') && !part.ends_with('-'));
    good.then(|| text.to_owned())
}

/// Splits a message into a list: by lines, else by semicolons, else by commas. A line may begin with a dash.
fn list(text: &str) -> Option<Value> {
    let mark = ['\n', ';', ','].into_iter().find(|mark| text.trim().contains(*mark)).unwrap_or('\n');
    let bare = |part: &str| part.trim().trim_start_matches(['-', '*', '•', '–']).trim().to_owned();
    let items: Vec<Value> = text.split(mark).map(bare).filter(|part| !part.is_empty()).map(Value::Text).collect();
    (!items.is_empty()).then_some(Value::List(items))
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn hearing(language: &str) -> AnswerContext<'_> {
        AnswerContext::new("2026-11-21T12:00[Europe/Madrid]".parse().unwrap(), language, Some("+34600111222"))
    }

    fn said(kind: AnswerType, text: &str) -> Option<Value> {
        understand(kind, &InboundKind::Text { body: text.into() }, &hearing("en"))
    }

    #[test]
    fn every_type_has_a_name() {
        for kind in AnswerType::ALL {
            assert_eq!(AnswerType::parse(kind.as_str()), Some(kind));
        }
    }

    #[test]
    fn mail_addresses_are_checked_a_little() {
        assert_eq!(said(AnswerType::Email, " ada@example.com. "), Some(Value::text("ada@example.com")));
        for bad in ["ada", "ada@", "@example.com", "ada@example", "a@b@c.de", "ada@-x.de", "not ada@example.com"] {
            assert_eq!(said(AnswerType::Email, bad), None, "{bad}");
        }
    }

    #[test]
    fn a_list_is_written_by_lines_or_commas() {
        let items = |all: &[&str]| Some(Value::List(all.iter().map(|item| Value::text(*item)).collect()));
        assert_eq!(said(AnswerType::List, "milk, eggs , bread"), items(&["milk", "eggs", "bread"]));
        assert_eq!(said(AnswerType::List, "- 2 eggs, fresh\n- milk\n"), items(&["2 eggs, fresh", "milk"]));
        assert_eq!(said(AnswerType::List, "only milk"), items(&["only milk"]));
        assert_eq!(said(AnswerType::List, " , ,"), None);
    }

    #[test]
    fn phones_are_completed_by_the_contacts_country() {
        assert_eq!(said(AnswerType::Phone, "600 111 333"), Some(Value::text("+34600111333")));
        assert_eq!(said(AnswerType::Phone, "call me"), None);
    }

    #[test]
    fn a_picture_is_an_image_and_a_medium_but_no_text() {
        let picture = InboundKind::Media {
            media: MediaKind::Image,
            id: Some("m1".into()),
            mime: None,
            url: None,
            caption: Some("my cat".into()),
            filename: None,
            sha256: None,
            voice: false,
            heard: None,
        };
        let as_type = |kind| understand(kind, &picture, &hearing("en"));
        assert!(as_type(AnswerType::Image).is_some() && as_type(AnswerType::Media).is_some());
        assert!(as_type(AnswerType::Any).is_some());
        assert!(as_type(AnswerType::Text).is_none() && as_type(AnswerType::Video).is_none());
    }

    #[test]
    fn reactions_answer_nothing() {
        let reaction = InboundKind::Reaction { emoji: Some("👍".into()), to: None };
        for kind in AnswerType::ALL {
            assert_eq!(understand(kind, &reaction, &hearing("en")), None, "{}", kind.as_str());
        }
    }

    #[test]
    fn given_values_take_their_type() {
        let zone = jiff::tz::TimeZone::get("Europe/Madrid").unwrap();
        let given = |kind, text: &str| convert(kind, &Value::text(text), &zone);
        assert_eq!(given(AnswerType::Whole, "7"), Some(Value::Whole(7)));
        assert_eq!(given(AnswerType::Number, "7.0"), Some(Value::Whole(7)));
        assert_eq!(given(AnswerType::Number, "x"), None);
        assert_eq!(given(AnswerType::Date, "2026-05-03"), Some(Value::Date(jiff::civil::date(2026, 5, 3))));
        assert_eq!(given(AnswerType::Date, "tomorrow"), None);
        let Some(Value::DateTime(at)) = given(AnswerType::DateTime, "2026-04-02T10:00") else { panic!() };
        assert_eq!(at.to_string(), "2026-04-02T10:00:00+02:00[Europe/Madrid]");
        assert!(given(AnswerType::DateTime, "2026-04-02T10:00:00Z").is_some());
        assert!(given(AnswerType::DateTime, "2026-04-02T10:00:00+05:00").is_some());
        assert_eq!(convert(AnswerType::Text, &Value::Whole(7), &zone), Some(Value::text("7")));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,30}") {
            for language in ["en", "de"] {
                for kind in AnswerType::ALL {
                    let _ = understand(kind, &InboundKind::Text { body: text.clone() }, &hearing(language));
                    let _ = convert(kind, &Value::text(text.as_str()), &jiff::tz::TimeZone::UTC);
                }
            }
        }
    }
}
