//! Runs `transom check`: prints every finding in the files of a bot in the style of rustc, repairs files, and repeats
//! the check when they change.

use super::{
    Failure, Outcome,
    client::workplace,
    terminal::{findings, out, paint::Paint},
};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        counted::counted,
        diagnostic::{Diagnostic, sort},
        fix::{self, EarlierFixes, Fix},
        limits::FIX_ROUNDS_MAX,
        place::SourceFile,
    },
    flow::{
        self, CheckContext, FlowSet,
        tools::workspace::{Looked, Workspace},
    },
    model::template::Template,
    runtime::{
        bot::{check_context, grants::ungranted, reload::mock_findings, source_files, template_lock, watch::Watch},
        certificate,
        config::{Config, secrets_key},
        testbench,
    },
};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The bot's folder: it holds `flows/`, and perhaps `scripts/` and `locales/`
    #[arg(value_name = "PATH", default_value = ".", conflicts_with = "bot")]
    path: PathBuf,
    /// The same, as other commands take it
    #[arg(long, value_name = "DIR")]
    bot: Option<PathBuf>,
    /// How findings are printed
    #[arg(long, value_enum, default_value_t = findings::Format::Text)]
    format: findings::Format,
    /// Whether warnings end the command like errors
    #[arg(long, value_enum, value_name = "WHAT")]
    deny: Option<Deny>,
    /// Mend what can only be meant in one way; all other bytes of the files stay
    #[arg(long)]
    fix: bool,
    /// Look again whenever a file changes
    #[arg(long, conflicts_with = "fix")]
    watch: bool,
    #[command(flatten)]
    place: workplace::Workplace,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Deny {
    Warnings,
}

/// The inputs of the check beside the files.
struct CheckInputs<'a> {
    config: Option<&'a Config>,
    /// The catalogues of the senders, with which the lock file is compared.
    around: Option<&'a CheckContext>,
    /// True if templates can be compared with a catalogue or with the lock file.
    knows_templates: bool,
}

pub async fn run(mut args: Args) -> Outcome {
    if out::is_json() {
        args.format = findings::Format::Json;
    }
    if let Some(bot) = args.bot.take() {
        args.path = bot;
    }
    let config = args.place.config.is_some().then(|| configuration(&args)).transpose()?;
    let around = surroundings(&args.place, &args.path).await?;
    // With a configuration, the lock file is compared with the known catalogues; without one, it takes their place.
    let listed = args.place.config.is_some().then(|| around.clone());
    let beside =
        CheckInputs { config: config.as_ref(), around: listed.as_ref(), knows_templates: around.templates.is_some() };
    let mut known = Workspace::new(around);
    if args.fix {
        mend(&args.path, &beside, &mut known)?;
    }
    let mut watch = args.watch.then(|| Watch::new(&args.path));
    loop {
        let outcome = look(&args, &beside, &mut known);
        let Some(watch) = &mut watch else { return outcome };
        if let Err(Failure::Failed(sentence)) = &outcome {
            eprintln!("{} {sentence}", Paint::stderr().bad("error:"));
        }
        watch.changed().await;
        println!();
    }
}

/// Loads the configuration. For a program, its findings are printed in the same format as those of the flows.
fn configuration(args: &Args) -> Result<Config, Failure> {
    if args.format == findings::Format::Text {
        return args.place.config();
    }
    workplace::read(args.place.config.as_deref()).map_err(|found| {
        let checked = findings::Checked { findings: found, ..findings::Checked::default() };
        findings::print(&checked, args.format, &args.path);
        Failure::Said
    })
}

/// The environment from the configuration and its database; without a configuration nothing is compared with it.
pub(super) async fn surroundings(place: &workplace::Workplace, path: &Path) -> Result<CheckContext, Failure> {
    if place.config.is_none() {
        return Ok(CheckContext { templates: assumed(path), ..CheckContext::default() });
    }
    let config = place.config()?;
    // Before the first start of the daemon there is no database; then the templates of the configuration count.
    let known = match workplace::read_only(&config).await {
        Ok(store) => check_context::read(&config, &store).await.map_err(Failure::failed)?,
        Err(_) => check_context::around(&config, &[]),
    };
    Ok(match known.templates {
        Some(_) => known,
        None => CheckContext { templates: assumed(path), ..known },
    })
}

/// The templates of the lock file, for unknown catalogues; `None` if the file is empty, because then it says nothing
/// about them.
fn assumed(path: &Path) -> Option<Vec<Vec<Template>>> {
    let locked = template_lock::read(path).ok().flatten().filter(|locked| !locked.is_empty())?;
    Some(vec![locked.into_iter().map(|locked| locked.template).collect()])
}

/// The mistakes in the lock file, and its differences from the catalogues.
fn lock_findings(path: &Path, set: &FlowSet, around: Option<&CheckContext>) -> Vec<Diagnostic> {
    match template_lock::read(path) {
        Err(findings) => findings,
        Ok(None) => Vec::new(),
        Ok(Some(locked)) => {
            let lists = around.and_then(|around| around.templates.as_deref());
            lists.map(|lists| template_lock::findings(set, &locked, lists)).unwrap_or_default()
        }
    }
}

