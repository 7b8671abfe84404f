//! Implements `date`: a time relative to a date of the contact.

use super::TriggerKind;
use crate::{base::{diagnostic::{Diagnostic, did_you_mean, probably}, fix::Fix, time::{Span, Time}}, definition::Kind, load::{bot::Bot, hours, spec::{Declared, FieldKind, FieldSpec, Spec}, step_fields::TriggerFields}, engine::views, model::{answer::AnswerType, contact::ContactData, value::Value}};
use jiff::{civil, tz::TimeZone};

pub struct Date {
    /// The name of the field, without `contact.`.
    pub field: String,
    pub offset: Span,
    /// The local time in the contact's zone, in place of the value's own time of day.
    pub at: Option<civil::Time>,
    /// How late it may still begin.
    pub late: Span,
}

/// The time at which a date of a contact starts the flow, and the value for which it starts only once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// `2026-12-03T10:00` in the bot's zone: the same moment has the same value in every zone.
    pub value: String,
    pub at: Time,
}

impl TriggerKind for Date {
    const SPEC: Spec = Spec {
        name: "date",
        summary: "At a moment that hangs on a date of the contact: one run per contact and value. A changed field moves \
                  it, an emptied one cancels it, until it has begun; what had passed when the field was set never comes.",
        fields: &[
            FieldSpec::required("date", FieldKind::Known(Declared::ContactField), "The field, of type `date` or `datetime`: `contact.visit_at`."),
            FieldSpec::default("offset", FieldKind::Duration, "0s", "How long after the date; `-1d` is the day before."),
            FieldSpec::optional("at", FieldKind::Clock, "The time of day, on the contact's clock: `\"10:00\"`."),
            FieldSpec::default("late", FieldKind::Duration, "1h", "How late it may still begin after the daemon was down."),
        ],
        example: "date: contact.visit_at\noffset: -1d\nat: \"10:00\"",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        let (field, is_day) = read_field(fields);
        let at = fields.opt_name("at").map(|text| hours::clock(&text));
        if let (Some(None), Some(node)) = (at, fields.node("at")) {
            let help = hours::twelve(node.text().unwrap_or_default());
            let help = help.map_or_else(|| "write hours and minutes, 00:00 to 23:59".to_owned(), |at| format!("write \"{at}\""));
            fields.wrong(node, "E244", format!("`at` is a time of day such as \"10:00\", and this is {}; {help}", node.describe()));
        }
        // `time: "10:00"` in its place has a finding.
        let is_misnamed = fields.unread().any(|entry| entry.value.text().is_some_and(|text| hours::clock(text).is_some()));
        if is_day && at.is_none() && !is_misnamed && let Some(node) = fields.node("date") {
            let finding = Diagnostic::error("E244", &node.place, format!("`contact.{field}` is a day without a time"));
            fields.report(finding.help("add `at: \"10:00\"`"));
        }
        let offset = fields.opt_offset("offset").unwrap_or(Span::ZERO);
        Date { field, offset, at: at.flatten(), late: fields.duration("late", Span::hours(1)) }
    }

    fn key(&self) -> Option<String> {
        let at = self.at.map(|at| format!(" {}", at.strftime("%H:%M"))).unwrap_or_default();
        let offset = if self.offset == Span::ZERO { String::new() } else { format!(" {}", self.offset) };
        Some(format!("date contact.{}{offset}{at}", self.field))
    }
}

impl Date {
    /// The trigger for people: `1d before contact.visit_at, at 10:00`.
    pub fn describe(&self) -> String {
        let field = format!("contact.{}", self.field);
        let moved = match self.offset {
            Span::ZERO => field,
            offset if offset < Span::ZERO => format!("{} before {field}", Span(-offset.0)),
            offset => format!("{offset} after {field}"),
        };
        self.at.map_or(moved.clone(), |at| format!("{moved}, at {}", at.strftime("%H:%M")))
    }

    /// The time of the start for this contact; `None`: the contact has no such date.
    pub fn moment(&self, contact: &ContactData, bot: &Bot) -> Option<Moment> {
        let zone = views::zone_of(contact.zone.as_deref(), contact.phone.as_deref(), &bot.timezone);
        let (local, value) = match contact.fields.get(&self.field)? {
            Value::Date(day) => (day.to_datetime(civil::Time::midnight()), day.to_string()),
            Value::DateTime(at) => {
                let of_bot = at.with_time_zone(bot.timezone.clone());
                let text = if of_bot.second() == 0 { of_bot.strftime("%Y-%m-%dT%H:%M") } else { of_bot.strftime("%Y-%m-%dT%H:%M:%S") };
                (at.with_time_zone(zone.clone()).datetime(), text.to_string())
            }
            _ => return None,
        };
        let at = self.moved(local, &zone)?;
        Some(Moment { value, at })
    }

