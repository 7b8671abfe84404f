//! Reports `x in 1..14`, which leaves the 14 out.

use crate::base::{diagnostic::Diagnostic, fix::Fix, place::Place, yaml::Scalar};

/// The finding about the first range of such code whose end does not count.
pub fn without_end(scalar: &Scalar) -> Option<Diagnostic> {
    let source = scalar.text.as_str();
    let quotes = |at: usize| source[..at].matches('"').count();
    let dots = source.match_indices("..").map(|(at, _)| at).find(|at| {
        quotes(*at).is_multiple_of(2)
            && !source[at + 2..].starts_with(['=', '.'])
            && !source[..*at].ends_with('.')
            && tested(&source[..*at]).is_some()
    })?;
    let value = tested(&source[..dots])?;
    let start = source[..dots].rfind(|c: char| !is_operand(c)).map_or(0, |at| at + 1);
    let end = dots + 2 + source[dots + 2..].find(|c: char| !is_operand(c)).unwrap_or(source.len() - dots - 2);
    let (from, to) = (&source[start..dots], &source[dots + 2..end]);
    if from.is_empty() || to.is_empty() {
        return None;
    }
    let whole = scalar.place.range();
    // With escapes, the places in the text are not those in the file.
    let exact = scalar.place.text() == source;
    let place = if exact {
        Place::new(scalar.place.file(), whole.start + start..whole.start + end)
    } else {
        scalar.place.clone()
    };
    let message = format!("`{from}..{to}` ends before {to}");
    let help = format!("write `{from}..={to}` if {to} counts too, else `{value} >= {from} && {value} < {to}`");
    let fix = Fix::replace(format!("write `{from}..={to}`"), &place, format!("{from}..={to}")).guess();
    Some(Diagnostic::warning("W331", &place, message).help(help).fix_if(exact.then_some(fix)))
}

/// The value before `in` and the first end of the range: `x` in `x in 1`.
fn tested(before: &str) -> Option<&str> {
    let before = before.trim_end_matches(is_operand);
    let left = before.strip_suffix("in ")?.trim_end();
    let spaced = before.len() - "in ".len() > left.len();
    let left = left.strip_suffix('!').map_or(left, str::trim_end);
    let value = &left[left.rfind(|c: char| !is_operand(c)).map_or(0, |at| at + 1)..];
    (spaced && !value.is_empty()).then_some(value)
}

fn is_operand(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::place::SourceFile;

    fn said(code: &str) -> Option<String> {
        let file = SourceFile::new("a.yaml", code);
        let scalar = Scalar::at(&Place::new(&file, 0..code.len()), code);
        without_end(&scalar).map(|finding| finding.to_string())
    }

    #[test]
    fn a_range_without_its_end_is_reported() {
        let found = said("n > 0 && n in 1..14").unwrap();
        assert!(found.starts_with("a.yaml:1:15: warning[W331] `1..14` ends before 14"), "{found}");
        assert!(found.ends_with("write `1..=14` if 14 counts too, else `n >= 1 && n < 14`"), "{found}");
        assert!(said("answer.hour in 9..17 || vip").is_some_and(|found| found.contains("answer.hour >= 9")));
    }

    #[test]
    fn other_ranges_and_texts_are_left_alone() {
        for code in ["n in 1..=14", "text == \"n in 1..14\"", "text.sub_string(1..4)", "n in numbers"] {
            assert_eq!(said(code), None, "{code}");
        }
    }
}
