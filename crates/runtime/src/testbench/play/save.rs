//! Writes a talk of the studio as a case of its flow's test file: its acts with the bot's messages.

use super::{PlayError, PlayRequest, PlaySetup, acts_of, read};
use crate::{
    base::{diagnostic::Diagnostic, ids::FlowName, place::SourceFile, yaml::Node},
    flow::tools::testfile::{
        Aspect, Case, Head, TestAction, sentence,
        write::{self, CaseText, scalar},
    },
    model::effect::Effect,
    testbench::{
        Bot, Play, TestFile,
        cases::play_case,
        draft::{MockLines, RecordedCase, head_lines, now},
        pace::Pace,
        read as read_test,
    },
};
use std::sync::Arc;

/// The whole new text of a test file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedTest {
    pub path: String,
    pub text: String,
}

pub(super) async fn saved(
    setup: &PlaySetup,
    request: &PlayRequest,
    name: &str,
    pace: &Pace,
) -> Result<SavedTest, PlayError> {
    let bot = setup.bot(&request.edits, pace)?;
    let (play, steps) = read(&bot, request)?;
    let is_about_trouble = steps.iter().flatten().any(|step| looks_for_trouble(&step.act));
    // The checks of the test are what the bot says now.
    let acts = acts_of(steps)?;
    let (play, called) = about_a_flow(&bot, play, &acts, request.flow.is_some()).await?;
    let path = format!("flows/{}.test.yaml", play.flow);
    let tests = setup.tests(&request.edits)?;
    if let Some(finding) = tests.findings.iter().find(|finding| finding.place.path() == path) {
        return Err(PlayError::Errors(vec![finding.clone()]));
    }
    let existing = tests.files.into_iter().find(|file| file.path() == path);
    let own = match &existing {
        Some(file) => Some(file_of(&bot, file)?),
        None => None,
    };
    let wanted = Wanted { head: &play.head, own: own.as_ref().map(|file| &*file.play.head), called };
    // The case is played in the world that it has in its file.
    let mut plain: Vec<String> = acts.iter().filter_map(|(_, act)| write::act(act)).collect();
    if is_about_trouble {
        plain.push("expect: {trouble: nothing}".to_owned());
    }
    let text = wanted.text(
        &play,
        existing.as_deref(),
        &CaseText { name: name.to_owned(), steps: plain, ..CaseText::default() },
    )?;
    let (_, in_file) = last_case(&bot, &path, &text)?;
    if is_about_trouble {
        // It fails until the flow is mended, and the words of the bot are others then.
        return Ok(SavedTest { path, text });
    }
    let mut draft = RecordedCase::begin(&bot, &in_file).await?;
    draft.whole = true;
    for (index, act) in acts {
        if !draft.act(act).await? {
            let why = "The step is not possible here; leave it out, or begin anew.".to_owned();
            draft.world.end().await;
            return Err(PlayError::Invalid(vec![(format!("/steps/{index}"), why)]));
        }
    }
    let case = draft.case(name, Vec::new(), Vec::new()).await?;
    let text = wanted.text(&play, existing.as_deref(), &case)?;
    let (case, in_file) = last_case(&bot, &path, &text)?;
    if let Some(failure) = play_case(&bot, &in_file, &case, &mut None).await.failure {
        let why = format!("The talk does not pass as a test: {failure}");
        return Err(PlayError::Invalid(vec![("/steps".to_owned(), why)]));
    }
    Ok(SavedTest { path, text })
}

/// True for `expect: {trouble: …}`.
fn looks_for_trouble(act: &TestAction) -> bool {
    matches!(act, TestAction::Expect(all) if all.iter().any(|one| one.aspect == Aspect::Trouble))
}

/// The flow that the test is about: that of the request, or the first one that the talk starts. Also tells whether the
/// talk makes calls.
async fn about_a_flow(
    bot: &Bot,
    play: Play,
    acts: &[(usize, TestAction)],
    is_named: bool,
) -> Result<(Play, bool), PlayError> {
    let mut draft = RecordedCase::begin(bot, &play).await?;
    let mut first: Option<FlowName> = None;
    for (_, act) in acts {
        draft.act(act.clone()).await?;
        let effects = draft.world.did.iter().flat_map(|turn| &turn.effects);
        let began = effects.filter_map(|effect| match effect {
            Effect::RunBegan { flow, .. } => Some(flow.clone()),
            _ => None,
        });
        first = first.or(began.into_iter().find(|flow| bot.set.flow(flow).is_some()));
    }
    let calls = &draft.world.app.calls;
    let called = !calls.made().is_empty() || !calls.asked().is_empty();
    draft.world.end().await;
    if is_named {
        return Ok((play, called));
    }
    let none =
        || vec![("/flow".to_owned(), "The talk starts no flow; name the one that the test is about.".to_owned())];
    let flow = first.ok_or_else(|| PlayError::Invalid(none()))?;
    Ok((Play { flow, ..play }, called))
}

