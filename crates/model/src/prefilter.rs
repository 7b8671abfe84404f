//! Builds conditions that the rows of an audience's contacts must meet, as far as the database can test them.
//!
//! The database skips rows that do not meet the conditions, before they are read. It may return contacts who do not
//! belong to the audience, which are tested afterwards, but it never skips one who does: each text is one without which
//! the audience's condition cannot be true.

use crate::base::{
    limits::{
        PREFILTER_CLAUSES_MAX, PREFILTER_DAYS_SLACK, PREFILTER_GROUPS_MAX, PREFILTER_HEARD_SLACK, PREFILTER_TESTS_MAX,
        PREFILTER_TEXTS_MAX,
    },
    time::{Span, Time},
};
use jiff::civil::Date;
use serde_json::{Value as Json, json};

/// In the row of each contact of the audience, at least one text of each group occurs, and one test of each clause is
/// true. Empty: every row may belong to the audience.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prefilter {
    texts: Vec<Vec<String>>,
    clauses: Vec<Clause>,
}

/// Tests of which at least one must be true.
pub type Clause = Vec<Test>;

/// A comparison in the row. A value that is stored as another type than the test expects passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// A field has a number within this range, both ends included; or no value.
    Number { field: String, from: Option<i64>, to: Option<i64>, or_none: bool },
    /// A field has a day, or a moment on a day, within this range, with a tolerance for time zones; or no value.
    Day { field: String, from: Option<Day>, to: Option<Day>, or_none: bool },
    /// The contact's last message lies within this range, counted from now, with a tolerance; or there is none.
    Heard { from: Option<Span>, to: Option<Span>, or_never: bool },
    /// The contact's own language is this one, or is not; or the contact has none.
    Language { is: String, holds: bool, or_none: bool },
    /// The contact has a tag, or does not have it.
    Tag { is: String, holds: bool },
    /// The contact's name is this one, or is not.
    Name { is: String, holds: bool },
    /// A field has this text, or does not.
    Text { field: String, is: String, holds: bool },
    /// A field is true, or is not.
    True { field: String, holds: bool },
    /// The contact's consent for a topic is given (or withdrawn), or is not.
    Consent { topic: String, given: bool, holds: bool },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    On(Date),
    /// This span after now; negative: before now.
    FromNow(Span),
}

impl Day {
    /// The day in the format of stored dates, moved by `slack`.
    fn text(self, now: Time, slack: Span) -> Option<String> {
        let moment = |at: Time| Some(jiff::Timestamp::from_millisecond(at.0).ok()?.to_zoned(jiff::tz::TimeZone::UTC));
        let at = match self {
            Day::On(date) => Time(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond()),
            Day::FromNow(span) => Time(now.0.saturating_add(span.0)),
        };
        let date = moment(Time(at.0.saturating_add(slack.0)))?.date();
        // In other years the order of the texts is not the order of the days.
        (date.year() > 0).then(|| date.to_string())
    }
}

impl Prefilter {
    /// A prefilter that requires each of these texts, as JSON strings.
    pub fn of_all<'t>(texts: impl IntoIterator<Item = &'t String>) -> Prefilter {
        let mut prefilter = Prefilter::default();
        texts.into_iter().for_each(|text| prefilter.and(vec![text.clone()]));
        prefilter
    }

    /// Requires one of these texts. Above the limit, the least selective group is dropped: longer texts are rarer.
    pub fn and(&mut self, texts: Vec<String>) {
        if texts.is_empty() || texts.len() > PREFILTER_TEXTS_MAX || self.texts.contains(&texts) {
            return;
        }
        self.texts.push(texts);
        self.texts.sort_by_key(|texts| std::cmp::Reverse(texts.iter().map(String::len).min()));
        self.texts.truncate(PREFILTER_GROUPS_MAX);
    }

    /// Requires one of these tests; above the limits the clause is dropped, and the contact is tested afterwards.
    pub fn clause(&mut self, tests: Clause) {
        let fits =
            !tests.is_empty() && tests.len() <= PREFILTER_TESTS_MAX && self.clauses.len() < PREFILTER_CLAUSES_MAX;
        if fits && !self.clauses.contains(&tests) {
            self.clauses.push(tests);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.texts.is_empty() && self.clauses.is_empty()
    }

    /// The tests as rows for the database, each with the number of its clause; a missing end leaves the range open.
    pub fn tests(&self, now: Time) -> Json {
        let numbered = self.clauses.iter().enumerate();
        let tests = numbered.flat_map(|(clause, tests)| tests.iter().map(move |test| (clause, test)));
        let row = |(clause, test): (usize, &Test)| {
            let mut row = test.row(now);
            row["clause"] = json!(clause);
            row
        };
        tests.map(row).collect()
    }

    /// The patterns for `like … escape '!'`, with the maximum number of groups and patterns; unused ones are `%`, which
    /// matches everything.
    pub fn patterns(&self) -> [[String; PREFILTER_TEXTS_MAX]; PREFILTER_GROUPS_MAX] {
        std::array::from_fn(|group| {
            std::array::from_fn(|text| match self.texts.get(group) {
                None => "%".to_owned(),
                Some(texts) => pattern(texts.get(text).unwrap_or(&texts[0])),
            })
        })
    }

    /// True if the texts of the prefilter occur in the JSON, as the database tests it; for tests.
    pub fn lets_through(&self, json: &str) -> bool {
        let stands = |text: &String| json.contains(&quoted(text));
        self.texts.iter().all(|texts| texts.iter().any(stands))
    }
}

