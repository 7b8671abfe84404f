//! Writes Markdown as WhatsApp shows it: `*bold*`, `_italic_`, lists with signs, addresses behind their words.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// A text that may be Markdown, as language models write it; a text without its signs stays as it is.
pub fn as_message(text: &str) -> String {
    let text = text.trim();
    let is_marked = text.contains("**") || text.contains("](") || text.lines().any(|line| line.starts_with('#'));
    if is_marked { message(text).trim().to_owned() } else { text.to_owned() }
}

/// The text as a message; a table is written with a line for each row.
pub fn message(markdown: &str) -> String {
    let mut out = String::new();
    // The number of the next item of each open list; `None`: it has no numbers.
    let mut lists: Vec<Option<u64>> = Vec::new();
    let mut links: Vec<String> = Vec::new();
    let mut cells = 0;
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Text(words) => out.push_str(&words),
            Event::Code(words) => out.push_str(&format!("`{words}`")),
            Event::SoftBreak | Event::HardBreak => out.push('\n'),
            Event::Start(Tag::Strong) | Event::End(TagEnd::Strong) => out.push('*'),
            Event::Start(Tag::Emphasis) | Event::End(TagEnd::Emphasis) => out.push('_'),
            Event::Start(Tag::Strikethrough) | Event::End(TagEnd::Strikethrough) => out.push('~'),
            Event::Start(Tag::Heading { .. }) => {
                paragraph(&mut out);
                out.push('*');
            }
            Event::End(TagEnd::Heading(_)) => out.push('*'),
            Event::Start(Tag::Paragraph) if lists.is_empty() => paragraph(&mut out),
            Event::Start(Tag::CodeBlock(_)) => {
                paragraph(&mut out);
                out.push_str("```");
            }
            Event::End(TagEnd::CodeBlock) => out.push_str("```"),
            Event::Start(Tag::List(first)) => {
                if lists.is_empty() {
                    paragraph(&mut out);
                }
                lists.push(first);
            }
            Event::End(TagEnd::List(_)) => drop(lists.pop()),
            Event::Start(Tag::Item) => {
                line(&mut out);
                let inner = lists.len().saturating_sub(1);
                out.push_str(&"  ".repeat(inner));
                match lists.last_mut() {
                    Some(Some(number)) => {
                        out.push_str(&format!("{number}. "));
                        *number = number.saturating_add(1);
                    }
                    Some(None) | None => out.push_str("- "),
                }
            }
            Event::Start(Tag::BlockQuote(_)) => paragraph(&mut out),
            Event::Start(Tag::Link { dest_url, .. }) => links.push(dest_url.into_string()),
            Event::End(TagEnd::Link) => {
                let url = links.pop().unwrap_or_default();
                let is_shown = url.is_empty() || out.ends_with(url.trim_start_matches("mailto:"));
                if !is_shown && (url.starts_with("https://") || url.starts_with("http://")) {
                    out.push_str(&format!(" {url}"));
                }
            }
            Event::Start(Tag::Table(_)) => paragraph(&mut out),
            Event::Start(Tag::TableHead | Tag::TableRow) => {
                line(&mut out);
                cells = 0;
            }
            Event::Start(Tag::TableCell) => {
                if cells > 0 {
                    out.push_str(" · ");
                }
                cells += 1;
            }
            Event::Rule => paragraph(&mut out),
            Event::Start(_)
            | Event::End(_)
            | Event::Html(_)
            | Event::InlineHtml(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_) => {}
        }
    }
    out.trim().to_owned()
}

/// Begins a new line, if the present one is not empty.
fn line(out: &mut String) {
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
}

/// Leaves an empty line, if anything stands before.
fn paragraph(out: &mut String) {
    line(out);
    if !out.is_empty() && !out.ends_with("\n\n") {
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_those_of_whatsapp() {
        let markdown = "## Guarantee\n\n**Twelve months** on _parts_,\nsee [terms](https://shop.example/terms).\n\n\
            - labour\n- parts\n  1. chain\n  2. tyre\n\n| item | days |\n|---|---|\n| chain | 2 |\n\n~~old~~ `x` <b>y</b>\n\n\
            <https://shop.example>\n";
        let expected = "*Guarantee*\n\n*Twelve months* on _parts_,\nsee terms https://shop.example/terms.\n\n- labour\n\
            - parts\n  1. chain\n  2. tyre\n\nitem · days\nchain · 2\n\n~old~ `x` y\n\nhttps://shop.example";
        assert_eq!(message(markdown), expected);
        assert_eq!(message("item: Bell\nprice: 8 €"), "item: Bell\nprice: 8 €");
        assert_eq!(message(""), "");
    }
}
