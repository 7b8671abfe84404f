//! Runs `transom chat`: talks to the bot in a terminal, where the user also moves the clock.

mod attached;
mod deeds;
mod world;

use super::{
    Failure, Outcome,
    client::in_process::LocalBot,
    terminal::{
        paint::Paint,
        show::{self, Tappable},
    },
};
use crate::{
    base::{
        diagnostic::did_you_mean,
        ids::FlowName,
        time::{Span, Time},
    },
    channel::{meta::compose::CustomerEvent, sandbox::SandboxFault},
    model::{
        content::{Content, MediaKind},
        window::Window,
    },
    store::tables::outbound::{Outbound, SendState},
};
use jiff::tz::TimeZone;
use std::{
    collections::BTreeMap,
    io::{BufRead, IsTerminal, Write},
    path::PathBuf,
};
use tokio::sync::mpsc;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A flow to start at once; without it, write something
    #[arg(value_name = "FLOW")]
    flow: Option<String>,
    /// The bot's folder
    #[arg(long, value_name = "DIR", default_value = ".")]
    bot: PathBuf,
    /// Your number, as the bot sees it; without it, one of the bot's own country
    #[arg(long, value_name = "PHONE")]
    from: Option<String>,
    /// Your name on WhatsApp
    #[arg(long, default_value = "Ada")]
    name: String,
}

const COMMANDS: [(&str, &str); 22] = [
    ("/tap 1", "tap a button of the last message that has some: its number or title"),
    ("/media image My receipt", "send a file: image, audio, video, document or sticker, with or without a caption"),
    ("/voice tomorrow at ten", "send a voice note in which this is heard; without words nothing is"),
    ("/location 40.4 -3.7", "send a place"),
    ("/form {day: 2026-11-27}", "send the form back that the bot sent last, filled in"),
    ("/screen DAY {people: 2}", "the form asks for the screen behind this one; `/screen` opens it"),
    ("/advance 25h", "let time pass; everything that falls due happens"),
    ("/next", "let time pass until something happens"),
    ("/vars", "the variables of the runs, and what is known of you"),
    ("/set contact.city Sevilla", "change what is known of you; `none` empties a field"),
    ("/tag vip", "put a tag on you"),
    ("/untag vip", "take it off"),
    ("/consent marketing given", "record that you agreed to a topic, or `withdrawn`"),
    ("/event paid {sum: 12}", "an event of another system comes, with its data"),
    ("/webhook cart {total: 12}", "another system posts to `/hooks/cart`; without a number it is about you"),
    ("/api booking {size: l}", "a flow is started by the API, with its inputs"),
    ("/person Hello", "somebody of the business writes, and the bot falls silent"),
    ("/hand-back", "they give the conversation back to the bot"),
    ("/trace", "what the engine did since you last asked, and why"),
    ("/fail 131047", "the next message fails with this code of the platform, or `timeout`"),
    ("/help", "this list"),
    ("/quit", "leave; nothing is kept"),
];

/// The longest time that `/next` jumps.
const NEXT_WITHIN: Span = Span::days(30);
/// Events within this time of the first one belong to it: a schedule first plans its starts, then they begin.
const SAME_MOMENT: Span = Span::minutes(1);
const WAKES_MAX: usize = 1_000;

pub async fn run(args: Args) -> Outcome {
    let local = LocalBot::open(&args.bot, args.from.as_deref(), &args.name).await?;
    let mut chat = Chat::new(local);
    let done = chat.talk(args.flow.as_deref()).await;
    chat.local.close().await;
    done
}

struct Chat {
    local: LocalBot,
    paint: Paint,
    /// The state in which each message was printed: a held message is printed again when it is sent.
    shown: BTreeMap<i64, SendState>,
    traced: i64,
    /// The newest turn for which missing mocks and silent ends were printed.
    told: i64,
    /// The number of unknown sends whose listing among the dead letters was printed.
    given_up: i64,
    window: Option<bool>,
    /// The number of voice notes so far.
    voice_notes: u32,
}

/// Whether the chat continues.
#[derive(PartialEq, Eq)]
enum Then {
    GoOn,
    Leave,
}

impl Chat {
    fn new(local: LocalBot) -> Self {
        let (paint, shown) = (Paint::stdout(), BTreeMap::new());
        Chat { local, paint, shown, traced: 0, told: 0, given_up: 0, window: None, voice_notes: 0 }
    }

