//! Explains schedules whose words or fields stand in another order than they are read, or take days away.

use super::{
    Wrong,
    meant::LIKE,
    names::WEEKDAYS,
    words::{parse, weekday},
};

/// The finding for `MON 10 * * *`: the fields of cron in another order.
pub(super) fn in_disorder(text: &str, tokens: &[String]) -> Option<Wrong> {
    let star = tokens.iter().any(|token| token == "*");
    let day = tokens.iter().find(|token| weekday(token).is_some() || *token == "mar")?;
    let day = if day == "mar" { "tue" } else { day };
    let hour = tokens.iter().find_map(|token| token.parse::<u8>().ok()).filter(|hour| star && *hour < 24)?;
    let instead = format!("0 {hour} * * {}", day.get(..3)?.to_uppercase());
    let message = format!("`{}` is no schedule: its five fields are minute, hour, day, month and weekday", text.trim());
    Some(Wrong { help: Some(format!("write `{instead}`")), instead: Some(instead), ..Wrong::new(message) })
}

/// The finding for `weekdays except friday 10:00`: a schedule lists the days that it has.
pub(super) fn without(tokens: &[String]) -> Option<Wrong> {
    let at = tokens.iter().position(|token| matches!(token.as_str(), "except" | "but" | "without" | "excluding"))?;
    let has = |words: &[&str]| tokens[..at].iter().any(|token| words.contains(&token.as_str()));
    let all = match () {
        () if has(&["weekdays", "weekday"]) => 0..5,
        () if has(&["weekends", "weekend"]) => 5..7,
        () if has(&["daily", "day", "days", "everyday"]) => 0..7,
        () => 0..0,
    };
    let out: Vec<usize> = tokens[at..].iter().filter_map(|token| weekday(token)).collect();
    let left: Vec<&str> = all.filter(|day| !out.contains(day)).map(|day| WEEKDAYS[day]).collect();
    let time = tokens.iter().find(|token| token.contains(':')).map_or("9:00", String::as_str);
    let message = format!("a schedule names the days that it has, and `{}` takes some away", tokens[at]);
    let instead = format!("{} {time}", left.join(", "));
    if left.is_empty() || out.is_empty() || parse(&super::words::tokens(&instead)).is_err() {
        return Some(Wrong { help: Some(LIKE.to_owned()), ..Wrong::new(message) });
    }
    Some(Wrong { help: Some(format!("write `{instead}`")), instead: Some(instead), ..Wrong::new(message) })
}
