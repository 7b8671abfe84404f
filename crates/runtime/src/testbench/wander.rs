//! Simulates random customers, who write, tap, fall silent and send unexpected content, while sends fail and the
//! process dies. Checks for problems after every act; a problem is shortened and written as a case.

mod shorten;

use super::{
    Bot, Stop, TestFile, TestOptions, buttons,
    coverage::{Coverage, CoverageTally},
    dice::Dice,
    pace::Pace,
    read,
    trouble::{BotProblem, Kind},
    unwritten,
    words::{self, InputWords, NOISE},
    world::World,
};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        diagnostic::Diagnostic,
        ids::FlowName,
        limits::{WANDER_ACTS_MAX, WANDER_FOUND_MAX},
        time::Span,
    },
    bot::source_files::{self, TestFiles},
    flow::tools::testfile::{
        Case, Delivery, TestAction, TestFault,
        write::{self, CaseText},
    },
    model::{answer::AnswerType, content::MediaKind, session::Waiting},
};
use shorten::{home, shorten};
use std::{path::Path, time::Duration};

/// The number of customers, and the seed.
#[derive(Debug, Clone, Copy)]
pub struct Walks {
    pub count: usize,
    pub seed: u64,
}

#[derive(Debug)]
pub struct Wandered {
    /// Errors of the bot or its tests; then no customer was simulated.
    pub findings: Vec<Diagnostic>,
    pub walks: Walks,
    /// The customers who were simulated: all, if there was time.
    pub talks: usize,
    pub acts: usize,
    /// Each kind of problem once, where it was found.
    pub found: Vec<WanderFinding>,
    pub took: Duration,
    pub coverage: Coverage,
}

#[derive(Debug)]
pub struct WanderFinding {
    pub trouble: BotProblem,
    /// How many customers met it.
    pub times: usize,
    /// The test file for the case: of the flow with the problem, if the problem also occurs in that file's world;
    /// otherwise the file in whose world it was found.
    pub file: String,
    pub case: CaseText,
    /// The world in which it was found, and the acts that lead to it.
    pub(super) play: super::Play,
    pub(super) acts: Vec<TestAction>,
}

struct Walked {
    acts: Vec<TestAction>,
    trouble: Option<BotProblem>,
    tally: CoverageTally,
}

/// A world for simulated customers.
struct WanderWorld {
    file: String,
    play: super::Play,
}

/// Simulates random customers of a bot, in the worlds of its test files.
pub fn wander(folder: &Path, options: &TestOptions<'_>, walks: Walks) -> anyhow::Result<Wandered> {
    let tests = source_files::read_tests(folder)?;
    Ok(match Bot::open(folder)? {
        Ok(bot) => wander_in(&bot, &tests, options, walks, &Pace::whole_machine()),
        Err(findings) => Wandered { findings, ..Wandered::nothing(walks) },
    })
}

pub(super) fn wander_in(
    bot: &Bot,
    tests: &TestFiles,
    options: &TestOptions<'_>,
    walks: Walks,
    pace: &Pace,
) -> Wandered {
    let began = SystemClock.now();
    let mut wandered = Wandered::nothing(walks);
    let (mut grounds, mut others, mut cases) = (Vec::new(), Vec::new(), Vec::new());
    wandered.findings.extend(tests.findings.iter().cloned());
    for file in &tests.files {
        let (report, read) = read(file, &bot.set);
        wandered.findings.extend(report.findings.into_iter().filter(Diagnostic::is_error));
        let Some(TestFile { cases: own, play, .. }) = read else { continue };
        cases.extend(own.into_iter().map(|(case, own)| (own.flow, case)));
        let ground = WanderWorld { file: file.path().to_owned(), play };
        if options.wants(file) { grounds.push(ground) } else { others.push(ground) }
    }
    if grounds.is_empty() {
        let Some(flow) = bot.set.flows.keys().next() else { return wandered };
        grounds.push(WanderWorld { file: format!("flows/{flow}.test.yaml"), play: bot.plain_play(flow) });
    }
    let words = InputWords::of(&bot.set, cases.iter().map(|(_, case)| case));
    let walked = pace.side_by_side(walks.count, |walk| {
        let ground = &grounds[walk % grounds.len()];
        pace.block_on(walk_once(bot, ground, &words, &cases, Dice::new(walks.seed, walk))).ok()?
    });
    let mut tally = CoverageTally::default();
    let mut met: Vec<Met> = Vec::new();
    for (walk, done) in walked.into_iter().enumerate() {
        let Some(walked) = done.flatten() else { continue };
        wandered.talks += 1;
        wandered.acts += walked.acts.len();
        tally.join(walked.tally);
        let Some(trouble) = walked.trouble else { continue };
        match met.iter_mut().find(|known| known.trouble.is_like(&trouble)) {
            Some(known) => known.times += 1,
            None => met.push(Met { walk, acts: walked.acts, trouble, times: 1 }),
        }
    }
    met.truncate(WANDER_FOUND_MAX);
    let all: Vec<&WanderWorld> = grounds.iter().chain(&others).collect();
    let ground = |met: &Met| &grounds[met.walk % grounds.len()];
    let found = pace.side_by_side(met.len(), |at| {
        let met = &met[at];
        let (acts, trouble) = shorten(bot, ground(met), met.acts.clone(), met.trouble.clone(), pace);
        let home = home(bot, ground(met), &all, &acts, &trouble, pace);
        finding(&Met { walk: met.walk, acts, trouble, times: met.times }, ground(met), home, walks)
    });
    // A problem that the time did not suffice to shorten is shown as it was met.
    let as_met = |met: &Met| finding(met, ground(met), ground(met).file.clone(), walks);
    wandered.found = found.into_iter().zip(&met).map(|(found, met)| found.unwrap_or_else(|| as_met(met))).collect();
    wandered.coverage = tally.of(&bot.set, &[]);
    wandered.took = (SystemClock.now() - began).to_std();
    wandered
}

