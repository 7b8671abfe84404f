//! Tests audiences of schedules: the pre-filter in the database, and the time of a contact's last message.

use super::house::House;
use std::collections::BTreeMap;
use transom::{
    base::{
        clock::Clock,
        ids::{AccountName, ContactId},
        time::{Span, Time},
    },
    flow::{self, Versions, World},
    model::{
        contact::{Consent, Contact, ContactData},
        value::Value,
    },
    store::{
        WriteSet,
        tables::{contact, start},
    },
};

const BOT: &str = "bot: Shop
language: en
timezone: Europe/Madrid
topics: {service: {}, news: {needs: consent}}
fields: {city: text, points: whole, plan: {type: text, default: free}, visit: date, vip: yesno}
";

/// Each condition, with whether the database can evaluate a part of it.
const CONDITIONS: &[(&str, bool)] = &[
    ("contact.tags.contains(\"a_b\")", true),
    ("\"a_b\" in contact.tags || contact.tags.contains(\"50%\")", true),
    ("!contact.tags.contains(\"a_b\")", true),
    ("!(contact.city == \"Madrid\")", true),
    ("!(contact.tags.contains(\"a_b\") || contact.points > 8)", true),
    ("(contact.points > 8 && contact.vip) || contact.tags.contains(\"x\")", true),
    ("!(contact.points > 8 && contact.vip) && contact.city != \"Málaga\"", true),
    ("contact.points > 8 || missing(contact.city)", false),
    ("contact.city == \"Madrid\"", true),
    ("contact.city != \"Madrid\"", true),
    ("contact.city == \"A \\\"B\\\"\"", true),
    ("contact.points > 10", true),
    ("10 <= contact.points && contact.city == \"Málaga\"", true),
    ("contact.points == 7 || contact.vip", true),
    ("contact.vip", true),
    ("!contact.vip", true),
    ("contact.plan == \"free\"", false),
    ("contact.plan > \"f\"", false),
    ("contact.visit == \"2026-11-24\"", true),
    ("contact.visit < today()", true),
    ("contact.consent.news == \"given\"", true),
    ("contact.consent.news != \"given\"", true),
    ("contact.language == \"en\"", true),
    ("contact.language == \"es\"", true),
    ("contact.country == \"ES\"", true),
    ("contact.first_name == \"Ana\"", true),
    ("contact.name == \"Ana B\" || (contact.points >= 7 && !contact.vip)", true),
    ("missing(contact.city)", false),
    ("contact.last_message_at > now() - days(3)", true),
    ("window.open", true),
    ("!window.open && contact.points > 10.5", true),
    ("contact.points < 8", true),
    ("false", false),
];

/// Contacts with many combinations of present and missing data.
fn people() -> Vec<ContactData> {
    let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect();
    (0..96)
        .map(|n: usize| {
            let mut data = ContactData {
                phone: (!n.is_multiple_of(5)).then(|| format!("+346000001{n:02}")),
                ..Default::default()
            };
            data.name = [None, Some("Ana"), Some("Ana B"), Some("a_b")][n % 4].map(str::to_owned);
            data.language = n.is_multiple_of(3).then(|| ["en", "es"][n / 3 % 2].to_owned());
            data.tags = texts([&[][..], &["a_b"], &["axb", "50%"], &["a_b", "50%", "x"]][n / 2 % 4]);
            let city = [None, Some("Madrid"), Some("Málaga"), Some("A \"B\""), Some("madrid")][n / 3 % 5];
            let points = [None, Some(7), Some(11), Some(0)][n / 5 % 4];
            let fields = [
                ("city", city.map(Value::text)),
                ("points", points.map(Value::Whole)),
                ("plan", n.is_multiple_of(7).then(|| Value::text("gold"))),
                ("visit", (n % 4 == 1).then(|| Value::Date("2026-11-24".parse().unwrap()))),
                ("vip", (n % 3 != 1).then_some(Value::YesNo(n.is_multiple_of(3)))),
            ];
            data.fields = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
            if !n.is_multiple_of(3) {
                data.consent.insert("news".into(), Consent { given: n % 3 == 1, at: Time(1) });
            }
            data
        })
        .collect()
}

