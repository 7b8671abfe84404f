//! Builds the world of one case: the whole runtime on a database of its own, one customer, and a clock that stands
//! still until a step moves it.

use super::{
    Bot, Play, Stop, blank,
    coverage::CoverageTally,
    process::{Process, database, start},
    report::TranscriptLine,
    requests,
    seen::{Handoff, Refusal, Seen},
    trouble::BotProblem,
    unsent::UnsentTold,
    unwritten_place,
    update::Rewrite,
};
use crate::{
    base::{
        clock::{Clock, ManualClock},
        ids::{ContactId, ConversationId, FlowName, SenderId},
        limits::TEST_MOMENTS_MAX,
        place::Place,
        time::Time,
    },
    channel::{
        HeaderMap, Outgoing, RawRequest,
        meta::{
            compose::{self, CustomerAction, CustomerEvent},
            payload::payload,
        },
        sandbox::Sandbox,
    },
    daemon::app::App,
    flow::tools::testfile::{Fact, apply, somebody},
    http_step::calls::Calls,
    lane::{
        rows,
        state::{LaneTask, TurnSeen},
    },
    llm_step::live::LiveCase,
    model::{
        contact::Contact,
        effect::CitedPart,
        inbound::{Alias, AliasKind},
        value::Value,
    },
    process::metrics::Metrics,
    store::{WriteSet, tables::contact},
};
use anyhow::{Context, anyhow};
use jiff::tz::TimeZone;
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::{broadcast, mpsc};

pub(super) struct World<'a> {
    pub bot: &'a Bot,
    pub play: &'a Play,
    pub strict: bool,
    pub app: Arc<App>,
    pub sandbox: Arc<Sandbox>,
    pub clock: Arc<ManualClock>,
    pub zone: TimeZone,
    pub sender: SenderId,
    pub contact: ContactId,
    pub conversation: ConversationId,
    customer: Alias,
    customer_name: Option<String>,
    /// The number of the customer's messages so far, used in their ids.
    pub(super) written: u32,
    /// The webhooks with the customer's messages, by the message's id.
    pub posted: BTreeMap<String, String>,
    /// In the order in which the provider accepted them.
    pub seen: Vec<Seen>,
    /// How many of `seen` were checked by `bot` or set aside.
    pub read: usize,
    pub handoffs: Vec<Handoff>,
    /// The drafts that an agent wrote for the person.
    pub suggestions: Vec<String>,
    /// The drafts that nobody is shown.
    pub shadows: Vec<String>,
    /// The screens that forms showed.
    pub screens: Vec<serde_json::Value>,
    pub refusals: Vec<Refusal>,
    pub troubles: Vec<BotProblem>,
    /// The final variables of ended runs, by number.
    pub ended: BTreeMap<u32, BTreeMap<String, Value>>,
    pub tally: CoverageTally,
    /// The flows that turns passed through, oldest first.
    pub visits: Vec<FlowName>,
    /// The parts of the papers that replies were taken from.
    pub cited: Vec<CitedPart>,
    /// `Some` if differing texts are rewritten; collects the replacements.
    pub rewrites: Option<Vec<Rewrite>>,
    /// The place of the last act.
    pub at: Place,
    /// The turns of the last act.
    pub did: Vec<TurnSeen>,
    /// When the customer last acted.
    pub heard_at: Option<Time>,
    pub unsent: UnsentTold,
    /// The state before the last step that was neither `bot` nor `expect`.
    pub since: Since,
    /// Messages that a step set aside before a `bot` checked them, by their index in `seen`, with that step's place.
    pub aside: Vec<(usize, Place)>,
    /// Notes that are shown with a failure.
    pub notes: Vec<String>,
    /// The reason why a question of an eval itself, as of its judge, has no answer.
    pub unanswered_aside: Option<String>,
    calls_told: usize,
    pub questions_told: usize,
    pub tools_told: usize,
    lines: Vec<TranscriptLine>,
    taken: broadcast::Receiver<Outgoing>,
    turns: mpsc::UnboundedReceiver<TurnSeen>,
    folder: tempfile::TempDir,
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Since {
    pub seen: usize,
    pub handoffs: usize,
    pub suggestions: usize,
    pub shadows: usize,
    pub screens: usize,
    pub refusals: usize,
    pub calls: usize,
    pub questions: usize,
    pub troubles: usize,
    pub visits: usize,
    pub cited: usize,
    /// The uses of MCP tools.
    pub tool_uses: usize,
}