    async fn talk(&mut self, flow: Option<&str>) -> Outcome {
        self.greet().await?;
        if let Some(flow) = flow {
            self.start(flow).await?;
        }
        let mut lines = lines();
        loop {
            self.prompt();
            let Some(line) = lines.recv().await else { break };
            if !std::io::stdin().is_terminal() {
                // A line from a file is printed, so that the transcript looks as on the screen.
                println!("{line}");
            }
            match self.take(line.trim()).await {
                Ok(Then::GoOn) => {}
                Ok(Then::Leave) => break,
                // A wrong command of the user does not end the chat.
                Err(Failure::Usage(why)) => println!("{}", self.paint.warn(why)),
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    async fn greet(&mut self) -> Outcome {
        // Schedules reach only known contacts; the trace of how the customer became known is skipped.
        self.local.reach().await?;
        (_, self.traced) = self.local.traces(0).await?;
        self.told = self.traced;
        let live = self.local.app.live.get();
        let flows: Vec<&str> = live.set.flows.keys().map(FlowName::as_str).collect();
        println!("{} {}", self.paint.strong(&live.set.bot.name), self.paint.faint(format!("· {}", flows.join(", "))));
        let zone = self.zone();
        let clock = show::clock(self.local.now(), &zone);
        let place = zone.iana_name().unwrap_or("UTC");
        println!("{}", self.paint.faint(format!("You are {}; it is {clock} ({place}).", self.local.phone())));
        self.tell_empty_env();
        println!("{}", self.paint.faint("Write as the customer; /help lists what else you can do.\n"));
        Ok(())
    }

    /// The bot's time zone, for the times on the screen.
    fn zone(&self) -> TimeZone {
        self.local.app.live.get().set.bot.timezone.clone()
    }

    fn prompt(&self) {
        print!("{} ", self.paint.good("you ›"));
        // A closed terminal is noticed when the next line is read.
        let _ = std::io::stdout().flush();
    }

    async fn take(&mut self, line: &str) -> Result<Then, Failure> {
        let Some(command) = line.strip_prefix('/') else {
            if !line.is_empty() {
                self.local.act(CustomerEvent::Text(line.to_owned()), None).await?;
                self.print_news(true).await?;
            }
            return Ok(Then::GoOn);
        };
        let (verb, rest) = command.split_once(' ').unwrap_or((command, ""));
        let rest = rest.trim();
        match verb {
            "quit" | "exit" | "q" => return Ok(Then::Leave),
            "help" | "h" | "?" => self.help(),
            "tap" | "t" => self.tap(rest).await?,
            "advance" | "a" => self.advance(rest).await?,
            "next" | "n" => self.next().await?,
            "vars" | "v" => self.vars().await?,
            "trace" => self.trace().await?,
            "fail" => self.fail(rest)?,
            "media" => self.media(rest).await?,
            "voice" => self.voice(rest).await?,
            "location" => self.location(rest).await?,
            "set" => self.set(rest).await?,
            "tag" => self.tag(rest, true).await?,
            "untag" => self.tag(rest, false).await?,
            "consent" => self.consent(rest).await?,
            "event" => self.event(rest).await?,
            "form" => self.form(rest).await?,
            "screen" => self.screen(rest).await?,
            "webhook" => self.webhook(rest).await?,
            "api" => self.start(rest).await?,
            "person" => self.person(rest).await?,
            "hand-back" => self.hand_back().await?,
            _ => {
                if MediaKind::named(verb).is_some() || verb == "photo" {
                    return Err(Failure::Usage(format!("there is no `/{verb}`; write `/media image`")));
                }
                let known = COMMANDS.iter().map(|(command, _)| command.split(' ').next().unwrap_or(command));
                let known = known.map(|command| command.trim_start_matches('/'));
                let help = did_you_mean(verb, known).unwrap_or_else(|| "/help lists the commands".to_owned());
                return Err(Failure::Usage(format!("there is no `/{verb}`; {help}")));
            }
        }
        Ok(Then::GoOn)
    }

    fn help(&self) {
        for (command, about) in COMMANDS {
            println!("  {}  {about}", self.paint.button(format!("{command:<26}")));
        }
    }

    async fn tap(&mut self, wanted: &str) -> Outcome {
        let said = self.local.said().await?;
        let sent = said.iter().rev().filter(|message| has_left(message.state));
        let found =
            sent.map(|message| (message, show::tappables(content(message)))).find(|(_, shown)| !shown.is_empty());
        let Some((message, buttons)) = found else {
            return Err(Failure::Usage("there is no button to tap".to_owned()));
        };
        let Some(Tappable { id, title }) = show::pick(&buttons, wanted).cloned() else {
            let titles: Vec<String> =
                buttons.iter().enumerate().map(|(place, b)| format!("{} {}", place + 1, b.title)).collect();
            return Err(Failure::Usage(format!("there is no button `{wanted}`; there are: {}", titles.join(", "))));
        };
        println!("{}", self.paint.faint(format!("(taps “{title}”)")));
        let what = match content(message) {
            Content::List { .. } => CustomerEvent::TapRow { id, title },
            Content::Template(_) => CustomerEvent::TapTemplate { payload: id, title },
            _ => CustomerEvent::Tap { id, title },
        };
        let reply_to = message.provider_id.as_ref().map(ToString::to_string);
        self.local.act(what, reply_to).await?;
        self.print_news(true).await
    }

    async fn advance(&mut self, length: &str) -> Outcome {
        let span = Span::parse(length).map_err(|why| Failure::Usage(format!("`/advance {length}`: {why}")))?;
        let until = self.local.now() + span;
        while self.local.step(until).await? && self.local.now() < until {
            self.print_news(false).await?;
        }
        self.local.clock.set(until);
        self.print_news(false).await?;
        self.tell_given_up().await?;
        self.print_clock().await
    }

    /// Moves the clock to the next due time, even if nothing visible happens then.
    async fn next(&mut self) -> Outcome {
        let until = self.local.now() + NEXT_WITHIN;
        let mut first: Option<Time> = None;
        for _ in 0..WAKES_MAX {
            let due = self.local.app.next_due(until).await.map_err(Failure::failed)?;
            let Some(at) = due.filter(|at| *at - first.unwrap_or(*at) <= SAME_MOMENT) else { break };
            first = first.or(due);
            let (before, since) = (self.shown.clone(), self.told);
            self.local.step(at).await?;
            self.print_news(false).await?;
            let given_up = self.tell_given_up().await?;
            if before != self.shown || self.tell_silent_news(since).await? || given_up {
                return self.print_clock().await;
            }
        }
        if first.is_none() {
            println!("{}", self.paint.faint("Nothing falls due in the next 30 days; the bot waits for you."));
            return Ok(());
        }
        println!("{}", self.paint.faint("Something fell due, and nothing came of it that you would see."));
        self.print_clock().await
    }

    async fn trace(&mut self) -> Outcome {
        let (entries, last) = self.local.traces(self.traced).await?;
        self.traced = last;
        if entries.is_empty() {
            println!("{}", self.paint.faint("Nothing happened since."));
        }
        for entry in entries {
            let step = entry.step.as_ref().map(|step| self.paint.bot(format!("{step}: "))).unwrap_or_default();
            println!("  {step}{}", entry.what);
        }
        Ok(())
    }

    fn fail(&self, code: &str) -> Outcome {
        let fault = match code {
            "timeout" => SandboxFault::Timeout,
            code => SandboxFault::Code(code.parse().map_err(|_| {
                Failure::Usage("write `/fail 131047`, a code of the platform, or `/fail timeout`".to_owned())
            })?),
        };
        self.local.sandbox.fail_next(fault);
        println!("{}", self.paint.faint(format!("The next message fails: {code}")));
        Ok(())
    }

    /// Prints the new messages; `answered`: the customer has just acted and expects an answer.
    async fn print_news(&mut self, answered: bool) -> Outcome {
        let mut printed = 0;
        let known = self.local.templates();
        for message in self.local.said().await? {
            let before = self.shown.insert(message.id.0, message.state);
            if before == Some(message.state) || before.is_some_and(has_left) && has_left(message.state) {
                continue;
            }
            printed += 1;
            print!("{}{}", show::bubble(content(&message), &known, self.paint), self.fate(&message));
        }
        self.tell_failures().await?;
        let session = self.local.session().await?;
        if answered && printed == 0 {
            let why = match (&session.person, &session.needs_person) {
                (Some(_), _) => "a person has the conversation; the bot is silent until `/hand-back`",
                (None, Some(_)) => "the bot says nothing: this needs a person",
                (None, None) => "the bot says nothing; /trace tells why",
            };
            println!("{}", self.paint.faint(format!("({why})")));
        }
        let window = self.local.window().await?;
        let open = window.is_open(self.local.now());
        if self.window != Some(open) {
            self.window = Some(open);
            println!("{}", self.paint.faint(format!("· {}", show::window(window, self.local.now()))));
        }
        Ok(())
    }

    async fn print_clock(&self) -> Outcome {
        let now = self.local.now();
        let window: Window = self.local.window().await?;
        println!(
            "{}",
            self.paint.faint(format!("· it is {}, {}", show::clock(now, &self.zone()), show::window(window, now)))
        );
        Ok(())
    }

    /// The state of a message in words; empty if it was sent.
    fn fate(&self, message: &Outbound) -> String {
        let why = message.error_code.as_deref().or(message.reason.as_deref()).unwrap_or_default();
        let words = match message.state {
            SendState::Sent | SendState::Delivered | SendState::Read | SendState::Sending => return String::new(),
            SendState::Queued => match message.not_before {
                Some(at) => format!("goes out on {} ({why})", show::clock(at, &self.zone())),
                None => "is queued".to_owned(),
            },
            SendState::Held => "is held until you write: the window is closed".to_owned(),
            SendState::Failed => format!("failed ({why})"),
            SendState::Unknown => "may have left: nobody knows".to_owned(),
            SendState::Dropped => "was taken back".to_owned(),
            SendState::Skipped => format!("is not sent ({why})"),
        };
        format!("{}\n", self.paint.warn(format!("  ↑ {words}")))
    }
}

/// The lines of standard input, read in a separate thread, so that waiting for the user does not block the program.
fn lines() -> mpsc::Receiver<String> {
    let (tell, lines) = mpsc::channel(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            // Text that is not UTF-8 ends the chat like the end of the file.
            let Ok(line) = line else { break };
            if tell.blocking_send(line).is_err() {
                break;
            }
        }
    });
    lines
}

fn content(message: &Outbound) -> &Content {
    message.sent_as.as_ref().unwrap_or(&message.draft.content)
}

fn has_left(state: SendState) -> bool {
    matches!(state, SendState::Sent | SendState::Delivered | SendState::Read)
}