/// A problem, with the first customer who met it.
struct Met {
    walk: usize,
    acts: Vec<TestAction>,
    trouble: BotProblem,
    times: usize,
}

fn finding(met: &Met, ground: &WanderWorld, file: String, walks: Walks) -> WanderFinding {
    let Met { walk, acts, trouble, times } = met;
    let name = format!("wander {}.{walk}, {}", walks.seed, trouble.kind.as_str());
    let mut steps: Vec<String> = acts.iter().filter_map(write::act).collect();
    steps.push("expect: {trouble: nothing}".to_owned());
    let remarks = trouble.text.lines().map(str::to_owned).collect();
    WanderFinding {
        trouble: trouble.clone(),
        times: *times,
        file,
        case: CaseText { name, remarks, head: Vec::new(), steps },
        play: ground.play.clone(),
        acts: acts.clone(),
    }
}

async fn walk_once(
    bot: &Bot,
    ground: &WanderWorld,
    words: &InputWords,
    cases: &[(FlowName, Case)],
    mut dice: Dice,
) -> Walked {
    let mut walked = Walked { acts: Vec::new(), trouble: None, tally: CoverageTally::default() };
    let mut world = match World::begin(bot, &ground.play, false).await {
        Ok(world) => world,
        Err(error) => return Walked { trouble: Some(broken(&format!("{error:#}"))), ..walked },
    };
    // Half of the customers begin with the acts of a test, which leads deeper than random acts alone.
    if let Some((flow, case)) = dice.of(cases)
        && dice.below(2) == 0
    {
        // `api` starts the tested flow, which may be another one in this world.
        let acting = case.steps.iter().map(|step| &step.act).filter(|act| match act {
            TestAction::Bot(_) | TestAction::Expect(_) => false,
            TestAction::Api(_) => *flow == ground.play.flow,
            _ => true,
        });
        let count = acting.clone().count();
        for act in acting.take(dice.below(count + 1)) {
            try_act(&mut world, act.clone(), &mut walked).await;
            if walked.trouble.is_some() {
                break;
            }
        }
    }
    for _ in 0..dice.below(WANDER_ACTS_MAX) + 5 {
        if walked.trouble.is_some() {
            break;
        }
        let act = match next_act(&world, words, &mut dice).await {
            Ok(Some(act)) => act,
            Ok(None) => continue,
            Err(error) => {
                walked.trouble = Some(broken(&error));
                break;
            }
        };
        try_act(&mut world, act, &mut walked).await;
    }
    if walked.trouble.is_none() {
        // At the end the customer is gone for good: everything that waits must end.
        try_act(&mut world, TestAction::Advance(Span::days(60)), &mut walked).await;
    }
    walked.tally = world.end().await.2;
    walked
}

/// Performs an act and checks for problems. An act that is impossible now (nothing to tap) is skipped.
async fn try_act(world: &mut World<'_>, act: TestAction, walked: &mut Walked) {
    let step = unwritten(act);
    match world.perform(&step).await {
        Ok(()) => walked.acts.push(step.act),
        Err(Stop::Failed(_)) => return,
        Err(Stop::Broken(error)) => {
            walked.acts.push(step.act);
            walked.trouble = Some(broken(&format!("{error:#}")));
            return;
        }
    }
    walked.trouble = match (world.troubles.first(), world.stuck().await) {
        (Some(trouble), _) => Some(trouble.clone()),
        (None, Ok(stuck)) => stuck.into_iter().next(),
        (None, Err(_)) => Some(broken("the conversation cannot be read")),
    };
}

fn broken(text: &str) -> BotProblem {
    BotProblem { kind: Kind::GivenUp, flow: None, step: None, text: format!("the program itself failed: {text}") }
}

