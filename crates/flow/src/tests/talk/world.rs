//! Simulates the surroundings of the engine: arriving messages, the clock, and the decision about sending.

use super::{Talk, shown::shown};
use crate::{
    SenderView, World, advance,
    base::{
        ids::{ConversationId, InboundId, SenderId},
        limits::{self, WINDOW},
        time::{Span, Time},
    },
    engine::question::button_token::Token,
    model::{
        answer::text_of,
        consent_words::{self, Word},
        content::Content,
        effect::{CallRequest, Effect, MessageDraft, PlannedTime, StartTarget, TalkBy, TalkEntry},
        event::{ConsentWord, DeliveryOutcome, Event, Reason},
        inbound::{InboundKind, InboundMessage},
        session::DraftMode,
        template::{Category, TemplateMessage},
        window::{Plan, PlanInput, SenderState, TemplateState, TopicRules, plan},
    },
};

impl Talk {
    pub fn receive(&mut self, kind: InboundKind, at: Time) {
        self.received += 1;
        let bot = &self.versions.live().bot.opt_out;
        let is_ours = |id: &str| Token::read(id, b"key").is_some();
        let word = match consent_words::said_by(&kind, is_ours, &bot.extra_words()) {
            Some(Word::Stop) => {
                self.contact.opted_out = Some(self.now);
                Some(ConsentWord::Stop)
            }
            Some(Word::Start) if self.contact.opted_out.is_some() => {
                self.contact.opted_out = None;
                Some(ConsentWord::Start)
            }
            _ => None,
        };
        if !matches!(kind, InboundKind::Reaction { .. } | InboundKind::Unsupported { .. }) {
            self.window.open(at);
        }
        self.contact.data.last_message_at = Some(at);
        let message = InboundMessage {
            provider_id: format!("wamid.{}", self.received).into(),
            at,
            from: Vec::new(),
            name: None,
            username: None,
            kind,
            reply_to: None,
            referral: self.referral.take(),
            number: None,
        };
        let released =
            if word.is_none() && self.session().person.is_none() { std::mem::take(&mut self.kept) } else { Vec::new() };
        let id = InboundId(self.received);
        if let Some(text) = text_of(&message.kind) {
            self.talk.push(TalkEntry { by: TalkBy::Customer, text: text.to_owned() });
        }
        self.event(Event::Received { id, message, reply_to: None, word });
        // The runtime first releases held messages and then handles the message, in one commit; messages that the
        // engine drops are not sent.
        let mut dropped = std::mem::take(&mut self.kept);
        dropped.retain(|(draft, ..)| draft.number > self.last_number);
        let gone: Vec<String> = self.happened.clone();
        for (draft, written, _) in released {
            let drop = format!("drop {}", draft.number);
            if !gone.contains(&drop)
                && !gone.contains(&"drop all".to_owned())
                && !gone.contains(&format!("drop run {}", draft.run.unwrap_or(0)))
            {
                self.send(draft, written, true);
                self.tell();
            }
        }
        self.kept.extend(dropped);
    }

    /// Decides again about all waiting messages.
    pub(super) fn release(&mut self) {
        for (draft, written, _) in std::mem::take(&mut self.kept) {
            self.send(draft, written, true);
            self.tell();
        }
    }

    pub(super) fn pass(&mut self, span: Span) {
        let end = self.now + span;
        for _ in 0..10_000 {
            let due = self.session().due_at().map(|at| at.max(self.now));
            let kept = self.kept.iter().map(|(draft, written, at)| at.unwrap_or(*written + hold(draft)));
            let Some(next) = kept.chain(due).filter(|at| *at <= end).min() else { break };
            self.now = self.now.max(next);
            let (now_due, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.kept)
                .into_iter()
                .partition(|(draft, written, at)| at.unwrap_or(*written + hold(draft)) <= self.now);
            self.kept = later;
            for (draft, written, _) in now_due {
                self.send(draft, written, false);
                self.tell();
            }
            if due.is_some_and(|at| at <= self.now) {
                self.event(Event::Tick);
            }
        }
        self.now = end;
    }

    /// Handles an event, and the outcomes of the messages that it causes.
    pub fn event(&mut self, event: Event) {
        self.turn(event);
        self.tell();
    }

    fn tell(&mut self) {
        while let Some((message, fate)) = self.fates.pop_front() {
            self.turn(Event::Delivery { message, fate });
        }
    }

