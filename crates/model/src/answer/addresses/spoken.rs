//! Writes a mail address in signs that somebody spells in words: `ana arroba gmail punto com`, `ana @ gmail.com`.

use crate::matching::fold;

/// The text with the address in signs; `None` if it spells none.
pub fn in_signs(text: &str) -> Option<String> {
    let said: Vec<&str> = text.split_whitespace().collect();
    let is_at = |word: &&str| ATS.contains(&fold(word).as_str()) || *word == "@";
    let mut ats = said.iter().enumerate().filter(|(_, word)| is_at(word)).map(|(place, _)| place);
    let at =
        ats.next().filter(|_| ats.next().is_none() && !said.iter().any(|word| word.len() > 1 && word.contains('@')))?;
    let sign = |place: usize| {
        let folded = fold(said.get(place)?);
        SIGNS.iter().find(|(names, _)| names.contains(&folded.as_str())).map(|(_, sign)| *sign)
    };
    let is_part = |place: usize| {
        said.get(place).is_some_and(|word| {
            word.is_ascii()
                && word
                    .trim_end_matches(['.', ',', '!'])
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"._-+".contains(&byte))
        }) && sign(place).is_none()
    };
    let mut start = at.checked_sub(1).filter(|place| is_part(*place))?;
    while start >= 2 && sign(start - 1).is_some() && is_part(start - 2) {
        start -= 2;
    }
    let mut end = at + 1;
    if !is_part(end) {
        return None;
    }
    while sign(end + 1).is_some() && is_part(end + 2) {
        end += 2;
    }
    let part = |place: usize| match sign(place) {
        Some(sign) => sign,
        None if place == at => "@",
        None => said[place],
    };
    let address: String = (start..=end).map(part).collect();
    let all: Vec<&str> =
        said[..start].iter().copied().chain([address.as_str()]).chain(said[end + 1..].iter().copied()).collect();
    Some(all.join(" "))
}

/// Words for the sign `@`. The English *at* is too many other things.
const ATS: [&str; 6] = ["arroba", "arobase", "arrobase", "chiocciola", "klammeraffe", "arobas"];
const SIGNS: [(&[&str], &str); 3] = [
    (&["punto", "point", "punkt", "ponto", "dot"], "."),
    (&["guion", "tiret", "bindestrich", "hifen", "trattino"], "-"),
    (&["underscore", "subrayado", "unterstrich"], "_"),
];

#[cfg(test)]
mod tests {
    use super::super::super::{AnswerContext, AnswerType, InboundKind, tests::hearing, understand};
    use crate::value::Value;

    #[test]
    fn an_address_in_words_is_read() {
        for (language, text, address) in [
            ("es", "ana arroba gmail punto com", Some("ana@gmail.com")),
            ("fr", "anne arobase orange point fr", Some("anne@orange.fr")),
            ("es", "ana @ gmail.com", Some("ana@gmail.com")),
            ("it", "anna punto rossi chiocciola example punto net", Some("anna.rossi@example.net")),
            ("es", "mi correo es ana arroba gmail punto com", Some("ana@gmail.com")),
            ("es", "ana arroba", None),
            ("es", "arroba gmail punto com", None),
        ] {
            let value = understand(AnswerType::Email, &InboundKind::Text { body: text.into() }, &hearing(language));
            assert_eq!(value, address.map(Value::text), "{text}");
        }
    }

    #[test]
    fn a_mexican_number_with_an_old_prefix_is_read() {
        let mexican = |text: &str| {
            let hearing = AnswerContext { phone: Some("+525512345678"), ..hearing("es") };
            understand(AnswerType::Phone, &InboundKind::Text { body: text.into() }, &hearing)
        };
        for text in [
            "+52 1 55 1234 5678",
            "5215512345678",
            "521 55 1234 5678",
            "044 55 1234 5678",
            "01 55 1234 5678",
            "55 1234 5678",
        ] {
            assert_eq!(mexican(text), Some(Value::text("+525512345678")), "{text}");
        }
        for text in ["55-1234-5678 ext 12", "044 55 1234", "02 55 1234 5678"] {
            assert_eq!(mexican(text), None, "{text}");
        }
    }
}
