//! Recognises a change of a value as programs write it: `n += 1`, `n++`, `n = 5`.

use super::quoted;

/// The name, and the value that stands behind its `:`; `None`: this is another text.
pub fn assignment(text: &str) -> Option<(&str, String)> {
    let text = text.trim();
    let counted = [("++", "+"), ("--", "-")].into_iter().find_map(|(end, sign)| Some((text.strip_suffix(end)?, sign)));
    if let Some((name, sign)) = counted {
        let name = name.trim_end();
        return is_name(name).then(|| (name, quoted(&format!("${{{name} {sign} 1}}"))));
    }
    let (left, value) = text.split_once('=')?;
    let (left, value) = (left.trim_end(), value.trim_start_matches('=').trim());
    let sign = left.chars().next_back().filter(|sign| matches!(sign, '+' | '-' | '*' | '/'));
    let name = left.trim_end_matches(['+', '-', '*', '/']).trim_end();
    if !is_name(name) || value.is_empty() || value.contains('=') {
        return None;
    }
    let value = match sign {
        Some(sign) => quoted(&format!("${{{name} {sign} {}}}", value.replace("${", "").replace('}', ""))),
        None if value.contains("${") => quoted(value),
        None => value.to_owned(),
    };
    Some((name, value))
}

fn is_name(text: &str) -> bool {
    text.starts_with(char::is_alphabetic) && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_of_other_languages_are_known() {
        let meant = |text| assignment(text).map(|(name, value)| format!("{name}: {value}"));
        assert_eq!(meant("n += 1").as_deref(), Some("n: \"${n + 1}\""));
        assert_eq!(meant("n++").as_deref(), Some("n: \"${n + 1}\""));
        assert_eq!(meant("contact.points -= cost").as_deref(), Some("contact.points: \"${contact.points - cost}\""));
        assert_eq!(meant("n = 5").as_deref(), Some("n: 5"));
        assert_eq!(meant("n == ${m}").as_deref(), Some("n: \"${m}\""));
        assert_eq!(
            meant("Prices = what you see"),
            Some(("Prices", "what you see".to_owned())).map(|(n, v)| format!("{n}: {v}"))
        );
        assert_eq!(meant("a b = 5"), None);
        assert_eq!(meant("n += 1 m += 2"), None);
    }
}
