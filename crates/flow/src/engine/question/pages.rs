//! Divides long lists: selects the options of one message, and the rows that lead to the others.

use crate::{
    base::limits::{LIST_FIXED_MAX, LIST_ROWS_MAX},
    engine::{question::answering, routing::choose::RoutedMessage, turn::Turn},
    load::stock_phrases::Phrase,
    model::{matching, session::OptionShown},
};

/// The options of a question in one message.
pub struct Page<'o> {
    pub options: Vec<&'o OptionShown>,
    /// The pages that its last rows lead to, from 0.
    pub back: Option<u32>,
    pub more: Option<u32>,
}

/// The page with this number, from 0; a number that is too high gives the last page. Fixed options are on every page.
pub fn page(all: &[OptionShown], number: u32) -> Page<'_> {
    if all.len() <= LIST_ROWS_MAX {
        return Page { options: all.iter().collect(), back: None, more: None };
    }
    let fixed: Vec<&OptionShown> = all.iter().filter(|option| option.fixed).collect();
    // With too many fixed options no page would have room for others, so they are divided like the others.
    let fixed = if fixed.len() > LIST_FIXED_MAX { Vec::new() } else { fixed };
    let rest: Vec<&OptionShown> = all.iter().filter(|option| fixed.is_empty() || !option.fixed).collect();
    let room = LIST_ROWS_MAX - fixed.len();
    let (mut at, mut start) = (0_u32, 0);
    loop {
        let back = at.checked_sub(1);
        // One row leads to the next page, and one back from all but the first page.
        let last = rest.len() - start <= room - usize::from(back.is_some());
        let count = if last { rest.len() - start } else { room - 1 - usize::from(back.is_some()) };
        if last || at == number {
            let options = rest[start..start + count].iter().chain(&fixed).copied().collect();
            return Page { options, back, more: (!last).then_some(at + 1) };
        }
        start += count;
        at += 1;
    }
}

/// The page that a typed `more` or `back` means, among those that the waiting question offers now.
pub fn page_meant(turn: &Turn<'_>, run: u32, heard: &RoutedMessage<'_>) -> Option<u32> {
    let question = answering::question(turn, run)?;
    heard.text?;
    let shown = page(&question.options, question.page);
    let (here, ask) = answering::ask_step(turn, run)?;
    let says = |phrase: Phrase| {
        let title = ask.message.phrases.said(turn, here, phrase);
        title.is_ok_and(|title| matching::fold(&title) == heard.folded)
    };
    let more = shown.more.filter(|_| says(Phrase::More));
    more.or_else(|| shown.back.filter(|_| says(Phrase::Back)))
}

/// Shows another page of the waiting question. It does not count as a bad answer, and the deadline stays.
pub fn show_page(turn: &mut Turn<'_>, run: u32, number: u32, heard: &RoutedMessage<'_>) {
    if let Some(question) = answering::question_mut(turn, run) {
        question.page = number;
    }
    if let Some(run) = turn.run_mut(run) {
        run.asked_for = Some(heard.message.at);
    }
    turn.note(Some(run), None, format!("page {} of the options", number + 1));
    let Some((here, ask)) = answering::ask_step(turn, run) else { return };
    let asked = turn.sentence(here, &ask.message.body, &[]).and_then(|body| answering::repeat(turn, here, ask, &body));
    if let Err(failure) = asked {
        turn.note_at(here, failure.text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::value::Value;

    fn options(count: usize, fixed: usize) -> Vec<OptionShown> {
        let option = |n: usize| OptionShown {
            id: n.to_string(),
            title: n.to_string(),
            value: Value::Nothing,
            description: None,
            consent: Vec::new(),
            fixed: n >= count,
        };
        (0..count + fixed).map(option).collect()
    }

    #[test]
    fn every_option_stands_on_exactly_one_page_and_fixed_ones_on_all() {
        for (count, fixed) in [(1, 0), (10, 0), (11, 0), (18, 0), (19, 0), (26, 0), (100, 0), (9, 2), (40, 4), (12, 6)]
        {
            let all = options(count, fixed);
            let (mut number, mut seen, mut pages) = (0, Vec::new(), 0);
            loop {
                let shown = page(&all, number);
                let rows = shown.options.len() + usize::from(shown.back.is_some()) + usize::from(shown.more.is_some());
                assert!(rows <= LIST_ROWS_MAX, "{count} and {fixed}: {rows} rows on page {number}");
                assert_eq!(shown.back, number.checked_sub(1));
                seen.extend(shown.options.iter().map(|option| option.id.parse::<usize>().unwrap()));
                pages += 1;
                let Some(more) = shown.more else { break };
                number = more;
            }
            let times = |n: usize| seen.iter().filter(|id| **id == n).count();
            assert!((0..count).all(|n| times(n) == 1), "{count} and {fixed}");
            let everywhere = if fixed > LIST_FIXED_MAX { 1 } else { pages };
            assert!((count..count + fixed).all(|n| times(n) == everywhere), "{count} and {fixed}");
            let last = page(&all, 99);
            assert_eq!((last.back, last.more), (number.checked_sub(1), None), "beyond the last page is the last");
        }
    }
}
