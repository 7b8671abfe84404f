//! Writes the question to the model: the rules, the talk, the sources, and the acts that it may choose from.

use super::{Agent, keys::BUILT_IN, offer, state};
use crate::{
    base::limits::{AGENT_CALLS_MAX, KNOWLEDGE_GIVEN_CHARS_MAX, MODEL_CALL_TIMEOUT_DEFAULT, MODEL_INPUT_BYTES_MAX, MODEL_INSTRUCTION_BYTES_MAX},
    definition::{Field, FlowSet, Kind},
    engine::turn::{Here, Next, StepFailure, Turn},
    model::{
        answer::AnswerType,
        effect::{ActShape, AnswerShape, ModelCall, ModelQuestion, TalkBy, TalkEntry},
        session::AgentState,
    },
    steps::llm::{mark, mask, papers::papers, park, shape_fields, too_long},
};

/// The name of the act of replying, and of the search in the papers. Tools and exits have prefixes.
pub(super) const SAY: &str = "say";
pub(super) const SEARCH: &str = "search";
pub(super) const CALL: &str = "call_";
pub(super) const EXIT: &str = "exit_";

/// Why a reply is asked for again, and how often it was.
pub(super) struct Again {
    pub repairs: u32,
    pub why: String,
}

impl Agent {
    /// Asks the model what comes next.
    pub(super) fn think<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        self.ask(turn, here, None)
    }

    /// As `think`, perhaps with the reason why its last reply was refused.
    pub(super) fn ask<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>, again: Option<Again>) -> Next {
        let left = match self.may_ask(turn, here) {
            Ok(left) => left,
            Err(next) => return next,
        };
        self.begin_patience(turn, here);
        state::with(turn, here.run, |agent| agent.unsaid = None);
        match self.call(turn, here, left) {
            Ok(mut call) => {
                turn.note_at(here, format!("asks the model `{}`", call.model));
                if let Some(Again { repairs, why }) = again {
                    call.repairs = repairs;
                    call.question.repair = Some(mask::hide(&why, &mut call.masked));
                }
                park(turn, call)
            }
            Err(failure) => Next::Fail(failure),
        }
    }

    /// The money that is left for a question, `None` if there is no limit of it. Fails with what is to be done instead of a
    /// question, because a limit is reached.
    pub(super) fn may_ask<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Result<Option<i64>, Next> {
        let Some((replies, calls, spent)) =
            state::of(turn, here.run).map(|agent| (agent.replies, agent.calls, agent.spent))
        else {
            return Err(Next::Fail(StepFailure::new("bad_answer", "the talk is lost")));
        };
        if replies >= self.limits.turns {
            return Err(self.limit(turn, here, format!("`turns` allows {} replies", self.limits.turns)));
        }
        if calls >= self.limits.calls {
            let text = format!("`calls` allows {} questions to the model about one message", self.limits.calls);
            return Err(self.limit(turn, here, text));
        }
        // A flow that comes back to the agent again and again begins with a new count of its own.
        if turn.run(here.run).is_some_and(|run| i64::from(run.agent_calls) >= AGENT_CALLS_MAX) {
            let text = format!("{AGENT_CALLS_MAX} questions to models about one message are the most");
            return Err(self.limit(turn, here, text));
        }
        let left = self.limits.cost.map(|cost| cost - spent);
        if left.is_some_and(|left| left <= 0) {
            return Err(self.limit(turn, here, "`cost` of the step is used up".to_owned()));
        }
        Ok(left)
    }

    fn call(&self, turn: &mut Turn<'_>, here: Here<'_>, cost_max: Option<i64>) -> Result<ModelCall, StepFailure> {
        let Some(model) = self.model.as_ref().or(here.set.bot.models.first()) else {
            return Err(StepFailure::new("model_down", "`models` of `_bot.yaml` names no model"));
        };
        let mut masked = Vec::new();
        let instruction = mask::hide(&self.rules(turn, here)?, &mut masked);
        too_long("instruction", &instruction, MODEL_INSTRUCTION_BYTES_MAX)?;
        self.search_for_message(turn, here);
        let facts = self.facts(turn, here)?;
        // The guard reads these again: an error in them is the step's, and not the model's.
        self.ground.more(turn, here)?;
        let agent = state::of(turn, here.run).cloned().unwrap_or_default();
        let hidden = |entry: &TalkEntry, masked: &mut Vec<_>| TalkEntry {
            by: entry.by.clone(),
            text: mask::hide(&entry.text, masked),
        };
        let talk = agent.talk.iter().map(|entry| hidden(entry, &mut masked)).collect();
        let sources = agent.papers.iter().cloned().chain(facts.iter().map(|fact| mask::hide(fact, &mut masked))).collect();
        let call = state::count_call(turn, here.run);
        let question = ModelQuestion {
            instruction,
            input: None,
            talk,
            sources,
            examples: Vec::new(),
            shape: AnswerShape::Act(self.acts(here.set, &agent)),
            output_max: None,
            mark: mark(turn, here.run, call),
            repair: None,
        };
        Ok(ModelCall {
            run: here.run,
            call,
            attempt: 1,
            step: here.node.id.clone(),
            model: model.clone(),
            question: Box::new(question),
            timeout: MODEL_CALL_TIMEOUT_DEFAULT,
            cost_max,
            repairs: 0,
            restarts: 0,
            masked,
            about_conversation: false,
            voice: None,
        })
    }

    /// The author's words and the rules of every agent.
    fn rules(&self, turn: &Turn<'_>, here: Here<'_>) -> Result<String, StepFailure> {
        let bot = &here.set.bot;
        let instructions = turn.render(here, &self.instructions, &[])?;
        let language = match (&self.language, &turn.contact.language) {
            (Some(language), _) => format!("Reply in `{language}`, whatever language the customer writes in."),
            (None, Some(language)) => {
                format!("Reply in the customer's language, which is `{language}` unless they write in another one.")
            }
            (None, None) => "Reply in the language that the customer writes in.".to_owned(),
        };
        let now = here.set.local(turn.now()).strftime("%A, %-d %B %Y, %H:%M");
        let mut rules = vec![
            format!(
                "You are the assistant of `{}` and answer its customers on WhatsApp. Your matter is: {}. Nothing else is: say \
                 so in one sentence, and take `{EXIT}off_topic` if it goes on.",
                bot.name, bot.agents.scope
            ),
            instructions,
            format!("{language} A reply has at most {} characters, no headings and no tables.", self.limits.chars),
            "Each time choose one act. Do not say that something was done unless the result of a tool says so. Never ask for \
             passwords or numbers of cards. Where you do not know, say so, or take `exit_person`."
                .to_owned(),
            format!("It is {now} at the business."),
        ];
        if Agent::is_drafting(turn, here) {
            let text = "A colleague of yours has this conversation. Your reply is a draft for them, worded as they would send \
                        it to the customer: do not speak of a colleague who comes.";
            rules.push(text.to_owned());
        }
        Ok(rules.join("\n\n"))
    }

    pub(super) fn facts(&self, turn: &Turn<'_>, here: Here<'_>) -> Result<Vec<String>, StepFailure> {
        let facts = self.facts.iter().map(|fact| turn.render(here, fact, &[])).collect::<Result<Vec<_>, _>>()?;
        too_long("list of facts", &facts.concat(), MODEL_INPUT_BYTES_MAX)?;
        Ok(facts)
    }

    /// Looks the newest messages of the contact up in the papers, once for each of them.
    fn search_for_message(&self, turn: &mut Turn<'_>, here: Here<'_>) {
        let is_first = state::of(turn, here.run).is_some_and(|agent| agent.calls == 0);
        let newest = state::of(turn, here.run).map(|agent| {
            let customer = agent.talk.iter().rev().take_while(|entry| entry.by != TalkBy::Agent);
            let mut texts: Vec<&str> =
                customer.filter(|entry| entry.by == TalkBy::Customer).map(|entry| entry.text.as_str()).collect();
            texts.reverse();
            texts.join(" ")
        });
        if let Some(text) = newest.filter(|text| is_first && !text.is_empty()) {
            self.search(turn, here, &text);
        }
    }

    /// Adds the parts of the papers that fit a text to those that the model was given before; the oldest go first. The
    /// number of new parts.
    pub(super) fn search(&self, turn: &mut Turn<'_>, here: Here<'_>, text: &str) -> usize {
        let Some(within) = &self.knowledge else { return 0 };
        let found = papers(turn, here, within, text);
        let count = found.len();
        state::with(turn, here.run, |agent| {
            agent.papers.retain(|known| !found.contains(known));
            agent.papers.extend(found);
            let chars = |papers: &[String]| papers.iter().map(|paper| paper.chars().count()).sum::<usize>();
            while agent.papers.len() > 1 && chars(&agent.papers) > PAPERS_CHARS_MAX {
                agent.papers.remove(0);
            }
        });
        count
    }

    /// Everything that the model may choose from: no tool whose server describes it otherwise now, and for a draft
    /// nothing that is more than finding something out.
    fn acts(&self, set: &FlowSet, agent: &AgentState) -> Vec<ActShape> {
        let is_draft = agent.draft.is_some();
        let field = |name: &str, about: &str| Field {
            name: name.to_owned(),
            kind: Kind::from(AnswerType::Text),
            optional: false,
            default: None,
            about: Some(about.to_owned()),
            untyped: false,
            place: set.bot.place.clone(),
        };
        let act = |name: &str, about: String, fields: &[Field]| ActShape {
            name: name.to_owned(),
            about,
            fields: shape_fields(fields),
            schema: None,
        };
        let mut acts = vec![act(SAY, "Replies to the customer.".to_owned(), &[field("text", "The reply.")])];
        if self.offers && !is_draft {
            acts.push(offer::shape());
        }
        if self.knowledge.is_some() {
            let about = "Searches the papers of the business for what the sources do not tell yet.".to_owned();
            acts.push(act(SEARCH, about, &[field("question", "A question in a few words.")]));
        }
        for tool in self.tools.iter().filter(|tool| !is_draft || Agent::may_draft_with(set, tool)) {
            let asked = if tool.confirm.is_some() { " The customer is asked by a button before it is done." } else { "" };
            let name = format!("{CALL}{}", tool.name);
            if let Some(named) = &tool.mcp {
                let locked = set.mcp.tool(&named.server, &named.tool).filter(|_| !agent.changed.contains(&tool.name));
                let Some((locked, inputs)) = locked.and_then(|locked| Some((locked, locked.inputs.as_ref().ok()?))) else {
                    continue;
                };
                let about = format!("{}{asked}", locked.tool.description);
                acts.push(ActShape { name, about, fields: Vec::new(), schema: Some(inputs.strict()) });
                continue;
            }
            if let Some(http) = &tool.http {
                acts.push(act(&name, format!("{}{asked}", http.description), &http.inputs));
                continue;
            }
            let Some(flow) = set.named(&tool.name) else { continue };
            let about = flow.description.clone().unwrap_or_default();
            acts.push(act(&name, format!("{about}{asked}"), &flow.inputs));
        }
        let is_built_in = |name: &str| BUILT_IN.contains(&name);
        for exit in self.exits.iter().filter(|exit| !is_draft || is_built_in(&exit.name)) {
            let when = if exit.when.is_empty() { built_in(&exit.name) } else { &exit.when };
            acts.push(act(&format!("{EXIT}{}", exit.name), format!("Ends your part, when {when}."), &exit.gives));
        }
        let missing = BUILT_IN.into_iter().filter(|name| self.exits.iter().all(|exit| exit.name != *name));
        acts.extend(missing.map(|name| act(&format!("{EXIT}{name}"), format!("Ends your part, when {}.", built_in(name)), &[])));
        acts
    }
}

/// The papers of several messages that a model is given at once.
const PAPERS_CHARS_MAX: usize = 3 * KNOWLEDGE_GIVEN_CHARS_MAX;

/// The reason for an exit that every agent has.
fn built_in(name: &str) -> &'static str {
    match name {
        "person" => "the customer asks for a person, complains, or needs what you cannot do",
        "done" => "the customer has what they need and says so, or says goodbye",
        _ => "the customer goes on about something that is not your matter",
    }
}
