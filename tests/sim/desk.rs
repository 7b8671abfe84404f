//! Checks messages to others than customers: notifications of the business, calls to its shop.

use super::world::World;
use std::collections::BTreeMap;
use transom::store::{Query, Row};

/// The address of the bot's `notify.url`.
const DESK: &str = "http://desk.example/notices";
/// The number of attempts: the `retry` of the flow `order`, plus the first.
const TRIES: usize = 3;

const NOTICES: Query = Query {
    name: "sim.notices",
    text: "select event_id as id, kind, attempts, case when state = 'done' then tried_at else 0 end as done_at, next_at
      from delivery
      where state <> 'pending' or not exists (select 1 from delivery as earlier
        where earlier.subscription_id = delivery.subscription_id and earlier.place = delivery.place
          and earlier.state = 'pending' and earlier.event_id < delivery.event_id)
      order by event_id",
};
const TOLD: Query = Query {
    name: "sim.told",
    text: r#"select count(*) as n from delivery
      where kind = 'handoff' and (body like '%"flow":"human"%' or body like '%"flow":"desk"%')"#,
};
const HANDED: Query = Query {
    name: "sim.handed",
    text: "select count(*) as n from run where flow = 'desk' or (flow = 'human' and outcome = 'handed_off')",
};

impl World {
    /// Checks that every hand-off causes one notification, which is posted until it is accepted, and no more after
    /// that.
    pub async fn the_desk_hears_everything(&mut self, wrong: &mut Vec<String>) {
        let now = self.now();
        let read = |row: &Row| {
            let (id, kind, tries) = (row.number("id")?, row.text("kind")?, row.number("attempts")?);
            Ok((id, kind, tries, row.time("done_at")?, row.time("next_at")?))
        };
        let notices = self.app.store.all(&NOTICES, &[], read).await.unwrap();
        let mut posts: BTreeMap<i64, usize> = BTreeMap::new();
        for made in self.app.calls.made().iter().filter(|made| made.url == DESK) {
            *posts.entry(made.key.as_deref().unwrap_or_default().parse().unwrap()).or_default() += 1;
        }
        for (id, kind, tries, done_at, next_at) in &notices {
            let heard = posts.get(id).copied().unwrap_or(0);
            if done_at.0 == 0 {
                if *next_at <= now {
                    wrong.push(format!("notice {id} ({kind}) is due since {next_at:?} and is not posted"));
                }
            } else if heard == 0 {
                wrong.push(format!("notice {id} ({kind}) counts as taken, and the desk never heard of it"));
            } else if heard > *self.heard.entry(*id).or_insert(heard) {
                wrong.push(format!("notice {id} ({kind}) is posted again although it was taken"));
            }
            if usize::try_from(*tries).unwrap() > heard {
                wrong.push(format!("notice {id} ({kind}) counts {tries} tries, and the desk saw {heard}"));
            }
        }
        let told = self.app.store.one(&TOLD, &[], |row| row.number("n")).await.unwrap().unwrap_or(0);
        let handed = self.app.store.one(&HANDED, &[], |row| row.number("n")).await.unwrap().unwrap_or(0);
        // Other flows hand over when something goes wrong in them.
        if told != handed {
            wrong.push(format!("{handed} conversations were handed over, and the desk was told of {told}"));
        }
    }

    /// Checks that no order is tried more often than its flow allows, except after a death of the process.
    pub fn shops_are_called_with_care(&self, wrong: &mut Vec<String>) {
        let mut calls: BTreeMap<String, usize> = BTreeMap::new();
        for made in self.app.calls.made().iter().filter(|made| made.url.ends_with("/orders")) {
            let Some(key) = &made.key else {
                wrong.push(format!("an order was sent without a key: {made:?}"));
                continue;
            };
            *calls.entry(key.clone()).or_default() += 1;
        }
        let allowed = TRIES + usize::try_from(self.deaths).unwrap() + self.lost_commits;
        for (key, times) in calls.into_iter().filter(|(_, times)| *times > allowed) {
            wrong.push(format!("order {key} was sent {times} times"));
        }
    }
}
