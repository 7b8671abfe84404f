//! Implements `wait`: for time, a reply, an event, a delivery.

use super::{
    StepKind,
    ask::{Timeout, read_timeout},
    until::Until,
};
use crate::{
    base::{
        diagnostic::{Diagnostic, nearest},
        fix::Fix,
        limits::WINDOW_CLOSING,
        time::{Span, Time},
        yaml::Node,
    },
    definition,
    engine::{
        turn::{Here, Next, StepFailure, Turn},
        views::possible_zones,
    },
    load::{
        hours,
        spec::{FieldKind, FieldSpec, Spec, parts},
        step_fields::StepFields,
    },
    model::session::{RemainingWait, Waiting},
    script::Code,
    steps::Step,
};

pub struct Wait {
    pub on: WaitFor,
    pub fills: Option<String>,
    pub timeout: Option<Timeout>,
}

pub enum WaitFor {
    Span(Span),
    Reply,
    Event { name: String, condition: Option<Code> },
    Delivery { read: bool },
    Until(Until),
    WindowClosing,
}

const WAITED_FOR: FieldKind = FieldKind::Either(&[
    FieldKind::Duration,
    FieldKind::Word(&["reply", "window_closing"]),
    FieldKind::Record(&[
        FieldSpec::optional("event", FieldKind::Name, "The name of an event of an `emit` step or of the API."),
        FieldSpec::optional("if", FieldKind::Code, "With `event`: it counts only when this holds."),
        FieldSpec::optional("delivery", FieldKind::Word(&["delivered", "read"]), "How far the last message has come."),
        FieldSpec::optional("until", parts::UNTIL, "A moment: `\"10:00\"`, `${datetime}` or `hours.NAME`."),
    ]),
]);

impl StepKind for Wait {
    const SPEC: Spec = Spec {
        name: "wait",
        summary: "Waits for time to pass, or for something to happen.",
        fields: &[
            FieldSpec::required(
                "wait",
                WAITED_FOR,
                "`2h`, `reply`, `{event: NAME, if: …}`, `{delivery: delivered}`, `{until: \"10:00\"}` or `window_closing`.",
            ),
            FieldSpec::optional("as", FieldKind::Variable, "The variable for the reply, or for the event's data."),
            FieldSpec::optional("timeout", parts::TIMEOUT, "How long at most."),
            FieldSpec::optional("on_timeout", FieldKind::Steps, "What to do then."),
        ],
        example: "wait: 2h",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        let on = fields.required("wait").and_then(|node| WaitFor::parse(fields, node));
        Wait { on: on.unwrap_or(WaitFor::Span(Span::ZERO)), fills: fields.fills(), timeout: read_timeout(fields) }
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        let deadline = match self.deadline(turn, here) {
            Ok(deadline) => deadline,
            Err(failure) => return Next::Fail(failure),
        };
        match &self.on {
            WaitFor::Span(span) if *span <= Span::ZERO => Next::Continue,
            WaitFor::Span(span) => {
                let rest = RemainingWait { since: turn.now(), left: *span };
                Next::Park(Waiting::Until { at: turn.now() + *span, rest: Some(rest) })
            }
            WaitFor::Until(moment) => match moment.moment(turn, here) {
                Ok(at) => until(turn, at),
                Err(failure) => Next::Fail(failure),
            },
            WaitFor::WindowClosing => match closing_moment(turn, here) {
                Some(at) => until(turn, at),
                None => Next::Continue,
            },
            WaitFor::Reply => Next::Park(Waiting::Reply { deadline }),
            WaitFor::Event { name, .. } => Next::Park(Waiting::Event { name: name.clone(), deadline }),
            WaitFor::Delivery { read } => match turn.run(here.run).and_then(|run| run.said) {
                None => Next::Continue,
                Some(said) if said.read || (said.delivered && !*read) => Next::Continue,
                Some(said) => Next::Park(Waiting::Delivery { message: said.message, read: *read, deadline }),
            },
        }
    }
}

impl Wait {
    /// The deadline; a `wait: reply` without a `timeout` has the flow's `expires`, from the beginning of the step.
    fn deadline(&self, turn: &Turn<'_>, here: Here<'_>) -> Result<Option<Time>, StepFailure> {
        Ok(match &self.timeout {
            Some(timeout) => Some(timeout.ends(turn, here)?),
            None if matches!(self.on, WaitFor::Reply) => Some(turn.now() + here.flow.expires),
            None => None,
        })
    }
}

