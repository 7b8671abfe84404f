//! Runs the whole program in this process, with one customer and a sandbox sender, for `chat` and `explain`.

use crate::{
    base::{
        clock::{Clock, ManualClock, SystemClock},
        counted::counted,
        ids::{ContactId, ConversationId, OutboundId},
        limits::LOCAL_MESSAGES_MAX,
        phone,
        time::{Span, Time},
    },
    channel::{
        HeaderMap, RawRequest,
        client::Client,
        meta::compose::{self, CustomerAction, CustomerEvent},
        sandbox::Sandbox,
    },
    cli::Failure,
    flow::tools::testfile::{self, Fact},
    model::{
        contact::ContactPatch,
        effect::TraceEntry,
        event::Event,
        inbound::{Alias, AliasKind},
        session::Session,
        template::Template,
        window::Window,
    },
    runtime::{
        bot::{reload::ReloadError, source_files},
        config::{Config, Sender},
        daemon::{
            app::App,
            boot::{Setup, StartError},
        },
        http_step::calls::Calls,
        ingest::accept::NotAccepted,
        process::metrics::Metrics,
    },
    store::{
        Options, Store,
        tables::{contact, conversation, outbound, session, trace},
    },
};
use std::{path::Path, sync::Arc};

/// A running bot. None of its data is kept.
pub struct LocalBot {
    pub app: Arc<App>,
    pub sandbox: Arc<Sandbox>,
    pub clock: Arc<ManualClock>,
    sender: Sender,
    customer: Alias,
    name: String,
    messages: u64,
    // The folder is deleted at the end.
    _folder: tempdir::Folder,
}

/// Pause between two lines of the user. Bad answers within 10 s count once, and a second tap within 10 s is ignored
/// (language.md 5), but each line of the user is meant.
pub const BETWEEN_LINES: Span = Span::seconds(11);

impl LocalBot {
    /// Starts the bot in `folder`; prints its findings if it has errors. Without a number the customer is in the
    /// country of the business.
    pub async fn open(folder: &Path, phone: Option<&str>, name: &str) -> Result<Self, Failure> {
        Self::open_at(folder, phone, name, SystemClock.now()).await
    }

    /// As `open`, with another time on the clock.
    pub async fn open_at(folder: &Path, phone: Option<&str>, name: &str, now: Time) -> Result<Self, Failure> {
        if let Some(wrong) = phone.filter(|phone| phone::strict(phone).is_none()) {
            return Err(Failure::Usage(format!("`--from {wrong}` is no number in E.164 format, like +34600111222")));
        }
        let files = source_files::read(folder).map_err(Failure::failed)?;
        let place = tempdir::Folder::new()?;
        let mut config = Config::sandbox(place.path());
        config.bot = folder.to_owned();
        let sender = config.senders.first().cloned().ok_or_else(|| Failure::failed("the sandbox has no sender"))?;
        let clock = Arc::new(ManualClock::new(now));
        let options = Options { durable: false, ..Options::default() };
        let store = Store::open(config.database.expose(), options).await.map_err(Failure::failed)?;
        let http = Client::new(clock.clone(), None);
        let metrics = Metrics::new();
        let calls = Some(Calls::of_sandbox(metrics.clone()));
        let setup = Setup {
            config,
            clock: clock.clone(),
            store,
            http: Arc::new(http),
            files,
            calls,
            metrics,
            spans: Default::default(),
        };
        let (app, sandbox) = App::start(setup).await.map_err(cannot_start)?;
        app.recover().await?;
        let (home, clock_of) = testfile::somebody(&app.live.get().set.bot.timezone);
        let number = phone.unwrap_or(&home).trim_start_matches('+').to_owned();
        let customer = Alias { kind: AliasKind::Phone, value: number };
        let local =
            LocalBot { app, sandbox, clock, sender, customer, name: name.to_owned(), messages: 0, _folder: place };
        if phone.is_none() && clock_of.is_some() {
            local.know(clock_of.as_slice()).await?;
        }
        Ok(local)
    }

    /// The customer's number, with `+`.
    pub fn phone(&self) -> String {
        format!("+{}", self.customer.value)
    }

    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// The customer acts; the message arrives as from a webhook. All consequences have happened when this returns.
    pub async fn act(&mut self, what: CustomerEvent, reply_to: Option<String>) -> Result<(), Failure> {
        self.messages += 1;
        self.clock.set(self.now() + BETWEEN_LINES);
        let number = self.sandbox.number(self.sender.id).ok_or_else(|| Failure::failed("the sandbox has no number"))?;
        let act = CustomerAction {
            from: self.customer.clone(),
            name: Some(self.name.clone()),
            id: format!("wamid.CHAT{}", self.messages),
            at: self.now(),
            what,
            reply_to,
        };
        let body = compose::message(&number, &act);
        let headers = HeaderMap::new();
        let sender = Some(self.sender.id);
        let request =
            RawRequest { method: "POST", query: "", headers: &headers, body: body.as_bytes(), now: self.now(), sender };
        self.app.ingest.accept("sandbox", &request).await.map_err(|error| match error {
            NotAccepted::NotStored(error) => Failure::from(error),
            NotAccepted::UnknownProvider | NotAccepted::Rejected(_) => {
                Failure::failed("the sandbox refused the message")
            }
        })?;
        self.app.run_due().await.map_err(Failure::from)
    }

