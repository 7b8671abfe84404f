use super::*;

#[test]
fn placeholder_for_traps() {
    let findings = Findings::default();
    let file = SourceFile::new("a.yaml", "a: &x {b: 007}\nc:\n  <<: *x\n  d: yes\n");
    let node = load(&file, &findings).unwrap();
    assert_eq!(node.get("c").unwrap().get("b").unwrap().text(), Some("007"));
    assert_eq!(findings.into_sorted(), []);
}
