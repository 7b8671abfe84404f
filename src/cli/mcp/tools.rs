//! Lists the tools: the name, description and arguments of each, and the command or file operation behind it.

use super::{
    Workshop,
    child::{self, CommandLine},
    files,
};
use crate::{
    base::{diagnostic::did_you_mean, limits::MCP_LIST_MAX},
    runtime::bot::bot_path::BotPath,
    web::mcp::protocol::{Done, Toolbox},
};
use serde_json::{Map, Value as Json, json};

/// A tool: its description for the model, and how it runs.
pub struct Tool {
    pub name: &'static str,
    title: &'static str,
    about: &'static str,
    arguments: &'static [Argument],
    run: Run,
}

struct Argument {
    name: &'static str,
    kind: Kind,
    about: &'static str,
    is_needed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Texts,
    Flag,
    Whole,
}

enum Run {
    /// A command of this program.
    Command(fn(&Arguments) -> Result<CommandLine, String>),
    /// Reads files, or a text of the program.
    Read(fn(&Workshop, &Arguments) -> Result<Done, String>),
    /// Changes files, and then checks the bot.
    Write(fn(&Workshop, &Arguments) -> Result<String, String>),
}

const fn needed(name: &'static str, kind: Kind, about: &'static str) -> Argument {
    Argument { name, kind, about, is_needed: true }
}

const fn optional(name: &'static str, kind: Kind, about: &'static str) -> Argument {
    Argument { name, kind, about, is_needed: false }
}

const TAG: &str =
    "The `tag` that `read_file` gave; none for a new file. Another one means that somebody changed the file";