impl Timeout {
    /// The end of the time-out, counted from now.
    pub fn ends(&self, turn: &Turn<'_>, here: Here<'_>) -> Result<Time, StepFailure> {
        match self {
            Timeout::After(span) => Ok(turn.now() + *span),
            Timeout::Until(until) => until.moment(turn, here),
        }
    }
}

impl WaitFor {
    fn parse<'a>(fields: &mut StepFields<'a, '_>, node: &'a Node) -> Option<WaitFor> {
        match node.text() {
            Some("reply") => return Some(WaitFor::Reply),
            Some("window_closing") => return Some(WaitFor::WindowClosing),
            Some(text) => {
                return match Span::parse(text) {
                    Ok(span) if span < Span::ZERO => {
                        let message =
                            format!("`wait` lies ahead, and `{text}` is before now; write `{}`", Span(-span.0));
                        fields.wrong(node, "E204", message);
                        None
                    }
                    Ok(Span::ZERO) => {
                        let message =
                            "this waits for nothing; write how long, such as `wait: 2h`, or take the step out";
                        fields.wrong(node, "E204", message);
                        None
                    }
                    Ok(span) => Some(WaitFor::Span(span)),
                    Err(_) if hours::clock(text.trim()).is_some() => {
                        let message = format!("`wait` takes a length of time, and `{text}` is a time of day");
                        let fix = Fix::replace("write `until`", &node.place, format!("{{until: \"{}\"}}", text.trim()));
                        let finding = Diagnostic::error("E204", &node.place, message).fix(fix);
                        fields.report(finding.help(format!("write `{{until: \"{}\"}}`", text.trim())));
                        None
                    }
                    Err(_) if nearest(text, ["reply", "window_closing"]).is_some() => {
                        let finding = Diagnostic::error(
                            "E204",
                            &node.place,
                            format!("`wait` takes a length of time, and this is `{text}`"),
                        );
                        fields.report(finding.misspelt(text, ["reply", "window_closing"]));
                        None
                    }
                    Err(message) => {
                        fields.wrong(
                            node,
                            "E204",
                            format!("{message}; or `reply`, `window_closing`, `{{until: …}}`, `{{event: …}}`"),
                        );
                        None
                    }
                };
            }
            None => {}
        }
        let mut keys = fields.below(node, "wait");
        let (event, delivery, moment) = (keys.node("event"), keys.node("delivery"), keys.node("until"));
        let condition = keys.node("if");
        let delivered = delivery.and_then(|_| keys.word("delivery", &["delivered", "read"]));
        // It is unknown what the step waits for, so the other keys get no findings.
        let known = [event, delivery, moment].into_iter().flatten().count() == 1;
        if node.map().is_some() && known {
            keys.finish();
        }
        match (event, delivery, moment) {
            (Some(name), None, None) => {
                let condition = condition.map(|node| fields.code_of(node));
                Some(WaitFor::Event { name: name.text().unwrap_or_default().to_owned(), condition })
            }
            (None, Some(_), None) => Some(WaitFor::Delivery { read: delivered? == "read" }),
            (None, None, Some(moment)) => Until::parse(fields, "until", moment).map(WaitFor::Until),
            _ => {
                let message = "`wait` takes a length of time, `reply`, `window_closing`, `{until: …}`, `{event: …}` or `{delivery: …}`; \
                               write `wait: 2h` for a time, `wait: reply` for what the contact writes";
                fields.wrong(node, "E236", message);
                None
            }
        }
    }
}

/// True for a `wait` that ends with the delivery of the run's last message.
pub fn waits_for_delivery(node: &definition::Node) -> bool {
    matches!(&node.step, Step::Wait(wait) if matches!(wait.on, WaitFor::Delivery { .. }))
}

fn until(turn: &Turn<'_>, at: Time) -> Next {
    if at <= turn.now() { Next::Continue } else { Next::Park(Waiting::Until { at, rest: None }) }
}

/// Half an hour before the window ends, or before the quiet hours that contain this moment. `None`: now.
pub fn closing_moment(turn: &Turn<'_>, here: Here<'_>) -> Option<Time> {
    let end = turn.world.window.ends_at()?;
    let mut at = end - WINDOW_CLOSING;
    if let Some(quiet) = here.set.bot.quiet_hours.filter(|_| here.flow.ignore_quiet_hours.is_none()) {
        let place = possible_zones(&turn.contact, &here.set.bot.timezone);
        at = quiet.allowed_before(turn.now(), at, &place).unwrap_or(at);
    }
    (at > turn.now()).then_some(at)
}
