//! Runs `transom mcp pull`: asks MCP servers for their tools, says in words what has changed, and writes `mcp.lock.yaml`.

use crate::{
    base::{
        clock::{Clock as _, SystemClock},
        counted::counted,
        diagnostic::Findings,
        place::SourceFile,
    },
    channel::mcp::{McpClient, McpEndpoint},
    cli::{Failure, Outcome, client::workplace::Workplace, terminal::out},
    flow::{
        self,
        mcp::{LOCK, McpLock, written},
    },
    model::mcp::{McpChange, McpInputs, McpTool, changes},
    runtime::{bot::source_files, config::Config},
};
use serde_json::{Map, Value as Json, json};
use std::{collections::BTreeMap, fs, io, path::Path};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// These servers alone; without names those of `mcp` in `_bot.yaml`
    #[arg(value_name = "SERVER")]
    names: Vec<String>,
    /// Write nothing: fail when the file is not what would be written
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    place: Workplace,
}

/// The outcome for one server.
struct Pulled {
    server: String,
    tools: Result<Vec<McpTool>, String>,
    before: Vec<McpTool>,
}

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    let path = config.bot.join(LOCK);
    let before = read(&path)?;
    let named = named(&config)?;
    let wanted = if args.names.is_empty() { named.clone() } else { args.names.clone() };
    if wanted.is_empty() {
        let why = "`_bot.yaml` names no MCP server; write `mcp: [calendar]` there, with a name from `mcp` of the configuration";
        return Err(Failure::Usage(why.to_owned()));
    }
    let mut all = Vec::new();
    for name in &wanted {
        let Some(endpoint) = config.mcp_server(name) else {
            return Err(Failure::Usage(format!("the configuration has no MCP server `{name}`; write it under `mcp`")));
        };
        let tools = tools_of(endpoint).await?;
        all.push(Pulled { server: name.clone(), tools, before: before.get(name).cloned().unwrap_or_default() });
    }
    let mut after = before.clone();
    // With names only their part of the file changes.
    let dropped: Vec<String> = match args.names.is_empty() {
        true => before.keys().filter(|name| !named.contains(name)).cloned().collect(),
        false => Vec::new(),
    };
    dropped.iter().for_each(|name| drop(after.remove(name)));
    for one in &all {
        // A server that does not answer keeps its pinned tools.
        if let Ok(tools) = &one.tools {
            after.insert(one.server.clone(), tools.clone());
        }
    }
    let text = written(&after);
    let is_same = fs::read_to_string(&path).is_ok_and(|now| now == text);
    let writes = !args.check && !is_same && after != before;
    if writes {
        let failed = |error: io::Error| Failure::Failed(format!("cannot write `{}`: {error}", path.display()));
        fs::write(&path, text).map_err(failed)?;
    }
    let words = || {
        all.iter().for_each(say);
        for name in &dropped {
            println!("{name}: `_bot.yaml` does not name it any more, so its tools are taken out");
        }
        match (writes, is_same) {
            (true, _) => println!("Wrote `{}`. Read the change before you commit it: models obey it.", path.display()),
            (false, true) => println!("`{}` is as it would be written.", path.display()),
            (false, false) => println!("`{}` is not written.", path.display()),
        }
    };
    let servers = || all.iter().map(document).collect::<Vec<_>>();
    let told = || json!({"file": path, "written": writes, "same": is_same, "servers": servers(), "dropped": dropped});
    out::either(told, words);
    let has_failed = all.iter().any(|one| one.tools.is_err());
    if has_failed || (args.check && !is_same) { Err(Failure::Said) } else { Ok(()) }
}

/// The tools that are pinned now; a file with mistakes pins nothing.
fn read(path: &Path) -> Result<BTreeMap<String, Vec<McpTool>>, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(McpLock::read(&SourceFile::new(LOCK, text), &Findings::default()).tools()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(Failure::Failed(format!("cannot read `{}`: {error}", path.display()))),
    }
}

/// The servers that the bot names.
fn named(config: &Config) -> Result<Vec<String>, Failure> {
    let files = source_files::read(&config.bot).map_err(Failure::failed)?;
    Ok(flow::parse_set(&files.files).0.bot.mcp.clone())
}

async fn tools_of(endpoint: &McpEndpoint) -> Result<Result<Vec<McpTool>, String>, Failure> {
    let client = McpClient::new(endpoint.clone(), None).map_err(Failure::failed)?;
    Ok(client.tools(SystemClock.now()).await.map_err(|failure| format!("{} ({})", failure.text, failure.code)))
}

fn say(one: &Pulled) {
    let server = &one.server;
    let tools = match &one.tools {
        Ok(tools) => tools,
        Err(why) => return println!("{server}: no tools were read: {why}"),
    };
    println!("{server}: {}", counted(tools.len(), "tool"));
    for (name, change) in changes(&one.before, tools) {
        println!("  `{name}` {}", change.words());
        let find = |list: &[McpTool]| list.iter().find(|tool| tool.name == name).cloned();
        match (change, find(&one.before), find(tools)) {
            (McpChange::New, _, Some(now)) => {
                lines('+', &now.description);
                inputs_of(&now.inputs).keys().for_each(|field| println!("    + input `{field}`"));
            }
            (McpChange::Description, Some(was), Some(now)) => {
                lines('-', &was.description);
                lines('+', &now.description);
            }
            (McpChange::Inputs, Some(was), Some(now)) => other_inputs(&was.inputs, &now.inputs),
            _ => {}
        }
    }
    for tool in tools {
        if let Err(why) = McpInputs::read(&tool.inputs) {
            println!("  `{}` cannot be used by an agent: {why}", tool.name);
        }
    }
}

/// A description, line by line: it is read before it is committed.
fn lines(sign: char, text: &str) {
    text.lines().for_each(|line| println!("    {sign} {line}"));
}

fn other_inputs(was: &Json, now: &Json) {
    let (was, now) = (inputs_of(was), inputs_of(now));
    let before = was.len();
    let mut said = 0;
    for (name, schema) in &was {
        match now.get(name) {
            None => println!("    - input `{name}`"),
            Some(other) if other != schema => println!("    ~ input `{name}`: {schema} is now {other}"),
            Some(_) => continue,
        }
        said += 1;
    }
    for name in now.keys().filter(|name| !was.contains_key(*name)) {
        println!("    + input `{name}`");
        said += 1;
    }
    if said == 0 {
        println!("    ~ something beside its {}, such as which of them are required", counted(before, "input"));
    }
}

fn inputs_of(schema: &Json) -> Map<String, Json> {
    schema["properties"].as_object().cloned().unwrap_or_default()
}

fn document(one: &Pulled) -> Json {
    let changed = one.tools.as_ref().map(|tools| changes(&one.before, tools)).unwrap_or_default();
    let word = |change: McpChange| match change {
        McpChange::New => "new",
        McpChange::Gone => "gone",
        McpChange::Description => "description",
        McpChange::Inputs => "inputs",
    };
    let changed: Vec<Json> =
        changed.iter().map(|(tool, change)| json!({"tool": tool, "what": word(*change)})).collect();
    json!({
        "server": one.server, "tools": one.tools.as_ref().ok().map(Vec::len), "changes": changed,
        "error": one.tools.as_ref().err(),
    })
}
