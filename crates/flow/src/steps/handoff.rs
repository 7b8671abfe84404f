//! Implements `handoff`: gives the conversation to a person.

use super::{StepKind, llm::keys::no_model};
use crate::{
    base::{diagnostic::Diagnostic, time::Span},
    definition::{Body, Role},
    engine::{
        message::if_closed::WrittenIfClosed,
        routing::{
            handover::{self, HandoverData},
            summary,
        },
        turn::{Here, Next, StepFailure, Turn},
    },
    load::{
        spec::{Declared, FieldKind, FieldSpec, Spec, parts},
        step_fields::StepFields,
    },
    model::{
        effect::IfClosed,
        session::{PRIORITIES, Unanswered, Waiting},
    },
    text::Text,
};

pub struct Handoff {
    pub team: Text,
    pub summary: Option<Text>,
    /// True: a model writes the summary after the hand-off.
    pub summary_by_model: bool,
    pub priority: Option<Text>,
    pub out_of_hours: Option<Body>,
    pub unanswered: Option<WrittenUnanswered>,
    /// True: the run continues when the person is done.
    pub until_done: bool,
    pub timeout: Option<Span>,
    pub fills: Option<String>,
}

pub struct WrittenUnanswered {
    /// The time without an answer, counted in the team's opening hours.
    pub after: Span,
    pub say: Text,
    pub if_closed: Option<WrittenIfClosed>,
}

const UNANSWERED: FieldKind = FieldKind::Record(&[
    FieldSpec::required("after", FieldKind::Duration, "How long nobody has answered, in the team's hours."),
    FieldSpec::required("say", FieldKind::Text, "What to say."),
    FieldSpec::default("if_closed", parts::IF_CLOSED, "skip", "What to do when the window is closed by then."),
]);

/// The finding about a written priority that the team's list does not sort.
fn unsorted(priority: &Text) -> Option<Diagnostic> {
    let written = priority.source();
    if written.contains("${") || PRIORITIES.contains(&written) {
        return None;
    }
    let meant = match written.to_lowercase().as_str() {
        "highest" | "critical" | "emergency" | "urgente" | "dringend" | "p0" => Some("urgent"),
        "alta" | "alto" | "haute" | "hoch" | "hoog" | "important" | "p1" => Some("high"),
        "medium" | "media" | "média" | "moyenne" | "mittel" | "standard" | "p2" => Some("normal"),
        "baja" | "baixa" | "basse" | "bassa" | "niedrig" | "laag" | "lowest" | "p3" => Some("low"),
        _ => None,
    };
    let help = match meant {
        Some(meant) => format!("write `priority: {meant}`"),
        None => format!("write one of `{}`", PRIORITIES.join("`, `")),
    };
    let message = format!("the team's list sorts no priority `{written}`: the case counts as `normal`");
    Some(Diagnostic::warning("W620", priority.place(), message).help(help))
}

