//! Implements `summary: auto` of `handoff`: a model sums the conversation up for the person, after the hand-off.
//!
//! The hand-off waits for nothing. The question stands in the case until it is answered; the runtime gives it the newest
//! messages, and these themselves as the answer if no model gives one.

use crate::{
    base::{
        ids::StepId,
        limits::{SUMMARY_CALL_TIMEOUT, SUMMARY_CHARS_MAX},
    },
    engine::turn::Turn,
    model::{
        effect::{AnswerShape, CallRequest, Effect, ModelCall, ModelQuestion, NO_RUN},
        event::{CallError, CallReturn},
        session::Case,
        value::Value,
    },
    steps::llm::{mark, told},
};

/// Asks for the summary of the case that was just handed over.
pub fn ask(turn: &mut Turn<'_>, step: &StepId) {
    let bot = &turn.live().bot;
    let Some(model) = bot.router() else { return };
    let instruction = format!(
        "Sum up this conversation on WhatsApp between a customer and a business for the colleague who takes it over now. Say \
         in at most three short sentences, in the language `{}`: what the customer wants, what was answered or done so far, \
         and what is open. Say only what stands there: no greeting, no advice, no guess.",
        bot.language
    );
    turn.session.questions += 1;
    let number = turn.session.questions;
    let question = ModelQuestion::new(instruction, AnswerShape::Text, mark(turn, NO_RUN, number));
    let call = ModelCall::without_run(number, step.clone(), model, question, SUMMARY_CALL_TIMEOUT);
    let call = ModelCall { about_conversation: true, ..call };
    let Some(case) = case(turn) else { return };
    case.summary_call = Some(Box::new(call.clone()));
    turn.note(None, None, format!("asks the model `{}` for a summary", call.model));
    turn.effects.push(Effect::Call(Box::new(CallRequest::Model(call))));
}

/// Writes the summary into the case.
pub fn returned(turn: &mut Turn<'_>, result: Result<CallReturn, CallError>) {
    let answer = match result {
        Ok(CallReturn::Model(reply)) => {
            turn.note(None, None, told(&reply));
            reply.answer.map_err(|error| error.text)
        }
        Ok(CallReturn::Http(_) | CallReturn::Mcp(_)) => Err("it is the answer of a server".to_owned()),
        Err(error) => Err(error.text),
    };
    let Some(case) = case(turn) else { return };
    case.summary_call = None;
    let why = match answer {
        Ok(Value::Text(text)) if !text.trim().is_empty() => {
            let summary: String = text.trim().chars().take(SUMMARY_CHARS_MAX).collect();
            case.summary = Some(summary.clone());
            return turn.effects.push(Effect::SummedUp { summary });
        }
        Ok(_) => "nothing was said".to_owned(),
        Err(why) => why,
    };
    turn.note(None, None, format!("the case has no summary: {why}"));
}

/// Asks once more after a restart of the process.
pub fn restarted(turn: &mut Turn<'_>) {
    let Some(case) = case(turn) else { return };
    let Some(mut call) = case.summary_call.take() else { return };
    if !call.ask_after_restart() {
        return turn.note(None, None, "the case has no summary: the process ended twice while a model was asked");
    }
    case.summary_call = Some(call.clone());
    turn.effects.push(Effect::Call(Box::new(CallRequest::Model(*call))));
}

fn case<'t>(turn: &'t mut Turn<'_>) -> Option<&'t mut Case> {
    turn.session.person.as_mut()?.case.as_deref_mut()
}
