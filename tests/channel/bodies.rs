//! Checks each platform's webhook bodies, one file each: none is silently ignored.

use super::conformance::provider;
use crate::platform::{ALL, Kind};
use std::{fs, path::Path};
use transom::model::inbound::Inbound;

#[test]
fn every_body_of_every_platform_has_its_meaning() {
    let mut all = String::new();
    // Meta's are many, and have a test of their own.
    for kind in ALL.into_iter().filter(|kind| *kind != Kind::Meta) {
        let provider = provider(kind, "https://api.example");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/channel").join(provider.kind());
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert!(files.len() > 10, "{kind:?} has bodies");
        for file in files {
            let body = fs::read_to_string(&file).unwrap();
            all += &format!("{} {}\n", provider.kind(), file.file_stem().unwrap().display());
            let items = provider.replay(body.trim_end());
            assert!(!items.is_empty(), "{}", file.display());
            for item in items {
                all += &format!("  {:?}\n", item.what);
                // A dead letter can be replayed and has a reason.
                if let Inbound::Dead { reason, .. } = &item.what {
                    assert!(!reason.is_empty() && !provider.replay(&item.raw).is_empty(), "{}", file.display());
                }
            }
        }
    }
    insta::assert_snapshot!(all);
}
