use super::{
    plot::{Face, Plot, Rect},
    tree::{Item, Row, Title, To, each_jump},
    *,
};
use crate::{base::place::SourceFile, parse_set};

const SHOP: &str = r#"
flow: shop
title: Our <shop>
when: [{message: [hi, "buy 🚲"]}, {schedule: "0 9 * * MON", to: everyone}]
on_error: [{say: That did not work.}]
steps:
  - ask: What do you want?
    as: what
    options:
      - Bikes: {go: bikes}
      - Parts: [{say: "Parts, then."}, {go: pay}]
      - Nothing
    timeout: 2h
    on_timeout: {go: later}
    on_fail: {go: person}
  - say: Good bye.
    if: window.open
  - end
blocks:
  bikes:
    - http: GET https://shop.example/bikes
      as: bikes
      on_error: {go: person}
    - if: bikes.body.len() == 0
      then: [{say: Nothing there.}, {go: top}]
    - switch: bikes.body[0].kind
      cases:
        city: [{say: A city bike.}]
        race: [{say: A race bike.}]
      else: [{say: Some bike.}]
    - call: count
    - go: pay
  pay: [{wait: 1h}, {go: other}]
  later: [{say: Later.}]
  person: [{handoff: desk}]
  count: [{log: counted}]
"#;

fn set(flows: &[&str]) -> FlowSet {
    let mut files = vec![SourceFile::new("flows/_bot.yaml", "bot: T\nteams: {desk: {}}\n")];
    files.push(SourceFile::new("flows/other.yaml", "flow: other\nsteps: [{say: Other.}]\n"));
    for text in flows {
        let name = text.split("flow: ").nth(1).and_then(|rest| rest.lines().next()).unwrap();
        files.push(SourceFile::new(format!("flows/{name}.yaml"), *text));
    }
    parse_set(&files).0
}

#[test]
fn a_flow_reads_as_text() {
    let set = set(&[SHOP]);
    insta::assert_snapshot!(draw(&set, set.named("shop"), Format::Text));
}

#[test]
fn a_flow_reads_as_mermaid() {
    let set = set(&[SHOP]);
    insta::assert_snapshot!(draw(&set, set.named("shop"), Format::Mermaid));
}

#[test]
fn a_flow_reads_as_dot() {
    let set = set(&[SHOP]);
    insta::assert_snapshot!(draw(&set, set.named("shop"), Format::Dot));
}