    /// Takes one turn: the session is converted to text and back as in the database, and the effects are applied.
    fn turn(&mut self, event: Event) {
        let session = self.session();
        assert_eq!(serde_json::to_string(&session).unwrap(), self.session, "it returns as it was");
        let turn = session.turn;
        let talk = self.talk.clone();
        let world = World {
            now: self.now,
            contact: &self.contact,
            conversation: ConversationId(1),
            sender: SenderView {
                id: SenderId(1),
                name: "Support",
                language: None,
                carries: self.carries,
                public_url: self.public_url,
            },
            window: self.window,
            env: &self.env,
            paused: &self.paused,
            once: &self.once,
            talk: &talk,
            token_key: b"key",
        };
        let outcome = advance(&self.versions, session.clone(), event.clone(), &world);
        let again = advance(&self.versions, session, event, &world);
        assert_eq!(outcome, again, "the same inputs give the same outcome");
        assert_eq!(outcome.session.turn, turn + 1);
        assert!(outcome.passage.steps.len() <= limits::STEPS_PER_TURN_MAX, "a turn has an end");
        self.session = serde_json::to_string(&outcome.session).unwrap();
        assert_eq!(self.session, serde_json::to_string(&again.session).unwrap(), "the same inputs give the same bytes");
        assert_eq!(self.session(), outcome.session, "the session returns as it was");
        if let Some(data) = outcome.contact {
            self.contact.data = data;
        }
        for entry in outcome.trace {
            self.trace.push(format!("  {} {}", entry.step.map(|s| s.to_string()).unwrap_or_default(), entry.what));
        }
        for effect in outcome.effects {
            self.effect(effect);
        }
    }

    fn effect(&mut self, effect: Effect) {
        let what = match effect {
            Effect::Send(draft) => {
                let now = self.now;
                self.send(MessageDraft::clone(&draft), now, false);
                return;
            }
            Effect::Call(call) => match *call {
                CallRequest::Http(call) => {
                    let what = format!("call {} {} try {}", call.method, call.url, call.attempt);
                    self.keys.push(call.key.clone());
                    self.calls.push(call);
                    what
                }
                CallRequest::Model(call) => {
                    let what = format!("asks {} try {}", call.model, call.attempt);
                    self.questions.push(call);
                    what
                }
                CallRequest::Mcp(call) => {
                    let given = serde_json::Value::from(call.arguments.clone());
                    let what = format!("uses {}.{} {given} try {}", call.server, call.tool, call.attempt);
                    self.used.push(call);
                    what
                }
            },
            Effect::Drop { run, message, .. } => {
                self.kept.retain(|(draft, ..)| match (run, message) {
                    (_, Some(message)) => draft.number != message,
                    (Some(run), None) => draft.run != Some(run),
                    (None, None) => false,
                });
                match (run, message) {
                    (_, Some(message)) => format!("drop {message}"),
                    (Some(run), None) => format!("drop run {run}"),
                    (None, None) => "drop all".into(),
                }
            }
            Effect::Consent { topic, given, .. } => format!("consent {topic} {given}"),
            Effect::OptOut { out, .. } => {
                self.contact.opted_out = out.then_some(self.now);
                format!("opt_out {out}")
            }
            Effect::Handoff { team, summary, priority, out_of_hours, .. } => {
                let closed = if out_of_hours { " closed" } else { "" };
                let urgent = priority.map(|priority| format!(" [{priority}]")).unwrap_or_default();
                format!("handoff {team}{closed}{urgent}{}", summary.map(|s| format!(": {s}")).unwrap_or_default())
            }
            Effect::NeedsPerson { .. } => "needs person".into(),
            Effect::SummedUp { summary } => format!("summary {summary}"),
            Effect::Suggested { mode, text, why } => {
                let name = if mode == DraftMode::Shadow { "shadow" } else { "draft" };
                text.map_or_else(|| format!("no {name} {}", why.unwrap_or_default()), |text| format!("{name} {text}"))
            }
            Effect::CaseOverdue { limit, .. } => format!("overdue {}", limit.as_str()),
            Effect::Emit { name, data, .. } => format!("emit {name} {}", data.to_json()),
            Effect::Started { flow, refused, queued, .. } => match (refused, queued) {
                (Some(reason), _) => format!("refused {flow} {}", reason.as_str()),
                (None, true) => format!("queued {flow}"),
                (None, false) => format!("started {flow}"),
            },
            Effect::Split { name, case, fresh } => format!("split {name} {case}{}", if fresh { "" } else { " again" }),
            Effect::Plan(planned) => {
                let whom = match &planned.whom {
                    StartTarget::Contact => String::new(),
                    StartTarget::Audience(audience) => format!(" for {}", audience.tags.join(" ")),
                };
                let when = match &planned.when {
                    PlannedTime::Now => String::new(),
                    PlannedTime::At(at) => format!(" in {}", *at - self.now),
                    PlannedTime::Clock(clock) => format!(" at {clock}"),
                };
                let key = planned.key.as_ref().map(|key| format!(" as {key}")).unwrap_or_default();
                let what = format!("plan {}{whom}{when}{key}", planned.flow);
                self.planned.push(*planned);
                what
            }
            Effect::Unplan { key, .. } => format!("take back {key}"),
            Effect::StartDropped { flow, .. } => format!("not meant {flow}"),
            Effect::RunBegan { flow, .. } => format!("began {flow}"),
            Effect::RunEnded { end, .. } => format!("run {}", end.as_str()),
            Effect::Once { key } => {
                self.once.insert(key);
                return;
            }
            Effect::Happened { .. } => return,
            Effect::RunMoved { .. } => "moved".into(),
            Effect::Heard { message, .. } => format!("heard {}", text_of(&message.kind).unwrap_or_default()),
            Effect::Unanswered => "unanswered".into(),
            Effect::Late { .. } => "late".into(),
            Effect::Alarm { kind, .. } => format!("alarm {kind}"),
            Effect::Failed { code, .. } => format!("failed {code}"),
            Effect::FormAnswered { answer, .. } => format!("form {answer:?}"),
            Effect::DeadLetter { .. } => "dead letter".into(),
        };
        self.happened.push(what);
    }

