//! Runs `transom models list|test`: shows the configured language models, and asks each a small question.

use super::{
    Failure, Outcome,
    client::workplace::CommandAt,
    terminal::{out, show, table},
};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        time::Span,
    },
    channel::llm::{Asked, Clip, ModelClient, NOTHING_HEARD, Transcribed, silent_note},
    model::{
        effect::{AnswerShape, ModelError, ModelQuestion, ShapeField, Tokens, money},
        value::Value,
    },
    runtime::config::{Config, Model, Purpose},
};
use serde_json::{Value as Json, json};

pub type Args = CommandAt<Action>;

#[derive(Debug, clap::Subcommand)]
pub enum Action {
    /// The models of the configuration
    List,
    /// Ask each model one small question, and say how it answered; this costs a few tokens
    Test {
        /// These alone
        #[arg(value_name = "NAME")]
        names: Vec<String>,
    },
}

/// The choices of the small question; the first one is right.
const CHOICES: [&str; 3] = ["repair", "price", "other"];

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    match args.what {
        Action::List => {
            list(&config);
            Ok(())
        }
        Action::Test { names } => test(&config, &names).await,
    }
}

fn list(config: &Config) {
    let headings = ["name", "use", "api", "model", "server", "region", "fallback"];
    let rows: Vec<Vec<String>> = config
        .models
        .iter()
        .map(|model| {
            let endpoint = &model.endpoint;
            vec![
                endpoint.name.clone(),
                model.purpose.as_str().to_owned(),
                endpoint.api.as_str().to_owned(),
                endpoint.model.clone(),
                endpoint.base_url.host_str().unwrap_or_default().to_owned(),
                model.region.clone().unwrap_or_default(),
                model.fallback.clone().unwrap_or_default(),
            ]
        })
        .collect();
    out::either(|| out::rows(&headings, &rows), || table::print(&headings, &rows, NONE));
}

const NONE: &str = "The configuration has no models: docs/models.md shows how one is written.";

/// The outcome for one model.
struct Told {
    name: String,
    api: &'static str,
    /// The way in which the answer was typed.
    mode: &'static str,
    purpose: Purpose,
    answer: Result<Value, ModelError>,
    tokens: Tokens,
    cost: Option<i64>,
    ms: i64,
}

async fn test(config: &Config, names: &[String]) -> Outcome {
    if let Some(unknown) = names.iter().find(|name| config.model(name).is_none()) {
        return Err(Failure::Usage(format!("the configuration has no model `{unknown}`")));
    }
    let meant = |model: &&Model| names.is_empty() || names.contains(&model.endpoint.name);
    let mut all = Vec::new();
    for model in config.models.iter().filter(meant) {
        all.push(one(model).await?);
    }
    let currency = &config.prices.currency;
    if out::is_json() {
        let told: Vec<Json> = all.iter().map(|told| document(told, currency)).collect();
        out::document(&json!({ "models": told }));
    } else if all.is_empty() {
        println!("{NONE}");
    } else {
        all.iter().for_each(|told| println!("{}", sentence(told, currency)));
    }
    match all.iter().all(|told| told.answer.is_ok()) {
        true => Ok(()),
        false => Err(Failure::Said),
    }
}

async fn one(model: &Model) -> Result<Told, Failure> {
    let endpoint = &model.endpoint;
    let client = ModelClient::new(endpoint.clone(), None).map_err(Failure::failed)?;
    if model.purpose == Purpose::Transcribe {
        return listen(model, &client).await;
    }
    let began = SystemClock.now();
    let asked = client.ask(&question(), endpoint.timeout, &SystemClock).await;
    let ms = (SystemClock.now() - began).0;
    // No fence holds this process back.
    let Asked { answer, tokens, .. } = asked.map_err(|error| Failure::failed(error.text))?;
    let tokens = tokens.unwrap_or_default();
    let mode = client.known().mode.unwrap_or(client.first_mode(&question())).as_str();
    let cost = model.prices.map(|prices| prices.cost(&tokens));
    let (name, purpose) = (endpoint.name.clone(), model.purpose);
    Ok(Told { name, api: endpoint.api.as_str(), mode, purpose, answer, tokens, cost, ms })
}

/// Sends a second of silence, in the format of a voice note. A server that reads it and hears nothing does what it should.
async fn listen(model: &Model, client: &ModelClient) -> Result<Told, Failure> {
    let endpoint = &model.endpoint;
    let clip =
        Clip::measured(silent_note(Span::seconds(1))).ok_or_else(|| Failure::failed("the silent note is none"))?;
    let began = SystemClock.now();
    let heard = client.transcribe(&clip, None, endpoint.timeout, &SystemClock).await;
    let ms = (SystemClock.now() - began).0;
    let Transcribed { answer, paid, .. } = heard.map_err(|error| Failure::failed(error.text))?;
    let answer = match answer {
        Err(error) if error.text == NOTHING_HEARD => Ok(Value::Nothing),
        other => other,
    };
    let cost = model.minute_price.zip(paid).map(|(price, length)| price.cost(length));
    let (name, api, tokens) = (endpoint.name.clone(), endpoint.api.as_str(), Tokens::default());
    Ok(Told { name, api, mode: "", purpose: model.purpose, answer, tokens, cost, ms })
}

fn question() -> ModelQuestion {
    let among = CHOICES.map(str::to_owned).to_vec();
    let field = ShapeField { name: "answer".into(), kind: "choice".into(), among, optional: false, about: None };
    ModelQuestion {
        instruction: "Say what this message to a bicycle workshop is about.".into(),
        input: Some("My brakes squeak, can you look at them?".into()),
        talk: Vec::new(),
        sources: Vec::new(),
        examples: Vec::new(),
        shape: AnswerShape::One(field),
        output_max: None,
        mark: "3f9c2a7d1b5e8046".into(),
        repair: None,
    }
}

fn sentence(told: &Told, currency: &str) -> String {
    let Told { name, api, mode, purpose, answer, tokens, cost, ms } = told;
    match answer {
        Ok(heard) if *purpose == Purpose::Transcribe => {
            let heard = match heard {
                Value::Nothing => "nothing".to_owned(),
                words => format!("`{}`", show::line(&words.print().unwrap_or_default())),
            };
            let cost = cost.map_or(String::new(), |cost| format!(", {} {currency}", money(cost)));
            format!(
                "{name}: takes voice notes (Opus in Ogg) and heard {heard} in a second of silence, in {ms} ms by {api}{cost}"
            )
        }
        Err(error) => format!("{name}: {} after {ms} ms: {}", error.kind.as_str(), show::line(&error.text)),
        Ok(value) => {
            let said = value.print().unwrap_or_default();
            let right = if said == CHOICES[0] { "" } else { ", which is not the right one" };
            let cost = cost.map_or(String::new(), |cost| format!(", {} {currency}", money(cost)));
            format!(
                "{name}: answered `{}`{right} in {ms} ms by {api} ({mode}): {} tokens read, {} written{cost}",
                show::line(&said),
                tokens.input,
                tokens.output
            )
        }
    }
}

fn document(told: &Told, currency: &str) -> Json {
    let error = told.answer.as_ref().err();
    json!({
        "name": told.name, "use": told.purpose.as_str(), "api": told.api, "mode": told.mode, "ms": told.ms,
        "answer": told.answer.as_ref().ok().map(Value::to_json),
        "error": error.map(|error| error.kind.as_str()), "text": error.map(|error| &error.text),
        "input_tokens": told.tokens.input, "output_tokens": told.tokens.output,
        "cost": told.cost.map(money), "currency": currency,
    })
}
