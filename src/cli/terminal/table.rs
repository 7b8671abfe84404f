//! Prints lists for people: columns below headings, as wide as their longest cell.

use super::{out, paint::Paint, show};
use crate::cli::client::advice;

/// Prints rows below headings, or with `--json` as objects; prints `empty` if there are no rows.
pub fn print(headings: &[&str], rows: &[Vec<String>], empty: &str) {
    if out::is_json() {
        return out::document(&out::rows(headings, rows));
    }
    if rows.is_empty() {
        println!("{}", advice::with_config(empty));
        return;
    }
    print!("{}", layout(headings, rows, Paint::stdout()));
}

/// Tells that a list was cut; beside a document on standard error, for the document holds the rows alone. `all`: how many
/// there are, where that is known; `limit_max`: the greatest `--limit` of the command.
pub fn tell_cut(limit: i64, all: Option<i64>, limit_max: i64) {
    let words = cut(limit, all, limit_max);
    if out::is_json() { eprintln!("{words}") } else { println!("{words}") }
}

fn cut(limit: i64, all: Option<i64>, limit_max: i64) -> String {
    let these = match all {
        Some(all) => format!("These are the newest {limit} of {all}"),
        None => format!("These are the newest {limit}, and there are more"),
    };
    match all {
        Some(all) if all <= limit_max => format!("{these}: `--limit {all}` shows all."),
        Some(_) | None if limit < limit_max => format!("{these}: `--limit {limit_max}` shows more."),
        Some(_) | None => format!("{these}: the API lists them page by page."),
    }
}

/// Takes the row off that was read beyond the limit. True if there was one: the list is cut.
pub fn is_cut<T>(rows: &mut Vec<T>, limit: i64) -> bool {
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    rows.truncate(most);
    more
}

fn layout(headings: &[&str], rows: &[Vec<String>], paint: Paint) -> String {
    let width = |column: usize| {
        let longest = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
        longest.unwrap_or(0).max(headings[column].chars().count())
    };
    let widths: Vec<usize> = (0..headings.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut line = String::new();
        for (cell, width) in cells.zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.chars().count()) + 2));
        }
        line.trim_end().to_owned()
    };
    let mut out = paint.faint(line(&mut headings.iter().copied()));
    out.push('\n');
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| show::line(cell)).collect();
        out.push_str(&line(&mut cells.iter().map(String::as_str)));
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::limits::COMMAND_ROWS_MAX;

    #[test]
    fn a_list_says_that_it_is_cut_and_how_to_see_the_rest() {
        let most = COMMAND_ROWS_MAX;
        assert_eq!(cut(100, Some(240), most), "These are the newest 100 of 240: `--limit 240` shows all.");
        assert_eq!(cut(50, Some(most), most), "These are the newest 50 of 1000: `--limit 1000` shows all.");
        assert_eq!(cut(50, Some(most + 1), most), "These are the newest 50 of 1001: `--limit 1000` shows more.");
        assert_eq!(cut(50, None, most), "These are the newest 50, and there are more: `--limit 1000` shows more.");
        assert!(cut(most, None, most).ends_with("the API lists them page by page."));
        let mut rows = vec![1, 2, 3];
        assert!(!is_cut(&mut rows, 3) && is_cut(&mut rows, 2) && rows == [1, 2]);
    }

    #[test]
    fn columns_stand_under_each_other() {
        let rows = [vec!["1".into(), "Ada".into()], vec!["1002".into(), "Zoë".into()]];
        let paint = Paint::stdout();
        if !paint.is_on() {
            assert_eq!(layout(&["id", "name"], &rows, paint), "id    name\n1     Ada\n1002  Zoë\n");
        }
    }
}
