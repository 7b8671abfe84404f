use super::*;
use crate::{
    base::{clock::ManualClock, place::SourceFile, time::Span},
    config::{Access, Meta},
    flow::tools::workspace::Workspace,
    model::template::Template,
    store::{InjectedFaults, Options, tables::template},
};
use std::{fs, time::Duration};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const NOW: Time = Time(1_790_000_000_000);
const BOT: &str = "bot: Test\nlanguage: en\ntimezone: Europe/Madrid\n";
const BROKEN: &str = "flow: a\nsteps:\n  - lgo: x\n";

struct World {
    folder: tempfile::TempDir,
    store: Store,
    metrics: Metrics,
    clock: ManualClock,
    reloader: Reloader,
    faults: Arc<InjectedFaults>,
}

impl World {
    async fn new(flow: &str) -> World {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("flows")).unwrap();
        let url = format!("sqlite://{}", folder.path().join("t.db").display());
        let metrics = Metrics::new();
        let faults = Arc::<InjectedFaults>::default();
        let world = World {
            store: Store::open(&url, Options { durable: false, faults: faults.clone() }).await.unwrap(),
            faults,
            reloader: Reloader::new(&Config::sandbox(folder.path()), metrics.clone()),
            metrics,
            clock: ManualClock::new(NOW),
            folder,
        };
        world.write("_bot.yaml", BOT);
        world.write("a.yaml", flow);
        world
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join("flows").join(name), text).unwrap();
    }

    async fn start(&self) -> Result<ReloadResult, ReloadError> {
        self.clock.set(self.clock.now() + Span::minutes(1));
        self.reloader.start(&self.store, source_files::read(self.folder.path()).unwrap(), self.clock.now()).await
    }

    async fn look(&self) -> ReloadResult {
        self.clock.set(self.clock.now() + Span::minutes(1));
        self.reloader.look(&self.store, self.folder.path(), self.clock.now()).await.unwrap()
    }

    /// Watches the folder while `script` gets the news, and stops when it returns.
    async fn follow(&self, script: impl AsyncFnOnce(&mut UnboundedReceiver<ReloadResult>)) {
        let (stop, stopped) = watch::channel(false);
        let (told, mut news) = unbounded_channel();
        let tell = |one| told.send(one).unwrap_or_else(|_| panic!("the script listens until it stops"));
        let follow = self.reloader.follow(&self.store, self.folder.path(), &self.clock, stopped, tell);
        let script = async {
            script(&mut news).await;
            stop.send(true).unwrap();
        };
        tokio::time::timeout(Duration::from_secs(30), async { tokio::join!(follow, script) }).await.unwrap();
    }

    /// Adds a sender at Meta with a known catalogue.
    fn at_catalogue(&mut self) -> Config {
        let config = Config::parse(&SourceFile::new("config.yaml", CATALOGUE), self.folder.path(), &|_| None).unwrap();
        self.reloader = Reloader::new(&config, self.metrics.clone());
        config
    }
}

const CATALOGUE: &str = "accounts: [{name: acme}]
senders:
  - {id: 1, account: acme, name: Support, provider: meta, phone: \"+15550001111\", phone_number_id: \"1\",
     access_token: t, app_secret: s, verify_token: v}
