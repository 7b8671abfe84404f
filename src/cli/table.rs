//! Prints lists for people: columns below headings, as wide as their longest cell.

use super::{out, paint::Paint};

/// Prints rows below headings, or with `--json` as objects; prints `empty` if there are no rows.
pub fn print(headings: &[&str], rows: &[Vec<String>], empty: &str) {
    if out::is_json() {
        return out::document(&out::rows(headings, rows));
    }
    if rows.is_empty() {
        println!("{empty}");
        return;
    }
    print!("{}", layout(headings, rows, Paint::stdout()));
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
        // A line break in a name would begin a false row.
        let cells: Vec<String> = row.iter().map(|cell| cell.replace(['\n', '\r', '\t'], " ")).collect();
        out.push_str(&line(&mut cells.iter().map(String::as_str)));
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other() {
        let rows = [vec!["1".into(), "Ada".into()], vec!["1002".into(), "Zoë".into()]];
        let paint = Paint::stdout();
        if !paint.is_on() {
            assert_eq!(layout(&["id", "name"], &rows, paint), "id    name\n1     Ada\n1002  Zoë\n");
        }
    }
}
