//! Laws about what goes to others than customers: notices to the desk of the business, calls to its shop.

use super::world::World;
use std::collections::BTreeMap;
use transom::store::{Query, Row};

/// Where the bot's `notify.url` points.
const DESK: &str = "http://desk.example/notices";
/// As many as `retry` of the flow `order` allows, and the first.
const TRIES: usize = 3;

const NOTICES: Query = Query {
    name: "sim.notices",
    text: "select id, kind, attempts, coalesce(done_at, 0) as done_at, next_at, coalesce(data ->> 'flow', '') as flow
      from notification order by id",
};
const HANDED: Query = Query {
    name: "sim.handed",
    text: "select count(*) as n from run where flow = 'desk' or (flow = 'human' and outcome = 'handed_off')",
};

impl World {
    /// Every hand-off makes one notice; each is posted until it was taken, and no more after that.
    pub async fn the_desk_hears_everything(&mut self, wrong: &mut Vec<String>) {
        let now = self.now();
        let read = |row: &Row| {
            let (id, kind, tries) = (row.number("id")?, row.text("kind")?, row.number("attempts")?);
            Ok((id, kind, tries, row.time("done_at")?, row.time("next_at")?, row.text("flow")?))
        };
        let notices = self.app.store.all(&NOTICES, &[], read).await.unwrap();
        let mut posts: BTreeMap<i64, usize> = BTreeMap::new();
        for made in self.app.calls.made().iter().filter(|made| made.url == DESK) {
            *posts.entry(made.key.as_deref().unwrap_or_default().parse().unwrap()).or_default() += 1;
        }
        for (id, kind, tries, done_at, next_at, _) in &notices {
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
        let handed = self.app.store.one(&HANDED, &[], |row| row.number("n")).await.unwrap().unwrap_or(0);
        // Other flows hand over when something goes wrong in them.
        let meant = |flow: &str| matches!(flow, "human" | "desk");
        let told = notices.iter().filter(|(_, kind, .., flow)| kind == "handoff" && meant(flow)).count();
        if i64::try_from(told).unwrap() != handed {
            wrong.push(format!("{handed} conversations were handed over, and the desk was told of {told}"));
        }
    }

    /// No order is tried more often than its flow says, but for what a dead process could not know.
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
