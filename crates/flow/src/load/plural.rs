//! Finds the plural forms of a language that whole numbers use, and gettext's rule for them.

use crate::base::{
    diagnostic::Diagnostic,
    fix::Fix,
    yaml::{self, Node},
};
use icu_plurals::{PluralCategory, PluralRules};

/// The names of plural categories in Unicode (cldr.unicode.org, language plural rules).
pub const CATEGORIES: [(&str, PluralCategory); 6] = [
    ("zero", PluralCategory::Zero),
    ("one", PluralCategory::One),
    ("two", PluralCategory::Two),
    ("few", PluralCategory::Few),
    ("many", PluralCategory::Many),
    ("other", PluralCategory::Other),
];

pub fn name(category: PluralCategory) -> &'static str {
    CATEGORIES.iter().find(|(_, known)| *known == category).map_or("other", |(name, _)| name)
}

/// The category of a number; `other` if Unicode does not know the language.
pub fn category(language: &str, number: f64) -> PluralCategory {
    match rules(language) {
        // The rules are used for whole numbers only.
        Some(rules) if number.fract() == 0.0 && number.abs() < 9e15 => rules.category_for(number.abs() as u64),
        Some(_) | None => PluralCategory::Other,
    }
}

/// The categories of numbers that occur in conversations, in the order of `CATEGORIES`. The Romance `many`, for
/// millions, is not among them.
pub fn in_use(language: &str) -> Vec<PluralCategory> {
    let Some(rules) = rules(language) else { return vec![PluralCategory::Other] };
    let met = |category| (0..=COUNTED_TO).any(|n: u64| rules.category_for(n) == category);
    CATEGORIES.into_iter().map(|(_, category)| category).filter(|category| met(*category)).collect()
}

/// The value of `Plural-Forms:` in PO files; the index is the position in `in_use`. `None`: no rule in the list fits
/// the language.
pub fn gettext(language: &str) -> Option<&'static str> {
    let (rules, forms) = (rules(language)?, in_use(language));
    let index = |n| forms.iter().position(|known| *known == rules.category_for(n));
    let (line, _) = GETTEXT.iter().find(|(_, rule)| (0..=COUNTED_TO).all(|n| index(n) == Some(rule(n))))?;
    Some(line)
}

/// All rules for whole numbers below a million repeat after each hundred.
const COUNTED_TO: u64 = 1_000;

