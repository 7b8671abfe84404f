//! Runs `transom serve`, the daemon.

mod joining;
mod listeners;
mod renewal;
mod stopping;
mod welcome;

use super::{
    Failure, Outcome,
    client::{
        in_process::cannot_start,
        workplace::{Workplace, load},
    },
    terminal::{paint::Paint, screen},
};
use crate::{
    base::{
        clock::SystemClock,
        limits::{DEPOSED_END, STOP_CLIENTS, STOP_PROBES},
        secret::Secret,
    },
    channel::{client::Client, wire::WireLog},
    runtime::{
        bot::{publish, reload::ReloadError, source_files},
        config::Config,
        daemon::{
            app::App,
            boot::{Setup, StartError},
            kept_secrets::operator_token,
        },
        process::{log, metrics::Metrics, otlp},
    },
    store::OpenError,
    web::{
        server::{serve::Server, tls::Tls},
        state::Web,
        studio::assets::PageFiles,
    },
};
use listeners::{listen, listen_for_probes};
use std::{
    io::{self, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};
use stopping::Stopping;
use tokio::sync::watch;
use welcome::{EXAMPLE, welcome};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Workplace,
    /// Where to listen, instead of what the configuration says
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// Where probes and metrics are, instead of what the configuration says
    #[arg(long, value_name = "ADDR")]
    admin: Option<SocketAddr>,
    /// The database, instead of what the configuration says: `sqlite://PATH` or `postgres://…`
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// The bot's folder, instead of what the configuration says
    #[arg(long, value_name = "DIR")]
    bot: Option<PathBuf>,
    /// Read the studio's page from this folder instead of from the program, to work on it
    #[arg(long, value_name = "DIR")]
    ui: Option<PathBuf>,
    /// How the log is written, instead of what the configuration says; without both, as text into a terminal and as
    /// JSON into anything else
    #[arg(long, value_enum, value_name = "FORMAT")]
    log: Option<LogFormat>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

/// The reason why `serve` returns without an error.
enum Ended {
    Stopped,
    /// Another daemon has taken the database over (Postgres).
    Deposed,
}

/// Serves until it is stopped. A daemon that another one has replaced begins anew, as a standby: nothing that it had in
/// memory may be used any more, so all its tasks end with their event loop.
pub fn run(args: Args) -> Outcome {
    let page_files = page_files(args.ui.as_deref())?;
    loop {
        let config = configured(&args)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::Failed(format!("the program cannot start its event loop: {error}")))?;
        match runtime.block_on(serve(config, page_files.clone()))? {
            Ended::Stopped => return Ok(()),
            Ended::Deposed => runtime.shutdown_timeout(DEPOSED_END.to_std()),
        }
    }
}

fn page_files(folder: Option<&Path>) -> Result<PageFiles, Failure> {
    let Some(folder) = folder else { return Ok(PageFiles::Packed) };
    match folder.join("index.html").is_file() {
        true => Ok(PageFiles::Folder(folder.to_owned())),
        false => Err(Failure::Usage(format!(
            "`{}` has no `index.html`; `--ui` names the folder `ui` of Transom's sources",
            folder.display()
        ))),
    }
}

fn configured(args: &Args) -> Result<Config, Failure> {
    // A wrong configuration gets the exit code after which a service manager does not try again.
    let mut config = load(args.place.config.as_deref()).map_err(Failure::lasting)?;
    if let Some(listen) = args.listen {
        config.listen = listen;
    }
    if let Some(admin) = args.admin {
        config.admin = Some(admin);
    }
    if let Some(database) = args.database.clone() {
        // The wire log and the daemon's file are written beside a SQLite database.
        if let Some(folder) = database.strip_prefix("sqlite://").and_then(|path| Path::new(path).parent()) {
            config.data = folder.to_owned();
        }
        config.database = Secret::new(database);
    }
    if let Some(bot) = args.bot.clone() {
        config.bot = bot;
    }
    match args.log {
        Some(LogFormat::Text) => config.log.format = Some(log::Format::Text),
        Some(LogFormat::Json) => config.log.format = Some(log::Format::Json),
        None => {}
    }
    let elsewhere = [Some(config.listen), config.admin].into_iter().flatten().find(|at| !at.ip().is_loopback());
    if let (None, Some(address)) = (&config.file, elsewhere) {
        return Err(Failure::Usage(format!(
            "without a configuration file Transom listens on this machine only, not at {address}; \
             write a configuration ({EXAMPLE}) and name it by `--config FILE`"
        )));
    }
    Ok(config)
}

