//! Writes the elements of an SVG: with the colours on each, or bare, for a page with a style sheet of its own.

use super::{
    paint,
    plot::{Leads, Way},
};
use crate::base::xml::escape;
use std::fmt;

pub struct Pen {
    text: String,
    bare: bool,
}

impl Pen {
    pub fn painted() -> Pen {
        Pen { text: String::new(), bare: false }
    }

    pub fn bare() -> Pen {
        Pen { text: String::new(), bare: true }
    }

    pub fn push_str(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub fn into_text(self) -> String {
        self.text
    }

    /// The style sheet for dark pages; a bare drawing has none.
    pub fn style(&self) -> String {
        if self.bare { String::new() } else { format!("<style>\n{}</style>\n", paint::dark()) }
    }

    /// The colours of an element; `group`: the classes of its parents.
    pub fn colours(&self, tag: &str, classes: &str, group: &str) -> String {
        if self.bare { String::new() } else { paint::attributes(tag, classes, group) }
    }

    /// The ways that pass a line. Several ones are lines of both attributes, in the same order.
    pub fn ways(&self, leads: &Leads) -> String {
        let all = |of: fn(&Way) -> &str, ways: &[Way]| {
            let texts: Vec<String> = ways.iter().map(|way| one_line(of(way))).collect();
            texts.join("&#10;")
        };
        match leads {
            Leads::By(ways) if self.bare && !ways.is_empty() => {
                format!(" data-from=\"{}\" data-way=\"{}\"", all(|way| &way.from, ways), all(|way| &way.key, ways))
            }
            Leads::To(step) if self.bare => format!(" data-to=\"{}\"", escape(step)),
            Leads::By(_) | Leads::To(_) | Leads::Nowhere => String::new(),
        }
    }

    /// The name to which a sign jumps.
    pub fn goes(&self, name: &str) -> String {
        if self.bare { format!(" data-go=\"{}\"", escape(name)) } else { String::new() }
    }
}

impl fmt::Write for Pen {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.text.push_str(text);
        Ok(())
    }
}

fn one_line(text: &str) -> String {
    escape(&super::words::one_line(text)).to_string()
}

#[cfg(test)]
mod tests {
    use crate::{
        base::place::SourceFile,
        parse_set,
        tools::drawing::{Format, draw, draw_page, steps},
    };

    use std::collections::BTreeSet;

    const MENU: &str = "\
flow: menu
when:
  - message: hi
steps:
  - ask: What can I do?
    options:
      - Book: {go: book}
      - Hours: [{say: Ten to six}]
      - '<img src=x onerror=\"a()\">': {go: nowhere}
    timeout: 3h
    on_timeout: [{say: Bye}]
  - repeat: 2
    do: [{say: Again}]
  - say: Done
blocks:
  book: [{say: Booked}]
";

    fn page(text: &str) -> String {
        let (set, _) = parse_set(&[SourceFile::new("flows/menu.yaml", text)]);
        draw_page(&set, set.named("menu").unwrap(), &BTreeSet::new())
    }

    #[test]
    fn a_drawing_for_the_page_has_no_styles() {
        let drawn = page(MENU);
        for forbidden in ["<style", "style=", "fill=", "stroke=", "<img", "onerror=\"", "<script"] {
            assert!(!drawn.contains(forbidden), "{forbidden}: {drawn}");
        }
        let painted = {
            let (set, _) = parse_set(&[SourceFile::new("flows/menu.yaml", MENU)]);
            draw(&set, set.named("menu"), Format::Svg)
        };
        assert!(painted.contains("<style>") && !painted.contains("data-from") && !painted.contains("data-go"));
    }

    #[test]
    fn each_line_names_the_ways_that_pass_it_and_each_sign_its_goal() {
        let drawn = page(MENU);
        for wanted in [
            "data-to=\"menu.ask_1\"",
            "data-from=\"menu.ask_1\" data-way=\"Book\"",
            "data-from=\"menu.ask_1\" data-way=\"Hours\"",
            "data-from=\"menu.ask_1\" data-way=\"on_timeout\"",
            "data-from=\"menu.repeat_1\" data-way=\"do\"",
            "data-from=\"menu.repeat_1\" data-way=\"\"",
            "data-go=\"nowhere\"",
        ] {
            assert!(drawn.contains(wanted), "{wanted}: {drawn}");
        }
    }

    #[test]
    fn the_steps_are_listed_in_the_order_of_the_file() {
        let (set, _) = parse_set(&[SourceFile::new("flows/menu.yaml", MENU)]);
        let all = steps(&set, set.named("menu").unwrap());
        let shown: Vec<String> =
            all.iter().map(|step| format!("{} {} {} {}", step.id, step.place.line(), step.verb, step.words)).collect();
        assert_eq!(shown[0], "menu.ask_1 5 ask What can I do?");
        assert_eq!(shown.last().unwrap(), "menu.say_5 16 say Booked");
        assert!(shown.contains(&"menu.repeat_1 12 repeat 2".to_owned()), "{shown:?}");
    }
}
