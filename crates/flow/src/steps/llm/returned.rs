//! Handles the answer to the question of `llm`, and the verdict of a second model about it: kept, asked again, or an error.

use super::{
    Llm,
    answer::{Read, read},
    mask, park, park_with, repair, repair_with, told,
};
use crate::{
    engine::{
        turn::{Here, Next, StepFailure, Turn},
        variables,
    },
    model::{
        effect::{ModelCall, ModelError, ModelErrorKind, ModelReply},
        event::CallError,
        session::Unsaid,
        value::Value,
    },
    steps::ground::{
        KnownTexts, as_source,
        verify::{self, Judge, Judged, Verdict},
    },
};

impl Llm {
    /// A model has answered, or there is no answer. With `unsaid` it was the second one, asked about this text.
    pub fn returned(
        &self,
        turn: &mut Turn<'_>,
        here: Here<'_>,
        (call, unsaid): (ModelCall, Option<Unsaid>),
        result: Result<ModelReply, CallError>,
    ) -> Next {
        if let Some(unsaid) = unsaid {
            return self.judged(turn, here, call, unsaid, result);
        }
        let reply = match result {
            Ok(reply) => reply,
            Err(error) => return Next::Fail(StepFailure { code: error.code, text: error.text }),
        };
        turn.note_at(here, told(&reply));
        let known = self.known_texts(turn, here, &call);
        let found = reply.answer.and_then(|value| {
            let value = mask::show_in(value, &call.masked);
            let sources = call.question.sources.iter().map(|source| mask::show(source, &call.masked));
            let told = known.customer.iter().cloned().chain(sources).collect::<Vec<_>>().join("\n");
            read(self, value, &told, &here.set.bot.timezone)
        });
        let found = found.and_then(|read| match &read {
            Read::Value(Value::Text(text)) if self.is_text() => {
                self.ground.compare(turn, here, &known, text, &[]).map(|()| read)
            }
            Read::Value(_) | Read::Unsure => Ok(read),
        });
        match (found, &self.ground.verify) {
            (Ok(Read::Value(Value::Text(text))), Some(model)) if self.is_text() => {
                self.verify(turn, here, model, known, Unsaid { text, options: Vec::new(), repairs: call.repairs, call: 0 })
            }
            (Ok(Read::Value(value)), _) => self.keep(turn, here, value),
            (Ok(Read::Unsure), _) => {
                turn.note_at(here, "none of the texts fits");
                self.none_fits(turn, here)
            }
            (Err(error), _) if error.kind.is_of_answer() && call.repairs < self.retry => repair(turn, here, call, &error),
            (Err(error), _) => failed(here, error),
        }
    }

    fn keep(&self, turn: &mut Turn<'_>, here: Here<'_>, value: Value) -> Next {
        variables::keep(turn, here.run, self.fills.as_deref(), value);
        Next::Continue
    }

    /// The texts whose values the answer may hold: the customer's with the words that the model did not see.
    fn known_texts(&self, turn: &Turn<'_>, here: Here<'_>, call: &ModelCall) -> KnownTexts {
        let shown = |text: &String| mask::show(text, &call.masked);
        // With an expression in it the instruction may hold what the customer wrote.
        let instruction = self.instruction.as_plain().map(str::to_owned);
        let more = self.ground.more(turn, here).unwrap_or_default();
        let sources = &call.question.sources;
        // The facts stand behind the papers.
        let (papers, facts) = sources.split_at(sources.len().saturating_sub(self.facts.len()));
        let facts = self.facts.iter().zip(facts).map(|(text, filled)| as_source(turn, text, shown(filled)));
        let given = papers.iter().map(shown).chain(facts).chain(instruction).chain(more).collect();
        KnownTexts { given, customer: call.question.input.iter().map(shown).collect() }
    }

    /// Asks the second model about an answer that the rules have let pass.
    fn verify(&self, turn: &mut Turn<'_>, here: Here<'_>, model: &str, known: KnownTexts, unsaid: Unsaid) -> Next {
        let number = self.count_call(turn, here);
        let judge = Judge { model, number, timeout: self.timeout, cost_max: self.cost };
        let call = verify::question(turn, here, Judged { text: &unsaid.text, options: &[], known }, &judge);
        turn.note_at(here, format!("asks the model `{model}` whether the sources support the answer"));
        park_with(turn, call, Some(Unsaid { call: number, ..unsaid }))
    }

    /// The second model has answered. Without its *yes* nothing is kept, whatever the reason.
    fn judged(
        &self,
        turn: &mut Turn<'_>,
        here: Here<'_>,
        call: ModelCall,
        unsaid: Unsaid,
        result: Result<ModelReply, CallError>,
    ) -> Next {
        let unverified = |text: &str| format!("the answer could not be verified: {text}");
        let reply = match result {
            Ok(reply) => reply,
            Err(error) => return Next::Fail(StepFailure { code: error.code, text: unverified(&error.text) }),
        };
        turn.note_at(here, told(&reply));
        match reply.answer.and_then(|answer| verify::read(mask::show_in(answer, &call.masked))) {
            Ok(Verdict::Supported) => {
                turn.note_at(here, "the sources support the answer");
                self.keep(turn, here, Value::Text(unsaid.text))
            }
            Ok(Verdict::Unsupported(sentence)) => {
                let error = verify::unsupported(&unsaid.text, &[], sentence);
                if unsaid.repairs >= self.retry {
                    return failed(here, error);
                }
                self.ask_again(turn, here, unsaid.repairs + 1, &error)
            }
            Err(error) if error.kind.is_of_answer() && call.repairs < verify::REPAIRS_MAX => {
                repair_with(turn, here, call, &error, Some(unsaid))
            }
            Err(error) => failed(here, ModelError::new(error.kind, unverified(&error.text))),
        }
    }

    /// Asks the first model anew, with the reason why the second one refused its answer.
    fn ask_again(&self, turn: &mut Turn<'_>, here: Here<'_>, repairs: u32, why: &ModelError) -> Next {
        turn.note_at(here, format!("`{}`: {}; asked again with this reason", why.kind.as_str(), why.text));
        match self.asked(turn, here) {
            Ok(Some(mut call)) => {
                call.repairs = repairs;
                call.question.repair = Some(mask::hide(&why.text, &mut call.masked));
                park(turn, call)
            }
            // Another day has begun, and no paper holds any more.
            Ok(None) => self.none_fits(turn, here),
            Err(failure) => Next::Fail(failure),
        }
    }
}

fn failed(here: Here<'_>, error: ModelError) -> Next {
    match here.node.outline.on_timeout {
        Some(body) if error.kind == ModelErrorKind::ModelSlow => Next::Body(body),
        _ => Next::Fail(StepFailure::new(error.kind.as_str(), error.text)),
    }
}