#[test]
fn a_return_leads_back_to_the_caller() {
    let flow = |when: &str| {
        format!(
            "
flow: booking
{when}steps:
  - call: book
    as: booking
  - return
blocks:
  book:
    - return: full
      if: contact.tags.contains(\"full\")
    - http: POST https://shop.example/bookings
      on_error:
        - return: {{ok: false}}
    - script: 1
      on_error: [{{say: Sorry.}}]
    - return: {{ok: true}}
"
        )
    };
    let text = |when: &str| {
        let set = set(&[&flow(when)]);
        draw(&set, set.named("booking"), Format::Text)
    };
    insta::assert_snapshot!(text("when: [{message: go}]\n"));
    // A flow that only other flows call returns to them.
    assert!(text("").contains("booking  book\n↩ back\n"), "{}", text(""));
    let set = set(&[&flow("")]);
    for format in [Format::Svg, Format::Mermaid, Format::Dot] {
        let drawn = draw(&set, set.named("booking"), format);
        assert!(drawn.matches("back").count() >= 4, "{format:?}\n{drawn}");
        assert!(drawn.contains("gives full"), "{format:?}\n{drawn}");
    }
}

#[test]
fn what_comes_later_is_in_the_picture() {
    let flow = "
flow: later
when: [{message: go}]
stop_when: [{event: paid}, {reply: true}]
steps:
  - ask: How was it?
    remind: [{after: 2h, say: Well?}, {after: 1d, say: Still there?}]
  - call: rest
    timeout: 3h
  - start: other
    for: {tags: [vip]}
    at: \"10:00\"
    key: course
  - handoff: desk
    until_done: true
    timeout: 4h
    on_timeout: [end]
  - handoff: desk
    until_done: 5h
blocks:
  rest: [{wait: 1h}]
";
    let set = set(&[flow]);
    for format in [Format::Text, Format::Svg, Format::Mermaid, Format::Dot] {
        let drawn = draw(&set, set.named("later"), format);
        for words in [
            "stops by event: paid",
            "stops by reply",
            "reminds after 2h, 1d",
            "at most 3h",
            "for tags: vip",
            "at 10:00",
            "key course",
            "until they are done",
            "after 4h",
            "until done, at most 5h",
        ] {
            assert!(drawn.contains(words), "{format:?} lacks {words}:\n{drawn}");
        }
    }
}

#[test]
fn a_picture_is_valid_xml_and_the_same_each_time() {
    let set = set(&[SHOP]);
    let svg = draw(&set, set.named("shop"), Format::Svg);
    assert_eq!(svg, draw(&set, set.named("shop"), Format::Svg));
    assert!(svg.contains("Our &lt;shop&gt;") && svg.contains("buy 🚲"), "{svg}");
    for tag in ["g", "svg", "text", "title", "style"] {
        let (opened, closed) = (svg.matches(&format!("<{tag}")).count(), svg.matches(&format!("</{tag}>")).count());
        // No other tag begins with `<text`, `<title` or `<g`.
        assert_eq!(opened, closed, "{tag}");
    }
}

/// Checks that every step of the flow is drawn once, and every jump as a sign or as the block itself.
#[test]
fn every_step_is_drawn_exactly_once() {
    let set = set(&[SHOP]);
    let flow = set.named("shop").unwrap();
    let tree = Tree::of(&set, flow);
    let mut drawn = Vec::new();
    tree.parts.iter().for_each(|part| steps(&part.row, &mut drawn));
    drawn.sort_unstable();
    let gos = flow.nodes.iter().filter(|node| node.outline.verb == "go" && node.guard.is_none()).count();
    let mut unique = drawn.clone();
    unique.dedup();
    assert_eq!(drawn, unique);
    assert_eq!(drawn.len(), flow.nodes.len() - gos);
}

fn steps(row: &Row<'_>, found: &mut Vec<u32>) {
    for item in &row.items {
        if let Item::Step(step) = item {
            found.push(step.ix.0);
            step.branches.iter().for_each(|branch| steps(&branch.row, found));
        }
    }
}

#[test]
fn a_block_hangs_on_its_most_natural_jump_and_the_others_name_it() {
    let set = set(&[SHOP]);
    let tree = Tree::of(&set, set.named("shop").unwrap());
    let mut signs = Vec::new();
    tree.parts.iter().for_each(|part| each_jump(&part.row, &mut |jump| signs.push(jump.clone())));
    let here = |name: &str| To::Here(name.into());
    assert_eq!(signs.iter().filter(|to| **to == here("person")).count(), 1, "one of two errors leads there by a line");
    assert_eq!(signs.iter().filter(|to| **to == here("top")).count(), 1);
    assert!(!signs.contains(&here("bikes")) && !signs.contains(&here("later")));
    let titles: Vec<_> = tree.parts.iter().map(|part| part.title.clone()).collect();
    assert_eq!(titles, [Title::Start, Title::Ending("on error"), Title::Block("count".into())]);
}

const VISIT: &str = "flow: visit
when: [{date: contact.at, offset: -1d, at: \"10:00\"}]
steps:
  - ask: Your visit on ${contact.at.format(\"EEEE d MMMM\")} stands?
    options:
      - Come: {say: Good.}
      - Another: {go: other}
      - Cancel: [{say: Pity.}, {say: Bye.}]
    if_closed: {template: visit_reminder}
    timeout: 3d
blocks:
  other: [{say: Which?}]
";

#[test]
fn a_drawing_says_when_a_flow_starts_how_long_it_waits_and_what_goes_out() {
    let set = set(&[VISIT]);
    let text = draw(&set, set.named("visit"), Format::Text);
    assert!(text.contains("▶ date: 1d before contact.at, at 10:00\n"), "{text}");
    assert!(text.contains("Your visit on ${contact.at…} stands?"), "{text}");
    assert!(text.contains("(waits 3d, closed: template visit_reminder)"), "{text}");
}

#[test]
fn every_tool_of_an_agent_has_its_name_in_a_drawing() {
    let flow = "flow: desk
when: [{any_message: true}]
steps:
  - agent: desk
    instructions: Answer.
    tools:
      - free_times
      - {flow: book_time, confirm: Shall I?}
      - {http: 'GET https://shop.example/repairs', name: repair, description: How far a repair is.}
      - {mcp: calendar, only: [list]}
";
    let set = set(&[flow]);
    let text = draw(&set, set.named("desk"), Format::Text);
    assert!(text.contains("(tools: free_times, book_time, repair, calendar.list)"), "{text}");
}

#[test]
fn branches_stand_in_the_order_of_the_buttons() {
    let set = set(&[VISIT]);
    let plot = place::flow(&Tree::of(&set, set.named("visit").unwrap()));
    let x = |words: &str| plot.notes.iter().find(|note| note.words == words).map(|note| note.at.0).unwrap();
    assert!(x("Come") < x("Another") && x("Another") < x("Cancel"));
}

/// The overlaps in a drawing: no box covers another, no line crosses a box or another line, and no horizontal line
/// crosses words.
fn collisions(plot: &Plot) -> Vec<String> {
    let mut found = Vec::new();
    for (n, a) in plot.cards.iter().enumerate() {
        for b in &plot.cards[..n] {
            if overlap(a.at, b.at) {
                found.push(format!("boxes {:?} and {:?}", a.at, b.at));
            }
        }
    }
    let segments: Vec<((i32, i32), (i32, i32))> =
        plot.lines.iter().flat_map(|line| line.points.windows(2).map(|pair| (pair[0], pair[1]))).collect();
    for &((x1, y1), (x2, y2)) in &segments {
        let thin = Rect { x: x1.min(x2), y: y1.min(y2), w: (x1 - x2).abs().max(1), h: (y1 - y2).abs().max(1) };
        for card in plot.cards.iter().filter(|card| !matches!(card.face, Face::Title(..))) {
            let inner = Rect { x: card.at.x + 2, y: card.at.y + 2, w: card.at.w - 4, h: card.at.h - 4 };
            if overlap(thin, inner) {
                found.push(format!("line {x1},{y1} {x2},{y2} through {:?}", card.at));
            }
        }
    }
    for &(a, b) in segments.iter().filter(|(a, b)| a.1 == b.1) {
        for note in &plot.notes {
            let (x, base) = note.at;
            if !note.words.is_empty() && overlap(level(a, b), Rect { x, y: base - 10, w: 8, h: 13 }) {
                found.push(format!("line {a:?} {b:?} through `{}` at {:?}", note.words, note.at));
            }
        }
    }
    for &(a, b) in &segments {
        for &(c, d) in &segments {
            // `a b` is horizontal, `c d` vertical.
            let crosses = a.1 == b.1
                && c.0 == d.0
                && a.0.min(b.0) < c.0
                && c.0 < a.0.max(b.0)
                && c.1.min(d.1) < a.1
                && a.1 < c.1.max(d.1);
            if crosses {
                found.push(format!("lines {a:?} {b:?} and {c:?} {d:?}"));
            }
        }
    }
    found
}

fn level(a: (i32, i32), b: (i32, i32)) -> Rect {
    Rect { x: a.0.min(b.0), y: a.1, w: (a.0 - b.0).abs(), h: 1 }
}

fn overlap(a: Rect, b: Rect) -> bool {
    a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h
}

#[test]
fn nothing_of_a_picture_covers_or_crosses() {
    let set = set(&[SHOP]);
    let plot = place::flow(&Tree::of(&set, set.named("shop").unwrap()));
    assert_eq!(collisions(&plot), Vec::<String>::new());
}

/// Random nested steps, from a sequence of dice rolls.
fn random(dice: &mut dyn Iterator<Item = u8>, depth: usize, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    let mut roll = |sides: u8| dice.next().unwrap_or(0) % sides;
    let count = 1 + roll(4);
    let mut kinds = Vec::new();
    for _ in 0..count {
        kinds.push((roll(9), roll(4), roll(3), roll(3)));
    }
    for (kind, a, b, c) in kinds {
        let deeper = depth < 3;
        let target = ["one", "two", "three", "top"][usize::from(a)];
        match kind {
            0 if deeper => {
                out.push_str(&format!("{pad}- if: window.open\n{pad}  then:\n"));
                random(dice, depth + 1, indent + 4, out);
                if b > 0 {
                    out.push_str(&format!("{pad}  else:\n"));
                    random(dice, depth + 1, indent + 4, out);
                }
            }
            1 if deeper => {
                out.push_str(&format!("{pad}- ask: Which?\n{pad}  options:\n"));
                for n in 0..=a {
                    out.push_str(&format!("{pad}    - Choice {n}:\n"));
                    random(dice, depth + 1, indent + 10, out);
                }
                if b > 0 {
                    out.push_str(&format!("{pad}    - Plain\n"));
                }
                if c > 0 {
                    out.push_str(&format!("{pad}  on_timeout: {{go: {target}}}\n{pad}  timeout: 1h\n"));
                }
            }
            2 if deeper => {
                out.push_str(&format!("{pad}- http: GET https://a.example/b\n{pad}  on_error:\n"));
                random(dice, depth + 1, indent + 4, out);
            }
            3 => out.push_str(&format!("{pad}- go: {target}\n{pad}  if: window.open\n")),
            4 if depth > 0 => {
                out.push_str(&format!("{pad}- go: {target}\n"));
                return;
            }
            5 if depth > 0 => {
                out.push_str(&format!("{pad}- end\n"));
                return;
            }
            6 => out.push_str(&format!("{pad}- call: {target}\n")),
            7 => out.push_str(&format!("{pad}- tag: a{a}\n")),
            _ => out.push_str(&format!("{pad}- say: {}\n", "Words to be said here. ".repeat(usize::from(b) + 1))),
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(60))]
    #[test]
    fn nothing_of_any_flow_covers_or_crosses(dice in proptest::collection::vec(proptest::prelude::any::<u8>(), 20..200)) {
        let mut dice = dice.into_iter();
        let mut text = String::from("flow: any\nsteps:\n");
        random(&mut dice, 0, 2, &mut text);
        text.push_str("blocks:\n");
        for name in ["one", "two", "three"] {
            text.push_str(&format!("  {name}:\n"));
            random(&mut dice, 1, 4, &mut text);
        }
        let set = set(&[&text]);
        let flow = set.named("any").unwrap();
        let plot = place::flow(&Tree::of(&set, flow));
        proptest::prop_assert_eq!(collisions(&plot), Vec::<String>::new(), "{}", text);
        for format in [Format::Text, Format::Mermaid, Format::Dot] {
            proptest::prop_assert!(!draw(&set, Some(flow), format).is_empty());
        }
    }
}
