//! Shortens a problem of a random customer to the fewest acts, and finds the test file that it belongs into.

use super::{Walked, WanderWorld, try_act};
use crate::{
    base::limits::WANDER_TRIES_MAX,
    flow::tools::testfile::TestAction,
    testbench::{Bot, coverage::CoverageTally, pace::Pace, trouble::BotProblem, world::World},
};

/// Removes acts that are not needed for the same problem: ever smaller pieces, from the end.
pub(super) fn shorten(
    bot: &Bot,
    ground: &WanderWorld,
    mut acts: Vec<TestAction>,
    mut trouble: BotProblem,
    pace: &Pace,
) -> (Vec<TestAction>, BotProblem) {
    let mut tries = 0;
    let mut piece = acts.len().div_ceil(2).max(1);
    loop {
        let mut at = acts.len();
        let mut shorter = false;
        while at > 0 && tries < WANDER_TRIES_MAX {
            let from = at.saturating_sub(piece);
            let rest: Vec<TestAction> = acts[..from].iter().chain(&acts[at..]).cloned().collect();
            tries += 1;
            let Ok(Some(again)) = pace.block_on(again(bot, ground, rest)) else { return (acts, trouble) };
            match again.trouble {
                Some(same) if same.is_like(&trouble) && again.acts.len() < acts.len() => {
                    (acts, trouble, shorter) = (again.acts, same, true);
                    at = from.min(acts.len());
                }
                _ => at = from,
            }
        }
        if piece == 1 && !shorter || tries >= WANDER_TRIES_MAX {
            return (acts, trouble);
        }
        piece = if shorter { piece } else { piece / 2 }.max(1).min(acts.len().max(1));
    }
}

/// The test file for a case of this problem. Each file has its own world, in which another answer of a server, or
/// another time, may prevent the problem, so it is replayed there first.
pub(super) fn home(
    bot: &Bot,
    met: &WanderWorld,
    all: &[&WanderWorld],
    acts: &[TestAction],
    trouble: &BotProblem,
    pace: &Pace,
) -> String {
    let concerned = trouble.flow.as_deref().and_then(|flow| bot.set.named(flow)).map(|flow| &flow.name);
    let Some(flow) = concerned.filter(|flow| **flow != met.play.flow) else { return met.file.clone() };
    let same = |ground: &WanderWorld| {
        let Ok(Some(again)) = pace.block_on(again(bot, ground, acts.to_vec())) else { return false };
        again.trouble.is_some_and(|again| again.is_like(trouble)) && again.acts.len() == acts.len()
    };
    let file = format!("flows/{flow}.test.yaml");
    let taken = all.iter().any(|ground| ground.file == file);
    let own = all.iter().filter(|ground| ground.play.flow == *flow).find(|ground| same(ground));
    match own {
        Some(own) => own.file.clone(),
        None if !taken && same(&WanderWorld { file: file.clone(), play: bot.bare_play(flow) }) => file,
        None => met.file.clone(),
    }
}

/// Repeats the acts up to the first problem.
async fn again(bot: &Bot, ground: &WanderWorld, acts: Vec<TestAction>) -> Walked {
    let mut walked = Walked { acts: Vec::new(), trouble: None, tally: CoverageTally::default() };
    let Ok(mut world) = World::begin(bot, &ground.play, false).await else { return walked };
    for act in acts {
        try_act(&mut world, act, &mut walked).await;
        if walked.trouble.is_some() {
            break;
        }
    }
    world.end().await;
    walked
}
