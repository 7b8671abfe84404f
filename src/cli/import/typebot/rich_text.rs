//! Turns the formatted text of a Typebot bubble into WhatsApp's marks.

use super::super::source::{at, list, some_text, text};
use serde_json::Value;

/// The text of a bubble's `content`: of its rich text, else its plain text, else its HTML.
pub fn of(content: &Value) -> String {
    let rich = list(content, "richText");
    let written = if !rich.is_empty() {
        rich.iter().map(|element| block(element, 0)).collect::<Vec<_>>().join("\n")
    } else {
        some_text(content, "plainText").unwrap_or_else(|| without_tags(&text(content, "html")))
    };
    written.trim_matches('\n').to_owned()
}

/// Nesting is bounded by the reader of JSON.
fn block(element: &Value, level: usize) -> String {
    let children = list(element, "children");
    match at(element, "type").as_str() {
        Some(kind @ ("ul" | "ol")) => {
            let line = |(at, item): (usize, &Value)| {
                let mark = if kind == "ol" { format!("{}. ", at + 1) } else { "- ".to_owned() };
                format!("{}{mark}{}", "  ".repeat(level), block(item, level + 1).trim_start())
            };
            children.iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
        }
        Some("li") => {
            let lines: Vec<String> = children.iter().map(|child| block(child, level)).collect();
            lines.join("\n")
        }
        _ => children.iter().map(|child| inline(child, level)).collect(),
    }
}

fn inline(element: &Value, level: usize) -> String {
    let Some(written) = at(element, "text").as_str() else {
        let inner = block(element, level);
        return match at(element, "type").as_str() {
            // A link shows its address, which can be tapped.
            Some("a") => match some_text(element, "url") {
                Some(url) if inner.trim().is_empty() || inner.trim() == url => url,
                Some(url) => format!("{inner} ({url})"),
                None => inner,
            },
            _ => inner,
        };
    };
    let mut out = written.to_owned();
    for (key, mark) in [("bold", "*"), ("italic", "_"), ("strikethrough", "~")] {
        let inner = out.trim();
        if at(element, key).as_bool() == Some(true) && !inner.is_empty() && !inner.contains('\n') {
            let begin = out.len() - out.trim_start().len();
            let end = out.trim_end().len();
            out = format!("{}{mark}{inner}{mark}{}", &out[..begin], &out[end..]);
        }
    }
    out
}

/// The words of HTML; `<br>` and the ends of paragraphs are new lines.
fn without_tags(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(begin) = rest.find('<') {
        out.push_str(&rest[..begin]);
        let Some(end) = rest[begin..].find('>') else {
            rest = &rest[begin..];
            break;
        };
        let tag = rest[begin + 1..begin + end].trim().to_lowercase();
        if tag.starts_with("br") || tag == "/div" || tag == "/p" || tag == "/li" {
            out.push('\n');
        }
        rest = &rest[begin + end + 1..];
    }
    out.push_str(rest);
    let named = [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    named.iter().fold(out, |out, (name, c)| out.replace(name, c)).trim().to_owned()
}