impl Test {
    /// The test as a row for the database; `holds` is 1 if the comparison must be true, 0 if it must be false.
    fn row(&self, now: Time) -> Json {
        let at =
            |span: &Option<Span>, slack: Span| span.map(|span| now.0.saturating_add(span.0).saturating_add(slack.0));
        let day = |day: &Option<Day>, slack: Span| day.and_then(|day| day.text(now, slack));
        let (back, ahead) = (Span::ZERO - PREFILTER_DAYS_SLACK, PREFILTER_DAYS_SLACK);
        let bit = |truth: &bool| i64::from(*truth);
        match self {
            Test::Number { field, from, to, or_none } => {
                json!({"by": "number", "field": field, "lo": from, "hi": to, "none": bit(or_none)})
            }
            Test::Day { field, from, to, or_none } => json!({
                "by": "day", "field": field, "from": day(from, back), "to": day(to, ahead), "none": bit(or_none),
            }),
            Test::Heard { from, to, or_never } => json!({
                "by": "heard", "lo": at(from, Span::ZERO - PREFILTER_HEARD_SLACK), "hi": at(to, PREFILTER_HEARD_SLACK),
                "none": bit(or_never),
            }),
            Test::Language { is, holds, or_none } => {
                json!({"by": "language", "is": is, "holds": bit(holds), "none": bit(or_none)})
            }
            Test::Tag { is, holds } => json!({"by": "tag", "is": is, "holds": bit(holds)}),
            Test::Name { is, holds } => json!({"by": "name", "is": is, "holds": bit(holds)}),
            Test::Text { field, is, holds } => json!({"by": "text", "field": field, "is": is, "holds": bit(holds)}),
            Test::True { field, holds } => json!({"by": "true", "field": field, "holds": bit(holds)}),
            Test::Consent { topic, given, holds } => {
                json!({"by": "consent", "topic": topic, "is": given.to_string(), "holds": bit(holds)})
            }
        }
    }
}

/// The text as a JSON string.
fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in quoted(text).chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(all: &[&str]) -> Vec<String> {
        all.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn patterns_are_quoted_texts_with_their_signs_escaped() {
        let mut prefilter = Prefilter::default();
        prefilter.and(texts(&["100%_!\"x", "b"]));
        let patterns = prefilter.patterns();
        assert_eq!(patterns[0][0], r#"%"100!%!_!!\"x"%"#);
        assert_eq!((patterns[0][1].as_str(), patterns[1][0].as_str()), (r#"%"b"%"#, "%"));
    }

    #[test]
    fn at_the_limits_what_says_most_stays() {
        let mut prefilter = Prefilter::default();
        for n in 0..=PREFILTER_GROUPS_MAX {
            prefilter.and(vec!["x".repeat(n + 1)]);
        }
        prefilter.and(vec!["much too many".to_owned(); PREFILTER_TEXTS_MAX + 1]);
        assert_eq!(prefilter.texts.len(), PREFILTER_GROUPS_MAX);
        assert!(!prefilter.texts.contains(&texts(&["x"])), "{prefilter:?}");
        assert!(prefilter.lets_through(r#"{"a": "xx", "b": ["xxx"], "xxxx": 1}"#) && !prefilter.lets_through("{}"));
    }

    #[test]
    fn no_more_is_tested_than_the_most() {
        let from = |n: usize| {
            let from = i64::try_from(n).ok();
            Test::Number { field: "points".into(), from, to: None, or_none: false }
        };
        let mut prefilter = Prefilter::default();
        prefilter.clause((0..=PREFILTER_TESTS_MAX).map(from).collect());
        assert!(prefilter.is_empty(), "one too many, and each of them may be the one that holds");
        for n in 0..=PREFILTER_CLAUSES_MAX {
            prefilter.clause((n..n + PREFILTER_TESTS_MAX).map(from).collect());
        }
        let tests = prefilter.tests(Time(0));
        assert_eq!(tests.as_array().unwrap().len(), PREFILTER_TESTS_MAX * PREFILTER_CLAUSES_MAX);
        assert_eq!(tests[PREFILTER_TESTS_MAX]["clause"], json!(1));
    }

    #[test]
    fn days_and_moments_are_given_room() {
        let mut prefilter = Prefilter::default();
        let (date, week) = (Some(Day::On("2026-11-24".parse().unwrap())), Some(Day::FromNow(Span::days(7))));
        prefilter.clause(vec![Test::Day { field: "visit".into(), from: date, to: week, or_none: false }]);
        prefilter.clause(vec![Test::Heard { from: Some(Span::days(-3)), to: None, or_never: false }]);
        let far = Some(Day::FromNow(Span(i64::MAX)));
        prefilter.clause(vec![Test::Day { field: "visit".into(), from: None, to: far, or_none: false }]);
        let now = Time(1_795_510_800_000);
        let tests = prefilter.tests(now);
        let days =
            json!({"by": "day", "field": "visit", "from": "2026-11-22", "to": "2026-12-03", "none": 0, "clause": 0});
        assert_eq!(tests[0], days);
        assert_eq!(tests[1]["lo"], json!((now - Span::days(3) - PREFILTER_HEARD_SLACK).0));
        assert_eq!((&tests[1]["hi"], &tests[2]["to"]), (&Json::Null, &Json::Null), "no end");
    }
}
