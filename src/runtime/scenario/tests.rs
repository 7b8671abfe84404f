use super::*;

fn said(report: &Report) -> String {
    let findings = report.findings.iter().chain(report.files.iter().flat_map(|file| &file.findings));
    let findings = findings.map(ToString::to_string);
    let cases = report.files.iter().flat_map(|file| &file.cases);
    let failures = cases.filter_map(|case| Some(format!("case `{}`\n{}", case.name, case.explain()?)));
    findings.chain(failures).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_sample_bot_passes_its_own_tests() {
    let report = run(Path::new(env!("CARGO_MANIFEST_DIR")), None).unwrap();
    assert!(report.is_good(), "{}", said(&report));
    assert!(report.passed() > 20, "{} cases", report.passed());
}