async fn serve(config: Config, page_files: PageFiles) -> Result<Ended, Failure> {
    // Signals are caught first, so that a stop during the start also ends the process cleanly.
    let mut stopping = Stopping::new()?;
    log::start(config.log.format.unwrap_or_else(log::Format::of_output), config.log.level);
    log::panics();
    let paint = Paint::stderr();
    for warning in &config.warnings {
        eprintln!("{}\n", screen::coloured(&warning.render(paint.is_on())));
    }
    let keyring = joining::keyring(&config)?;
    // A renewal may bring what is wrong today, so a service manager may try again.
    let tls = Tls::of(&config).map_err(Failure::failed)?;
    let doors = (listen(config.listen, "--listen").await?, listen_for_probes(&config).await?);
    let _lock = joining::lock_data(&config)?;
    let read = || source_files::read(&config.bot).map_err(Failure::failed).map_err(Failure::lasting);
    // A standby, too, says at its start that it has no bot.
    read()?;
    let metrics = Metrics::new();
    if let Some(tls) = &tls {
        drop(tokio::spawn(renewal::keep(tls, config.data.clone(), metrics.clone())));
    }
    let Some((store, doors)) = joining::join(&config, doors, &metrics, (tls.as_ref(), &keyring), &mut stopping).await?
    else {
        return Ok(Ended::Stopped);
    };
    if let Err(error) = publish::undo_unfinished(&config.bot) {
        tracing::error!(error = %error, "A publication of files was cut off, and they cannot be put back: compare them with yours: {error}");
    }
    let files = read()?;
    let clock = Arc::new(SystemClock);
    let wire = std::fs::create_dir_all(&config.data)
        .and_then(|()| WireLog::open(&config.data.join("wire.jsonl")))
        .map_err(|error| cannot_write(&config.data, &error))?;
    let (spans, queued) = otlp::queue(config.telemetry.as_ref());
    let http = Client::new(clock.clone(), Some(wire.clone())).behind(store.fence()).with_spans(spans.clone());
    let (data, without_file) = (config.data.clone(), config.file.is_none());
    let at_end = store.clone();
    let setup =
        Setup { config, clock, store, http: Arc::new(http), files, calls: None, metrics, spans: (spans, queued) };
    let starting = async {
        let (app, _) = App::start_to_serve(setup).await.map_err(cannot_serve)?;
        app.expect_earlier_messages().await?;
        let token = operator_token(&app.store).await?;
        Ok::<_, Failure>((app, token))
    };
    let started = tokio::select! {
        started = starting => started,
        () = at_end.deposed() => return Ok(Ended::Deposed),
        () = stopping.asked() => return Ok(Ended::Stopped),
    };
    let (app, token) = match started {
        Ok(started) => started,
        Err(failure) => {
            let trouble = at_end.trouble();
            // The writer may be waiting for the database.
            at_end.close().await;
            return Err(failure.because(trouble));
        }
    };
    drop(at_end);
    let (stop, stopped) = watch::channel(false);
    let (listener, probes) = doors.open().await?;
    let daemon = joining::daemon_file(&app.config, (&listener, &probes), token, tls.as_ref())?;
    let by_tls = if tls.is_some() { " by TLS" } else { "" };
    let web = Web::new(Arc::clone(&app), daemon.token(), without_file).with_wire(wire).with_tls(tls);
    let web = Arc::new(web.with_page_files(page_files));
    // Probes start first, so that readiness checks are answered before other requests are accepted.
    let probes = Server::start_admin(probes, Arc::clone(&web)).map_err(Failure::failed)?;
    let server = Server::start(listener, web).map_err(Failure::failed)?;
    tracing::info!(
        listen = %server.address, admin = %probes.address,
        "Listening at {}{by_tls}, with probes and metrics at {}", server.address, probes.address
    );
    if !crate::IS_OPTIMISED && !app.config.only_sandboxes() {
        tracing::warn!(
            "This program is built for trying it out: `cargo install --profile dist --path .` builds the one for customers"
        );
    }
    if without_file {
        let (address, probes) = (server.address.to_string(), probes.address.to_string());
        // A closed output must not end the daemon.
        let _ = writeln!(screen::data(), "{}", welcome(&address, &probes, &app, Paint::stdout()));
    }
    // Everybody else is served while the messages of an earlier process are taken up, which may take a minute. Timers and
    // schedules start after it: a question must not time out before an answer that is already there.
    let mut parts = Vec::new();
    let mut ended = tokio::select! {
        recovered = app.recover() => recovered.err().map(|error| Err(Failure::failed(error))),
        () = stopping.asked() => Some(Ok(Ended::Stopped)),
        () = app.store.deposed() => Some(Ok(Ended::Deposed)),
        sentence = app.store.gone() => Some(Err(Failure::Usage(sentence))),
    };
    if ended.is_none() {
        parts = app.spawn_parts(&stopped);
        ended = tokio::select! {
            () = stopping.asked() => Some(Ok(Ended::Stopped)),
            () = app.store.deposed() => Some(Ok(Ended::Deposed)),
            // After a restart the daemon would find another database than before, or none.
            sentence = app.store.gone() => Some(Err(Failure::Usage(sentence))),
        };
    }
    if let Some(Ok(Ended::Deposed)) = ended {
        tracing::warn!(
            "Another daemon has taken this one's work over; it forgets what it had in hand, which the other one goes on \
             with, and stands by"
        );
        daemon.remove(&data);
        return Ok(Ended::Deposed);
    }
    tracing::info!("Stopping");
    let outside = async {
        // A client that does not read its answer must not use up the time for stopping: messages that are sent in that
        // time would become unknown.
        if tokio::time::timeout(STOP_CLIENTS.to_std(), server.stop()).await.is_err() {
            tracing::warn!("Stopping although a client has not taken its answer");
        }
        let _ = stop.send(true);
        for part in parts {
            // The parts end at once; a panic in one is already in the log.
            let _ = part.await;
        }
    };
    app.stop(outside).await;
    // Probes run until the end, so that monitoring sees that the daemon is not ready.
    let _ = tokio::time::timeout(STOP_PROBES.to_std(), probes.stop()).await;
    daemon.remove(&data);
    ended.unwrap_or(Ok(Ended::Stopped))
}

