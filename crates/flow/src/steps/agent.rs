//! Implements `agent`: a conversation that a language model leads within limits. The model proposes; this step decides
//! what comes of it: a reply that the guards let pass, a flow as a tool, or an exit.

mod answer;
mod cite;
mod claims;
pub mod draft;
mod guard;
mod handoff_claims;
mod http_tool;
mod keys;
mod language;
mod listen;
mod mcp;
mod offer;
mod patience;
mod question;
pub(super) mod reach;
mod state;
mod tools;
mod verify;

pub use http_tool::HttpTool;
pub use keys::{McpTarget, WrittenExit, WrittenTool};
pub use listen::{
    answer_act, give_up_thinking, leave_tool_for_person, note_answer, paid_in_vain, question_sent, tapped, think_on,
};
pub use patience::say_patience;
pub use state::is_outdated;

use super::{
    StepKind,
    ask::{Timeout, read_timeout},
    ground::{self, Ground},
    llm::{keys::read_model, papers::read_papers},
    say,
};
use crate::{
    base::time::Span,
    definition::{Body, Role},
    engine::{
        message::{
            if_closed::WrittenIfClosed,
            parts::{FilledMessage, Message},
        },
        turn::{Here, Next, StepFailure, Turn},
    },
    load::{
        spec::{Declared, FieldKind, FieldSpec, Spec, parts},
        step_fields::StepFields,
    },
    model::{
        effect::TalkBy,
        person_wish::asks_for_person,
        session::{AgentState, Waiting},
    },
    text::Text,
};
use keys::AgentLimits;
use patience::Patience;

pub struct Agent {
    pub name: String,
    pub instructions: Text,
    /// The first message, where nothing is to be answered yet.
    pub opening: Option<Message>,
    pub tools: Vec<WrittenTool>,
    pub exits: Vec<WrittenExit>,
    /// The files and folders that are searched; `None`: there are no papers.
    pub knowledge: Option<Vec<String>>,
    /// Texts that count as sources.
    pub facts: Vec<Text>,
    /// In which language it replies; `None`: in the customer's.
    pub language: Option<String>,
    /// How a reply names the papers that it was taken from; `None`: not at all.
    pub cite: Option<cite::Cite>,
    /// The values of a reply that are refused if no source gave them.
    pub ground: Ground,
    /// True if the model may offer texts to tap.
    pub offers: bool,
    pub limits: AgentLimits,
    /// How long further texts are waited for before they are answered together.
    pub gather: Span,
    /// A sentence for when the model thinks for long; `None`: nothing is said.
    pub patience: Option<Patience>,
    pub timeout: Option<Timeout>,
    pub protect: Option<bool>,
    /// `None`: the first of the bot's `models`.
    pub model: Option<String>,
    pub fills: Option<String>,
    /// The steps after the last allowed reply, question or amount; `None`: it is the error `limit`.
    pub on_limit: Option<Body>,
}

