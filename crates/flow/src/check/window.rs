//! Reports plain messages that can find the window closed, with the time range and the path that leads to it.

use super::dataflow::{
    Need, Needs, Sent, first_age,
    state::By,
    window_age::{ANY, Age, hours, length},
};
use crate::{
    FlowSet,
    base::{
        diagnostic::{Diagnostic, Findings},
        limits::LINT_TRAIL_MAX,
        time::Span,
    },
    definition::{Flow, WrittenTrigger},
};

/// Reports the messages that the walk found after the end of the window.
pub fn check<'s>(sends: impl Iterator<Item = &'s Sent>, findings: &Findings) {
    for sent in sends.filter(|sent| sent.age.crosses() && !sent.covered) {
        findings.push(finding(sent));
    }
}

/// True if such a message can go out any time after the last reply, as in a loop.
pub fn is_unlimited(finding: &Diagnostic) -> bool {
    finding.message.contains(" or more after ") || finding.message.contains(" at any time after ")
}

/// The flows that something starts and whose messages always find the window open: these never need a template.
pub fn never_need_a_template(needs: &Needs) -> Vec<String> {
    let never = needs.iter().filter(|(_, need)| **need == Need::Never);
    never.map(|(name, _)| name.as_str().to_owned()).collect()
}

/// True if a trigger starts its flow without a message or tap of the contact.
pub fn starts_unasked(set: &FlowSet, flow: &Flow, trigger: &WrittenTrigger) -> bool {
    let age = first_age(set, flow, trigger);
    age.least > Span::ZERO || age.most > set.bot.defaults.queue_for
}

fn finding(sent: &Sent) -> Diagnostic {
    let mut finding = Diagnostic::error("E501", &sent.place, format!("this message {}", sent.age.words()));
    let links = sent.trail.links();
    // Only the end of a long path is shown, because the links nearest to the message explain the most.
    let skipped = links.len().saturating_sub(LINT_TRAIL_MAX);
    for (number, link) in links.into_iter().enumerate() {
        let words = match &link.by {
            By::Start(Age { most: ANY, .. }) => "starts here, whenever the contact wrote last".to_owned(),
            By::Start(Age { most: Span::ZERO, .. }) => "starts here with a message of the contact: 0 h".to_owned(),
            By::Start(age) => format!("starts here, up to {} after the last message", hours(age.most)),
            By::Answer => "the contact answers here: 0 h".to_owned(),
            By::Waited(_, ANY) => "this can take any time".to_owned(),
            By::Waited(least, most) if least == most => format!("{} pass here", length(*least)),
            By::Waited(Span::ZERO, most) => format!("up to {} pass here", length(*most)),
            By::Waited(least, most) => format!("{} – {} pass here", length(*least), length(*most)),
            By::Late(_, ANY) => "nobody answers here, for any time".to_owned(),
            By::Late(least, most) if least == most => {
                format!("{} pass here when nobody answers, and it goes on", length(*least))
            }
            By::Late(_, most) => format!("up to {} pass here when nobody answers, and it goes on", length(*most)),
            By::TimeUp(_, ANY) => "this ends what is called, after any time".to_owned(),
            By::TimeUp(least, most) if least == most => format!("{} pass here until its time is up", length(*least)),
            By::TimeUp(_, most) => format!("up to {} pass here until its time is up", length(*most)),
            By::Loop => "and again each time round".to_owned(),
            By::Begun(_, ANY) => "begins the flow here, at any time".to_owned(),
            By::Begun(Span::ZERO, Span::ZERO) => "begins the flow here".to_owned(),
            By::Begun(Span::ZERO, most) => format!("begins the flow here, up to {} later", length(*most)),
            By::Begun(least, most) if least == most => format!("begins the flow here, {} later", length(*least)),
            By::Begun(least, most) => {
                format!("begins the flow here, {} – {} later", length(*least), length(*most))
            }
        };
        let told = finding.labels.iter().any(|(place, _)| *place == link.place);
        if (number == 0 || number >= skipped) && link.place != sent.place && !told {
            finding = finding.label(&link.place, words);
        }
    }
    let help = match (sent.verb, sent.age.least) {
        ("ask", _) => {
            "write `if_closed:` with a `template:` that stands for it, `hold` (it waits for the next message), \
             or ask `if: window.open`"
        }
        _ => {
            "write `if_closed:` with a `template:` that stands for it, `hold` (it waits for the next message) \
             or `skip`"
        }
    };
    finding.help(help)
}
