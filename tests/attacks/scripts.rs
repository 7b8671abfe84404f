//! Attacks with conditions and scripts that try to keep the daemon busy.

use crate::runtime::house::House;
use std::time::{Duration, Instant};
use transom::{channel::meta::compose::CustomerEvent, runtime::starts::broadcast::BroadcastAudience};

const BOT: &str = "bot: Shop\nlanguage: en\ntimezone: UTC\nenv: [SHOP_URL]\nfields: {points: whole}\n";
const FLOW: &str = "flow: shop\nwhen: [{any_message: true}]\nsteps:\n  - say: Hello\n";

fn to(condition: &str) -> BroadcastAudience {
    BroadcastAudience { tags: Vec::new(), condition: Some(condition.to_owned()) }
}

#[tokio::test]
async fn a_condition_of_a_program_reads_no_env() {
    let house = House::new(&[("flows/_bot.yaml", BOT), ("flows/shop.yaml", FLOW)]).await;
    for condition in ["env.SHOP_URL.starts_with(\"a\")", "env.len() > 0", "env.values()[0] == \"a\""] {
        let found = house.app.starts.audience(&to(condition)).await.unwrap().err().expect(condition);
        assert!(found[0].message.contains("`env` cannot be read here"), "{found:#?}");
    }
}

/// Each uses as much work as it can. A debug build is many times slower.
#[tokio::test]
async fn a_condition_ends_soon_whatever_it_asks_for() {
    let house = House::new(&[("flows/_bot.yaml", BOT), ("flows/shop.yaml", FLOW)]).await;
    let (store, now) = (&house.app.store, house.now());
    let ana = transom::model::contact::Contact {
        id: transom::base::ids::ContactId(1),
        account: "sandbox".into(),
        opted_out: None,
        data: Default::default(),
    };
    let _ = store;
    let text = "let t = \"x\"; t.pad(60000, \"y\"); ";
    let list = "let a = []; a.pad(4000, 0); ";
    for work in [
        format!("{text}loop {{ t.index_of(\"z\"); }}"),
        format!("{text}loop {{ t.sub_string(59000, 10); }}"),
        format!("{text}loop {{ let u = t + \"\"; u.pad(64000, \"z\"); }}"),
        format!("{text}loop {{ t.replace(\"y\", \"z\"); }}"),
        format!("{text}loop {{ t.split(\"y\"); }}"),
        format!("{text}loop {{ t.chars(); }}"),
        format!("{list}loop {{ let b = a; }}"),
        format!("{list}loop {{ a.len(); }}"),
        format!("{list}loop {{ a.map(|x| 1); }}"),
        "loop {}".to_owned(),
    ] {
        let condition = format!("[1].map(|n| {{ {work} }}).len() == 1");
        let Ok(meant) = house.app.starts.audience(&to(&condition)).await.unwrap() else { continue };
        let began = Instant::now();
        assert!(!meant.holds(&ana, now), "{condition}");
        assert!(began.elapsed() < Duration::from_secs(5), "{condition} took {:?}", began.elapsed());
    }
}

const BUSY: &str = "flow: busy
when: [{message: work}]
steps:
  - script: |
      let list = [];
      list.pad(4000, 0);
      loop { list.map(|item| 1); }
    as: list
    on_error:
      - say: Worked
";

/// Each hostile message uses all the work that a script may use, and there are two workers, as on a small machine.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn long_scripts_of_some_conversations_hold_up_no_other_one() {
    let greets = "flow: greets\nwhen: [{message: hello}]\nsteps:\n  - say: Hello\n";
    let bot = "bot: Shop\nlanguage: en\ntimezone: UTC\n";
    let files = [("flows/_bot.yaml", bot), ("flows/busy.yaml", BUSY), ("flows/greets.yaml", greets)];
    let mut house = House::at_meta(&files, "").await;
    let hostile = 6;
    let mut bodies = Vec::new();
    for n in 0..hostile {
        let phone = format!("3460011133{n}");
        bodies.push(house.webhook_of((&phone, "Eve"), CustomerEvent::Text("work".into())));
    }
    let greeting = house.webhook(CustomerEvent::Text("hello".into()));
    for body in &bodies {
        house.post(body).await;
    }
    house.post(&greeting).await;
    house.app.queue.settled().await;
    let said = house.texts();
    let at = said.iter().position(|text| text == "Hello").unwrap();
    assert_eq!(said.len(), hostile + 1, "{said:?}");
    // Two may have begun before the first was known to be long.
    assert!(at <= 3, "the greeting waited for {at} scripts of others");
}
