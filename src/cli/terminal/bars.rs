//! Draws counts as bars below each other, for reports and forecasts in a terminal.

use super::paint::Paint;

/// One bar: its name, its count and its colour.
pub struct Bar {
    pub name: String,
    pub count: i64,
    pub tone: Tone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Good,
    /// The messages are sent later, or in another form.
    Mixed,
    Bad,
}

/// The length of the longest bar in characters.
const WIDTH: usize = 32;
/// Blocks of zero to seven eighths of a character, filled from the left.
const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// The lines, one for each bar; the length of a bar is its share of `whole`.
pub fn lines(bars: &[Bar], whole: i64, paint: Paint) -> Vec<String> {
    let name = bars.iter().map(|bar| bar.name.chars().count()).max().unwrap_or(0);
    let count = bars.iter().map(|bar| bar.count.to_string().len()).max().unwrap_or(0);
    bars.iter()
        .map(|bar| {
            let drawn = drawn(bar.count, whole);
            let pad = " ".repeat(WIDTH.saturating_sub(drawn.chars().count()));
            let drawn = match bar.tone {
                Tone::Good => paint.good(drawn),
                Tone::Mixed => paint.warn(drawn),
                Tone::Bad => paint.bad(drawn),
            };
            let percent = if whole > 0 { bar.count.saturating_mul(100) / whole } else { 0 };
            format!("  {:name$}  {drawn}{pad}  {:>count$}  {percent:>3} %", bar.name, bar.count)
        })
        .collect()
}

/// The bar in eighths of a character; a count above zero has at least one.
fn drawn(count: i64, whole: i64) -> String {
    let width = i64::try_from(WIDTH).unwrap_or(i64::MAX) * 8;
    let eighths = if whole > 0 { (count.saturating_mul(width) / whole).clamp(0, width) } else { 0 };
    let eighths = usize::try_from(eighths.max(i64::from(count > 0))).unwrap_or(0);
    let mut text = "█".repeat(eighths / 8);
    text.extend(Some(EIGHTHS[eighths % 8]).filter(|_| eighths % 8 > 0));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_part() {
        assert_eq!(drawn(100, 100).chars().count(), WIDTH);
        assert_eq!(drawn(50, 100), "█".repeat(WIDTH / 2));
        assert_eq!((drawn(0, 100), drawn(1, 1_000_000)), (String::new(), "▏".to_owned()), "a little is not nothing");
        assert_eq!(drawn(3, 0), "▏");
        let bar = |name: &str, count| Bar { name: name.into(), count, tone: Tone::Good };
        let lines = lines(&[bar("text", 3), bar("template x", 1)], 4, Paint::plain());
        assert!(lines[0].ends_with("3   75 %") && lines[1].ends_with("1   25 %"), "{lines:#?}");
        assert_eq!(lines[0].chars().count(), lines[1].chars().count());
    }
}