    /// Acts as the sender: decides, and reports to the engine if it wants to know.
    fn send(&mut self, draft: MessageDraft, written: Time, released: bool) {
        let versions = self.versions.clone();
        let bot = &versions.live().bot;
        let topic = bot.topics.get(&draft.topic).cloned().unwrap_or_default();
        let place = crate::possible_zones(&self.contact.data, &bot.timezone);
        let quiet = bot.quiet_hours;
        let unusable = &self.unusable;
        let state = |template: &TemplateMessage| {
            if unusable.contains(&template.name) {
                TemplateState::NotNow
            } else {
                TemplateState::Usable(Category::Utility)
            }
        };
        let input = PlanInput {
            now: self.now,
            draft: &draft,
            written_at: written,
            window: self.window,
            opted_out: self.contact.opted_out.is_some(),
            undeliverable: false,
            contact: &self.contact.data,
            answers_after: bot.opt_out.answers_after,
            with_person: self.session().silences(draft.run, written),
            topic: TopicRules { needs_consent: topic.needs_consent, at_most: &topic.at_most },
            consent_topics: &["marketing".into()],
            require_consent: false,
            quiet_until: quiet.filter(|_| !released).and_then(|quiet| quiet.allowed_at(self.now, &place)),
            unlawful_until: None,
            sender: SenderState::default(),
            template: &state,
            direct: false,
            affords: &|_| true,
            slot: &|| self.now,
        };
        let asked_for = input.is_asked_for();
        let made = plan(&input);
        let (number, tells) = (draft.number, draft.tells);
        let fate = match made {
            Plan::Send => Some(self.out(&draft, draft.content.clone(), asked_for, false)),
            Plan::Direct => panic!("no sender here has it"),
            Plan::Template(index) => {
                let Some(crate::model::effect::IfClosed::Template(all)) = &draft.if_closed else {
                    panic!("a template")
                };
                let content = Content::Template(all[index].clone());
                Some(self.out(&draft, content, asked_for, true))
            }
            Plan::Nudge { index, .. } => {
                let Some(crate::model::effect::IfClosed::Nudge { templates, .. }) = &draft.if_closed else {
                    panic!("a nudge")
                };
                let content = Content::Template(templates[index].clone());
                self.out(&draft, content, asked_for, true);
                self.kept.push((draft, written, None));
                Some(DeliveryOutcome::Accepted {
                    at: self.now,
                    as_template: true,
                    nudge: true,
                    ttl: None,
                    words: vec![],
                })
            }
            Plan::Hold { until } => {
                self.kept.push((draft, written, None));
                Some(DeliveryOutcome::Held { until })
            }
            Plan::WaitTemplate { until } => {
                self.kept.push((draft, written, None));
                Some(DeliveryOutcome::Postponed { until, reason: Reason::TemplateUnusable })
            }
            Plan::Later { at, reason } => {
                self.kept.push((draft, written, Some(at)));
                Some(DeliveryOutcome::Postponed { until: at, reason })
            }
            Plan::Slot { at } => {
                self.kept.push((draft, written, Some(at)));
                None
            }
            Plan::Skip => None,
            Plan::Fail => Some(DeliveryOutcome::Failed { code: "window_closed".into(), text: "closed".into() }),
            Plan::Expired => Some(DeliveryOutcome::Expired),
            Plan::Refuse { reason } => {
                self.happened.push(format!("not sent {}", reason.as_str()));
                Some(DeliveryOutcome::Refused { reason })
            }
        };
        self.fates.extend(fate.filter(|_| tells).map(|fate| (number, fate)));
    }

    fn out(&mut self, draft: &MessageDraft, content: Content, asked_for: bool, as_template: bool) -> DeliveryOutcome {
        if let Some(fate) = self.next_fate.take() {
            return fate;
        }
        let open = self.window.opened_at.is_some_and(|at| self.now < at + WINDOW);
        assert!(open || content.is_template(), "never freeform into a closed window");
        if !asked_for {
            self.contact.data.unasked.entry(draft.topic.clone()).or_default().push(self.now);
        }
        self.last_number = draft.number;
        self.unread.push(shown(&content));
        self.talk.push(TalkEntry { by: TalkBy::Flow, text: content.text().to_owned() });
        self.said.push(content);
        DeliveryOutcome::Accepted { at: self.now, as_template, nudge: false, ttl: self.ttl, words: vec![] }
    }
}

fn hold(draft: &MessageDraft) -> Span {
    use crate::model::effect::IfClosed;
    match &draft.if_closed {
        Some(IfClosed::Hold(span) | IfClosed::Nudge { hold: span, .. }) => *span,
        _ => crate::base::limits::HOLD_DEFAULT,
    }
}
