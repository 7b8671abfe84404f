use super::*;
use crate::{
    base::{ids::ContactId, time::Span},
    bot::reload::Reloader,
    model::session::Session,
    process::metrics::Metrics,
    store::{
        Options, WriteSet,
        tables::{run, session::SessionUpdate},
    },
};
use serde_json::json;

const NOW: Time = Time(1_795_000_000_000); // Wednesday 2026-11-18, 11:06:40 UTC
const BOT: (&str, &str) = ("flows/_bot.yaml", "bot: Test\nlanguage: en\ntimezone: UTC\n");
const ASKS: (&str, &str) = ("flows/asks.yaml", "flow: asks\nsteps:\n  - ask: How are you?\n  - say: Fine\n");
const WAITS: (&str, &str) = ("flows/waits.yaml", "flow: waits\nsteps:\n  - wait: 2h\n  - call: asks\n");

struct World {
    config: Config,
    store: Store,
    last: i64,
    _folder: tempfile::TempDir,
}

fn files(files: &[(&str, &str)]) -> BotFiles {
    BotFiles::from_stored(&files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
}

impl World {
    /// A world in which these files are live.
    async fn with(live: &[(&str, &str)]) -> (World, VersionId) {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("t.db").display());
        let store = Store::open(&url, Options { durable: false, ..Options::default() }).await.unwrap();
        let config = Config::sandbox(folder.path());
        let mut world = World { config, store, last: 0, _folder: folder };
        let version = world.deploy(live).await;
        (world, version)
    }

    async fn deploy(&mut self, these: &[(&str, &str)]) -> VersionId {
        let reloader = Reloader::new(&self.config, Metrics::new());
        self.last += 1;
        let now = NOW + Span::minutes(self.last);
        reloader.start(&self.store, files(these), now).await.unwrap().live.unwrap().0
    }

    /// Adds an open run of a flow.
    async fn somebody(&mut self, version: VersionId, flow: &str, step: &str, waiting: serde_json::Value) {
        self.last += 1;
        let (conversation, contact) = (ConversationId(self.last), ContactId(self.last));
        let standing = json!({"number": 1, "version": version, "flow": flow, "trigger": "api", "started_at": NOW,
            "frames": [{"flow": flow, "at": step, "vars": {}}], "waiting": waiting});
        let session: Session = serde_json::from_value(json!({"turn": 1, "last_run": 1, "runs": [standing]})).unwrap();
        let mut set = WriteSet::new();
        set.push(&session::TURN, &SessionUpdate::new(conversation, contact, &session));
        let row = run::Run {
            id: self.last,
            conversation_id: conversation,
            number: 1,
            contact_id: contact,
            flow: flow.into(),
            version_id: version,
            trigger_key: "api".into(),
            start_id: None,
            started_at: NOW,
            ended_at: None,
            outcome: None,
            reason: None,
        };
        set.push(&run::BEGAN, &row);
        self.store.commit(set).await.unwrap();
    }

    async fn preview(&self, these: &[(&str, &str)]) -> Preview {
        let files = files(these);
        let (set, findings) = flow::parse_set(&files.files);
        assert!(!findings.iter().any(|finding| finding.is_error()), "{findings:?}");
        preview(&self.config, &self.store, &files, &Arc::new(set), NOW, 1_000).await.unwrap()
    }
}

fn plain(at: Time) -> String {
    format!("{} min", (at - NOW).0 / 60_000)
}

fn reply(until: Time) -> serde_json::Value {
    json!({"on": "reply", "deadline": until})
}

#[tokio::test]
async fn before_the_first_version_nobody_is_half_way() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("t.db").display());
    let store = Store::open(&url, Options { durable: false, ..Options::default() }).await.unwrap();
    let config = Config::sandbox(folder.path());
    let files = files(&[BOT, ASKS]);
    let set = Arc::new(flow::parse_set(&files.files).0);
    let told = preview(&config, &store, &files, &set, NOW, 10).await.unwrap();
    assert_eq!(
        told.text(plain),
        "No version is live yet: nobody is half-way.\n\nFlows\n  + asks\n  ~ flows/_bot.yaml\n"
    );
}