impl<'a> World<'a> {
    pub async fn begin(bot: &'a Bot, play: &'a Play, strict: bool) -> anyhow::Result<World<'a>> {
        let head = &play.head;
        let now = Time(head.now.timestamp().as_millisecond());
        let clock = Arc::new(ManualClock::new(now));
        let folder = blank::temporary()?;
        bot.blank.copy_to(&database(&folder))?;
        let metrics = Metrics::new();
        let live = bot.live.as_ref().map(|models| LiveCase::begin(models, bot.instead.as_ref()));
        let calls = Calls::played(play.mocks.clone(), live, metrics.clone());
        let process = start(bot, play, &folder, &clock, calls, metrics).await?;
        let Process { app, sandbox, taken, turns } = process;
        let sender = app.config.senders.first().context("the sandbox has a sender")?.id;
        let account = app.config.senders.first().context("the sandbox has a sender")?.account.clone();
        let phone = head.contact.iter().rev().find_map(|fact| match fact {
            Fact::Phone(phone) => Some(phone.clone()),
            _ => None,
        });
        // By default the customer lives where the business is: its country, time zone and quiet hours.
        let (home, own) = somebody(&bot.set.bot.timezone);
        let clock_of = phone.is_none().then_some(own).flatten();
        let phone = phone.unwrap_or(home);
        let customer_name = head.contact.iter().rev().find_map(|fact| match fact {
            Fact::Name(name) => Some(name.clone()),
            _ => None,
        });
        // The last setting counts, also if it removes the name.
        let customer_name = customer_name.flatten();
        let (contact, conversation) = app.contacts.reach(&account, sender, &phone, customer_name.as_deref()).await?;
        let mut world = World {
            bot,
            play,
            strict,
            sandbox,
            clock,
            zone: head.now.time_zone().clone(),
            sender,
            contact,
            conversation,
            customer: Alias { kind: AliasKind::Phone, value: phone.trim_start_matches('+').to_owned() },
            customer_name,
            written: 0,
            posted: BTreeMap::new(),
            seen: Vec::new(),
            read: 0,
            handoffs: Vec::new(),
            suggestions: Vec::new(),
            shadows: Vec::new(),
            screens: Vec::new(),
            refusals: Vec::new(),
            troubles: Vec::new(),
            ended: BTreeMap::new(),
            tally: CoverageTally::default(),
            visits: Vec::new(),
            cited: Vec::new(),
            rewrites: None,
            at: unwritten_place(),
            did: Vec::new(),
            heard_at: None,
            unsent: UnsentTold::default(),
            since: Since::default(),
            aside: Vec::new(),
            notes: Vec::new(),
            unanswered_aside: None,
            calls_told: 0,
            questions_told: 0,
            tools_told: 0,
            lines: Vec::new(),
            taken,
            turns,
            folder,
            app,
        };
        world.know(clock_of.as_slice()).await?;
        world.know(&head.contact).await?;
        // The flows are published now, so no schedule fires for the past.
        world.app.run_due().await?;
        Ok(world)
    }

    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// Adds a line to the transcript.
    pub fn tell(&mut self, mark: char, text: impl Into<String>) {
        let at = jiff::Timestamp::from_millisecond(self.now().0).unwrap_or_default().to_zoned(self.zone.clone());
        self.lines.push(TranscriptLine { at: at.strftime("%a %-d %b %H:%M").to_string(), mark, text: text.into() });
    }

    /// The transcript so far.
    pub fn lines(&self) -> &[TranscriptLine] {
        &self.lines
    }

    /// Delivers a message of the customer, as the provider would.
    pub async fn hear(&mut self, what: CustomerEvent, reply_to: Option<String>) -> Result<(), Stop> {
        self.written += 1;
        self.heard_at = Some(self.now());
        let act = CustomerAction {
            from: self.customer.clone(),
            name: self.customer_name.clone(),
            id: format!("test.{}", self.written),
            at: self.now(),
            what,
            reply_to,
        };
        let number = self.sandbox.number(self.sender).context("the sandbox knows its sender")?;
        let body = compose::message(&number, &act);
        self.posted.insert(act.id, body.clone());
        self.accept(&body).await
    }

    /// Delivers a status of our message.
    pub async fn hear_status(&mut self, news: &compose::News) -> Result<(), Stop> {
        let number = self.sandbox.number(self.sender).context("the sandbox knows its sender")?;
        self.accept(&compose::status(&number, news)).await
    }

    pub fn phone(&self) -> &str {
        &self.customer.value
    }

    /// Delivers a webhook.
    pub async fn accept(&mut self, body: &str) -> Result<(), Stop> {
        let headers = HeaderMap::new();
        let (sender, body) = (Some(self.sender), body.as_bytes());
        let request = RawRequest { method: "POST", query: "", headers: &headers, body, now: self.app.now(), sender };
        let accepted = self.app.ingest.accept("sandbox", &request).await;
        accepted.map_err(|error| Stop::Broken(anyhow!("the webhook was not accepted: {error:?}")))?;
        self.settle().await
    }

    /// Runs everything that is due now and records the effects.
    pub async fn settle(&mut self) -> Result<(), Stop> {
        self.app.run_due().await?;
        self.look().await
    }

    /// Moves the clock from one due time to the next, up to `until`.
    pub async fn advance(&mut self, until: Time) -> Result<(), Stop> {
        for _ in 0..TEST_MOMENTS_MAX {
            let next = self.app.next_due(until).await?;
            let at = next.unwrap_or(until);
            self.clock.set(at);
            self.settle().await?;
            if at >= until {
                return Ok(());
            }
        }
        Err(Stop::Broken(anyhow!("more than {TEST_MOMENTS_MAX} things fell due; advance in smaller steps")))
    }

    /// Changes the data of the customer.
    pub async fn know(&mut self, facts: &[Fact]) -> anyhow::Result<()> {
        let mut contact = self.contact().await?;
        apply(facts, &mut contact.data, self.now());
        let mut set = WriteSet::of(self.contact.0);
        rows::contact(&mut set, &contact);
        self.app.store.commit(set).await?;
        self.app.queue.push(self.contact, LaneTask::Forget);
        self.app.queue.settled().await;
        Ok(())
    }

    pub async fn contact(&self) -> anyhow::Result<Contact> {
        contact::find(&self.app.store, self.contact).await?.context("the customer has a row")
    }

    /// Kills the process and starts another on the same database.
    pub async fn restart(&mut self) -> Result<(), Stop> {
        let calls = self.app.calls.of_next_process().context("calls of a test are mocked")?;
        let metrics = self.app.metrics.clone();
        let faults = self.sandbox.faults();
        self.app.store.abandon().await;
        let process = start(self.bot, self.play, &self.folder, &self.clock, calls, metrics).await?;
        (self.app, self.sandbox) = (process.app, process.sandbox);
        (self.taken, self.turns) = (process.taken, process.turns);
        for fault in faults {
            self.sandbox.fail_next(fault);
        }
        self.app.recover().await?;
        self.settle().await
    }

    /// Closes the database; gives the transcript, the notes, and the steps taken.
    pub async fn end(self) -> (Vec<TranscriptLine>, Vec<String>, CoverageTally) {
        self.app.store.abandon().await;
        (self.lines, self.notes, self.tally)
    }

    /// Records the effects of the turns: calls, hand-offs, refusals, messages.
    async fn look(&mut self) -> Result<(), Stop> {
        let made = self.app.calls.made();
        for call in &made[self.calls_told.min(made.len())..] {
            let way = format!("{} {}", call.method, call.url);
            if call.mocked {
                self.tell('*', way);
            } else {
                self.tell('!', format!("no mock answers {way}"));
                self.note(requests::without_mock(call));
            }
        }
        self.calls_told = made.len();
        self.look_at_questions()?;
        self.look_at_tools()?;
        while let Ok(answer) = self.turns.try_recv() {
            self.tally.take(&answer);
            self.visits.extend(answer.passage.steps.iter().map(|visit| visit.flow.clone()));
            self.cited.extend(answer.passage.cited.iter().cloned());
            for ended in &answer.passage.ended {
                self.ended.insert(ended.run, ended.vars.clone());
            }
            for gap in &answer.passage.gaps {
                self.troubled_by_gap(gap);
            }
            for effect in &answer.effects {
                self.troubled_by(effect);
                self.take_effect(effect.clone());
            }
            self.did.push(answer);
        }
        loop {
            match self.taken.try_recv() {
                Ok(outgoing) => {
                    let body = payload(&outgoing).unwrap_or_default();
                    let seen = Seen { id: outgoing.id, body, content: outgoing.content };
                    self.tell('>', seen.describe());
                    self.troubled_by_window(&seen);
                    self.seen.push(seen);
                }
                Err(broadcast::error::TryRecvError::Lagged(_)) => {
                    return Err(Stop::Broken(anyhow!("the bot sent more messages at once than a test can look at")));
                }
                Err(_) => break,
            }
        }
        self.look_at_unsent().await
    }

    pub(super) fn note(&mut self, text: String) {
        if !self.notes.contains(&text) {
            self.notes.push(text);
        }
    }
}