fn cannot_write(data: &Path, error: &io::Error) -> Failure {
    Failure::Failed(format!("cannot write in the folder `{}`: {error}", data.display()))
}

/// Flows with errors and missing keys last until somebody corrects them; a database that is away may come back.
fn cannot_serve(error: StartError) -> Failure {
    let lasts = matches!(error, StartError::Flows(ReloadError::Findings(_)) | StartError::Secrets(_));
    let failure = cannot_start(error);
    if lasts { failure.lasting() } else { failure }
}

/// Separates errors that a service manager may try again from those that last until somebody acts.
fn cannot_open(error: OpenError) -> Failure {
    match error {
        OpenError::Address(_) | OpenError::Gone(_) | OpenError::Newer { .. } => Failure::Usage(error.to_string()),
        OpenError::Files { error: ref why, .. } if why.kind() == io::ErrorKind::IsADirectory => {
            Failure::Usage(error.to_string())
        }
        OpenError::Database { error: ref why, .. } if why.is_damage() => Failure::Usage(error.to_string()),
        OpenError::Held { .. }
        | OpenError::Files { .. }
        | OpenError::Missing(_)
        | OpenError::Older { .. }
        | OpenError::Thread { .. }
        | OpenError::Unreachable { .. }
        | OpenError::Database { .. } => Failure::failed(error),
    }
}