fn news(condition: &str, more: &str) -> String {
    let condition = serde_json::Value::String(condition.to_owned());
    format!(
        "flow: news\nwhen:\n  - schedule: \"0 10 * * *\"\n    to: {{{more}if: {condition}}}\nsteps:\n  - say: News\n    \
         if_closed: skip\n"
    )
}

#[tokio::test]
async fn the_database_keeps_back_nobody_who_is_meant() {
    let house = House::new(&[("flows/_bot.yaml", BOT), ("flows/news.yaml", &news("true", ""))]).await;
    let (store, account) = (&house.app.store, AccountName::from("sandbox"));
    let mut set = WriteSet::new();
    for data in people() {
        let (id, created_at) = (ContactId(store.next_id()), house.clock.now());
        let (account, zone) = (account.clone(), "here".into());
        let sought = String::new();
        let row = contact::NewContact { id, account, data, zone, sought, opted_out_at: None, created_at };
        set.push(&contact::INSERT, &row);
    }
    store.commit(set).await.unwrap();
    let env = BTreeMap::new();
    let tags = ["", "tags: [a_b], ", "tags: [a_b, x], "];
    for ((condition, asks), more) in CONDITIONS.iter().flat_map(|one| tags.map(|more| (one, more))) {
        let file = |name: &str, text: &str| transom::base::place::SourceFile::new(name, text);
        let files = [file("flows/_bot.yaml", BOT), file("flows/news.yaml", &news(condition, more))];
        let (set, findings) = flow::parse_set(&files);
        assert!(!findings.iter().any(|finding| finding.is_error()), "{condition}: {findings:#?}");
        let set = std::sync::Arc::new(set);
        let versions = Versions::new(transom::base::ids::VersionId(0), set.clone());
        let tables = flow::timetables(&set);
        let prefilter = tables[0].prefilter(&set);
        assert_eq!(!prefilter.is_empty(), *asks || !more.is_empty(), "{condition}: {prefilter:?}");
        let meant = |all: &[Contact]| -> Vec<ContactId> {
            let of = |contact: &&Contact| {
                flow::in_audience(&versions, &tables[0], &World::of_contact(house.clock.now(), contact, &env))
            };
            all.iter().filter(of).map(|contact| contact.id).collect()
        };
        let all = contact::page(store, &account, "here", ContactId(0), 1_000).await.unwrap();
        let some =
            contact::page_prefiltered(store, &account, "here", ContactId(0), (&prefilter, house.clock.now()), 1_000)
                .await
                .unwrap();
        assert_eq!(meant(&some), meant(&all), "`{condition}` with {more}: {prefilter:?}");
        // And it does keep back: all of these leave somebody out.
        assert_eq!(some.len() < all.len(), !prefilter.is_empty(), "`{condition}` with {more}: {prefilter:?}");
        let json = |contact: &Contact| serde_json::to_string(&contact.data).unwrap();
        // Comparisons other than texts exclude further contacts.
        let by_text_alone = prefilter.tests(house.clock.now()) == serde_json::json!([]);
        assert!(
            !by_text_alone || all.iter().filter(|contact| prefilter.lets_through(&json(contact))).count() <= some.len()
        );
    }
}

#[tokio::test]
async fn an_audience_by_the_last_message_sees_the_newest_one() {
    let lately = news("contact.last_message_at > now() - days(2)", "");
    let long_ago = news("contact.last_message_at < now() - days(2)", "").replace("flow: news", "flow: back");
    let files = [("flows/_bot.yaml", BOT), ("flows/news.yaml", &lately), ("flows/back.yaml", &long_ago)];
    let mut house = House::new(&files).await;
    for number in ["34600000001", "34600000002"] {
        house.writes(number, "hello").await;
    }
    house.advance(Span::days(4)).await;
    house.writes("34600000002", "hello again").await;
    let before = house.clock.now();
    house.advance(Span::days(1)).await;
    let reached = async |flow: &str| {
        let mut count = 0;
        for contact in contact::newest(&house.app.store, None, ContactId(i64::MAX), 10).await.unwrap() {
            let all = start::of(&house.app.store, contact.id, transom::base::ids::StartId(i64::MAX), 50).await.unwrap();
            let new = |row: &&start::PlannedStart| row.flow.as_str() == flow && row.created_at > before;
            count += all.iter().filter(new).filter(|row| row.state == start::StartState::Begun).count();
        }
        count
    };
    assert_eq!((reached("news").await, reached("back").await), (1, 1));
}
