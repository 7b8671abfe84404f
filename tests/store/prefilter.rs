//! Tests the pre-filter of audiences: on both databases it never excludes a contact of the audience.

use super::{Bed, on_both};
use crate::sim::dice::Dice;
use std::{collections::BTreeMap, sync::Arc};
use transom::{
    base::{
        ids::{AccountName, ContactId, ConversationId, SenderId, VersionId},
        place::SourceFile,
        time::{Span, Time},
    },
    flow::{self, Versions, World},
    model::{
        contact::{Consent, Contact, ContactData},
        value::Value,
    },
    store::{
        Store, WriteSet,
        tables::{contact, conversation},
    },
};

const BOT: &str = "bot: Shop
language: en
timezone: Europe/Madrid
topics: {service: {}, news: {needs: consent}}
fields: {points: whole, weight: number, visit: date, due: datetime, city: text, vip: yesno, level: {type: whole, default: 3}}
";
/// 2026-03-28T23:30 UTC: another day in half of the world, and daylight saving begins in the night.
const NOW: Time = Time(1_774_740_600_000);
const PEOPLE: usize = 300;
const CONDITIONS: usize = 400;
const ACCOUNT: &str = "acme";

/// A condition with random numbers, durations and days.
fn condition(dice: &mut Dice) -> String {
    let signs = ["<", "<=", ">", ">=", "=="];
    let sign = *dice.of(&signs);
    let number = match dice.below(4) {
        0 => dice.between(-20, 20).to_string(),
        1 => format!("{}.5", dice.between(0, 20)),
        2 => "10".to_owned(),
        _ => dice.of(&["9007199254740993", "-1", "0", "1000000.25"]).to_string(),
    };
    let days = dice.between(-5, 6);
    let length = *dice.of(&["days(2)", "hours(24)", "hours(30)", "minutes(90)", "days(-1)", "hours(1) + minutes(5)"]);
    let day = *dice.of(&["\"2026-03-28\"", "\"2026-03-29\"", "date(\"2026-03-27\")", "today()", "now()"]);
    let (is, word) = (*dice.of(&["==", "!="]), *dice.of(&["given", "withdrawn"]));
    let own = match dice.below(21) {
        0 => format!("contact.points {sign} {number}"),
        1 => format!("{number} {sign} contact.points"),
        2 => format!("contact.weight {sign} {number}"),
        3 => format!("contact.level {sign} {number}"),
        4 => format!("contact.visit {sign} today() + days({days})"),
        5 => format!("contact.visit {sign} {day}"),
        6 => format!("contact.due {sign} now() - {}", length.split(" + ").next().unwrap()),
        7 => format!("contact.due {sign} {day}"),
        8 => format!("contact.last_message_at {sign} now() - {}", length.split(" + ").next().unwrap()),
        9 => format!("now() - hours({}) {sign} contact.last_message_at", days.abs()),
        10 => format!("contact.language {} \"{}\"", dice.of(&["==", "!="]), dice.of(&["en", "es", "pt_BR"])),
        11 => "window.open".to_owned(),
        12 => "!window.open".to_owned(),
        13 => format!("contact.city {sign} \"Madrid\""),
        14 => format!("contact.city {is} \"{}\"", dice.of(&["Madrid", "Málaga", "\\\"Madrid\\\"", ""])),
        15 => format!("contact.tags.contains(\"{}\")", dice.of(&["gold", "go%d", "a_b"])),
        16 => format!("\"{}\" in contact.tags", dice.of(&["gold", "go%d", "nobody"])),
        17 => "contact.vip".to_owned(),
        18 => format!("contact.consent.news {is} \"{word}\""),
        19 => format!("contact.name {is} \"{}\"", dice.of(&["Ana", "ana", "A\\\"B"])),
        _ => format!("contact.points != {number}"),
    };
    match dice.below(9) {
        0 => format!("{own} && {}", condition(dice)),
        1 => format!("({own}) || {}", condition(dice)),
        2 => format!("!({own})"),
        3 => format!("!({own} || {})", condition(dice)),
        4 => format!("!({own} && {})", condition(dice)),
        5 => format!("({own} && {}) || {}", condition(dice), condition(dice)),
        _ => own,
    }
}

