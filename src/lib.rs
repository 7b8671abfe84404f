//! Transom: WhatsApp conversations written as YAML, run by one daemon. This page is the map.
//!
//! # The layers
//!
//! `base ← model ← { flow | channel | store } ← runtime ← lsp ← web ← cli`: each names only what stands before
//! it, and the three in braces do not know of each other. From [`base`] to [`lsp`] each layer is a crate, so the
//! compiler refuses anything else; `tests/tidy.rs` checks the two that are folders of this one. A path as
//! `channel/meta/receive.rs` means `crates/channel/src/meta/receive.rs`; `web/` and `cli/` are in `src/`.
//!
//! | layer | what it is |
//! |---|---|
//! | [`base`] | time, ids, limits, secrets, findings with their places, YAML that knows its columns |
//! | [`model`] | plain data that crosses layers, and pure rules about it: `model::window` decides what may go out |
//! | [`flow`] | the language: files become a [`flow::FlowSet`] with findings; [`flow::advance`] moves a conversation |
//! | [`channel`] | messaging platforms behind [`channel::Provider`], and the one guarded way out to the network |
//! | [`store`] | durable state on SQLite or Postgres: a file per table, one writer with group commit |
//! | [`runtime`] | where those three meet: recording, lanes, turns, sends, timers, schedules, recovery, reload |
//! | [`lsp`] | the language server: `transom lsp` over standard input and output, the studio over a WebSocket |
//! | [`web`] | webhooks, our API and those of three other products; probes and metrics at a listener of their own; router, `/openapi.json` and reference come from the list in `web/routes` |
//! | [`cli`] | a file per command; `serve` is one of them; what `new` writes lies in `starter/` |
//!
//! The daemon, `chat`, authors' tests and evals, and the simulator all start a [`runtime::daemon::app::App`] from a
//! [`runtime::daemon::boot::Setup`]. Clock, HTTP, database file and flow files come in there; nothing else differs.
//!
//! # What always holds
//!
//! 1. `flow` is pure. The same versions, session, event and world give the same outcome, byte for byte;
//!    scripts are stopped by counted work, never by a clock.
//! 2. A webhook handler records and answers, with 200 only after the commit. It never runs a flow.
//! 3. Nothing waits for the network inside a transaction: the writer takes whole write-sets, not closures.
//! 4. A session changes only in `runtime::turns::turn::take_turn`. Its `turn` grows, and the row is written only
//!    over the turn before it; who lost that race reads the rows again.
//! 5. Whether a message goes out as it is, as a template, later or not at all is decided when it is sent,
//!    never when it is written. A refusal by the provider corrects our record and is planned again.
//! 6. Parsing never fails: it gives what could be understood and all findings. A set with errors never
//!    goes live; the last good one stays.
//! 7. Whatever comes from outside has a limit with a name in [`base::limits`].
//! 8. One item of a batch stops no other: it becomes a dead letter with its reason and can be replayed.
//! 9. No text, phone number or secret in a log line. A secret in a flow is a value of its own kind,
//!    known by its name, until the HTTP client puts it in: no row, trace or error holds one, and no text becomes one.
//! 10. An item of a webhook counts only for a sender whose own secret verified the body.
//! 11. Once a hard opt-out word is answered with 200, the stop is in force: it is in the same commit as
//!     the message, and a send looks for it once more just before the wire.
//!
//! # One message, from byte to reply
//!
//! 1. `web/webhooks.rs` reads the body as bytes, up to a limit: the signature is over bytes.
//! 2. `channel/meta/receive.rs` checks the signature, then parses. What it does not understand comes back
//!    as `Ignored` or `Dead`, in its place in the order.
//! 3. `runtime/ingest/accept.rs` makes one write-set a contact: the contact and its aliases, the message (a known
//!    provider id changes nothing), the window moved by the message's *own* time, and a stop if the text is
//!    one. All are submitted side by side and share commits in `store/engine/writer.rs`. What was new goes into its
//!    contact's lane, and the webhook is answered. Statuses take a shorter way, `runtime/delivery/statuses.rs`.
//!    Names of two
//!    contacts in one breath make them one, `runtime/contacts/merge.rs`.
//! 4. `runtime/lane/queue.rs` keeps the contact's line of work; `runtime/turns/runner.rs` is the task that empties it,
//!    one piece at a time, with the contact's state in memory (read from its rows the first time, `turns/load.rs`).
//! 5. `runtime/turns/handlers.rs` opens the window, releases what was held for it, and calls `runtime/turns/turn.rs`.
//! 6. `take_turn` asks [`flow::advance`] and gets the new session, effects and a trace. `runtime/turns/effects.rs`
//!    turns effects into rows. The first message, if it may leave at once, is decided here (`delivery/policy.rs`) and
//!    written as `sending`. Session, messages, trace and the mark *handled* are one write-set, one commit:
//!    after it a crash repeats nothing, before it a restart takes the message again.
//! 7. `runtime/delivery/transmit.rs` performs the send outside of the lane, through `Provider::send`
//!    (`runtime/senders/breaker.rs` remembers
//!    whether the platform answers; while it does not, one message at a time tries); a file out of the bot's own
//!    folder is given to the platform before, once, by `runtime/delivery/uploads.rs`. The outcome comes back into the
//!    lane as
//!    work: the provider's id, or a `SendError` sorted by what to do next.
//! 8. `runtime/delivery/dispatch.rs` goes on with what else is queued, in order: each message is decided anew, its
//!    `sending` committed, then launched. Who died between the two finds the message *unknown* on the next
//!    start, and the provider's statuses or the sender's `on_unknown` settle it.
//!
//! Timers, schedules, results of `http`, `llm` and `agent` steps and of MCP tools, API calls and persons of the business enter at step 4 as
//! other kinds of `lane::LaneTask` and take the same way; what breaks the engine there is taken out,
//! `runtime/turns/quarantine.rs`. A re-engagement is no second path either: its run starts
//! like any other, and at the moment of sending a closed window makes its template out of its message.
//! A voice note that a model writes down waits in the session with all messages behind it
//! (`flow/engine/routing/hearing.rs`) until `runtime/turns/hearing.rs` brings its words.
//! After a start `runtime/daemon/recovery.rs` puts unfinished rows back into the lanes. A lane that could not store a
//! message,
//! or whose line was full, is *behind*: it reads its messages back, oldest first, before it takes anything newer.
//! While the database takes nothing (`store/engine/outage.rs`) whoever brings something hears so at once, and what
//! nobody would
//! bring again, a provider's answer above all, waits in `runtime/delivery/unstored.rs`: it is done before anything
//! newer, too.
//!
//! # Where to add what
//!
//! | what | new file | one line in |
//! |---|---|---|
//! | step | `flow/steps/NAME.rs`: spec, parse, run | `steps!` in `steps/mod.rs` |
//! | what an agent may use besides flows | `flow/steps/agent/http_tool.rs` for requests, `flow/steps/agent/mcp.rs` for servers: its lock `flow/mcp.rs`, its wires `channel/mcp/`, its servers and mocks `runtime/mcp_tool/` | `Target` in `flow/steps/agent/tools.rs` |
//! | dialect of language models | `channel/llm/NAME.rs` | `Api` in `channel/llm/endpoint.rs`, two `match`es in `channel/llm/client.rs` |
//! | trigger | `flow/triggers/NAME.rs` | `triggers!` in `triggers/mod.rs` |
//! | provider | `channel/NAME/`, its keys in `runtime/config/access/`, `docs/platforms/`, a kind in `tests/platform/` | `channel/lib.rs`, `runtime/senders/providers.rs`, `Access` in `runtime/config/access.rs` |
//! | endpoint | a function and the types of its bodies in `web/api/NOUN.rs` (map in `web/api/mod.rs`), a test in `tests/api/` | its entry in `web/routes/NOUN.rs` |
//! | command | `cli/NAME.rs` | the list of commands in `cli/mod.rs` |
//! | importer | `cli/import/NAME.rs` or a folder: a pure reader from files to an `ImportedBot`, an export in `tests/cli/import/exports/` | `Kind` in `cli/import/mod.rs` |
//! | table | `store/tables/NAME.rs` and a migration | `TABLES` in `store/lib.rs`, the list in `store/engine/migrate.rs` |
//! | finding | none | its code with an example in `base/codes/*.md`, a fault in `tests/flows/faults/` |
//! | span of a trace | none | `Spans::record` where the work ends (`channel/spans.rs`; exported by `runtime/process/otlp.rs`), a row in docs/operations.md |
//! | limit | none | `base/limits/`, with a test that stands at it |
//!
//! How it is written is in `CONVENTIONS.md`.

pub mod cli;
pub mod web;

/// False for a program that `cargo build --release` made for trying it out. A debug build makes no such claim.
pub const IS_OPTIMISED: bool = cfg!(debug_assertions) || !matches!(env!("TRANSOM_OPT_LEVEL").as_bytes(), b"0");

pub use transom_base as base;
pub use transom_channel as channel;
pub use transom_flow as flow;
pub use transom_lsp as lsp;
pub use transom_model as model;
pub use transom_runtime as runtime;
pub use transom_store as store;