/// All findings in a folder, and the flows that need no templates.
fn findings_of(
    path: &Path,
    beside: &CheckInputs<'_>,
    known: &mut Workspace,
) -> Result<(findings::Checked, Vec<Arc<SourceFile>>), Failure> {
    let mut files = source_files::read(path).map_err(Failure::failed)?;
    let tests = source_files::read_tests(path).map_err(Failure::failed)?;
    files.files.extend(tests.files);
    files.files.extend(tests.evals);
    files.findings.extend(tests.findings);
    known.sendable(files.sendable.take());
    known.replace(files.files.iter().cloned());
    let now = SystemClock.now();
    known.at(now);
    let Looked { set, findings: mut all, without_templates, tests, evals } = known.look();
    all.extend(files.findings);
    all.extend(mock_findings(&set));
    all.extend(lock_findings(path, &set, beside.around));
    all.extend(beside.config.iter().flat_map(|config| ungranted(&set, config)));
    let tls = beside.config.and_then(|config| Some((config.tls.as_ref()?, config.public_host())));
    all.extend(tls.into_iter().flat_map(|(files, host)| certificate::findings(files, now, host)));
    all.extend(tests.iter().flat_map(|test| testbench::mock_findings(test)));
    all.extend(evals.iter().flat_map(testbench::eval_findings));
    let keys = beside.config.map(|config| secrets_key::findings(&config.secrets_key));
    all.extend(keys.into_iter().flatten());
    sort(&mut all);
    let own = &set.bot.templates;
    let unknown = flow::templates_named(&set).into_iter().filter(|name| !own.contains_key(name));
    let checked = findings::Checked {
        findings: all,
        flows: set.flows.len(),
        without_templates,
        unchecked_templates: if beside.knows_templates { 0 } else { unknown.count() },
        rare: flow::rare(&set, now),
    };
    Ok((checked, files.files))
}

fn look(args: &Args, beside: &CheckInputs<'_>, known: &mut Workspace) -> Outcome {
    let (checked, _) = findings_of(&args.path, beside, known)?;
    findings::print(&checked, args.format, &args.path);
    let errors = checked.errors();
    let denied = args.deny == Some(Deny::Warnings) && !checked.findings.is_empty();
    if errors > 0 || denied { Err(Failure::Said) } else { Ok(()) }
}

/// Makes the sure repairs. A repaired line may show findings that it hid, so the check is repeated until nothing can be
/// repaired.
fn mend(path: &Path, beside: &CheckInputs<'_>, known: &mut Workspace) -> Outcome {
    let mut made = 0;
    let mut mended = EarlierFixes::default();
    for _ in 0..FIX_ROUNDS_MAX {
        let (checked, files) = findings_of(path, beside, known)?;
        let now = mend_once(path, &checked.findings, &files, &mut mended)?;
        if now == 0 {
            break;
        }
        made += now;
    }
    eprintln!("{}", if made == 0 { "nothing to mend".into() } else { format!("mended {}", counted(made, "finding")) });
    Ok(())
}

fn mend_once(
    folder: &Path,
    all: &[Diagnostic],
    files: &[Arc<SourceFile>],
    mended: &mut EarlierFixes,
) -> Result<usize, Failure> {
    let mut by_file: BTreeMap<&str, Vec<(&Diagnostic, &Fix)>> = BTreeMap::new();
    for finding in all.iter().filter(|finding| mended.may_mend(finding)) {
        if let Some((fix, edit)) = finding.fix.as_ref().and_then(|fix| Some((fix, fix.edits.first()?))) {
            by_file.entry(edit.place.path()).or_default().push((finding, fix));
        }
    }
    let mut count = 0;
    for (path, findings) in by_file {
        let fixes: Vec<&Fix> = findings.iter().map(|(_, fix)| *fix).collect();
        let Some(file) = files.iter().find(|file| file.path() == path) else { continue };
        let (text, made) = fix::apply(path, file.text(), &fixes);
        let on_disk = folder.join(path);
        let failed = |error: std::io::Error| Failure::failed(format!("cannot mend `{}`: {error}", on_disk.display()));
        // A byte order mark at the beginning of the file is not part of its text and is kept.
        let before = fs::read_to_string(&on_disk).map_err(failed)?;
        let mark = if before.starts_with('\u{feff}') { "\u{feff}" } else { "" };
        if before.trim_start_matches('\u{feff}') != file.text() {
            return Err(Failure::failed(format!("`{path}` changed while it was being mended; run it again")));
        }
        fs::write(&on_disk, format!("{mark}{text}")).map_err(failed)?;
        for ((finding, _), _) in findings.iter().zip(made).filter(|(_, made)| *made) {
            mended.add(finding);
            count += 1;
        }
    }
    Ok(count)
}