impl StepKind for Agent {
    const SPEC: Spec = Spec {
        name: "agent",
        summary: "Lets a language model talk with the customer, from papers and with flows as tools, until it takes an exit. \
                  It says no value that no source gave, and does nothing that the customer has not confirmed.",
        fields: &[
            FieldSpec::required("agent", FieldKind::Name, "Its name: the id of the step, by which tests mock it."),
            FieldSpec::required("instructions", FieldKind::Text, "What the model shall do, and how."),
            FieldSpec::optional(
                "opening",
                FieldKind::Text,
                "What is said first. Without it the agent answers the message that the flow goes on by.",
            ),
            FieldSpec::default("if_closed", parts::IF_CLOSED, "hold", "Of `opening`, when the window is closed."),
            FieldSpec::optional(
                "tools",
                keys::TOOLS,
                "Flows that the model may run, with a `description` and `inputs`, tools of MCP servers, and requests.",
            ),
            FieldSpec::optional(
                "exits",
                keys::EXITS,
                "By name, how the talk ends. `person` (hands over), `done` and `off_topic` are always there.",
            ),
            FieldSpec::optional(
                "knowledge",
                FieldKind::Many(&FieldKind::Name),
                "Files and folders of `knowledge/`, or `all`: the parts that fit a message best are given to the model.",
            ),
            FieldSpec::optional(
                "facts",
                FieldKind::Many(&FieldKind::Text),
                "Texts that the model may rely on, such as `Open until ${hours.shop.closes_at}`.",
            ),
            FieldSpec::default(
                "language",
                FieldKind::Name,
                "same",
                "In which language it replies: `same`, the customer's, or a code such as `es`. A reply that is surely in another one \
                 is refused.",
            ),
            FieldSpec::default(
                "cite",
                FieldKind::Word(cite::WORDS),
                "no",
                "Whether the papers that a reply was taken from stand below it: by `title`, or by `link`, the address in `source` of \
                 the file.",
            ),
            FieldSpec::default(
                "ground",
                ground::GROUND,
                "true",
                "Whether a reply is refused that holds a price, date, time, address or offer of which no source speaks; \
                 `{no: the reason}` lets it pass, `{kinds: […]}` compares some kinds of values, `{also: […]}` names further \
                 sources, `{verify: MODEL}` asks a second model.",
            ),
            FieldSpec::default(
                "offers",
                FieldKind::YesNo,
                "true",
                "Whether the model may reply with up to ten texts to tap, as buttons or a list. A tap is the customer's next message.",
            ),
            FieldSpec::optional("limits", FieldKind::Record(keys::LIMITS), "The most that it may say, ask and cost."),
            FieldSpec::default(
                "gather",
                FieldKind::Duration,
                "off",
                "How long further texts are waited for. Without it a text that arrives while the model thinks is answered \
                 together with those before it.",
            ),
            FieldSpec::optional(
                "patience",
                patience::PATIENCE,
                "`{after: 8s, say: One moment…}`: said once before a reply for which the model thinks longer than `after`.",
            ),
            FieldSpec::default(
                "model",
                FieldKind::Known(Declared::Model),
                "the first of `models` in `_bot.yaml`",
                "Which model is asked.",
            ),
            FieldSpec::optional("as", FieldKind::Variable, "The variable for `{exit, turns, …}` and what the exit gives."),
            FieldSpec::optional("protect", FieldKind::YesNo, "`true`: only STOP interrupts the talk."),
            FieldSpec::default("timeout", parts::TIMEOUT, "the flow's `expires`", "How long the customer may be silent."),
            FieldSpec::optional("on_timeout", FieldKind::Steps, "What to do then."),
            FieldSpec::optional("on_limit", FieldKind::Steps, "What to do when a limit is reached; else it is an error."),
        ],
        example: "agent: desk\ninstructions: Answer in at most three short sentences.\nknowledge: all",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        let name = keys::read_name(fields);
        let instructions = fields.text("instructions");
        let if_closed = fields.node("if_closed").and_then(|node| WrittenIfClosed::parse(fields, node));
        let opening = fields.said("opening").map(|text| {
            fields.sentence(Role::Body, &text);
            Message::only(text, if_closed)
        });
        let (tools, exits) = (keys::read_tools(fields), keys::read_exits(fields));
        let (knowledge, facts) = read_papers(fields);
        let agent = Agent {
            name,
            instructions,
            opening,
            language: language::read_language(fields),
            cite: cite::read_cite(fields, knowledge.is_some()),
            ground: ground::read_ground(fields, true),
            offers: offer::read_offers(fields),
            limits: keys::read_limits(fields),
            tools,
            exits,
            knowledge,
            facts,
            gather: keys::read_gather(fields),
            patience: patience::read_patience(fields),
            timeout: read_timeout(fields),
            protect: fields.opt_bool("protect"),
            model: read_model(fields),
            fills: fields.fills(),
            on_limit: fields.opt_steps("on_limit"),
        };
        keys::check_scope(fields);
        agent
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        let mut agent = AgentState::default();
        let heard = listen::message_of_run(turn, here.run);
        let asks_person = heard.as_deref().is_some_and(asks_for_person);
        if let Some(text) = heard {
            agent.hear(text);
        }
        state::put(turn, here.run, agent);
        if asks_person {
            turn.note_at(here, "the contact asks for a person");
            return self.to_person(turn, here);
        }
        let Some(opening) = &self.opening else {
            let answers = state::of(turn, here.run).is_some_and(|agent| agent.unanswered);
            return match answers {
                true if self.gather > Span::ZERO => self.gather_on(turn, here),
                true => self.think(turn, here),
                false => self.listen(turn, here),
            };
        };
        let said = turn.sentence(here, &opening.body, &[]).and_then(|body| {
            let shown = answer::disclosed(turn, here, &body);
            let worded = FilledMessage { body: &shown, shown: &[], page: 0, asks: false };
            say::send(turn, here, opening, worded, say::Asking::No { tells: false })?;
            Ok(body)
        });
        match said {
            Ok(body) => {
                state::with(turn, here.run, |agent| {
                    agent.say(TalkBy::Agent, body);
                    agent.unanswered = false;
                });
                self.listen(turn, here)
            }
            Err(failure) => Next::Fail(failure),
        }
    }
}

impl Agent {
    /// Waits for the next message.
    fn listen(&self, turn: &Turn<'_>, here: Here<'_>) -> Next {
        match self.deadline(turn, here) {
            Ok(deadline) => Next::Park(Waiting::Agent { deadline: Some(deadline), think_at: None }),
            Err(failure) => Next::Fail(failure),
        }
    }

    /// Waits for further texts before the first one is answered.
    fn gather_on(&self, turn: &Turn<'_>, here: Here<'_>) -> Next {
        match self.deadline(turn, here) {
            Ok(deadline) => {
                let think_at = Some(turn.now() + self.gather);
                Next::Park(Waiting::Agent { deadline: Some(deadline), think_at })
            }
            Err(failure) => Next::Fail(failure),
        }
    }

    fn deadline(&self, turn: &Turn<'_>, here: Here<'_>) -> Result<crate::base::time::Time, StepFailure> {
        match &self.timeout {
            Some(timeout) => timeout.ends(turn, here),
            None => Ok(turn.now() + here.flow.expires),
        }
    }

    /// A limit of the author is reached.
    fn limit(&self, turn: &mut Turn<'_>, here: Here<'_>, text: String) -> Next {
        turn.note_at(here, format!("limit: {text}"));
        match self.on_limit {
            Some(body) if !Agent::is_drafting(turn, here) => Next::Body(body),
            Some(_) | None => Next::Fail(StepFailure::new("limit", text)),
        }
    }
}
