//! Reads the teams of `_bot.yaml`: their hours, their promises, and how their cases are given to people.

use super::name_lists;
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings, did_you_mean},
        fields::Fields,
        limits::TEAM_CASES_MAX,
        place::Place,
        time::Span,
        yaml::{Entry, Node},
    },
    model::{hours::OpeningHours, session::DraftMode},
};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq)]
pub struct Team {
    /// The name of an entry in `hours`; `None`: always open.
    pub hours: Option<String>,
    /// The bot continues this long after the person's last message.
    pub give_back: Span,
    /// How long a contact waits for an answer at most, in the team's hours.
    pub answer_within: Option<Span>,
    /// How long a case is open at most, in the team's hours.
    pub solve_within: Option<Span>,
    pub assign: Assign,
    /// So many open cases a person gets by `assign` at most.
    pub at_most: Option<i64>,
    /// The agent that drafts replies while its people have the conversation.
    pub drafts: Option<Drafts>,
}

/// `suggest` or `shadow` of a team.
#[derive(Debug, Clone, PartialEq)]
pub struct Drafts {
    pub mode: DraftMode,
    pub agent: NamedAgent,
}

/// The name of an agent where it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedAgent {
    pub text: String,
    pub place: Place,
}

/// The way in which the cases of a team come to its people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Assign {
    /// People take them.
    #[default]
    ByHand,
    /// The person whose last case is the longest ago gets the next.
    InTurn,
    /// The person with the fewest open cases gets the next.
    LeastBusy,
}

impl Assign {
    pub const WORDS: &'static [&'static str] = &["by_hand", "in_turn", "least_busy"];
}

impl Team {
    /// A team that is always open and promises nothing.
    fn plain(give_back: Span) -> Team {
        Team {
            hours: None,
            give_back,
            answer_within: None,
            solve_within: None,
            assign: Assign::ByHand,
            at_most: None,
            drafts: None,
        }
    }
}

pub(super) fn parse(
    fields: &mut Fields<'_>,
    hours: &BTreeMap<String, OpeningHours>,
    give_back: Span,
    findings: &Findings,
) -> BTreeMap<String, Team> {
    let mut teams: BTreeMap<String, Team> = name_lists::teams(fields, findings)
        .iter()
        .map(|entry| (entry.key.text.clone(), team(entry, hours, give_back, findings)))
        .collect();
    // A list of names has a finding of its own; its names are used, so that hand-offs to them get no finding.
    let listed = fields.node("teams").and_then(Node::list).unwrap_or_default();
    teams.extend(listed.iter().filter_map(Node::text).map(|name| (name.to_owned(), Team::plain(give_back))));
    teams
}

fn team(entry: &Entry, hours: &BTreeMap<String, OpeningHours>, give_back: Span, findings: &Findings) -> Team {
    let mut fields = Fields::new(&entry.value, format!("team `{}`", entry.key.text), findings).at(&entry.key.place);
    let named = fields.opt_text("hours").map(str::to_owned);
    if let (Some(name), Some(node)) = (&named, fields.node("hours"))
        && !hours.contains_key(name)
    {
        let finding = Diagnostic::error("E404", &node.place, format!("there are no hours called `{name}`"));
        findings.push(finding.help_if(did_you_mean(name, hours.keys().map(String::as_str))));
    }
    let give_back = fields.duration("give_back", give_back);
    let (answer_within, solve_within) = promises(&mut fields);
    let assign = match fields.word("assign", Assign::WORDS) {
        Some("in_turn") => Assign::InTurn,
        Some("least_busy") => Assign::LeastBusy,
        Some(_) | None => Assign::ByHand,
    };
    let at_most = fields.node("at_most").map(|_| fields.whole("at_most", 1, 1..=TEAM_CASES_MAX));
    if let (Some(node), Assign::ByHand) = (fields.node("at_most"), assign) {
        let message = "`at_most` counts where cases are given out, and people take the cases of this team by hand";
        let finding = Diagnostic::warning("W262", &node.place, message);
        findings.push(finding.help("add `assign: in_turn` or `assign: least_busy`, or take `at_most` out"));
    }
    let drafts = drafts(&mut fields, findings);
    fields.finish();
    Team { hours: named, give_back, answer_within, solve_within, assign, at_most, drafts }
}