type Rule = (&'static str, fn(u64) -> usize);

/// The rules in the syntax of translators' tools (GNU gettext manual, *Plural forms*), each with the same rule in Rust.
const GETTEXT: [Rule; 12] = [
    ("nplurals=1; plural=0;", |_| 0),
    ("nplurals=2; plural=(n != 1);", |n| usize::from(n != 1)),
    ("nplurals=2; plural=(n > 1);", |n| usize::from(n > 1)),
    ("nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);", |n| {
        match n {
            n if n % 10 == 1 && n % 100 != 11 => 0,
            n if (2..=4).contains(&(n % 10)) && !(12..=14).contains(&(n % 100)) => 1,
            _ => 2,
        }
    }),
    ("nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);", |n| match n {
        1 => 0,
        n if (2..=4).contains(&(n % 10)) && !(12..=14).contains(&(n % 100)) => 1,
        _ => 2,
    }),
    ("nplurals=3; plural=(n==1 ? 0 : n>=2 && n<=4 ? 1 : 2);", |n| match n {
        1 => 0,
        2..=4 => 1,
        _ => 2,
    }),
    ("nplurals=3; plural=(n==1 ? 0 : n==2 ? 1 : 2);", |n| match n {
        1 => 0,
        2 => 1,
        _ => 2,
    }),
    ("nplurals=3; plural=(n==1 ? 0 : n==0 || (n%100>0 && n%100<20) ? 1 : 2);", |n| match n {
        1 => 0,
        n if n == 0 || (1..20).contains(&(n % 100)) => 1,
        _ => 2,
    }),
    ("nplurals=3; plural=(n%10==1 && (n%100<11 || n%100>19) ? 0 : n%10>=2 && (n%100<11 || n%100>19) ? 1 : 2);", |n| {
        match n {
            n if (11..=19).contains(&(n % 100)) => 2,
            n if n % 10 == 1 => 0,
            n if n % 10 >= 2 => 1,
            _ => 2,
        }
    }),
    ("nplurals=3; plural=(n%10==0 || (n%100>=11 && n%100<=19) ? 0 : n%10==1 ? 1 : 2);", |n| match n {
        n if n % 10 == 0 || (11..=19).contains(&(n % 100)) => 0,
        n if n % 10 == 1 => 1,
        _ => 2,
    }),
    ("nplurals=4; plural=(n%100==1 ? 0 : n%100==2 ? 1 : n%100==3 || n%100==4 ? 2 : 3);", |n| match n % 100 {
        1 => 0,
        2 => 1,
        3 | 4 => 2,
        _ => 3,
    }),
    (
        "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);",
        |n| match (n, n % 100) {
            (0..=2, _) => usize::try_from(n).unwrap_or(0),
            (_, 3..=10) => 3,
            (_, 11..) => 4,
            _ => 5,
        },
    ),
];

/// Cheap, because it only refers to compiled data. `None`: Unicode does not know the language.
fn rules(language: &str) -> Option<PluralRules> {
    let locale: icu_locale_core::Locale = language.replace('_', "-").parse().ok()?;
    PluralRules::try_new_cardinal((&locale).into()).ok()
}

/// The finding about `count: dogs`: the form is chosen by the number that an expression gives.
pub fn never_counted(node: &Node) -> Option<Diagnostic> {
    let scalar = node.scalar().filter(|scalar| !scalar.is_broken() && !scalar.text.contains("${"))?;
    let text = format!("${{{}}}", scalar.text);
    let message = format!("`count` is the text `{}`, and no number: `other` is always taken", scalar.text);
    let finding = Diagnostic::warning("W320", &node.place, message);
    let fix = Fix::replace(format!("write \"{text}\""), &node.place, yaml::quoted(&text)).guess();
    Some(finding.help(format!("write `count: \"{text}\"`")).fix(fix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_the_languages_own_categories() {
        assert_eq!(category("en", 1.0), PluralCategory::One);
        assert_eq!(category("en", 1.5), PluralCategory::Other);
        assert_eq!(category("fr", 0.0), PluralCategory::One);
        assert_eq!(category("pl", 3.0), PluralCategory::Few);
        assert_eq!(category("pt_BR", 2.0), PluralCategory::Other);
    }

    #[test]
    fn common_languages_have_gettexts_rule() {
        for (language, forms, start) in [
            ("ja", 1, "nplurals=1;"),
            ("en", 2, "nplurals=2; plural=(n != 1);"),
            ("es", 2, "nplurals=2; plural=(n != 1);"),
            ("de", 2, "nplurals=2; plural=(n != 1);"),
            ("it", 2, "nplurals=2; plural=(n != 1);"),
            ("fr", 2, "nplurals=2; plural=(n > 1);"),
            ("pt", 2, "nplurals=2; plural=(n > 1);"),
            ("ru", 3, "nplurals=3; plural=(n%10==1 && n%100!=11 ?"),
            ("pl", 3, "nplurals=3; plural=(n==1 ? 0 : n%10>=2"),
            ("cs", 3, "nplurals=3; plural=(n==1 ? 0 : n>=2"),
            ("ro", 3, "nplurals=3; plural=(n==1 ? 0 : n==0"),
            ("ar", 6, "nplurals=6;"),
        ] {
            assert_eq!(in_use(language).len(), forms, "{language}");
            assert!(
                gettext(language).is_some_and(|line| line.starts_with(start)),
                "{language}: {:?}",
                gettext(language)
            );
        }
        // An unknown language has one form.
        assert_eq!(
            (gettext("xx-none"), in_use("xx-none")),
            (Some("nplurals=1; plural=0;"), vec![PluralCategory::Other])
        );
    }
}