/// The world of the talk, and that of the test file.
struct Wanted<'a> {
    head: &'a Head,
    own: Option<&'a Head>,
    /// True if the talk makes calls, so that its mocks belong to it.
    called: bool,
}

impl Wanted<'_> {
    /// The text of the file with the case behind its own.
    fn text(&self, play: &Play, existing: Option<&SourceFile>, case: &CaseText) -> Result<String, PlayError> {
        let head = self.head;
        let mocks = if self.called { mocks(head) } else { MockLines::default() };
        let Some(existing) = existing else {
            let case = CaseText { head: self.further(), ..case.clone() };
            return Ok(head_lines(play.flow.as_str(), head, &mocks) + &case.lines());
        };
        let own = self.own;
        let mut lines = Vec::new();
        if own.is_none_or(|own| own.now != head.now) {
            lines.push(format!("now: {}", now(head)));
        }
        if own.is_none_or(|own| own.contact != head.contact) && !head.contact.is_empty() {
            lines.push(write::contact(&head.contact));
        }
        let env: Vec<String> = head
            .env
            .iter()
            .filter(|(name, value)| own.is_none_or(|own| own.env.get(*name) != Some(*value)))
            .map(|(name, value)| format!("{}: {}", scalar(name), scalar(value)))
            .collect();
        if !env.is_empty() {
            lines.push(format!("env: {{{}}}", env.join(", ")));
        }
        lines.extend(self.further());
        let mocks = mocks.written("  ");
        if !mocks.is_empty() {
            lines.push(format!("mocks:\n{}", mocks.trim_end()));
        }
        let case = CaseText { head: lines, ..case.clone() };
        write::append(existing.text(), &case.lines()).ok_or_else(|| {
            let path = existing.path();
            PlayError::Unreadable(format!("`{path}` does not end with its list of `cases`; put `cases` last in it"))
        })
    }

    /// The lines that every case has for itself: the sender and the templates.
    fn further(&self) -> Vec<String> {
        let sender =
            self.head.sender.iter().filter(|name| self.own.is_none_or(|own| own.sender.as_ref() != Some(*name)));
        let mut lines: Vec<String> = sender.map(|name| format!("sender: {}", scalar(name))).collect();
        let templates: Vec<String> = self
            .head
            .templates
            .iter()
            .filter(|(name, is)| self.own.is_none_or(|own| own.templates.get(*name) != Some(*is)))
            .map(|(name, is)| format!("{}: {}", scalar(name), is.as_str()))
            .collect();
        if !templates.is_empty() {
            lines.push(format!("templates: {{{}}}", templates.join(", ")));
        }
        lines
    }
}

/// The mocks, each as the item of a list.
fn mocks(head: &Head) -> MockLines {
    let items = |kind: &str| {
        let nodes = head.mocks.iter().filter_map(|mocks| mocks.get(kind)).flat_map(Node::one_or_many);
        nodes.map(write::node).collect()
    };
    MockLines { http: items("http"), model: items("model"), mcp: items("mcp") }
}

fn file_of(bot: &Bot, file: &Arc<SourceFile>) -> Result<TestFile, PlayError> {
    let (report, read) = read_test(file, &bot.set);
    read.ok_or_else(|| PlayError::Errors(report.findings))
}

/// The case at the end of a file, with its world.
fn last_case(bot: &Bot, path: &str, text: &str) -> Result<(Case, Play), PlayError> {
    let (report, read) = read_test(&SourceFile::new(path, text), &bot.set);
    let wrong = report.findings.iter().find(|finding| finding.is_error());
    let pointer = |finding: &Diagnostic| if finding.code == "E952" { "/name" } else { "/steps" };
    if let Some(finding) = wrong {
        return Err(PlayError::Invalid(vec![(pointer(finding).to_owned(), sentence(finding))]));
    }
    let last = read.and_then(|file| file.cases.into_iter().next_back());
    last.ok_or_else(|| PlayError::Unreadable(format!("the new case is not the last one in `{path}`")))
}