static TOOLS: &[Tool] = &[
    Tool {
        name: "list_flows",
        title: "List flows and files",
        about: "The flows of the bot with their files, triggers and descriptions, and its other files.",
        arguments: &[],
        run: Run::Read(|workshop, _| files::list(&workshop.folder).map(Done::from)),
    },
    Tool {
        name: "read_file",
        title: "Read a file",
        about: "A file of the bot, and its tag.",
        arguments: &[needed(
            "path",
            Kind::Text,
            "`flows/menu.yaml`, `flows/menu.test.yaml`, `scripts/prices.rhai`, \
            `locales/es.yaml`, `knowledge/faq.md`",
        )],
        run: Run::Read(|workshop, given| files::read(&workshop.folder, given.text("path"))),
    },
    Tool {
        name: "write_file",
        title: "Write a file",
        about: "Writes a whole file of the bot and answers with the findings of the check. A daemon that runs on this folder \
            takes it up once the bot has no errors.",
        arguments: &[
            needed("path", Kind::Text, "As for `read_file`"),
            needed("text", Kind::Text, "The whole new text"),
            optional("tag", Kind::Text, TAG),
        ],
        run: Run::Write(|workshop, given| {
            files::write(&workshop.folder, given.text("path"), Some(given.text("text")), given.maybe("tag"))
        }),
    },
    Tool {
        name: "delete_file",
        title: "Delete a file",
        about: "Deletes a file of the bot and answers with the findings of the check.",
        arguments: &[needed("path", Kind::Text, "As for `read_file`"), needed("tag", Kind::Text, TAG)],
        run: Run::Write(|workshop, given| files::write(&workshop.folder, given.text("path"), None, given.maybe("tag"))),
    },
    Tool {
        name: "check",
        title: "Check the bot",
        about: "Every finding in the bot's files: its code, its place, and how to mend it.",
        arguments: &[],
        run: Run::Command(|_| Ok(checking())),
    },
    Tool {
        name: "test",
        title: "Run the tests",
        about: "Runs the tests that stand beside the flows, and shows what differed from the expected.",
        arguments: &[
            optional("files", Kind::Texts, "Only these test files: `flows/menu.test.yaml`"),
            optional("coverage", Kind::Flag, "Also name the steps, branches and triggers that no test has taken"),
        ],
        run: Run::Command(|given| {
            let mut line = CommandLine { reports: true, ..CommandLine::new(&["test"]) };
            if given.flag("coverage") {
                line.words.push("--coverage".into());
            }
            let files = given.texts("files");
            for file in &files {
                BotPath::existing(file).map_err(|why| format!("`{file}` is no file of the bot: {why}"))?;
            }
            line.values(if files.is_empty() { vec!["."] } else { files });
            Ok(line)
        }),
    },
    Tool {
        name: "simulate",
        title: "Talk to the bot",
        about: "Talks to the bot as a customer, from the beginning each time: the whole program with a clock of its own, \
            without a network. A line is what the customer writes, or a command: `/tap 1` taps a button of the last \
            message, `/advance 25h` lets time pass, `/next` jumps to what falls due, `/vars` shows variables, `/trace` \
            why the engine did what it did, `/event NAME {…}` sends an event; `/help` lists all.",
        arguments: &[
            needed("lines", Kind::Texts, "The lines of the customer, in order"),
            optional("from", Kind::Text, "The customer's number, `+34600111222`; it also decides the country"),
            optional("name", Kind::Text, "The customer's name on WhatsApp"),
        ],
        run: Run::Command(|given| {
            let mut line = CommandLine::new(&["chat"]);
            given.options(&mut line, &[("from", "--from"), ("name", "--name")]);
            // A line of the talk is one line.
            line.input =
                given.texts("lines").iter().map(|text| format!("{}\n", text.replace(['\r', '\n'], " "))).collect();
            Ok(line)
        }),
    },
    Tool {
        name: "explain",
        title: "Explain which flow starts",
        about: "Says which flow a message would start or which question it would answer, and why no other one.",
        arguments: &[
            needed("text", Kind::Text, "What the customer writes"),
            optional("after", Kind::Texts, "What they wrote before, in order"),
            optional("from", Kind::Text, "The customer's number, `+34600111222`"),
            optional(
                "at",
                Kind::Text,
                "When they write: `Tue 09:00`, `2026-11-24T09:00`, `+25h` after the text before",
            ),
        ],
        run: Run::Command(|given| {
            let mut line = CommandLine::new(&["explain"]);
            given.options(&mut line, &[("from", "--from"), ("at", "--at")]);
            for text in given.texts("after") {
                line.option("--after", text);
            }
            line.values([given.text("text")]);
            Ok(line)
        }),
    },
    Tool {
        name: "graph",
        title: "Draw flows",
        about: "Draws a flow, or all of them: as text, or for Mermaid.",
        arguments: &[
            optional("flow", Kind::Text, "The name of the flow; without it all"),
            optional("mermaid", Kind::Flag, "For Mermaid instead of as text"),
        ],
        run: Run::Command(|given| {
            let format = if given.flag("mermaid") { "--format=mermaid" } else { "--format=text" };
            let mut line = CommandLine::new(&["graph", format]);
            line.values(given.maybe("flow"));
            Ok(line)
        }),
    },
    Tool {
        name: "knowledge_ask",
        title: "Ask the bot's papers",
        about: "Shows which parts of `knowledge/` answer a question, and why.",
        arguments: &[
            needed("question", Kind::Text, "The question, as a customer writes it"),
            optional("in", Kind::Texts, "Only these files or folders: `prices.csv`, `faq`"),
            optional("language", Kind::Text, "The customer's language, by its code"),
            optional("top", Kind::Whole, "At most so many parts, from 1 to 20"),
            optional("on", Kind::Text, "As on this day, `2027-01-31`"),
        ],
        run: Run::Command(|given| {
            let mut line = CommandLine::new(&["knowledge", "ask"]);
            given.options(&mut line, &[("language", "--language"), ("top", "--top"), ("on", "--on")]);
            for name in given.texts("in") {
                line.option("--in", name);
            }
            line.values([given.text("question")]);
            Ok(line)
        }),
    },
    Tool {
        name: "reference",
        title: "Look up a word",
        about: "Explains a word of the language (a step, trigger, key, type or function, such as `ask` or `if_closed`) or \
            the code of a finding (`E501`), with an example. `codes` lists all codes.",
        arguments: &[needed("word", Kind::Text, "The word or code")],
        run: Run::Command(|given| {
            let mut line = CommandLine::new(&["help"]);
            line.values([given.text("word")]);
            Ok(line)
        }),
    },
    Tool {
        name: "guide",
        title: "Read the guide to the language",
        about: "The language by example, chapter by chapter.",
        arguments: &[optional("chapter", Kind::Text, "The title of a chapter; without it the list of chapters")],
        run: Run::Read(|_, given| files::guide(given.maybe("chapter")).map(Done::from)),
    },
];

/// The tools that may run here; those that write need `--write`.
fn all(may_write: bool) -> impl Iterator<Item = &'static Tool> {
    TOOLS.iter().filter(move |tool| may_write || !matches!(tool.run, Run::Write(_)))
}

const INSTRUCTIONS: &str = "Transom runs WhatsApp conversations that are written as YAML. These tools read, check and try \
    the bot of one folder. Begin with `list_flows`, read `guide` for the language, and write small changes. After each \
    change run `check`: every finding names its place and the way to mend it, and `reference` explains its code. Then \
    `simulate` a talk and run `test`. No message leaves the machine.";

impl Toolbox for Workshop {
    type Tool = &'static Tool;

    fn instructions(&self) -> &'static str {
        INSTRUCTIONS
    }

    fn described(&self) -> Vec<Json> {
        all(self.may_write).map(Tool::described).collect()
    }

    fn find(&self, name: &str) -> Option<&'static Tool> {
        all(self.may_write).find(|tool| tool.name == name)
    }

    fn unknown(&self, name: &str) -> String {
        if !self.may_write && all(true).any(|tool| tool.name == name) {
            return format!("the tool `{name}` needs a server that was started as `transom mcp --write`");
        }
        let help = did_you_mean(name, all(self.may_write).map(|tool| tool.name)).map(|help| format!("; {help}"));
        format!("there is no tool `{name}`{}", help.unwrap_or_default())
    }
}