#[tokio::test]
async fn who_waits_where_is_told_by_flow_step_and_fate() {
    let (mut world, version) = World::with(&[BOT, ASKS, WAITS]).await;
    let (soon, later) = (NOW + Span::minutes(30), NOW + Span::minutes(90));
    world.somebody(version, "asks", "asks.ask_1", reply(later)).await;
    world.somebody(version, "asks", "asks.ask_1", reply(soon)).await;
    world.somebody(version, "waits", "waits.wait_1", json!({"on": "until", "at": soon})).await;
    // `asks` is new; `waits` calls it.
    let new = ("flows/asks.yaml", "flow: asks\nsteps:\n  - ask: And you?\n  - say: Fine\n");
    let told = world.preview(&[BOT, new, WAITS]).await;
    assert_eq!(
        told.text(plain),
        format!(
            "These files would replace version {version}, live since 1 min.\n\n\
             People half-way: 3\n  \
               asks: 2 stay on the old version\n    \
                 2 stay on the old version (version {version}): at `asks.ask_1`, wait for a reply, the first until 30 min\n  \
               waits: 1 stays on the old version\n    \
                 1 stays on the old version (version {version}): at `waits.wait_1`, waits for its time, the first until 30 min\n\n\
             Flows\n  ~ asks\n\n\
             Texts\n  asks.ask_1\n    - How are you?\n    + And you?\n"
        )
    );
}

#[tokio::test]
async fn who_reaches_nothing_that_changed_goes_on_unchanged() {
    let (mut world, version) = World::with(&[BOT, ASKS, WAITS]).await;
    world.somebody(version, "asks", "asks.ask_1", reply(NOW + Span::minutes(30))).await;
    let new = ("flows/waits.yaml", "flow: waits\nsteps:\n  - wait: 3h\n  - call: asks\n");
    let told = world.preview(&[BOT, ASKS, new]).await;
    assert_eq!(told.people.len(), 1);
    assert_eq!(told.people[0].groups[0].fate, PreviewedEffect::Unchanged);
    assert!(told.text(plain).contains("asks: 1 goes on unchanged\n"), "{}", told.text(plain));
}

#[tokio::test]
async fn who_stands_on_these_very_files_goes_on_after_a_way_back() {
    let (mut world, first) = World::with(&[BOT, ASKS]).await;
    world.somebody(first, "asks", "asks.ask_1", reply(NOW)).await;
    let new = ("flows/asks.yaml", "flow: asks\nsteps:\n  - ask: And you?\n");
    let second = world.deploy(&[BOT, new]).await;
    world.somebody(second, "asks", "asks.ask_1", reply(NOW)).await;
    let back = world.preview(&[BOT, ASKS]).await;
    let fates: Vec<_> = back.people[0].groups.iter().map(|group| (group.fate, group.version)).collect();
    assert_eq!(fates, [(PreviewedEffect::Unchanged, first), (PreviewedEffect::Stays, second)]);
}

#[tokio::test]
async fn a_run_that_ended_is_nobody() {
    let (mut world, version) = World::with(&[BOT, ASKS]).await;
    world.somebody(version, "asks", "asks.ask_1", reply(NOW)).await;
    let mut set = WriteSet::new();
    let end = run::Ended {
        conversation_id: ConversationId(world.last),
        number: 1,
        at: NOW,
        outcome: crate::model::effect::RunEnd::Done,
        reason: None,
    };
    set.push(&run::ENDED, &end);
    world.store.commit(set).await.unwrap();
    let told = world.preview(&[BOT, ASKS]).await;
    assert!(told.unchanged);
    assert_eq!(
        told.text(plain),
        format!("These very files are live since 1 min (version {}).\n\nNobody is half-way.\n", version)
    );
}

