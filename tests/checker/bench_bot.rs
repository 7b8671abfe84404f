//! The bot and configuration of `cargo bench` stay valid, because nobody runs the bench on each change.

#[path = "../../benches/answered/bot.rs"]
mod bot;

use transom::{base::place::SourceFile, flow, runtime::config::Config};

#[test]
fn configuration_of_the_bench_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    bot::write(folder.path(), 8080, 8081, "sqlite://data/transom.db").unwrap();
    let config = Config::load(Some(&folder.path().join("config.yaml")), &|_| None).unwrap();
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
    let sender = &config.senders[0];
    assert_eq!((config.senders.len(), sender.provider(), sender.default), (1, "meta", true));
    assert_eq!(i64::try_from(bot::UNKNOWN_AFTER_S).unwrap() * 1000, sender.unknown_after.0);
}

#[test]
fn flow_of_the_bench_has_no_findings() {
    let folder = tempfile::tempdir().unwrap();
    bot::write(folder.path(), 8080, 8081, "sqlite://data/transom.db").unwrap();
    let read = |path: &str| SourceFile::new(path, std::fs::read_to_string(folder.path().join(path)).unwrap());
    let files = ["flows/_bot.yaml", "flows/answer.yaml", "scripts/answers.rhai"].map(read);
    let (set, mut findings) = flow::parse_set(&files);
    findings.extend(flow::lint(&set));
    assert!(findings.is_empty(), "{findings:?}");
    assert!(set.named("answer").is_some());
}