/// Runs one call. Arguments that do not fit are a result for the model, which can mend them.
pub async fn run(workshop: &Workshop, tool: &Tool, arguments: &Map<String, Json>) -> Done {
    let given = match Arguments::read(tool, arguments) {
        Ok(given) => given,
        Err(why) => return Done::failed(why),
    };
    match &tool.run {
        Run::Command(line) => match line(&given) {
            Ok(line) => child::run(&workshop.folder, line).await,
            Err(why) => Done::failed(why),
        },
        Run::Read(read) => read(workshop, &given).unwrap_or_else(Done::failed),
        Run::Write(write) => match write(workshop, &given) {
            Err(why) => Done::failed(why),
            Ok(told) => {
                let mut done = child::run(&workshop.folder, checking()).await;
                done.texts.insert(0, told);
                done
            }
        },
    }
}

fn checking() -> CommandLine {
    CommandLine { reports: true, ..CommandLine::new(&["check"]) }
}

impl Tool {
    /// As `tools/list` describes it.
    pub fn described(&self) -> Json {
        let property = |argument: &Argument| {
            let mut schema = argument.kind.schema();
            schema["description"] = argument.about.into();
            (argument.name.to_owned(), schema)
        };
        let properties: Map<String, Json> = self.arguments.iter().map(property).collect();
        let needed: Vec<&str> =
            self.arguments.iter().filter(|argument| argument.is_needed).map(|argument| argument.name).collect();
        let writes = matches!(self.run, Run::Write(_));
        json!({
            "name": self.name,
            "title": self.title,
            "description": self.about,
            "inputSchema": {
                "type": "object", "properties": properties, "required": needed, "additionalProperties": false,
            },
            "annotations": {"readOnlyHint": !writes, "destructiveHint": writes, "openWorldHint": false},
        })
    }
}

impl Kind {
    fn schema(self) -> Json {
        match self {
            Kind::Text => json!({"type": "string"}),
            Kind::Texts => json!({"type": "array", "items": {"type": "string"}, "maxItems": MCP_LIST_MAX}),
            Kind::Flag => json!({"type": "boolean"}),
            Kind::Whole => json!({"type": "integer"}),
        }
    }

    /// The kind in words, if the value is none of it.
    fn refuses(self, value: &Json) -> Option<&'static str> {
        let texts = |all: &Vec<Json>| all.len() <= MCP_LIST_MAX && all.iter().all(Json::is_string);
        let (fits, words) = match self {
            Kind::Text => (value.is_string(), "a text"),
            Kind::Texts => (value.as_array().is_some_and(texts), "a list of texts, not too long"),
            Kind::Flag => (value.is_boolean(), "true or false"),
            Kind::Whole => (value.is_i64(), "a whole number"),
        };
        (!fits).then_some(words)
    }
}

/// The arguments of a call, which fit their tool.
struct Arguments<'a>(&'a Map<String, Json>);

impl<'a> Arguments<'a> {
    fn read(tool: &Tool, given: &'a Map<String, Json>) -> Result<Self, String> {
        for (name, value) in given {
            let Some(argument) = tool.arguments.iter().find(|argument| argument.name == name) else {
                let names = tool.arguments.iter().map(|argument| argument.name);
                let help = did_you_mean(name, names).map(|help| format!("; {help}")).unwrap_or_default();
                return Err(format!("`{}` has no argument `{name}`{help}", tool.name));
            };
            if value.is_null() && !argument.is_needed {
                continue;
            }
            if let Some(words) = argument.kind.refuses(value) {
                return Err(format!("`{name}` is {words}"));
            }
            // A command line cannot hold it.
            if value.to_string().contains("\\u0000") {
                return Err(format!("`{name}` holds a zero character"));
            }
        }
        match tool.arguments.iter().find(|argument| argument.is_needed && !given.contains_key(argument.name)) {
            Some(missing) => Err(format!("`{}` needs `{}`", tool.name, missing.name)),
            None => Ok(Arguments(given)),
        }
    }

    fn maybe(&self, name: &str) -> Option<&'a str> {
        self.0.get(name).and_then(Json::as_str)
    }

    fn text(&self, name: &str) -> &'a str {
        self.maybe(name).unwrap_or_default()
    }

    fn texts(&self, name: &str) -> Vec<&'a str> {
        self.0.get(name).and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect()
    }

    fn flag(&self, name: &str) -> bool {
        self.0.get(name).and_then(Json::as_bool).unwrap_or_default()
    }

    /// Adds the given ones of these arguments as options.
    fn options(&self, line: &mut CommandLine, all: &[(&str, &str)]) {
        for (name, option) in all {
            match self.0.get(*name) {
                Some(Json::String(text)) => line.option(option, text),
                Some(Json::Number(number)) => line.option(option, &number.to_string()),
                _ => {}
            }
        }
    }
}
