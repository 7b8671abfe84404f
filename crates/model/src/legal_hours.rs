//! Lists the hours in which the law of a country allows advertising by message, with the source of each rule.
//!
//! A rule is listed only if it covers messages and was found in writing. Rules for calls alone (Canada, Australia, the
//! Emirates) or for telephone companies (India, Jordan) are left out: docs/language.md, *Quiet hours*. Public holidays
//! differ by region and year and are not covered.

use jiff::civil::{Time, Weekday, time};

/// One rule of one country.
#[derive(Debug)]
pub struct LegalHours {
    /// ISO 3166, two letters.
    pub country: &'static str,
    /// The time zones of the states where the rule applies; empty: the whole country. A phone number does not tell the
    /// state.
    pub zones: &'static [&'static str],
    /// The allowed hours of each day, from Monday; `None`: no hours on this day.
    week: [Option<(Time, Time)>; 7],
    /// The law, and the authority that enforces it.
    pub source: &'static str,
}

impl LegalHours {
    pub fn open(&self, day: Weekday) -> Option<(Time, Time)> {
        self.week[usize::from(day.to_monday_zero_offset().unsigned_abs()) % self.week.len()]
    }

    /// True if the rule applies in a state with this time zone.
    pub fn counts_in(&self, zone: Option<&str>) -> bool {
        self.zones.is_empty() || zone.is_some_and(|zone| self.zones.contains(&zone))
    }
}

/// The rules of these countries.
pub fn of<'a>(countries: &'a [&'static str]) -> impl Iterator<Item = &'static LegalHours> + 'a {
    LAWS.iter().filter(|law| countries.contains(&law.country))
}

const fn daily(from: i8, to: i8) -> [Option<(Time, Time)>; 7] {
    [hours(from, to); 7]
}

const fn hours(from: i8, to: i8) -> Option<(Time, Time)> {
    Some((time(from, 0, 0, 0), time(to, 0, 0, 0)))
}

const fn weekend(
    weekdays: Option<(Time, Time)>,
    saturday: Option<(Time, Time)>,
    sunday: Option<(Time, Time)>,
) -> [Option<(Time, Time)>; 7] {
    [weekdays, weekdays, weekdays, weekdays, weekdays, saturday, sunday]
}

