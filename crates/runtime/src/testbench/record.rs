//! `test --record RUN`: turns a production run into a case. The customer's acts come from the database, masked; the
//! bot's messages come from replaying them, so that the case passes and contains no personal texts.

mod production;
mod rebuild;

use super::{
    Bot,
    draft::{RecordedTest, head_lines, now},
    pace::event_loop,
};
use crate::{
    base::clock::{Clock, SystemClock},
    bot::source_files,
    flow::tools::testfile::write::{self, CaseText},
    store::{Store, tables::run},
};
pub(super) use production::{RecordedRun, read as read_run};
pub(super) use rebuild::KnownBot;
use std::path::Path;

/// A case, or a whole file if the flow has none. Only reads `database`. The inner error is one sentence for the user.
pub fn record(folder: &Path, database: &str, id: i64) -> anyhow::Result<Result<RecordedTest, String>> {
    let bot = match Bot::open(folder)? {
        Ok(bot) => bot,
        Err(findings) => {
            let first = findings.first().map(ToString::to_string).unwrap_or_default();
            return Ok(Err(format!("the flows have mistakes, and `transom check` shows them all; the first: {first}")));
        }
    };
    event_loop()?.block_on(async {
        let store = Store::open_read_only(database).await?;
        let made = record_from(&bot, folder, &store, id).await;
        store.close().await;
        made
    })
}

async fn record_from(bot: &Bot, folder: &Path, store: &Store, id: i64) -> anyhow::Result<Result<RecordedTest, String>> {
    let Some(run) = run::find(store, id).await? else {
        return Ok(Err(format!("there is no run {id}; `transom runs list` shows them")));
    };
    let recorded = production::read(store, run, SystemClock.now()).await?;
    let tests = source_files::read_tests(folder)?;
    if let Some(finding) = tests.findings.first() {
        return Ok(Err(finding.to_string()));
    }
    let known = KnownBot::of(bot, &tests.files);
    let mut remarks = Vec::new();
    let rebuilt = match known.rebuild(&recorded, &mut remarks)? {
        Ok(rebuilt) => rebuilt,
        Err(why) => return Ok(Err(why)),
    };
    remarks.extend(recorded.remarks.iter().cloned());
    let draft = known.relive(&rebuilt, &mut remarks).await?;
    let (left, said) = (recorded.sent.len(), draft.world.seen.len());
    let case = draft.case(&format!("as in run {id}"), Vec::new(), Vec::new()).await?;
    if left != said {
        remarks.push(format!("in production the bot said {left} messages, here {said}: look at where they part"));
    }
    let (flow, head, case_only) = (&recorded.run.flow, &rebuilt.play.head, rebuilt.has_file);
    let text = if case_only {
        let lines = vec![format!("now: {}", now(head)), write::contact(&head.contact)];
        CaseText { head: lines, ..case }.lines()
    } else {
        head_lines(flow.as_str(), head, &rebuilt.guessed.mocks) + &case.lines()
    };
    let path = format!("flows/{flow}.test.yaml");
    Ok(Ok(RecordedTest { path, text, case_only, remarks }))
}
