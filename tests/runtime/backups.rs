//! Tests the copies that a daemon makes of its SQLite database by itself, and that one of them restores it.

use super::house::House;
use std::{fs, path::Path, sync::Arc};
use transom::{
    base::{
        limits::{BACKUP_LATE, BACKUP_RETRY},
        time::Span,
    },
    runtime::{config::Config, daemon::backups::Backups, health::backup_mark},
};

const HELLO: (&str, &str) = ("flows/hello.yaml", "flow: hello\nwhen: [message: hello]\nsteps:\n  - say: Hi\n");

fn config(folder: &Path, more: &str) -> Config {
    let text = format!(
        "database: sqlite://data/transom.db\nbackup: {{schedule: daily 03:00, timezone: UTC, keep: 2, folder: copies}}\n{more}"
    );
    let file = transom::base::place::SourceFile::new("config.yaml", text);
    Config::parse(&file, folder, &|_| None).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn copies(folder: &Path) -> Vec<String> {
    let Ok(all) = fs::read_dir(folder.join("copies")) else { return Vec::new() };
    let mut names: Vec<String> = all.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A daemon's copies in a folder of its own.
fn backups(house: &House, folder: &Path) -> Arc<Backups> {
    let config = config(folder, "");
    fs::create_dir_all(&config.data).unwrap();
    let plan = config.backup.clone().unwrap();
    Arc::new(Backups::new(house.app.store.clone(), house.clock.clone(), plan, config.data, house.app.metrics.clone()))
}

#[tokio::test]
async fn a_copy_by_hand_takes_the_place_of_none_that_is_due() {
    let house = House::new(&[HELLO]).await;
    let folder = tempfile::tempdir().unwrap();
    let backups = backups(&house, folder.path());
    house.clock.set(house.now() + Span::days(1));
    backups.pass().await;
    assert_eq!(copies(folder.path()).len(), 1);
    house.clock.set(house.now() + Span::days(1));
    backup_mark::write(&config(folder.path(), "").data, house.now()).unwrap();
    backups.pass().await;
    assert_eq!(copies(folder.path()).len(), 2);
    backups.pass().await;
    assert_eq!(copies(folder.path()).len(), 2, "none is due again");
}

#[tokio::test]
async fn copies_are_made_at_their_time_and_the_newest_stay() {
    let mut house = House::new(&[HELLO]).await;
    house.says("hello").await;
    let folder = tempfile::tempdir().unwrap();
    let backups = backups(&house, folder.path());
    backups.pass().await;
    assert!(copies(folder.path()).is_empty(), "none is due at the start");
    fs::create_dir_all(folder.path().join("copies")).unwrap();
    fs::write(folder.path().join("copies/before-update.db"), "mine").unwrap();
    fs::write(folder.path().join("copies/transom-2026-01-01T030000Z.db.partial"), "half").unwrap();
    for _ in 0..3 {
        house.clock.set(house.now() + Span::days(1));
        backups.pass().await;
        backups.pass().await;
    }
    let names = copies(folder.path());
    assert_eq!(names.len(), 3, "two copies, and the file of somebody else: {names:?}");
    assert_eq!(names[0], "before-update.db");
    assert!(names[1] < names[2] && names[2].starts_with("transom-"), "{names:?}");
    // The copy is a whole database, with what was said.
    let copy = rusqlite::Connection::open(folder.path().join("copies").join(&names[2])).unwrap();
    let said: i64 = copy.query_row("select count(*) from outbound", [], |row| row.get(0)).unwrap();
    assert_eq!(said, 1);
}

#[tokio::test]
async fn a_copy_that_was_missed_is_made_after_the_start() {
    let house = House::new(&[HELLO]).await;
    let folder = tempfile::tempdir().unwrap();
    let data = config(folder.path(), "").data;
    fs::create_dir_all(&data).unwrap();
    backup_mark::write(&data, house.now() - Span::days(3)).unwrap();
    let backups = backups(&house, folder.path());
    backups.pass().await;
    assert_eq!(copies(folder.path()).len(), 1);
    assert_eq!(backup_mark::read(&data), Some(house.now()));
}

#[tokio::test]
async fn a_failed_copy_leaves_nothing_and_is_tried_again() {
    let house = House::new(&[HELLO]).await;
    let folder = tempfile::tempdir().unwrap();
    let backups = backups(&house, folder.path());
    house.clock.set(house.now() + Span::days(1));
    // The folder of the copies is a file.
    fs::write(folder.path().join("copies"), "").unwrap();
    backups.pass().await;
    assert!(backup_mark::read(&folder.path().join("data")).is_none());
    fs::remove_file(folder.path().join("copies")).unwrap();
    backups.pass().await;
    assert!(copies(folder.path()).is_empty(), "it rests");
    house.clock.set(house.now() + BACKUP_RETRY);
    backups.pass().await;
    assert_eq!(copies(folder.path()).len(), 1);
    assert!(BACKUP_LATE > BACKUP_RETRY, "health tells of it after several tries");
}

#[tokio::test]
async fn metrics_show_the_last_copy_and_a_late_one() {
    let house = House::new(&[HELLO]).await;
    let folder = tempfile::tempdir().unwrap();
    let backups = backups(&house, folder.path());
    let shown = |name: &str| {
        let page = house.app.metrics.render();
        let line = page.lines().find_map(|line| line.strip_prefix(&format!("transom_backup_{name} ")));
        line.unwrap_or_else(|| panic!("no {name}")).parse::<i64>().unwrap()
    };
    let all = || ["timestamp_seconds", "bytes", "late_seconds", "failed"].map(shown);
    backups.pass().await;
    assert_eq!(all(), [0, 0, 0, 0], "none is there, and none is due");
    // The folder of the copies is a file.
    fs::write(folder.path().join("copies"), "").unwrap();
    house.clock.set(house.now() + Span::days(1));
    backups.pass().await;
    let [at, size, late, failed] = all();
    assert_eq!((at, size, failed), (0, 0, 1));
    house.clock.set(house.now() + BACKUP_LATE);
    backups.pass().await;
    assert_eq!(shown("late_seconds"), late + BACKUP_LATE.0 / 1_000);
    fs::remove_file(folder.path().join("copies")).unwrap();
    house.clock.set(house.now() + BACKUP_RETRY);
    backups.pass().await;
    let [at, size, late, failed] = all();
    assert_eq!((at, late, failed), (house.now().0 / 1_000, 0, 0));
    let file = folder.path().join("copies").join(&copies(folder.path())[0]);
    assert_eq!(size, i64::try_from(fs::metadata(file).unwrap().len()).unwrap());
    // A copy by hand is the last one, too.
    backup_mark::write(&folder.path().join("data"), house.now() + Span::minutes(1)).unwrap();
    backups.pass().await;
    assert_eq!(shown("timestamp_seconds"), at + 60);
}

#[test]
fn what_cannot_be_read_is_said_with_its_place() {
    let wrong = |text: &str| {
        let file = transom::base::place::SourceFile::new("config.yaml", text);
        let errors = Config::parse(&file, Path::new(""), &|_| None).expect_err("it is wrong");
        errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    assert!(
        wrong("database: sqlite://t.db\nbackup: {schedule: sometimes}\n").starts_with("config.yaml:2:20: error[E906]")
    );
    assert!(wrong("database: sqlite://t.db\nbackup: {keep: 3}\n").contains("needs `schedule`"));
    assert!(wrong("database: sqlite://t.db\nbackup: {schedule: daily 3:00, keep: 0}\n").contains("config.yaml:2:"));
    assert!(
        wrong("database: sqlite://t.db\nbackup: {schedule: daily 3:00, timezone: Madrid}\n").contains("Europe/Madrid")
    );
    assert!(wrong("database: postgres://h/d\nbackup: {schedule: daily 3:00}\n").contains("`pg_dump`"));
}