impl StepKind for Handoff {
    const SPEC: Spec = Spec {
        name: "handoff",
        summary: "Gives the conversation to a person; the bot is silent until it comes back. It says nothing itself: say before it what happens. \
                  Without `until_done` it ends the run, also of the flow that called this one.",
        fields: &[
            FieldSpec::required("handoff", FieldKind::Known(Declared::Team), "The team."),
            FieldSpec::optional(
                "summary",
                FieldKind::Text,
                "What the person should know; `auto`: the model `agents.router` sums the conversation up within ten seconds of the hand-off.",
            ),
            FieldSpec::optional("priority", FieldKind::Text, "The case's place in the team's list: `urgent`, `high`, `normal` or `low`."),
            FieldSpec::optional("out_of_hours", FieldKind::Steps, "What to do while the team is closed."),
            FieldSpec::optional(
                "unanswered",
                UNANSWERED,
                "`{after, say, if_closed}`: when nobody has answered, in the team's hours.",
            ),
            FieldSpec::optional(
                "until_done",
                FieldKind::Either(&[FieldKind::YesNo, FieldKind::Duration]),
                "`true`, or how long: the run goes on when the person is done.",
            ),
            FieldSpec::optional("timeout", FieldKind::Duration, "With `until_done`: how long at most."),
            FieldSpec::optional("on_timeout", FieldKind::Steps, "What to do when that takes too long."),
            FieldSpec::optional(
                "as",
                FieldKind::Variable,
                "With `until_done`: the variable for `{team, agent, flow}`.",
            ),
        ],
        example: "handoff: support\nsummary: Asked for a person",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        if let Some(node) = fields.required("handoff")
            && node.text().is_some_and(|text| !text.contains("${"))
        {
            fields.team_of(node);
        }
        let team = fields.text("handoff");
        let summary = fields.opt_text("summary");
        let summary_by_model = summary.as_ref().is_some_and(|text| text.source().eq_ignore_ascii_case("auto"));
        if let Some(node) = fields.node("summary").filter(|_| summary_by_model && fields.bot().models.is_empty()) {
            fields.report(no_model(&node.place));
        }
        let (until_done, timeout) = match fields.node("until_done").and_then(|node| node.text()) {
            None | Some("false" | "no") => (false, None),
            Some("true" | "yes") => (true, None),
            Some(_) => (true, fields.opt_duration("until_done")),
        };
        let handoff = Handoff {
            team,
            summary: summary.filter(|_| !summary_by_model),
            summary_by_model,
            priority: fields.opt_text("priority"),
            out_of_hours: fields.opt_last_steps("out_of_hours"),
            unanswered: read_unanswered(fields),
            until_done,
            timeout: fields.opt_duration("timeout").or(timeout),
            fills: fields.fills(),
        };
        fields.opt_steps("on_timeout");
        if let Some(finding) = handoff.priority.as_ref().and_then(unsorted) {
            fields.report(finding);
        }
        handoff
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        match self.hand(turn, here) {
            Ok(closed) => match self.out_of_hours.filter(|_| closed) {
                Some(body) => {
                    if let Some(run) = turn.run_mut(here.run) {
                        run.handing = Some(here.node.id.clone());
                    }
                    Next::Body(body)
                }
                None => self.wait(turn),
            },
            Err(failure) => Next::Fail(failure),
        }
    }
}

impl Handoff {
    /// The continuation behind the messages of the hand-off.
    pub fn wait(&self, turn: &Turn<'_>) -> Next {
        match self.until_done {
            true => Next::Park(Waiting::Person { deadline: self.timeout.map(|span| turn.now() + span) }),
            false => Next::HandedOff,
        }
    }

    /// Hands the conversation over. True if the team is closed now.
    fn hand(&self, turn: &mut Turn<'_>, here: Here<'_>) -> Result<bool, StepFailure> {
        let render = |text: &Option<Text>| text.as_ref().map(|text| turn.render(here, text, &[])).transpose();
        let team = turn.render(here, &self.team, &[])?.trim().to_owned();
        if !here.set.bot.teams.contains_key(&team) {
            return Err(StepFailure::new("unknown_team", format!("there is no team `{team}`")));
        }
        let (summary, priority) = (render(&self.summary)?, render(&self.priority)?);
        let hours = handover::team_hours(here.set, &team);
        let closed = !hours.is_open(turn.now());
        let unanswered = match &self.unanswered {
            Some(written) => {
                let if_closed = match &written.if_closed {
                    None => IfClosed::Skip,
                    Some(way) => way.resolve(turn, here, &[])?,
                };
                let body = turn.sentence(here, &written.say, &[])?;
                let topic = here.flow.topic.clone();
                let at = hours.after_open_time(turn.now(), written.after);
                at.map(|at| Box::new(Unanswered { at, body, topic, if_closed: Some(if_closed) }))
            }
            None => None,
        };
        let flow = here.flow.name.clone();
        handover::hand_over(
            turn,
            HandoverData {
                run: here.run,
                flow,
                step: Some(here.node.id.clone()),
                team,
                summary,
                priority,
                out_of_hours: closed,
                unanswered,
            },
        );
        if self.summary_by_model {
            summary::ask(turn, &here.node.id);
        }
        Ok(closed)
    }
}

fn read_unanswered(fields: &mut StepFields<'_, '_>) -> Option<WrittenUnanswered> {
    let node = fields.node("unanswered")?;
    let mut keys = fields.below(node, "unanswered");
    let after = keys.required("after").and(keys.opt_duration("after"));
    let (say, if_closed) = (keys.required("say"), keys.node("if_closed"));
    keys.finish();
    let if_closed = if_closed.and_then(|node| WrittenIfClosed::parse(fields, node));
    let say = fields.text_of(say?);
    fields.sentence(Role::Other, &say);
    Some(WrittenUnanswered { after: after?, say, if_closed })
}