/// Fields that are present or missing, empty, of the right type or another.
fn person(dice: &mut Dice) -> ContactData {
    let language = [None, Some("en"), Some("es"), Some("pt_BR")][dice.below(4)].map(str::to_owned);
    let zone = [None, Some("Asia/Tokyo"), Some("Pacific/Honolulu"), Some("Europe/Madrid")][dice.below(4)];
    let mut data = ContactData { language, zone: zone.map(str::to_owned), ..ContactData::default() };
    if dice.percent(50) {
        data.last_message_at = Some(NOW - Span::minutes(dice.between(-10, 60 * 50)));
    }
    let number = |dice: &mut Dice| match dice.below(6) {
        0 => Value::Whole(dice.between(-20, 20)),
        1 => Value::Number(dice.between(-40, 40) as f64 / 2.0),
        2 => Value::Whole(*dice.of(&[i64::MAX, i64::MIN, 9_007_199_254_740_993, 10])),
        3 => Value::Number(*dice.of(&[1e300, -1e300, 0.1, 1_000_000.25, 9.007_199_254_740_992e15])),
        4 => Value::text(*dice.of(&["7", "10", "many", ""])),
        _ => Value::Nothing,
    };
    let day = |dice: &mut Dice| -> jiff::civil::Date {
        let base: jiff::civil::Date = "2026-03-28".parse().unwrap();
        base.checked_add(jiff::Span::new().days(dice.between(-6, 7))).unwrap()
    };
    for name in ["points", "weight", "level"] {
        if dice.percent(80) {
            data.fields.insert(name.to_owned(), number(dice));
        }
    }
    for name in ["visit", "due"] {
        if dice.percent(85) {
            let zone = *dice.of(&["UTC", "Pacific/Kiritimati", "Pacific/Niue", "Europe/Madrid"]);
            let value = match dice.below(6) {
                0 => Value::text(*dice.of(&["2026-03-28", "soon"])),
                1 => Value::Nothing,
                2 => Value::Date("-0044-03-15".parse().unwrap_or_else(|_| jiff::civil::date(-44, 3, 15))),
                3 | 4 if name == "due" => {
                    let at = day(dice).at(i8::try_from(dice.below(24)).unwrap(), 30, 0, 0);
                    Value::moment(at.to_zoned(jiff::tz::TimeZone::get(zone).unwrap()).unwrap())
                }
                _ => Value::Date(day(dice)),
            };
            data.fields.insert(name.to_owned(), value);
        }
    }
    if dice.percent(60) {
        data.fields.insert("city".into(), Value::text(*dice.of(&["Madrid", "Málaga", "madrid", "\"Madrid\""])));
    }
    if dice.percent(70) {
        let vip =
            [Value::YesNo(true), Value::YesNo(false), Value::text("true"), Value::Whole(1)][dice.below(4)].clone();
        data.fields.insert("vip".into(), vip);
    }
    for tag in ["gold", "go%d", "a_b"] {
        if dice.percent(40) {
            data.tags.insert(tag.to_owned());
        }
    }
    if dice.percent(60) {
        data.consent.insert("news".into(), Consent { given: dice.percent(50), at: NOW });
    }
    data.name = [None, Some("Ana"), Some("ana"), Some("A\"B")][dice.below(4)].map(str::to_owned);
    data
}

async fn settle(store: &Store, dice: &mut Dice) {
    let mut set = WriteSet::new();
    for _ in 0..PEOPLE {
        let (id, data) = (ContactId(store.next_id()), person(dice));
        let (account, zone, created_at) = (ACCOUNT.into(), "here".into(), NOW);
        let sought = String::new();
        let row = contact::NewContact { id, account, data, zone, sought, opted_out_at: None, created_at };
        set.push(&contact::INSERT, &row);
        if dice.percent(50) {
            let at = Some(NOW - Span::minutes(dice.between(0, 60 * 50)));
            let heard = conversation::ConversationUpdate {
                id: ConversationId(store.next_id()),
                contact_id: id,
                sender_id: SenderId(1),
                opened_at: at,
                last_inbound_at: at,
                created_at,
            };
            set.push(&conversation::HEARD, &heard);
        }
    }
    store.commit(set).await.unwrap();
}

fn read(condition: &str) -> Option<Arc<flow::FlowSet>> {
    let quoted = serde_json::Value::String(condition.to_owned());
    let news = format!(
        "flow: news\nwhen:\n  - schedule: \"0 10 * * *\"\n    to: {{if: {quoted}}}\nsteps:\n  - say: News\n    \
         if_closed: skip\n"
    );
    let files = [SourceFile::new("flows/_bot.yaml", BOT), SourceFile::new("flows/news.yaml", news)];
    let (set, findings) = flow::parse_set(&files);
    (!findings.iter().any(|finding| finding.is_error())).then(|| Arc::new(set))
}

#[test]
fn a_sieve_and_the_condition_after_it_mean_the_same_people_as_the_condition_alone() {
    on_both(|bed: Bed| async move {
        let store = bed.open().await;
        let mut dice = Dice::new(7);
        settle(&store, &mut dice).await;
        let account = AccountName::from(ACCOUNT);
        let all = contact::page(&store, &account, "here", ContactId(0), 1_000).await.unwrap();
        assert_eq!(all.len(), PEOPLE);
        let env = BTreeMap::new();
        let (mut read_ones, mut sieved, mut kept_back, mut meant_ones) = (0, 0, 0, 0);
        for _ in 0..CONDITIONS {
            let condition = condition(&mut dice);
            let Some(set) = read(&condition) else { continue };
            read_ones += 1;
            let versions = Versions::new(VersionId(0), Arc::clone(&set));
            let tables = flow::timetables(&set);
            let prefilter = tables[0].prefilter(&set);
            let meant = |contacts: &[Contact]| -> Vec<ContactId> {
                let is = |contact: &&Contact| {
                    flow::in_audience(&versions, &tables[0], &World::of_contact(NOW, contact, &env))
                };
                contacts.iter().filter(is).map(|contact| contact.id).collect()
            };
            let some =
                contact::page_prefiltered(&store.aside(), &account, "here", ContactId(0), (&prefilter, NOW), 1_000)
                    .await;
            let some = some.unwrap_or_else(|error| panic!("`{condition}`: {error}\n{prefilter:?}"));
            let (alone, after) = (meant(&all), meant(&some));
            let lost: Vec<&Contact> =
                all.iter().filter(|one| alone.contains(&one.id) && !after.contains(&one.id)).take(2).collect();
            assert!(alone == after, "`{condition}` by {prefilter:?} keeps back {lost:#?}");
            sieved += usize::from(!prefilter.is_empty());
            kept_back += all.len() - some.len();
            meant_ones += alone.len();
        }
        assert!(
            read_ones > CONDITIONS / 2 && sieved > read_ones / 3,
            "{sieved} of {read_ones} conditions have a prefilter"
        );
        assert!(kept_back > sieved * PEOPLE / 4 && meant_ones > read_ones * 10, "{kept_back}, {meant_ones}");
        store.close().await;
    });
}