#[tokio::test]
async fn no_more_conversations_than_asked_for_are_looked_at() {
    let (mut world, version) = World::with(&[BOT, ASKS]).await;
    for _ in 0..3 {
        world.somebody(version, "asks", "asks.ask_1", reply(NOW)).await;
    }
    let files = files(&[BOT, ASKS]);
    let set = Arc::new(flow::parse_set(&files.files).0);
    let told = |most| preview(&world.config, &world.store, &files, &set, NOW, most);
    let two = told(2).await.unwrap();
    assert!(two.more && two.people[0].groups[0].count == 2);
    let three = told(3).await.unwrap();
    assert!(!three.more && three.people[0].groups[0].count == 3);
}

#[tokio::test]
async fn schedules_are_told_with_their_next_three_fires() {
    let (world, _) = World::with(&[BOT, ASKS]).await;
    let weekly = "flow: weekly\nwhen:\n  - schedule: \"0 10 * * TUE\"\n    clock: bot\n    to: everyone\nsteps:\n  - say: Hi\n    \
                  if_closed: {template: hi_again}\n";
    let told = world.preview(&[BOT, ASKS, ("flows/weekly.yaml", weekly)]).await;
    let lines = told.lines();
    assert_eq!(lines[0], "New flows: `weekly`");
    assert_eq!(lines[1], "New template `hi_again` (sandboxes take every template)");
    assert!(
        lines[2].starts_with("New: weekly: schedule 0 10 * * TUE")
            && lines[2].ends_with("; next 2026-11-24 10:00, 2026-12-01 10:00, 2026-12-08 10:00"),
        "{lines:?}"
    );
    let mut world = world;
    world.deploy(&[BOT, ASKS, ("flows/weekly.yaml", weekly)]).await;
    let gone = world.preview(&[BOT, ASKS]).await.lines();
    assert!(gone[1].starts_with("No longer: weekly: schedule 0 10 * * TUE"), "{gone:?}");
}

#[tokio::test]
async fn the_log_says_no_text() {
    let (world, _) = World::with(&[BOT, ASKS]).await;
    let new = ("flows/asks.yaml", "flow: asks\nsteps:\n  - ask: A secret question?\n  - say: Fine\n");
    let lines = world.preview(&[BOT, new]).await.lines();
    assert_eq!(lines, ["Changed flows: `asks`", "Changed texts: 1"]);
}

#[test]
fn a_template_is_told_by_its_state_on_each_sender() {
    let need = |senders: &[(&str, Option<TemplateStatus>)]| {
        let senders = senders.iter().map(|(name, state)| ((*name).to_owned(), *state)).collect();
        TemplateNeed { name: "hi".into(), senders }.says()
    };
    let (good, paused) = (Some(TemplateStatus::Approved), Some(TemplateStatus::Paused));
    assert_eq!(need(&[("A", good), ("B", good)]), "`hi`: approved on every sender");
    assert_eq!(need(&[("A", good), ("B", None), ("C", paused)]), "`hi`: approved on A; missing on B; paused on C");
}

#[tokio::test]
async fn on_update_decides_for_who_reaches_what_changed() {
    let asks = |update: &str, after: &str| {
        format!("flow: asks\non_update: {update}\nsteps:\n  - ask: How are you?\n  - say: {after}\n")
    };
    for (update, fate, words) in [
        ("move", PreviewedEffect::Moves, "asks: 1 moves to the new version\n"),
        ("restart", PreviewedEffect::Restarts, "asks: 1 begins again\n"),
        ("finish", PreviewedEffect::Stays, "asks: 1 stays on the old version\n"),
    ] {
        let (old, new) = (asks(update, "Fine"), asks(update, "Good"));
        let (mut world, version) = World::with(&[BOT, ("flows/asks.yaml", &old)]).await;
        world.somebody(version, "asks", "asks.ask_1", reply(NOW)).await;
        let told = world.preview(&[BOT, ("flows/asks.yaml", &new)]).await;
        assert_eq!(told.people[0].groups[0].fate, fate, "{update}");
        assert!(told.text(plain).contains(words), "{}", told.text(plain));
        // Another flow is new: runs of this one do not change, whatever its `on_update`.
        let other = world.preview(&[BOT, ("flows/asks.yaml", &old), WAITS]).await;
        assert_eq!(other.people[0].groups[0].fate, PreviewedEffect::Unchanged, "{update}");
    }
}