/// If a country has several rules, all of them apply: the strictest wins.
pub static LAWS: &[LegalHours] = &[
    LegalHours {
        country: "US",
        zones: &[],
        week: daily(8, 21),
        source: "47 CFR 64.1200(c)(1), Federal Communications Commission",
    },
    LegalHours {
        country: "US",
        zones: &["America/New_York"],
        week: daily(9, 20),
        source: "Connecticut: Conn. Gen. Stat. 42-288a as changed by Public Act 23-98, Department of Consumer Protection",
    },
    LegalHours {
        country: "US",
        zones: &["America/New_York", "America/Chicago"],
        week: daily(8, 20),
        source: "Florida: Fla. Stat. 501.616(6)(a), Department of Agriculture and Consumer Services",
    },
    LegalHours {
        country: "US",
        zones: &["America/Chicago"],
        week: daily(8, 20),
        source: "Oklahoma: Okla. Stat. tit. 15, 775C.4, Attorney General",
    },
    LegalHours {
        country: "US",
        zones: &["America/Chicago", "America/Denver"],
        week: weekend(hours(9, 21), hours(9, 21), hours(12, 21)),
        source: "Texas: Bus. & Com. Code 301.051, for texts since SB 140 (2025), Attorney General",
    },
    LegalHours {
        country: "CO",
        zones: &[],
        week: weekend(hours(7, 19), hours(8, 15), None),
        source: "Ley 2300 de 2023, arts. 3 and 5, Superintendencia de Industria y Comercio",
    },
    LegalHours {
        country: "ZA",
        zones: &[],
        week: weekend(hours(8, 20), hours(9, 13), None),
        source: "Consumer Protection Act 68 of 2008, s. 12, with GN R293 of 2011, National Consumer Commission",
    },
    LegalHours {
        country: "KR",
        zones: &[],
        week: daily(8, 21),
        source: "Network Act, art. 50(3), Korea Communications Commission",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Span;

    #[test]
    fn every_rule_names_its_source_and_stands_in_the_docs() {
        let page = include_str!("../../../docs/language.md");
        for law in LAWS {
            assert!(law.source.contains(char::is_numeric) && law.source.contains(", "), "{}", law.source);
            assert!(page.contains(law.source), "docs/language.md does not name `{}`", law.source);
            assert!(law.week.iter().flatten().all(|(from, to)| from < to));
            for zone in law.zones {
                assert_eq!(crate::base::phone::country_of_zone(zone), Some(law.country), "{zone}");
            }
        }
    }

    /// The expected hours of each rule, found by the first words of its source: a zone in which it applies, one in
    /// which it does not, and the first and last minute of a weekday, a Saturday and a Sunday.
    type Text = (&'static str, &'static str, &'static str, [Option<(&'static str, &'static str)>; 3]);

    const DAILY: Option<(&str, &str)> = Some(("08:00", "20:59"));
    const TEXTS: &[Text] = &[
        ("47 CFR 64.1200(c)(1)", "Pacific/Honolulu", "", [DAILY; 3]),
        ("Connecticut", "America/New_York", "America/Chicago", [Some(("09:00", "19:59")); 3]),
        ("Florida", "America/New_York", "America/Denver", [Some(("08:00", "19:59")); 3]),
        ("Florida", "America/Chicago", "America/Los_Angeles", [Some(("08:00", "19:59")); 3]),
        ("Oklahoma", "America/Chicago", "America/New_York", [Some(("08:00", "19:59")); 3]),
        (
            "Texas",
            "America/Chicago",
            "America/New_York",
            [Some(("09:00", "20:59")), Some(("09:00", "20:59")), Some(("12:00", "20:59"))],
        ),
        (
            "Texas",
            "America/Denver",
            "America/Phoenix",
            [Some(("09:00", "20:59")), Some(("09:00", "20:59")), Some(("12:00", "20:59"))],
        ),
        ("Ley 2300 de 2023", "America/Bogota", "", [Some(("07:00", "18:59")), Some(("08:00", "14:59")), None]),
        (
            "Consumer Protection Act 68",
            "Africa/Johannesburg",
            "",
            [Some(("08:00", "19:59")), Some(("09:00", "12:59")), None],
        ),
        ("Network Act", "Asia/Seoul", "", [DAILY; 3]),
    ];

    #[test]
    fn each_law_opens_and_closes_at_its_minute() {
        let minute = Span::new().minutes(1);
        for (source, inside, outside, days) in TEXTS {
            let law = LAWS.iter().find(|law| law.source.starts_with(source)).expect(source);
            assert!(law.counts_in(Some(inside)), "{source}: {inside}");
            assert!(outside.is_empty() || !law.counts_in(Some(outside)), "{source}: {outside}");
            for (day, hours) in [Weekday::Wednesday, Weekday::Saturday, Weekday::Sunday].into_iter().zip(days) {
                let open = |at: Time| law.open(day).is_some_and(|(from, to)| (from..to).contains(&at));
                let Some((first, last)) = hours else {
                    assert!(law.open(day).is_none(), "{source} on {day:?}");
                    continue;
                };
                let (first, last): (Time, Time) = (first.parse().unwrap(), last.parse().unwrap());
                assert!(open(first) && !open(first.wrapping_sub(minute)), "{source} on {day:?} from {first}");
                assert!(open(last) && !open(last.wrapping_add(minute)), "{source} on {day:?} to {last}");
            }
        }
        for law in LAWS {
            let clocks = TEXTS.iter().filter(|text| law.source.starts_with(text.0)).map(|text| text.1);
            let clocks: Vec<&str> = clocks.collect();
            assert!(law.zones.iter().all(|zone| clocks.contains(zone)) && !clocks.is_empty(), "{}", law.source);
        }
    }
}