/// The next act of this customer, or of the world.
async fn next_act(world: &World<'_>, words: &InputWords, dice: &mut Dice) -> Result<Option<TestAction>, String> {
    let session = world.session().await.map_err(|_| "the conversation cannot be read".to_owned())?;
    let question = session.runs.iter().find_map(|run| match &run.waiting {
        Waiting::Question(question) => Some((run.frames.last()?, question)),
        _ => None,
    });
    let asked = if question.is_some() { 60 } else { 0 };
    let user = |text: &str| Some(TestAction::User(text.to_owned()));
    Ok(match dice.weighted(&[asked, 18, 6, 6, 4, 2, 6, 16, 8, 5, 3, 4, 2, 2, 1, 1, 2]) {
        0 => {
            let Some((frame, question)) = question else { return Ok(None) };
            let titles: Vec<&str> = question.options.iter().map(|option| option.title.as_str()).collect();
            let kind = frame.at.as_ref().and_then(|step| words::asked(&world.bot.set, &frame.flow, step));
            match (dice.of(&titles), dice.below(10)) {
                (Some(title), 0..7) => Some(TestAction::Tap((*title).to_owned())),
                (Some(title), 7) => user(title),
                (Some(_), 8) => Some(TestAction::User((dice.below(titles.len()) + 1).to_string())),
                (None, 0..8) => dice.of(&words::answers(kind.unwrap_or(AnswerType::Text))).cloned(),
                _ => dice.of(&NOISE).and_then(|text| user(text)),
            }
        }
        1 => dice.of(&words.texts).and_then(|text| user(text)),
        2 => dice.of(&buttons::on_show(&world.seen, &world.app.token_key)).map(|title| TestAction::Tap(title.clone())),
        3 => dice.of(&NOISE).and_then(|text| user(text)),
        4 => {
            let kinds = [MediaKind::Image, MediaKind::Audio, MediaKind::Document, MediaKind::Sticker, MediaKind::Video];
            dice.of(&kinds).map(|kind| words::media(*kind))
        }
        5 => Some(TestAction::Location { latitude: 40.4168, longitude: -3.7038 }),
        6 if !words.hooks.is_empty() && dice.below(2) == 0 => dice.of(&words.hooks).cloned(),
        6 if !words.arrivals.is_empty() && dice.below(2) == 0 => dice.of(&words.arrivals).cloned(),
        6 => dice.of(&words.events).map(|(name, data)| TestAction::Event { name: name.clone(), data: data.clone() }),
        7 => {
            let spans = ["11s", "1m", "6m", "30m", "2h", "5h", "13h", "24h", "26h", "3d", "8d"];
            dice.of(&spans).and_then(|span| Span::parse(span).ok()).map(TestAction::Advance)
        }
        8 => {
            let next = world.app.next_due(world.now() + Span::days(30)).await.map_err(|error| error.to_string())?;
            next.map(|at| at - world.now()).filter(|span| *span > Span::ZERO).map(TestAction::Advance)
        }
        9 => {
            let codes = [131_047, 131_026, 131_049, 132_001, 132_015, 130_429, 131_056];
            let fault =
                dice.of(&codes).filter(|_| dice.below(5) > 0).map_or(TestFault::Timeout, |code| TestFault::Code(*code));
            Some(TestAction::Provider(vec![fault]))
        }
        10 => {
            let news = [Delivery::Delivered, Delivery::Read, Delivery::Failed { code: 131_026 }];
            dice.of(&news).map(|news| TestAction::Status(*news))
        }
        11 => Some(TestAction::Restart),
        12 => Some(TestAction::Person("Let me see.".to_owned())),
        13 => Some(TestAction::HandBack),
        14 => user("STOP"),
        15 => user("START"),
        _ => dice.of(&words.buttons).map(|id| TestAction::Tap(id.clone())),
    })
}

impl Wandered {
    fn nothing(walks: Walks) -> Wandered {
        Wandered {
            findings: Vec::new(),
            walks,
            talks: 0,
            acts: 0,
            found: Vec::new(),
            took: Duration::ZERO,
            coverage: Coverage::default(),
        }
    }

    pub fn is_good(&self) -> bool {
        self.found.is_empty() && self.findings.is_empty()
    }

    pub fn to_json(&self) -> serde_json::Value {
        let found: Vec<_> = self
            .found
            .iter()
            .map(|found| {
                let mut json = found.trouble.to_json();
                json["times"] = found.times.into();
                json["file"] = found.file.as_str().into();
                json["case"] = found.case.lines().into();
                json
            })
            .collect();
        serde_json::json!({
            "walks": self.walks.count, "seed": self.walks.seed, "acts": self.acts, "found": found,
            "findings": self.findings, "ms": u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX),
        })
    }
}
