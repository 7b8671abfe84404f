//! Runs mistakes that need more than a flow: in `_bot.yaml`, scripts, translations and tests. Each gives one finding.

use super::{folder, look};
use transom::base::codes;

const FAULTS_MIN: usize = 15;

#[test]
fn each_mistake_beside_the_flows_gives_one_finding_at_its_place() {
    let all = folder("whole");
    assert!(all.len() >= FAULTS_MIN, "{} faults", all.len());
    let mut wrong = Vec::new();
    for (name, text) in &all {
        let (head, files) = text.split_once('\n').expect("`# CODE PATH LINE:COLUMN words`, then the files");
        let mut words = head.trim_start_matches("# ").split(' ');
        let wanted: Vec<&str> = words.by_ref().take(3).collect();
        let findings = look(&codes::files(files));
        let hit = findings.iter().any(|finding| {
            let place = &finding.place;
            let at = format!("{}:{}", place.line(), place.column());
            [finding.code, place.path(), at.as_str()] == wanted[..] && finding.help.is_some()
        });
        if findings.len() != 1 || !hit {
            let said: Vec<String> = findings.iter().map(ToString::to_string).collect();
            wrong.push(format!("{name} wants {}, and has:\n  {}", wanted.join(" "), said.join("\n  ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
