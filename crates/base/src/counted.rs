//! Formats a number with its noun: `1 error`, `2 errors`.

use std::fmt::Display;

/// For a noun whose plural ends in `s`.
pub fn counted(number: impl Display, what: &str) -> String {
    counted_as(number, what, &format!("{what}s"))
}

/// For a noun with another plural.
pub fn counted_as(number: impl Display, one: &str, many: &str) -> String {
    let number = number.to_string();
    let what = if number == "1" { one } else { many };
    format!("{number} {what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular_and_all_else_plural() {
        assert_eq!([0, 1, 2, 21].map(|n| counted(n, "error")), ["0 errors", "1 error", "2 errors", "21 errors"]);
        assert_eq!(counted_as(1_u64, "person", "people"), "1 person");
        assert_eq!(counted_as(3_i64, "person", "people"), "3 people");
    }
}