    /// Moves the clock to the next due time, but not beyond `until`. False if `until` is reached.
    pub async fn step(&self, until: Time) -> Result<bool, Failure> {
        let next = self.app.next_due(until).await.map_err(Failure::failed)?;
        self.clock.set(next.unwrap_or(until));
        self.app.run_due().await?;
        Ok(next.is_some())
    }

    /// The customer and the conversation; `None` before the first message in either direction.
    pub async fn conversation(&self) -> Result<Option<(ContactId, conversation::Conversation)>, Failure> {
        let contact =
            self.app.contacts.contact_by_phone(&self.sender.account, &self.phone()).await.map_err(Failure::failed)?;
        let Some(contact) = contact else { return Ok(None) };
        let row = conversation::between(&self.app.store, contact, self.sender.id).await.map_err(Failure::failed)?;
        Ok(row.map(|row| (contact, row)))
    }

    /// Changes data of the customer, as the API does.
    pub async fn know(&self, facts: &[Fact]) -> Result<(), Failure> {
        let (contact, _) = self.reach().await?;
        let known = contact::find(&self.app.store, contact).await.map_err(Failure::failed)?;
        let patch = testfile::patch(facts, &known.map(|contact| contact.data).unwrap_or_default());
        let patch = ContactPatch { by: "chat".to_owned(), ..patch };
        self.happen(Event::Changed(Box::new(patch))).await
    }

    /// Applies an event to the conversation, with all its consequences.
    pub async fn happen(&self, event: Event) -> Result<(), Failure> {
        let (contact, conversation) = self.reach().await?;
        self.app.queue.happen(contact, conversation, event).await?;
        self.app.run_due().await.map_err(Failure::from)
    }

    /// The customer's conversation, created if necessary.
    pub async fn reach(&self) -> Result<(ContactId, ConversationId), Failure> {
        Ok(self.app.contacts.reach(&self.sender.account, self.sender.id, &self.phone(), Some(&self.name)).await?)
    }

    pub async fn window(&self) -> Result<Window, Failure> {
        Ok(Window { opened_at: self.conversation().await?.and_then(|(_, row)| row.opened_at) })
    }

    /// Our messages, oldest first.
    pub async fn said(&self) -> Result<Vec<outbound::Outbound>, Failure> {
        let Some((_, row)) = self.conversation().await? else { return Ok(Vec::new()) };
        let newest = outbound::of(&self.app.store, row.id, OutboundId(i64::MAX), LOCAL_MESSAGES_MAX).await;
        let mut all = newest.map_err(Failure::failed)?;
        all.reverse();
        Ok(all)
    }

    /// The templates with known texts: those that `_bot.yaml` defines.
    pub fn templates(&self) -> Vec<Template> {
        self.app.templates.catalogue.list(self.sender.id)
    }

    pub async fn session(&self) -> Result<Session, Failure> {
        let Some((_, row)) = self.conversation().await? else { return Ok(Session::default()) };
        let stored = session::find(&self.app.store, row.id).await.map_err(Failure::failed)?;
        Ok(stored.map(|stored| stored.session).unwrap_or_default())
    }

    /// The trace entries since this id, oldest first, and the id for the next call.
    pub async fn traces(&self, since: i64) -> Result<(Vec<TraceEntry>, i64), Failure> {
        let Some((_, row)) = self.conversation().await? else { return Ok((Vec::new(), since)) };
        let newest = trace::of(&self.app.store, row.id, i64::MAX, LOCAL_MESSAGES_MAX).await.map_err(Failure::failed)?;
        let last = newest.first().map_or(since, |turn| turn.id);
        let fresh = newest.into_iter().filter(|turn| turn.id > since);
        let mut turns: Vec<Vec<TraceEntry>> = fresh.map(|turn| turn.data).collect();
        turns.reverse();
        Ok((turns.concat(), last))
    }

    pub async fn close(self) {
        self.app.stop(async {}).await;
    }
}

/// The reason why an `App` did not start, for people; findings are printed with their lines.
pub fn cannot_start(error: StartError) -> Failure {
    match error {
        StartError::Flows(ReloadError::Findings(findings)) => {
            let colour = crate::cli::terminal::paint::Paint::stderr().is_on();
            for finding in &findings {
                eprintln!("{}\n", crate::cli::terminal::screen::coloured(&finding.render(colour)));
            }
            let errors = findings.iter().filter(|finding| finding.is_error()).count();
            Failure::Failed(format!("the flows have {}, and no earlier version is good", counted(errors, "error")))
        }
        StartError::Flows(other) => Failure::failed(other),
        StartError::Secrets(why) => Failure::Failed(why),
        StartError::Other(error) => error.into(),
    }
}

/// Creates a folder below the system's temporary one.
mod tempdir {
    use std::{
        fs, io,
        path::{Path, PathBuf},
    };

    pub struct Folder(PathBuf);

    impl Folder {
        pub fn new() -> Result<Self, super::Failure> {
            let mut random = [0_u8; 8];
            getrandom::fill(&mut random).map_err(|error| super::Failure::Failed(format!("no randomness: {error}")))?;
            let name: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
            let path = std::env::temp_dir().join(format!("transom-{name}"));
            make(&path).map_err(|error| {
                super::Failure::Failed(format!("cannot make a temporary folder `{}`: {error}", path.display()))
            })?;
            Ok(Folder(path))
        }

        pub fn path(&self) -> &Path {
            &self.0
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            // The system removes what remains.
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    /// Fails if the folder exists, so that nobody else can have put files into it.
    fn make(path: &Path) -> io::Result<()> {
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path)
    }
}
