//! Marks the words in which two texts differ, for a reader who looks from one to the other.

use crate::base::limits::MARKED_WORDS_MAX;
use schemars::JsonSchema;
use serde::Serialize;

/// Words of two texts that are equal, or that only one of them has.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MarkedWords {
    #[serde(rename = "in")]
    #[schemars(extend("enum" = ["both", "expected", "got"]))]
    side: &'static str,
    /// With the blanks behind it.
    text: String,
}

/// The words of both texts in order. Of longer texts it is one part each.
pub(super) fn differences(expected: &str, got: &str) -> Vec<MarkedWords> {
    let (old, new) = (words(expected), words(got));
    let mut parts: Vec<MarkedWords> = Vec::new();
    let mut add = |side: &'static str, word: &str| match parts.last_mut() {
        Some(last) if last.side == side => last.text.push_str(word),
        _ => parts.push(MarkedWords { side, text: word.to_owned() }),
    };
    if old.len() > MARKED_WORDS_MAX || new.len() > MARKED_WORDS_MAX {
        add("expected", expected);
        add("got", got);
    } else {
        let longest = longest_common(&old, &new);
        let (mut a, mut b) = (0, 0);
        while a < old.len() || b < new.len() {
            match (old.get(a), new.get(b)) {
                (Some(left), Some(right)) if left == right => {
                    add("both", left);
                    (a, b) = (a + 1, b + 1);
                }
                (Some(left), right) if right.is_none() || longest[a + 1][b] >= longest[a][b + 1] => {
                    add("expected", left);
                    a += 1;
                }
                (_, Some(right)) => {
                    add("got", right);
                    b += 1;
                }
                (_, None) => break,
            }
        }
    }
    parts
}

/// Words with the blanks behind them.
fn words(text: &str) -> Vec<&str> {
    text.split_inclusive(char::is_whitespace).collect()
}

/// For each two rests of the texts the number of words that stand in both in the same order.
fn longest_common(old: &[&str], new: &[&str]) -> Vec<Vec<usize>> {
    let mut table = vec![vec![0; new.len() + 1]; old.len() + 1];
    for a in (0..old.len()).rev() {
        for b in (0..new.len()).rev() {
            table[a][b] = match old[a] == new[b] {
                true => table[a + 1][b + 1] + 1,
                false => table[a + 1][b].max(table[a][b + 1]),
            };
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(expected: &str, got: &str) -> String {
        let part = |part: &MarkedWords| format!("{}({})", part.side, part.text);
        differences(expected, got).iter().map(part).collect()
    }

    #[test]
    fn changed_words_are_marked_and_equal_ones_are_not() {
        assert_eq!(marked("Hello to you", "Hello to all"), "both(Hello to )expected(you)got(all)");
        assert_eq!(marked("a b c", "b c d"), "expected(a )both(b )expected(c)got(c d)");
        assert_eq!(marked("same", "same"), "both(same)");
        assert_eq!(marked("", "new"), "got(new)");
        assert_eq!(marked("old", ""), "expected(old)");
    }

    #[test]
    fn long_texts_are_one_part_each() {
        let text = |count: usize, last: &str| format!("{}{last}", "a ".repeat(count - 1));
        let parts = |count: usize| differences(&text(count, "x"), &text(count, "y")).len();
        assert_eq!((parts(MARKED_WORDS_MAX), parts(MARKED_WORDS_MAX + 1)), (3, 2));
    }
}
