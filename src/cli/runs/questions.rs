//! Prints what models were asked in a run and what they answered, for `transom runs show ID --model`.

use super::super::{
    Failure,
    terminal::{paint::Paint, show},
};
use crate::{
    base::time::{Time, iso},
    model::effect::{AnswerShape, ModelQuestion, ModelReply, TalkBy, money},
    store::{
        Store,
        tables::{
            model_question::{self, AnsweredQuestion},
            run::Run,
        },
    },
};
use serde_json::{Value as Json, json};

/// The number of rows in one read, and the largest number of reads.
const PAGE: i64 = 200;
const PAGES_MAX: usize = 20;

/// The questions of the run, oldest first, and those about messages (`meaning`, `understand`) of its time.
pub async fn read(store: &Store, run: &Run) -> Result<Vec<AnsweredQuestion>, Failure> {
    let (mut all, mut after) = (Vec::new(), 0);
    for _ in 0..PAGES_MAX {
        let stretch = (run.started_at, run.ended_at);
        let page = model_question::between(store, run.conversation_id, after, stretch, PAGE).await;
        let page = page.map_err(Failure::failed)?;
        let Some(last) = page.last() else { break };
        after = last.id;
        all.extend(page.into_iter().filter(|asked| asked.run == run.number || asked.run == 0));
    }
    Ok(all)
}

pub fn to_json(asked: &[AnsweredQuestion]) -> Json {
    let one = |asked: &AnsweredQuestion| {
        let data = &asked.data;
        let reply = &data.reply;
        json!({
            "at": iso(asked.at), "step": data.step, "call": data.call, "attempt": data.attempt, "model": reply.model,
            "question": data.question,
            "answer": reply.answer.as_ref().ok().map(crate::model::value::Value::to_json),
            "error": reply.answer.as_ref().err().map(|error| json!({"code": error.kind.as_str(), "text": error.text})),
            "tokens": reply.tokens, "cost": cost(reply), "ms": reply.took.0,
        })
    };
    asked.iter().map(one).collect()
}

/// Prints the questions; those from before `kept_since` may have been deleted.
pub fn print(asked: &[AnsweredQuestion], run: &Run, kept_since: Time, paint: Paint) {
    if asked.is_empty() {
        let text = match run.started_at > kept_since {
            true => {
                "No model was asked a question in this run. A voice note that one wrote down stands in its turn above."
            }
            false => {
                "Questions of that time are no longer kept (`retention: {model_questions: …}` in the configuration)."
            }
        };
        println!("\n{text}");
    }
    for one in asked {
        let data = &one.data;
        let again = if data.attempt > 1 { format!(", attempt {}", data.attempt) } else { String::new() };
        let head = format!("{}  {} asks {}{again}", show::time(one.at), data.step, data.reply.model);
        println!("\n{}", paint.strong(head));
        for (name, text) in sections(&data.question) {
            section(&name, &text, paint);
        }
        section("answer", &answer(&data.reply), paint);
    }
}

fn section(name: &str, text: &str, paint: Paint) {
    println!("  {}", paint.faint(name));
    for line in text.lines() {
        println!("    {}", show::plain(line));
    }
}

/// The parts of a question, in the order in which the model reads them.
fn sections(question: &ModelQuestion) -> Vec<(String, String)> {
    let mut all = vec![("instruction".to_owned(), question.instruction.clone())];
    let sources = question.sources.iter().enumerate();
    all.extend(sources.map(|(number, source)| (format!("source {}", number + 1), source.clone())));
    for example in &question.examples {
        all.push(("example".to_owned(), format!("{} → {}", example.input, example.returns)));
    }
    all.extend(question.input.iter().map(|input| ("input".to_owned(), input.clone())));
    if !question.talk.is_empty() {
        let line = |by: &TalkBy| match by {
            TalkBy::Customer => "customer".to_owned(),
            TalkBy::Agent => "agent".to_owned(),
            TalkBy::Flow => "flow".to_owned(),
            TalkBy::Tool(name) => format!("tool {name}"),
            TalkBy::Note => "note".to_owned(),
        };
        let talk: Vec<String> =
            question.talk.iter().map(|entry| format!("{}: {}", line(&entry.by), entry.text)).collect();
        all.push(("talk".to_owned(), talk.join("\n")));
    }
    all.push(("form of the answer".to_owned(), form(&question.shape)));
    all.extend(question.repair.iter().map(|repair| ("asked once more, because".to_owned(), repair.clone())));
    all
}

fn form(shape: &AnswerShape) -> String {
    match shape {
        AnswerShape::Text => "a text".to_owned(),
        AnswerShape::One(field) => format!("{}: {}", field.name, field.kind),
        AnswerShape::Record(fields) => {
            fields.iter().map(|field| format!("{}: {}", field.name, field.kind)).collect::<Vec<_>>().join(", ")
        }
        AnswerShape::Act(acts) => {
            format!("one of {}", acts.iter().map(|act| act.name.as_str()).collect::<Vec<_>>().join(", "))
        }
    }
}

fn answer(reply: &ModelReply) -> String {
    let answer = match &reply.answer {
        Ok(value) => value.print().unwrap_or_else(|| value.to_json().to_string()),
        Err(error) => format!("{}: {}", error.kind.as_str(), error.text),
    };
    let tokens = &reply.tokens;
    let cost = cost(reply).map(|cost| format!(", {cost}")).unwrap_or_default();
    format!("{answer}\n({} tokens in, {} out{cost}, {} ms)", tokens.input, tokens.output, reply.took.0)
}

/// The cost with its currency; `None`: the model has no prices.
fn cost(reply: &ModelReply) -> Option<String> {
    (!reply.currency.is_empty()).then(|| format!("{} {}", money(reply.cost), reply.currency))
}
