//! Builds versions of a file that can be parsed while a word is being typed in it.

use super::{CompletionRequest, MARK, is_word};

impl CompletionRequest<'_, '_> {
    /// The file with the mark in place of the word, as a key and as a value: one of the two can be parsed.
    pub(super) fn marked(&self) -> Vec<String> {
        let text = self.file.text();
        let (before, after) = (&text[..self.word.start], &text[self.word.end..]);
        let line = before.rsplit('\n').next().unwrap_or_default();
        // `contact.` in `contact.city` belongs to the word.
        let stem = line.trim_end_matches(|c| is_word(c) || c == '.');
        let begins = stem.trim_start_matches(['-', ' ']).is_empty();
        let in_braces = stem.trim_end().ends_with(['{', ',']) && line.matches('{').count() > line.matches('}').count();
        let rest = after.split('\n').next().unwrap_or_default();
        let value = format!("{before}{MARK}{after}");
        let key = format!("{before}{MARK}: {after}");
        let all = match begins || in_braces {
            _ if rest.trim_start().starts_with(':') => vec![value],
            true => vec![key, value],
            false => vec![value],
        };
        // The line that is being typed may have open quotes or brackets.
        let open = unclosed(&format!("{line}{rest}"));
        let closed = |text: &String| {
            let (head, tail) = text.split_at(text.len() - (after.len() - rest.len()));
            format!("{head}{open}{tail}")
        };
        let closed: Vec<String> = all.iter().filter(|_| !open.is_empty()).map(closed).collect();
        closed.into_iter().chain(all).collect()
    }
}

/// The quotes and brackets that close the open ones at the end of a line.
fn unclosed(line: &str) -> String {
    let (mut open, mut quote, mut previous) = (Vec::new(), None, ' ');
    for c in line.chars() {
        match (quote, c) {
            (Some(one), c) => {
                if c == one && previous != '\\' {
                    quote = None;
                }
            }
            (None, '"' | '\'') if matches!(previous, ' ' | '[' | '{' | ',') => quote = Some(c),
            (None, '{') => open.push('}'),
            (None, '[') => open.push(']'),
            (None, '}' | ']') => drop(open.pop()),
            (None, _) => {}
        }
        previous = c;
    }
    quote.into_iter().chain(open.into_iter().rev()).collect()
}