    /// Days are calendar days, so that `-1d` is the same time of day over a clock change.
    fn moved(&self, local: civil::DateTime, zone: &TimeZone) -> Option<Time> {
        const DAY: i64 = Span::days(1).0;
        let days = jiff::Span::new().try_days(self.offset.0 / DAY).ok()?;
        let mut day = local.checked_add(days).ok()?;
        if let Some(at) = self.at {
            day = day.date().to_datetime(at);
        }
        let zoned = zone.to_ambiguous_zoned(day).compatible().ok()?;
        Some(Time(zoned.timestamp().as_millisecond()) + Span(self.offset.0 % DAY))
    }
}

/// Parses the field without `contact.`; returns also whether it holds days without a time.
/// The field and the offset of `visit_at - 7d`.
fn moved(written: &str) -> Option<(&str, String)> {
    let (sign, (field, span)) = ['-', '+'].into_iter().find_map(|sign| Some((sign, written.split_once(sign)?)))?;
    let span = Span::meant(span.trim()).filter(|span| *span > Span::ZERO)?;
    Some((field.trim(), if sign == '-' { format!("-{span}") } else { span.to_string() }))
}

fn read_field(fields: &mut TriggerFields<'_, '_>) -> (String, bool) {
    let Some(node) = fields.required("date") else { return (String::new(), false) };
    let written = node.text().unwrap_or_default();
    let bare = written.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).map(str::trim);
    if let Some(bare) = bare {
        let finding = Diagnostic::error("E244", &node.place, "`date` takes the name of a field, and this is its value");
        fields.report(finding.help(format!("write `date: {bare}`")));
        return (bare.strip_prefix("contact.").unwrap_or(bare).to_owned(), false);
    }
    let name = written.strip_prefix("contact.").unwrap_or(written).to_owned();
    if node.is_broken() {
        return (name, false);
    }
    if let Some(day) = written.get(..10).and_then(|day| day.parse::<civil::Date>().ok()) {
        let message = format!("`date` takes a field of the contact, and `{written}` is one day for everybody");
        let finding = Diagnostic::error("E244", &node.place, message);
        let yearly = day.strftime("%-d %B").to_string().to_lowercase();
        fields.report(finding.help(format!(
            "for each year write `schedule: {yearly} 10:00` with `to:`; what goes out once is sent by `transom broadcast`"
        )));
        return (name, false);
    }
    let declared = &fields.bot().fields;
    let is_date = |kind: &Kind| matches!(kind.of, AnswerType::Date | AnswerType::DateTime);
    if let Some((field, offset)) = moved(&name)
        && let Some(declared) = declared.iter().find(|declared| declared.name == field)
    {
        let message = "`date` takes a field of the contact, and the distance from it stands beside it";
        let finding = Diagnostic::error("E244", &node.place, message);
        fields.report(finding.help(format!("write `date: contact.{field}`, and below it `offset: {offset}`")));
        return (field.to_owned(), declared.kind.of == AnswerType::Date && fields.has("at"));
    }
    match declared.iter().find(|field| field.name == name) {
        Some(field) if is_date(&field.kind) => return (name, field.kind.of == AnswerType::Date),
        // A wrong type has a finding at its declaration.
        Some(field) if field.untyped => {}
        Some(_) => {
            let finding = Diagnostic::error("E244", &node.place, format!("`contact.{name}` is no date"));
            fields.report(finding.help("declare it as `date` or `datetime` under `fields` in `_bot.yaml`"));
        }
        None => {
            let dates = || declared.iter().filter(|field| is_date(&field.kind)).map(|field| field.name.as_str());
            let help = did_you_mean(&name, dates()).unwrap_or_else(|| "add it to `fields` in `_bot.yaml`".into());
            let finding = Diagnostic::error("E408", &node.place, format!("a contact has no field `{name}`"));
            let fix = probably(&name, dates()).and_then(|near| Fix::rename(&node.place, &name, near));
            fields.report(finding.help(help).fix_if(fix));
        }
    }
    (name, false)
}
