//! Measures the checker: `cargo bench --bench checker`. 500 flows of 25 lines at once, and after a change in one of
//! them; alone, and while two other threads keep two cores busy. It prints wall time and CPU time, because CPU time
//! excludes other users of the machine.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use transom::{
    base::place::SourceFile,
    flow::{CheckContext, tools::workspace::Workspace},
};

/// The allocator of the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const FLOWS: usize = 500;
const ROUNDS: usize = 30;

const BOT: &str = "bot: Bench\nenv: [SHOP_URL]\nsecrets: [TOKEN]\nfields: {city: text}\n\
    hours: {desk: {open: {mon-fri: [\"09:00-18:00\"]}}}\nteams: {support: {hours: desk}}\n\
    quiet_hours: {from: \"21:00\", to: \"08:00\"}\n";

/// A flow of 25 lines with about four expressions, a loop, a call, a question with options, a request and a time-out.
fn flow(number: usize, edit: usize) -> Arc<SourceFile> {
    let next = (number + 7) % FLOWS;
    let call = if number.is_multiple_of(5) { format!("call: flow_{next}") } else { "go: over".to_owned() };
    let text = format!(
        "flow: flow_{number}
title: Flow number {number}
when: [message: [word {number}, order {number}]]
vars: {{tries: 0}}
steps:
  - ask: Which plan would you like, and for how many people? ({edit})
    as: plan
    options: [Free, Plus, {{id: pro, title: Pro, desc: For more than ten people}}]
    timeout: 3h
    on_timeout: [say: Another time then., end]
  - http: GET ${{env.SHOP_URL}}/plans/${{plan}}
    headers: {{Authorization: \"Bearer ${{secrets.TOKEN}}\"}}
    as: price
    on_error: {{go: over}}
  - if: price.status == 200 && plan != \"Free\"
    then:
      - say: ${{plan}} costs ${{money(price.body.cents, \"EUR\")}} in ${{contact.city ?? \"your city\"}}.
      - set: {{tries: \"${{tries + 1}}\"}}
    else: [say: It costs nothing.]
  - if: tries < 3 && plan == \"Plus\"
    then: [go: top]
  - {call}
blocks:
  over:
    - {{handoff: support, summary: \"Plan ${{plan}}\", if: hours.desk.open}}
"
    );
    SourceFile::new(format!("flows/flow_{number}.yaml"), text)
}

fn files() -> Vec<Arc<SourceFile>> {
    let mut files = vec![SourceFile::new("flows/_bot.yaml", BOT)];
    files.extend((0..FLOWS).map(|number| flow(number, 0)));
    files
}

fn once(files: &[Arc<SourceFile>]) -> Duration {
    let begin = Instant::now();
    let mut workspace = Workspace::new(CheckContext::default());
    workspace.replace(files.iter().cloned());
    let looked = workspace.look();
    let took = begin.elapsed();
    assert!(looked.findings.iter().all(|finding| !finding.is_error()), "{}", looked.findings[0]);
    took
}

fn measure(words: &str, files: &[Arc<SourceFile>]) {
    let before = cpu();
    let mut whole: Vec<Duration> = (0..ROUNDS).map(|_| once(files)).collect();
    let whole_cpu = cpu() - before;
    let mut workspace = Workspace::new(CheckContext::default());
    workspace.replace(files.iter().cloned());
    workspace.look();
    let before = cpu();
    let mut changed: Vec<Duration> = (0..ROUNDS * 4)
        .map(|round| {
            let begin = Instant::now();
            workspace.put(flow(round * 37 % FLOWS, round + 1));
            let looked = workspace.look();
            let took = begin.elapsed();
            assert!(looked.findings.iter().all(|finding| !finding.is_error()));
            took
        })
        .collect();
    let changed_cpu = cpu() - before;
    println!("{words}: all of it {}", figures(&mut whole, whole_cpu));
    println!("{words}: one changed file {}", figures(&mut changed, changed_cpu));
}

/// The CPU time of this thread on Linux; zero elsewhere.
fn cpu() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = told.split_whitespace().next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

/// The median and the slowest of twenty runs.
fn figures(times: &mut [Duration], cpu: Duration) -> String {
    times.sort_unstable();
    let each = cpu.as_secs_f64() * 1000.0 / times.len() as f64;
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1000.0;
    format!("{:.1} ms (95 of 100 within {:.1} ms), {each:.1} ms of the processor", at(50), at(95))
}

fn main() {
    let files = files();
    let lines: usize = files.iter().skip(1).map(|file| file.text().lines().count()).sum();
    println!("{FLOWS} flows, {lines} lines");
    measure("alone", &files);
    let stop = Arc::new(AtomicBool::new(false));
    let busy: Vec<_> = (0..2)
        .map(|_| {
            let stop = stop.clone();
            thread::spawn(move || {
                let mut sum = 0u64;
                while !stop.load(Ordering::Relaxed) {
                    sum = std::hint::black_box(sum.wrapping_mul(31).wrapping_add(7));
                }
                sum
            })
        })
        .collect();
    measure("two cores kept busy", &files);
    stop.store(true, Ordering::Relaxed);
    busy.into_iter().for_each(|thread| drop(thread.join()));
}