/// `suggest` or `shadow`: one agent drafts, and either people see it or nobody does.
fn drafts(fields: &mut Fields<'_>, findings: &Findings) -> Option<Drafts> {
    let mut named = |mode: DraftMode| {
        let text = fields.opt_text(mode.as_str()).map(str::to_owned)?;
        let place = fields.node(mode.as_str())?.place.clone();
        Some(Drafts { mode, agent: NamedAgent { text, place } })
    };
    let (suggest, shadow) = (named(DraftMode::Suggest), named(DraftMode::Shadow));
    if let (Some(shown), Some(hidden)) = (&suggest, &shadow) {
        let message = "a team has `suggest` or `shadow`, not both: people see the drafts of its agent, or nobody does";
        let finding =
            Diagnostic::error("E547", &hidden.agent.place, message).label(&shown.agent.place, "this is the other");
        findings
            .push(finding.help("take `suggest` out until the agent is good enough, then take `shadow` out instead"));
    }
    suggest.or(shadow)
}

/// `answer_within` and `solve_within`. The answer comes before the solution.
fn promises(fields: &mut Fields<'_>) -> (Option<Span>, Option<Span>) {
    let (answer, solve) = (fields.opt_duration("answer_within"), fields.opt_duration("solve_within"));
    if let (Some(node), Some(first), Some(last)) = (fields.node("answer_within"), answer, solve)
        && first > last
    {
        let message = format!("`answer_within` is {first}, and the whole case is solved within {last}");
        fields.wrong(node, "E261", format!("{message}; make it the shorter one"));
    }
    (answer, solve)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::place::SourceFile, parse_set};

    /// The team `desk` and the findings about it.
    fn desk(written: &str) -> (Team, Vec<String>) {
        let text = format!("bot: a\nteams:\n  desk: {written}\n");
        let (set, found) = parse_set(&[SourceFile::new("flows/_bot.yaml", text)]);
        (set.bot.teams["desk"].clone(), found.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_team_has_its_promises_and_its_way_to_give_cases_out() {
        let (team, found) = desk("{answer_within: 30m, solve_within: 2d, assign: least_busy, at_most: 8}");
        assert!(found.is_empty(), "{found:?}");
        assert_eq!((team.answer_within, team.solve_within), (Some(Span::minutes(30)), Some(Span::hours(48))));
        assert_eq!((team.assign, team.at_most), (Assign::LeastBusy, Some(8)));
        let (team, found) = desk("{}");
        assert_eq!((team, found), (Team::plain(Span::hours(12)), Vec::new()));
    }

    #[test]
    fn what_a_team_cannot_mean_is_told() {
        for (written, code) in [
            ("{answer_within: 3h, solve_within: 2h}", "E261"),
            ("{answer_within: soon}", "E204"),
            ("{answer_within: 0s}", "E204"),
            ("{solve_within: -1h}", "E204"),
            ("{assign: by_turns}", "E207"),
            ("{at_most: 8}", "W262"),
            ("{assign: in_turn, at_most: many}", "E205"),
            ("{assign: in_turn, at_most: 0}", "E205"),
            ("{assign: in_turn, at_most: 1001}", "E205"),
            ("{suggest: [helper]}", "E208"),
            ("{shadow: [helper]}", "E208"),
        ] {
            let (_, found) = desk(written);
            assert!(found.len() == 1 && found[0].contains(code), "{written}: {found:?}");
        }
        for written in ["{answer_within: 2h, solve_within: 2h}", "{assign: in_turn, at_most: 1000}"] {
            assert_eq!(desk(written).1, Vec::<String>::new(), "{written}");
        }
    }
}
