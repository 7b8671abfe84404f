//! Tests the playing of authors' tests.

mod looks;
mod play;
mod talks;
mod tools;
mod tried;

use super::*;

const BOT: &str = "\
bot: Shop
language: en
timezone: Europe/Madrid
env: [SHOP_URL, UNSET]
fields: {city: text, visits: whole}
topics: {service: {}, marketing: {needs: consent}}
teams: {desk: {}}
";

const SHOP: &str = "\
flow: shop
when:
  - message: [shop, hola]
steps:
  - ask: Which size?
    as: size
    options: [Small, {id: l, title: Large}]
    timeout: 3h
    on_timeout:
      - say: Another time then.
        if_closed: skip
      - end
  - http: POST ${env.SHOP_URL}/orders
    json: {size: \"${size}\"}
    retry: {times: 3, wait: 1m}
    as: order
    on_error:
      - handoff: desk
        summary: No order of ${size}
  - set: {contact.city: \"${order.body.city}\", number: \"${order.body.number}\"}
  - say: |
      Ordered *${size}*,
      number ${number}.
  - wait: 30h
  - say: Did it arrive?
    if_closed: {template: arrived, vars: [\"${number}\"]}
";

const NEWS: &str = "\
flow: news
topic: marketing
when:
  - schedule: \"30 2 * * SUN\"
    to: everyone
steps:
  - say: News!
    if_closed: {template: news}
";

const PAID: &str = "\
flow: paid
when:
  - event: paid
steps:
  - say: ${event.data.sum} arrived, thank you.
    if_closed: {template: paid, vars: [\"${event.data.sum}\"]}
";

const HEAD: &str = "\
tests: shop
now: 2026-03-27T09:00 Europe/Madrid
contact: {name: Ana, phone: \"+34600111222\", consent: {marketing: given}}
env: {SHOP_URL: \"https://shop.example\"}
mocks: {http: [{POST */orders: [{status: 503}, {status: 503}, {json: {number: 7, city: Sevilla}}]}]}
cases:
";

/// Plays one case on the shop's flows; `steps` are its lines.
fn play(steps: &str) -> Report {
    play_with(HEAD, steps)
}

fn play_with(head: &str, steps: &str) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let indented: String = steps.trim().lines().map(|line| format!("      {line}\n")).collect();
    let test = format!("{head}  - name: a case\n    steps:\n{indented}");
    let flows = [("_bot.yaml", BOT), ("shop.yaml", SHOP), ("news.yaml", NEWS), ("paid.yaml", PAID)];
    std::fs::create_dir(folder.path().join("flows")).unwrap();
    for (name, text) in flows.into_iter().chain([("shop.test.yaml", test.as_str())]) {
        std::fs::write(folder.path().join("flows").join(name), text).unwrap();
    }
    run(folder.path(), &TestOptions::default()).unwrap()
}

fn said(report: &Report) -> String {
    let findings = report.findings.iter().chain(report.files.iter().flat_map(|file| &file.findings));
    let findings = findings.map(ToString::to_string);
    let cases = report.files.iter().flat_map(|file| &file.cases);
    let failures = cases.filter_map(|case| Some(format!("case `{}`\n{}", case.name, case.explain()?)));
    findings.chain(failures).collect::<Vec<_>>().join("\n")
}

fn passes(steps: &str) {
    let report = play(steps);
    assert!(report.is_good() && report.passed() == 1, "{}", said(&report));
}

/// The failure of a case without its transcript.
fn failure(steps: &str) -> String {
    let report = play(steps);
    let case = &report.files[0].cases[0];
    case.failure.as_ref().map(ToString::to_string).unwrap_or_else(|| panic!("it should fail: {}", said(&report)))
}

#[test]
fn the_sample_bot_passes_its_own_tests() {
    let report = run(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")), &TestOptions::default()).unwrap();
    assert!(report.is_good(), "{}", said(&report));
    assert!(report.passed() > 20, "{} cases", report.passed());
}

/// A folder with these files below `flows/`.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("flows")).unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join("flows").join(name), text).unwrap();
    }
    folder
}