templates:
  - {id: 1, sender: 1, name: news, language: en, category: utility, status: approved, body: \"Hi {{1}}\"}
  - {id: 2, sender: 1, name: sale, language: en, category: marketing, status: approved, body: \"Hi {{1}}\"}
  - {id: 3, sender: 1, name: rested, language: en, category: utility, status: paused, body: \"Hi {{1}}\"}
";

fn flow(title: &str) -> String {
    format!("flow: a\ntitle: {title}\nsteps:\n  - log: {title}\n")
}

/// The version's id and the title of its flow.
fn live(news: ReloadResult) -> Option<(VersionId, String)> {
    let (id, set) = news.live?;
    Some((id, set.named("a").unwrap().title.clone().unwrap()))
}

#[tokio::test]
async fn a_changed_flow_goes_live_as_a_new_version() {
    let world = World::new(&flow("one")).await;
    let (first, title) = live(world.start().await.unwrap()).unwrap();
    assert_eq!(title, "one");
    world.write("a.yaml", &flow("two"));
    let (second, title) = live(world.look().await).unwrap();
    assert_eq!(title, "two");
    assert_ne!(first, second);
    assert!(world.look().await.live.is_none(), "the same files are no news");
    assert!(world.metrics.render().contains("transom_flow_versions_total 1"));
}

#[tokio::test]
async fn versions_are_numbered_one_by_one_also_after_a_kill() {
    let mut world = World::new(&flow("one")).await;
    let (first, _) = live(world.start().await.unwrap()).unwrap();
    // Ids of other rows come in blocks, and a killed process does not give its blocks back.
    world.store.next_id();
    world.store.abandon().await;
    let url = format!("sqlite://{}", world.folder.path().join("t.db").display());
    world.store = Store::open(&url, Options { durable: false, ..Options::default() }).await.unwrap();
    assert_eq!(live(world.start().await.unwrap()).unwrap().0, first);
    world.write("a.yaml", &flow("two"));
    let (second, _) = live(world.look().await).unwrap();
    assert_eq!((first, second), (VersionId(1), VersionId(2)));
}

#[tokio::test]
async fn files_that_were_taken_already_are_not_checked_again() {
    let world = World::new(&flow("one")).await;
    world.start().await.unwrap();
    world.look().await;
    let again = || world.reloader.look_at_changes(&world.store, world.folder.path(), NOW);
    assert!(again().await.unwrap().is_none(), "the look before was at the same files");
    world.write("a.yaml", &flow("two"));
    assert!(again().await.unwrap().is_some_and(|news| news.live.is_some()));
    fs::write(world.folder.path().join("flows/a.yaml"), b"\xff").unwrap();
    for _ in 0..2 {
        let news = again().await.unwrap().expect("a file that cannot be read is looked at each time");
        assert_eq!(news.findings[0].code, "E910");
    }
}

#[tokio::test]
async fn a_broken_flow_changes_nothing_and_says_why() {
    let world = World::new(&flow("one")).await;
    world.start().await.unwrap();
    world.write("a.yaml", BROKEN);
    let news = world.look().await;
    assert!(news.live.is_none());
    assert!(news.findings[0].to_string().contains("flows/a.yaml:3:5"), "{:?}", news.findings);
    assert!(world.metrics.render().contains("transom_flow_findings 1"));
    world.write("a.yaml", &flow("one"));
    let news = world.look().await;
    assert!(news.live.is_none() && news.findings.is_empty());
    assert!(world.metrics.render().contains("transom_flow_findings 0"));
}

#[tokio::test]
async fn a_restart_with_a_broken_set_goes_on_with_the_last_good_one() {
    let world = World::new(&flow("one")).await;
    let first = live(world.start().await.unwrap());
    world.write("a.yaml", BROKEN);
    let news = world.start().await.unwrap();
    assert_eq!(news.findings.len(), 1);
    assert_eq!(live(news), first);
}

#[tokio::test]
async fn a_first_start_with_a_broken_set_ends_with_its_findings() {
    let world = World::new(BROKEN).await;
    let Err(ReloadError::Findings(found)) = world.start().await else { panic!("it has errors") };
    assert_eq!(found.len(), 1, "{found:?}");
}

#[tokio::test]
async fn the_version_that_was_live_last_counts_not_the_newest() {
    let world = World::new(&flow("one")).await;
    let first = live(world.start().await.unwrap());
    world.write("a.yaml", &flow("two"));
    world.look().await;
    world.write("a.yaml", &flow("one"));
    assert_eq!(live(world.look().await), first, "equal files are the same version");
    world.write("a.yaml", BROKEN);
    assert_eq!(live(world.start().await.unwrap()), first);
}

#[tokio::test]
async fn a_folder_that_went_away_is_a_finding() {
    let world = World::new(&flow("one")).await;
    world.start().await.unwrap();
    fs::rename(world.folder.path().join("flows"), world.folder.path().join("away")).unwrap();
    let news = world.look().await;
    assert!(news.live.is_none());
    assert!(news.findings[0].message.contains("it has no folder `flows`"), "{:?}", news.findings);
}

fn at_meta(world: &World) -> Config {
    let mut config = Config::sandbox(world.folder.path());
    config.senders[0].access = Access::Meta(Meta::of_tests("1"));
    config
}

/// A step, the findings of `check`, and whether the daemon accepts it (docs/checker.md, *What goes live*).
const GOES_LIVE: &[(&str, &[&str], bool)] = &[
    ("log: hello", &[], true),
    ("template: news\n    vars: [Ana]", &[], true),
    ("template: nwes\n    vars: [Ana]", &["E801"], false),
    ("template: sale\n    vars: [Ana]", &["E803"], false),
    ("template: news\n    vars: [Ana, Ben]", &["E804"], false),
    ("template: news\n    vars: [\"${contact.name}\"]", &["E805"], false),
    ("template: news\n    vars: [Ana]\n    language: it", &["E807"], false),
    // A template's state is no mistake of the author, and is checked when sending (language.md 9).
    ("template: rested\n    vars: [Ana]", &["W822"], true),
    ("lgo: hello", &["E221"], false),
];

/// A flow that writes first, with one step.
fn offering(step: &str) -> String {
    format!("flow: a\ntitle: offer\nwhen:\n  - event: it\nsteps:\n  - {step}\n")
}

#[tokio::test]
async fn check_and_the_daemon_agree_about_what_goes_live() {
    for (step, codes, goes) in GOES_LIVE {
        let mut world = World::new(&flow("one")).await;
        let config = world.at_catalogue();
        world.start().await.unwrap();
        world.write("a.yaml", &offering(step));
        let news = world.look().await;
        assert_eq!(news.live.is_some(), *goes, "{step}: {:?}", news.findings);
        let mut check = Workspace::new(check_context::around(&config, &[]));
        check.replace(source_files::read(world.folder.path()).unwrap().files);
        let said = |all: &[Diagnostic]| all.iter().map(|one| (one.code, one.is_error())).collect::<Vec<_>>();
        let checked = said(&check.look().findings);
        assert_eq!(said(&news.findings), checked, "{step}");
        let of_templates = checked.iter().filter(|(code, error)| *error || code.starts_with("W8"));
        assert_eq!(of_templates.map(|(code, _)| *code).collect::<Vec<_>>(), *codes, "{step}");
        assert_eq!(!checked.iter().any(|(_, error)| *error), *goes, "{step}");
    }
}

#[tokio::test]
async fn the_same_files_go_live_when_the_catalogue_has_what_they_need() {
    let mut world = World::new(&flow("one")).await;
    let config = world.at_catalogue();
    world.start().await.unwrap();
    world.write("a.yaml", &offering("template: fresh\n    vars: [Ana]"));
    world
        .follow(async |news| {
            let refused = news.recv().await.unwrap();
            let errors = refused.findings.iter().filter(|finding| finding.is_error());
            assert_eq!(errors.map(|finding| finding.code).collect::<Vec<_>>(), ["E801"]);
            assert_eq!(live(refused), None, "no such template is known");
            let fresh = Template { id: 4, name: "fresh".into(), ..config.templates[0].template.clone() };
            let mut set = WriteSet::new();
            set.push(
                &template::SAVE,
                &template::CatalogueEntry {
                    id: fresh.id,
                    sender_id: config.senders[0].id,
                    name: fresh.name.clone(),
                    language: fresh.language.clone(),
                    category: fresh.category,
                    status: fresh.status,
                    data: fresh,
                    source: template::Source::Catalogue,
                    updated_at: NOW,
                },
            );
            world.store.commit(set).await.unwrap();
            world.reloader.look_again();
            let good = news.recv().await.unwrap();
            assert_eq!(live(good).map(|(_, title)| title).as_deref(), Some("offer"));
        })
        .await;
}

#[tokio::test]
async fn what_the_bot_needs_and_nobody_grants_keeps_it_from_starting() {
    let mut world = World::new(&flow("one")).await;
    let config = at_meta(&world);
    world.reloader = Reloader::new(&config, Metrics::new());
    world.write("_bot.yaml", &format!("{BOT}env: [SHOP_URL]\nsecrets: [SHOP_TOKEN]\n"));
    let Err(ReloadError::Findings(found)) = world.start().await else { panic!("nothing is granted") };
    let said: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(
        said,
        [
            "the bot needs `SHOP_URL` in its `env`, and the configuration does not grant it",
            "the bot needs `SHOP_TOKEN` in its `secrets`, and the configuration does not grant it",
        ]
    );
    let sandbox = Reloader::new(&Config::sandbox(world.folder.path()), Metrics::new());
    let real = std::mem::replace(&mut world.reloader, sandbox);
    assert!(world.start().await.is_ok(), "sandboxes need no grants");
    world.reloader = real;
    assert!(world.start().await.is_err(), "an earlier version needs them, too");
}

#[tokio::test]
async fn a_mistake_in_the_mocks_is_a_finding_of_the_bot() {
    let world = World::new(&flow("one")).await;
    world.write("_bot.yaml", &format!("{BOT}sandbox:\n  mocks:\n    http:\n      - GTE */x: {{}}\n"));
    let Err(ReloadError::Findings(found)) = world.start().await else { panic!("it has errors") };
    assert!(found[0].to_string().contains("`GTE` is no method of HTTP; did you mean `GET`?"), "{found:?}");
}

#[tokio::test]
async fn following_tells_of_a_change_and_ends_when_told() {
    let world = World::new(&flow("one")).await;
    world.start().await.unwrap();
    world
        .follow(async |news| {
            assert_eq!(live(news.recv().await.unwrap()), None, "nothing has changed yet");
            world.write("a.yaml", &flow("two"));
            loop {
                if let Some((_, title)) = live(news.recv().await.unwrap()) {
                    assert_eq!(title, "two");
                    break;
                }
            }
        })
        .await;
}

#[tokio::test]
async fn good_files_that_could_not_be_stored_go_live_without_another_change() {
    let world = World::new(&flow("one")).await;
    world.start().await.unwrap();
    world.write("a.yaml", &flow("two"));
    world.faults.fail_next_commits(1);
    world
        .follow(async |news| {
            let tried_again = live(news.recv().await.unwrap());
            assert_eq!(tried_again.map(|(_, title)| title).as_deref(), Some("two"));
        })
        .await;
    assert!(world.metrics.render().contains("transom_flow_versions_total 1"));
}
